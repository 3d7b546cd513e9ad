"""A small world for plans: content from a few words, and a ledger that takes plans over as the real one does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from publisher.content.channel import Channel
from publisher.content.post import Post, Review, Social, Variant
from publisher.content.problem import Problem
from publisher.content.site import Content, Site
from publisher.content.specialty import Quiet, Schedule, Slot, Specialty
from publisher.plan import Plan
from publisher.plan.planner import plan
from publisher.platforms.base import Limit, Rules
from publisher.values import Delivery, Planned, short_code

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LIMIT = Limit(value=280, unit="characters", source="made up", checked="2026-11-22")


def rules(*, same_text_elsewhere: bool = True) -> Rules:
    return Rules(
        text=_LIMIT, counting="characters", pictures=_LIMIT, picture_bytes=_LIMIT, picture_types=("image/jpeg",),
        same_text_elsewhere=same_text_elsewhere, source="made up", checked="2026-11-22",
    )  # fmt: skip


RULES = {"facebook": rules(), "x": rules(same_text_elsewhere=False)}


def slot(words: str) -> Slot:
    """The slot that `Tue 09:00` means."""
    day, at = words.split()
    return Slot(weekday=_DAYS.index(day), at=time.fromisoformat(at))


def schedule(
    slots: Sequence[str] = (), quiet: str = "", spacing_minutes: int = 0, per_day: int | None = None
) -> Schedule:
    start, _, end = quiet.partition("-")
    return Schedule(
        slots=tuple(sorted(slot(words) for words in slots)),
        quiet=Quiet(start=time.fromisoformat(start), end=time.fromisoformat(end)) if quiet else None,
        spacing=timedelta(minutes=spacing_minutes),
        per_day=per_day,
    )


def channel(key: str, mode: Any = "api") -> Channel:
    platform, _, remote_id = key.partition(":")
    return Channel(platform=platform, remote_id=remote_id, name=f"Page {remote_id}", token="FB_TOKEN", mode=mode)


def specialty(id_: str, zone: str, times: Schedule, channels: Sequence[Channel]) -> Specialty:
    return Specialty(
        id=id_, name=id_.capitalize(), zone=zone, schedule=times, channels=tuple(channels),
        path=f"content/{id_}/specialty.yml",
    )  # fmt: skip


def post(id_: str, home: str, public: datetime, *, also: Sequence[str] = (), **more: Any) -> Post:
    return Post(
        id=id_, path=f"content/{home}/{id_}.md", specialty=home, slug=id_, title=id_, date=public,
        specialties=(home, *also), lines=MappingProxyType({"social.publish": 7, "social": 6, "date": 4}), **more,
    )  # fmt: skip


def content(
    specialties: Sequence[Specialty],
    posts: Sequence[Post],
    *,
    site: Site | None = None,
    refused: Sequence[str] = (),
    problems: Sequence[Problem] = (),
) -> Content:
    return Content(
        root="", site=site or Site(name="Example Health", base_url="https://health.example.org"),
        specialties={s.id: s for s in specialties}, people={}, posts=tuple(posts), pages=(), problems=tuple(problems),
        read=len(posts) + len(refused), refused=tuple(refused), digest="",
    )  # fmt: skip


def planned(
    what: Content,
    known: Sequence[Delivery],
    now: datetime,
    *,
    first: bool = False,
    allowed: Mapping[str, Rules] = RULES,
) -> Plan:
    return plan(what, known, now, first=first, rules=allowed)


def row(key: str, due_at: datetime, **more: Any) -> Delivery:
    """A row of the ledger as it is before anything has happened, but for what is given."""
    post_id, channel_key, edition = key.split("/")
    values: dict[str, Any] = {
        "key": key, "post": post_id, "channel": channel_key, "edition": int(edition),
        "platform": channel_key.partition(":")[0], "state": "queued", "wanted": "published", "due_at": due_at,
        "grace": timedelta(hours=6), "why": "as announced", "reason": "", "expires_at": None, "code": short_code(key),
        "idempotency_key": "", "record_key": "", "attempt": 1, "wake_at": None, "lease_until": None,
        "receipt": None, "message": None, "updated_at": due_at,
    }  # fmt: skip
    return Delivery(**{**values, **more})


def taken_over(made: Plan, known: Sequence[Delivery]) -> list[Delivery]:
    """The ledger after the plan was taken over: new rows added, moved ones changed, gone ones cancelled."""
    rows = {known_row.key: known_row for known_row in known}
    for p in made.deliveries:
        if p.change != "same":
            rows[p.key] = _row_of(p)
    return list(rows.values())


def _row_of(p: Planned) -> Delivery:
    return row(
        p.key, p.due_at, state=p.state, grace=p.grace, why=p.why, reason=p.reason, expires_at=p.expires_at,
        platform=p.platform,
    )  # fmt: skip


def review(due: str) -> Review:
    return Review(by="david-okafor", date=date(2026, 1, 10), due=date.fromisoformat(due) if due else None)


def utc(words: str) -> datetime:
    """The instant that `2026-11-23 12:00` is in UTC."""
    return datetime.fromisoformat(words).replace(tzinfo=UTC)


__all__ = [
    "RULES", "Social", "Variant", "channel", "content", "planned", "post", "review", "row", "rules", "schedule", "slot",
    "specialty", "taken_over", "utc",
]  # fmt: skip
