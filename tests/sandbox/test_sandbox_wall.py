"""The wall shows every page as its followers see it, more to moderators, and never takes text for HTML."""

from __future__ import annotations

import html
import http.client
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from sandbox_calls import HEART, NERVE, ask, png, upload

from publisher.sandbox import Sandbox, start

PAGE = "104220000000001"
WALL = f"/wall/facebook/{PAGE}"


def seen(sandbox: Sandbox, path: str, status: int = 200) -> str:
    """The page of that address."""
    connection = http.client.HTTPConnection(urlsplit(sandbox.address).netloc, timeout=20)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        text = answer.read().decode()
        assert answer.status == status
        return text
    finally:
        connection.close()


def like(sandbox: Sandbox, post: str, origin: str) -> int:
    connection = http.client.HTTPConnection(urlsplit(sandbox.address).netloc, timeout=20)
    try:
        form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": origin}
        connection.request("POST", "/wall/like", urlencode({"platform": "facebook", "post": post}), form)
        return connection.getresponse().status
    finally:
        connection.close()


def test_the_first_page_lists_every_page_with_its_posts(sandbox: Sandbox) -> None:
    ask(sandbox, "POST", f"/{PAGE}/feed", message="Visiting hours change on Monday")
    for address in ("/", "/wall"):
        text = seen(sandbox, address)
        assert "Visiting hours change on Monday" in text
        assert all(channel.name in text for channel in (HEART, NERVE))
        assert f'href="/wall/facebook/{PAGE}"' in text
        assert "Nothing on these pages is public" in text


def test_a_page_shows_text_link_picture_and_alternative_text(sandbox: Sandbox) -> None:
    ask(
        sandbox,
        "POST",
        f"/{PAGE}/feed",
        message="Read this",
        link="https://example.org/cardiology/valve/?utm_content=k7",
    )
    upload(sandbox, png(3), caption="A new room", alt_text_custom='A "bright" room')
    text = seen(sandbox, WALL)
    assert text.index("A new room") < text.index("Read this")
    assert 'href="https://example.org/cardiology/valve/?utm_content=k7"' in text
    assert 'alt="A &#34;bright&#34; room"' in text
    digest = sandbox.public()[1]["pictures"][0]["digest"]
    assert f'src="/media/{digest}"' in text


def test_text_is_never_taken_for_html(sandbox: Sandbox) -> None:
    evil = '<script>alert(1)</script> https://example.org/"><img src=x onerror=alert(1)> {{ 7*7 }}'
    ask(sandbox, "POST", f"/{PAGE}/feed", message=evil, link="https://example.org/'\"><script>alert(2)</script>")
    upload(sandbox, png(3), caption=evil, alt_text_custom='"><script>alert(3)</script>')
    for address in ("/wall?view=moderator", WALL, f"{WALL}?view=moderator"):
        text = seen(sandbox, address)
        assert "<script" not in text
        assert "<img src=x" not in text
        assert html.escape("<script>alert(1)</script>") in text
        assert "{{ 7*7 }}" in text


def test_a_browser_is_told_to_run_nothing(sandbox: Sandbox) -> None:
    connection = http.client.HTTPConnection(urlsplit(sandbox.address).netloc, timeout=20)
    connection.request("GET", "/wall")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; img-src 'self' data:;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_followers_do_not_see_what_moderators_see(sandbox: Sandbox) -> None:
    gone = ask(sandbox, "POST", f"/{PAGE}/feed", message="Taken down").body["id"]
    ask(sandbox, "DELETE", f"/{gone}")
    ask(sandbox, "POST", f"/{PAGE}/feed", message="Only a draft", published="false")
    changed = ask(sandbox, "POST", f"/{PAGE}/feed", message="Befor").body["id"]
    ask(sandbox, "POST", f"/{changed}", message="After")
    sandbox.post_by_hand("facebook", PAGE, "By a person")
    followers, moderators = seen(sandbox, WALL), seen(sandbox, f"{WALL}?view=moderator")
    assert "Taken down" not in followers
    assert "Only a draft" not in followers
    assert "edited" in followers
    for mark in ("Taken down", "deleted ", "Only a draft", "not published", "edited ", "posted by hand", gone):
        assert mark in moderators


def test_a_post_that_lags_is_not_on_the_wall_yet(sandbox: Sandbox) -> None:
    sandbox.add_fault("listing-lag", seconds=600)
    ask(sandbox, "POST", f"/{PAGE}/feed", message="Soon")
    assert "Soon" not in seen(sandbox, WALL)
    assert "Soon" in seen(sandbox, f"{WALL}?view=moderator")


def test_long_pages_are_turned(sandbox: Sandbox) -> None:
    for number in range(51):
        ask(sandbox, "POST", f"/{PAGE}/feed", message=f"Number {number}.")
    first, second = seen(sandbox, WALL), seen(sandbox, f"{WALL}?page=2")
    assert ("Number 50." in first, "Number 0." in first, 'href="?page=2"' in first) == (True, False, True)
    assert ("Number 50." in second, "Number 0." in second, 'href="?page=1"' in second) == (False, True, True)


def test_a_like_counts_when_it_comes_from_the_wall_itself(sandbox: Sandbox) -> None:
    post = ask(sandbox, "POST", f"/{PAGE}/feed", message="Like me").body["id"]
    assert like(sandbox, post, sandbox.address) == 303
    assert like(sandbox, post, "https://example.org") == 403
    assert sandbox.public()[0]["likes"] == 1
    assert "1 like from this wall" in seen(sandbox, WALL)


@pytest.mark.parametrize(
    "path", ["/wall/facebook/1", "/wall/nowhere/1", "/nothing", "/media/00", "/media/..%2Fstate.db"]
)
def test_what_is_not_there_is_said_so(sandbox: Sandbox, path: str) -> None:
    seen(sandbox, path, status=404)


@pytest.mark.browser
@pytest.mark.parametrize("view", ["", "?view=moderator"])
def test_it_fits_a_telephone_of_390_pixels(browser: Any, tmp_path: Path, view: str) -> None:
    with start(tmp_path, pages=[HEART, NERVE]) as sandbox:
        ask(sandbox, "POST", f"/{PAGE}/feed", message="x" * 300, link=f"https://example.org/{'y' * 200}")
        upload(sandbox, png(3), caption="A new room", alt_text_custom="A bright room")
        names = [upload(sandbox, png(n), published="false").body["id"] for n in range(2)]
        ask(sandbox, "POST", f"/{PAGE}/feed", attached_media=json.dumps([{"media_fbid": name} for name in names]))
        page = browser.new_page(viewport={"width": 390, "height": 800})
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        for address in (f"/wall{view}", f"{WALL}{view}"):
            page.goto(sandbox.address + address)
            assert page.evaluate("document.documentElement.scrollWidth") == 390
            assert page.evaluate("[...document.images].filter(i => i.loading != 'lazy' && !i.naturalWidth).length") == 0
        page.close()
    assert complaints == []
