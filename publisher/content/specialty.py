"""One medical group: its owners, its zone, its schedule and its channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publisher.content.channel import Channel


@dataclass(frozen=True, kw_only=True, order=True)
class Slot:
    """A weekday (Monday is 0) and a wall-clock time in the specialty's zone."""

    weekday: int
    at: time


@dataclass(frozen=True, kw_only=True)
class Quiet:
    """Hours in which nothing goes out: half-open wall-clock range [start, end), across midnight when end < start."""

    start: time
    end: time

    def covers(self, wall: time) -> bool:
        """Whether a wall-clock time lies in the range."""
        if self.start <= self.end:
            return self.start <= wall < self.end
        return wall >= self.start or wall < self.end

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Posting times, quiet hours, least spacing between two posts of one channel, most posts per local day."""

    slots: tuple[Slot, ...] = ()
    quiet: Quiet | None = None
    spacing: timedelta = timedelta(0)
    per_day: int | None = None


@dataclass(frozen=True, kw_only=True)
class Specialty:
    """One folder under content/ with its specialty.yml. `zone` is an IANA name that has been found to exist."""

    id: str
    name: str
    zone: str
    owners: tuple[str, ...] = ()
    reviewers: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    appointment: str = ""
    summary: str = ""
    schedule: Schedule = field(default_factory=Schedule)
    channels: tuple[Channel, ...] = ()
    path: str = ""
    lines: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}), compare=False)
