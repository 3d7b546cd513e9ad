"""HTML → the text that a reader sees, with its paragraphs and bullets."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_SILENT = {"script", "style", "head", "template", "noscript"}
_BLOCKS = {
    "address", "article", "aside", "blockquote", "dd", "details", "div", "dl", "dt", "figcaption", "figure", "footer",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "nav", "p", "pre", "section", "summary", "table",
}  # fmt: skip
_BREAKS = {"br": "\n", "tr": "\n", "td": " ", "th": " "}
_INDENT = "\x01"
"""Stands for two blanks that must survive the tidying: HTML cannot hold this character."""
_RAISED = {
    "sup": str.maketrans("0123456789+-−n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿ"),  # noqa: RUF001 - 10⁻³ must not become 10-3
    "sub": str.maketrans("0123456789+-−", "₀₁₂₃₄₅₆₇₈₉₊₋₋"),  # noqa: RUF001 - as above
}


class _Reader(HTMLParser):
    """Collects text: blocks between blank lines, list items on lines of their own, code as it stands."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent: list[str] = []
        self.numbers: list[int | None] = []
        self.code: list[str] = []
        self.in_code = False
        self.raised: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin what the tag begins."""
        if tag in _SILENT or self._footnote_mark(tag, dict(attrs)):
            self.silent.append(tag)
        elif tag in {"ul", "ol"}:
            self.parts.append("" if self.numbers else "\n\n")
            self.numbers.append(None if tag == "ul" else int(dict(attrs).get("start") or 1))
        elif tag == "li":
            self.parts.append(self._bullet())
        elif tag in _RAISED:
            self.raised.append(tag)
        elif tag == "pre":
            self.parts.append(f"\n\n\x02{len(self.code)}\x02\n\n")
            self.code.append("")
            self.in_code = True
        else:
            self._space(tag)

    def handle_endtag(self, tag: str) -> None:
        """End what the tag ends."""
        if self.silent and tag == self.silent[-1]:
            self.silent.pop()
        elif tag in {"ul", "ol"} and self.numbers:
            self.numbers.pop()
            self.parts.append("" if self.numbers else "\n\n")
        elif tag == "pre":
            self.in_code = False
        elif self.raised and tag == self.raised[-1]:
            self.raised.pop()
        elif tag not in _BREAKS:
            self._space(tag)

    def handle_data(self, data: str) -> None:
        """Keep the text, unless nobody sees it."""
        if self.in_code:
            self.code[-1] += data
        elif not self.silent:
            data = data.translate(_RAISED[self.raised[-1]]) if self.raised else data
            self.parts.append(re.sub(r"[\s\x01\x02]+", " ", data))

    def text(self) -> str:
        """All of it, with at most one blank line in a row and no blanks around lines."""
        text = re.sub(r"[ ]*\n[ ]*", "\n", re.sub(r"[ ]+", " ", "".join(self.parts)))
        text = re.sub(r"\n{3,}", "\n\n", text).strip().replace(_INDENT, "  ")
        return re.sub("\x02(\\d+)\x02", lambda found: self.code[int(found[1])].strip("\n"), text)

    def _space(self, tag: str) -> None:
        if tag in _BREAKS:
            self.parts.append(_BREAKS[tag])
        elif tag in _BLOCKS:
            self.parts.append(" " if self.numbers else "\n\n")

    def _footnote_mark(self, tag: str, attrs: dict[str, str | None]) -> bool:
        """Whether this is the number in the text or the arrow back that the footnotes of Markdown make."""
        mark = (attrs.get("id") or "").startswith("fnref") and tag == "sup"
        return mark or (tag == "a" and attrs.get("class") == "footnote-backref")

    def _bullet(self) -> str:
        depth = max(len(self.numbers) - 1, 0)
        number = self.numbers[-1] if self.numbers else None
        if number is None:
            return "\n" + _INDENT * depth + "• "
        self.numbers[-1] = number + 1
        return "\n" + _INDENT * depth + f"{number}. "


def text_of_html(html: str) -> str:
    """The text that a reader of the HTML sees, without scripts, styles, comments and footnote marks."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text()
