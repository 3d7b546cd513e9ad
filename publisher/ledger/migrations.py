"""How an older ledger's schema becomes today's: named functions, applied once each, in the order of their names.

A new ledger is made whole from `schema`; an older one is brought here by the migrations that it lacks. A test holds the
two results against each other. A migration is never edited after a release: the next one mends it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, inspect, select

from publisher.ledger import schema

Migration = Callable[[Connection], None]


def m0001_bones(conn: Connection) -> None:
    """The first schema: deliveries, their journals, their channels and the event log.

    It still is today's; the change that adds a second migration writes this one's tables out here first.
    """
    schema.metadata.create_all(conn)


def names() -> tuple[str, ...]:
    """The names of all migrations, in the order in which they are applied."""
    return tuple(sorted(name for name in globals() if name[0] == "m" and name[1:5].isdigit()))


def applied(conn: Connection) -> frozenset[str]:
    """The names of the migrations that this database has seen; empty for one that holds no ledger."""
    if not inspect(conn).has_table(schema.migrations.name):
        return frozenset()
    return frozenset(conn.scalars(select(schema.migrations.c.name)))


def _mark(conn: Connection, done: tuple[str, ...], now: datetime) -> None:
    if done:
        conn.execute(schema.migrations.insert(), [{"name": name, "applied_at": now} for name in done])


def create(conn: Connection, now: datetime) -> None:
    """Make today's schema in an empty database."""
    schema.metadata.create_all(conn)
    _mark(conn, names(), now)


def upgrade(conn: Connection, now: datetime) -> tuple[str, ...]:
    """Apply what an older ledger lacks; return the names of what was applied."""
    seen = applied(conn)
    missing = tuple(name for name in names() if name not in seen)
    for name in missing:
        globals()[name](conn)
    _mark(conn, missing, now)
    return missing
