"""Wall times and instants: what a gap and a fold mean, and what is no time at all."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.content.times import at_wall, instant, local, oddity, read_clock, read_day, read_length, zone_exists

CHICAGO = "America/Chicago"
ZONES = st.sampled_from(
    ["America/Chicago", "America/New_York", "America/Phoenix", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu",
     "Africa/Casablanca", "America/St_Johns", "Pacific/Chatham", "America/Santiago"]
)  # fmt: skip
DAYS = st.dates(date(2026, 1, 1), date(2030, 12, 31))
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0, fold=0))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-12-01 09:00", "2026-12-01T15:00:00+00:00"),
        ("2026-07-01 09:00", "2026-07-01T14:00:00+00:00"),
        ("2026-12-01T09:00", "2026-12-01T15:00:00+00:00"),
        ("2026-12-01 09:00:30", "2026-12-01T15:00:30+00:00"),
        ("2026-12-1 9:00", "2026-12-01T15:00:00+00:00"),
        ("2026-12-01 09:00 America/New_York", "2026-12-01T14:00:00+00:00"),
        ("2026-12-01 09:00 UTC", "2026-12-01T09:00:00+00:00"),
        ("2026-12-01T09:00:00Z", "2026-12-01T09:00:00+00:00"),
        ("2026-12-01T09:00:00-05:00", "2026-12-01T14:00:00+00:00"),
        ("2026-12-01 09:00 +0530", "2026-12-01T03:30:00+00:00"),
    ],
)
def test_a_date_is_read_in_the_specialtys_zone_unless_it_names_its_own(text: str, expected: str) -> None:
    assert instant(text, CHICAGO) == (datetime.fromisoformat(expected), None)


def test_a_day_without_a_time_is_its_midnight_and_says_so() -> None:
    assert instant("2026-12-01", CHICAGO) == (datetime(2026, 12, 1, 6, tzinfo=UTC), "midnight")


def test_a_time_in_the_gap_is_moved_forward_by_its_length() -> None:
    found = instant("2026-03-08 02:30", CHICAGO)
    assert found == (datetime(2026, 3, 8, 8, 30, tzinfo=UTC), "gap")
    assert local(found.at, CHICAGO).strftime("%H:%M") == "03:30"


def test_a_half_hour_gap_moves_by_half_an_hour() -> None:
    at = at_wall(date(2026, 10, 4), time(2, 10), "Australia/Lord_Howe")
    assert local(at, "Australia/Lord_Howe").strftime("%H:%M") == "02:40"


def test_a_time_in_the_fold_is_the_first_of_the_two() -> None:
    assert instant("2026-11-01 01:30", CHICAGO) == (datetime(2026, 11, 1, 6, 30, tzinfo=UTC), "fold")


def test_a_fold_that_somebody_handed_in_changes_nothing() -> None:
    assert at_wall(date(2026, 11, 1), time(1, 30, fold=1), CHICAGO) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


@settings(deadline=None)
@given(day=DAYS, at=TIMES, zone=ZONES)
def test_every_wall_time_comes_back_as_itself_unless_it_is_in_a_gap(day: date, at: time, zone: str) -> None:
    found = at_wall(day, at, zone)
    shown = local(found, zone).replace(tzinfo=None, fold=0)
    wall = datetime.combine(day, at)
    if oddity(day, at, zone) == "gap":
        assert timedelta(0) < shown - wall <= timedelta(hours=1)
    else:
        assert shown == wall


@settings(deadline=None)
@given(day=DAYS, at=TIMES, zone=ZONES)
def test_no_earlier_instant_shows_the_same_wall_time(day: date, at: time, zone: str) -> None:
    found = at_wall(day, at, zone)
    wall = datetime.combine(day, at)
    for minutes in (30, 60, 120):
        earlier = (found - timedelta(minutes=minutes)).astimezone(ZoneInfo(zone))
        assert earlier.replace(tzinfo=None, fold=0) != wall


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("tomorrow", "tomorrow is no date; write it like 2026-12-01 09:00"),
        ("01.12.2026", "01.12.2026 is no date; write it like 2026-12-01 09:00"),
        ("2026-02-29", "2026-02-29 is no day of the calendar; write it like 2026-12-01"),
        ("2026-13-01 09:00", "2026-13-01 09:00 is no day of the calendar; write it like 2026-12-01"),
        ("2026-12-01 24:00", "2026-12-01 24:00 has no such time of day; hours run from 00:00 to 23:59"),
        ("2026-12-01 09:00 Mars/Olympus", "Mars/Olympus is no time zone; write one like America/New_York"),
        ("2026-12-01 09:00+19:00", "+19:00 is no offset from UTC; write one like -05:00"),
        ("0026-12-01", "0026-12-01 lies outside the years 1970 to 2199; write it like 2026-12-01"),
        ("2026-12-01 09:00 EST EST", "2026-12-01 09:00 EST EST is no date; write it like 2026-12-01 09:00"),
    ],
)
def test_what_is_no_date_says_what_to_write(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r"\w") as raised:
        instant(text, CHICAGO)
    assert str(raised.value) == sentence


@pytest.mark.parametrize("name", ["", "Chicago", "../etc/passwd", "/etc/localtime", "America", "a\0b", "é"])
def test_what_is_no_zone_is_never_opened(name: str) -> None:
    assert not zone_exists(name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("6h", timedelta(hours=6)), ("90m", timedelta(minutes=90)), ("2d", timedelta(days=2)),
     ("1h 30m", timedelta(minutes=90)), ("1d12h", timedelta(hours=36)), ("45 min", timedelta(minutes=45)),
     ("0m", timedelta(0))],
)  # fmt: skip
def test_lengths_are_days_hours_and_minutes(text: str, expected: timedelta) -> None:
    assert read_length(text) == expected


@pytest.mark.parametrize("text", ["6", "six hours", "", "-6h", "6h6h", "99999d", "1.5h"])
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write it like 6h, 90m or 2d"):
        read_length(text)


def test_clocks_and_days_are_read_alone() -> None:
    assert read_clock("9:05") == time(9, 5)
    assert read_day("2026-11-10") == date(2026, 11, 10)
    with pytest.raises(ValueError, match="takes a day without a time; write 2026-11-10"):
        read_day("2026-11-10 09:00")
    with pytest.raises(ValueError, match="9 is no time of day; write it like 09:00"):
        read_clock("9")
