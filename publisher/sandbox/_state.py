"""What the sandbox remembers: channels, tokens, posts, media, faults and the journal of calls, in one SQLite file."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from publisher.errors import HeldElsewhere
from publisher.sandbox._faults import Fault, fault

Kind = Literal["published", "scheduled", "draft"]
EMPTY: Mapping[str, str] = MappingProxyType({})

_SCHEMA = """
CREATE TABLE IF NOT EXISTS counter (n INTEGER NOT NULL);
INSERT INTO counter SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM counter);
CREATE TABLE IF NOT EXISTS channels (
    platform TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, token_name TEXT NOT NULL, PRIMARY KEY (platform, id)
);
CREATE TABLE IF NOT EXISTS tokens (
    platform TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (platform, name)
);
CREATE TABLE IF NOT EXISTS posts (
    n INTEGER PRIMARY KEY, platform TEXT NOT NULL, channel TEXT NOT NULL, id TEXT NOT NULL, text TEXT NOT NULL,
    link TEXT NOT NULL, pictures TEXT NOT NULL, kind TEXT NOT NULL, created REAL NOT NULL, updated REAL NOT NULL,
    publish_at REAL, seen_from REAL NOT NULL, edited REAL, deleted REAL, likes INTEGER NOT NULL, ours INTEGER NOT NULL,
    extra TEXT NOT NULL, UNIQUE (platform, id)
);
CREATE INDEX IF NOT EXISTS posts_listed ON posts (platform, channel, created, n);
CREATE INDEX IF NOT EXISTS posts_scheduled ON posts (publish_at) WHERE kind = 'scheduled' AND deleted IS NULL;
CREATE TABLE IF NOT EXISTS media (
    n INTEGER PRIMARY KEY, platform TEXT NOT NULL, channel TEXT NOT NULL, id TEXT NOT NULL, digest TEXT NOT NULL,
    mime TEXT NOT NULL, alt TEXT NOT NULL, text TEXT NOT NULL, created REAL NOT NULL, public INTEGER NOT NULL,
    post TEXT NOT NULL, UNIQUE (platform, id)
);
CREATE TABLE IF NOT EXISTS faults (n INTEGER PRIMARY KEY, fault TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS calls (
    n INTEGER PRIMARY KEY, at REAL NOT NULL, platform TEXT NOT NULL, channel TEXT NOT NULL, call TEXT NOT NULL,
    method TEXT NOT NULL, path TEXT NOT NULL, token_in TEXT NOT NULL, params TEXT NOT NULL, uploads TEXT NOT NULL,
    status INTEGER, applied INTEGER NOT NULL, faults TEXT NOT NULL
);
"""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A channel as the sandbox keeps it: its platform, id, name and the name of the token that opens it."""

    platform: str
    id: str
    name: str
    token_name: str


@dataclass(frozen=True, kw_only=True)
class Shot:
    """One picture of a post: the medium's id, the SHA-256 of its bytes, its type and its alternative text."""

    id: str
    digest: str
    mime: str
    alt: str


@dataclass(frozen=True, kw_only=True)
class Item:
    """One post on a channel; instants are seconds since 1970. `ours`: made through the API, not by a person there."""

    platform: str
    channel: str
    id: str
    text: str = ""
    link: str = ""
    pictures: tuple[Shot, ...] = ()
    kind: Kind = "published"
    created: float
    updated: float
    publish_at: float | None = None
    seen_from: float = 0.0
    edited: float | None = None
    deleted: float | None = None
    likes: int = 0
    ours: bool = True
    extra: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    n: int = 0

    @property
    def public(self) -> bool:
        """Whether followers see it (a listing may still lag behind)."""
        return self.kind == "published" and self.deleted is None


@dataclass(frozen=True, kw_only=True)
class Medium:
    """One uploaded picture; `post` is the id of the post that used it, or empty."""

    platform: str
    channel: str
    id: str
    digest: str
    mime: str
    alt: str = ""
    text: str = ""
    created: float
    public: bool = False
    post: str = ""


class State:
    """The sandbox's memory below one folder. One process holds it at a time; its threads take turns."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "media").mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._db = sqlite3.connect(folder / "state.db", isolation_level=None, check_same_thread=False, timeout=0.5)
        self._db.row_factory = sqlite3.Row
        self.traffic: Counter[str] = Counter()
        try:
            self._open()
        except sqlite3.OperationalError as error:
            self._db.close()
            if "locked" not in str(error):
                raise
            raise HeldElsewhere(
                f"another sandbox keeps its state in {folder}", hint="stop that one, or use another --root"
            ) from None

    def _open(self) -> None:
        # A killed server loses nothing that it committed; only a power cut could, and then it is a sandbox.
        for pragma in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = OFF"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.executescript(_SCHEMA)
        self._db.execute("BEGIN IMMEDIATE")
        self._db.execute("COMMIT")

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside happens, or nothing does; no other thread looks on."""
        with self._lock:
            self._db.execute("BEGIN")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def attempt(self) -> Iterator[Callable[[], None]]:
        """Inside a transaction: yields a function that undoes everything done since, for a call that is refused."""
        self._db.execute("SAVEPOINT attempt")
        yield self._undo
        self._db.execute("RELEASE attempt")

    def _undo(self) -> None:
        self._db.execute("ROLLBACK TO attempt")

    def next_number(self) -> int:
        """A number never given out before, as long as Meta's ids are."""
        row = self._db.execute("UPDATE counter SET n = n + 1 RETURNING n").fetchall()[0]
        return 122_100_000_000_000_000 + int(row["n"])

    # Channels and tokens

    def register(self, place: Place) -> str:
        """Make the channel known (or rename it) and give its token, minted the first time; "" when it has none."""
        self._db.execute(
            "INSERT INTO channels VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET name = excluded.name, token_name = excluded.token_name",
            (place.platform, place.id, place.name, place.token_name),
        )
        return self.mint(place.platform, place.token_name) if place.token_name else ""

    def mint(self, platform: str, name: str) -> str:
        """The value of the secret of that name, made up the first time that it is asked for."""
        fresh = f"sandbox-{secrets.token_urlsafe(30)}"
        self._db.execute("INSERT OR IGNORE INTO tokens VALUES (?, ?, ?)", (platform, name, fresh))
        return self.secret(platform, name)

    def secret(self, platform: str, name: str) -> str:
        """The value of the secret of that name, or ""."""
        row = self._one("SELECT value FROM tokens WHERE platform = ? AND name = ?", platform, name)
        return "" if row is None else str(row["value"])

    def token_name(self, platform: str, value: str) -> str | None:
        """The name of the token with that value, or None when nobody was given it."""
        row = self._one("SELECT name FROM tokens WHERE platform = ? AND value = ?", platform, value)
        return None if row is None else str(row["name"])

    def place(self, platform: str, channel: str) -> Place | None:
        """The channel of that id, or None."""
        row = self._one("SELECT * FROM channels WHERE platform = ? AND id = ?", platform, channel)
        return None if row is None else Place(**dict(row))

    def places(self) -> list[Place]:
        """Every channel, by platform and name."""
        return [Place(**dict(row)) for row in self._all("SELECT * FROM channels ORDER BY platform, name, id")]

    # Posts

    def add(self, item: Item) -> None:
        """Keep a new post."""
        values = _columns(item)
        marks = ", ".join(f":{name}" for name in values)
        self._db.execute(f"INSERT INTO posts ({', '.join(values)}) VALUES ({marks})", values)  # noqa: S608 -- our names

    def change(self, item: Item) -> None:
        """Keep a post as it is now."""
        values = _columns(item)
        pairs = ", ".join(f"{name} = :{name}" for name in values)
        self._db.execute(f"UPDATE posts SET {pairs} WHERE platform = :platform AND id = :id", values)  # noqa: S608 -- as above

    def item(self, platform: str, post: str) -> Item | None:
        """The post of that id, deleted or not, or None."""
        row = self._one("SELECT * FROM posts WHERE platform = ? AND id = ?", platform, post)
        return None if row is None else _item(row)

    def release_due(self, now: float) -> None:
        """Make public what was scheduled for now or earlier."""
        self._db.execute(
            "UPDATE posts SET kind = 'published', created = publish_at, updated = publish_at"
            " WHERE kind = 'scheduled' AND deleted IS NULL AND publish_at <= ?",
            (now,),
        )

    def listed(  # noqa: PLR0913 -- a question has as many parts
        self, platform: str, channel: str, *, kinds: Sequence[Kind] = ("published",), now: float,
        since: float = 0.0, until: float = 1e12, before: tuple[float, int] = (1e12, 0), limit: int = 100,
    ) -> list[Item]:  # fmt: skip
        """Posts that stand on a channel and can be seen at `now`, newest first, created in [since, until)."""
        marks = ", ".join("?" for _ in kinds)
        rows = self._all(
            f"SELECT * FROM posts WHERE platform = ? AND channel = ? AND deleted IS NULL AND kind IN ({marks})"  # noqa: S608 -- marks only
            " AND seen_from <= ? AND created >= ? AND created < ? AND (created, n) < (?, ?)"
            " ORDER BY created DESC, n DESC LIMIT ?",
            platform, channel, *kinds, now, since, until, *before, limit,
        )  # fmt: skip
        return [_item(row) for row in rows]

    def everything(self, platform: str = "", channel: str = "") -> list[Item]:
        """Every post ever made, deleted ones too, oldest first; of one platform or channel when named."""
        rows = self._all(
            "SELECT * FROM posts WHERE ? IN ('', platform) AND ? IN ('', channel) ORDER BY created, n",
            platform, channel,
        )  # fmt: skip
        return [_item(row) for row in rows]

    # Media

    def store(self, data: bytes) -> str:
        """Keep bytes and give their SHA-256; the same bytes are kept once."""
        digest = hashlib.sha256(data).hexdigest()
        target = self.folder / "media" / digest
        if not target.exists():
            aside = target.with_suffix(f".{secrets.token_hex(8)}")
            aside.write_bytes(data)
            aside.replace(target)
        return digest

    def media_file(self, digest: str) -> tuple[Path, str] | None:
        """The file that holds the bytes of that SHA-256 and their type, or None."""
        row = self._one("SELECT mime FROM media WHERE digest = ?", digest)
        return (self.folder / "media" / digest, str(row["mime"])) if row else None

    def add_medium(self, medium: Medium) -> None:
        """Keep a new upload's description."""
        self._db.execute(
            "INSERT INTO media (platform, channel, id, digest, mime, alt, text, created, public, post)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                medium.platform, medium.channel, medium.id, medium.digest, medium.mime, medium.alt, medium.text,
                medium.created, medium.public, medium.post,
            ),
        )  # fmt: skip

    def medium(self, platform: str, name: str) -> Medium | None:
        """The upload of that id, or None."""
        row = self._one("SELECT * FROM media WHERE platform = ? AND id = ?", platform, name)
        if row is None:
            return None
        values = dict(row)
        del values["n"]
        return Medium(**{**values, "public": bool(values["public"])})

    def use_media(self, platform: str, names: Sequence[str], post: str, *, public: bool) -> None:
        """Note that a post uses these uploads (public with it, or not yet)."""
        for name in names:
            self._db.execute(
                "UPDATE media SET post = ?, public = ? WHERE platform = ? AND id = ?", (post, public, platform, name)
            )

    def drop_medium(self, platform: str, name: str) -> None:
        """Forget an upload's description; its bytes stay for posts that show them."""
        self._db.execute("DELETE FROM media WHERE platform = ? AND id = ?", (platform, name))

    # Faults

    def add_fault(self, new: Fault) -> int:
        """Switch a fault on and give its number."""
        cursor = self._db.execute("INSERT INTO faults (fault) VALUES (?)", (json.dumps(new.to_json()),))
        return int(cursor.lastrowid or 0)

    def faults(self) -> list[Fault]:
        """The faults that are switched on, oldest first."""
        return [_fault(row) for row in self._all("SELECT * FROM faults ORDER BY n")]

    def clear_faults(self, number: int | None = None) -> None:
        """Switch one fault off, or all."""
        self._db.execute("DELETE FROM faults WHERE ? IS NULL OR n = ?", (number, number))

    def strike(self, platform: str, channel: str, call: str, usual: Mapping[str, str]) -> list[Fault]:
        """The faults that meet this call, counted down. Of those that decide the outcome, only the first strikes."""
        struck: list[Fault] = []
        for each in self.faults():
            decided = any(f.when != "while" for f in struck)
            if each.meets(platform, channel, call, usual.get(each.kind, "*")) and (each.when == "while" or not decided):
                struck += [each] if self._count_down(each) else []
        return struck

    def _count_down(self, each: Fault) -> bool:
        values = each.to_json()
        if each.after:
            self._save_fault(each.id, {**values, "after": each.after - 1})
            return False
        if each.count == 1:
            self.clear_faults(each.id)
        elif each.count:
            self._save_fault(each.id, {**values, "count": each.count - 1})
        return True

    def _save_fault(self, number: int, values: Mapping[str, Any]) -> None:
        self._db.execute("UPDATE faults SET fault = ? WHERE n = ?", (json.dumps(values), number))

    # The journal of calls

    def record(self, call: Mapping[str, Any]) -> None:
        """Write down a call that was received; the keys are the columns of `calls`."""
        self.traffic[f"{call['platform']}:{call['channel']}"] += 1
        marks = ", ".join(f":{name}" for name in call)
        self._db.execute(f"INSERT INTO calls ({', '.join(call)}) VALUES ({marks})", dict(call))  # noqa: S608 -- as above

    def calls(self) -> list[dict[str, Any]]:
        """Every call received, oldest first."""
        return [dict(row) for row in self._all("SELECT * FROM calls ORDER BY n")]

    def reset(self) -> None:
        """Forget posts, media, faults and calls; channels and tokens stay."""
        for table in ("posts", "media", "faults", "calls"):
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608 -- four names, above
        self.traffic.clear()

    def _one(self, sql: str, *values: object) -> sqlite3.Row | None:
        rows = self._all(sql, *values)
        return rows[0] if rows else None

    def _all(self, sql: str, *values: object) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()


def _columns(item: Item) -> dict[str, Any]:
    values = {name: getattr(item, name) for name in Item.__dataclass_fields__ if name != "n"}
    pictures = [{"id": s.id, "digest": s.digest, "mime": s.mime, "alt": s.alt} for s in item.pictures]
    return {**values, "pictures": json.dumps(pictures), "extra": json.dumps(dict(item.extra))}


def _item(row: sqlite3.Row) -> Item:
    values = dict(row)
    pictures = tuple(Shot(**shot) for shot in json.loads(values["pictures"]))
    extra = MappingProxyType(dict(json.loads(values["extra"])))
    return Item(**{**values, "pictures": pictures, "extra": extra, "ours": bool(values["ours"])})


def _fault(row: sqlite3.Row) -> Fault:
    values = json.loads(row["fault"])
    del values["id"]
    return Fault(**{**fault(values).to_json(), **values, "id": row["n"]})
