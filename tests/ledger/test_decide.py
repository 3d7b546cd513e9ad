"""What a look at the network settles, and what people decide."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from ledger_given import (
    AGAIN,
    HEARD,
    LATER,
    MESSAGE,
    NOW,
    POST,
    begun,
    claim,
    delivered,
    person,
    planned,
    receipt,
    take,
)  # fmt: skip

from publisher.errors import HeldElsewhere, InDoubt, Misuse
from publisher.ledger import Cause

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.ledger import Ledger

KEY = "a/facebook:1/1"
B = "b/facebook:1/1"


def _doubt(ledger: Ledger) -> None:
    take(ledger, planned())
    ledger.leave(begun(ledger, POST), "in_doubt", "no answer came", NOW)


# One receipt, one delivery


def test_a_receipt_is_one_deliverys_on_its_channel(ledger: Ledger) -> None:
    """A platform that answers with an earlier post's id has not shown this message under it: look."""
    take(ledger, planned("a"), planned("b"))
    delivered(ledger, "1_9")
    held = begun(ledger, POST)
    with pytest.raises(InDoubt, match="1_9, which is the receipt of another delivery"):
        ledger.published(held, receipt("1_9"), NOW, (0, HEARD))
    assert ledger.delivery(B).state == "claimed"
    assert ledger.delivery(B).receipt is None


def test_another_channels_receipt_may_have_the_same_id(ledger: Ledger) -> None:
    take(ledger, planned("a"), planned("a", "facebook:2"))
    delivered(ledger, "9")
    delivered(ledger, "9")
    assert ledger.states() == {"delivered": 2}


def test_a_person_cannot_adopt_another_deliverys_receipt(ledger: Ledger) -> None:
    take(ledger, planned("a"), planned("b"))
    delivered(ledger, "1_9")
    with pytest.raises(Misuse, match="1_9 is the receipt of another delivery on this channel"):
        ledger.adopt(B, receipt("1_9"), person())
    assert ledger.delivery(B).state == "queued"


# Found


def test_what_is_found_is_delivered(ledger: Ledger) -> None:
    _doubt(ledger)
    assert ledger.found(KEY, receipt(), Cause(by="r2", why="found on the network", at=LATER))
    after = ledger.delivery(KEY)
    assert (after.state, after.receipt, after.reason, after.message) == ("delivered", receipt(), "", MESSAGE)
    assert ledger.claim_operation(runner="r2", now=LATER + timedelta(hours=1)) is None


def test_what_somebody_else_has_settled_is_not_found_again(ledger: Ledger) -> None:
    """Two runners look at one channel: the second one's look changes nothing."""
    _doubt(ledger)
    ledger.found(KEY, receipt(), Cause(by="r2", why="found", at=LATER))
    before = (ledger.delivery(KEY), ledger.history())
    assert not ledger.found(KEY, receipt("1_10"), Cause(by="r3", why="found", at=LATER))
    assert (ledger.delivery(KEY), ledger.history()) == before


def test_a_look_that_settles_nothing_says_what_was_seen(ledger: Ledger) -> None:
    _doubt(ledger)
    ledger.still_in_doubt(KEY, "no answer came; looked: not there", LATER)
    assert ledger.delivery(KEY).reason == "no answer came; looked: not there"


# Adopt


def test_a_person_may_adopt_whatever_waits_or_went_wrong(ledger: Ledger) -> None:
    take(
        ledger,
        *(planned(p, f"facebook:{p}") for p in "abcd"),
        planned("h", "facebook:h", state="held", reason="by hand: x"),
    )
    ledger.leave(claim(ledger), "failed", "refused", NOW)
    ledger.leave(claim(ledger), "in_doubt", "no answer", NOW)
    ledger.leave(claim(ledger), "held", "credential: gone", NOW)
    for delivery in ledger.deliveries():
        ledger.adopt(delivery.key, receipt(f"9{delivery.key}"), person())
    assert ledger.states() == {"delivered": 5}
    assert ledger.history("h/facebook:h/1")[-1].why == "seen on the page"


def test_what_a_call_may_have_published_is_not_skipped_but_in_doubt(ledger: Ledger) -> None:
    """Cancelled it could be requeued unseen, and would be public twice."""
    take(ledger, planned())
    begun(ledger, AGAIN)
    ledger.recover(LATER, "r2")
    ledger.skip(KEY, person("not wanted any more", LATER))
    assert ledger.delivery(KEY).state == "in_doubt"
    assert ledger.delivery(KEY).reason == "not wanted any more; a call that may have published had begun"


def test_what_is_cancelled_is_not_adopted(ledger: Ledger) -> None:
    take(ledger, planned())
    ledger.skip(KEY, person())
    with pytest.raises(Misuse, match=f"{KEY} is cancelled: only what is"):
        ledger.adopt(KEY, receipt("1_10"), person())


def test_a_person_who_looked_adopts_what_is_delivered_and_its_notes_are_gone(ledger: Ledger) -> None:
    take(ledger, planned())
    held = begun(ledger, POST)
    ledger.published(held, receipt(), NOW, (0, HEARD))
    ledger.end(held, NOW, note="publish: the playlist is full")
    assert ledger.delivery(KEY).receipt == receipt(published_at=NOW, notes=("publish: the playlist is full",))
    ledger.adopt(KEY, receipt(published_at=NOW), person("the playlist does not matter"))
    assert (ledger.delivery(KEY).state, ledger.delivery(KEY).receipt) == ("delivered", receipt(published_at=NOW))
    with pytest.raises(Misuse, match="is public already"):
        ledger.adopt(KEY, receipt("1_10"), person("a slip of the hand"))


def test_adopting_what_is_delivered_leaves_a_wanted_retraction_wanted(ledger: Ledger) -> None:
    take(ledger, planned())
    delivered(ledger)
    ledger.want(KEY, "retracted", MESSAGE, person("wrong number"))
    ledger.adopt(KEY, receipt(published_at=NOW), person())
    held = ledger.claim_operation(runner="r2", now=LATER)
    assert held is not None
    assert held.operation == "retract"


def test_what_failed_is_requeued_at_a_distance_from_what_may_be_public(ledger: Ledger) -> None:
    """The person who says --absent has looked for the failed one; the other one's question stands."""
    take(ledger, planned("a", spacing=timedelta(hours=1)), planned("b", spacing=timedelta(hours=1)))
    ledger.leave(claim(ledger), "failed", "refused", NOW)
    ledger.leave(begun(ledger, POST), "in_doubt", "no answer came", NOW)
    ledger.requeue(KEY, NOW, person(), absent=True)
    assert ledger.claim(runner="r1", now=LATER) is None
    assert ledger.claim(runner="r1", now=NOW + timedelta(hours=1)) is not None


def test_absent_keeps_the_distance_from_another_message_that_may_be_public(ledger: Ledger) -> None:
    hour = timedelta(hours=1)
    take(ledger, planned("a", spacing=hour), planned("b", spacing=hour))
    for at in (NOW, NOW + hour):
        ledger.leave(claim(ledger, now=at), "in_doubt", "no answer", at)
    ledger.requeue("a/facebook:1/1", NOW, person(), absent=True)
    assert ledger.claim(runner="r1", now=NOW + hour) is None
    ledger.requeue("b/facebook:1/1", NOW, person(), absent=True)
    assert ledger.claim(runner="r1", now=NOW + hour) is not None


# Requeue


def test_what_failed_is_sent_again_in_a_fresh_attempt(ledger: Ledger) -> None:
    take(ledger, planned())
    ledger.leave(begun(ledger, POST), "failed", "refused", NOW)
    ledger.requeue(KEY, LATER, person("the text is mended"), absent=False)
    held = claim(ledger, now=LATER)
    assert (held.attempt, held.delivery.due_at, held.delivery.reason) == (2, LATER, "")
    assert ledger.journal(held) == ()


def test_what_was_missed_before_it_began_keeps_its_first_attempt(ledger: Ledger) -> None:
    take(ledger, planned())
    ledger.miss_late(NOW + timedelta(days=1), "r1")
    ledger.requeue(KEY, LATER, person("still of interest"), absent=False)
    assert claim(ledger, now=LATER).attempt == 1


def test_what_is_in_doubt_is_requeued_only_by_who_says_that_it_is_absent(ledger: Ledger) -> None:
    _doubt(ledger)
    with pytest.raises(Misuse, match="may be public: no answer came"):
        ledger.requeue(KEY, LATER, person(), absent=False)
    assert ledger.delivery(KEY).state == "in_doubt"
    ledger.requeue(KEY, LATER, person("looked, it is not there"), absent=True)
    assert (ledger.delivery(KEY).state, ledger.delivery(KEY).attempt) == ("queued", 2)


def test_what_is_public_is_never_requeued(ledger: Ledger) -> None:
    take(ledger, planned())
    delivered(ledger)
    with pytest.raises(Misuse, match="is delivered: only what is cancelled, failed, in doubt, missed can be requeued"):
        ledger.requeue(KEY, LATER, person(), absent=True)


# Skip


@pytest.mark.parametrize("state", ["queued", "failed", "missed", "held"])
def test_a_person_may_skip_what_is_not_public(ledger: Ledger, state: str) -> None:
    take(ledger, planned())
    if state == "missed":
        ledger.miss_late(NOW + timedelta(days=1), "r1")
    elif state != "queued":
        ledger.leave(claim(ledger), state, "so it is", NOW)  # type: ignore[arg-type]
    ledger.skip(KEY, person("not of interest any more"))
    after = ledger.delivery(KEY)
    assert (after.state, after.reason) == ("cancelled", "not of interest any more")


def test_what_may_be_public_is_not_skipped_unseen(ledger: Ledger) -> None:
    _doubt(ledger)
    with pytest.raises(Misuse, match="is in doubt"):
        ledger.skip(KEY, person())


# While a runner has it


@pytest.mark.parametrize(
    "decision",
    [
        lambda ledger: ledger.adopt(KEY, receipt(), person()),
        lambda ledger: ledger.requeue(KEY, LATER, person(), absent=True),
        lambda ledger: ledger.skip(KEY, person()),
        lambda ledger: ledger.want(KEY, "retracted", MESSAGE, person()),
    ],
    ids=["adopt", "requeue", "skip", "want"],
)
def test_what_a_runner_holds_is_held_elsewhere(ledger: Ledger, decision: Callable[[Ledger], None]) -> None:
    take(ledger, planned())
    claim(ledger)
    before = (ledger.delivery(KEY), ledger.history())
    with pytest.raises(HeldElsewhere, match="a runner is delivering") as refused:
        decision(ledger)
    assert refused.value.exit_code == 3
    assert (ledger.delivery(KEY), ledger.history()) == before


def test_what_the_ledger_does_not_know_is_said(ledger: Ledger) -> None:
    with pytest.raises(Misuse, match="the ledger knows no delivery x"):
        ledger.skip("x", person())


# Credentials


def test_what_waits_for_a_credential_is_asked_again(ledger: Ledger) -> None:
    take(ledger, planned("a"), planned("b", "facebook:2", state="held", reason="plan: a file was refused"))
    ledger.leave(claim(ledger), "held", "credential: the token has expired", NOW)
    assert ledger.release_credentials(LATER, "r2") == 1
    assert [(d.state, d.reason) for d in ledger.deliveries()] == [("queued", ""), ("held", "plan: a file was refused")]


# Corrections and retractions


def test_a_wanted_retraction_is_claimed_as_an_operation(ledger: Ledger) -> None:
    take(ledger, planned())
    delivered(ledger)
    ledger.want(KEY, "retracted", MESSAGE, person("wrong number"))
    assert (ledger.delivery(KEY).state, ledger.delivery(KEY).wanted) == ("delivered", "retracted")
    held = ledger.claim_operation(runner="r2", now=LATER)
    assert held is not None
    assert (held.operation, held.attempt) == ("retract", 1)
    assert ledger.claim_operation(runner="r3", now=LATER) is None
    ledger.published(held, receipt(), LATER)
    assert ledger.delivery(KEY).state == "retracted"


def test_a_correction_that_comes_through_beside_a_retraction_does_not_undo_it(ledger: Ledger) -> None:
    take(ledger, planned())
    delivered(ledger)
    ledger.want(KEY, "corrected", MESSAGE, person())
    ledger.want(KEY, "retracted", MESSAGE, person())
    correct = ledger.claim_operation(runner="r1", now=LATER)
    retract = ledger.claim_operation(runner="r2", now=LATER)
    assert correct is not None
    assert retract is not None
    ledger.published(retract, receipt(), LATER, last=True)
    ledger.published(correct, receipt(), LATER, last=True)
    assert ledger.delivery(KEY).state == "retracted"


@pytest.mark.parametrize("wanted", ["corrected", "retracted"])
def test_an_operation_ends_though_the_post_was_verified_meanwhile(ledger: Ledger, wanted: str) -> None:
    """One runner reads it back while another changes it: what was done is written down all the same."""
    take(ledger, planned())
    delivered(ledger)
    ledger.want(KEY, wanted, MESSAGE, person())  # type: ignore[arg-type]
    held = ledger.claim_operation(runner="r2", now=LATER)
    assert held is not None
    ledger.verified(KEY, "r3", LATER)
    ledger.published(held, receipt(), LATER)
    after = ledger.delivery(KEY)
    assert after.state == {"corrected": "delivered", "retracted": "retracted"}[wanted]
    assert ledger.history(KEY)[-1].was == "verified"


def test_only_what_is_public_can_be_corrected(ledger: Ledger) -> None:
    take(ledger, planned())
    with pytest.raises(Misuse, match="is queued: only what is delivered, verified can be corrected"):
        ledger.want(KEY, "corrected", MESSAGE, person())


def test_a_corrected_delivery_is_to_be_read_back_again(ledger: Ledger) -> None:
    take(ledger, planned())
    delivered(ledger)
    ledger.verified(KEY, "r1", NOW)
    other = type(MESSAGE)(text="Good evening", link=MESSAGE.link)
    ledger.want(KEY, "corrected", other, person())
    held = ledger.claim_operation(runner="r2", now=LATER)
    assert held is not None
    ledger.published(held, receipt(), LATER)
    after = ledger.delivery(KEY)
    assert (after.state, after.wanted, after.message) == ("delivered", "published", other)
    assert ledger.message(KEY, "publish", 1) == MESSAGE


def test_an_operation_begun_afresh_keeps_its_lease_and_leaves_the_delivery_alone(ledger: Ledger) -> None:
    """Our code asks otherwise than the journal of a retraction says: a journal of its own, not of the publication."""
    take(ledger, planned())
    delivered(ledger)
    ledger.want(KEY, "retracted", MESSAGE, person())
    held = ledger.claim_operation(runner="r2", now=LATER)
    assert held is not None
    assert ledger.fresh(held, "the code has changed since", LATER, expired=False) == 2
    assert ledger.delivery(KEY).attempt == 1
    again = type(held)(delivery=held.delivery, operation="retract", attempt=2, token=held.token, runner="r2")
    assert ledger.journal(again) == ()


def test_an_operation_that_waits_for_a_person_says_so(ledger: Ledger) -> None:
    take(ledger, planned())
    delivered(ledger)
    ledger.want(KEY, "retracted", MESSAGE, person())
    held = ledger.claim_operation(runner="r2", now=LATER)
    assert held is not None
    ledger.sleep(held, LATER + timedelta(hours=1), "retract waits for its credential")
    assert [d.reason for d in ledger.asking()] == ["retract waits for its credential"]
    assert ledger.claim_operation(runner="r2", now=LATER) is None
    assert ledger.claim_operation(runner="r2", now=LATER + timedelta(hours=1)) is not None


# Reading back


def test_what_could_not_be_verified_says_why_and_when_it_is_looked_at_again(ledger: Ledger) -> None:
    take(ledger, planned())
    delivered(ledger)
    ledger.unverified(KEY, "the page shows something else", None, NOW)
    assert (ledger.delivery(KEY).state, ledger.delivery(KEY).reason) == ("delivered", "the page shows something else")
    assert not ledger.work_waits(LATER)
