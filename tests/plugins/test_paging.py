"""Lists are numbered from the oldest, so that one post more leaves the numbered pages as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from specialties.paging import ListPage, pages

if TYPE_CHECKING:
    from publisher.content.post import Post


@pytest.fixture
def newest_first(post: Callable[..., Post]) -> Callable[[int], list[Post]]:
    def made(count: int) -> list[Post]:
        return [post(f"p{number}") for number in range(count, 0, -1)]

    return made


def shown(page: ListPage) -> tuple[str, str, str, int, int, int]:
    return page.address, page.posts[0].slug, page.posts[-1].slug, page.first, page.last, page.total


def test_the_newest_stands_at_the_lists_own_address_and_page_one_holds_the_oldest(
    newest_first: Callable[[int], list[Post]],
) -> None:
    assert [shown(page) for page in pages(newest_first(63), "/cardiology/", 20)] == [
        ("/cardiology/", "p63", "p41", 1, 23, 63),
        ("/cardiology/page/2/", "p40", "p21", 1, 20, 40),
        ("/cardiology/page/1/", "p20", "p1", 1, 20, 20),
    ]


def test_pages_lead_to_their_neighbours(newest_first: Callable[[int], list[Post]]) -> None:
    assert [(page.newer, page.older) for page in pages(newest_first(63), "/c/", 20)] == [
        ("", "/c/page/2/"), ("/c/", "/c/page/1/"), ("/c/page/2/", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("count", [*range(12), 100])
def test_every_post_is_in_exactly_one_page(newest_first: Callable[[int], list[Post]], count: int) -> None:
    every = pages(newest_first(count), "/c/", 4)
    assert [post.slug for page in every for post in page.posts] == [f"p{number}" for number in range(count, 0, -1)]
    assert all(len(page.posts) == 4 for page in every[1:])
    assert min(count, 4) <= len(every[0].posts) < 8


def test_one_post_more_leaves_every_numbered_page_as_it_is(newest_first: Callable[[int], list[Post]]) -> None:
    assert pages(newest_first(63), "/c/", 20)[1:] == pages(newest_first(64), "/c/", 20)[1:]


def test_an_empty_list_is_one_page_that_says_so() -> None:
    (page,) = pages([], "/c/")
    assert (page.posts, page.first, page.last, page.total) == ((), 0, 0, 0)
