"""The steps of one operation: the call, and its answer or nothing yet. Every write is fenced by the lease."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, func, literal, select
from sqlalchemy.exc import IntegrityError

from publisher.errors import InDoubt, LostLease
from publisher.ledger.claim import LEASE_MARGIN, SEND_WITHIN, Claim
from publisher.ledger.events import Cause
from publisher.ledger.moves import lock, move
from publisher.ledger.rows import message_text, message_value, receipt_columns
from publisher.ledger.schema import Instant, channels, deliveries, operations, steps
from publisher.values import Answer, Call, Message, Receipt, Wait, canonical

TAIL_LEASE = timedelta(minutes=5)
"""How long a runner has for the first of the steps that follow the message."""

Outcome = Literal["answered", "refused", "not-sent", "waiting"]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step as the journal has it; `outcome` None: begun, and nobody knows what became of it."""

    index: int
    tries: int
    digest: str
    commits: bool
    begun_at: datetime
    outcome: Outcome | None
    answer: Answer | None
    valid_until: datetime | None
    wake_at: datetime | None


def _operation(claim: Claim) -> ColumnElement[bool]:
    return and_(
        operations.c.delivery == claim.key,
        operations.c.operation == claim.operation,
        operations.c.attempt == claim.attempt,
    )


def _step(claim: Claim, index: int) -> ColumnElement[bool]:
    return and_(
        steps.c.delivery == claim.key, steps.c.operation == claim.operation,
        steps.c.attempt == claim.attempt, steps.c.step == index,
    )  # fmt: skip


# Statements that every delivery executes are made once: making them costs more than running them.
_HOLD = (
    deliveries.update()
    .where(deliveries.c.key == bindparam("of"), deliveries.c.lease_token == bindparam("token"))
    .values(updated_at=deliveries.c.updated_at)
)
_HOLD_LONGER = _HOLD.values(lease_until=bindparam("until", type_=Instant))
_THIS_OPERATION = and_(
    operations.c.delivery == bindparam("of"),
    operations.c.operation == bindparam("does"),
    operations.c.attempt == bindparam("try"),
)
_THIS_STEP = and_(
    steps.c.delivery == bindparam("of"),
    steps.c.operation == bindparam("does"),
    steps.c.attempt == bindparam("try"),
    steps.c.step == bindparam("at"),
)
_IS_OPEN = select(operations.c.attempt).where(_THIS_OPERATION)
_OPEN = operations.insert()
_SHOW = (
    deliveries.update()
    .where(deliveries.c.key == bindparam("of"))
    .values(message=bindparam("shown"), message_digest=bindparam("digest"))
)
_BEGIN = steps.insert()
_READ = (
    select(steps)
    .where(
        steps.c.delivery == bindparam("of"),
        steps.c.operation == bindparam("does"),
        steps.c.attempt == bindparam("try"),
    )
    .order_by(steps.c.step)
)
_TRIED = select(steps.c.tries).where(_THIS_STEP)
_HEARD = (
    steps.update()
    .where(_THIS_STEP)
    .values(
        outcome=bindparam("became"),
        answered_at=bindparam("heard_at", type_=Instant),
        answer=bindparam("said"),
        valid_until=bindparam("until", type_=Instant),
    )
)
_USAGE = (
    channels.update()
    .where(channels.c.channel == bindparam("of"))
    .values(usage=bindparam("used"), usage_at=bindparam("heard_at", type_=Instant))
)
_SENT = (
    channels.update()
    .where(channels.c.channel == bindparam("of"))
    .values(last_sent_at=bindparam("sent_at", type_=Instant))
)
_PUBLISHED = (
    operations.update()
    .where(_THIS_OPERATION)
    .values(
        published_at=bindparam("sent_at", type_=Instant),
        lease_token=bindparam("token"),
        lease_until=bindparam("until", type_=Instant),
    )
)


def _place(claim: Claim) -> dict[str, Any]:
    return {"of": claim.key, "does": claim.operation, "try": claim.attempt}


def fence(conn: Connection, claim: Claim, *, lease_until: datetime | None = None) -> None:
    """Hold the lease's row until the transaction ends, or raise LostLease: somebody else has the delivery now.

    Until the message is out the delivery itself carries the lease; afterwards its operation does.
    """
    mine = {"of": claim.key, "token": claim.token}
    if lease_until is None:
        held = conn.execute(_HOLD, mine)
    else:
        held = conn.execute(_HOLD_LONGER, {**mine, "until": lease_until})
    if held.rowcount == 1:
        return
    lease = {} if lease_until is None else {"lease_until": lease_until}
    tail = operations.update().where(
        _operation(claim), operations.c.lease_token == claim.token, operations.c.ended_at.is_(None)
    )
    if conn.execute(tail.values(opened_at=operations.c.opened_at, **lease)).rowcount != 1:
        raise LostLease(f"{claim.key} is not {claim.runner}'s any more")


def open_operation(conn: Connection, claim: Claim, message: Message, now: datetime) -> None:
    """Make the operation's row, or take up the one that a killed runner began; it keeps the exact message."""
    fence(conn, claim)
    shown = {"shown": message_text(message), "digest": message.digest}
    if conn.execute(_IS_OPEN, _place(claim)).one_or_none() is None:
        row = {"delivery": claim.key, "operation": claim.operation, "attempt": claim.attempt, "opened_at": now}
        conn.execute(_OPEN, {**row, "message": shown["shown"]})
    elif _has_committed(conn, claim):
        return
    else:
        conn.execute(operations.update().where(_operation(claim)).values(message=shown["shown"]))
    if claim.operation == "publish":
        conn.execute(_SHOW, {"of": claim.key, **shown})


def _has_committed(conn: Connection, claim: Claim) -> bool:
    """Whether the committing call was ever begun: what it carried is the message that is kept."""
    mine = steps.c.delivery == claim.key, steps.c.operation == claim.operation, steps.c.attempt == claim.attempt
    return conn.execute(select(steps.c.step).where(*mine, steps.c.commits).limit(1)).one_or_none() is not None


def read(conn: Connection, claim: Claim) -> tuple[Step, ...]:
    """The journal of the claim's attempt, in order."""
    return tuple(
        Step(
            index=row.step, tries=row.tries, digest=row.digest, commits=row.commits, begun_at=row.begun_at,
            outcome=row.outcome, answer=None if row.answer is None else Answer.from_json(json.loads(row.answer)),
            valid_until=row.valid_until, wake_at=row.wake_at,
        )
        for row in conn.execute(_READ, _place(claim))
    )  # fmt: skip


def message_of(conn: Connection, key: str, operation: str, attempt: int) -> Message | None:
    """The exact message of one attempt, or None when it never began."""
    found = select(operations.c.message).where(
        operations.c.delivery == key, operations.c.operation == operation, operations.c.attempt == attempt
    )
    return message_value(conn.scalar(found))


def begin(conn: Connection, claim: Claim, index: int, call: Call, now: datetime) -> datetime:
    """Write that a call begins, before its first byte leaves; return until when it may leave.

    The lease is lengthened to outlast the call. Where an earlier try was never answered, its beginning is kept: what it
    may have published is looked for from then on.
    """
    send_by = now + SEND_WITHIN
    deadline_at = send_by + timedelta(seconds=call.deadline_seconds)
    fence(conn, claim, lease_until=deadline_at + LEASE_MARGIN)
    begun = {
        "digest": call.digest, "call": canonical(call.to_json()), "commits": call.commits,
        "repeatable": call.repeatable, "begun_at": now, "send_by": send_by, "deadline_at": deadline_at,
        "outcome": None, "answer": None,
    }  # fmt: skip
    if conn.execute(_TRIED, {**_place(claim), "at": index}).one_or_none() is None:
        place = {"delivery": claim.key, "operation": claim.operation, "attempt": claim.attempt, "step": index}
        conn.execute(_BEGIN, {**place, **begun, "tries": 1})
    else:
        first = case((steps.c.outcome.is_(None), steps.c.begun_at), else_=literal(now, steps.c.begun_at.type))
        again = {**begun, "begun_at": first, "tries": steps.c.tries + 1}
        conn.execute(steps.update().where(_step(claim, index)).values(again))
    return send_by


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What became of a call: its outcome, when, the answer, how long that can be built on, and the allowances used.

    `used` is in percent by name, as the platform last said.
    """

    outcome: Outcome
    at: datetime
    answer: Answer | None = None
    valid_for: timedelta | None = None
    used: Mapping[str, float] = field(default_factory=dict)


def finish(conn: Connection, claim: Claim, index: int, heard: Heard) -> None:
    """Write what became of a step that was begun."""
    fence(conn, claim)
    if heard.used:
        used = {"of": claim.delivery.channel, "used": canonical(dict(heard.used)), "heard_at": heard.at}
        conn.execute(_USAGE, used)
    told = {
        "became": heard.outcome, "heard_at": heard.at,
        "said": None if heard.answer is None else canonical(heard.answer.to_json()),
        "until": None if heard.valid_for is None else heard.at + heard.valid_for,
    }  # fmt: skip
    conn.execute(_HEARD, {**_place(claim), "at": index, **told})


def wait(conn: Connection, claim: Claim, index: int, item: Wait, now: datetime) -> datetime:
    """Journal a wait the first time that it is met; return when it ends."""
    fence(conn, claim)
    wake_at = now + timedelta(seconds=item.seconds)
    place = {"delivery": claim.key, "operation": claim.operation, "attempt": claim.attempt, "step": index}
    told = {"tries": 1, "digest": "", "call": canonical({"wait": item.seconds, "why": item.why}), "commits": False}
    conn.execute(
        steps.insert().values(**place, **told, repeatable=True, begun_at=now, outcome="waiting", wake_at=wake_at)
    )
    return wake_at


_AFRESH = "begun afresh: "
_EXPIRED = f"{_AFRESH}expired: "


def fresh(conn: Connection, claim: Claim, why: str, now: datetime, *, expired: bool) -> int:
    """Close this attempt and number the next one: nothing of it was public. Returns the new attempt."""
    fence(conn, claim)
    outcome = f"{_EXPIRED if expired else _AFRESH}{why}"
    conn.execute(operations.update().where(_operation(claim)).values(ended_at=now, outcome=outcome))
    attempt = claim.attempt + 1
    if claim.operation == "publish":
        conn.execute(deliveries.update().where(deliveries.c.key == claim.key).values(attempt=attempt))
    else:
        _next_operation(conn, claim, attempt, now)
    return attempt


def _next_operation(conn: Connection, claim: Claim, attempt: int, now: datetime) -> None:
    """The same operation on what is public once more, under the same lease."""
    lease = select(operations.c.message, operations.c.lease_token, operations.c.lease_until).where(_operation(claim))
    kept = conn.execute(lease).one()._mapping  # noqa: SLF001 - a Row's public way to its names
    place = {"delivery": claim.key, "operation": claim.operation, "attempt": attempt, "opened_at": now}
    conn.execute(operations.insert().values(**place, **kept))


def expired_attempts(conn: Connection, claim: Claim) -> int:
    """How many attempts of this operation were given up because an answer had expired."""
    mine = operations.c.delivery == claim.key, operations.c.operation == claim.operation
    query = select(func.count()).select_from(operations).where(*mine, operations.c.outcome.like(f"{_EXPIRED}%"))
    return conn.scalar(query) or 0


def published(conn: Connection, claim: Claim, receipt: Receipt, now: datetime) -> None:
    """Store the receipt: the delivery is delivered, whatever comes later. The lease moves to the operation's tail.

    Raises InDoubt when another delivery of the channel has this very receipt: then this message is not shown by it.
    """
    conn.execute(_SENT, {"of": claim.delivery.channel, "sent_at": now})
    try:
        with conn.begin_nested():
            cause = Cause(by=claim.runner, why=f"public at {receipt.url}", at=now)
            told = {**receipt_columns(receipt), "published_at": receipt.published_at or now}
            held = move(
                conn, claim.key, ("claimed", "delivered"), cause, under=claim.token, reason="",
                wake_at=None, **told,
            )  # fmt: skip
    except IntegrityError as error:
        message = f"the platform answered with {receipt.remote_id}, which is the receipt of another delivery"
        raise InDoubt(message) from error
    if not held:
        raise LostLease(f"{claim.key} is not {claim.runner}'s any more")
    lease = {"token": claim.token, "until": now + TAIL_LEASE}
    conn.execute(_PUBLISHED, {**_place(claim), "sent_at": now, **lease})


def end(conn: Connection, claim: Claim, now: datetime, note: str) -> None:
    """Close an operation whose message is out; a note of what was refused stands on the receipt, for a person."""
    fence(conn, claim)
    close(conn, claim, now, note or "done")
    if note:
        _note(conn, claim, note, now)


def close(conn: Connection, claim: Claim, now: datetime, outcome: str = "done") -> None:
    """Close the operation in a transaction that holds the lease already."""
    told = {"ended_at": now, "outcome": outcome, "lease_token": None, "lease_until": None}
    conn.execute(operations.update().where(_operation(claim)).values(told))


def _note(conn: Connection, claim: Claim, text: str, now: datetime) -> None:
    """Add a note for a person to the receipt."""
    notes = conn.scalar(select(deliveries.c.notes).where(deliveries.c.key == claim.key)) or "[]"
    told = canonical([*json.loads(notes), text])
    conn.execute(deliveries.update().where(deliveries.c.key == claim.key).values(notes=told, updated_at=now))


def corrected(conn: Connection, claim: Claim, receipt: Receipt, now: datetime) -> None:
    """Store that the correction is out: the delivery shows the operation's message now, and is to be read back.

    What another runner has deleted meanwhile stays retracted.
    """
    was = lock(conn, claim.key).state
    if was == "retracted":
        return
    shown = message_of(conn, claim.key, claim.operation, claim.attempt)
    columns = receipt_columns(receipt)
    if shown is not None:
        columns |= {"message": message_text(shown), "message_digest": shown.digest}
    cause = Cause(by=claim.runner, why=f"corrected at {receipt.url}", at=now)
    move(conn, claim.key, (was, "delivered"), cause, wanted="published", reason="", wake_at=None, **columns)


def retracted(conn: Connection, claim: Claim, receipt: Receipt, now: datetime) -> None:
    """Store that the message is deleted at the network; copies may remain."""
    cause = Cause(by=claim.runner, why=f"deleted at {receipt.url}", at=now)
    was = lock(conn, claim.key).state
    move(conn, claim.key, (was, "retracted"), cause, reason="", wake_at=None, **receipt_columns(receipt))


def rest(conn: Connection, claim: Claim, wake_at: datetime, why: str) -> None:
    """Give up the lease on an operation whose message is out, until `wake_at`; `why` when it needs a person."""
    fence(conn, claim)
    if why:
        conn.execute(deliveries.update().where(deliveries.c.key == claim.key).values(reason=why))
    told = {"wake_at": wake_at, "lease_token": None, "lease_until": None}
    conn.execute(operations.update().where(_operation(claim)).values(told))
