"""Lists in pages that are numbered from the oldest, so that a new post rewrites the newest page and no other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.content.post import Post

PER_PAGE = 20


@dataclass(frozen=True, kw_only=True)
class ListPage:
    """One page of a list: `posts`, newest first, are those from `first` to `last` of `total`.

    A numbered page is complete for good: its `total` counts what there was up to its newest post (`closed`), so that it
    stays true, and stays the same bytes, however much is published later. `newer` and `older` are addresses, or empty.
    """

    address: str
    posts: tuple[Post, ...]
    total: int
    closed: bool = False
    number: int = 0
    newer: str = ""
    older: str = ""

    @property
    def first(self) -> int:
        """The position of its first post, from 1 (0: the list is empty)."""
        return 1 if self.posts else 0

    @property
    def last(self) -> int:
        """The position of its last post."""
        return len(self.posts)


def pages(posts: Sequence[Post], address: str, per_page: int = PER_PAGE) -> tuple[ListPage, ...]:
    """The pages of a list of `posts` (newest first) at `address`: the newest there, then the numbered, newest first.

    Page n holds the n-th `per_page` posts counted from the oldest, at `address`page/n/. The newest page holds what is
    in no numbered one: at least `per_page` posts where there are as many, and never twice as many.
    """
    oldest_first = list(reversed(posts))
    numbered = max(len(posts) // per_page - 1, 0)
    addresses = [*(f"{address}page/{number}/" for number in range(1, numbered + 1)), address]
    newest = tuple(reversed(oldest_first[numbered * per_page :]))
    top = ListPage(address=address, posts=newest, total=len(posts), older=addresses[-2] if numbered else "")
    rest = [
        ListPage(
            address=addresses[number - 1], number=number, closed=True, total=number * per_page,
            posts=tuple(reversed(oldest_first[(number - 1) * per_page : number * per_page])),
            newer=addresses[number], older=addresses[number - 2] if number > 1 else "",
        )
        for number in range(numbered, 0, -1)
    ]  # fmt: skip
    return (top, *rest)
