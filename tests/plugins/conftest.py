"""Posts and content made in memory, for the plugins' pure functions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from publisher.content.people import Person
from publisher.content.post import Post
from publisher.content.site import Content, Site
from publisher.content.specialty import Specialty


def a_post(slug: str, day: int = 1, **given: Any) -> Post:
    about: dict[str, Any] = {
        "id": slug, "path": f"content/cardiology/{slug}.md", "specialty": "cardiology", "slug": slug,
        "title": slug.title(),
        "date": datetime(2026, 1, day, 9, tzinfo=UTC), "specialties": ("cardiology",), "digest": "0" * 64,
    }  # fmt: skip
    return Post(**{**about, **given})


@pytest.fixture
def post() -> Callable[..., Post]:
    """Makes a post of cardiology from its slug, its day in January 2026 and whatever else is given."""
    return a_post


@pytest.fixture
def content() -> Callable[..., Content]:
    """Makes a content of the posts that are given."""

    def made(*posts: Post, refused: tuple[str, ...] = (), read: int | None = None) -> Content:
        names = {"cardiology": "Cardiology", "neurology": "Neurology"}
        return Content(
            root=".", site=Site(name="Sample Health", base_url="https://sample.example.org"), posts=posts, pages=(),
            specialties={key: Specialty(id=key, name=name, zone="UTC") for key, name in names.items()},
            people={"ana-roy": Person(id="ana-roy", name="Ana Roy")}, problems=(), refused=refused,
            read=len(posts) + len(refused) if read is None else read, digest="",
        )  # fmt: skip

    return made
