"""A message is exactly what its platform is asked to show: the post's words, the notice, the link, the pictures."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher import platforms
from publisher.content.channel import Channel
from publisher.content.links import read_back
from publisher.content.post import Image, Post, Social, Variant
from publisher.content.site import Site
from publisher.content.text import Counting, count
from publisher.platforms.base import Limit, Rules
from publisher.render import length, message, render_problems, rules_for

SITE = Site(name="Example Health", base_url="https://health.example.org", post_notice="Fictional sample.")
PAGE = Channel(platform="facebook", remote_id="1", name="Example Health Cardiology", token="FB_CARDIOLOGY")
ACCOUNT = Channel(platform="x", remote_id="5", name="Example Health", token="X_MAIN")
KEY = "2026-valve/facebook:1/1"
LINK = (
    "https://health.example.org/cardiology/valve/"
    "?utm_source=facebook&utm_medium=social&utm_campaign=2026-valve&utm_content=hm3bf4ibbi"
)
CLINIC = Image(
    path="cardiology/clinic.jpg", digest="ab" * 32, mime="image/jpeg", alt="A bright waiting room", focus="40% 30%"
)


def limit(value: int) -> Limit:
    return Limit(value=value, unit="of them", source="made up", checked="2026-11-22")


def rules(text: int = 500, counting: Counting = "characters", **more: Any) -> Rules:
    given: dict[str, Any] = {
        "text": limit(text), "counting": counting, "pictures": limit(4), "picture_bytes": limit(1_000_000),
        "picture_types": ("image/jpeg", "image/png"), "source": "made up", "checked": "2026-11-22",
    }  # fmt: skip
    return Rules(**{**given, **more})


def post(**more: Any) -> Post:
    given: dict[str, Any] = {
        "id": "2026-valve", "path": "content/cardiology/valve.md", "specialty": "cardiology", "slug": "valve",
        "title": "A new valve without open surgery", "summary": "What the clinic offers, and for whom.",
        "date": datetime(2026, 12, 1, 15, tzinfo=UTC), "specialties": ("cardiology",),
    }  # fmt: skip
    return Post(**{**given, **more})


def saying(platform: str = "facebook", **variant: Any) -> Social:
    return Social(variants=MappingProxyType({platform: Variant(**variant)}))


def test_without_words_of_its_own_it_is_title_summary_and_notice() -> None:
    shown = message(post(), PAGE, SITE, rules(), KEY)
    assert shown.text == (
        "A new valve without open surgery\n\nWhat the clinic offers, and for whom.\n\nFictional sample."
    )
    assert shown.link == LINK
    assert shown.pictures == ()


def test_the_posts_own_words_for_the_platform_come_first() -> None:
    own = post(social=saying(text="Three people on their new valve.\n"))
    assert message(own, PAGE, SITE, rules(), KEY).text == "Three people on their new valve.\n\nFictional sample."
    assert message(own, ACCOUNT, SITE, rules(), KEY).text.startswith("A new valve without open surgery\n\n")


def test_the_comment_that_readers_may_share_is_not_what_we_say() -> None:
    assert "I was there" not in message(post(share="I was there"), PAGE, SITE, rules(), KEY).text


def test_a_notice_that_the_words_hold_already_is_not_said_twice() -> None:
    own = post(social=saying(text="Fictional sample. Three people on their new valve."))
    assert message(own, PAGE, SITE, rules(), KEY).text == "Fictional sample. Three people on their new valve."


def test_a_site_without_a_notice_adds_none() -> None:
    bare = replace(SITE, post_notice="")
    assert message(post(summary=""), PAGE, bare, rules(), KEY).text == "A new valve without open surgery"


def test_the_link_stands_in_the_text_where_the_platform_shows_it_there() -> None:
    shown = message(post(summary=""), PAGE, SITE, rules(link_in_text=True), KEY)
    assert shown.text == f"A new valve without open surgery\n\nFictional sample.\n\n{LINK}"
    assert shown.link == LINK


@pytest.mark.parametrize(("image", "in_text"), [(None, False), (CLINIC, True)])
def test_where_pictures_hide_the_link_card_the_link_stands_in_the_text(image: Image | None, in_text: bool) -> None:
    shown = message(post(image=image), PAGE, SITE, rules(pictures_hide_link=True), KEY)
    assert (LINK in shown.text) == in_text


def test_the_text_for_facebook_is_the_text_that_facebook_is_asked_to_show() -> None:
    from publisher.platforms.facebook import shown_text

    facebook = platforms.load("facebook").rules
    for image in (None, CLINIC):
        shown = message(post(image=image), PAGE, SITE, facebook, KEY)
        assert shown_text(shown) == shown.text


def test_the_link_says_where_it_was_shared_and_leads_back() -> None:
    tracked = read_back(message(post(campaign="heart-month"), PAGE, SITE, rules(), KEY).link)
    assert tracked is not None
    assert (tracked.address, tracked.source, tracked.medium, tracked.campaign, tracked.code) == (
        "https://health.example.org/cardiology/valve/", "facebook", "social", "heart-month", "hm3bf4ibbi",
    )  # fmt: skip


def test_each_edition_and_channel_has_a_code_of_its_own() -> None:
    keys = (KEY, "2026-valve/facebook:1/2", "2026-valve/facebook:2/1")
    assert len({message(post(), PAGE, SITE, rules(), key).link for key in keys}) == 3


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("/cardiology/appointments/", "https://health.example.org/cardiology/appointments/"),
        ("https://heart.example.org/walk?day=5", "https://heart.example.org/walk?day=5"),
    ],
)
def test_a_link_of_its_own_is_tracked_like_the_pages(link: str, address: str) -> None:
    tracked = read_back(message(post(social=saying(link=link)), PAGE, SITE, rules(), KEY).link)
    assert tracked is not None
    assert tracked.address == address


def test_the_posts_picture_comes_with_its_alt_text_and_focus() -> None:
    (picture,) = message(post(image=CLINIC), PAGE, SITE, rules(), KEY).pictures
    assert (picture.path, picture.digest, picture.alt, picture.mime, picture.focus) == (
        "cardiology/clinic.jpg", "ab" * 32, "A bright waiting room", "image/jpeg", "40% 30%",
    )  # fmt: skip


def test_pictures_of_its_own_replace_the_posts_and_none_means_none() -> None:
    other = replace(CLINIC, path="cardiology/valve.png", mime="image/png", alt="A valve on a fingertip")
    two = post(image=CLINIC, social=saying(images=(other, CLINIC)))
    none = post(image=CLINIC, social=saying(images=()))
    assert [p.alt for p in message(two, PAGE, SITE, rules(), KEY).pictures] == [
        "A valve on a fingertip", "A bright waiting room",
    ]  # fmt: skip
    assert message(none, PAGE, SITE, rules(), KEY).pictures == ()


def test_what_the_network_has_of_its_own_is_handed_on() -> None:
    own = post(social=saying(extra=MappingProxyType({"board": "Heart"})))
    assert dict(message(own, PAGE, SITE, rules(), KEY).extra) == {"board": "Heart"}


def test_the_marks_that_the_ledger_minted_are_handed_on_and_are_no_part_of_the_digest() -> None:
    bare = message(post(), PAGE, SITE, rules(), KEY)
    marked = message(post(), PAGE, SITE, rules(), KEY, idempotency_key="i-1", record_key="r-1")
    assert (marked.idempotency_key, marked.record_key) == ("i-1", "r-1")
    assert marked.digest == bare.digest


def test_title_and_summary_are_shortened_between_words_and_notice_and_link_stay_whole() -> None:
    shown = message(post(), PAGE, SITE, rules(70, link_in_text=True, link_cost=limit(23)), KEY)
    assert shown.text == f"A new valve without open…\n\nFictional sample.\n\n{LINK}"
    (problem,) = render_problems(post(), PAGE, SITE, rules(70, link_in_text=True, link_cost=limit(23)), KEY)
    assert (problem.severity, problem.rule) == ("advice", "text-shortened")


def test_words_of_its_own_are_never_shortened_and_too_many_are_a_problem_with_the_line() -> None:
    own = post(social=saying("x", text="a" * 265), lines=MappingProxyType({"social.x.text": 9}))
    allowed = rules(280, "weighted")
    assert message(own, ACCOUNT, SITE, allowed, "2026-valve/x:5/1").text == "a" * 265 + "\n\nFictional sample."
    (problem,) = render_problems(own, ACCOUNT, SITE, allowed, "2026-valve/x:5/1")
    assert str(problem) == (
        "content/cardiology/valve.md:9: social.x.text: 284 characters as X counts them, with notice and link; "
        "X allows 280: shorten it"
    )


def test_a_link_costs_what_the_platform_says_whatever_its_length() -> None:
    own = post(social=saying(text="x" * 50))
    fits = rules(50 + 2 + 17 + 2 + 23, link_in_text=True, link_cost=limit(23))
    assert render_problems(own, PAGE, SITE, fits, KEY) == ()
    assert [
        p.rule for p in render_problems(own, PAGE, SITE, rules(93, link_in_text=True, link_cost=limit(23)), KEY)
    ] == ["text-too-long"]
    assert [p.rule for p in render_problems(own, PAGE, SITE, rules(94, link_in_text=True), KEY)] == ["text-too-long"]


def test_a_notice_that_leaves_no_room_is_a_problem_of_the_site() -> None:
    (problem,) = render_problems(post(), PAGE, replace(SITE, post_notice="n" * 600), rules(500), KEY)
    assert problem.message.endswith("shorten post-notice in site.yml")


def test_pictures_that_the_platform_would_refuse_are_problems() -> None:
    heavy = replace(CLINIC, mime="image/webp", alt="a" * 101)
    own = post(social=saying(images=(heavy, *[CLINIC] * 4)), lines=MappingProxyType({"social.facebook": 12}))
    found = render_problems(own, PAGE, SITE, rules(alt_text=limit(100)), KEY)
    where = "content/cardiology/valve.md:12: social.facebook.images:"
    assert [str(p) for p in found] == [
        f"{where} the alt text of cardiology/clinic.jpg has 101 characters; Facebook allows 100",
        f"{where} cardiology/clinic.jpg is image/webp; Facebook takes jpeg, png",
        f"{where} 5 pictures; Facebook allows 4",
    ]
    assert [p.field for p in render_problems(post(image=heavy), PAGE, SITE, rules(alt_text=limit(100)), KEY)] == [
        "image", "image.alt",
    ]  # fmt: skip


def test_a_network_that_we_cannot_speak_to_gets_its_link_in_the_text_for_pasting() -> None:
    assert rules_for("facebook") == platforms.load("facebook").rules
    board = Channel(platform="noticeboard", remote_id="7", name="The hall", mode="by-hand")
    shown = message(post(), board, SITE, rules_for("noticeboard"), "2026-valve/noticeboard:7/1")
    assert shown.link in shown.text


COUNTINGS: tuple[Counting, ...] = ("graphemes", "weighted", "utf-8 bytes", "characters")
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)
spoken = st.lists(
    st.one_of(st.sampled_from(["heart", "👩‍👩‍👧‍👦", "e\u0301", "日本語", "https://health.example.org/a", "."]), words),
    max_size=60,
)


@st.composite
def limits(draw: st.DrawFn) -> Rules:
    return rules(
        draw(st.integers(260, 600)), draw(st.sampled_from(COUNTINGS)), link_in_text=draw(st.booleans()),
        link_cost=draw(st.sampled_from([None, limit(23)])),
    )  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(title=spoken.map(" ".join), summary=spoken.map("\n".join), allowed=limits())
def test_whatever_title_and_summary_hold_the_message_is_within_the_limit(
    title: str, summary: str, allowed: Rules
) -> None:
    shown = message(post(title=title, summary=summary), PAGE, SITE, allowed, KEY)
    assert length(shown.text, allowed) <= allowed.text.value
    found = render_problems(post(title=title, summary=summary), PAGE, SITE, allowed, KEY)
    assert "text-too-long" not in {p.rule for p in found}
    assert "Fictional sample." in shown.text
    assert not allowed.link_in_text or shown.text.endswith(LINK)


@settings(max_examples=100, deadline=None)
@given(text=words, counting=st.sampled_from(COUNTINGS), most=st.integers(1, 300))
def test_words_of_its_own_are_within_the_limit_or_a_problem(text: str, counting: Counting, most: int) -> None:
    own = post(social=saying(text=text))
    shown = message(own, PAGE, SITE, rules(most, counting), KEY)
    too_long = "text-too-long" in {p.rule for p in render_problems(own, PAGE, SITE, rules(most, counting), KEY)}
    assert too_long == (count(shown.text, counting) > most)
    assert text.strip() in shown.text
