"""What ends or redirects a delivery: a runner's endings, what a look at the network showed, and people's decisions."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError

from publisher.errors import LostLease, Misuse
from publisher.ledger.claim import Claim, may_be_public
from publisher.ledger.events import Cause
from publisher.ledger.moves import lock, lock_in, move, rest_channel
from publisher.ledger.rows import message_text, receipt_columns
from publisher.ledger.schema import channels, deliveries, operations, steps
from publisher.values import Message, Operation, Receipt, State, Wanted

_OPEN: frozenset[State] = frozenset({"queued", "held", "failed", "missed"})
_ADOPTED: frozenset[State] = frozenset({*_OPEN, "in_doubt", "delivered", "verified"})
CREDENTIAL = "credential: "


def leave(conn: Connection, claim: Claim, state: State, cause: Cause, wake_at: datetime | None) -> None:
    """End a claim without a receipt: back in the queue until `wake_at`, held, failed or in doubt. Raises LostLease."""
    if state == "in_doubt":
        rest_channel(conn, claim.key, cause.at)
    told: dict[str, Any] = {"reason": "" if state == "queued" else cause.why, "wake_at": wake_at}
    if not move(conn, claim.key, ("claimed", state), cause, under=claim.token, **told):
        raise LostLease(f"{claim.key} is not {claim.runner}'s any more")


def release_credentials(conn: Connection, by: str, now: datetime) -> int:
    """Queue again what waits for a credential: one try a run, so that a renewed token is noticed. Returns how many."""
    waiting = select(deliveries.c.key).where(deliveries.c.state == "held", deliveries.c.reason.like(f"{CREDENTIAL}%"))
    cause = Cause(by=by, why="asking again, in case the credential has been renewed", at=now)
    locked = waiting.order_by(deliveries.c.key).with_for_update()
    return sum(move(conn, key, ("held", "queued"), cause, reason="") for key in conn.scalars(locked).all())


def _receive(conn: Connection, key: str, was: State, receipt: Receipt, cause: Cause) -> None:
    told = {"reason": "", "wake_at": None, **receipt_columns(receipt)}
    rest_channel(conn, key, receipt.published_at or cause.at)
    try:
        with conn.begin_nested():
            move(conn, key, (was, "delivered"), cause, **told)
    except IntegrityError as error:
        raise Misuse(
            f"{receipt.remote_id} is the receipt of another delivery on this channel",
            hint="publisher status shows which; one post cannot be two deliveries",
        ) from error
    over = operations.update().where(
        operations.c.delivery == key, operations.c.operation == "publish", operations.c.ended_at.is_(None)
    )
    conn.execute(over.values(ended_at=cause.at, outcome=cause.why))


def found(conn: Connection, key: str, receipt: Receipt, cause: Cause) -> bool:
    """The network shows what was in doubt: it is delivered. False when it is not in doubt any more."""
    row = lock(conn, key)
    if row.state != "in_doubt":
        return False
    _receive(conn, key, row.state, receipt, cause)
    return True


def adopt(conn: Connection, key: str, receipt: Receipt, cause: Cause) -> None:
    """A person says where it is: by hand, queued, in doubt, failed or missed becomes delivered.

    What is delivered already loses the notes that a person has now looked at; its receipt is no other one than before.
    """
    row = lock_in(conn, key, _ADOPTED, "adopted")
    if row.remote_id not in {None, receipt.remote_id}:
        raise Misuse(f"{key} is public already, at {row.url}", hint="another post cannot be this delivery")
    _receive(conn, key, row.state, receipt, cause)


def still_in_doubt(conn: Connection, key: str, reason: str, now: datetime) -> None:
    """A look at the network settled nothing; say what was seen."""
    where = (deliveries.c.key == key) & (deliveries.c.state == "in_doubt")
    conn.execute(deliveries.update().where(where).values(reason=reason, updated_at=now))


def requeue(conn: Connection, key: str, due_at: datetime, cause: Cause, *, absent: bool) -> None:
    """A person wants it sent at `due_at`, in a fresh attempt where one was begun.

    What is in doubt is only requeued when the person says that it is absent.
    """
    row = lock_in(conn, key, frozenset({"failed", "missed", "in_doubt", "cancelled"}), "requeued")
    if row.state == "in_doubt" and not absent:
        raise Misuse(
            f"{key} may be public: {row.reason}",
            hint="look at the page; then say `publisher requeue KEY --absent`, or `publisher adopt KEY URL`",
        )
    begun = conn.execute(
        operations.update()
        .where(operations.c.delivery == key, operations.c.operation == "publish", operations.c.attempt == row.attempt)
        .values(ended_at=cause.at, outcome=f"requeued: {cause.why}")
    ).rowcount
    fresh = {"reason": "", "wake_at": None, "due_at": due_at, "attempt": row.attempt + begun}
    if row.state == "in_doubt":
        _rest_from_what_is_public(conn, row.channel)
    move(conn, key, (row.state, "queued"), cause, **fresh)


def _rest_from_what_is_public(conn: Connection, channel: str) -> None:
    """What is absent after all keeps no distance: the channel's spacing counts from its last message that is public."""
    mine = deliveries.c.channel == channel
    doubted = select(func.count()).select_from(deliveries).where(mine, deliveries.c.state == "in_doubt")
    if (conn.scalar(doubted) or 0) > 1:
        return  # another message may be public there: the distance from it is kept
    last = select(func.max(deliveries.c.published_at)).where(mine).scalar_subquery()
    conn.execute(channels.update().where(channels.c.channel == channel).values(last_sent_at=last))


def skip(conn: Connection, key: str, cause: Cause) -> None:
    """A person says that it shall not go out; what a call may have published already is in doubt instead."""
    row = lock_in(conn, key, _OPEN, "skipped")
    ends: State = "cancelled"
    why = cause.why
    if may_be_public(conn, key, row.attempt):
        why, ends = f"{why}; a call that may have published had begun", "in_doubt"
    move(conn, key, (row.state, ends), replace(cause, why=why), reason=why)


def verified(conn: Connection, key: str, by: str, now: datetime) -> None:
    """The network returned it to us, public and matching."""
    cause = Cause(by=by, why="public, and as it was sent", at=now)
    move(conn, key, ("delivered", "verified"), cause, wake_at=None, reason="")


def unverified(conn: Connection, key: str, reason: str, wake_at: datetime | None, now: datetime) -> None:
    """It could not be verified: say why, and when to look again (None: not by ourselves)."""
    where = (deliveries.c.key == key) & (deliveries.c.state == "delivered")
    conn.execute(deliveries.update().where(where).values(reason=reason, wake_at=wake_at, updated_at=now))


_OPERATION: dict[Wanted, Operation] = {"corrected": "correct", "retracted": "retract"}


def want(conn: Connection, key: str, wanted: Wanted, message: Message, cause: Cause) -> None:
    """A person wants what is public corrected or retracted: the operation is opened, and the next run does it."""
    row = lock_in(conn, key, frozenset({"delivered", "verified"}), wanted)
    operation = _OPERATION[wanted]
    last = select(func.max(operations.c.attempt)).where(
        operations.c.delivery == key, operations.c.operation == operation
    )
    place = {"delivery": key, "operation": operation, "attempt": (conn.scalar(last) or 0) + 1}
    conn.execute(operations.insert().values(**place, message=message_text(message), opened_at=cause.at))
    asked = Cause(by=cause.by, why=f"{wanted} wanted: {cause.why}", at=cause.at)
    move(conn, key, (row.state, row.state), asked, wanted=wanted)


def last_commit(conn: Connection, key: str, attempt: int) -> tuple[datetime, datetime] | None:
    """When the attempt's committing call began, and until when it may still have arrived (aware, UTC); else None."""
    mine = steps.c.delivery == key, steps.c.operation == "publish", steps.c.attempt == attempt, steps.c.commits
    row = conn.execute(select(steps.c.begun_at, steps.c.deadline_at).where(*mine)).one_or_none()
    return None if row is None else (row.begun_at, row.deadline_at)
