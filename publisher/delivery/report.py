"""What a run did and what it leaves for a person, as values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from publisher.content.problem import Problem
from publisher.ledger import Ledger, TakenOver
from publisher.values import Delivery


@dataclass(frozen=True, kw_only=True)
class Need:
    """One thing that needs a person: which delivery, how it stands, and the sentence that says why."""

    key: str
    post: str
    channel: str
    state: str
    why: str

    def to_json(self) -> dict[str, str]:
        """The stable JSON of it."""
        return vars(self).copy()


def _asks(delivery: Delivery, now: datetime) -> str:
    """Why this delivery needs a person at `now`, or empty."""
    match delivery.state:
        case "failed" | "missed" | "in_doubt":
            return delivery.reason
        case "held":
            return delivery.reason if delivery.due_at <= now else ""
        case "delivered" | "verified":
            notes = delivery.receipt.notes if delivery.receipt else ()
            return "; ".join(part for part in (delivery.reason, *notes) if part)
    return ""


def needs(deliveries: Iterable[Delivery], now: datetime) -> tuple[Need, ...]:
    """What needs a person at `now`, earliest first."""
    return tuple(
        Need(key=d.key, post=d.post, channel=d.channel, state=d.state, why=why)
        for d in deliveries
        if (why := _asks(d, now))
    )


def needs_of(ledger: Ledger, now: datetime) -> tuple[Need, ...]:
    """What in the ledger needs a person at `now`."""
    return needs(ledger.asking(), now)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One message that this run made public (or found public), with its address."""

    key: str
    post: str
    channel: str
    url: str
    remote_id: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """What one run did. `needs` is all that stands; `fresh` those of them that did not stand before this run."""

    at: datetime
    planned: TakenOver
    sent: tuple[Sent, ...]
    verified: int
    ended: Mapping[str, int]
    needs: tuple[Need, ...]
    fresh: tuple[Need, ...]
    problems: tuple[Problem, ...]
    interrupted: bool = False

    def to_json(self) -> dict[str, Any]:
        """The stable JSON of `run --json`: counts, receipts, and what needs a person."""
        standing = {state: sum(need.state == state for need in self.needs) for state in ("in_doubt", "held")}
        return {
            "delivered": len(self.sent), "verified": self.verified, "retracted": self.ended.get("retracted", 0),
            "failed": self.ended.get("failed", 0), "missed": self.ended.get("missed", 0), **standing,
            "receipts": [{"key": s.key, "url": s.url, "remote_id": s.remote_id} for s in self.sent],
            "planned": {"new": self.planned.new, "moved": self.planned.moved, "gone": self.planned.gone},
            "needs_person": [need.to_json() for need in self.needs],
            "new": [need.key for need in self.fresh],
            "interrupted": self.interrupted,
        }  # fmt: skip
