"""Slots and quiet hours on every night from 2026 to 2030 on which the clocks of our zones change, minute by minute."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import cache
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_world import schedule, utc

from publisher.content.specialty import Quiet, Schedule, Slot
from publisher.plan.slots import after_quiet, day_after, day_of, in_quiet, moved_by_gap, slots_from

ZONES = (
    "America/Chicago", "America/New_York", "America/Denver", "America/Los_Angeles", "America/Phoenix",
    "America/Anchorage", "America/Havana", "America/Nuuk", "America/Santiago", "Africa/Cairo", "Africa/Casablanca",
    "Asia/Beirut", "Asia/Kathmandu", "Australia/Lord_Howe", "Europe/Dublin", "Europe/London", "Pacific/Chatham",
)  # fmt: skip
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@cache
def changes(zone: str) -> tuple[datetime, ...]:
    """The instants at which the zone's clocks change, from 2026 to 2030, found by looking."""
    found, at, end = [], datetime(2026, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
    while at < end:
        following = at + timedelta(hours=12)
        if offset(zone, at) != offset(zone, following):
            low, high = at, following
            while high - low > MINUTE:
                middle = low + (high - low) // MINUTE // 2 * MINUTE
                low, high = (middle, high) if offset(zone, middle) == offset(zone, at) else (low, middle)
            found.append(high)
        at = following
    return tuple(found)


def offset(zone: str, at: datetime) -> timedelta:
    found = at.astimezone(ZoneInfo(zone)).utcoffset()
    assert found is not None
    return found


def nights() -> Iterator[tuple[str, datetime]]:
    for zone in ZONES:
        for at in changes(zone) or (utc("2026-03-08 09:00"),):
            yield zone, at


NIGHTS = tuple(nights())


def minutes(zone: str, change: datetime) -> list[tuple[datetime, datetime]]:
    """Each minute from two days before the change to two days after, with what the zone's clocks show then."""
    start = change - 2 * DAY
    return [
        (at, at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0))
        for at in (start + n * MINUTE for n in range(4 * 1440))
    ]


def shown(zone: str, change: datetime, weekday: int, at: time) -> set[datetime]:
    """When a slot goes out near the change, by looking at the clocks minute by minute and nothing else.

    The first minute on which the clocks show it; where they skip it, the first that is as long after it as they skip.
    """
    gap = offset(zone, change) - offset(zone, change - MINUTE)
    clocks = minutes(zone, change)
    days = {wall.date() for _, wall in clocks[720:-720] if wall.weekday() == weekday}
    found = set()
    for day in days:
        wanted = datetime.combine(day, at)
        hits = [instant for instant, wall in clocks if wall == wanted]
        if not hits and gap > timedelta(0):
            hits = [instant for instant, wall in clocks if wall == wanted + gap]
        found |= set(hits[:1])
    return found


clock_times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))


def test_every_zone_with_summer_time_has_its_changes_and_phoenix_has_none() -> None:
    assert len(changes("America/Chicago")) == 10
    assert len(changes("Australia/Lord_Howe")) == 10
    assert changes("America/Phoenix") == ()
    assert changes("America/Chicago")[:2] == (utc("2026-03-08 08:00"), utc("2026-11-01 07:00"))


@settings(max_examples=100, deadline=None)
@given(
    night=st.sampled_from(NIGHTS),
    slots=st.lists(st.builds(Slot, weekday=st.integers(0, 6), at=clock_times), max_size=6),
)
def test_a_slot_is_the_minute_at_which_the_clocks_show_it(night: tuple[str, datetime], slots: list[Slot]) -> None:
    zone, change = night
    start, end = change - DAY, change + DAY
    expected = {at for slot in slots for at in shown(zone, change, slot.weekday, slot.at) if start <= at < end}
    got = list(takewhile(lambda at: at < end, slots_from(Schedule(slots=tuple(slots)), zone, start)))
    assert got == sorted(expected)


@settings(max_examples=100, deadline=None)
@given(night=st.sampled_from(NIGHTS), start=clock_times, end=clock_times, minute=st.integers(0, 2879))
def test_quiet_is_what_the_clocks_say_and_ends_at_the_first_minute_that_is_not(
    night: tuple[str, datetime], start: time, end: time, minute: int
) -> None:
    zone, change = night
    quiet = Schedule(quiet=Quiet(start=start, end=end))
    clocks = minutes(zone, change)[1440:]
    loud = [at for at, wall in clocks if not _inside(start, end, wall.time())]
    at = clocks[minute % 1440][0]
    assert in_quiet(quiet, zone, at) == (at not in loud)
    found = after_quiet(quiet, zone, at)
    first = next(loud_at for loud_at in loud if loud_at >= at)
    gap = max(timedelta(0), offset(zone, change) - offset(zone, change - MINUTE))
    assert found >= first
    assert not in_quiet(quiet, zone, found)
    if sum(wall.time() == start for _, wall in clocks) > 1:
        return  # the clocks go back to before the quiet's beginning: one that has begun ends at its end all the same
    assert found <= first + gap
    if found != first:
        assert _skipped(zone, change, end), "only an end that the clocks skip may be moved forward"


def test_a_quiet_that_begins_in_the_repeated_hour_is_one_quiet() -> None:
    """At 01:15 the first time it begins; at 01:00 the second time the clocks are before it, and nobody is awake."""
    quiet = Schedule(quiet=Quiet(start=time(1, 15), end=time(7, 0)))
    first_quarter_past_one = datetime(2026, 11, 1, 6, 15, tzinfo=UTC)
    assert after_quiet(quiet, "America/Chicago", first_quarter_past_one) == datetime(2026, 11, 1, 13, 0, tzinfo=UTC)


def _inside(start: time, end: time, wall: time) -> bool:
    if start <= end:
        return start <= wall < end
    return wall >= start or wall < end


def _skipped(zone: str, change: datetime, end: time) -> bool:
    return all(wall.time() != end for at, wall in minutes(zone, change) if abs(at - change) < 10 * 60 * MINUTE)


@pytest.mark.parametrize(
    ("zone", "words", "expected"),
    [
        ("America/Chicago", "Sun 02:30", "2026-03-08 08:30"),  # skipped: 03:30 CDT
        ("America/Chicago", "Sun 01:30", "2026-03-08 07:30"),  # 01:30 CST, the last half hour before the gap
        ("Europe/London", "Sun 01:15", "2026-03-29 01:15"),  # skipped: 02:15 BST
        ("Australia/Lord_Howe", "Sun 02:10", "2026-10-03 15:40"),  # skipped by half an hour: 02:40 +11
        ("America/Phoenix", "Sun 02:30", "2026-03-08 09:30"),
        ("America/Havana", "Sun 00:30", "2026-03-08 05:30"),  # midnight itself is skipped: 01:30 CDT
    ],
)
def test_a_slot_that_the_clocks_skip_is_moved_forward_by_the_gap(zone: str, words: str, expected: str) -> None:
    at = utc(expected)
    assert next(slots_from(schedule([words]), zone, at - DAY)) == at


@pytest.mark.parametrize(
    ("zone", "words", "expected"),
    [
        ("America/Chicago", "Sun 01:30", "2026-11-01 06:30"),  # CDT, and not again an hour later in CST
        ("Europe/London", "Sun 01:30", "2026-10-25 00:30"),
        ("Australia/Lord_Howe", "Sun 01:45", "2026-04-04 14:45"),
    ],
)
def test_a_slot_that_the_clocks_show_twice_is_the_first_and_only_that(zone: str, words: str, expected: str) -> None:
    slots = slots_from(schedule([words]), zone, utc(expected) - DAY)
    first, second = next(slots), next(slots)
    assert first == utc(expected)
    assert second - first > 6 * DAY


def test_a_moved_slot_is_told_from_one_at_its_own_time() -> None:
    times = schedule(["Sun 02:30", "Sun 04:00"])
    assert moved_by_gap(times, "America/Chicago", utc("2026-03-08 08:30"))
    assert not moved_by_gap(times, "America/Chicago", utc("2026-03-08 09:00"))
    assert not moved_by_gap(times, "America/Chicago", utc("2026-03-15 07:30"))


def test_two_slots_that_a_gap_puts_on_one_instant_are_one() -> None:
    slots = slots_from(schedule(["Sun 02:30", "Sun 03:30", "Sun 09:00"]), "America/Chicago", utc("2026-03-08 06:00"))
    assert [next(slots), next(slots)] == [utc("2026-03-08 08:30"), utc("2026-03-08 14:00")]


def test_a_slot_moved_past_midnight_keeps_the_order() -> None:
    """In Nuuk the clocks go from Saturday 23:00 to Sunday 00:00."""
    slots = slots_from(schedule(["Sat 23:30", "Sun 00:15"]), "America/Nuuk", utc("2026-03-28 12:00"))
    assert [next(slots), next(slots)] == [utc("2026-03-29 01:15"), utc("2026-03-29 01:30")]


def test_a_schedule_without_slots_has_none() -> None:
    assert list(slots_from(schedule(), "UTC", utc("2026-01-01 00:00"))) == []


def test_the_slot_at_the_start_itself_counts() -> None:
    assert next(slots_from(schedule(["Mon 09:00"]), "UTC", utc("2026-11-23 09:00"))) == utc("2026-11-23 09:00")


def test_a_day_belongs_to_the_zone() -> None:
    at = utc("2026-11-24 05:30")
    assert day_of("America/Chicago", at).isoformat() == "2026-11-23"
    assert day_of("Europe/London", at).isoformat() == "2026-11-24"
    assert day_after("America/Chicago", at) == utc("2026-11-24 06:00")


def test_two_quiets_are_one_when_the_clocks_skip_all_that_lies_between() -> None:
    """In Santiago the clocks go from Saturday 24:00 to Sunday 01:00."""
    quiet = schedule(quiet="00:15-00:00")
    assert after_quiet(quiet, "America/Santiago", utc("2026-09-05 12:00")) == utc("2026-09-07 03:00")


def test_quiet_hours_are_half_open_and_cross_midnight() -> None:
    quiet = schedule(quiet="21:00-07:00")
    assert not in_quiet(quiet, "UTC", utc("2026-11-23 20:59"))
    assert in_quiet(quiet, "UTC", utc("2026-11-23 21:00"))
    assert in_quiet(quiet, "UTC", utc("2026-11-24 06:59"))
    assert not in_quiet(quiet, "UTC", utc("2026-11-24 07:00"))
    assert after_quiet(quiet, "UTC", utc("2026-11-23 22:00")) == utc("2026-11-24 07:00")
    assert after_quiet(quiet, "UTC", utc("2026-11-23 12:00")) == utc("2026-11-23 12:00")
