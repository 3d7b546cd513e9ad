"""Connections to the ledger's database: durable on SQLite, and the same transactions on PostgreSQL."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from publisher.errors import Misuse

BUSY_MS = 60_000
CHECKPOINT_PAGES = 8_000
"""How much the write-ahead log gathers before it is carried over: a checkpoint makes every writer wait."""
READING = {"ledger_reading": True}

_LIKE = "PUBLISHER_LEDGER is like sqlite:////srv/publisher/live.db or postgresql+psycopg://host/database"
_PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def _pragmas(raw: Any, record: object) -> None:
    """Set and assert, on every connection, what durability rests on: WAL, synchronous=FULL, foreign keys."""
    del record
    raw.isolation_level = None
    cursor = raw.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    cursor.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    for name, wanted in _PRAGMAS.items():
        cursor.execute(f"PRAGMA {name} = {wanted}")
        found = cursor.execute(f"PRAGMA {name}").fetchone()[0]
        if found != wanted:
            raise Misuse(
                f"the ledger's database refuses {name}={wanted} (it says {found})",
                hint="put the ledger on a local disk: a network folder cannot keep it safe",
            )
    cursor.close()


def _begin(conn: Connection) -> None:
    """Writers take SQLite's write lock at once, so that what they read is what they change; readers do not wait."""
    reading = conn.get_execution_options().get("ledger_reading", False)
    conn.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _postgresql(url: URL) -> Engine:
    """An engine for PostgreSQL, with psycopg where it names no driver. Raises Misuse for any other database."""
    if url.drivername not in {"postgresql", "postgresql+psycopg"}:
        raise Misuse(f"the ledger cannot be kept in {url.drivername}", hint=_LIKE)
    return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)


def connect(url: str, *, make: bool = True) -> Engine:
    """An engine for the ledger at that SQLAlchemy URL. Raises Misuse when the address cannot be read.

    Without `make`, also when it names a file that does not exist: looking must not leave an empty ledger behind.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise Misuse("the ledger's address cannot be read", hint=_LIKE) from error
    if parsed.get_backend_name() != "sqlite":
        return _postgresql(parsed)
    if not make and parsed.database and not Path(parsed.database).is_file():
        raise Misuse("there is no ledger yet", hint="publisher init-ledger --seed makes one")
    if parsed.database:
        with suppress(FileExistsError):
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": BUSY_MS / 1000})
    event.listen(engine, "connect", _pragmas)
    event.listen(engine, "begin", _begin)
    return engine
