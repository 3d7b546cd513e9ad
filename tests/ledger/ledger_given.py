"""Plans, calls and receipts for the tests of the ledger, and the short way through a delivery."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from publisher.ledger import Cause, Heard
from publisher.values import Answer, Call, Message, Planned, Receipt

if TYPE_CHECKING:
    from publisher.ledger import Claim, Ledger, TakenOver

NOW = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)
"""After every lease that was taken at NOW has run out."""
MESSAGE = Message(text="Good day", link="https://larkmoor.example.org/cardiology/good-day/?utm_content=abc")
UPLOAD = Call(method="POST", path="/v26.0/1/photos", form={"published": "false"})
POST = Call(method="POST", path="/v26.0/1/feed", form={"message": "Good day"}, commits=True)
AGAIN = Call(method="POST", path="/publish", form={"container": "7"}, commits=True, repeatable=True)
HEARD = Heard(outcome="answered", at=NOW, answer=Answer(status=200, body={"id": "1_9"}))


def planned(post: str = "a", channel: str = "facebook:1", **changes: Any) -> Planned:
    usual = {"edition": 1, "platform": "facebook", "due_at": NOW, "grace": timedelta(hours=6), "why": "its slot"}
    return Planned(post=post, channel=channel, **{**usual, **changes})


def take(ledger: Ledger, *plan: Planned, now: datetime = NOW) -> TakenOver:
    return ledger.take_over(plan, content="digest", by="planner", now=now)


def claim(ledger: Ledger, runner: str = "r1", now: datetime = NOW) -> Claim:
    found = ledger.claim(runner=runner, now=now)
    assert found is not None
    return found


def begun(ledger: Ledger, *calls: Call, now: datetime = NOW) -> Claim:
    """A claim with its operation open; the last of the calls has begun, those before it are answered."""
    held = claim(ledger, now=now)
    ledger.open_operation(held, MESSAGE, now)
    for index, call in enumerate(calls):
        ledger.begin(held, index, call, now)
        if index < len(calls) - 1:
            ledger.finish(held, index, HEARD)
    return held


def receipt(remote_id: str = "1_9", **changes: Any) -> Receipt:
    return Receipt(remote_id=remote_id, url=f"https://www.facebook.com/{remote_id}", **changes)


def delivered(ledger: Ledger, remote_id: str = "1_9", now: datetime = NOW) -> Claim:
    """Deliver what is due first, to its end."""
    held = begun(ledger, POST, now=now)
    ledger.published(held, receipt(remote_id), now, (0, HEARD))
    ledger.end(held, now)
    return held


def person(why: str = "seen on the page", at: datetime = NOW) -> Cause:
    return Cause(by="maren", why=why, at=at)
