"""Claims are taken by channel, rest between two messages, run out, and what is too late is settled."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count, pairwise
from typing import TYPE_CHECKING

import pytest
from ledger_given import (
    AGAIN,
    HEARD,
    LATER,
    MESSAGE,
    NOW,
    POST,
    UPLOAD,
    begun,
    claim,
    delivered,
    person,
    planned,
    receipt,
    take,
)

from publisher.errors import LostLease
from publisher.ledger import Heard, Ledger

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.ledger import Claim

KEY = "a/facebook:1/1"
HOUR = timedelta(hours=1)


def test_the_earliest_due_delivery_is_claimed_first(ledger: Ledger) -> None:
    take(ledger, planned("b", due_at=NOW - HOUR), planned("a"), planned("c", "facebook:2", due_at=NOW - 2 * HOUR))
    held = claim(ledger)
    assert (held.key, held.operation, held.attempt, held.runner) == ("c/facebook:2/1", "publish", 1, "r1")
    assert claim(ledger).key == "b/facebook:1/1"


def test_nothing_is_claimed_before_its_time(ledger: Ledger) -> None:
    take(ledger, planned(due_at=NOW + HOUR))
    assert ledger.claim(runner="r1", now=NOW) is None
    assert claim(ledger, now=NOW + HOUR).key == KEY


def test_one_delivery_at_a_time_per_channel(ledger: Ledger) -> None:
    take(ledger, planned("a"), planned("b"))
    held = claim(ledger)
    assert ledger.claim(runner="r2", now=NOW) is None
    ledger.leave(held, "failed", "refused", NOW)
    assert claim(ledger, "r2").key == "b/facebook:1/1"


def test_a_channel_to_be_avoided_is_left_alone(ledger: Ledger) -> None:
    take(ledger, planned("a"), planned("b", "facebook:2"))
    found = ledger.claim(runner="r1", now=NOW, avoid={"facebook:1"})
    assert found is not None
    assert found.key == "b/facebook:2/1"


def test_what_sleeps_is_not_claimed_before_it_wakes(ledger: Ledger) -> None:
    take(ledger, planned())
    ledger.leave(claim(ledger), "queued", "asked to come back", NOW, wake_at=NOW + HOUR)
    assert ledger.claim(runner="r1", now=NOW + HOUR - timedelta(seconds=1)) is None
    assert claim(ledger, now=NOW + HOUR).key == KEY


def test_a_channel_rests_between_two_messages(ledger: Ledger) -> None:
    take(ledger, *(planned(post, spacing=3 * HOUR) for post in "ab"))
    delivered(ledger)
    assert ledger.claim(runner="r1", now=NOW + 3 * HOUR - timedelta(seconds=1)) is None
    assert claim(ledger, now=NOW + 3 * HOUR).key == "b/facebook:1/1"


def test_a_channel_rests_after_what_may_be_public(ledger: Ledger) -> None:
    take(ledger, *(planned(post, spacing=3 * HOUR) for post in "ab"))
    ledger.leave(begun(ledger, POST), "in_doubt", "no answer", NOW)
    assert ledger.claim(runner="r1", now=NOW + 2 * HOUR) is None
    assert claim(ledger, now=NOW + 3 * HOUR).key == "b/facebook:1/1"


def test_a_channel_rests_after_a_claim_that_ran_out_in_doubt(ledger: Ledger) -> None:
    take(ledger, *(planned(post, spacing=3 * HOUR) for post in "ab"))
    begun(ledger, POST)
    ledger.recover(LATER, "r2")
    assert ledger.claim(runner="r1", now=NOW + 2 * HOUR) is None
    assert claim(ledger, now=NOW + 3 * HOUR).key == "b/facebook:1/1"


def test_an_old_post_that_is_found_does_not_shorten_the_rest(ledger: Ledger) -> None:
    take(ledger, *(planned(post, spacing=3 * HOUR) for post in "abc"))
    ledger.leave(claim(ledger), "failed", "refused", NOW)
    delivered(ledger)
    ledger.adopt(KEY, receipt("1_8", published_at=NOW - 5 * HOUR), person())
    assert ledger.claim(runner="r1", now=NOW + 2 * HOUR) is None


@pytest.mark.parametrize("runners", [1, 2], ids=["one process's threads", "connections of two"])
def test_eight_threads_never_have_two_claims_on_one_channel(ledger: Ledger, url: str, runners: int) -> None:
    """Claiming rows of deliveries alone let two runners into one channel: here a channel is claimed, then its row.

    The clock moves on at each look, so that a channel's rest is over now and then and not always.
    """
    spacing = timedelta(seconds=20)
    take(ledger, *(planned(f"p{n:02}", f"facebook:{n % 5}", spacing=spacing) for n in range(50)))
    ticks, lock = count(), threading.Lock()
    held: dict[str, str] = {}
    sent: dict[str, list[datetime]] = {}
    wrong: list[str] = []
    others = [Ledger.open(url, "sandbox", NOW) for _ in range(runners - 1)]

    def clock() -> datetime:
        with lock:
            return NOW + timedelta(seconds=next(ticks))

    def work(mine: Ledger, name: str) -> None:
        while ledger.states() != {"delivered": 50}:
            found_at = clock()
            found = mine.claim(runner=name, now=found_at)
            if found is None:
                continue
            channel = found.delivery.channel
            with lock:
                if channel in held:
                    wrong.append(f"{name} and {held[channel]} on {channel}")
                held[channel] = name
            deliver(mine, found, found_at)

    def deliver(mine: Ledger, found: Claim, now: datetime) -> None:
        mine.open_operation(found, MESSAGE, now)
        mine.begin(found, 0, POST, now)
        with lock:
            channel = found.delivery.channel
            sent.setdefault(channel, []).append(now)
            del held[channel]
        mine.published(found, receipt(found.key), now, (0, HEARD))
        mine.end(found, now)

    _in_threads(8, lambda n: work([ledger, *others][n % runners], f"t{n}"))
    for other in others:
        other.close()
    assert wrong == []
    assert {channel: len(times) for channel, times in sent.items()} == {f"facebook:{n}": 10 for n in range(5)}
    for times in sent.values():
        assert all(later - earlier >= spacing for earlier, later in pairwise(times))
    assert ledger.log_broken_at() is None


def _in_threads(number: int, work: Callable[[int], None]) -> None:
    failed: list[BaseException] = []

    def guarded(n: int) -> None:
        try:
            work(n)
        except BaseException as error:  # noqa: BLE001 - handed to the test
            failed.append(error)

    threads = [threading.Thread(target=guarded, args=(n,)) for n in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


# Leases


def test_a_lease_that_runs_out_before_anything_was_begun_is_queued(ledger: Ledger) -> None:
    take(ledger, planned())
    held = claim(ledger)
    lease = ledger.delivery(KEY).lease_until
    assert lease == NOW + timedelta(seconds=90)
    assert ledger.recover(lease - timedelta(seconds=1), "r2") == 0
    assert ledger.recover(lease, "r2") == 1
    after = ledger.delivery(KEY)
    assert (after.state, after.lease_until, after.reason) == ("queued", None, "")
    assert ledger.history(KEY)[-1].why == "the lease of r1 ran out before anything could be public"
    assert held.runner == "r1"


def test_a_lease_that_runs_out_with_a_committing_call_unanswered_is_in_doubt(ledger: Ledger) -> None:
    take(ledger, planned())
    begun(ledger, UPLOAD, POST)
    ledger.recover(LATER, "r2")
    after = ledger.delivery(KEY)
    assert after.state == "in_doubt"
    assert "the lease of r1 ran out; it had begun a call that may have published" in after.reason
    assert ledger.claim(runner="r2", now=LATER) is None


def test_a_lease_that_runs_out_in_an_upload_is_queued(ledger: Ledger) -> None:
    take(ledger, planned())
    begun(ledger, UPLOAD)
    ledger.recover(LATER, "r2")
    assert ledger.delivery(KEY).state == "queued"


def test_a_lease_that_runs_out_in_a_repeatable_call_is_queued(ledger: Ledger) -> None:
    take(ledger, planned())
    begun(ledger, AGAIN)
    ledger.recover(LATER, "r2")
    assert ledger.delivery(KEY).state == "queued"


def test_a_lease_outlasts_the_call_that_is_on_its_way(ledger: Ledger) -> None:
    """Thirty seconds to leave, the call's own deadline of sixty, and a minute beyond."""
    take(ledger, planned())
    begun(ledger, POST)
    assert ledger.delivery(KEY).lease_until == NOW + timedelta(seconds=150)


def test_whoever_lost_the_lease_writes_nothing(ledger: Ledger) -> None:
    take(ledger, planned())
    stalled = begun(ledger, UPLOAD)
    ledger.recover(LATER, "r2")
    other = claim(ledger, "r2", LATER)
    before = (ledger.deliveries(), ledger.history(), ledger.journal(other))
    writes: list[Callable[[], object]] = [
        lambda: ledger.begin(stalled, 1, POST, LATER),
        lambda: ledger.finish(stalled, 0, HEARD),
        lambda: ledger.published(stalled, receipt(), LATER),
        lambda: ledger.published(stalled, receipt(), LATER, (0, HEARD)),
        lambda: ledger.leave(stalled, "queued", "later", LATER),
        lambda: ledger.leave(stalled, "failed", "refused", LATER),
        lambda: ledger.end(stalled, LATER),
        lambda: ledger.sleep(stalled, LATER),
        lambda: ledger.fresh(stalled, "edited", LATER, expired=False),
        lambda: ledger.open_operation(stalled, MESSAGE, LATER),
    ]
    for write in writes:
        with pytest.raises(LostLease):
            write()
    assert (ledger.deliveries(), ledger.history(), ledger.journal(other)) == before


def test_the_lease_of_another_claim_by_the_same_runner_is_another_lease(ledger: Ledger) -> None:
    take(ledger, planned())
    stalled = claim(ledger)
    ledger.recover(LATER, "r1")
    claim(ledger, "r1", LATER)
    with pytest.raises(LostLease):
        ledger.leave(stalled, "failed", "refused", LATER)


def test_trailing_steps_are_taken_up_when_their_lease_ran_out(ledger: Ledger) -> None:
    take(ledger, planned())
    held = begun(ledger, POST)
    ledger.published(held, receipt(), NOW, (0, HEARD))
    assert ledger.claim_operation(runner="r2", now=NOW) is None
    taken = ledger.claim_operation(runner="r2", now=LATER)
    assert taken is not None
    assert (taken.key, taken.operation) == (KEY, "publish")
    assert taken.delivery.receipt == replace(receipt(), published_at=NOW)
    with pytest.raises(LostLease):
        ledger.end(held, LATER)
    ledger.end(taken, LATER)
    assert ledger.claim_operation(runner="r2", now=LATER + HOUR) is None


# Late


@pytest.mark.parametrize(
    ("now", "state"),
    [(NOW, "queued"), (NOW + 6 * HOUR, "queued"), (NOW + 6 * HOUR + timedelta(seconds=1), "missed")],
    ids=["on time", "just within its grace", "later than its grace"],
)
def test_late_beyond_grace_is_missed(ledger: Ledger, now: datetime, state: str) -> None:
    take(ledger, planned())
    ledger.miss_late(now, "r1")
    assert ledger.delivery(KEY).state == state


def test_a_missed_delivery_says_when_it_should_have_gone(ledger: Ledger) -> None:
    take(ledger, planned())
    assert ledger.miss_late(NOW + 7 * HOUR, "r1") == 1
    reason = ledger.delivery(KEY).reason
    assert "passed by more than its grace of 6" in reason
    assert ledger.miss_late(NOW + 8 * HOUR, "r1") == 0


def test_a_missed_delivery_that_was_held_says_so(ledger: Ledger) -> None:
    take(ledger, planned())
    ledger.leave(claim(ledger), "held", "credential: the token has expired", NOW)
    ledger.miss_late(NOW + 7 * HOUR, "r1")
    assert ledger.delivery(KEY).reason.endswith("it was held: credential: the token has expired")


def test_an_expired_post_is_cancelled(ledger: Ledger) -> None:
    take(ledger, planned(expires_at=NOW + HOUR))
    ledger.miss_late(NOW + HOUR, "r1")
    after = ledger.delivery(KEY)
    assert after.state == "cancelled"
    assert after.reason.startswith("the post expired")


def test_what_a_person_posts_by_hand_is_not_missed(ledger: Ledger) -> None:
    take(ledger, planned(state="held", reason="by hand: a person posts it"))
    assert ledger.miss_late(NOW + 48 * HOUR, "r1") == 0
    assert ledger.delivery(KEY).state == "held"


def test_what_may_be_public_is_in_doubt_and_never_missed(ledger: Ledger) -> None:
    take(ledger, planned())
    ledger.leave(begun(ledger, AGAIN), "queued", "it will be asked again", NOW, wake_at=LATER)
    ledger.miss_late(NOW + 7 * HOUR, "r1")
    after = ledger.delivery(KEY)
    assert after.state == "in_doubt"
    assert "a call that may have published had begun" in after.reason


def test_what_was_definitely_refused_is_missed_like_anything_else(ledger: Ledger) -> None:
    take(ledger, planned())
    held = begun(ledger, POST)
    ledger.finish(held, 0, Heard(outcome="not-sent", at=NOW))
    ledger.leave(held, "queued", "no connection", NOW, wake_at=LATER)
    ledger.miss_late(NOW + 7 * HOUR, "r1")
    assert ledger.delivery(KEY).state == "missed"


def test_the_ledger_knows_whether_a_run_has_anything_to_do(ledger: Ledger) -> None:
    assert not ledger.work_waits(NOW)
    take(ledger, planned(due_at=NOW + HOUR))
    assert not ledger.work_waits(NOW)
    assert ledger.work_waits(NOW + HOUR)
    delivered(ledger, now=NOW + HOUR)
    assert ledger.work_waits(NOW + HOUR)
    ledger.verified(KEY, "r1", NOW + HOUR)
    assert not ledger.work_waits(NOW + 2 * HOUR)
