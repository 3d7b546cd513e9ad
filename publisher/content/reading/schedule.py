"""Posting times as specialty.yml and site.yml write them → a Schedule."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from publisher.content.specialty import Quiet, Schedule, Slot
from publisher.content.times import read_clock

if TYPE_CHECKING:
    from publisher.content.reading.fields import Fields

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SLOT = re.compile(r"(?P<day>[A-Za-z]+)\s+(?P<at>\d\d?:\d\d)\Z")
_QUIET = re.compile(r"(?P<start>\d\d?:\d\d)\s*[-\u2013]\s*(?P<end>\d\d?:\d\d)\Z")


def read_schedule(fields: Fields, key: str) -> Schedule:
    """The schedule under a key; without one, no slots and no limits."""
    inner = fields.inner(key)
    if inner is None:
        return Schedule()
    schedule = Schedule(
        slots=_slots(inner),
        quiet=_quiet(inner),
        spacing=inner.length("spacing") or timedelta(0),
        per_day=inner.number("per-day", least=1),
    )
    inner.finish()
    return schedule


def _slots(fields: Fields) -> tuple[Slot, ...]:
    found: dict[Slot, int] = {}
    for line, text in fields.lined_texts("slots"):
        slot = _slot(fields, line, text)
        if slot and slot in found:
            fields.findings.add(
                line, fields.name("slots"), "duplicate-slot", f"{text} stands twice; keep one", severity="warning"
            )
        elif slot:
            found[slot] = line
    return tuple(sorted(found))


def _slot(fields: Fields, line: int, text: str) -> Slot | None:
    found = _SLOT.match(text)
    weekday = WEEKDAYS.index(found["day"][:3].lower()) if found and found["day"][:3].lower() in WEEKDAYS else None
    if found is None or weekday is None:
        fields.findings.add(
            line, fields.name("slots"), "slot", f'{text} is no weekday and time; write it like "Tue 09:00"'
        )
        return None
    try:
        return Slot(weekday=weekday, at=read_clock(found["at"]))
    except ValueError as error:
        fields.findings.add(line, fields.name("slots"), "slot", str(error))
        return None


def _quiet(fields: Fields) -> Quiet | None:
    text = fields.text("quiet")
    found = _QUIET.match(text)
    if not text:
        return None
    if not found:
        fields.complain("quiet", "quiet", f'{text} is no range of hours; write it like "21:00-07:00"')
        return None
    try:
        quiet = Quiet(start=read_clock(found["start"]), end=read_clock(found["end"]))
    except ValueError as error:
        fields.complain("quiet", "quiet", str(error))
        return None
    if quiet.start == quiet.end:
        fields.complain("quiet", "quiet", f'{text} is no time at all; write two different times, like "21:00-07:00"')
        return None
    return quiet
