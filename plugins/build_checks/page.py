"""What one built file refers to: links, anchors, and what a browser would load by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAVIGATION = frozenset({"canonical", "alternate", "author", "license", "next", "prev", "me", "help", "bookmark"})
_LOADING = frozenset({"src", "poster", "data", "background"})
_CSS_ADDRESS = re.compile(r"""(?:url\(\s*|@import\s+(?!url\())["']?([^"'()\s;]+)""", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Reference:
    """One address in a file. `loads`: a browser fetches it without being asked to."""

    line: int
    value: str
    loads: bool


@dataclass(kw_only=True)
class Seen:
    """The references and the anchors of one file, and the lines on which an id stands that was there before."""

    references: list[Reference] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    twice: list[tuple[int, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self, seen: Seen) -> None:
        super().__init__()
        self.seen = seen
        self.in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.in_style = tag == "style"
        if given.get("id") in self.seen.anchors:
            self.seen.twice.append((self.getpos()[0], given["id"]))
        self.seen.anchors.update(given[name] for name in ("id", "name") if given.get(name))
        for value, loads in _addresses(tag, given):
            self.seen.references.append(Reference(line=self.getpos()[0], value=value.strip(), loads=loads))

    def handle_endtag(self, tag: str) -> None:
        self.in_style = self.in_style and tag != "style"

    def handle_data(self, data: str) -> None:
        if self.in_style:
            self.seen.references.extend(_of_style(data, self.getpos()[0]))


def _addresses(tag: str, given: dict[str, str]) -> Iterator[tuple[str, bool]]:
    if "href" in given:
        yield given["href"], tag == "link" and not _NAVIGATION.issuperset(given.get("rel", "").lower().split())
    yield from ((given[name], True) for name in sorted(_LOADING & given.keys()))
    yield from ((part.split()[0], True) for part in given.get("srcset", "").split(",") if part.strip())
    yield from ((value, True) for value in _CSS_ADDRESS.findall(given.get("style", "")))
    if tag == "form" and given.get("action"):
        yield given["action"], False
    if tag == "meta" and given.get("http-equiv", "").lower() == "refresh" and "url=" in given.get("content", ""):
        yield given["content"].split("url=", 1)[1], False


def _of_style(text: str, line: int) -> Iterator[Reference]:
    for found in _CSS_ADDRESS.finditer(text):
        yield Reference(line=line + text.count("\n", 0, found.start()), value=found[1], loads=True)


def read_html(text: str) -> Seen:
    """The references and anchors of a page."""
    seen = Seen()
    reader = _Reader(seen)
    reader.feed(text)
    reader.close()
    return seen


def read_css(text: str) -> Seen:
    """The references of a style sheet; all of them load."""
    return Seen(references=list(_of_style(text, 1)))
