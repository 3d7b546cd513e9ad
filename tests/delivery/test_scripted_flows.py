"""Flows of a made-up platform, played against scripted answers: what the driver does in each turn of the story.

The platform has what ours lack so far: an upload that expires, a wait, a call that may be asked again, a step after the
post is out. Its transport is a plain list of answers; the ledger is real.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from publisher.content.channel import Channel
from publisher.delivery.driver import Driver, Ended, nowhere
from publisher.errors import Expired, InDoubt, LostLease, NotSent, Rejected, Throttled, Unauthorized
from publisher.ledger import Ledger
from publisher.platforms.base import Credential, Platform
from publisher.values import Answer, Call, Message, Planned, Published, Receipt, Wait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from publisher.ledger import Claim
    from publisher.values import Delivery, Flow

NOW = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
KEY = "a/toy:1/1"
TEXT = Message(text="Good day")
EDITED = Message(text="Good evening")
CHANNEL = Channel(platform="toy", remote_id="1", name="Toy page")
OUT = Receipt(remote_id="9", url="https://toy.example.org/9")

UPLOAD = Call(method="POST", path="/upload", valid_for=timedelta(hours=23))
TITLE = Call(method="POST", path="/title", form={"post": "9"})


def post(message: Message, **how: Any) -> Call:
    return Call(method="POST", path="/posts", form={"text": message.text, "media": "7"}, commits=True, **how)


class Toy(Platform):
    """A post with an upload before it, a wait between, and a title after it."""

    name = "toy"
    waits: float = 0
    titled = False
    again = False
    silent = False

    def publish(self, channel: Channel, message: Message) -> Flow:
        del channel
        yield UPLOAD
        if self.waits:
            yield Wait(seconds=self.waits, why="the picture is being prepared")
        yield post(message, repeatable=self.again)
        if self.silent:
            return
        yield Published(receipt=OUT)
        if self.titled:
            yield TITLE

    def retract(self, channel: Channel, receipt: Receipt) -> Flow:
        del channel
        yield Call(method="DELETE", path=f"/posts/{receipt.remote_id}", commits=True, repeatable=True)
        yield Published(receipt=receipt)

    def usage(self, answer: Answer) -> dict[str, float]:
        return {"calls": 1.0} if answer.body else {}


@dataclass
class Script:
    """Answers in the order of the calls; an error is raised, a function is called first. `asked` is what was sent."""

    answers: list[Any]
    asked: list[str] = field(default_factory=list)

    def send(
        self, platform: Platform, call: Call, credential: Credential, *, send_by: datetime | None = None
    ) -> Answer:
        del platform, credential
        assert send_by is not None
        self.asked.append(f"{call.path} {(call.form or {}).get('text', '')}".strip())
        answer = self.answers.pop(0)
        if callable(answer):
            answer = answer()
        if isinstance(answer, BaseException):
            raise answer
        return Answer(status=200, body=answer)


OK = {"id": "7"}


@dataclass
class Story:
    """One delivery, its ledger, and a clock that the test moves."""

    ledger: Ledger
    toy: Toy = field(default_factory=Toy)
    now: datetime = NOW
    asked: list[str] = field(default_factory=list)
    at: Callable[[str], None] = nowhere
    stopping: Callable[[], bool] = lambda: False

    def clock(self) -> datetime:
        return self.now

    def turn(self, *answers: Any, message: Message = TEXT, claim: Claim | None = None) -> Ended:
        """One runner's turn: claim, and drive as far as it goes; all the answers are used up."""
        held = claim or self.ledger.claim(runner="r1", now=self.now)
        held = held or self.ledger.claim_operation(runner="r1", now=self.now)
        assert held is not None, f"nothing to claim: {self.state}"
        script = Script(list(answers))
        driver = Driver(ledger=self.ledger, transport=script, clock=self.clock, at=self.at, stopping=self.stopping)
        credential = Credential(name="T", parts={})
        try:
            return driver.drive(held, self.toy, credential, message, self._flow(held, message))
        finally:
            self.asked = script.asked
            assert script.answers == []

    def _flow(self, claim: Claim, message: Message) -> Callable[[], Flow]:
        if claim.operation == "publish":
            return lambda: self.toy.publish(CHANNEL, message)
        return lambda: self.toy.retract(CHANNEL, claim.delivery.receipt)  # type: ignore[arg-type]

    def crash(self, point: str, *answers: Any, message: Message = TEXT) -> None:
        """A turn that ends at a crash point of the call after these answers, or of the last answer's own call."""
        passes = [point] * (len(answers) + (point == "begun"))

        class Killed(BaseException):
            """What happens to a killed process: nothing after it."""

        def at(passed: str) -> None:
            if passed == point:
                passes.pop()
                if not passes:
                    raise Killed

        self.at = at
        with pytest.raises(Killed):
            self.turn(*answers, message=message)
        self.at = nowhere

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)
        self.ledger.recover(self.now, "r2")

    @property
    def delivery(self) -> Delivery:
        return self.ledger.delivery(KEY)

    @property
    def state(self) -> str:
        return self.delivery.state


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    ledger = Ledger.create(f"sqlite:///{tmp_path / 'l.db'}", "sandbox", NOW)
    row = Planned(
        post="a", channel="toy:1", edition=1, platform="toy", due_at=NOW, grace=timedelta(days=9), why="its slot"
    )
    ledger.take_over([row], content="x", by="planner", now=NOW)
    yield Story(ledger)
    ledger.close()


# The straight way


def test_a_flow_is_asked_step_by_step_and_ends_with_its_receipt(story: Story) -> None:
    ended = story.turn(OK, OK)
    assert story.asked == ["/upload", "/posts Good day"]
    assert (ended.state, story.state, story.delivery.message) == ("delivered", "delivered", TEXT)
    assert story.delivery.receipt == replace(OUT, published_at=NOW)
    assert story.ledger.usage() == {"toy:1": {"calls": 1.0}}


# Wait


def test_a_wait_is_kept_across_runs(story: Story) -> None:
    story.toy.waits = 300
    assert story.turn(OK).state == "waiting"
    assert (story.state, story.delivery.wake_at) == ("queued", NOW + timedelta(seconds=300))
    story.later(seconds=299)
    assert story.ledger.claim(runner="r1", now=story.now) is None
    story.later(seconds=1)
    assert story.turn(OK).state == "delivered"
    assert story.asked == ["/posts Good day"]


def test_a_wait_that_is_met_again_too_early_ends_when_it_was_first_said_to(story: Story) -> None:
    """A plan gave the row another time and forgot when it wakes: the journal did not."""
    story.toy.waits = 300
    story.turn(OK)
    moved = Planned(
        post="a",
        channel="toy:1",
        edition=1,
        platform="toy",
        due_at=NOW - timedelta(minutes=5),
        grace=timedelta(days=9),
        why="x",
        change="moved",
    )
    story.ledger.take_over([moved], content="y", by="planner", now=NOW)
    story.later(seconds=100)
    assert story.turn().state == "waiting"
    assert story.delivery.wake_at == NOW + timedelta(seconds=300)


# Answers that expire


def test_answers_that_outlived_a_hold_of_a_day_are_asked_for_afresh(story: Story) -> None:
    story.turn(OK, Unauthorized("the token has expired"))
    assert story.delivery.reason == "credential: the token has expired"
    story.later(hours=24)
    story.ledger.release_credentials(story.now, "r2")
    assert story.turn(OK, OK).state == "delivered"
    assert story.asked == ["/upload", "/posts Good day"]
    assert story.delivery.attempt == 2


def test_answers_that_are_still_good_are_not_asked_for_again(story: Story) -> None:
    story.turn(OK, Unauthorized("the token has expired"))
    story.later(hours=22)
    story.ledger.release_credentials(story.now, "r2")
    assert story.turn(OK).state == "delivered"
    assert story.asked == ["/posts Good day"]


def test_answers_expire_at_most_twice(story: Story) -> None:
    gone = Expired("the picture has expired")
    ended = story.turn(OK, gone, OK, gone, OK, gone)
    assert story.asked == ["/upload", "/posts Good day"] * 3
    assert (ended.state, story.state) == ("failed", "failed")
    assert story.delivery.reason == "the picture has expired, 2 times already"


def test_an_expired_answer_before_a_call_that_may_have_published_is_a_question(story: Story) -> None:
    """It was begun, never answered, and what it builds on is gone: a fresh one could be a second post."""
    story.toy.again = True
    story.turn(OK, InDoubt("no answer"))
    assert story.state == "queued"
    story.later(hours=24)
    assert story.turn().state == "in_doubt"
    assert story.asked == []
    assert "may have published began" in story.delivery.reason


# A call that may be asked again


def test_a_repeatable_call_is_asked_again_after_a_begin_without_an_answer(story: Story) -> None:
    story.toy.again = True
    story.crash("begun", OK)
    story.later(minutes=10)
    assert story.state == "queued"
    assert story.turn(OK).state == "delivered"
    assert story.asked == ["/posts Good day"]


def test_a_repeatable_call_that_never_answers_ends_in_doubt(story: Story) -> None:
    story.toy.again = True
    story.turn(OK, InDoubt("no answer"))
    for _ in range(2):
        story.later(hours=1)
        story.turn(InDoubt("no answer"))
    story.later(hours=1)
    assert story.turn().state == "in_doubt"
    assert story.delivery.reason == "POST /posts was begun 3 times and never answered"


@pytest.mark.parametrize("error", [NotSent("no connection"), Rejected("published already"), Expired("gone")])
def test_a_refusal_does_not_settle_what_an_earlier_try_may_have_done(story: Story, error: Exception) -> None:
    """First no answer, then a refusal, then the post is edited: never a fresh attempt, for the first may be public."""
    story.toy.again = True
    story.turn(OK, InDoubt("no answer"))
    story.later(hours=1)
    ended = story.turn(error)
    if ended.state == "queued":
        story.later(hours=1)
        ended = story.turn(message=EDITED)
        assert story.asked == []
    assert (ended.state, story.state) == ("in_doubt", "in_doubt")
    assert story.delivery.message == TEXT


# After the post is out


def test_a_trailing_step_that_is_refused_is_a_note_and_the_post_stays_delivered(story: Story) -> None:
    story.toy.titled = True
    ended = story.turn(OK, OK, Rejected("the title is too long"))
    assert ended.state == "refused"
    kept = story.delivery
    assert kept.receipt is not None
    assert (kept.state, kept.receipt.notes) == ("delivered", ("publish: the title is too long",))
    story.later(days=1)
    assert story.ledger.claim_operation(runner="r1", now=story.now) is None


def test_a_trailing_step_that_was_cut_short_is_finished_later(story: Story) -> None:
    story.toy.titled = True
    story.turn(OK, OK, NotSent("no connection"))
    assert story.state == "delivered"
    story.later(minutes=10)
    assert story.turn(OK).state == "delivered"
    assert story.asked == ["/title"]
    assert story.delivery.receipt == replace(OUT, published_at=NOW)


def test_trailing_steps_go_on_though_the_answers_before_them_have_expired(story: Story) -> None:
    story.toy.titled = True
    story.turn(OK, OK, Throttled("too many calls", until=NOW + timedelta(hours=30)))
    story.later(hours=30)
    assert story.turn(OK).state == "delivered"
    assert story.asked == ["/title"]


def test_an_edit_cuts_trailing_steps_short_and_never_sends_again(story: Story) -> None:
    story.toy.titled = True
    story.turn(OK, OK, NotSent("no connection"))
    story.later(minutes=10)
    story.turn(message=EDITED)
    assert story.asked == []
    assert story.state == "delivered"
    assert story.delivery.message == TEXT


# An edit between a crash and the restart


def test_an_edit_before_anything_was_committed_begins_afresh_with_the_new_text(story: Story) -> None:
    story.crash("answered", OK)
    story.later(minutes=10)
    story.toy.waits = 0
    assert story.turn(OK, OK, message=EDITED).state == "delivered"
    assert story.asked == ["/upload", "/posts Good evening"]
    assert story.delivery.message == EDITED


def test_an_edit_after_the_upload_sends_and_keeps_the_new_text(story: Story) -> None:
    story.crash("written", OK)
    story.later(minutes=10)
    assert story.turn(OK, message=EDITED).state == "delivered"
    assert story.asked == ["/posts Good evening"]
    assert story.delivery.message == EDITED


def test_an_edit_after_a_refused_post_begins_afresh(story: Story) -> None:
    story.turn(OK, Throttled("too many calls", until=NOW + timedelta(minutes=5)))
    story.later(minutes=5)
    assert story.turn(OK, OK, message=EDITED).state == "delivered"
    assert (story.asked, story.delivery.attempt) == (["/upload", "/posts Good evening"], 2)


def test_an_edit_after_a_committing_call_began_is_a_question_about_the_old_text(story: Story) -> None:
    story.crash("begun", OK)
    story.later(minutes=10)
    assert (story.state, story.delivery.message) == ("in_doubt", TEXT)
    assert story.ledger.message(KEY, "publish", 1) == TEXT
    assert story.ledger.claim(runner="r1", now=story.now) is None


def test_an_edit_after_a_repeatable_call_began_is_a_question_about_the_old_text(story: Story) -> None:
    story.toy.again = True
    story.crash("begun", OK)
    story.later(minutes=10)
    assert story.turn(message=EDITED).state == "in_doubt"
    assert story.asked == []
    assert story.delivery.message == TEXT
    assert story.delivery.reason == "a call that may have published began, and the post has changed since"


def test_other_steps_than_the_journals_are_a_change_too(story: Story) -> None:
    """Where a wait stood the flow asks, or where a call stood it waits: the code has changed."""
    story.toy.waits = 300
    story.turn(OK)
    story.toy.waits = 0
    story.later(seconds=300)
    assert story.turn(OK, OK).state == "delivered"
    assert (story.asked, story.delivery.attempt) == (["/upload", "/posts Good day"], 2)


def test_a_wait_where_the_journal_has_a_call_is_a_change_too(story: Story) -> None:
    story.turn(OK, NotSent("no connection"))
    story.toy.waits = 300
    story.later(minutes=10)
    assert story.turn(OK).state == "waiting"
    assert (story.asked, story.delivery.attempt) == (["/upload"], 2)


# A hold in between


def test_a_hold_between_two_steps_keeps_what_was_answered(story: Story) -> None:
    story.turn(OK, Throttled("too many calls"))
    held = {"change": "moved", "state": "held", "reason": "plan: its file was refused"}
    row = Planned(
        post="a",
        channel="toy:1",
        edition=1,
        platform="toy",
        due_at=NOW,
        grace=timedelta(days=9),
        why="x",
        **held,  # type: ignore[arg-type]
    )
    story.ledger.take_over([row], content="y", by="planner", now=NOW)
    story.later(hours=2)
    assert story.ledger.claim(runner="r1", now=story.now) is None
    story.ledger.take_over([replace(row, state="queued", reason="")], content="z", by="planner", now=NOW)
    assert story.turn(OK).state == "delivered"
    assert story.asked == ["/posts Good day"]


# A runner that stalls and wakes


@pytest.mark.parametrize("when", ["before begun", "begun"])
def test_a_stalled_runner_that_wakes_writes_nothing_and_sends_nothing(story: Story, when: str) -> None:
    """Its lease ran out and another has looked: at the first write it finds out, and send-by keeps its call at home."""
    seen: list[Any] = []

    def stall(point: str) -> None:
        if point == when and len(seen) == 0:
            story.now += timedelta(hours=1)
            story.ledger.recover(story.now, "r2")
            seen.append((story.delivery, story.ledger.history()))

    story.at = stall
    late = NotSent("nothing was sent: its send-by passed before the first byte left")
    with pytest.raises(LostLease):
        story.turn(*([late] if when == "begun" else []))
    assert (story.delivery, story.ledger.history()) == seen[0]
    assert story.state == "queued"


def test_a_stalled_runner_does_not_settle_what_became_a_question_meanwhile(story: Story) -> None:
    def stall(point: str) -> None:
        if point == "begun" and story.ledger.last_commit(KEY, 1):
            story.now += timedelta(hours=1)
            story.ledger.recover(story.now, "r2")

    story.at = stall
    with pytest.raises(LostLease):
        story.turn(OK, NotSent("nothing was sent: its send-by passed before the first byte left"))
    assert story.state == "in_doubt"


def test_a_receipt_that_comes_after_the_lease_was_lost_is_not_written(story: Story) -> None:
    """The answer came, but hours late: the delivery is in doubt, and a look at the network will find the post."""

    def late() -> dict[str, str]:
        story.now += timedelta(hours=1)
        story.ledger.recover(story.now, "r2")
        return OK

    with pytest.raises(LostLease):
        story.turn(OK, late)
    assert (story.state, story.delivery.receipt) == ("in_doubt", None)


# What came to nothing


def test_an_upload_that_is_killed_three_times_fails(story: Story) -> None:
    for _ in range(3):
        story.crash("begun")
        story.later(minutes=10)
    assert story.turn().state == "failed"
    assert story.delivery.reason == "POST /upload was begun 3 times and never answered"


def test_throttled_moves_the_time_and_is_no_attempt(story: Story) -> None:
    ended = story.turn(Throttled("too many calls", until=NOW + timedelta(hours=3)))
    assert (ended.state, story.state) == ("throttled", "queued")
    assert (story.delivery.wake_at, story.delivery.attempt) == (NOW + timedelta(hours=3), 1)


def test_throttled_without_a_time_waits_a_quarter_of_an_hour(story: Story) -> None:
    story.turn(Throttled("too many calls"))
    assert story.delivery.wake_at == NOW + timedelta(minutes=15)


def test_throttled_again_and_again_never_fails(story: Story) -> None:
    for _ in range(6):
        story.turn(Throttled("too many calls"))
        story.later(minutes=15)
    assert story.turn(OK, OK).state == "delivered"


def test_unauthorized_holds_with_the_credential_as_the_reason(story: Story) -> None:
    assert story.turn(Unauthorized("the token has expired")).state == "held"
    assert (story.state, story.delivery.reason) == ("held", "credential: the token has expired")


def test_not_sent_is_asked_again_after_one_two_four_minutes(story: Story) -> None:
    waits = []
    for _ in range(4):
        story.turn(NotSent("no connection"))
        assert story.delivery.wake_at is not None
        waits.append((story.delivery.wake_at - story.now).total_seconds() / 60)
        story.now = story.delivery.wake_at
    assert waits == [1, 2, 4, 8]
    assert story.turn(OK, OK).state == "delivered"


def test_a_committing_call_that_was_not_sent_is_asked_again(story: Story) -> None:
    story.turn(OK, NotSent("refused connection"))
    assert story.state == "queued"
    story.later(minutes=1)
    assert story.turn(OK).state == "delivered"
    assert story.asked == ["/posts Good day"]


def test_rejected_fails_with_the_platforms_words(story: Story) -> None:
    assert story.turn(OK, Rejected("the text is not allowed")).state == "failed"
    assert (story.state, story.delivery.reason) == ("failed", "the text is not allowed")


def test_a_committing_call_without_an_answer_is_in_doubt(story: Story) -> None:
    assert story.turn(OK, InDoubt("it was sent, and then: reset")).state == "in_doubt"
    assert (story.state, story.delivery.reason) == ("in_doubt", "it was sent, and then: reset")


def test_another_deliverys_receipt_is_in_doubt(story: Story) -> None:
    other = Planned(
        post="b", channel="toy:1", edition=1, platform="toy", due_at=NOW, grace=timedelta(days=9), why="its slot"
    )
    story.turn(OK, OK)
    story.ledger.take_over([other], content="y", by="planner", now=NOW)
    assert story.turn(OK, OK).state == "in_doubt"
    second = story.ledger.delivery("b/toy:1/1")
    assert (second.state, second.receipt) == ("in_doubt", None)
    assert "9, which is the receipt of another delivery" in second.reason


def test_a_flow_that_ends_without_a_receipt_is_in_doubt_when_it_committed(story: Story) -> None:
    story.toy.silent = True
    assert story.turn(OK, OK).state == "in_doubt"
    assert story.delivery.reason == "the flow ended without a receipt"


# What a flow says by itself


def test_an_answer_of_a_shape_that_nobody_foresaw_is_that_posts_trouble_alone(story: Story) -> None:
    class Careless(Toy):
        def publish(self, channel: Channel, message: Message) -> Flow:
            del channel
            upload = yield UPLOAD
            sent = yield post(message, repeatable=False)
            yield Published(receipt=Receipt(remote_id=sent["data"][0]["id"], url=upload["url"]))

    story.toy = Careless()
    assert story.turn({"url": "https://toy.example.org/9"}, {"data": []}).state == "in_doubt"
    assert story.delivery.reason == "the answer cannot be read: IndexError"


def test_a_flow_that_breaks_before_its_first_call_fails_that_post_alone(story: Story) -> None:
    class Broken(Toy):
        def publish(self, channel: Channel, message: Message) -> Flow:
            del channel
            yield post(message, repeatable=bool(int(message.text)))

    story.toy = Broken()
    assert story.turn().state == "failed"
    assert story.delivery.reason == "the answer cannot be read: ValueError"


@pytest.mark.parametrize(
    ("verdict", "state"), [(Unauthorized("no right to upload"), "held"), (KeyError("x"), "failed")]
)
def test_what_a_flow_makes_of_a_refusal_is_that_posts_trouble_alone(
    story: Story, verdict: Exception, state: str
) -> None:
    class Judging(Toy):
        def publish(self, channel: Channel, message: Message) -> Flow:
            del channel, message
            try:
                yield UPLOAD
            except Rejected:
                raise verdict from None

    story.toy = Judging()
    assert story.turn(Rejected("the picture is too large")).state == state
    assert story.state == state


class Stuck(Toy):
    """A platform whose preparation never ends: the flow itself gives up, after a wait."""

    verdict: Exception = Rejected("the picture is never ready")

    def publish(self, channel: Channel, message: Message) -> Flow:
        del channel, message
        yield UPLOAD
        yield Wait(seconds=60)
        raise self.verdict


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        (Rejected("the picture is never ready"), "failed"),
        (NotSent("not now"), "queued"),
        (Throttled("too many calls"), "queued"),
        (Unauthorized("not for us"), "held"),
        (InDoubt("who knows"), "failed"),
    ],
)
def test_a_flow_that_gives_up_by_itself_is_taken_at_its_word(story: Story, verdict: Exception, state: str) -> None:
    """With nothing committed there is nothing to doubt."""
    story.toy = Stuck()
    story.toy.verdict = verdict  # type: ignore[attr-defined]
    story.turn(OK)
    story.later(seconds=60)
    assert story.turn().state == state
    assert story.state == state


# Interrupted


def test_an_interrupted_run_stops_between_two_steps_and_goes_on_later(story: Story) -> None:
    story.stopping = lambda: bool(story.ledger.usage())
    assert story.turn(OK).state == "interrupted"
    assert (story.state, story.delivery.reason) == ("queued", "")
    story.stopping = lambda: False
    assert story.turn(OK).state == "delivered"
    assert story.asked == ["/posts Good day"]


# Retractions


def _public(story: Story) -> None:
    from publisher.ledger import Cause

    story.turn(OK, OK)
    story.ledger.want(KEY, "retracted", TEXT, Cause(by="maren", why="a wrong number", at=NOW))


def test_a_retraction_ends_retracted(story: Story) -> None:
    _public(story)
    assert story.turn({"deleted": True}).state == "retracted"
    assert (story.asked, story.state) == (["/posts/9"], "retracted")


def test_a_retraction_that_no_answer_came_to_is_asked_again(story: Story) -> None:
    _public(story)
    story.turn(InDoubt("no answer"))
    assert story.state == "delivered"
    story.later(minutes=5)
    assert story.turn({"deleted": True}).state == "retracted"


def test_a_retraction_is_asked_for_until_it_comes_through_and_says_so_meanwhile(story: Story) -> None:
    _public(story)
    for _ in range(8):
        story.turn(NotSent("the network is down"))
        assert story.delivery.reason == "retract has not come through yet: the network is down"
        story.later(minutes=32)
    assert story.turn({"deleted": True}).state == "retracted"
    assert story.delivery.reason == ""


def test_a_platform_that_says_again_in_no_time_is_asked_again_after_a_minute(story: Story) -> None:
    """The run would ask for as long as it is told so."""
    _public(story)
    story.turn(Throttled("too many calls", until=NOW))
    assert story.ledger.claim_operation(runner="r1", now=NOW) is None
    story.later(minutes=1)
    assert story.turn({"deleted": True}).state == "retracted"


def test_a_retraction_that_waits_for_a_credential_is_seen(story: Story) -> None:
    _public(story)
    assert story.turn(Unauthorized("the token has expired")).state == "waiting"
    assert story.delivery.reason == "retract waits for its credential: the token has expired"
    story.later(minutes=15)
    assert story.turn({"deleted": True}).state == "retracted"
    assert story.delivery.reason == ""


def test_a_retraction_goes_on_though_our_code_asks_otherwise_now(story: Story) -> None:
    """After an update the call has another path: the retraction has a journal afresh, the post keeps its own."""
    _public(story)
    story.turn(Throttled("too many calls"))

    class Newer(Toy):
        def retract(self, channel: Channel, receipt: Receipt) -> Flow:
            del channel
            yield Call(method="DELETE", path=f"/v2/{receipt.remote_id}", commits=True, repeatable=True)
            yield Published(receipt=receipt)

    story.toy = Newer()
    story.later(minutes=15)
    assert story.turn({"deleted": True}).state == "retracted"
    assert story.asked == ["/v2/9"]
    assert story.delivery.attempt == 1


def test_a_refused_retraction_is_a_note_for_a_person(story: Story) -> None:
    _public(story)
    story.turn(Rejected("only its author may delete it"))
    kept = story.delivery
    assert kept.receipt is not None
    assert (kept.state, kept.receipt.notes) == ("delivered", ("retract: only its author may delete it",))
