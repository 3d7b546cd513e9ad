"""Taking over a plan: what it proposes becomes what the ledger holds; nothing settled or in flight is touched."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy
from ledger_given import AGAIN, LATER, NOW, POST, begun, claim, delivered, person, planned, receipt, take

from publisher.ledger import Ledger, TakenOver
from publisher.ledger.schema import channels

if TYPE_CHECKING:
    from publisher.values import Planned

KEY = "a/facebook:1/1"
NOON = NOW - timedelta(hours=3)


def test_a_plan_taken_over_is_what_the_ledger_holds(ledger: Ledger) -> None:
    done = take(ledger, planned("a"), planned("b", "facebook:2", state="held", reason="by hand: a person posts it"))
    assert done == TakenOver(new=2)
    held = ledger.delivery("b/facebook:2/1")
    assert (held.state, held.reason, held.due_at, held.grace) == (
        "held", "by hand: a person posts it", NOW, timedelta(hours=6),
    )  # fmt: skip
    assert ledger.content() == "digest"
    assert ledger.seeded()


def test_taking_over_again_changes_nothing(ledger: Ledger) -> None:
    take(ledger, planned("a"), planned("b"))
    before = (ledger.deliveries(), ledger.history())
    assert take(ledger, planned("a"), planned("b"), now=LATER) == TakenOver()
    assert (ledger.deliveries(), ledger.history()) == before


def test_two_that_take_over_at_once_agree(ledger: Ledger, url: str) -> None:
    """Two runners with connections of their own: each delivery is added once, and the log is one chain."""
    plan = [planned(f"p{n}", f"facebook:{n % 3}") for n in range(60)]
    ledgers = [Ledger.open(url, "sandbox", NOW) for _ in range(2)]
    start = threading.Barrier(2)
    done: list[TakenOver] = []

    def work(mine: Ledger) -> None:
        start.wait()
        done.append(take(mine, *plan))

    threads = [threading.Thread(target=work, args=(mine,)) for mine in ledgers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for mine in ledgers:
        mine.close()
    assert sorted(d.new for d in done) == [0, 60]
    assert ledger.states() == {"queued": 60}
    assert len(ledger.history()) == 60
    assert ledger.log_broken_at() is None


def test_what_is_minted_is_minted_once_and_from_the_key(ledger: Ledger) -> None:
    take(ledger, planned())
    before = ledger.delivery(KEY)
    take(ledger, planned(due_at=LATER, change="moved"), now=LATER)
    after = ledger.delivery(KEY)
    assert (before.code, before.idempotency_key, before.record_key) == (
        after.code, after.idempotency_key, after.record_key,
    )  # fmt: skip
    assert after.code == "cnj5mafsyd"


@pytest.mark.parametrize(("due_at", "wakes"), [(NOW, LATER), (LATER, None)], ids=["same time", "new time"])
def test_until_when_a_platform_asked_us_to_wait_stays_unless_the_time_moves(
    ledger: Ledger, due_at: datetime, wakes: datetime | None
) -> None:
    take(ledger, planned())
    ledger.leave(claim(ledger), "queued", "the limit is reached", NOW, LATER)
    take(ledger, planned(due_at=due_at, grace=timedelta(hours=1), change="moved"))
    assert ledger.delivery(KEY).wake_at == wakes


def test_a_moved_delivery_has_its_new_time_and_reason(ledger: Ledger) -> None:
    take(ledger, planned())
    done = take(ledger, planned(due_at=LATER, change="moved", why="its slot was given up", expires_at=LATER))
    moved = ledger.delivery(KEY)
    assert done == TakenOver(moved=1)
    assert (moved.state, moved.due_at, moved.why, moved.expires_at) == ("queued", LATER, "its slot was given up", LATER)
    assert ledger.history(KEY)[-1].why == "its slot was given up"


def test_a_plan_may_hold_what_waits_and_let_it_go_again(ledger: Ledger) -> None:
    take(ledger, planned())
    take(ledger, planned(change="moved", state="held", reason="plan: its file was refused"))
    assert ledger.delivery(KEY).reason == "plan: its file was refused"
    take(ledger, planned(change="moved"))
    assert (ledger.delivery(KEY).state, ledger.delivery(KEY).reason) == ("queued", "")


def test_what_nobody_wants_any_more_is_cancelled_with_its_reason(ledger: Ledger) -> None:
    take(ledger, planned("a"), planned("b", state="held", reason="by hand: a person posts it"))
    gone = [planned(post, change="gone", state="cancelled", reason="gone: no post has the id") for post in "ab"]
    assert take(ledger, *gone) == TakenOver(gone=2)
    assert [(d.state, d.reason) for d in ledger.deliveries()] == [("cancelled", "gone: no post has the id")] * 2


def _settle(ledger: Ledger, state: str) -> None:
    take(ledger, planned())
    if state in {"delivered", "verified"}:
        delivered(ledger)
    if state == "verified":
        ledger.verified(KEY, "r1", NOW)
    if state == "cancelled":
        ledger.skip(KEY, person("no"))
    if state in {"failed", "in_doubt"}:
        ledger.leave(begun(ledger, POST), state, "so it is", NOW)  # type: ignore[arg-type]
    if state == "missed":
        ledger.miss_late(NOW + timedelta(days=1), "r1")
    if state == "claimed":
        claim(ledger)


@pytest.mark.parametrize("change", ["new", "moved", "gone"])
@pytest.mark.parametrize("state", ["delivered", "verified", "cancelled", "failed", "in_doubt", "missed", "claimed"])
def test_what_is_settled_or_in_flight_is_never_touched_by_a_plan(ledger: Ledger, state: str, change: str) -> None:
    _settle(ledger, state)
    before = (ledger.delivery(KEY), ledger.history())
    assert before[0].state == state
    assert take(ledger, planned(due_at=LATER, change=change, reason="x"), now=LATER) == TakenOver()
    assert (ledger.delivery(KEY), ledger.history()) == before


def test_what_may_be_public_is_in_doubt_where_nobody_wants_it_any_more(ledger: Ledger) -> None:
    """A repeatable call began and was never answered: its delivery waits in the queue to ask again."""
    take(ledger, planned())
    ledger.leave(begun(ledger, AGAIN), "queued", "it will be asked again", NOW, wake_at=LATER)
    take(ledger, planned(change="gone", state="cancelled", reason="gone: no post has the id"), now=LATER)
    after = ledger.delivery(KEY)
    assert (after.state, after.reason) == (
        "in_doubt", "gone: no post has the id; a call that may have published had begun",
    )  # fmt: skip


def test_a_channel_takes_the_spacing_of_the_latest_plan(ledger: Ledger) -> None:
    take(ledger, planned(spacing=timedelta(hours=3)))
    take(ledger, planned(spacing=timedelta(hours=2), change="same"))
    with ledger.engine.connect() as conn:
        assert conn.scalar(sqlalchemy.select(channels.c.spacing_seconds)) == 7200


def test_seeded_deliveries_are_settled_as_they_enter(ledger: Ledger) -> None:
    take(ledger, planned(state="cancelled", reason="seeded: before our time", due_at=NOON))
    assert (ledger.delivery(KEY).state, ledger.claim(runner="r1", now=NOW)) == ("cancelled", None)


def _many(change: str) -> list[Planned]:
    usual = {"new": {}, "moved": {"due_at": LATER}, "gone": {"state": "cancelled", "reason": "gone: no"}}[change]
    return [planned(f"p{n}", f"facebook:{n % 5}", change=change, **usual) for n in range(520)]  # type: ignore[arg-type]


def test_a_plan_of_many_is_taken_over_whole(ledger: Ledger) -> None:
    """More than one statement can carry."""
    assert take(ledger, *_many("new")) == TakenOver(new=520)
    assert take(ledger, *_many("gone")) == TakenOver(gone=520)
    assert ledger.log_broken_at() is None


def test_an_adopted_receipt_stays_through_the_next_plan(ledger: Ledger) -> None:
    take(ledger, planned(state="held", reason="by hand: a person posts it"))
    ledger.adopt(KEY, receipt(), person())
    take(ledger, planned(change="gone", state="cancelled", reason="gone: no"))
    assert ledger.delivery(KEY).receipt == receipt()
