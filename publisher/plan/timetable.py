"""One channel's times: what stands on it, what binds it, and the first time that is free from an instant on."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from publisher.plan.slots import after_quiet, day_after, day_of, in_quiet, slots_from
from publisher.plan.wishes import Keeper
from publisher.plan.wording import wall
from publisher.values import lasting

HORIZON = timedelta(days=3653)
"""How far ahead a free time is looked for: ten years. Beyond it a schedule is wrong, not full."""

_SHOWN = 3
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Found:
    """A free time, the first few times that were passed over with the reason of each, and how many more there were."""

    at: datetime
    passed: tuple[tuple[datetime, str], ...] = ()
    more: int = 0


Step = Callable[[datetime], tuple[datetime, str] | None]
"""From a time that is not free to the next one to look at, and why it is not free; None when it is."""


class Walk:
    """A way from any time to the first free one after it.

    Times are only ever taken, never given back, so a time that was not free stays so: each stretch is walked once and
    remembered (path compression), which keeps ten thousand posts on one channel quick.
    """

    def __init__(self, step: Step) -> None:
        self._step = step
        self._steps: dict[datetime, tuple[datetime, str]] = {}
        self._far: dict[datetime, tuple[datetime, int]] = {}

    def find(self, start: datetime, horizon: datetime) -> Found | None:
        """The first free time at or after `start`, or None when there is none before `horizon`."""
        at, path = start, list[tuple[datetime, int]]()
        while at < horizon and (leap := self._leap(at)):
            path.append((at, leap[1]))
            at = leap[0]
        skipped = 0
        for passed, count in reversed(path):
            skipped += count
            self._far[passed] = (at, skipped)
        if at >= horizon:
            return None
        first = tuple(self._first(start))
        return Found(at=at, passed=first, more=skipped - len(first))

    def _leap(self, at: datetime) -> tuple[datetime, int] | None:
        if at not in self._far and (step := self._step(at)):
            self._steps[at] = step
            self._far[at] = (step[0], 1)
        return self._far.get(at)

    def _first(self, at: datetime) -> Iterator[tuple[datetime, str]]:
        for _ in range(_SHOWN):
            if at not in self._steps:
                return
            following, why = self._steps[at]
            yield at, why
            at = following


class Slots:
    """A keeper's slots from an instant on, worked out as far as they are asked for."""

    def __init__(self, keeper: Keeper, start: datetime) -> None:
        self._known: list[datetime] = []
        self._more = slots_from(keeper.schedule, keeper.zone, start)

    def from_(self, at: datetime) -> datetime | None:
        """The first slot at or after `at`; None when there are no slots."""
        return self._nth(lambda: bisect_left(self._known, at))

    def after(self, at: datetime) -> datetime | None:
        """The first slot later than `at`; None when there are no slots."""
        return self._nth(lambda: bisect_right(self._known, at))

    def _nth(self, place: Callable[[], int]) -> datetime | None:
        while (n := place()) == len(self._known):
            following = next(self._more, None)
            if following is None:
                return None
            self._known.append(following)
        return self._known[n]


class Timetable:
    """What stands on a channel and what binds it: the stricter of the schedules of all that name it.

    Quiet is what is quiet for any of them, each in its own zone; the spacing is the longest; the limit per day is the
    lowest, and holds on the calendar days of each of their zones.
    """

    def __init__(self, keepers: Sequence[Keeper], start: datetime) -> None:
        self._keepers = keepers
        self._start = start
        self.spacing = max((keeper.schedule.spacing for keeper in keepers), default=timedelta(0))
        self.per_day = min(
            (keeper.schedule.per_day for keeper in keepers if keeper.schedule.per_day is not None), default=None
        )
        self._zones = tuple(dict.fromkeys(keeper.zone for keeper in keepers))
        self._times: list[tuple[datetime, str]] = []
        self._days: Counter[tuple[str, date]] = Counter()
        self._slots: dict[str, tuple[Slots, Walk]] = {}
        self._any = Walk(self._step)

    def take(self, at: datetime, key: str) -> None:
        """Put a delivery on the channel at that time."""
        insort(self._times, (at, key))
        if self.per_day is not None:
            self._days.update((zone, day_of(zone, at)) for zone in self._zones)

    def first_slot(self, keeper: Keeper, start: datetime) -> Found | None:
        """The first slot of the keeper at or after `start` that is free; None when there is none before the horizon."""
        if keeper.id not in self._slots:
            self._slots[keeper.id] = self._walk(keeper)
        slots, walk = self._slots[keeper.id]
        first = slots.from_(start)
        return walk.find(first, max(start, self._start) + HORIZON) if first else None

    def first_time(self, start: datetime) -> Found | None:
        """The first instant at or after `start` that is free; None when there is none before the horizon."""
        return self._any.find(start, max(start, self._start) + HORIZON)

    def quiet(self, at: datetime) -> Keeper | None:
        """The first keeper in whose quiet hours the instant lies, or None."""
        return next((k for k in self._keepers if in_quiet(k.schedule, k.zone, at)), None)

    def crowded(self, at: datetime, least: timedelta | None = None) -> str:
        """What stands too near to the instant, as a clause; empty when nothing does."""
        near = self._near(at, self.spacing if least is None else least)
        if not near:
            return ""
        when, key = near
        if when == at:
            return f"taken by {key}"
        return f"less than {lasting(self.spacing)} from {key} at {self._told(when)}"

    def full(self, at: datetime) -> str:
        """In which zone's calendar day no more fits, or empty."""
        if self.per_day is None:
            return ""
        return next((zone for zone in self._zones if self._days[zone, day_of(zone, at)] >= self.per_day), "")

    def full_clause(self, at: datetime) -> str:
        """That the instant's day has all the posts that it may have, as a clause; empty when it has not."""
        return f"the day has its {self.per_day} already" if self.full(at) else ""

    def _told(self, at: datetime) -> str:
        zone = self._zones[0]
        return wall(at, zone) if len(self._zones) == 1 else f"{wall(at, zone)} {zone}"

    def _near(self, at: datetime, least: timedelta) -> tuple[datetime, str] | None:
        """The delivery nearer to the instant than `least`: the later one when there are two."""
        place = bisect_left(self._times, (at, ""))
        beside = [self._times[n] for n in (place, place - 1) if 0 <= n < len(self._times)]
        return next((it for it in beside if abs(it[0] - at) < least), None)

    def _walk(self, keeper: Keeper) -> tuple[Slots, Walk]:
        slots = Slots(keeper, self._start)

        def step(at: datetime) -> tuple[datetime, str] | None:
            why = self._blocked(at)
            following = slots.after(at) if why else None
            return (following, why) if following else None

        return slots, Walk(step)

    def _blocked(self, slot: datetime) -> str:
        keeper = self.quiet(slot)
        if keeper:
            return f"in the quiet hours {keeper.schedule.quiet} of {keeper.name}"
        return self.crowded(slot, max(self.spacing, _INSTANT)) or self.full_clause(slot)

    def _step(self, at: datetime) -> tuple[datetime, str] | None:
        keeper = self.quiet(at)
        if keeper:
            end = after_quiet(keeper.schedule, keeper.zone, at)
            return end, f"in the quiet hours {keeper.schedule.quiet} of {keeper.name}"
        near = self._near(at, self.spacing)
        if near:
            return near[0] + self.spacing, self.crowded(at)
        zone = self.full(at)
        return (day_after(zone, at), self.full_clause(at)) if zone else None
