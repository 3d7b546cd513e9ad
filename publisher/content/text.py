"""Counting text as each network counts it, cutting it there, and Markdown as plain text."""

from __future__ import annotations

import pkgutil
import re
import sys
import unicodedata
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, cast

if TYPE_CHECKING:
    from collections.abc import Callable

Counting = Literal["graphemes", "weighted", "utf-8 bytes", "characters"]

_BOUNDARY = re.compile(r"\s+")


def graphemes(text: str) -> int:
    """How many characters a person sees: a family emoji or a letter with its accents is one."""
    return len(_clusters(text))


def weighted(text: str) -> int:
    """The length as X counts it: an address is 23, an emoji 2, letters of most alphabets 1, of others 2.

    The numbers are twitter-text v3's own configuration; they stand in the package, not here.
    """
    return int(_parse_tweet()(text).weightedLength) if text else 0


@cache
def _parse_tweet() -> Callable[[str], Any]:
    """X's own counting.

    The package reads its list of emoji through setuptools' pkg_resources, which new environments do not have
    [Python 3.12, "What's new", ensurepip]; for its import it is given that one function from the standard library.
    """
    stand_in = ModuleType("pkg_resources")
    vars(stand_in)["resource_string"] = pkgutil.get_data
    lent = sys.modules.setdefault("pkg_resources", stand_in) is stand_in
    try:
        from twitter_text import parse_tweet  # type: ignore[import-untyped] # the package has no types
    finally:
        if lent:
            sys.modules.pop("pkg_resources", None)
    return cast("Callable[[str], Any]", parse_tweet)


def utf8_bytes(text: str) -> int:
    """The length in bytes of UTF-8."""
    return len(text.encode())


def characters(text: str) -> int:
    """The length in code points after composing accents (NFC)."""
    return len(unicodedata.normalize("NFC", text))


COUNTERS: dict[Counting, Callable[[str], int]] = {
    "graphemes": graphemes,
    "weighted": weighted,
    "utf-8 bytes": utf8_bytes,
    "characters": characters,
}


def count(text: str, counting: Counting) -> int:
    """The length of the text, counted that way."""
    return COUNTERS[counting](text)


def shorten(text: str, limit: int, counting: Counting, *, ending: str = "…") -> str:
    """The text itself when it is no longer than `limit`, else its beginning with `ending`, cut between words.

    No address and no visible character is ever cut in two; a single word that is too long is cut between characters.
    Empty when not even the ending has room.
    """
    text = text.strip()
    if count(text, counting) <= limit:
        return text
    words = [text[: found.start()] for found in _BOUNDARY.finditer(text)]
    clusters = _clusters(text.split(maxsplit=1)[0])
    letters = [] if _address(text) else ["".join(clusters[:end]) for end in range(1, len(clusters))]
    for beginnings in (words, letters):
        longest = _longest(beginnings, lambda beginning: count(_ended(beginning, ending), counting) <= limit)
        if longest:
            return _ended(longest, ending)
    return ending if count(ending, counting) <= limit else ""


def plain(markdown: str) -> str:
    """The text that a reader of the Markdown sees: paragraphs apart, lists with bullets, links by their words.

    Scripts, styles, comments, pictures and footnote marks are gone; code stays as it stands.
    """
    from publisher.content.plain import text_of_html

    return text_of_html(_converter().reset().convert(markdown))


def _ended(beginning: str, ending: str) -> str:
    """The beginning with the ending, which never touches an address: it would become a part of it."""
    if _address(beginning.rsplit(maxsplit=1)[-1]):
        return f"{beginning} {ending}"
    return beginning.rstrip(" \t\n,;:.–—-") + ending


def _address(text: str) -> bool:
    return text.startswith(("http://", "https://"))


def _longest(beginnings: list[str], fits: Callable[[str], bool]) -> str:
    """The longest beginning that fits: halving, then a few steps, as an address makes lengths jump."""
    low, high = 0, len(beginnings)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if fits(beginnings[middle]) else (low, middle)
    for beginning in reversed(beginnings[: low + 1]):
        if fits(beginning):
            return beginning
    return ""


def _clusters(text: str) -> list[str]:
    if text.isascii() and "\r" not in text:
        return list(text)
    import regex  # type: ignore[import-untyped] # the package has no types

    return cast("list[str]", regex.findall(r"\X", text))


@cache
def _converter() -> Any:
    """The Markdown reader: the site's own extensions, made once."""
    from markdown import Markdown

    return Markdown(extensions=["extra", "sane_lists"])
