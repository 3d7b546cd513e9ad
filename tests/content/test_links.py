"""A tracked address says where it was shared and can be read back, however a network wrapped it."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.content.links import Tracked, read_back, tracked

ADDRESS = "https://health.example.org/cardiology/valve/"
URL = f"{ADDRESS}?utm_source=facebook&utm_medium=social&utm_campaign=2026-valve&utm_content=k7f3abcdef"
READ = Tracked(ADDRESS, "facebook", "social", "2026-valve", "k7f3abcdef")
CODES = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=10, max_size=10)
WORDS = st.text(min_size=1, max_size=20).filter(str.strip)


def test_the_whole_address_is_this() -> None:
    assert tracked(ADDRESS, "facebook", "social", "2026-valve", "k7f3abcdef") == URL


def test_a_query_and_an_anchor_stay() -> None:
    url = tracked(f"{ADDRESS}?lang=es#hours", "facebook", "social", "a/b", "k7f3abcdef")
    assert url == (
        f"{ADDRESS}?lang=es&utm_source=facebook&utm_medium=social&utm_campaign=a/b&utm_content=k7f3abcdef#hours"
    )


def test_tracking_what_is_tracked_replaces_it() -> None:
    assert tracked(URL, "x", "social", "b", "aaaaaaaaaa") == (
        f"{ADDRESS}?utm_source=x&utm_medium=social&utm_campaign=b&utm_content=aaaaaaaaaa"
    )


@pytest.mark.parametrize(
    "url",
    [
        URL,
        f"{URL}&fbclid=IwAR0abc",
        URL.replace("?", "?fbclid=IwAR0abc&"),
        f"https://l.facebook.com/l.php?u={quote(URL, safe='')}&h=AT0abc",
        f"https://lm.facebook.com/l.php?h=AT0abc&u={quote(URL + '&fbclid=1', safe='')}",
        f"https://L.Facebook.com/l.php?u={quote(URL, safe='')}",
        f"https://out.example.net/go?from=https%3A%2F%2Fexample.net%2F&to={quote(URL, safe='')}",
        f"{URL}.",
        f"{URL}),",
        f"<{URL}>",
        f" {URL}\n",
        URL.replace("https://health", "HTTPS://HEALTH"),
    ],
    ids=["plain", "fbclid", "fbclid first", "shim", "mobile shim", "shim in capitals", "any network's", "full stop",
         "bracket", "angles", "blanks", "capitals"],
)  # fmt: skip
def test_a_tracked_address_is_read_back_however_it_was_wrapped(url: str) -> None:
    found = read_back(url)
    assert found is not None
    assert found[1:] == READ[1:]
    assert found.address.partition("?")[0] == ADDRESS


@pytest.mark.parametrize(
    "url",
    [
        ADDRESS,
        "",
        "nonsense",
        "https://[broken",
        f"{ADDRESS}?utm_content=k7f3abcdef",
        URL.replace("k7f3abcdef", "newsletter-9"),
        URL.replace("k7f3abcdef", "K7F3-ABCDEF"),
        URL.replace("https", "javascript"),
        "https://l.facebook.com/l.php?h=AT0abc",
    ],
)
def test_any_other_address_is_none_of_ours(url: str) -> None:
    assert read_back(url) is None


def test_shims_within_shims_end() -> None:
    url = URL
    for _ in range(6):
        url = f"https://l.facebook.com/l.php?u={quote(url, safe='')}"
    assert read_back(url) is None


@settings(deadline=None)
@given(source=WORDS, medium=WORDS, campaign=WORDS, code=CODES)
def test_what_is_tracked_is_what_is_read_back(source: str, medium: str, campaign: str, code: str) -> None:
    assert read_back(tracked(ADDRESS, source, medium, campaign, code)) == (ADDRESS, source, medium, campaign, code)


@settings(deadline=None)
@given(st.text(max_size=100))
def test_reading_back_anything_never_fails(text: str) -> None:
    read_back(text)
    read_back(f"https://l.facebook.com/l.php?u={text}")
