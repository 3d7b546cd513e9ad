"""Feeds and sitemaps say what was published and nothing of when they were made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from specialties.feeds import Feed, atom, sitemap

from publisher.content.people import Person

if TYPE_CHECKING:
    from publisher.content.post import Post

BASE = "https://sample.example.org/health"


def test_a_feed_is_written_out_in_full(post: Callable[..., Post]) -> None:
    one = post(
        "one", 2, title="Valves & <repairs>", summary="A summary.", tags=("heart",), authors=("ana-roy",),
        embargo=datetime(2026, 1, 5, 12, tzinfo=UTC),
    )  # fmt: skip
    feed = Feed(title="Cardiology", address="/cardiology/", feed="/feeds/c.atom.xml", posts=(one,))
    assert atom(feed, BASE, {"ana-roy": Person(id="ana-roy", name="Ana Roy")}).decode() == (
        "<?xml version='1.0' encoding='utf-8'?>\n"
        '<feed xmlns="http://www.w3.org/2005/Atom">\n'
        "  <title>Cardiology</title>\n"
        "  <id>https://sample.example.org/health/feeds/c.atom.xml</id>\n"
        "  <updated>2026-01-05T12:00:00+00:00</updated>\n"
        '  <link rel="self" href="https://sample.example.org/health/feeds/c.atom.xml" type="application/atom+xml" />\n'
        '  <link rel="alternate" href="https://sample.example.org/health/cardiology/" type="text/html" />\n'
        "  <entry>\n"
        "    <title>Valves &amp; &lt;repairs&gt;</title>\n"
        "    <id>tag:sample.example.org,2026-01-02:one</id>\n"
        "    <published>2026-01-05T12:00:00+00:00</published>\n"
        "    <updated>2026-01-05T12:00:00+00:00</updated>\n"
        '    <link rel="alternate" href="https://sample.example.org/health/cardiology/one/" type="text/html" />\n'
        "    <author>\n"
        "      <name>Ana Roy</name>\n"
        "    </author>\n"
        '    <category term="heart" />\n'
        '    <summary type="text">A summary.</summary>\n'
        "  </entry>\n"
        "</feed>\n"
    )


def test_a_feed_holds_the_twenty_newest(post: Callable[..., Post]) -> None:
    posts = tuple(post(f"p{number}", number) for number in range(31, 0, -1))
    feed = atom(Feed(title="All", address="/", feed="/all.xml", posts=posts), BASE, {}).decode()
    assert feed.count("<entry>") == 20
    assert "/cardiology/p31/" in feed
    assert "/cardiology/p11/" not in feed


def test_a_sitemap_names_addresses_in_full() -> None:
    assert b"<loc>https://sample.example.org/health/tags/a/</loc>" in sitemap(["/", "/tags/a/"], base_url=BASE)
