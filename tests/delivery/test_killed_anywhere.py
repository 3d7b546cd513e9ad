"""Killed at five points of each call of each flow: never two copies, and it ends without help.

The child is forked from a warmed parent, opens its own connections and is really SIGKILLed; copies are counted in the
sandbox. One point leaves a question that only a person may answer: a committing call was begun and never left. Then
nothing is public, the delivery waits in doubt with its reason, and goes out once as soon as a person says that it is
absent: Facebook's read lag has no source, so that no listing alone may license a second post.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest
from delivery_given import NOW, Unlinked, World, fork, kill_at, killed

from publisher.ledger import Cause
from publisher.values import Message

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.kill

KEY = "good-day/facebook:104220000000001/1"
POINTS = ("before begun", "begun", "sent", "answered", "written")
CALLS = {"text": 1, "link": 1, "one photo": 1, "several photos": 4}
"""How many calls each flow makes; the last one commits."""
PUBLISHED = [(flow, call, point) for flow, calls in CALLS.items() for call in range(calls) for point in POINTS]
CHANGED = [(operation, point) for operation in ("corrected", "retracted") for point in (*POINTS, "published", "ended")]


def _killed(world: World, point: str, call: int) -> None:
    """A run in a child that is killed at the point of its call, or by us as soon as the call has been applied."""
    if point != "sent":
        killed(lambda: world.run(at=kill_at(point, call)) and None)
        return
    before = len(_writes(world))
    world.sandbox.add_fault("slow-accept", call="[PD]* *", after=call, seconds=20)
    child = fork(lambda: world.run() and None)
    while len(_writes(world)) < before + call + 1:
        ended, status = os.waitpid(child, os.WNOHANG)
        assert not ended, f"the child ended before its call was applied: {status}"
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    world.sandbox.clear_faults()


def _writes(world: World) -> list[str]:
    return [call["call"] for call in world.sandbox.calls() if call["applied"]]


@pytest.mark.parametrize(("flow", "call", "point"), PUBLISHED)
def test_a_publication_killed_anywhere_is_public_once(
    world: Callable[..., World], flow: str, call: int, point: str
) -> None:
    here = world("link" if flow == "text" else flow)
    here.kind = Unlinked if flow == "text" else here.kind
    _killed(here, point, call)
    here.until_settled()
    if point == "begun" and call == CALLS[flow] - 1:
        assert (here.delivery().state, here.ever()) == ("in_doubt", 0)
        assert "had begun" in here.delivery().reason
        assert "not there" in here.delivery().reason
        cause = Cause(by="maren", why="it is not on the page", at=here.clock())
        here.decide(lambda ledger: ledger.requeue(KEY, here.clock(), cause, absent=True))
        here.until_settled()
    assert here.ever() == 1
    (copy,) = here.copies()
    assert (copy["message"] == here.delivery().message.text) if flow != "several photos" else len(copy["pictures"]) == 3  # type: ignore[union-attr]
    assert (here.delivery().state, here.delivery().receipt.remote_id) == ("verified", copy["id"])  # type: ignore[union-attr]


@pytest.mark.parametrize(("operation", "point"), CHANGED)
def test_a_change_killed_anywhere_ends_as_it_was_wanted(
    world: Callable[..., World], operation: str, point: str
) -> None:
    here = world("link")
    here.run()
    assert here.delivery().state == "verified"
    shown = here.delivery().message
    assert shown is not None
    wanted = Message.from_json({**shown.to_json(), "text": "The right number is 555 0142"})
    here.want(operation, wanted if operation == "corrected" else None)
    here.later(minutes=1)
    _killed(here, point, 0)
    here.until_settled()
    assert here.ever() == 1
    if operation == "retracted":
        assert here.copies() == []
        assert here.delivery().state == "retracted"
    else:
        assert [copy["message"] for copy in here.copies()] == ["The right number is 555 0142"]
        assert (here.delivery().state, here.delivery().message) == ("verified", wanted)
    looked_twice = (operation, point) in {("retracted", "sent"), ("retracted", "answered")}
    notes = here.delivery().receipt.notes  # type: ignore[union-attr]
    assert [note[:37] for note in notes] == ["Facebook found nothing there to delete"[:37]] * looked_twice


@pytest.mark.parametrize("point", ["published", "ended"])
def test_a_publication_killed_after_its_receipt_is_finished_by_a_later_run(
    world: Callable[..., World], point: str
) -> None:
    here = world("several photos")
    _killed(here, point, 0)
    assert here.delivery().state == "delivered"
    here.until_settled()
    assert (here.delivery().state, here.ever()) == ("verified", 1)


@pytest.mark.parametrize("times", [2, 3, 5])
def test_a_publication_killed_again_and_again_is_public_once(world: Callable[..., World], times: int) -> None:
    """Killed in the first upload each time: the third unanswered upload fails it, and nothing was public."""
    here = world("several photos")
    for _ in range(min(times, 3)):
        _killed(here, "begun", 0)
        here.later(minutes=10)
    here.until_settled()
    expected = ("verified", 1) if times == 2 else ("failed", 0)
    assert (here.delivery().state, here.ever()) == expected


def test_a_run_killed_between_two_deliveries_sends_neither_twice(world: Callable[..., World]) -> None:
    from delivery_given import write_post, write_specialty

    def content(root: object) -> None:
        write_specialty(root)  # type: ignore[arg-type]
        for slug in ("one", "two", "three"):
            write_post(root, slug)  # type: ignore[arg-type]

    here = world(content=content)
    assert here.clock() == NOW
    killed(lambda: here.run(at=kill_at("before begun", 2)) and None)
    here.until_settled()
    assert here.ever() == 3
    assert {d.state for d in here.deliveries()} == {"verified"}
