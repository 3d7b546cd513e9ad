"""The arithmetic of slots and quiet hours: wall-clock times of a zone to instants and back.

Where a wall time does not exist (the clocks go forward) it is moved forward by the gap; where it exists twice (they go
back) the first is meant. Quiet hours are read off the wall: an instant is quiet when the zone's clocks say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from publisher.content.specialty import Schedule
from publisher.content.times import at_wall

DAY = timedelta(days=1)
_MIDNIGHT = time()


def day_of(zone: str, at: datetime) -> date:
    """The calendar day in the zone that the instant belongs to."""
    return at.astimezone(ZoneInfo(zone)).date()


def day_after(zone: str, at: datetime) -> datetime:
    """The instant (UTC) at which the zone's next calendar day begins."""
    return at_wall(day_of(zone, at) + DAY, _MIDNIGHT, zone)


def slots_from(schedule: Schedule, zone: str, start: datetime) -> Iterator[datetime]:
    """The schedule's slots at or after `start`, in order and without end, each once, in UTC; none without slots.

    A day's slots are held back until the next day has begun: a slot inside a gap at midnight is moved past it.
    """
    if not schedule.slots:
        return
    day, waiting = day_of(zone, start) - DAY, set[datetime]()
    while day < date.max - DAY:
        waiting |= {at_wall(day, slot.at, zone) for slot in schedule.slots if slot.weekday == day.weekday()}
        day += DAY
        midnight = at_wall(day, _MIDNIGHT, zone)
        ready = sorted(at for at in waiting if at < midnight)
        waiting.difference_update(ready)
        yield from (at for at in ready if at >= start)


def in_quiet(schedule: Schedule, zone: str, at: datetime) -> bool:
    """Whether the zone's clocks stand inside the quiet hours [start, end) at that instant."""
    return schedule.quiet is not None and schedule.quiet.covers(at.astimezone(ZoneInfo(zone)).time())


def after_quiet(schedule: Schedule, zone: str, at: datetime) -> datetime:
    """The instant itself when it is not quiet, else when those quiet hours end (UTC).

    An end that does not exist that day is moved forward by the gap like every wall time; one that exists twice ends
    the quiet at its first time, and at its second time again. Where all the time between two quiets is skipped, they
    are one; and a quiet that has begun goes on where the clocks go back to before its beginning.
    """
    if schedule.quiet is None or not in_quiet(schedule, zone, at):
        return at
    today = day_of(zone, at)
    ends = (_ends(today + n * DAY, schedule.quiet.end, zone) for n in range(3))
    return min(end for both in ends for end in both if end > at and not in_quiet(schedule, zone, end))


def moved_by_gap(schedule: Schedule, zone: str, at: datetime) -> bool:
    """Whether a slot's instant is not what its wall time says, because that time does not exist on its day."""
    wall = at.astimezone(ZoneInfo(zone))
    return all((slot.weekday, slot.at) != (wall.weekday(), wall.time()) for slot in schedule.slots)


def _ends(day: date, end: time, zone: str) -> Iterator[datetime]:
    """When the wall says `end` on that day: its first time, and its second where there is one."""
    first = at_wall(day, end, zone)
    yield first
    second = datetime.combine(day, end, ZoneInfo(zone)).replace(fold=1).astimezone(UTC)
    if second > first:
        yield second
