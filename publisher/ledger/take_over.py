"""Taking over a plan: what it proposes becomes what the ledger holds, and nothing settled or in flight is touched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from publisher.ledger import events
from publisher.ledger.claim import may_be_public
from publisher.ledger.events import Cause
from publisher.ledger.moves import move
from publisher.ledger.rows import planned_row
from publisher.ledger.schema import channels, deliveries, meta
from publisher.values import Planned, State

CONTENT = "content"
_BATCH = 500


@dataclass(frozen=True, kw_only=True)
class TakenOver:
    """How many deliveries a take-over added, moved and cancelled."""

    new: int = 0
    moved: int = 0
    gone: int = 0


def _channels(conn: Connection, planned: Iterable[Planned]) -> None:
    wanted = {p.channel: p for p in planned if p.change != "gone"}
    spacings = conn.execute(select(channels.c.channel, channels.c.spacing_seconds))
    known = {row.channel: row.spacing_seconds for row in spacings}
    rows = [
        {"channel": p.channel, "platform": p.platform, "spacing_seconds": int(p.spacing.total_seconds())}
        for p in wanted.values()
    ]
    new = [row for row in rows if row["channel"] not in known]
    if new:
        conn.execute(channels.insert(), new)
    for row in rows:
        if known.get(str(row["channel"]), row["spacing_seconds"]) != row["spacing_seconds"]:
            conn.execute(
                channels.update()
                .where(channels.c.channel == row["channel"])
                .values(spacing_seconds=row["spacing_seconds"])
            )


def _add(conn: Connection, new: Sequence[Planned], by: str, now: datetime) -> int:
    known = set(conn.scalars(select(deliveries.c.key)))
    fresh = [p for p in new if p.key not in known]
    for start in range(0, len(fresh), _BATCH):
        conn.execute(deliveries.insert(), [planned_row(p, now) for p in fresh[start : start + _BATCH]])
    log = [events.Event(at=now, delivery=p.key, was="", became=p.state, by=by, why=p.reason or p.why) for p in fresh]
    events.append(conn, log)
    return len(fresh)


def _waiting(conn: Connection, planned: Sequence[Planned]) -> dict[str, Row[Any]]:
    """The rows that wait, by key, of what the plan moves or cancels: locked all at once, before the event log is."""
    keys = sorted(p.key for p in planned if p.change in {"moved", "gone"})
    found: dict[str, Row[Any]] = {}
    for start in range(0, len(keys), _BATCH):
        mine = deliveries.c.key.in_(keys[start : start + _BATCH]), deliveries.c.state.in_(("queued", "held"))
        columns = deliveries.c.key, deliveries.c.state, deliveries.c.attempt, deliveries.c.due_at, deliveries.c.wake_at
        query = select(*columns).where(*mine)
        found |= {row.key: row for row in conn.execute(query.order_by(deliveries.c.key).with_for_update())}
    return found


def _shift(conn: Connection, planned: Planned, row: Row[Any], by: str, now: datetime) -> bool:
    """Give a waiting delivery its new time and the state that the plan gives it now.

    Until when a platform asked us to wait stays, unless the time itself is another.
    """
    wake_at = row.wake_at if row.due_at == planned.due_at else None
    return move(
        conn, planned.key, (row.state, planned.state), Cause(by=by, why=planned.why, at=now), due_at=planned.due_at,
        grace_seconds=int(planned.grace.total_seconds()), expires_at=planned.expires_at, reason=planned.reason,
        why=planned.why, wake_at=wake_at,
    )  # fmt: skip


def _cancel(conn: Connection, planned: Planned, row: Row[Any], by: str, now: datetime) -> bool:
    """Cancel what nobody wants any more; what a call may have published already is in doubt instead."""
    why = planned.reason or planned.why
    ends: State = "cancelled"
    if may_be_public(conn, planned.key, row.attempt):
        why, ends = f"{why}; a call that may have published had begun", "in_doubt"
    return move(conn, planned.key, (row.state, ends), Cause(by=by, why=why, at=now), reason=why)


def take_over(conn: Connection, planned: Sequence[Planned], *, content: str, by: str, now: datetime) -> TakenOver:
    """Make the ledger hold the plan; two runners that do so at once agree, because the first one's rows stand."""
    conn.execute(select(meta.c.value).where(meta.c.key == CONTENT).with_for_update())
    _channels(conn, planned)
    rows = _waiting(conn, planned)
    known = [(p, rows[p.key]) for p in planned if p.key in rows]
    done = TakenOver(
        new=_add(conn, [p for p in planned if p.change == "new"], by, now),
        moved=sum(_shift(conn, p, row, by, now) for p, row in known if p.change == "moved"),
        gone=sum(_cancel(conn, p, row, by, now) for p, row in known if p.change == "gone"),
    )
    conn.execute(meta.update().where(meta.c.key == CONTENT).values(value=content))
    return done
