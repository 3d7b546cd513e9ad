"""What makes a built site unfit to be shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from build_checks import refusals, unfit
from build_checks.site import findings, missing, read_site
from front_matter.public import decide

from publisher.content.problem import Problem

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.content.post import Post
    from publisher.content.site import Content

NOW = datetime(2026, 2, 1, tzinfo=UTC)


def found(folder: Path, **files: str) -> list[str]:
    """What is wrong in pages of these names (dots for slashes are not needed: a_index is a/index.html)."""
    for name, text in files.items():
        file = folder / {"css": "theme/clinic.css"}.get(name, f"{name.replace('_', '/')}.html")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return list(findings(read_site(folder, "https://sample.example.org/health"), {"a/index.html": "content/a.md"}))


@pytest.mark.parametrize(
    "text",
    [
        '<a href="https://example.net/">x</a>', '<a href="#top">x</a><p id="top">',
        '<a href="/health/a/">x</a>',
        '<a href="/health/a">x</a>', '<a href="/health/a/#here">x</a>',
        '<a href="a/index.html">x</a>', '<a href="">x</a>',
        '<a href="/health/?q=1">x</a>', '<a href="https://sample.example.org/health/a/">x</a>',
        '<a href="mailto:a@b">x</a>',
        '<link rel="canonical" href="https://elsewhere.example.net/">',
        '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">',
        "<p>{static}x and url(https://example.net/) as text</p>",
        '<a href="tel:+13125550142">x</a>', '<a href="/health">x</a>',
    ],
)  # fmt: skip
def test_what_is_in_order_passes(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, index=text, a_index='<h1 id="here">A</h1>') == []


@pytest.mark.parametrize(
    "text",
    [
        '<img src="https://example.net/a.png">', '<img srcset="/health/a/ 1x, https://example.net/b.png 2x">',
        '<script src="https://example.net/a.js"></script>', '<link rel="stylesheet" href="https://example.net/a.css">',
        '<link rel="preconnect" href="https://example.net">', '<link rel="dns-prefetch" href="//example.net">',
        '<iframe src="https://example.net/"></iframe>', '<video poster="https://example.net/a.jpg"></video>',
        '<object data="https://example.net/a.swf"></object>', '<p style="background:url(https://example.net/a.png)">',
        "<style>@import 'https://example.net/a.css';</style>", '<link rel="icon" href="https://example.net/a.ico">',
        '<img src="http://example.net/a.png">', '<source srcset="https://example.net/b.png">',
    ],
)  # fmt: skip
def test_what_would_be_loaded_from_another_host_is_found(tmp_path: Path, text: str) -> None:
    (line,) = found(tmp_path, index=text, a_index="")
    assert line.startswith("index.html:1: ")
    assert "would be loaded from another host" in line


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('<a href="/health/b/">x</a>', "the link to /health/b/ leads nowhere"),
        ('<a href="/health/b/?for=you">x</a>', "the link to /health/b/ leads nowhere"),
        ('<a href="/a/">x</a>', "the link to /a/ leads nowhere"),
        ('<a href="../../a/">x</a>', "the link to ../../a/ leads nowhere"),
        ('<img src="a/b.png">', "the link to a/b.png leads nowhere"),
        ('<a href="/health/a/#there">x</a>', "the link to /health/a/#there leads to no such place in that page"),
        ('<a href="#there">x</a>', "the link to #there leads to no such place in that page"),
        ('<a href="{filename}b.md">x</a>', "{filename}b.md names no file; write the path of one below content/"),
        ('<a href="%7Battach%7Db.png">x</a>', "%7Battach%7Db.png names no file; write the path of one below content/"),
        ('<a href="|static|b.png">x</a>', "|static|b.png names no file; write the path of one below content/"),
        ('<meta http-equiv="refresh" content="0; url=/health/b/">', "the link to /health/b/ leads nowhere"),
    ],
)
def test_what_leads_nowhere_is_found(tmp_path: Path, text: str, said: str) -> None:
    assert found(tmp_path, index=text, a_index='<h1 id="here">A</h1>') == [f"index.html:1: {said}"]


def test_an_id_that_stands_twice_is_found(tmp_path: Path) -> None:
    (line,) = found(tmp_path, index='<p id="a">\n<p id="b">\n<p id="a">')
    assert line.startswith("index.html:3: the id a stands twice")


def test_a_style_sheet_may_not_load_from_another_host(tmp_path: Path) -> None:
    (line,) = found(tmp_path, css="p { color: red }\n@import url(https://example.net/a.css);")
    assert line.startswith("theme/clinic.css:2: https://example.net/a.css would be loaded")


def test_the_same_mistake_in_every_page_is_said_once(tmp_path: Path) -> None:
    pages = dict.fromkeys(("index", "a_index", "b_index"), '<a href="/health/gone/">x</a>')
    assert found(tmp_path, **pages) == [
        "a/index.html:1: the link to /health/gone/ leads nowhere (and in 2 more places)"
    ]


def test_a_mistake_in_one_post_names_its_file(tmp_path: Path) -> None:
    said = "content/a.md (a/index.html:1): the link to /health/gone/ leads nowhere"
    assert found(tmp_path, index="", a_index='<a href="/health/gone/">x</a>') == [said]


def test_counts_that_do_not_balance_are_found(content: Callable[..., Content], post: Callable[..., Post]) -> None:
    public = decide(content(post("one"), read=2), NOW)
    assert list(missing(public, frozenset({"cardiology/one/index.html"}))) == [
        "the counts do not balance: 2 read = 1 published + 0 scheduled + 0 draft + 0 hidden + 0 refused"
    ]


def test_a_public_post_without_a_page_is_found(content: Callable[..., Content], post: Callable[..., Post]) -> None:
    public = decide(content(post("one"), post("two", hidden=True), post("three", status="draft")), NOW)
    assert sorted(missing(public, frozenset())) == [
        "content/cardiology/one.md is public and has no page at /cardiology/one/",
        "content/cardiology/two.md is public and has no page at /cardiology/two/",
    ]


def test_errors_in_the_content_stop_a_build_and_warnings_do_not(content: Callable[..., Content]) -> None:
    about = {"path": "content/cardiology/one.md", "line": 3, "field": "date", "rule": "date", "message": "write a day"}
    error, warning = Problem(**about), Problem(**about, severity="warning")
    public = decide(content(), NOW)
    object.__setattr__(public, "problems", (warning, error))
    assert refusals(public, allowed=False) == ["content/cardiology/one.md:3: date: write a day"]
    assert refusals(public, allowed=True) == []


def test_only_a_site_that_is_deployed_needs_https() -> None:
    assert unfit("http://localhost:8000", deployed=False) == []
    assert unfit("https://sample.example.org", deployed=True) == []
    assert unfit("http://sample.example.org", deployed=True) != []
    assert unfit("", deployed=True) != []
