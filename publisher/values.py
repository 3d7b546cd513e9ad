"""The values that rooms hand to each other: what to show, what to ask, what came back, what stands in the ledger."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal

EMPTY: Mapping[str, str] = MappingProxyType({})

State = Literal[
    "held", "queued", "claimed", "handed_over", "in_doubt",
    "delivered", "verified", "failed", "missed", "cancelled", "retracted",
]  # fmt: skip
Wanted = Literal["published", "corrected", "retracted"]
Operation = Literal["publish", "hand_over", "pull_back", "correct", "retract"]


def canonical(value: object) -> str:
    """`value` as JSON that is the same on every machine: sorted keys, no spaces, text as it is."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(value: object) -> str:
    """The SHA-256 of `value`'s canonical JSON, in hexadecimal (64 characters)."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One picture of a message: the source file, by path below the content root (POSIX) and SHA-256 of its bytes."""

    path: str
    digest: str
    alt: str
    mime: str
    focus: str = ""


@dataclass(frozen=True, kw_only=True)
class Message:
    """Exactly what a platform will be asked to show.

    `link` is the tracked address or empty; where a platform shows the link inside the text, `text` already holds it.
    `idempotency_key` and `record_key` are minted once with the delivery and are not part of the digest.
    `extra` holds what one platform has of its own (a title, a board section), text to text.
    """

    text: str
    link: str = ""
    pictures: tuple[Picture, ...] = ()
    extra: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    idempotency_key: str = ""
    record_key: str = ""

    @property
    def digest(self) -> str:
        """The message digest: text, link, extras, alt texts, focus and the source pictures' digests."""
        shown = [{"digest": p.digest, "alt": p.alt, "focus": p.focus} for p in self.pictures]
        return digest_of({"text": self.text, "link": self.link, "extra": dict(self.extra), "pictures": shown})

    def to_json(self) -> dict[str, Any]:
        """A plain value that `from_json` turns back into an equal message."""
        pictures = [
            {"path": p.path, "digest": p.digest, "alt": p.alt, "mime": p.mime, "focus": p.focus} for p in self.pictures
        ]
        return {
            "text": self.text, "link": self.link, "pictures": pictures, "extra": dict(self.extra),
            "idempotency_key": self.idempotency_key, "record_key": self.record_key,
        }  # fmt: skip

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Message:
        """The message that `to_json` wrote."""
        pictures = tuple(Picture(**p) for p in value["pictures"])
        return cls(**{**value, "pictures": pictures, "extra": MappingProxyType(dict(value["extra"]))})


@dataclass(frozen=True, kw_only=True)
class FilePart:
    """One file of a multipart call: the field's name, and the picture whose bytes fill it (read as it is sent)."""

    field: str
    picture: Picture


@dataclass(frozen=True, kw_only=True)
class Call:
    """One HTTP request as a value, without credentials: those are added by the platform's `authorize` as it is sent.

    `path` begins with "/" and follows the address of `host`, one of the platform's named hosts. At most one of `form`
    and `json` is given; `files` make the form a multipart body. `commits`: after this call the message may be public.
    `repeatable`: asking twice cannot show it twice. `tries`: how often a step that does not commit may be begun again.
    `valid_for`: how long the answer can be built on. `deadline_seconds`: from first byte out to last byte in.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    host: str = "api"
    query: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    form: Mapping[str, str] | None = None
    json: object = None
    files: tuple[FilePart, ...] = ()
    headers: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    commits: bool = False
    repeatable: bool = False
    tries: int = 3
    valid_for: timedelta | None = None
    deadline_seconds: float = 60.0

    def to_json(self) -> dict[str, Any]:
        """The request as the journal keeps it: what is asked, and nothing of how it is retried."""
        return {
            "method": self.method, "host": self.host, "path": self.path, "query": dict(self.query),
            "form": None if self.form is None else dict(self.form), "json": self.json,
            "files": [{"field": f.field, "digest": f.picture.digest, "mime": f.picture.mime} for f in self.files],
            "headers": dict(self.headers), "commits": self.commits,
        }  # fmt: skip

    @property
    def digest(self) -> str:
        """What replay compares: two calls with one digest ask for the same thing."""
        return digest_of(self.to_json())


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A platform's response as a value: status, lower-cased header names, and the parsed JSON body (or its text)."""

    status: int
    headers: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    body: Any = None

    def __getitem__(self, key: str) -> Any:
        return self.body[key]

    def to_json(self) -> dict[str, Any]:
        """A plain value that `from_json` turns back into an equal answer."""
        return {"status": self.status, "headers": dict(self.headers), "body": self.body}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Answer:
        """The answer that `to_json` wrote."""
        return cls(status=value["status"], headers=MappingProxyType(dict(value["headers"])), body=value["body"])


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The platform's id and public address of what was published, when (aware, if known), and notes for a person."""

    remote_id: str
    url: str
    published_at: datetime | None = None
    notes: tuple[str, ...] = ()

    def noting(self, note: str) -> Receipt:
        """This receipt with one more note."""
        return replace(self, notes=(*self.notes, note))


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Come back in this many seconds: the flow is not ready to go on."""

    seconds: float
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Published:
    """It is out; here is the receipt. Later steps of the flow cannot change that."""

    receipt: Receipt


Flow = Generator[Call | Wait | Published, Any, None]
"""An operation that writes: yields calls, waits and the receipt; each Call is sent back its Answer."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One of our posts as the platform shows it to the public (`public` false: it exists but nobody sees it)."""

    receipt: Receipt
    text: str
    link: str = ""
    public: bool = True


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What a look at a channel found. `complete`: the listing reaches back to the instant that was asked for."""

    shown: tuple[Shown, ...]
    complete: bool


@dataclass(frozen=True, kw_only=True)
class Engagement:
    """One reading at `at` (aware, UTC). A count that the platform did not give is None, never zero."""

    at: datetime
    reactions: int | None = None
    comments: int | None = None
    shares: int | None = None
    clicks: int | None = None
    views: int | None = None


def in_utc(at: datetime) -> str:
    """An instant as sentences name it: Tue 24 Nov 2026 15:00 UTC."""
    return f"{at.astimezone(UTC):%a %d %b %Y %H:%M} UTC"


def lasting(span: timedelta) -> str:
    """A span as people say it: "3 h", "90 min", "3 h 30 min", "2 days"."""
    minutes = int(span.total_seconds()) // 60
    days, hours_, rest = minutes // 1440, minutes // 60, minutes % 60
    if days and not minutes % 1440:
        return "1 day" if days == 1 else f"{days} days"
    if not rest:
        return f"{hours_} h"
    return f"{minutes} min" if minutes <= 90 else f"{hours_} h {rest} min"  # noqa: PLR2004 - "90 min" is how it is written


def delivery_key(post: str, channel: str, edition: int) -> str:
    """The delivery's identity: post id / channel / edition."""
    return f"{post}/{channel}/{edition}"


def short_code(key: str) -> str:
    """The short code of a delivery's link: 10 characters of a-z2-7, from the key alone."""
    import base64

    return base64.b32encode(hashlib.sha256(f"link:{key}".encode()).digest()).decode().lower()[:10]


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A delivery that a plan proposes: when, and why then. `due_at` and `expires_at` are aware, UTC.

    `state` is what the ledger shall record for a delivery that is new to it: queued, held (by hand: a person posts it),
    or missed / cancelled with the reason in `why` where it is not ours to send.
    `change` against the ledger: new | same | moved | gone.
    """

    post: str
    channel: str
    edition: int
    platform: str
    due_at: datetime
    grace: timedelta
    why: str
    change: Literal["new", "same", "moved", "gone"] = "new"
    state: Literal["queued", "held", "missed", "cancelled"] = "queued"
    reason: str = ""
    expires_at: datetime | None = None
    spacing: timedelta = timedelta(0)

    @property
    def key(self) -> str:
        """The delivery key."""
        return delivery_key(self.post, self.channel, self.edition)


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One post to one channel, once: the ledger's row as a value. Times are aware, UTC."""

    key: str
    post: str
    channel: str
    edition: int
    platform: str
    state: State
    wanted: Wanted
    due_at: datetime
    grace: timedelta
    why: str
    reason: str
    expires_at: datetime | None
    code: str
    idempotency_key: str
    record_key: str
    attempt: int
    wake_at: datetime | None
    lease_until: datetime | None
    receipt: Receipt | None
    message: Message | None
    updated_at: datetime
