"""The ledger's tables, written for SQLite and PostgreSQL alike.

State stands in `deliveries`, what was asked in `operations` and `steps`, how it came to be in `events`. Instants are
text of one width in UTC, so that both databases compare them alike; JSON is canonical text.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    text,
)

from publisher.values import Operation, State, Wanted

metadata = MetaData()


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as `2026-11-24T15:00:00.000000Z`."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """The text of an aware instant; a naive one is a mistake in our code and raises ValueError."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"a naive time reached the ledger: {value!r}"
            raise ValueError(message)
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """The instant of the text."""
        del dialect
        return None if value is None else datetime.fromisoformat(value)


def _one_of(column: str, names: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(name) for name in names)})"


meta = Table(
    "meta",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

migrations = Table(
    "migrations",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("applied_at", Instant, nullable=False),
)

channels = Table(
    "channels",
    metadata,
    Column("channel", String(200), primary_key=True),
    Column("platform", String(40), nullable=False),
    Column("spacing_seconds", Integer, nullable=False, default=0),
    Column("last_sent_at", Instant),
    Column("usage", Text),
    Column("usage_at", Instant),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("key", String(400), primary_key=True),
    Column("post", String(200), nullable=False, index=True),
    Column("channel", ForeignKey("channels.channel"), nullable=False),
    Column("edition", Integer, nullable=False),
    Column("platform", String(40), nullable=False),
    Column("state", String(12), nullable=False),
    Column("wanted", String(12), nullable=False, default="published"),
    Column("due_at", Instant, nullable=False),
    Column("grace_seconds", Integer, nullable=False),
    Column("expires_at", Instant),
    Column("why", Text, nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("code", String(10), nullable=False, unique=True),
    Column("idempotency_key", String(64), nullable=False, unique=True),
    Column("record_key", String(64), nullable=False, unique=True),
    Column("minted_at", Instant, nullable=False),
    Column("attempt", Integer, nullable=False, default=1),
    Column("wake_at", Instant),
    Column("lease_token", String(32)),
    Column("lease_until", Instant),
    Column("runner", String(80)),
    Column("message", Text),
    Column("message_digest", String(64)),
    Column("remote_id", String(200)),
    Column("url", Text),
    Column("published_at", Instant),
    Column("notes", Text, nullable=False, default="[]"),
    Column("updated_at", Instant, nullable=False),
    CheckConstraint(_one_of("state", get_args(State)), name="state_is_known"),
    CheckConstraint(_one_of("wanted", get_args(Wanted)), name="wanted_is_known"),
    CheckConstraint(
        "(state = 'claimed') = (lease_token IS NOT NULL) AND (state = 'claimed') = (lease_until IS NOT NULL)",
        name="claimed_has_a_lease",
    ),
    CheckConstraint(
        "state NOT IN ('delivered', 'verified', 'retracted') OR (remote_id IS NOT NULL AND url IS NOT NULL)",
        name="delivered_has_a_receipt",
    ),
    CheckConstraint("state <> 'held' OR reason <> ''", name="held_has_a_reason"),
)

_CLAIMED = text("state = 'claimed'")
Index("one_claim_per_channel", deliveries.c.channel, unique=True, sqlite_where=_CLAIMED, postgresql_where=_CLAIMED)
Index("one_receipt_per_post", deliveries.c.channel, deliveries.c.remote_id, unique=True)
Index("due", deliveries.c.state, deliveries.c.due_at)

operations = Table(
    "operations",
    metadata,
    Column("delivery", ForeignKey("deliveries.key"), primary_key=True),
    Column("operation", String(12), primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("message", Text, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("published_at", Instant),
    Column("ended_at", Instant),
    Column("outcome", Text, nullable=False, default=""),
    Column("wake_at", Instant),
    Column("lease_token", String(32)),
    Column("lease_until", Instant),
    CheckConstraint(_one_of("operation", get_args(Operation)), name="operation_is_known"),
)

steps = Table(
    "steps",
    metadata,
    Column("delivery", String(400), primary_key=True),
    Column("operation", String(12), primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("call", Text, nullable=False),
    Column("commits", Boolean, nullable=False),
    Column("repeatable", Boolean, nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("send_by", Instant),
    Column("deadline_at", Instant),
    Column("outcome", String(10)),
    Column("answer", Text),
    Column("answered_at", Instant),
    Column("valid_until", Instant),
    Column("wake_at", Instant),
    ForeignKeyConstraint(
        ["delivery", "operation", "attempt"],
        ["operations.delivery", "operations.operation", "operations.attempt"],
    ),
    CheckConstraint(
        "outcome IS NULL OR outcome IN ('answered', 'refused', 'not-sent', 'waiting')", name="outcome_is_known"
    ),
)

events = Table(
    "events",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("delivery", String(400), nullable=False, index=True),
    Column("was", String(12), nullable=False),
    Column("became", String(12), nullable=False),
    Column("by", String(120), nullable=False),
    Column("why", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
