"""Rows ↔ values: the one place that knows how a delivery lies in its row."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from publisher.values import Delivery, Message, Planned, Receipt, canonical, short_code

if TYPE_CHECKING:
    from sqlalchemy import Row


def minted(key: str, now: datetime) -> dict[str, Any]:
    """What is minted once, from the key, when a delivery first enters the ledger; stored, never recomputed."""
    seal = hashlib.sha256(f"delivery:{key}".encode()).hexdigest()
    return {"code": short_code(key), "idempotency_key": seal, "record_key": seal[:24], "minted_at": now}


def planned_row(planned: Planned, now: datetime) -> dict[str, Any]:
    """The row of a delivery that is new to the ledger."""
    return {
        "key": planned.key, "post": planned.post, "channel": planned.channel, "edition": planned.edition,
        "platform": planned.platform, "state": planned.state, "wanted": "published", "due_at": planned.due_at,
        "grace_seconds": int(planned.grace.total_seconds()), "expires_at": planned.expires_at, "why": planned.why,
        "reason": planned.reason, "attempt": 1, "notes": "[]", "updated_at": now,
        **minted(planned.key, now),
    }  # fmt: skip


def receipt_columns(receipt: Receipt) -> dict[str, Any]:
    """The columns of a receipt."""
    return {
        "remote_id": receipt.remote_id, "url": receipt.url, "published_at": receipt.published_at,
        "notes": canonical(list(receipt.notes)),
    }  # fmt: skip


def _receipt(row: Row[Any]) -> Receipt | None:
    if row.remote_id is None:
        return None
    notes = tuple(json.loads(row.notes))
    return Receipt(remote_id=row.remote_id, url=row.url, published_at=row.published_at, notes=notes)


def message_text(message: Message) -> str:
    """A message as the ledger keeps it."""
    return canonical(message.to_json())


def message_value(text: str | None) -> Message | None:
    """The message that `message_text` wrote."""
    return None if text is None else Message.from_json(json.loads(text))


def delivery(row: Row[Any]) -> Delivery:
    """The delivery that a row of `deliveries` holds."""
    return Delivery(
        key=row.key, post=row.post, channel=row.channel, edition=row.edition, platform=row.platform,
        state=row.state, wanted=row.wanted, due_at=row.due_at, grace=timedelta(seconds=row.grace_seconds),
        why=row.why, reason=row.reason, expires_at=row.expires_at, code=row.code,
        idempotency_key=row.idempotency_key, record_key=row.record_key, attempt=row.attempt,
        wake_at=row.wake_at, lease_until=row.lease_until, receipt=_receipt(row), message=message_value(row.message),
        updated_at=row.updated_at,
    )  # fmt: skip
