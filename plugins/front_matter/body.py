"""Markdown → HTML that is safe to show: raw HTML passes an allow-list, references become addresses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import markdown
import nh3
from markdown.extensions.tables import TableExtension
from markdown.extensions.toc import TocExtension
from markdown.treeprocessors import Treeprocessor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from xml.etree.ElementTree import Element

    from front_matter.references import References

    Sizes = Callable[[str], tuple[int, int] | None]

TAGS = frozenset({
    "a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "col", "colgroup", "dd", "del", "details",
    "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins",
    "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp", "section", "small", "span", "strong", "sub",
    "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "u", "ul", "var",
})  # fmt: skip
ATTRIBUTES: Mapping[str, set[str]] = {
    "*": {"id", "lang", "dir", "title"},
    "a": {"href", "hreflang"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan", "headers"},
    "th": {"colspan", "rowspan", "headers", "scope", "abbr"},
    "ol": {"start", "reversed", "type"},
    "time": {"datetime"},
    "blockquote": {"cite"},
    "details": {"open"},
}
CLASSES: Mapping[str, set[str]] = {"div": {"footnote"}, "a": {"footnote-ref", "footnote-backref"}}
SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_HEADING = re.compile(r"<h1[ >]")


class _Measured(Treeprocessor):
    """Gives each picture its width and height, so that the text does not jump while it loads."""

    def __init__(self, md: markdown.Markdown, sizes: Sizes) -> None:
        super().__init__(md)
        self.sizes = sizes

    def run(self, root: Element) -> None:
        for image in root.iter("img"):
            size = self.sizes(image.get("src", ""))
            if size:
                image.set("width", str(size[0]))
                image.set("height", str(size[1]))


def _markdown(text: str, sizes: Sizes, level: int) -> str:
    toc = TocExtension(baselevel=level, marker="")
    extensions = ["abbr", "attr_list", "def_list", "fenced_code", "footnotes", "md_in_html", "sane_lists"]
    converter = markdown.Markdown(extensions=[*extensions, TableExtension(), toc], output_format="html")
    converter.treeprocessors.register(_Measured(converter, sizes), "measured", 0)
    return converter.convert(text)


def _references(references: References) -> Callable[[str, str, str], str | None]:
    def resolved(_tag: str, attribute: str, value: str) -> str | None:
        return references.resolve(value) if attribute in {"href", "src"} else value

    return resolved


def clean(html: str, references: References) -> str:
    """`html` with only what the allow-list names, and every reference resolved."""
    return nh3.clean(
        html,
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        attribute_filter=_references(references),
        allowed_classes={tag: set(names) for tag, names in CLASSES.items()},
        url_schemes=set(SCHEMES),
        link_rel="noopener",
        set_tag_attribute_values={"img": {"loading": "lazy"}},  # of two, nh3 changes the order from run to run
    )


def _no_size(_reference: str) -> None:
    return None


def html_of(text: str, references: References, sizes: Sizes = _no_size) -> str:
    """The Markdown `text` as safe HTML whose headings begin at level 2, below the page's title.

    `sizes` gives a picture's width and height in pixels by the reference that names it.
    """
    html = _markdown(text, sizes, level=1)
    if _HEADING.search(html):
        html = _markdown(text, sizes, level=2)
    return clean(html, references)
