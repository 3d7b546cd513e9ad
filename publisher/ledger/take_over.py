"""Taking over a plan: what it proposes becomes what the ledger holds, and nothing settled or in flight is touched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from publisher.ledger import events
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
    known = dict(conn.execute(select(channels.c.channel, channels.c.spacing_seconds)).tuples().all())
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


def _shift(conn: Connection, planned: Planned, by: str, now: datetime) -> bool:
    """Give a waiting delivery its new time, and the state that the plan gives it now."""
    row = conn.execute(
        select(deliveries.c.state).where(deliveries.c.key == planned.key).with_for_update()
    ).one_or_none()
    if row is None or row.state not in {"queued", "held"}:
        return False
    return move(
        conn, planned.key, (row.state, planned.state), Cause(by=by, why=planned.why, at=now), due_at=planned.due_at,
        grace_seconds=int(planned.grace.total_seconds()), expires_at=planned.expires_at, reason=planned.reason,
        why=planned.why, wake_at=None,
    )  # fmt: skip


def _cancel(conn: Connection, planned: Planned, by: str, now: datetime) -> bool:
    cause = Cause(by=by, why=planned.reason or planned.why, at=now)
    waiting: tuple[State, ...] = ("queued", "held")
    return any(move(conn, planned.key, (was, "cancelled"), cause, reason=cause.why) for was in waiting)


def take_over(conn: Connection, planned: Sequence[Planned], *, content: str, by: str, now: datetime) -> TakenOver:
    """Make the ledger hold the plan; two runners that do so at once agree, because the first one's rows stand."""
    conn.execute(select(meta.c.value).where(meta.c.key == CONTENT).with_for_update())
    _channels(conn, planned)
    done = TakenOver(
        new=_add(conn, [p for p in planned if p.change == "new"], by, now),
        moved=sum(_shift(conn, p, by, now) for p in planned if p.change == "moved"),
        gone=sum(_cancel(conn, p, by, now) for p in planned if p.change == "gone"),
    )
    conn.execute(meta.update().where(meta.c.key == CONTENT).values(value=content))
    return done
