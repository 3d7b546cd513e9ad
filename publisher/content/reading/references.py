"""What a Markdown body refers to: pictures and links to files, with their lines, code left aside."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterator

_FENCE = re.compile(r"^(?P<fence>`{3,}|~{3,})[^\n]*\n.*?(?:^(?P=fence)[`~]*[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TARGET = r"(?:<(?P<angled>[^>\n]*)>|(?P<bare>[^\s)]+))"
_INLINE = re.compile(rf"(?P<image>!?)\[(?P<text>[^\]]*)\]\(\s*{_TARGET}(?:\s+[\"'][^\"'\n]*[\"'])?\s*\)")
_NESTED = re.compile(rf"\)\]\(\s*{_TARGET}\s*\)")
_DEFINED = re.compile(rf"^[ ]{{0,3}}\[(?P<text>[^\]^]+)\]:\s*{_TARGET}", re.MULTILINE)
_HTML = re.compile(
    r"<(?P<tag>[a-z]+)\b[^>]*?\b(?:src|href|poster)\s*=\s*[\"'](?P<bare>[^\"']+)[\"'][^>]*>", re.IGNORECASE
)
_ALT = re.compile(r"\balt\s*=\s*[\"']([^\"']*)[\"']", re.IGNORECASE)
_MARK = re.compile(r"(?:\{|\|)(?P<mark>[a-z]+)(?:\}|\|)(?P<rest>.*)", re.DOTALL)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)

MARKS = frozenset({"attach", "author", "category", "filename", "index", "static", "tag"})
"""What may stand in braces before a path: Pelican's words, which the site understands."""


class Reference(NamedTuple):
    """One target as the body names it, without its mark and unquoted; `mark` is Pelican's ({static} → static) or empty.

    `line` counts from 1 at the body's first line; `alt` is a picture's text.
    """

    line: int
    mark: str
    target: str
    image: bool
    alt: str


def references(body: str) -> tuple[Reference, ...]:
    """Every file or page of ours that the body refers to, in the order of its lines, without other sites' addresses."""
    text = body
    for pattern in (_FENCE, _CODE, _COMMENT):
        text = pattern.sub(_blank, text)
    return tuple(sorted(set(_all(text))))


def place_of(source: str, target: str) -> str:
    """The path below content/ that `target` means in the file `source`; it begins with ../ where that lies outside.

    A target is looked for from its file's own folder, or from the top when it begins with a slash.
    """
    folder = "" if target.startswith("/") else posixpath.dirname(source)
    return posixpath.normpath(posixpath.join(folder, target.lstrip("/")))


def _all(text: str) -> Iterator[Reference]:
    for pattern in (_INLINE, _NESTED, _DEFINED, _HTML):
        for found in pattern.finditer(text):
            parts = found.groupdict()
            tag = (parts.get("tag") or "").lower()
            image = bool(parts.get("image")) or tag == "img"
            alt = _ALT.search(found[0]) if tag else None
            made = _reference(parts.get("angled") or parts.get("bare") or "")
            if made:
                words = (alt[1] if alt else "") if tag else (parts.get("text") or "")
                yield Reference(text.count("\n", 0, found.start()) + 1, *made, image, words if image else "")


def _reference(target: str) -> tuple[str, str] | None:
    """The mark and the place that a target names; None for another site's address, an anchor or an address of ours."""
    marked = _MARK.match(target)
    mark, rest = (marked["mark"], marked["rest"]) if marked else ("", target)
    place = unquote(rest.partition("#")[0].partition("?")[0])
    if not place or _SCHEME.match(rest) or (not marked and place.startswith("/")):
        return None
    return mark, place


def _blank(found: re.Match[str]) -> str:
    """The same number of lines with nothing on them."""
    return "\n" * found[0].count("\n")
