"""One change of state: the row, guarded by the state it is believed to have, and its event, together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Update, bindparam, or_, select

from publisher.errors import HeldElsewhere, Misuse
from publisher.ledger import events
from publisher.ledger.events import Cause
from publisher.ledger.schema import channels, deliveries
from publisher.values import State

NO_LEASE: Mapping[str, None] = {"lease_token": None, "lease_until": None, "runner": None}


@cache
def _moving(names: tuple[str, ...], *, under: bool) -> Update:
    """The statement that changes those columns, made once for each choice of them."""
    guard = (deliveries.c.key == bindparam("of")) & (deliveries.c.state == bindparam("was"))
    if under:
        guard &= deliveries.c.lease_token == bindparam("under")
    new = {name: bindparam(f"new_{name}", type_=deliveries.c[name].type) for name in names}
    return deliveries.update().where(guard).values(new)


def move(
    conn: Connection,
    key: str,
    change: tuple[State, State],
    cause: Cause,
    *,
    under: str | None = None,
    **columns: Any,
) -> bool:
    """Move a delivery (was, becomes) and log it; False when it was not in that state, or not under that lease."""
    was, becomes = change
    values = {**(NO_LEASE if becomes != "claimed" else {}), **columns, "state": becomes, "updated_at": cause.at}
    statement = _moving(tuple(sorted(values)), under=under is not None)
    given = {f"new_{name}": value for name, value in values.items()}
    if conn.execute(statement, {**given, "of": key, "was": was, "under": under}).rowcount != 1:
        return False
    told = events.Event(at=cause.at, delivery=key, was=was, became=becomes, by=cause.by, why=cause.why)
    events.append(conn, [told])
    return True


def rest_channel(conn: Connection, key: str, at: datetime) -> None:
    """The delivery's channel showed something at `at`, or may have: its spacing counts from the latest such instant.

    Called before `move`: a channel's row is never waited for while the event log's head is held.
    """
    sent = select(deliveries.c.channel).where(deliveries.c.key == key).scalar_subquery()
    earlier = or_(channels.c.last_sent_at.is_(None), channels.c.last_sent_at < at)
    conn.execute(channels.update().where(channels.c.channel == sent, earlier).values(last_sent_at=at))


def lock(conn: Connection, key: str) -> Row[Any]:
    """The delivery's row, locked until the transaction ends. Raises Misuse when there is none."""
    row = conn.execute(select(deliveries).where(deliveries.c.key == key).with_for_update()).one_or_none()
    if row is None:
        raise Misuse(f"the ledger knows no delivery {key}", hint="publisher status lists them")
    return row


def lock_in(conn: Connection, key: str, allowed: frozenset[State], verb: str) -> Row[Any]:
    """The delivery's row, locked. Raises HeldElsewhere while a runner holds it, Misuse in a state not `allowed`."""
    row = lock(conn, key)
    if row.state == "claimed":
        raise HeldElsewhere(f"a runner is delivering {key} right now", hint="try again when it has finished")
    if row.state not in allowed:
        can = ", ".join(sorted(allowed)).replace("_", " ")
        raise Misuse(f"{key} is {row.state.replace('_', ' ')}: only what is {can} can be {verb}")
    return row
