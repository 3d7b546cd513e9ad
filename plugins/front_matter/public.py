"""What the site may show at one instant: the only door through which content reaches Pelican."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.content.people import Person
    from publisher.content.post import Page, Post
    from publisher.content.problem import Problem
    from publisher.content.site import Content, Site
    from publisher.content.specialty import Specialty

OUTCOMES = ("published", "scheduled", "draft", "hidden", "refused")
"""What can become of a file that was read; their counts add up to `read`."""


def tag_slug(tag: str) -> str:
    """The last part of a tag's address: `heart-failure` for "Heart Failure"; a digest where no letter is left."""
    plain = unicodedata.normalize("NFKD", tag).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or f"t-{sha256(tag.encode()).hexdigest()[:8]}"


@dataclass(frozen=True, kw_only=True)
class Public:
    """What the site may show at `now` (aware): nothing in here is scheduled, under embargo or a draft.

    `shown` are the posts that have a page; `listed` those that lists and feeds name, newest first. `counts` says what
    became of every file that was read.
    """

    site: Site
    now: datetime
    specialties: Mapping[str, Specialty]
    people: Mapping[str, Person]
    pages: tuple[Page, ...]
    shown: tuple[Post, ...]
    listed: tuple[Post, ...]
    counts: Mapping[str, int]
    read: int
    problems: tuple[Problem, ...]

    def of_specialty(self, specialty: str) -> tuple[Post, ...]:
        """The listed posts that name the specialty, newest first."""
        return tuple(post for post in self.listed if specialty in post.specialties)

    def of_person(self, person: str) -> tuple[Post, ...]:
        """The listed posts that the person wrote or reviewed, newest first."""
        return tuple(post for post in self.listed if person in _named(post))

    @cached_property
    def tags(self) -> Mapping[str, tuple[str, tuple[Post, ...]]]:
        """Each tag's slug with its name and its listed posts, newest first; slugs in order."""
        names: dict[str, set[str]] = {}
        posts: dict[str, list[Post]] = {}
        for post in self.listed:
            for slug, tag in {tag_slug(tag): tag for tag in post.tags}.items():
                names.setdefault(slug, set()).add(tag)
                posts.setdefault(slug, []).append(post)
        return MappingProxyType({slug: (min(names[slug]), tuple(posts[slug])) for slug in sorted(names)})

    @cached_property
    def named(self) -> Mapping[str, Person]:
        """The people whom a listed post names, by id in order: only they have a page."""
        ids = sorted({person for post in self.listed for person in _named(post)} & set(self.people))
        return MappingProxyType({person: self.people[person] for person in ids})

    def expired(self, post: Post) -> bool:
        """Whether the post's page is kept only for those who hold its address."""
        return post.expires is not None and post.expires <= self.now

    def related(self, post: Post, most: int = 3) -> tuple[Post, ...]:
        """Up to `most` listed posts of the home specialty that share a tag: the closest in topic, then the newest."""
        tags = {tag_slug(tag) for tag in post.tags}
        near = [other for other in self.of_specialty(post.specialty) if other.path != post.path]
        shared = {other.path: len(tags & {tag_slug(tag) for tag in other.tags}) for other in near}
        return tuple(sorted((o for o in near if shared[o.path]), key=lambda o: -shared[o.path])[:most])

    def translations(self, post: Post) -> tuple[Post, ...]:
        """The shown posts that say the same in another language."""
        source = post.translation_of or post.id
        family = [o for o in self.shown if source in (o.id, o.translation_of) and not o.hidden]
        return tuple(other for other in family if other.path != post.path)


def _named(post: Post) -> set[str]:
    return {*post.authors, *([post.review.by] if post.review else [])}


def _count(posts: Iterable[Post], refused: int, now: datetime) -> Mapping[str, int]:
    found = [*(post.visibility(now) for post in posts), *(["refused"] * refused)]
    return MappingProxyType({outcome: found.count(outcome) for outcome in OUTCOMES})


def _is_listed(post: Post, now: datetime) -> bool:
    current = post.expires is None or post.expires > now
    return post.visibility(now) == "published" and post.status in {"published", "corrected"} and current


def decide(content: Content, now: datetime) -> Public:
    """What of `content` is public at `now` (aware). Hidden, expired, archived and retracted posts are in no list."""
    if now.tzinfo is None:
        raise ValueError("the build's instant has no time zone; write it as 2026-03-02T09:00:00+00:00")
    order = sorted(content.posts, key=lambda post: (post.public_from, post.path), reverse=True)
    shown = tuple(post for post in order if post.visibility(now) in {"published", "hidden"})
    return Public(
        site=content.site,
        now=now,
        specialties=MappingProxyType(dict(sorted(content.specialties.items(), key=lambda item: item[1].name))),
        people=content.people,
        pages=tuple(sorted(content.pages, key=lambda page: page.slug)),
        shown=shown,
        listed=tuple(post for post in shown if _is_listed(post, now)),
        counts=_count(content.posts, len(content.refused), now),
        read=content.read,
        problems=content.problems,
    )
