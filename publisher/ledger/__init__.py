"""WHAT HAPPENED: the database of what is to happen and what did; the only SQL."""

from publisher.ledger.claim import Claim
from publisher.ledger.events import Cause, Event
from publisher.ledger.journal import Heard, Step
from publisher.ledger.ledger import Ledger
from publisher.ledger.take_over import TakenOver

__all__ = ["Cause", "Claim", "Event", "Heard", "Ledger", "Step", "TakenOver"]
