"""What belongs to everyone: the site's name and address, shared channels, and the content as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from publisher.content.specialty import Schedule

if TYPE_CHECKING:
    from publisher.content.channel import Channel
    from publisher.content.people import Person
    from publisher.content.post import Page, Post
    from publisher.content.problem import Problem
    from publisher.content.specialty import Specialty


@dataclass(frozen=True, kw_only=True)
class Demo:
    """The instants that the demonstration plays: it begins at `since` and ends at `at` (aware)."""

    since: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Site:
    """content/site.yml. `base_url` has no trailing slash; `channels` belong to everyone, on `schedule` in `zone`.

    `notice` stands on every page of the site, `post_notice` (short) in what goes to the networks; both may be empty.
    """

    name: str
    base_url: str
    zone: str = "UTC"
    brand: str = ""
    tagline: str = ""
    appointment: str = ""
    notice: str = ""
    post_notice: str = ""
    schedule: Schedule = field(default_factory=Schedule)
    channels: tuple[Channel, ...] = ()
    terms: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    demo: Demo | None = None
    path: str = "content/site.yml"
    lines: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}), compare=False)


@dataclass(frozen=True, kw_only=True)
class Content:
    """Everything under content/, with every problem found. A file with an error is refused: it is in no other list.

    `read` counts the Markdown files of posts that were looked at; `refused` those that became no post, so that
    read == len(posts) + len(refused). `digest` is that of all bytes that were read. `files` counts the text files.
    """

    root: str
    site: Site
    specialties: Mapping[str, Specialty]
    people: Mapping[str, Person]
    posts: tuple[Post, ...]
    pages: tuple[Page, ...]
    problems: tuple[Problem, ...]
    read: int
    refused: tuple[str, ...]
    digest: str
    files: int = 0

    def channels(self) -> Mapping[str, Channel]:
        """Every channel of every specialty and of the site, by key."""
        everyone = [*self.site.channels, *(c for s in self.specialties.values() for c in s.channels)]
        return MappingProxyType({channel.key: channel for channel in everyone})
