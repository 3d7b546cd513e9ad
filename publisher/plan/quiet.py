"""Which channels are quiet at an instant, so that what is late does not go out at night."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from publisher.content.site import Content
from publisher.plan.timetable import Timetable
from publisher.plan.wishes import Directory
from publisher.platforms.base import Rules


class QuietHours:
    """The quiet hours of every channel: those of any specialty that names it, each in its own zone."""

    def __init__(self, content: Content, rules: Mapping[str, Rules], start: datetime) -> None:
        keepers = Directory(content, rules).keepers
        self._tables = {key: Timetable(named_by, start) for key, named_by in keepers.items()}
        self._last: tuple[datetime, frozenset[str]] | None = None

    def channels(self, at: datetime) -> frozenset[str]:
        """The keys of the channels that are quiet then, worked out once a minute: quiet is whole minutes."""
        minute, last = at.replace(second=0, microsecond=0), self._last
        if last is None or last[0] != minute:
            last = minute, frozenset(key for key, table in self._tables.items() if table.quiet(minute))
            self._last = last
        return last[1]
