"""The planning of one channel: what stays, what goes, and a place for everything else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from publisher.content.problem import Problem, Severity
from publisher.plan import proposals
from publisher.plan.slots import day_of, moved_by_gap
from publisher.plan.timetable import Found, Timetable
from publisher.plan.wishes import Directory, Wish
from publisher.plan.wording import passed_over, wall
from publisher.values import Delivery, Planned, State, lasting

BACKDATED = timedelta(days=7)
"""What is first seen this long after its date comes from an archive: it is not sent by itself."""

_WAITING: frozenset[State] = frozenset({"queued", "held"})
_WITHOUT_TIME: frozenset[State] = frozenset({"failed", "missed", "cancelled", "retracted"})
"""States that keep no time on a channel."""

_NAMED = 3
"""How many of the files that were not read a sentence names."""

_SEEDED = "seeded: before our time"
_ARCHIVE = "dated more than 7 days before it was first seen; publisher requeue sends it"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A time for a wish, with the words that say why then."""

    at: datetime
    because: str


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """That no time can be given: a rule's name, and a sentence that says why and what to write."""

    rule: str
    sentence: str
    severity: Severity = "error"


class ChannelPlan:
    """One channel at one instant; no other channel has a part in it. `problems` grows while it plans."""

    def __init__(self, key: str, directory: Directory, now: datetime, *, first: bool, unread: tuple[str, ...]) -> None:
        self.problems: list[Problem] = []
        self._key = key
        self._directory = directory
        self._now = now
        self._first = first
        self._unread = unread
        self._table = self._empty()
        self._put_in: frozenset[str] = frozenset()

    def planned(self, wishes: Sequence[Wish], known: Sequence[Delivery]) -> list[Planned]:
        """What is planned on this channel, each key once: around what stays, first the written times, then the rest."""
        wanted = {wish.key: wish for wish in wishes}
        rows = {row.key: row for row in known}
        self._put_in = self._put_in_before(known, wanted)
        done = {row.key: kept for row in known if (kept := self._keep(row, wanted.get(row.key)))}
        for wish in sorted(wanted.values(), key=_order):
            if wish.key in done:
                continue
            row = rows.get(wish.key)
            found = self._again(wish, row) if row else self._new(wish)
            if found:
                done[wish.key] = found
        return [replace(planned, spacing=self._table.spacing) for planned in done.values()]

    # What is known

    def _keep(self, row: Delivery, wish: Wish | None) -> Planned | None:
        """A known delivery where it stands; None when it needs another time, or is settled and nobody's wish."""
        if row.state not in _WAITING:
            if row.state not in _WITHOUT_TIME:
                self._table.take(row.due_at, row.key)
            self._tell_of_return(row, wish)
            return proposals.settled(row) if wish else None
        if wish is None:
            return self._unwanted(row)
        if over := self._over(row.due_at, wish):
            return proposals.gone(row, over.sentence)
        if row.due_at < wish.not_before or self._rewritten(row, wish) or row.key in self._put_in:
            return None
        self._table.take(row.due_at, row.key)
        return proposals.waiting(wish, row, row.due_at, "")

    def _unwanted(self, row: Delivery) -> Planned:
        """Cancel what nobody wants any more; hold it while a file that could not be read may still want it."""
        post = self._directory.posts.get(row.post)
        if self._directory.speechless(row.channel):
            return proposals.held(row, f"{row.platform} is no platform that we can speak to")
        missing = post is None or not self._directory.keeper(post, row.channel)
        if missing and self._unread:
            first, more = self._unread[:_NAMED], len(self._unread) - _NAMED
            files = f"{', '.join(first)}{f' and {more} more' if more > 0 else ''}"
            return proposals.held(row, f"its post or its channel was not read: publisher check shows why ({files})")
        if post is None:
            return proposals.gone(row, f"no post has the id {row.post} any more")
        if row.channel not in self._directory.channels:
            return proposals.gone(row, f"nobody names {row.channel} any more")
        no_repeat = "social.repeat no longer has that many dates"
        return proposals.gone(row, self._directory.why_not(post, row.channel) or no_repeat)

    def _rewritten(self, row: Delivery, wish: Wish) -> bool:
        """Whether another time is written than the delivery's; one too long past to be kept changes nothing."""
        return wish.fixed is not None and wish.fixed != row.due_at and wish.fixed + wish.grace >= self._now

    def _put_in_before(self, known: Sequence[Delivery], wanted: Mapping[str, Wish]) -> frozenset[str]:
        """The waiting repeats that a date was put in before.

        Such a one stands at or after the date that follows its own, although there is room for it before that, whatever
        stands on the channel now.
        """
        late = [(row.due_at, wanted[row.key]) for row in known if row.state in _WAITING and row.key in wanted]
        late = [(at, wish) for at, wish in late if wish.next_repeat and wish.next_repeat <= at]
        if not late:
            return frozenset()
        table = self._empty()
        for row in known:
            if row.state not in _WITHOUT_TIME:
                table.take(row.due_at, row.key)
        return frozenset(wish.key for _, wish in late if self._has_room(table, wish))

    def _has_room(self, table: Timetable, wish: Wish) -> bool:
        found = table.first_slot(wish.keeper, max(wish.not_before, self._now))
        return found is not None and wish.next_repeat is not None and found.at < wish.next_repeat

    def _empty(self) -> Timetable:
        return Timetable(self._directory.keepers.get(self._key, ()), self._now)

    def _tell_of_return(self, row: Delivery, wish: Wish | None) -> None:
        cancelled = row.state == "cancelled" and row.reason.startswith(proposals.GONE)
        if wish and cancelled and not wish.post.social.repeat:
            why = row.reason.removeprefix(proposals.GONE)
            sentence = (
                f"the delivery to {self._key} was cancelled ({why}) and does not come back by itself; "
                "write a date under social.repeat to send it"
            )
            self._problem(wish, Refusal(rule="cancelled-before", sentence=sentence, severity="warning"))

    def _again(self, wish: Wish, row: Delivery) -> Planned:
        """Another time for a waiting delivery; held, where there is none."""
        place = self._place(wish)
        if isinstance(place, Refusal):
            self._problem(wish, place)
            return proposals.held(row, place.sentence)
        return proposals.waiting(wish, row, place.at, place.because)

    # What is new

    def _new(self, wish: Wish) -> Planned | None:
        """A place for a new delivery; not ours, or missed already, when it is from before our time."""
        if self._first and wish.meant < self._now:
            return proposals.new(wish, wish.meant, _SEEDED, "cancelled")
        late = self._late(wish)
        place = self._refusal(wish) if late else self._place(wish)
        if isinstance(place, Refusal):
            self._problem(wish, place)
            return None
        if place is None:
            return proposals.new(wish, wish.meant, late, "missed")
        return proposals.new(wish, place.at, place.because)

    def _late(self, wish: Wish) -> str:
        if wish.fixed is None:
            return _ARCHIVE if self._now - wish.meant > BACKDATED else ""
        if wish.fixed + wish.grace >= self._now:
            return ""
        return f"first seen later than {lasting(wish.grace)} after the time in {wish.field}; publisher requeue sends it"

    # A place

    def _place(self, wish: Wish) -> Place | Refusal:
        """The wish's time, taken on the channel; or why there is none."""
        found = self._written(wish, wish.fixed) if wish.fixed else self._free(wish)
        if isinstance(found, Place):
            if over := self._over(found.at, wish):
                sentence = f"its time on {self._key} would be {self._wall(wish, found.at)}, but {over.sentence}"
                return replace(over, sentence=sentence)
            self._table.take(found.at, wish.key)
        return found

    def _refusal(self, wish: Wish) -> Refusal | None:
        """Why the written time was never one to go out at, whether it has passed or not; None when it was."""
        if wish.fixed is None:
            return None
        return self._forbidden(wish, wish.fixed) or self._over(wish.fixed, wish)

    def _forbidden(self, wish: Wish, at: datetime) -> Refusal | None:
        """Why nothing may go out at the written time: the page is not public yet, or it is quiet; else None."""
        when = self._wall(wish, at)
        if at < wish.post.public_from:
            public = self._wall(wish, wish.post.public_from)
            return Refusal(rule="before-public", sentence=f"{when} is before the page is public ({public})")
        if keeper := self._table.quiet(at):
            quiet = f"the quiet hours {keeper.schedule.quiet} of {keeper.name} ({keeper.zone})"
            return Refusal(rule="quiet-hours", sentence=f"{when} lies in {quiet}; write a time outside them")
        return None

    def _written(self, wish: Wish, at: datetime) -> Place | Refusal:
        """Exactly the written time, unless nothing may go out then; too near to another it stays, with a warning."""
        if refusal := self._forbidden(wish, at):
            return refusal
        when = self._wall(wish, at)
        if crowded := self._table.crowded(at) or self._table.full_clause(at):
            sentence = f"{when} on {self._key} is kept because it is written, but {crowded}"
            self._problem(wish, Refusal(rule="crowded", sentence=sentence, severity="warning"))
        return Place(at=at, because=f"the time written in {wish.field}")

    def _free(self, wish: Wish) -> Place | Refusal:
        start = max(wish.not_before, self._now)
        if wish.with_page:
            found = self._table.first_time(start)
            return self._with_page(wish, start, found) if found else self._nothing_free(wish)
        if not wish.keeper.schedule.slots:
            sentence = (
                f"{self._key} has no slots for it; write slots under schedule in {wish.keeper.path}, "
                "or a time or with-page here"
            )
            return Refusal(rule="no-slots", sentence=sentence)
        found = self._table.first_slot(wish.keeper, start)
        return self._slot(wish, start, found) if found else self._nothing_free(wish)

    def _nothing_free(self, wish: Wish) -> Refusal:
        sentence = f"{self._key} has no free time within ten years; look at the schedule in {wish.keeper.path}"
        return Refusal(rule="no-free-time", sentence=sentence)

    def _slot(self, wish: Wish, start: datetime, found: Found) -> Place:
        keeper = wish.keeper
        because = f"the first free slot of {keeper.name} {self._since(wish, start)}"
        if moved_by_gap(keeper.schedule, keeper.zone, found.at):
            because += ", moved forward because the clocks skip its time that day"
        return Place(at=found.at, because=because + passed_over(found, keeper.zone))

    def _with_page(self, wish: Wish, start: datetime, found: Found) -> Place:
        if found.at == wish.not_before:
            return Place(at=found.at, because="when the page becomes public")
        if found.at == start:
            public = wall(wish.not_before, wish.keeper.zone)
            return Place(at=found.at, because=f"at once, for the page has been public since {public}")
        because = f"as soon as it may go {self._since(wish, start)}"
        return Place(at=found.at, because=because + passed_over(found, wish.keeper.zone))

    def _since(self, wish: Wish, start: datetime) -> str:
        """From when a time was looked for, as the middle of a sentence."""
        with_page = wish.not_before == wish.post.public_from
        what = "the page is public" if with_page else "the date of the repeat"
        meant = wall(wish.not_before, wish.keeper.zone)
        if start == wish.not_before:
            return f"after {what} ({meant})"
        since = f"the page has been public since {meant}" if with_page else f"{what} was {meant}"
        return f"from now on ({wall(start, wish.keeper.zone)}; {since})"

    def _over(self, at: datetime, wish: Wish) -> Refusal | None:
        """Why the wish has run out at that time; None when it has not."""
        zone, expires = wish.keeper.zone, wish.post.expires
        if expires and max(at, self._now) >= expires:
            return Refusal(rule="expired", sentence=f"the post expires {wall(expires, zone)} {zone}")
        if wish.review_due and day_of(zone, at) > wish.review_due:
            sentence = "a repeat goes out only while the post's review is valid"
            return Refusal(rule="review-over", sentence=sentence, severity="warning")
        return None

    def _wall(self, wish: Wish, at: datetime) -> str:
        return f"{wall(at, wish.keeper.zone)} {wish.keeper.zone}"

    def _problem(self, wish: Wish, refusal: Refusal) -> None:
        lines = wish.post.lines
        line = lines.get(wish.field) or lines.get("social") or lines.get("date") or 1
        self.problems.append(
            Problem(
                path=wish.post.path, line=line, field=wish.field, rule=refusal.rule, severity=refusal.severity,
                message=refusal.sentence,
            )
        )  # fmt: skip


def _order(wish: Wish) -> tuple[bool, datetime, str, int]:
    """Written times first; then by the instant from which it may go, and the post's id."""
    return wish.fixed is None, wish.meant, wish.post.id, wish.edition
