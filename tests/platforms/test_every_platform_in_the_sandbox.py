"""Every platform's own flows against its twin, through the real transport: its files alone hold it to that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flow_cases import read
from PIL import Image

from publisher.content.channel import Channel
from publisher.content.links import tracked
from publisher.errors import InDoubt
from publisher.http import Transport, sandboxed
from publisher.platforms import load, names
from publisher.sandbox import Sandbox, played, start
from publisher.tokens import Tokens
from publisher.values import Call, Message, Picture, Published, Receipt

NOW = datetime(2026, 12, 1, 15, tzinfo=UTC)
ROOM = Picture(path="cardiology/room.png", digest="1" * 64, alt="A nurse sets up a tablet", mime="image/png")
KINDS = ("text", "link", "picture")


def channel(name: str) -> Channel:
    """The channel of the platform's file of cases."""
    return Channel(**read(name)["channel"])


def message(name: str, kind: str) -> Message:
    """A message of that kind, with the link where the platform wants it."""
    link = "" if kind == "text" else tracked("https://health.example.org/a/", name, "social", "a", "k7f3abcdef")
    text = "What to expect: Café & <b> + 100%." + (f"\n\n{link}" if link and load(name).rules.link_in_text else "")
    return Message(text=text, link=link, pictures=(ROOM,) if kind == "picture" else (), idempotency_key="4c9e6a")


class Desk:
    """One platform's way to its twin."""

    def __init__(self, root: Path, name: str, sandbox: Sandbox) -> None:
        self.sandbox, self.platform = sandbox, load(name)
        self.credential = Tokens(root, target="sandbox").credential(self.platform, channel(name))
        self.transport = Transport(
            clock=lambda: NOW, open_picture=_png, address_of=sandboxed(sandbox.address), loopback_only=True
        )

    def run(self, flow: Any) -> Any:
        """The flow's receipt or result."""
        receipt: Receipt | None = None
        sent = None
        try:
            while True:
                asked = flow.send(sent)
                sent = self.transport.send(self.platform, asked, self.credential) if isinstance(asked, Call) else None
                receipt = asked.receipt if isinstance(asked, Published) else receipt
        except StopIteration as end:
            return end.value if receipt is None else receipt


def _png(picture: Picture) -> bytes:
    file = BytesIO()
    Image.new("RGB", (8, 8), (len(picture.path), 90, 140)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def desk(tmp_path: Path, name: str) -> Iterator[Desk]:
    with start(tmp_path, pages=[channel(name)], now=NOW) as sandbox:
        desk = Desk(tmp_path, name, sandbox)
        yield desk
        desk.transport.close()


def test_every_platform_has_a_twin() -> None:
    assert set(names()) <= set(played()), "a platform's sandbox twin is publisher/sandbox/<name>.py"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", names())
def test_what_it_publishes_is_seen_found_read_back_and_taken_down(desk: Desk, name: str, kind: str) -> None:
    sent, there, platform = message(name, kind), channel(name), desk.platform
    receipt = desk.run(platform.publish(there, sent))
    (seen,) = desk.sandbox.public(there.remote_id)
    assert seen["id"] == receipt.remote_id
    assert [picture["alt"] for picture in seen["pictures"]] == [picture.alt for picture in sent.pictures]
    if platform.can("find"):
        listing = desk.run(platform.find(there, sent, NOW - timedelta(hours=1)))
        assert (listing.complete, [shown.receipt.remote_id for shown in listing.shown]) == (True, [receipt.remote_id])
    if platform.can("read"):
        shown = desk.run(platform.read(there, receipt))
        assert shown.public
        assert platform.matches(sent, shown)
        assert not platform.matches(Message(text="Something else."), shown)
    if platform.can("retract"):
        desk.run(platform.retract(there, receipt))
        assert desk.sandbox.public(there.remote_id) == []


@pytest.mark.parametrize("name", [name for name in names() if load(name).can("correct")])
def test_what_it_corrects_is_seen_corrected_and_once(desk: Desk, name: str) -> None:
    there, link = channel(name), message(name, "link")
    receipt = desk.run(desk.platform.publish(there, link))
    corrected = Message(text=link.text.replace("expect", "bring"), link=link.link)
    desk.run(desk.platform.correct(there, receipt, corrected))
    (seen,) = desk.sandbox.public(there.remote_id)
    assert "What to bring" in seen["message"]
    assert desk.platform.matches(corrected, desk.run(desk.platform.read(there, receipt)))


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("kind", ["accept-then-drop", "accept-then-500", "truncated-json", "empty"])
def test_an_answer_that_is_lost_leaves_it_in_doubt_and_found(desk: Desk, name: str, kind: str) -> None:
    there, sent = channel(name), message(name, "link")
    desk.sandbox.add_fault(kind, platform=name)
    with pytest.raises(InDoubt):
        desk.run(desk.platform.publish(there, sent))
    (seen,) = desk.sandbox.public(there.remote_id)
    listing = desk.run(desk.platform.find(there, sent, NOW - timedelta(hours=1)))
    assert [shown.receipt.remote_id for shown in listing.shown] == [seen["id"]]
