"""The sentences that say why a delivery goes when it goes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from publisher.plan.timetable import Found

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def wall(at: datetime, zone: str) -> str:
    """The instant on the zone's clocks: "Tue 24 Nov 2026 09:00" (whatever the machine's language)."""
    local = at.astimezone(ZoneInfo(zone))
    day = f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}"
    clock = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    return f"{day} {clock}"


def passed_over(found: Found, zone: str) -> str:
    """The times that were looked at before and why each would not do, as the end of a sentence; empty when none was."""
    if not found.passed:
        return ""
    named = "; ".join(f"{wall(at, zone)} ({why})" for at, why in found.passed)
    return f"; passed over: {named}" + (f"; and {found.more} more" if found.more else "")
