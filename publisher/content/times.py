"""Wall times with their zone ⇄ instants, with the rules for the two odd nights of a year stated once.

A wall time that a clock change skips is moved forward by the length of the gap (02:30 → 03:30). A wall time that a
clock change shows twice is the first of the two. Instants are aware and in UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Oddity = Literal["gap", "fold", "midnight"]

_DAY = r"(?P<year>\d{4})-(?P<month>\d\d?)-(?P<day>\d\d?)"
_TIME = r"(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?"
_OFFSET = r"\s*(?P<offset>Z|[+-]\d\d:?[0-5]\d)"
_ZONE = r"\s+(?P<zone>[A-Za-z][A-Za-z0-9_+/-]*)"
_WALL = re.compile(rf"{_DAY}(?:(?:[T\s]\s*){_TIME}(?:{_OFFSET}|{_ZONE})?)?\Z")
_CLOCK = re.compile(r"(\d\d?):(\d\d)\Z")
_LENGTH = re.compile(r"(?:(\d{1,5})\s*d)?\s*(?:(\d{1,5})\s*h)?\s*(?:(\d{1,5})\s*m(?:in)?)?\Z")
_YEARS = range(1970, 2200)
_LONGEST = timedelta(days=3660)
_FARTHEST = timedelta(hours=14)


class Wall(NamedTuple):
    """A date and time as it was written: `at` None when no time of day was given, `zone` empty when none was named."""

    day: date
    at: time | None
    zone: str
    offset: timezone | None


class Instant(NamedTuple):
    """An instant (aware, UTC) and what was odd about the wall time that it was read from."""

    at: datetime
    oddity: Oddity | None


@cache
def zone_exists(name: str) -> bool:
    """Whether `name` is a time zone of the IANA database."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def at_wall(day: date, at: time, zone: str) -> datetime:
    """The instant at which the clocks of `zone` show that time: moved forward by a gap's length, a fold's first."""
    return datetime.combine(day, at.replace(fold=0), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def local(instant: datetime, zone: str) -> datetime:
    """What the clocks of `zone` show at that instant (aware, in that zone)."""
    return instant.astimezone(ZoneInfo(zone))


def oddity(day: date, at: time, zone: str) -> Oddity | None:
    """`gap` when the clocks of `zone` skip that wall time, `fold` when they show it twice, else None."""
    wall = datetime.combine(day, at.replace(fold=0))
    first = wall.replace(tzinfo=ZoneInfo(zone))
    if local(first.astimezone(UTC), zone).replace(tzinfo=None, fold=0) != wall:
        return "gap"
    return "fold" if first.utcoffset() != first.replace(fold=1).utcoffset() else None


def read_wall(text: str) -> Wall:
    """The wall time that the text holds. Raises ValueError with a sentence that says what to write."""
    found = _WALL.match(text.strip())
    if not found:
        raise ValueError(f"{text} is no date; write it like 2026-12-01 09:00")
    day = _day(text, found["year"], found["month"], found["day"])
    at = _time(text, found["hour"], found["minute"], found["second"]) if found["hour"] else None
    named = found["zone"] or ""
    if named and not zone_exists(named):
        raise ValueError(f"{named} is no time zone; write one like America/New_York")
    return Wall(day, at, named, _offset(found["offset"]) if found["offset"] else None)


def instant(text: str, zone: str) -> Instant:
    """The instant that the text means to somebody in `zone`; a zone or offset in the text itself comes first.

    A day without a time of day is its midnight. Raises ValueError with a sentence when the text is no date.
    """
    wall = read_wall(text)
    at = wall.at or time(0, 0)
    if wall.offset is not None:
        return Instant(datetime.combine(wall.day, at, tzinfo=wall.offset).astimezone(UTC), None)
    where = wall.zone or zone
    odd: Oddity | None = oddity(wall.day, at, where) or ("midnight" if wall.at is None else None)
    return Instant(at_wall(wall.day, at, where), odd)


def read_day(text: str) -> date:
    """The day that the text holds. Raises ValueError with a sentence when it holds none or a time as well."""
    wall = read_wall(text)
    if wall.at is not None:
        raise ValueError(f"takes a day without a time; write {wall.day}")
    return wall.day


def read_clock(text: str) -> time:
    """The time of day that `09:00` means. Raises ValueError with a sentence."""
    found = _CLOCK.match(text.strip())
    if not found:
        raise ValueError(f"{text} is no time of day; write it like 09:00")
    return _time(text, found[1], found[2], None)


def read_length(text: str) -> timedelta:
    """The length that `6h`, `90m`, `2d` or `1h 30m` means. Raises ValueError with a sentence."""
    found = _LENGTH.match(text.strip())
    if not found or not any(found.groups()):
        raise ValueError(f"{text} is no length of time; write it like 6h, 90m or 2d")
    days, hours, minutes = (int(part or 0) for part in found.groups())
    length = timedelta(days=days, hours=hours, minutes=minutes)
    if length > _LONGEST:
        raise ValueError(f"{text} is longer than ten years; write it like 6h, 90m or 2d")
    return length


def _day(text: str, year: str, month: str, day: str) -> date:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        raise ValueError(f"{text} is no day of the calendar; write it like 2026-12-01") from None
    if found.year not in _YEARS:
        raise ValueError(f"{text} lies outside the years {_YEARS[0]} to {_YEARS[-1]}; write it like 2026-12-01")
    return found


def _time(text: str, hour: str, minute: str, second: str | None) -> time:
    try:
        return time(int(hour), int(minute), int(second or 0))
    except ValueError:
        raise ValueError(f"{text} has no such time of day; hours run from 00:00 to 23:59") from None


def _offset(text: str) -> timezone:
    if text == "Z":
        return UTC
    length = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    if length > _FARTHEST:
        raise ValueError(f"{text} is no offset from UTC; write one like -05:00")
    return timezone(-length if text[0] == "-" else length)
