"""A runner that stalls between its last check and the first byte: the transport itself keeps the call at home."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from delivery_given import World


def test_a_runner_that_wakes_after_its_lease_was_taken_sends_nothing(world: Callable[..., World]) -> None:
    """It sleeps after `begun`; another sees its lease run out and marks the delivery in doubt. Then it wakes."""
    here = world("link")

    def sleep_an_hour(point: str) -> None:
        if point == "begun":
            here.clock.now += timedelta(hours=1)
            other = here.open()
            other.recover(here.clock(), "r2")
            other.close()

    report = here.run(at=sleep_an_hour)
    assert here.ever() == 0
    assert (report.sent, here.delivery().state) == ((), "in_doubt")
    assert [call["call"] for call in here.sandbox.calls() if call["method"] == "POST"] == []


def test_a_runner_that_wakes_within_its_send_by_sends(world: Callable[..., World]) -> None:
    here = world("link")

    def blink(point: str) -> None:
        if point == "begun":
            here.clock.now += timedelta(seconds=29)

    here.run(at=blink)
    assert (here.delivery().state, here.ever()) == ("verified", 1)


def test_an_upload_that_leaves_late_does_no_harm(world: Callable[..., World]) -> None:
    """Only what could become public is kept at home: a late upload is lost to the fence, and nobody ever sees it."""
    here = world("several photos")
    stalled: list[str] = []

    def sleep_once(point: str) -> None:
        if point == "begun" and not stalled:
            stalled.append(point)
            here.clock.now += timedelta(hours=1)
            other = here.open()
            other.recover(here.clock(), "r2")
            other.close()

    here.run(at=sleep_once)
    here.until_settled()
    assert (here.delivery().state, here.ever()) == ("verified", 1)
    (copy,) = here.copies()
    assert len(copy["pictures"]) == 3
