"""Atom feeds and the sitemap as bytes; nothing in them but what was published, so never the clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit
from xml.etree.ElementTree import Element, SubElement, indent, tostring

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from publisher.content.people import Person
    from publisher.content.post import Post

MOST = 20
_ATOM = "http://www.w3.org/2005/Atom"
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


def _text(parent: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(parent, name, attributes).text = text


def _link(parent: Element, rel: str, href: str, kind: str) -> None:
    SubElement(parent, "link", {"rel": rel, "href": href, "type": kind})


def _bytes(root: Element) -> bytes:
    indent(root)
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


@dataclass(frozen=True, kw_only=True)
class Feed:
    """The feed at `feed` of the list at `address`: its `posts` are newest first, and at least one."""

    title: str
    address: str
    feed: str
    posts: tuple[Post, ...]


def atom(feed: Feed, base_url: str, people: Mapping[str, Person]) -> bytes:
    """The Atom document, at most `MOST` entries; `people` give the authors their names."""
    root = Element("feed", {"xmlns": _ATOM})
    _text(root, "title", feed.title)
    _text(root, "id", base_url + feed.feed)
    _text(root, "updated", max(post.public_from for post in feed.posts).isoformat(timespec="seconds"))
    _link(root, "self", base_url + feed.feed, "application/atom+xml")
    _link(root, "alternate", base_url + feed.address, "text/html")
    for post in feed.posts[:MOST]:
        _entry(SubElement(root, "entry"), post, base_url, people)
    return _bytes(root)


def _entry(entry: Element, post: Post, base_url: str, people: Mapping[str, Person]) -> None:
    published = post.public_from.isoformat(timespec="seconds")
    _text(entry, "title", post.title)
    _text(entry, "id", f"tag:{urlsplit(base_url).hostname},{post.date:%Y-%m-%d}:{quote(post.id)}")
    _text(entry, "published", published)
    _text(entry, "updated", published)
    _link(entry, "alternate", base_url + post.address, "text/html")
    names = [people[person].name for person in post.authors if person in people]
    for name in names or [urlsplit(base_url).hostname or base_url]:
        _text(SubElement(entry, "author"), "name", name)
    for tag in post.tags:
        SubElement(entry, "category", {"term": tag})
    _text(entry, "summary", post.summary or post.title, type="text")


def sitemap(addresses: Iterable[str], *, base_url: str) -> bytes:
    """The sitemap of the pages at `addresses`."""
    root = Element("urlset", {"xmlns": _SITEMAP})
    for address in addresses:
        _text(SubElement(root, "url"), "loc", base_url + quote(address))
    return _bytes(root)
