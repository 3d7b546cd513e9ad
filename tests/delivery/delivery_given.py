"""A small content folder, a clock to move, and runners against the sandbox, for the tests of delivery."""

from __future__ import annotations

import os
import signal
import struct
import threading
import warnings
import zlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from publisher.content import load
from publisher.delivery.pictures import opener
from publisher.delivery.runner import Runner
from publisher.http import Transport, sandboxed
from publisher.ledger import Cause, Ledger
from publisher.tokens import Tokens
from publisher.values import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from publisher.delivery.report import Report
    from publisher.ledger import Claim
    from publisher.sandbox import Remote
    from publisher.values import Delivery

EVE = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
"""When the ledger is made and seeded: before any post's time."""
NOW = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
"""A minute after the posts' time."""
PAGE = "104220000000001"

_SITE = """\
name: Example Health
base-url: https://health.example.org
zone: Etc/UTC
"""
_SPECIALTY = """\
name: {name}
zone: Etc/UTC
owners: [maria-santos, lee-chan]
schedule:
  slots: ["Tue 14:59"]
channels:
{channels}
"""
_PERSON = "name: {name}\ncredentials: MD\nrole: Physician\nspecialty: cardiology\n"
_POST = """\
---
title: "{title}"
date: 2026-12-01 14:00
summary: A few plain words about it.
authors: [maria-santos]
{more}social:
  publish: 2026-12-01 14:59
{social}---
What there is to know about it, in plain words.
"""
KINDS = {
    "link": ("", ""),
    "one photo": ("image: {src: room0.png, alt: An empty room}\n", ""),
    "several photos": (
        "",
        "  facebook:\n    images:\n"
        + "".join(f"      - {{src: room{n}.png, alt: Room number {n}}}\n" for n in range(3)),
    ),
}
"""By kind of message: what the front matter says beside the usual."""


def png(shade: int) -> bytes:
    """A picture of one pixel, another one for each shade."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixel = zlib.compress(bytes([0, shade]))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")


def write_site(root: Path) -> None:
    """A site with two people and no specialty yet."""
    people = root / "content" / "people"
    people.mkdir(parents=True, exist_ok=True)
    (root / "content" / "site.yml").write_text(_SITE)
    (people / "maria-santos.yml").write_text(_PERSON.format(name="Maria Santos"))
    (people / "lee-chan.yml").write_text(_PERSON.format(name="Lee Chan"))


def write_specialty(root: Path, name: str = "cardiology", pages: tuple[str, ...] = (PAGE,), more: str = "") -> None:
    """A specialty with a Facebook Page for each id; the Page's token is FB_<id>."""
    folder = root / "content" / name
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        f'  - {{platform: facebook, id: "{page}", name: Example Health {name} {page}, token: FB_{page}}}'
        for page in pages
    ]
    text = _SPECIALTY.format(name=name.title(), channels="\n".join(lines))
    (folder / "specialty.yml").write_text(text + more)


def write_post(root: Path, slug: str, kind: str = "link", specialty: str = "cardiology", more: str = "") -> Path:
    """A post of that kind that goes out at 14:59 on 1 December; returns its file."""
    image, social = KINDS[kind]
    folder = root / "content" / specialty / slug
    folder.mkdir(parents=True, exist_ok=True)
    for shade in range(3):
        (folder / f"room{shade}.png").write_bytes(png(shade))
    text = _POST.format(title=f"About {slug.replace('-', ' ')}", more=f"id: {slug}\n{image}{more}", social=social)
    file = folder / "index.md"
    file.write_text(text)
    return file


class Clock:
    """A clock that stands until a test moves it. Threads may read it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Unlinked(Runner):
    """A runner whose messages have no link: the flow of a text alone."""

    def _message(self, claim: Claim) -> Message | str:
        found = super()._message(claim)
        return replace(found, link="") if isinstance(found, Message) else found


@dataclass
class World:
    """A root, its sandbox, one ledger and one clock."""

    root: Path
    sandbox: Remote
    url: str
    clock: Clock
    kind: type[Runner] = Runner

    def open(self) -> Ledger:
        """The ledger, with connections of its own."""
        return Ledger.open(self.url, "sandbox", self.clock())

    def make_ledger(self) -> None:
        """A new ledger, seeded on the eve of the posts; the clock stands at NOW afterwards."""
        Ledger.create(self.url, "sandbox", EVE).close()
        self.move_to(EVE)
        self.run()
        self.move_to(NOW)

    def move_to(self, now: datetime) -> None:
        """Set our clock, and the sandbox's with it."""
        self.clock.now = now
        self.sandbox.set_clock(now)

    def later(self, **by: float) -> None:
        """Move both clocks on."""
        self.move_to(self.clock.now + timedelta(**by))

    def transport(self) -> Transport:
        return Transport(
            clock=self.clock, open_picture=opener(self.root), address_of=sandboxed(self.sandbox.address),
            loopback_only=True,
        )  # fmt: skip

    def runner(self, ledger: Ledger, transport: Transport, **given: Any) -> Runner:
        usual: dict[str, Any] = {"name": f"r{os.getpid()}", "threads": 1, "clock": self.clock}
        tokens = Tokens(self.root, target="sandbox")
        return self.kind(root=self.root, ledger=ledger, transport=transport, credentials=tokens, **{**usual, **given})

    def run(self, **given: Any) -> Report:
        """One run with connections of its own."""
        limit = given.pop("limit", None)
        ledger = self.open()
        try:
            with self.transport() as transport:
                return self.runner(ledger, transport, **given).run(limit)
        finally:
            ledger.close()

    def deliveries(self) -> list[Delivery]:
        ledger = self.open()
        try:
            return ledger.deliveries()
        finally:
            ledger.close()

    def delivery(self, post: str = "") -> Delivery:
        """The one delivery (of that post)."""
        (found,) = [d for d in self.deliveries() if post in {"", d.post}]
        return found

    def want(self, wanted: Any, message: Message | None = None, post: str = "") -> None:
        """A person wants the one delivery corrected or retracted."""
        ledger = self.open()
        shown = self.delivery(post)
        assert shown.message is not None
        cause = Cause(by="maren", why="a wrong number", at=self.clock())
        ledger.want(shown.key, wanted, message or shown.message, cause)
        ledger.close()

    def decide(self, decision: Callable[[Ledger], object]) -> None:
        ledger = self.open()
        decision(ledger)
        ledger.close()

    def until_settled(self, runs: int = 8) -> None:
        """Later runs, twenty minutes apart, until nothing waits any more (or only for a person)."""
        for _ in range(runs):
            self.later(minutes=20)
            self.run()
            waits = {d.state for d in self.deliveries()} & {"queued", "claimed", "delivered"}
            if not waits and not any(d.wanted == "retracted" and d.state == "verified" for d in self.deliveries()):
                return

    def copies(self) -> list[dict[str, Any]]:
        """What followers see now, counted in the sandbox."""
        return self.sandbox.public()

    def ever(self) -> int:
        """How many posts were ever made there."""
        return len(self.sandbox.posts())


def killed(work: Callable[[], None]) -> None:
    """Do the work in a forked child, which must end by SIGKILL."""
    child = fork(work)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"the child was not killed: {status}"
    assert os.WTERMSIG(status) == signal.SIGKILL


def fork(work: Callable[[], None]) -> int:
    """A child that does the work and leaves without a trace; returns its number."""
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # 3.12 warns of threads: xdist's, which hold no lock of ours
        child = os.fork()
    if child:
        return child
    try:
        work()
    except BaseException:  # noqa: BLE001 - nothing may come back into pytest
        import traceback

        traceback.print_exc()
        os._exit(7)
    os._exit(0)


def kill_at(point: str, number: int) -> Callable[[str], None]:
    """What a driver's `at` does: SIGKILL this process when it passes the point for the number-th time, from 0."""
    passed = 0
    lock = threading.Lock()

    def at(name: str) -> None:
        nonlocal passed
        if name != point:
            return
        with lock:
            if passed == number:
                os.kill(os.getpid(), signal.SIGKILL)
            passed += 1

    return at


def channels_of(root: Path) -> list[Any]:
    return list(load(root).channels().values())


def problems(root: Path) -> Iterator[str]:
    return (str(p) for p in load(root).problems)
