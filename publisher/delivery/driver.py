"""Drives one flow against its operation's journal, so that a crash anywhere is a replay.

For each step: what the journal has answered is handed to the flow and nothing is sent; what was begun and may be public
is in doubt; everything else is written down as begun, sent, and its answer written down.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, NoReturn, Protocol, TypeVar

from publisher.errors import CallError, Expired, InDoubt, NotSent, Rejected, Throttled, Unauthorized
from publisher.ledger import Heard
from publisher.values import Answer, Call, Flow, Message, Published, Receipt, Wait, in_utc

if TYPE_CHECKING:
    from publisher.ledger import Claim, Ledger, Step
    from publisher.platforms.base import Credential, Platform

THROTTLED_FOR = timedelta(minutes=15)
AFRESH_AT_MOST = 2
UNREADABLE = (LookupError, TypeError, ValueError, AttributeError)
"""What a flow raises over an answer of a shape that nobody foresaw: that channel's trouble, and no other's."""

T = TypeVar("T")
Item = Call | Wait | Published | None
"""What a flow yields; None when it has ended."""
Clock = Callable[[], datetime]


class Transport(Protocol):
    """What the driver asks of `publisher.http`."""

    def send(self, platform: Platform, call: Call, credential: Credential, *, send_by: datetime | None) -> Answer:
        """The answer, or one of the CallErrors."""


def backoff(tries: int) -> timedelta:
    """How long to let a platform rest after a call that came to nothing: 1, 2, 4 … minutes, at most 32."""
    return timedelta(minutes=2 ** min(max(tries, 1) - 1, 5))


def _rested(error: Throttled, now: datetime) -> datetime:
    """When to ask again: as the platform says, but never within the same minute: "in 0 seconds" would have no end."""
    return max(error.until or now + THROTTLED_FOR, now + backoff(1))


class _Afresh(Exception):
    def __init__(self, why: str, *, expired: bool) -> None:
        super().__init__(why)
        self.expired = expired


class _Ended(Exception):
    def __init__(self, state: str, why: str) -> None:
        super().__init__(why)
        self.state = state


@dataclass(frozen=True, kw_only=True)
class Ended:
    """Where one drive left its delivery: a state, "waiting" or "interrupted", and why."""

    key: str
    state: str
    why: str = ""
    receipt: Receipt | None = None


def nowhere(point: str) -> None:
    """A crash point at which nothing happens."""
    del point


def _never() -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class Driver:
    """Carries operations out. `at` hears of each point where a crash may fall; `stopping` ends it between two steps."""

    ledger: Ledger
    transport: Transport
    clock: Clock
    at: Callable[[str], None] = nowhere
    stopping: Callable[[], bool] = _never

    def drive(
        self, claim: Claim, platform: Platform, credential: Credential, message: Message, start: Callable[[], Flow]
    ) -> Ended:
        """Carry the claim's operation as far as it goes now. Raises LostLease when it is somebody else's."""
        while True:
            attempt = _Attempt(self, claim, platform, credential, message)
            try:
                return attempt.play(start())
            except _Ended as end:
                return Ended(key=claim.key, state=end.state, why=str(end), receipt=attempt.receipt)
            except _Afresh as again:
                if again.expired and self.ledger.expired_attempts(claim) >= AFRESH_AT_MOST:
                    return attempt.given_up(f"{again}, {AFRESH_AT_MOST} times already")
                number = self.ledger.fresh(claim, str(again), self.clock(), expired=again.expired)
                claim = replace(claim, attempt=number)

    def ask(self, platform: Platform, credential: Credential, flow: Generator[Call, Answer, T]) -> T:
        """Carry out a flow that only reads; return what it returns. A refusal is thrown into the flow first."""
        try:
            call = next(flow)
            while True:
                try:
                    answer = self.transport.send(platform, call, credential, send_by=None)
                except CallError as error:
                    call = flow.throw(error)
                else:
                    call = flow.send(answer)
        except UNREADABLE as error:
            raise NotSent(f"the answer cannot be read: {type(error).__name__}") from error
        except StopIteration as end:
            found: T = end.value
            return found


class _Attempt:
    """One attempt at one operation: the flow on one side, the journal and the network on the other."""

    def __init__(
        self, driver: Driver, claim: Claim, platform: Platform, credential: Credential, message: Message
    ) -> None:
        self.driver = driver
        self.ledger = driver.ledger
        self.clock = driver.clock
        self.claim = claim
        self.platform = platform
        self.credential = credential
        self.out = claim.operation == "publish" and claim.delivery.receipt is not None
        self.ended = False
        self.receipt = claim.delivery.receipt
        self.journal: Mapping[int, Step] = {step.index: step for step in self.ledger.journal(claim)}
        self.opening: Message | None = message
        """What the operation is to show, until that is in the ledger: with the first thing that is written."""
        self.commits = {i for i, step in self.journal.items() if step.commits and step.outcome in {None, "answered"}}
        """The committing calls of this attempt that may have published: begun, and not definitely refused."""

    # -- the loop --------------------------------------------------------------------------------------------------

    def play(self, flow: Flow) -> Ended:
        """Hand the flow its answers, step by step, until it ends or has to wait."""
        item = self._go_on(flow, first=True)
        index = 0
        while item is not None:
            if isinstance(item, Published):
                item = self._go_on(flow) if self.out else self._publish(flow, item.receipt)
                continue
            if isinstance(item, Wait):
                self._wait(index, item)
                item = self._go_on(flow)
            else:
                item = self._step(flow, index, item)
            index += 1
        return self._end()

    def _advance(self, flow: Flow, answer: Answer | None, *, first: bool = False) -> Item:
        try:
            return next(flow) if first else flow.send(answer)
        except StopIteration:
            return None
        except UNREADABLE as error:
            raise InDoubt(f"the answer cannot be read: {type(error).__name__}") from error

    def _go_on(self, flow: Flow, answer: Answer | None = None, *, first: bool = False) -> Item:
        """The flow's next item where nothing was sent just now; what it raises by itself is its own verdict."""
        try:
            return self._advance(flow, answer, first=first)
        except CallError as error:
            self._verdict(error)

    def _verdict(self, error: CallError) -> NoReturn:
        """End as the flow says by itself."""
        match error:
            case Expired():
                self._afresh(error.sentence, expired=True)
            case Throttled():
                self._later(_rested(error, self.clock()), error.sentence)
            case NotSent():
                self._later(self.clock() + backoff(1), error.sentence)
            case Unauthorized():
                self._unauthorized(error.sentence)
            case _:
                self._fail(error.sentence)

    def given_up(self, why: str) -> Ended:
        """The end of an operation that is not begun once more."""
        try:
            self._fail(why)
        except _Ended as end:
            return Ended(key=self.claim.key, state=end.state, why=why, receipt=self.receipt)

    def _end(self) -> Ended:
        if not self.out and self.claim.operation == "publish":
            self._fail("the flow ended without a receipt")
        if not self.ended:
            self.ledger.end(self.claim, self.clock())
        self.driver.at("ended")
        state = {"publish": "delivered", "correct": "delivered", "retract": "retracted"}[self.claim.operation]
        return Ended(key=self.claim.key, state=state, receipt=self.receipt)

    # -- one step --------------------------------------------------------------------------------------------------

    def _step(self, flow: Flow, index: int, call: Call) -> Item:
        """The flow's next item after this call, answered from the journal or by the network."""
        known = self.journal.get(index)
        if known is not None and known.digest != call.digest:
            self._changed()
        if known is not None and known.outcome == "answered":
            if self.out or known.valid_until is None or self.clock() < known.valid_until:
                return self._go_on(flow, known.answer)
            self._afresh("an earlier answer has expired", expired=True)
        if known is not None and known.outcome is None:
            self._unanswered(known, call)
        return self._send(flow, index, call, tries=known.tries if known else 0)

    def _changed(self) -> NoReturn:
        """The flow asks for something else than the journal says: the text was edited, or our code changed."""
        if self.out:
            self._refused("trailing steps were cut short, and the post has changed since")
        self._afresh("the post has changed since", expired=False)

    def _afresh(self, why: str, *, expired: bool) -> NoReturn:
        """Begin the operation anew, unless something of this attempt may be public."""
        if self.out:
            self._refused(why)
        if self.commits:
            self._doubt(f"a call that may have published began, and {why}")
        self._open()
        raise _Afresh(why, expired=expired)

    def _fail(self, why: str) -> NoReturn:
        """End for a definite reason: in doubt all the same when an earlier call may have published."""
        if self.commits and not self.out:
            self._doubt(why)
        self._refused(why)

    def _unanswered(self, known: Step, call: Call) -> None:
        """Decide what an intention without an answer permits."""
        if call.commits and not call.repeatable:
            self._doubt(f"a call that may have published began at {in_utc(known.begun_at)} and was never answered")
        if known.tries >= call.tries and not self._wanted:
            self._exhausted(call, known.tries)

    def _send(self, flow: Flow, index: int, call: Call, tries: int) -> Item:
        """Write `begun`, send, let the flow read the answer, and write it down with what the flow made of it."""
        if self.driver.stopping():
            self._later(self.clock(), "interrupted", state="interrupted")
        now = self.clock()
        self.driver.at("before begun")
        send_by = self.ledger.begin(self.claim, index, call, now, opening=self.opening)
        self.opening = None
        self.driver.at("begun")
        doubted = index in self.commits
        self.commits |= {index} if call.commits else set()
        answer: Answer | None = None
        try:
            answer = self.driver.transport.send(self.platform, call, self.credential, send_by=send_by)
            self.driver.at("answered")
            item = self._advance(flow, answer)
        except Rejected as error:
            item = self._refusal(flow, index, error, doubted=doubted)
        except CallError as error:
            self._came_to_nothing(index, call, error, tries + 1, doubted=doubted)
        item = self._record(flow, index, call, answer, item)
        self.driver.at("written")
        return item

    def _refusal(self, flow: Flow, index: int, error: Rejected, *, doubted: bool) -> Item:
        """Let the flow say what a refusal means to it (gone already is as good as deleted), else fail."""
        try:
            item = flow.throw(error)
        except StopIteration:
            item = None
        except (Rejected, *UNREADABLE):
            self._finish(index, "refused", doubted=doubted)
            self._fail(error.sentence)
        except CallError as verdict:
            self._finish(index, "refused", doubted=doubted)
            self._verdict(verdict)
        if not doubted:
            self.commits.discard(index)
        return item

    def _record(self, flow: Flow, index: int, call: Call, answer: Answer | None, item: Item) -> Item:
        """Write the answer; where it makes the flow say Published, the receipt goes into the same transaction.

        Returns the flow's next item after what was written.
        """
        now = self.clock()
        heard = Heard(outcome="refused", at=now)
        if answer is not None:
            used = self.platform.usage(answer)
            heard = Heard(outcome="answered", at=now, answer=answer, valid_for=call.valid_for, used=used)
        if isinstance(item, Published) and not self.out:
            return self._publish(flow, item.receipt, (index, heard))
        self.ledger.finish(self.claim, index, heard)
        return item

    def _finish(self, index: int, outcome: Literal["refused", "not-sent"], *, doubted: bool) -> None:
        """Write that a call came to nothing; where an earlier try of it may have published, it stays unanswered."""
        if not doubted:
            self.ledger.finish(self.claim, index, Heard(outcome=outcome, at=self.clock()))
            self.commits.discard(index)

    def _publish(self, flow: Flow, receipt: Receipt, answer: tuple[int, Heard] | None = None) -> Item:
        """Store the receipt; a flow that has nothing more to ask is ended in the same transaction."""
        trouble: CallError | None = None
        try:
            following = self._advance(flow, None)
        except CallError as error:
            following, trouble = None, error
        last = following is None and trouble is None
        self._open()
        try:
            self.ledger.published(self.claim, receipt, self.clock(), answer, last=last)
        except InDoubt as error:
            self._doubt(error.sentence)
        self.out, self.receipt, self.ended = True, receipt, last
        self.driver.at("published")
        if trouble is not None:
            self._verdict(trouble)
        return following

    def _open(self) -> None:
        """Open the operation, where a call has not done so."""
        if self.opening is not None:
            self.ledger.open_operation(self.claim, self.opening, self.clock())
            self.opening = None

    def _wait(self, index: int, item: Wait) -> None:
        known = self.journal.get(index)
        now = self.clock()
        if known is not None and known.outcome != "waiting":
            self._changed()
        self._open()
        wake_at = known.wake_at if known is not None else self.ledger.wait(self.claim, index, item, now)
        if wake_at is not None and now < wake_at:
            self._later(wake_at, item.why or "waiting for the platform", state="waiting")

    # -- ends: until the message is out they move the delivery, afterwards only its operation -----------------------

    @property
    def _moves_delivery(self) -> bool:
        return self.claim.operation == "publish" and not self.out

    @property
    def _wanted(self) -> bool:
        """Whether a person wants what is public changed or gone: that is asked for until it comes through."""
        return self.claim.operation != "publish"

    def _came_to_nothing(self, index: int, call: Call, error: CallError, tries: int, *, doubted: bool) -> NoReturn:
        """What a call that brought no answer means for the delivery."""
        now = self.clock()
        if isinstance(error, InDoubt) and not (call.repeatable or not call.commits):
            self._doubt(error.sentence)
        if not isinstance(error, InDoubt):
            self._finish(index, "not-sent" if isinstance(error, NotSent) else "refused", doubted=doubted)
        match error:
            case Throttled():
                self._later(_rested(error, now), error.sentence, state="throttled")
            case Unauthorized():
                self._unauthorized(error.sentence)
            case Expired() if self._moves_delivery:
                self._afresh(error.sentence, expired=True)
            case NotSent() | InDoubt():
                if not self._moves_delivery and not self._wanted and tries >= call.tries:
                    self._exhausted(call, tries)
                self._later(now + backoff(tries), error.sentence)
            case _:
                self._fail(error.sentence)

    def _later(self, wake_at: datetime, why: str, *, state: str = "queued") -> NoReturn:
        if self._moves_delivery:
            self.ledger.leave(self.claim, "queued", why, self.clock(), wake_at=wake_at)
        else:
            reason = f"{self.claim.operation} has not come through yet: {why}" if self._wanted else ""
            self.ledger.sleep(self.claim, wake_at, reason)
        raise _Ended(state, why)

    def _unauthorized(self, why: str) -> NoReturn:
        if self._moves_delivery:
            self.ledger.leave(self.claim, "held", f"credential: {why}", self.clock())
            raise _Ended("held", why)
        self.ledger.sleep(
            self.claim, self.clock() + THROTTLED_FOR, f"{self.claim.operation} waits for its credential: {why}"
        )
        raise _Ended("waiting", why)

    def _exhausted(self, call: Call, tries: int) -> NoReturn:
        why = f"{call.method} {call.path} was begun {tries} times and never answered"
        if call.commits:
            self._doubt(why)
        self._refused(why)

    def _refused(self, why: str) -> NoReturn:
        if self._moves_delivery:
            self.ledger.leave(self.claim, "failed", why, self.clock())
            raise _Ended("failed", why)
        self.ledger.end(self.claim, self.clock(), note=f"{self.claim.operation}: {why}")
        raise _Ended("refused", why)

    def _doubt(self, why: str) -> NoReturn:
        if self._moves_delivery:
            self.ledger.leave(self.claim, "in_doubt", why, self.clock())
            raise _Ended("in_doubt", why)
        self.ledger.end(self.claim, self.clock(), note=f"{self.claim.operation} is in doubt: {why}")
        raise _Ended("in_doubt", why)
