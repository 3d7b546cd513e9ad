"""What a run would send at an instant, worked out without a socket and without writing anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from publisher.checks import examined
from publisher.content import load
from publisher.content.site import Content
from publisher.plan.planner import plan
from publisher.render import message, render_problems, rules_for
from publisher.values import Delivery, Message, Planned


@dataclass(frozen=True, kw_only=True)
class Rehearsed:
    """One message that would go out, and the time (UTC) for which it is planned."""

    key: str
    due_at: datetime
    message: Message

    def to_json(self) -> dict[str, Any]:
        """The stable JSON of it."""
        shown = {"text": self.message.text, "link": self.message.link, "digest": self.message.digest}
        return {"key": self.key, "due_at": self.due_at, **shown}


def rehearse(root: Path, known: Sequence[Delivery], now: datetime, *, first: bool) -> tuple[Rehearsed, ...]:
    """What is due at `now`, of what the ledger knows and of what the plan adds; earliest first."""
    content = examined(load(root), now)
    made = plan(content, known, now, first=first)
    gone = {p.key for p in made.deliveries if p.change == "gone" or p.state != "queued"}
    times = {d.key: (d.due_at, d.post, d.channel) for d in known if d.state == "queued" and d.key not in gone}
    times |= {p.key: (p.due_at, p.post, p.channel) for p in made.deliveries if _goes(p)}
    due = sorted((at, key, post, channel) for key, (at, post, channel) in times.items() if at <= now)
    return tuple(_shown(content, due))


def _goes(planned: Planned) -> bool:
    return planned.state == "queued" and planned.change in {"new", "moved"}


def _shown(content: Content, due: Sequence[tuple[datetime, str, str, str]]) -> Iterator[Rehearsed]:
    posts, channels = {post.id: post for post in content.posts}, content.channels()
    for due_at, key, post, channel in due:
        if post in posts and channel in channels:
            asked = posts[post], channels[channel], content.site, rules_for(channels[channel].platform), key
            if all(problem.severity != "error" for problem in render_problems(*asked)):
                yield Rehearsed(key=key, due_at=due_at, message=message(*asked))
