"""The steps of an operation: begun before they leave, answered or not, and the exact message that they carry."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ledger_given import AGAIN, HEARD, LATER, MESSAGE, NOW, POST, UPLOAD, begun, claim, planned, receipt, take

from publisher.ledger import Heard, Ledger
from publisher.values import Answer, Message, Receipt, Wait

KEY = "a/facebook:1/1"
OTHER = Message(text="Good evening")


def test_a_step_is_in_the_journal_before_it_is_sent(ledger: Ledger) -> None:
    take(ledger, planned())
    held = begun(ledger, POST)
    (step,) = ledger.journal(held)
    assert (step.outcome, step.answer, step.commits, step.tries, step.begun_at, step.digest) == (
        None, None, True, 1, NOW, POST.digest,
    )  # fmt: skip


def test_a_call_may_leave_within_thirty_seconds(ledger: Ledger) -> None:
    take(ledger, planned())
    held = claim(ledger)
    ledger.open_operation(held, MESSAGE, NOW)
    assert ledger.begin(held, 0, POST, NOW) == NOW + timedelta(seconds=30)
    assert ledger.last_commit(KEY, 1) == (NOW, NOW + timedelta(seconds=90))


def test_an_answer_is_kept_as_it_came_with_how_long_it_holds(ledger: Ledger) -> None:
    take(ledger, planned())
    held = begun(ledger, UPLOAD)
    answer = Answer(status=200, headers={"etag": "x"}, body={"id": "7", "text": "Grüße 👋"})
    ledger.finish(held, 0, Heard(outcome="answered", at=NOW, answer=answer, valid_for=timedelta(hours=23)))
    (step,) = ledger.journal(held)
    assert (step.outcome, step.answer, step.valid_until) == ("answered", answer, NOW + timedelta(hours=23))


def test_what_the_platform_says_of_its_allowances_is_kept_by_channel(ledger: Ledger) -> None:
    take(ledger, planned())
    held = begun(ledger, UPLOAD)
    ledger.finish(held, 0, Heard(outcome="answered", at=NOW, answer=HEARD.answer, used={"app.call_count": 12.0}))
    assert ledger.usage() == {"facebook:1": {"app.call_count": 12.0}}


def test_a_step_begun_again_counts_its_tries(ledger: Ledger) -> None:
    take(ledger, planned())
    held = begun(ledger, UPLOAD)
    ledger.finish(held, 0, Heard(outcome="not-sent", at=NOW))
    ledger.begin(held, 0, UPLOAD, LATER)
    (step,) = ledger.journal(held)
    assert (step.tries, step.outcome, step.begun_at) == (2, None, LATER)


def test_what_may_have_published_is_looked_for_from_its_first_beginning(ledger: Ledger) -> None:
    """A repeatable call is asked again without an answer to the first: the first may be the one that published."""
    take(ledger, planned())
    held = begun(ledger, AGAIN)
    ledger.begin(held, 0, AGAIN, LATER)
    found = ledger.last_commit(KEY, 1)
    assert found == (NOW, LATER + timedelta(seconds=90))


def test_a_wait_is_journaled_once(ledger: Ledger) -> None:
    take(ledger, planned())
    held = claim(ledger)
    ledger.open_operation(held, MESSAGE, NOW)
    assert ledger.wait(held, 0, Wait(seconds=300, why="it is being prepared"), NOW) == NOW + timedelta(seconds=300)
    (step,) = ledger.journal(held)
    assert (step.outcome, step.wake_at) == ("waiting", NOW + timedelta(seconds=300))


def test_the_message_is_the_one_that_the_committing_call_carries(ledger: Ledger) -> None:
    """Edited after the uploads and before the post: what goes out is the new text, and so is what is kept."""
    take(ledger, planned())
    held = begun(ledger, UPLOAD)
    ledger.open_operation(held, OTHER, NOW)
    assert (ledger.message(KEY, "publish", 1), ledger.delivery(KEY).message) == (OTHER, OTHER)


def test_the_message_of_a_committing_call_that_began_is_kept(ledger: Ledger) -> None:
    take(ledger, planned())
    held = begun(ledger, UPLOAD, POST)
    ledger.open_operation(held, OTHER, NOW)
    assert (ledger.message(KEY, "publish", 1), ledger.delivery(KEY).message) == (MESSAGE, MESSAGE)


def test_a_fresh_attempt_has_an_empty_journal_and_the_old_one_stays(ledger: Ledger) -> None:
    take(ledger, planned())
    held = begun(ledger, UPLOAD)
    assert ledger.fresh(held, "the post has changed since", NOW, expired=False) == 2
    again = type(held)(delivery=held.delivery, operation="publish", attempt=2, token=held.token, runner="r1")
    assert ledger.journal(again) == ()
    assert len(ledger.journal(held)) == 1
    ledger.begin(again, 0, UPLOAD, NOW, opening=OTHER)
    assert (ledger.message(KEY, "publish", 1), ledger.message(KEY, "publish", 2)) == (MESSAGE, OTHER)
    assert ledger.expired_attempts(again) == 0


def test_attempts_that_an_expired_answer_ended_are_counted(ledger: Ledger) -> None:
    take(ledger, planned())
    held = begun(ledger, UPLOAD)
    ledger.fresh(held, "an earlier answer has expired", NOW, expired=True)
    assert ledger.expired_attempts(held) == 1


def test_the_receipt_and_the_answer_that_gave_it_are_written_together(ledger: Ledger) -> None:
    take(ledger, planned())
    held = begun(ledger, POST)
    told = Receipt(remote_id="1_9", url="https://www.facebook.com/1_9", published_at=NOW, notes=("look at it",))
    ledger.published(held, told, NOW, (0, HEARD))
    after = ledger.delivery(KEY)
    assert (after.state, after.receipt, after.lease_until, after.wake_at) == ("delivered", told, None, None)


def test_a_note_of_a_trailing_step_stands_on_the_receipt(ledger: Ledger) -> None:
    take(ledger, planned())
    held = begun(ledger, POST)
    ledger.published(held, receipt(notes=("first",)), NOW, (0, HEARD))
    ledger.end(held, NOW, note="publish: the captions were refused")
    kept = ledger.delivery(KEY)
    assert kept.receipt is not None
    assert (kept.state, kept.receipt.notes) == ("delivered", ("first", "publish: the captions were refused"))
    assert [d.key for d in ledger.asking()] == [KEY]


@pytest.mark.parametrize("text", ["Grüße 👋", "line\nline", '"quoted"', "\u2028"])
def test_a_message_comes_back_as_it_was(ledger: Ledger, text: str) -> None:
    take(ledger, planned())
    held = claim(ledger)
    message = Message(text=text, extra={"title": text}, idempotency_key="k")
    ledger.open_operation(held, message, NOW)
    assert ledger.message(KEY, "publish", 1) == message


def test_whoever_is_told_that_it_is_written_finds_it_written(ledger: Ledger, url: str) -> None:
    """What a method has returned from is committed: another connection sees it."""
    take(ledger, planned())
    other = Ledger.open(url, "sandbox", NOW)
    begun(ledger, POST)
    assert other.delivery(KEY).state == "claimed"
    assert other.last_commit(KEY, 1) is not None
    other.close()
