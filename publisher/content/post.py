"""One Markdown file with YAML front matter: what is said, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Literal

Day = date
Kind = Literal["article", "news", "story", "video"]
Status = Literal["draft", "published", "corrected", "retracted", "archived"]
Visibility = Literal["published", "scheduled", "draft", "hidden"]


@dataclass(frozen=True, kw_only=True)
class Image:
    """A picture beside a post. `path` is POSIX and relative to the content root; `digest` is SHA-256 of its bytes."""

    path: str
    digest: str
    mime: str
    alt: str
    credit: str = ""
    focus: str = ""


@dataclass(frozen=True, kw_only=True)
class Review:
    """Who reviewed it medically (a person's id), when, and when it is due again."""

    by: str
    date: Day
    due: Day | None = None


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A post's own wording, pictures, link or time for one platform. None: as the post says.

    `publish` is an instant (aware) or None. `extra` holds what one network has of its own, text to text.
    """

    text: str | None = None
    images: tuple[Image, ...] | None = None
    link: str | None = None
    video: str | None = None
    publish: datetime | None = None
    extra: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, kw_only=True)
class Social:
    """When and where a post goes out. `publish` is a rule or an instant (aware); `repeat` makes editions 2, 3, …"""

    publish: Literal["next-slot", "with-page", "none"] | datetime = "next-slot"
    grace: timedelta = timedelta(hours=6)
    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    repeat: tuple[datetime, ...] = ()
    variants: Mapping[str, Variant] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, kw_only=True)
class Post:
    """What is said, once. Instants are aware, in UTC; `specialties` begins with the home specialty.

    `lines` maps each dotted front-matter field to its line (from 1), so that later findings can point there.
    `digest` is of the post as read (front matter as values, body, pictures' bytes), not of any page made from it.
    """

    id: str
    path: str
    specialty: str
    slug: str
    title: str
    date: datetime
    specialties: tuple[str, ...]
    summary: str = ""
    body: str = ""
    body_line: int = 1
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    kind: Kind = "article"
    status: Status = "published"
    hidden: bool = False
    lang: str = "en"
    image: Image | None = None
    attachments: tuple[Image, ...] = ()
    review: Review | None = None
    consent: str = ""
    sources: tuple[str, ...] = ()
    embargo: datetime | None = None
    expires: datetime | None = None
    share: str = ""
    audience: str = ""
    campaign: str = ""
    aliases: tuple[str, ...] = ()
    key_facts: tuple[str, ...] = ()
    corrections: tuple[str, ...] = ()
    transcript: str = ""
    video: str = ""
    translation_of: str = ""
    social: Social = field(default_factory=Social)
    lines: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}), compare=False)
    digest: str = ""

    @property
    def address(self) -> str:
        """The path of the page on the site: `/<home specialty>/<slug>/`."""
        return f"/{self.specialty}/{self.slug}/"

    @property
    def public_from(self) -> datetime:
        """The first instant at which anything anywhere may show it: its date, or its embargo when that is later."""
        return max(self.date, self.embargo) if self.embargo else self.date

    def visibility(self, now: datetime) -> Visibility:
        """What the site does with it at `now`."""
        if self.status == "draft":
            return "draft"
        if self.public_from > now:
            return "scheduled"
        return "hidden" if self.hidden else "published"


@dataclass(frozen=True, kw_only=True)
class Page:
    """A static page under content/pages/, at `/<slug>/`."""

    path: str
    slug: str
    title: str
    summary: str = ""
    body: str = ""
    body_line: int = 1
    attachments: tuple[Image, ...] = ()
    lines: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}), compare=False)
    digest: str = ""
