"""What a plan proposes for one delivery: the value, its state and the reason of that state."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Literal, cast, get_args

from publisher.plan.wishes import Wish
from publisher.plan.wording import wall
from publisher.values import Delivery, Planned, lasting

BY_HAND = "by hand: "
PLAN = "plan: "
GONE = "gone: "
"""How the reasons begin that a plan gives. What is held for one of the first two is let go when it no longer holds."""

PlannedState = Literal["queued", "held", "missed", "cancelled"]


def new(wish: Wish, at: datetime, because: str, state: PlannedState = "queued") -> Planned:
    """A delivery that the ledger does not know yet; queued unless a person has to post it, or not to be sent at all."""
    reason = because
    if state == "queued":
        state, reason = _state(wish, None)
    return Planned(
        post=wish.post.id, channel=wish.channel.key, edition=wish.edition, platform=wish.channel.platform, due_at=at,
        grace=wish.grace, why=f"{wall(at, wish.keeper.zone)} {wish.keeper.zone}: {because}", state=state, reason=reason,
        expires_at=wish.post.expires,
    )  # fmt: skip


def settled(row: Delivery) -> Planned:
    """A known delivery that is settled, in flight or in doubt, as it is."""
    state = cast("PlannedState", row.state) if row.state in get_args(PlannedState) else "queued"
    return _of_row(row, "same", state, row.reason, row.why)


def gone(row: Delivery, why: str) -> Planned:
    """A waiting delivery that nobody wants any more."""
    return _of_row(row, "gone", "cancelled", f"{GONE}{why}", f"cancelled: {why}")


def held(row: Delivery, why: str) -> Planned:
    """A waiting delivery that may not go while this holds; its time is kept."""
    reason = f"{PLAN}{why}"
    if row.state == "held" and row.reason == reason:
        return _of_row(row, "same", "held", reason, row.why)
    return _of_row(row, "moved", "held", reason, _noting(row.why, f"held: {reason}"))


def waiting(wish: Wish, row: Delivery, at: datetime, because: str) -> Planned:
    """A waiting delivery at that time: `same` when nothing of it differs, else `moved` with what does."""
    state, reason = _state(wish, row)
    now_is = (at, wish.grace, wish.post.expires, state, reason)
    if now_is == (row.due_at, row.grace, row.expires_at, row.state, row.reason):
        return _of_row(row, "same", state, reason, row.why)
    planned = replace(new(wish, at, because), change="moved", state=state, reason=reason)
    changes = "; ".join(_changes(row, planned, wish.keeper.zone))
    if at == row.due_at:
        return replace(planned, why=_noting(row.why, changes))
    zone = wish.keeper.zone
    moved = f"moved from {wall(row.due_at, zone)} to {wall(at, zone)} {zone}: {because}"
    return replace(planned, why=_noting(moved, changes) if changes else moved)


def _state(wish: Wish, row: Delivery | None) -> tuple[PlannedState, str]:
    """By hand first; else as somebody else's hold on the row says; else queued."""
    if wish.channel.mode == "by-hand":
        reason = f"{BY_HAND}a person posts it on {wish.channel.name} and adopts its address"
        return "held", row.reason if row and row.reason.startswith(BY_HAND) else reason
    if row and row.state == "held" and not row.reason.startswith((BY_HAND, PLAN)):
        return "held", row.reason
    return "queued", ""


def _noting(why: str, note: str) -> str:
    """The reason of a time with a note on what else changed, in the place of an earlier note."""
    return f"{why.partition(' [')[0]} [{note}]"


def _changes(row: Delivery, planned: Planned, zone: str) -> list[str]:
    """What differs from the row but for the time, each as a clause."""
    told = []
    if planned.grace != row.grace:
        told.append(f"may be late by {lasting(planned.grace)}, was {lasting(row.grace)}")
    if planned.expires_at != row.expires_at:
        told.append(f"expires {wall(planned.expires_at, zone)} {zone}" if planned.expires_at else "expires no more")
    if (planned.state, planned.reason) != (row.state, row.reason):
        told.append(f"held: {planned.reason}" if planned.state == "held" else f"held no more ({row.reason})")
    return told


def _of_row(
    row: Delivery, change: Literal["same", "moved", "gone"], state: PlannedState, reason: str, why: str
) -> Planned:
    return Planned(
        post=row.post, channel=row.channel, edition=row.edition, platform=row.platform, due_at=row.due_at,
        grace=row.grace, why=why, change=change, state=state, reason=reason, expires_at=row.expires_at,
    )  # fmt: skip
