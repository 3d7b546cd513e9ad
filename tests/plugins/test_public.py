"""Which posts the site shows and lists at one instant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from front_matter.public import decide, tag_slug

from publisher.content.post import Post, Review
from publisher.content.site import Content

NOW = datetime(2026, 2, 1, tzinfo=UTC)
Posts = Callable[..., Post]
Contents = Callable[..., Content]


def slugs(posts: tuple[Post, ...]) -> list[str]:
    return [post.slug for post in posts]


def test_every_file_that_was_read_is_counted_once(content: Contents, post: Posts) -> None:
    posts = [
        post("out"), post("soon", date=NOW + timedelta(days=1)), post("draft", status="draft"),
        post("quiet", hidden=True), post("gone", status="retracted"),
        post("sealed", embargo=NOW + timedelta(seconds=1)),
    ]  # fmt: skip
    public = decide(content(*posts, refused=("content/cardiology/bad.md",)), NOW)
    assert public.counts == {"published": 2, "scheduled": 2, "draft": 1, "hidden": 1, "refused": 1}
    assert public.read == 7


@pytest.mark.parametrize(
    ("given", "shown", "listed"),
    [
        ({}, True, True),
        ({"status": "corrected"}, True, True),
        ({"status": "archived"}, True, False),
        ({"status": "retracted"}, True, False),
        ({"status": "draft"}, False, False),
        ({"hidden": True}, True, False),
        ({"date": NOW}, True, True),
        ({"date": NOW + timedelta(microseconds=1)}, False, False),
        ({"embargo": NOW + timedelta(microseconds=1)}, False, False),
        ({"expires": NOW}, True, False),
        ({"expires": NOW + timedelta(microseconds=1)}, True, True),
    ],
)
def test_a_post_is_shown_and_listed(
    content: Contents, post: Posts, given: dict[str, object], shown: bool, listed: bool
) -> None:
    public = decide(content(post("one", **given)), NOW)
    assert (len(public.shown) == 1, len(public.listed) == 1) == (shown, listed)


def test_lists_are_newest_first_by_the_moment_a_post_became_public(content: Contents, post: Posts) -> None:
    late = post("sealed", 1, embargo=datetime(2026, 1, 20, tzinfo=UTC))
    public = decide(content(post("old", 2), late, post("new", 30)), NOW)
    assert slugs(public.listed) == ["new", "sealed", "old"]


def test_the_order_of_files_changes_nothing(content: Contents, post: Posts) -> None:
    posts = [post("a", 3), post("b", 3), post("c", 1)]
    assert slugs(decide(content(*posts), NOW).listed) == slugs(decide(content(*reversed(posts)), NOW).listed)


def test_related_posts_share_a_tag_and_the_home_and_are_current(content: Contents, post: Posts) -> None:
    posts = [
        post("this", 9, tags=("Heart", "rest")), post("closest", 1, tags=("heart", "rest")),
        post("near", 2, tags=("rest",)), post("other topic", 3, tags=("teeth",)),
        post("expired", 4, tags=("heart",), expires=NOW), post("draft", 5, tags=("heart",), status="draft"),
        post("to come", date=NOW + timedelta(days=9), tags=("heart",)),
        post("elsewhere", 6, tags=("heart",), specialty="neurology", specialties=("neurology",)),
    ]  # fmt: skip
    public = decide(content(*posts), NOW)
    assert slugs(public.related(posts[0])) == ["closest", "near"]


def test_a_translation_that_is_hidden_is_named_by_no_other_page(content: Contents, post: Posts) -> None:
    posts = [
        post("valve", 1), post("valvula", 2, translation_of="valve", lang="es"),
        post("ventil", 3, translation_of="valve", lang="de", hidden=True),
    ]  # fmt: skip
    public = decide(content(*posts), NOW)
    assert slugs(public.translations(posts[0])) == ["valvula"]
    assert slugs(public.translations(posts[2])) == ["valvula", "valve"]


def test_only_people_whom_a_listed_post_names_have_a_page(content: Contents, post: Posts) -> None:
    review = Review(by="ana-roy", date=NOW.date())
    assert list(decide(content(post("one", review=review)), NOW).named) == ["ana-roy"]
    assert list(decide(content(post("one", authors=("ana-roy",), hidden=True)), NOW).named) == []
    assert list(decide(content(post("one", authors=("somebody",))), NOW).named) == []


def test_one_tag_written_in_two_ways_is_one_list(content: Contents, post: Posts) -> None:
    public = decide(
        content(post("a", 2, tags=("heart failure", "Heart Failure")), post("b", 1, tags=("Heart failure",))), NOW
    )
    assert {slug: (name, slugs(posts)) for slug, (name, posts) in public.tags.items()} == {
        "heart-failure": ("Heart Failure", ["a", "b"])
    }


@pytest.mark.parametrize(
    ("tag", "slug"), [("Heart Failure", "heart-failure"), ("  Crohn's & IBD ", "crohn-s-ibd"), ("corazón", "corazon")]
)
def test_a_tag_has_an_address_in_plain_letters(tag: str, slug: str) -> None:
    assert tag_slug(tag) == slug


def test_a_tag_without_latin_letters_has_an_address_of_its_own() -> None:
    assert tag_slug("心") == "t-082c4ae7"
    assert tag_slug("肺") != tag_slug("心")


def test_an_instant_without_a_zone_is_refused(content: Contents) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        decide(content(), datetime(2026, 2, 1))  # noqa: DTZ001 - that is the mistake
