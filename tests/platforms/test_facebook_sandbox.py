"""Facebook's flows through the real transport against the sandbox: what goes out is what its followers see."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from publisher.content.channel import Channel
from publisher.content.links import tracked
from publisher.errors import CallError, Expired, InDoubt, NotSent, Rejected, Throttled, Unauthorized
from publisher.http import Transport, sandboxed
from publisher.platforms import load
from publisher.platforms.facebook import shown_text
from publisher.sandbox import Sandbox, start
from publisher.tokens import Tokens
from publisher.values import Answer, Call, Listing, Message, Picture, Published, Receipt, Shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NOW = datetime(2026, 12, 1, 15, tzinfo=UTC)
FACEBOOK = load("facebook")
PAGE = Channel(
    platform="facebook", remote_id="104220000000001", name="Example Health Cardiology", token="FB_CARDIOLOGY"
)
LINK = tracked("https://health.example.org/cardiology/video/", "facebook", "social", "video", "k7f3abcdef")
ROOM, MAP = (
    Picture(path=f"cardiology/{name}.png", digest=digit * 64, alt=alt, mime="image/png")
    for name, digit, alt in (("room", "1", "A nurse sets up a tablet"), ("map", "2", ""))
)
MESSAGES = {
    "text": Message(text="The clinic is closed on Monday. Café & <b> + 100% 😀"),
    "link": Message(text="What to expect of a video visit.", link=LINK),
    "photo": Message(text="What to expect of a video visit.", link=LINK, pictures=(ROOM,)),
    "photos": Message(text="What to expect of a video visit.", link=LINK, pictures=(ROOM, MAP)),
}


def png(picture: Picture) -> bytes:
    """A small picture, different for each path."""
    file = BytesIO()
    Image.new("RGB", (8, 8), (len(picture.path), 90, 140)).save(file, "PNG")
    return file.getvalue()


class Desk:
    """A transport and tokens for the sandbox of one root, and a flow's way through them."""

    def __init__(self, root: Path, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.credential = Tokens(root, target="sandbox").credential(FACEBOOK, PAGE)
        self.answers: list[Answer] = []
        self.deadline: float | None = None
        self.hurried = False
        self.transport = Transport(
            clock=lambda: NOW, open_picture=png, address_of=sandboxed(sandbox.address), loopback_only=True
        )

    def run(self, flow: Any) -> Any:
        """The flow's receipt or result."""
        receipt: Receipt | None = None
        sent: Answer | None = None
        try:
            while True:
                asked = flow.send(sent)
                sent = None
                if isinstance(asked, Published):
                    receipt = asked.receipt
                elif isinstance(asked, Call):
                    short = self.deadline is not None and (asked.commits or self.hurried)
                    call = replace(asked, deadline_seconds=self.deadline) if short else asked
                    sent = self.transport.send(FACEBOOK, call, self.credential, send_by=NOW + timedelta(seconds=30))
                    self.answers.append(sent)
        except StopIteration as end:
            return end.value if receipt is None else receipt

    def publish(self, message: Message) -> Receipt:
        receipt = self.run(FACEBOOK.publish(PAGE, message))
        assert isinstance(receipt, Receipt)
        return receipt

    def read(self, receipt: Receipt) -> Shown | None:
        shown = self.run(FACEBOOK.read(PAGE, receipt))
        assert shown is None or isinstance(shown, Shown)
        return shown

    def find(self, message: Message) -> Listing:
        listing = self.run(FACEBOOK.find(PAGE, message, NOW - timedelta(hours=1)))
        assert isinstance(listing, Listing)
        return listing


def until(holds: Callable[[], bool]) -> None:
    """Wait until it holds; it fails after 20 seconds."""
    last, pause = monotonic() + 20, Event()
    while not holds():
        assert monotonic() < last
        pause.wait(0.02)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with start(tmp_path, pages=[PAGE], now=NOW) as sandbox:
        desk = Desk(tmp_path, sandbox)
        yield desk
        desk.transport.close()


@pytest.mark.parametrize("kind", MESSAGES)
def test_what_is_published_is_seen_found_read_back_and_taken_down(desk: Desk, kind: str) -> None:
    message = MESSAGES[kind]
    receipt = desk.publish(message)
    (seen,) = desk.sandbox.public(PAGE.remote_id)
    assert (seen["id"], seen["message"]) == (receipt.remote_id, shown_text(message))
    assert seen["link"] == (LINK if kind == "link" else "")
    assert [picture["alt"] for picture in seen["pictures"]] == [picture.alt for picture in message.pictures]
    found = desk.find(message)
    assert (found.complete, [shown.receipt.remote_id for shown in found.shown]) == (True, [receipt.remote_id])
    shown = desk.read(receipt)
    assert shown is not None
    assert shown.public
    assert FACEBOOK.matches(message, shown)
    assert desk.run(FACEBOOK.retract(PAGE, receipt)) == receipt
    assert desk.sandbox.public(PAGE.remote_id) == []
    assert desk.read(receipt) is None
    assert "nothing there to delete" in desk.run(FACEBOOK.retract(PAGE, receipt)).notes[0]


@pytest.mark.parametrize("kind", MESSAGES)
def test_a_correction_is_seen_and_matches(desk: Desk, kind: str) -> None:
    receipt = desk.publish(MESSAGES[kind])
    corrected = replace(MESSAGES[kind], text="What to expect of a video visit, corrected.")
    assert desk.run(FACEBOOK.correct(PAGE, receipt, corrected)) == receipt
    shown = desk.read(receipt)
    assert shown is not None
    assert FACEBOOK.matches(corrected, shown)
    assert not FACEBOOK.matches(MESSAGES[kind], shown)


def test_another_post_with_the_same_text_is_not_taken_for_ours(desk: Desk) -> None:
    desk.sandbox.post_by_hand("facebook", PAGE.remote_id, MESSAGES["link"].text)
    desk.publish(replace(MESSAGES["link"], link=LINK.replace("k7f3abcdef", "other22222")))
    assert desk.find(MESSAGES["link"]) == Listing(shown=(), complete=True)


def test_a_listing_is_followed_over_its_pages(desk: Desk) -> None:
    receipt = desk.publish(MESSAGES["link"])
    for number in range(120):
        desk.sandbox.post_by_hand("facebook", PAGE.remote_id, f"By hand {number}")
    listing = desk.find(MESSAGES["link"])
    assert listing.complete
    assert [shown.receipt.remote_id for shown in listing.shown] == [receipt.remote_id]


def test_engagement_is_read_and_what_is_used_up_is_known(desk: Desk) -> None:
    reading = desk.run(FACEBOOK.engagement(PAGE, desk.publish(MESSAGES["text"]), NOW))
    assert (reading.at, reading.reactions, reading.comments) == (NOW, 0, 0)
    assert FACEBOOK.usage(desk.answers[0])
    assert all(0 <= percent <= 100 for percent in FACEBOOK.usage(desk.answers[0]).values())


AFTER = ("accept-then-drop", "accept-then-500", "truncated-json", "short-body", "empty", "drip", "slow-accept")
BEFORE: dict[str, type[CallError]] = {
    "drop-before": InDoubt,
    "error-500": InDoubt,
    "transient": InDoubt,
    "limit-reached": Throttled,
    "token-expired": Unauthorized,
    "permission-lost": Unauthorized,
    "api-version-gone": Unauthorized,
}
COMMITTING = {"text": "POST feed", "link": "POST feed", "photo": "POST photos", "photos": "POST feed"}


@pytest.mark.parametrize("kind", MESSAGES)
@pytest.mark.parametrize("fault", AFTER)
def test_a_post_that_was_applied_while_its_answer_was_lost_is_in_doubt_and_found(
    desk: Desk, fault: str, kind: str
) -> None:
    desk.sandbox.add_fault(fault, call=COMMITTING[kind], seconds=2 if fault in {"drip", "slow-accept"} else None)
    desk.deadline = 0.8 if fault in {"drip", "slow-accept"} else None
    with pytest.raises(InDoubt):
        desk.publish(MESSAGES[kind])
    until(lambda: len(desk.sandbox.public(PAGE.remote_id)) == 1)
    assert len(desk.find(MESSAGES[kind]).shown) == 1


@pytest.mark.parametrize("kind", MESSAGES)
@pytest.mark.parametrize("fault", BEFORE)
def test_a_post_that_was_not_applied_is_refused_for_its_cause_and_not_found(desk: Desk, fault: str, kind: str) -> None:
    desk.sandbox.add_fault(fault, call=COMMITTING[kind])
    with pytest.raises(BEFORE[fault]) as caught:
        desk.publish(MESSAGES[kind])
    if isinstance(caught.value, Throttled):
        assert caught.value.until == NOW + timedelta(minutes=19)
    assert desk.find(MESSAGES[kind]) == Listing(shown=(), complete=True)


@pytest.mark.parametrize("fault", [*AFTER, *BEFORE])
def test_an_upload_or_a_look_that_fails_is_never_in_doubt(desk: Desk, fault: str) -> None:
    slow = fault in {"drip", "slow-accept"}
    desk.deadline, desk.hurried = (0.8 if slow else None), True
    refused = (NotSent, Throttled, Unauthorized)
    desk.sandbox.add_fault(fault, call="POST photos", seconds=2 if slow else None)
    with pytest.raises(refused):
        desk.publish(MESSAGES["photos"])
    desk.sandbox.add_fault(fault, call="GET published_posts", seconds=2 if slow else None)
    with pytest.raises(refused):
        desk.find(MESSAGES["photos"])
    assert desk.sandbox.public(PAGE.remote_id) == []


def test_pictures_that_expired_are_said_to_have(desk: Desk) -> None:
    desk.sandbox.add_fault("media-expired")
    with pytest.raises(Expired):
        desk.publish(MESSAGES["photos"])
    assert desk.publish(MESSAGES["photos"]).remote_id


def test_a_duplicate_that_facebook_notices_is_in_doubt_and_found(desk: Desk) -> None:
    receipt = desk.publish(MESSAGES["text"])
    with pytest.raises(InDoubt, match="the network says it has this already"):
        desk.publish(MESSAGES["text"])
    assert [shown.receipt.remote_id for shown in desk.find(MESSAGES["text"]).shown] == [receipt.remote_id]


def test_a_correction_of_what_is_gone_is_rejected(desk: Desk) -> None:
    receipt = desk.publish(MESSAGES["text"])
    desk.run(FACEBOOK.retract(PAGE, receipt))
    with pytest.raises(Rejected):
        desk.run(FACEBOOK.correct(PAGE, receipt, MESSAGES["link"]))


def test_no_call_put_a_secret_into_an_address_and_no_answer_kept_one(desk: Desk) -> None:
    for fault in BEFORE:
        desk.sandbox.add_fault(fault, call="POST feed")
        with suppress(CallError):
            desk.publish(MESSAGES["text"])
    receipt = desk.publish(MESSAGES["photos"])
    desk.find(MESSAGES["photos"])
    desk.run(FACEBOOK.retract(PAGE, receipt))
    kept = repr([answer.to_json() for answer in desk.answers])
    assert not [part for part in desk.credential.parts.values() if str.__str__(part) in kept]
