"""One delivery's story as a person would tell it: why then, what happened, what comes next. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from publisher.content.site import Content
    from publisher.ledger import Event
    from publisher.values import Delivery


@dataclass(frozen=True, kw_only=True)
class Story:
    """A heading and a paragraph, with what a machine reads of them."""

    key: str
    state: str
    heading: str
    text: str
    next_step: str

    def to_json(self) -> dict[str, Any]:
        """The stable JSON of it."""
        return {"key": self.key, "state": self.state, "why": self.text, "next": self.next_step}


def explain(delivery: Delivery, history: Sequence[Event], content: Content, now: datetime) -> Story:
    """The chain of facts that led to where the delivery stands at `now`, and the next step."""
    post = next((post for post in content.posts if post.id == delivery.post), None)
    channel = content.channels().get(delivery.channel)
    zone = ZoneInfo(content.specialties[post.specialty].zone if post else content.site.zone)
    title = post.title if post else delivery.post
    page = channel.name if channel else delivery.channel
    following = _next(delivery, zone, now)
    chain = [_planned(delivery, history, zone), *(_told(event, zone) for event in history[1:]), following]
    return Story(
        key=delivery.key,
        state=delivery.state,
        heading=f"“{title}” on {page} ({delivery.channel}): {delivery.state.replace('_', ' ')}",
        text=" ".join(sentence for sentence in chain if sentence),
        next_step=following,
    )


def _when(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%a %d %b %Y %H:%M}"


def _sentence(text: str) -> str:
    text = text.strip()
    return text if not text or text[-1] in ".!?" else f"{text}."


def _planned(delivery: Delivery, history: Sequence[Event], zone: ZoneInfo) -> str:
    """How it came into the ledger; the planner's own reason begins with the time."""
    reason = delivery.why.replace(": ", ", ", 1)
    if not history:
        return _sentence(f"Its time is {reason}")
    began = f"On {_when(history[0].at, zone)} ({zone.key}) it was"
    if history[0].became == "queued":
        return _sentence(f"{began} planned for {reason}")
    if history[0].became == "held":
        return _sentence(f"{began} planned for {reason}. It waits: {history[0].why}")
    return _sentence(f"{began} put down as {history[0].became}: {history[0].why}")


def _told(event: Event, zone: ZoneInfo) -> str:  # noqa: PLR0911 - a table: one line a change
    """One change as a sentence; that a runner took it up is said by what came of it."""
    at = _when(event.at, zone)
    match event.was, event.became:
        case _, "claimed":
            return ""
        case "claimed", "queued":
            return _sentence(f"A try on {at} came to nothing and it went back into the queue: {event.why}")
        case "in_doubt", "delivered":
            return _sentence(f"On {at} it turned out to be public: {event.why}")
        case _, "delivered":
            return _sentence(f"It went out on {at}: {event.why}")
        case was, became if was == became:
            return _sentence(f"On {at} {event.by} changed it: {event.why}")
        case _, "queued":
            return _sentence(f"On {at} {event.by} put it back into the queue: {event.why}")
    verb = _VERBS.get(event.became, f"it became {event.became}")
    return _sentence(f"On {at} {verb}: {event.why}")


_VERBS = {
    "verified": "the network gave it back to us",
    "held": "it was held",
    "in_doubt": "it became in doubt",
    "failed": "it failed",
    "missed": "it was missed",
    "cancelled": "it was cancelled",
    "retracted": "it was taken down; copies may remain",
}


def _next(delivery: Delivery, zone: ZoneInfo, now: datetime) -> str:  # noqa: PLR0911 - a table: one line a state
    """What happens next, and who does it."""
    wake = max(delivery.due_at, delivery.wake_at or delivery.due_at)
    match delivery.state:
        case "queued" if wake > now:
            return f"Next: the first run after {_when(wake, zone)} ({zone.key}) sends it."
        case "queued":
            return "Next: the next run sends it, as soon as its page's spacing and quiet hours allow."
        case "claimed":
            until = _when(delivery.lease_until, zone) if delivery.lease_until else "the lease ends"
            return f"Next: its runner finishes, or its lease ends at {until} and the next run takes it up."
        case "held" if delivery.reason.startswith("by hand"):
            return f"Next: a person posts it, then says `publisher adopt {delivery.key} ADDRESS`."
        case "held":
            return f"Next: when this no longer holds it goes out: {_sentence(delivery.reason)}"
        case "in_doubt":
            return (
                "Next: every run looks for it on the page. A person who sees it there says "
                f"`publisher adopt {delivery.key} ADDRESS`; one who is sure that it is not there says "
                f"`publisher requeue {delivery.key} --absent`."
            )
        case "failed" | "missed":
            return f"Next: a person decides: `publisher requeue {delivery.key}` sends it, `publisher skip` does not."
        case "delivered":
            return "Next: a run reads it back from the network." if not delivery.reason else "Next: look at the page."
    return "Nothing is left to do."
