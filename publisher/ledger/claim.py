"""A runner's hold on a delivery: taken by channel, so that two runners never work on one, and given up by lease."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, func, or_, select

from publisher.ledger.events import Cause
from publisher.ledger.moves import move, rest_channel
from publisher.ledger.rows import delivery
from publisher.ledger.schema import Instant, channels, deliveries, operations, steps
from publisher.values import Delivery, Operation, State, in_utc, lasting

SEND_WITHIN = timedelta(seconds=30)
"""A call leaves within this of being begun, or not at all."""
LEASE_MARGIN = timedelta(seconds=60)
"""By how much a lease outlasts the latest end of the call that is on its way."""
LEASE = SEND_WITHIN + LEASE_MARGIN


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One operation on one delivery, held under `token` by `runner` until the lease ends or the operation does.

    Where the delivery has a receipt, the message is out: what is left are trailing steps, or a change of it.
    """

    delivery: Delivery
    operation: Operation
    attempt: int
    token: str
    runner: str

    @property
    def key(self) -> str:
        """The delivery's key."""
        return self.delivery.key


# Statements that every claim executes are made once: making them costs more than running them.
_NOW = bindparam("now", type_=Instant)
_DUE = and_(
    deliveries.c.state == "queued",
    deliveries.c.due_at <= _NOW,
    or_(deliveries.c.wake_at.is_(None), deliveries.c.wake_at <= _NOW),
)
_WAITING = (
    select(deliveries.c.channel).where(_DUE).group_by(deliveries.c.channel).order_by(func.min(deliveries.c.due_at))
)
_BUSY = select(deliveries.c.channel).where(deliveries.c.state == "claimed")
_BUSY_ONE = _BUSY.where(deliveries.c.channel == bindparam("of"))
_LOCK = select(channels).where(channels.c.channel == bindparam("of")).with_for_update(skip_locked=True)
_EARLIEST = (
    select(deliveries)
    .where(_DUE, deliveries.c.channel == bindparam("of"))
    .order_by(deliveries.c.due_at, deliveries.c.key)
    .limit(1)
    .with_for_update(skip_locked=True)
)


def _free(conn: Connection, channel: str) -> bool:
    """Whether nothing of the channel is claimed: asked anew under its lock, for an older snapshot may not know."""
    return conn.execute(_BUSY_ONE, {"of": channel}).first() is None


def _rested(row: Row[Any], now: datetime) -> bool:
    """Whether the channel's last message is at least its spacing away."""
    return row.last_sent_at is None or row.last_sent_at + timedelta(seconds=row.spacing_seconds) <= now


def _channel(conn: Connection, now: datetime, avoid: Collection[str]) -> str | None:
    """A free and rested channel with something due, its row locked: that of the earliest delivery first."""
    passed_over = {*avoid, *conn.scalars(_BUSY)}
    for name in conn.scalars(_WAITING, {"now": now}).all():
        if name in passed_over:
            continue
        row = conn.execute(_LOCK, {"of": name}).one_or_none()
        if row is not None and _rested(row, now) and _free(conn, name):
            return str(name)
    return None


def claim(conn: Connection, *, runner: str, now: datetime, avoid: Collection[str]) -> Claim | None:
    """Claim the earliest due delivery of a channel that nobody works on and that is not among `avoid`, else None."""
    channel = _channel(conn, now, avoid)
    if channel is None:
        return None
    row = conn.execute(_EARLIEST, {"now": now, "of": channel}).one_or_none()
    if row is None:
        return None
    token = token_hex(16)
    held: dict[str, Any] = {"lease_token": token, "lease_until": now + LEASE, "runner": runner, "wake_at": None}
    move(conn, row.key, ("queued", "claimed"), Cause(by=runner, why=f"due {in_utc(row.due_at)}", at=now), **held)
    return Claim(delivery=delivery(row), operation="publish", attempt=row.attempt, token=token, runner=runner)


def claim_operation(conn: Connection, *, runner: str, now: datetime) -> Claim | None:
    """Claim an operation on what is public: trailing steps that were cut short, a correction or a retraction wanted."""
    free = or_(operations.c.lease_until.is_(None), operations.c.lease_until <= now)
    awake = or_(operations.c.wake_at.is_(None), operations.c.wake_at <= now)
    open_one = (
        select(operations)
        .join(deliveries)
        .where(operations.c.ended_at.is_(None), deliveries.c.state.in_(("delivered", "verified")), free, awake)
        .order_by(operations.c.opened_at, operations.c.delivery)
        .limit(1)
        .with_for_update(skip_locked=True, of=operations)
    )
    row = conn.execute(open_one).one_or_none()
    if row is None:
        return None
    token = token_hex(16)
    conn.execute(
        operations.update()
        .where(
            operations.c.delivery == row.delivery,
            operations.c.operation == row.operation,
            operations.c.attempt == row.attempt,
        )
        .values(lease_token=token, lease_until=now + LEASE, wake_at=None)
    )
    held = conn.execute(select(deliveries).where(deliveries.c.key == row.delivery)).one()
    return Claim(delivery=delivery(held), operation=row.operation, attempt=row.attempt, token=token, runner=runner)


def _unanswered(key: str, attempt: int) -> ColumnElement[bool]:
    return and_(
        steps.c.delivery == key, steps.c.operation == "publish", steps.c.attempt == attempt,
        steps.c.commits, ~steps.c.repeatable, steps.c.outcome.is_(None),
    )  # fmt: skip


def committing_step(conn: Connection, key: str, attempt: int) -> Row[Any] | None:
    """The step of a publish attempt that may have published: begun, unanswered, not to be asked twice. Else None."""
    return conn.execute(select(steps).where(_unanswered(key, attempt))).one_or_none()


def may_be_public(conn: Connection, key: str, attempt: int) -> bool:
    """Whether a committing call of that publish attempt was begun and not definitely refused."""
    mine = steps.c.delivery == key, steps.c.operation == "publish", steps.c.attempt == attempt, steps.c.commits
    open_ones = select(steps.c.step).where(*mine, or_(steps.c.outcome.is_(None), steps.c.outcome == "answered"))
    return conn.execute(open_ones.limit(1)).one_or_none() is not None


def recover(conn: Connection, now: datetime, by: str) -> int:
    """Take back every claim whose lease ran out: in doubt where a committing call was begun, queued where none was.

    A repeatable committing call is asked again on replay, so its delivery is queued.
    """
    expired = select(deliveries).where(deliveries.c.state == "claimed", deliveries.c.lease_until <= now)
    rows = conn.execute(expired.order_by(deliveries.c.key).with_for_update()).all()
    doubted = {row.key: step for row in rows if (step := committing_step(conn, row.key, row.attempt)) is not None}
    for row in rows:
        if row.key in doubted:
            rest_channel(conn, row.key, doubted[row.key].begun_at)
    for row in rows:
        step = doubted.get(row.key)
        ran_out = f"the lease of {row.runner} ran out"
        if step is None:
            cause = Cause(by=by, why=f"{ran_out} before anything could be public", at=now)
            move(conn, row.key, ("claimed", "queued"), cause)
        else:
            why = f"{ran_out}; it had begun a call that may have published at {in_utc(step.begun_at)}"
            move(conn, row.key, ("claimed", "in_doubt"), Cause(by=by, why=why, at=now), reason=why)
    return len(rows)


def miss_late(conn: Connection, now: datetime, by: str) -> int:
    """Settle what is too late: expired posts are cancelled, what waited beyond its grace is missed. Returns how many.

    What a person posts by hand stays with that person; what a call may have published already is in doubt instead.
    """
    waiting = select(deliveries).where(
        deliveries.c.state.in_(("queued", "held")), deliveries.c.due_at <= now, ~deliveries.c.reason.like("by hand%")
    )
    settled = 0
    for row in conn.execute(waiting.order_by(deliveries.c.key).with_for_update()).all():
        ends: State | None = None
        grace = timedelta(seconds=row.grace_seconds)
        if row.expires_at is not None and row.expires_at <= now:
            ends, why = "cancelled", f"the post expired at {in_utc(row.expires_at)}"
        elif row.due_at + grace < now:
            held = f"; it was held: {row.reason}" if row.reason else ""
            told = f"passed by more than its grace of {lasting(grace)}{held}"
            ends, why = "missed", f"its time {in_utc(row.due_at)} {told}"
        if ends is not None and may_be_public(conn, row.key, row.attempt):
            ends, why = "in_doubt", f"{why}; a call that may have published had begun"
        if ends is not None:
            settled += move(conn, row.key, (row.state, ends), Cause(by=by, why=why, at=now), reason=why)
    return settled
