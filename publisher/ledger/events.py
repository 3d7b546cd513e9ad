"""The append-only record of every change of state, chained by hashes.

The chain shows edits, unless the whole log is rewritten: its head is what to keep elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from publisher.ledger.schema import events, meta
from publisher.values import canonical

HEAD = "event-head"
START = "0" * 64


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Who changed something, why, and when (aware, UTC)."""

    by: str
    why: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Event:
    """One change of state: which delivery, from what to what, when (aware, UTC), by whom and why."""

    at: datetime
    delivery: str
    was: str
    became: str
    by: str
    why: str


def chained(previous: str, seq: int, event: Event) -> str:
    """The hash of an event that follows `previous` as number `seq`."""
    told = [previous, seq, event.at.isoformat(), event.delivery, event.was, event.became, event.by, event.why]
    return hashlib.sha256(canonical(told).encode()).hexdigest()


_READ_HEAD = select(meta.c.value).where(meta.c.key == HEAD).with_for_update()
_WRITE_HEAD = meta.update().where(meta.c.key == HEAD).values(value=bindparam("head"))
_WRITE = events.insert()


def append(conn: Connection, new: Sequence[Event]) -> None:
    """Append events to the log. The head's row is locked last in every transaction: writers queue and never cross."""
    if not new:
        return
    head = json.loads(conn.scalar(_READ_HEAD) or "{}")
    seq, previous = head.get("seq", 0), head.get("hash", START)
    rows = []
    for event in new:
        seq += 1
        link = chained(previous, seq, event)
        rows.append({"seq": seq, **vars(event), "previous": previous, "hash": link})
        previous = link
    conn.execute(_WRITE, rows)
    conn.execute(_WRITE_HEAD, {"head": canonical({"seq": seq, "hash": previous})})


def broken_at(conn: Connection) -> int | None:
    """The number of the first event that does not follow from those before it, or None when the log is whole."""
    previous, count = START, 0
    for row in conn.execute(select(events).order_by(events.c.seq)):
        count += 1
        event = Event(at=row.at, delivery=row.delivery, was=row.was, became=row.became, by=row.by, why=row.why)
        if row.seq != count or row.previous != previous or row.hash != chained(previous, row.seq, event):
            return count
        previous = row.hash
    head = json.loads(conn.scalar(select(meta.c.value).where(meta.c.key == HEAD)) or "{}")
    return None if (head.get("seq", 0), head.get("hash", START)) == (count, previous) else count + 1
