"""Reading channels back: in doubt becomes delivered or is said to be absent; delivered becomes verified."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from publisher.errors import CallError
from publisher.ledger import Cause
from publisher.values import Listing, Shown, in_utc, lasting

if TYPE_CHECKING:
    from publisher.content.channel import Channel
    from publisher.delivery.driver import Driver
    from publisher.ledger import Ledger
    from publisher.platforms.base import Credential, Platform
    from publisher.values import Delivery

CLOCK_SKEW = timedelta(minutes=5)
"""How far a platform's clock may be from ours: a listing is read from that much before the call began."""
LOOK_AGAIN = timedelta(minutes=15)
LOOK_FOR = timedelta(hours=24)
"""How long a delivered post that the network does not return yet is looked for before a person is asked."""


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Looks at one channel with its credential and writes what was seen into the ledger."""

    ledger: Ledger
    driver: Driver
    platform: Platform
    channel: Channel
    credential: Credential
    by: str

    def reconcile(self, delivery: Delivery, now: datetime) -> str:
        """Look for a delivery in doubt; returns the state that it has now."""
        began = self.ledger.last_commit(delivery.key, delivery.attempt)
        message = self.ledger.message(delivery.key, "publish", delivery.attempt)
        if began is None or message is None or not self.platform.can("find"):
            return "in_doubt"
        begun_at, arrives_until = began
        if now < arrives_until:
            return "in_doubt"
        try:
            listing = self.driver.ask(
                self.platform, self.credential, self.platform.find(self.channel, message, begun_at - CLOCK_SKEW)
            )
        except CallError as error:
            self.ledger.still_in_doubt(delivery.key, f"{_first(delivery)}; looking failed: {error.sentence}", now)
            return "in_doubt"
        return self._settle(delivery, listing, now)

    def _settle(self, delivery: Delivery, listing: Listing, now: datetime) -> str:
        taken = {
            d.receipt.remote_id: d.key
            for d in self.ledger.deliveries(channel=delivery.channel)
            if d.receipt is not None
        }
        ours = [shown for shown in listing.shown if shown.receipt.remote_id not in taken]
        if not ours:
            seen = (
                "not there"
                if listing.complete
                else "not in what the network listed, which does not reach back far enough"
            )
            why = f"{_first(delivery)}; looked {in_utc(now)}: {seen}"
            self.ledger.still_in_doubt(delivery.key, why, now)
            return "in_doubt"
        receipt = ours[-1].receipt
        for other in ours[:-1]:
            receipt = receipt.noting(f"the page shows it twice: the other is {other.receipt.url}")
        cause = Cause(by=self.by, why=f"found on the network as {receipt.url}", at=now)
        return "delivered" if self.ledger.found(delivery.key, receipt, cause) else "settled elsewhere"

    def verify(self, delivery: Delivery, now: datetime) -> bool:
        """Read a delivered post back; returns whether it is verified now."""
        message, receipt = delivery.message, delivery.receipt
        if receipt is None or not self.platform.can("read"):
            return False
        try:
            shown = self.driver.ask(self.platform, self.credential, self.platform.read(self.channel, receipt))
        except CallError as error:
            self._look_again(delivery, f"reading it back failed: {error.sentence}", now)
            return False
        if shown is None or not shown.public:
            self._look_again(delivery, "the network does not show it", now)
            return False
        if message is not None and not self.platform.matches(message, shown):
            self.ledger.unverified(delivery.key, _differs(shown), None, now)
            return False
        self.ledger.verified(delivery.key, self.by, now)
        return True

    def _look_again(self, delivery: Delivery, why: str, now: datetime) -> None:
        since = delivery.receipt.published_at if delivery.receipt else None
        if now - (since or delivery.updated_at) > LOOK_FOR:
            self.ledger.unverified(
                delivery.key, f"{why}, for more than {lasting(LOOK_FOR)}; look at the page", None, now
            )
        else:
            self.ledger.unverified(delivery.key, "", now + LOOK_AGAIN, now)


def _first(delivery: Delivery) -> str:
    """Why it came to be in doubt, without what earlier looks added."""
    return delivery.reason.split("; look", 1)[0]


def _differs(shown: Shown) -> str:
    return f"the page shows something else than was sent: {shown.text[:80]!r}; look at {shown.receipt.url}"
