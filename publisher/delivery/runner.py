"""One run: take over the plan, deliver what is due with a thread for each in flight, reconcile, verify, report."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from publisher import __version__, platforms
from publisher.delivery.driver import Driver, Ended, nowhere
from publisher.delivery.reconcile import LOOK_AGAIN, LOOK_FOR, Reader
from publisher.delivery.report import Report, Sent, needs_of
from publisher.errors import LostLease, Misuse, Unauthorized
from publisher.ledger import TakenOver

if TYPE_CHECKING:
    from publisher.content.channel import Channel
    from publisher.content.post import Post
    from publisher.content.problem import Problem
    from publisher.content.site import Content
    from publisher.delivery.driver import Clock, Transport
    from publisher.ledger import Claim, Ledger
    from publisher.plan.quiet import QuietHours
    from publisher.platforms.base import Credential, Platform
    from publisher.values import Delivery, Flow, Message

THREADS = 8
Progress = Callable[[Ended], None]


class Credentials(Protocol):
    """What a run asks of `publisher.tokens`."""

    def credential(self, platform: Platform, channel: Channel) -> Credential:
        """The channel's credential. Raises Unauthorized when it cannot be had."""


def _silent(ended: Ended) -> None:
    del ended


def _nothing() -> None:
    """Ready at all times."""


@dataclass(kw_only=True)
class Runner:
    """A process that delivers. `name` stands in the ledger beside everything that it does.

    `ready` is called before anything is written and raises Misuse when nothing could be sent; `at` marks crash points.
    """

    root: Path
    ledger: Ledger
    transport: Transport
    credentials: Credentials
    clock: Clock
    name: str
    threads: int = THREADS
    ready: Callable[[], None] = _nothing
    progress: Progress = _silent
    at: Callable[[str], None] = nowhere
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _refused: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.driver = Driver(
            ledger=self.ledger, transport=self.transport, clock=self.clock, at=self.at, stopping=self._stop.is_set
        )

    def stop(self) -> None:
        """End the run after the calls that are on their way; what they publish is still written down."""
        self._stop.set()

    # -- the run ---------------------------------------------------------------------------------------------------

    def run(self, limit: int | None = None) -> Report:
        """Do everything that is due now, at most `limit` deliveries. Raises Misuse when the content cannot be read."""
        now = self.clock()
        stood = {(need.key, need.state) for need in needs_of(self.ledger, now)}
        changed = self.content_changed()
        if changed or self.ledger.work_waits(now):
            self.ready()
        taken, problems = self.take_over(now) if changed else (TakenOver(), ())
        self.ledger.recover(now, self.name)
        self.ledger.release_credentials(now, self.name)
        ended = [Ended(key="", state="missed")] * self.ledger.miss_late(now, self.name)
        verified = 0
        if self.ledger.work_waits(now):
            ended += [*self._deliver(limit), *self._operate(), *self._reconcile()]
            verified = self._verify()
        standing = needs_of(self.ledger, self.clock())
        return Report(
            at=now,
            planned=taken,
            sent=tuple(self._sent(ended)),
            verified=verified,
            ended=Counter(end.state for end in ended),
            needs=standing,
            fresh=tuple(need for need in standing if (need.key, need.state) not in stood),
            problems=problems,
            interrupted=self._stop.is_set(),
        )

    def _sent(self, ended: Iterable[Ended]) -> Iterator[Sent]:
        for end in ended:
            if end.state != "delivered":
                continue
            delivery = self.ledger.delivery(end.key)
            if (receipt := delivery.receipt) is not None:
                yield Sent(
                    key=end.key, post=delivery.post, channel=delivery.channel, url=receipt.url,
                    remote_id=receipt.remote_id,
                )  # fmt: skip

    def look(self) -> tuple[Sent, ...]:
        """Only look: reconcile what is in doubt and read back what is delivered. Returns what was found public."""
        self.ready()
        self.ledger.recover(self.clock(), self.name)
        found = self._reconcile()
        self._verify()
        return tuple(self._sent(found))

    # -- planning --------------------------------------------------------------------------------------------------

    @cached_property
    def content(self) -> Content:
        """The content, read once and only when it is needed, without the posts that the checks refuse."""
        from publisher.checks import examined
        from publisher.content import load

        return examined(load(self.root), self.clock())

    @cached_property
    def _channels(self) -> Mapping[str, Channel]:
        return self.content.channels()

    @cached_property
    def _posts(self) -> Mapping[str, Post]:
        return {post.id: post for post in self.content.posts}

    @cached_property
    def _quiet(self) -> QuietHours:
        from publisher.plan.quiet import QuietHours

        rules = {name: platforms.load(name).rules for name in platforms.names()}
        return QuietHours(self.content, rules, self.clock())

    def content_changed(self) -> bool:
        """Whether the content, or the code that plans, is another than the ledger's plan was made from."""
        from publisher.content import fingerprint

        return self.ledger.content() != _made_from(fingerprint(self.root))

    def take_over(self, now: datetime) -> tuple[TakenOver, tuple[Problem, ...]]:
        """Make the ledger hold the plan of the content as it is; return what that changed, and the problems found."""
        from publisher.plan.planner import plan

        made = plan(self.content, self.ledger.deliveries(), now, first=not self.ledger.seeded())
        source = _made_from(self.content.digest)
        done = self.ledger.take_over(made.deliveries, content=source, by=self.name, now=now)
        return done, (*self.content.problems, *made.problems)

    # -- delivering ------------------------------------------------------------------------------------------------

    def _deliver(self, limit: int | None) -> list[Ended]:
        """Deliver what is due until nothing is, each worker one delivery at a time."""
        self._warm()
        left = threading.Semaphore(limit) if limit is not None else None
        ended: list[Ended] = []

        def work() -> None:
            while not self._stop.is_set() and (left is None or left.acquire(blocking=False)):
                claim = self._claim()
                if claim is None:
                    return
                result = self._one(claim)
                if result is not None:
                    ended.append(result)
                    self.progress(result)

        self._side_by_side([work] * self.threads)
        return ended

    def _warm(self) -> None:
        """Read what every thread needs before there are threads."""
        for name in ("_channels", "_posts", "_quiet"):
            getattr(self, name)

    def _side_by_side(self, work: list[Callable[[], None]]) -> None:
        """Run the pieces of work in threads; Ctrl-C lets the calls on their way end, and then goes on as Ctrl-C."""
        if self.threads == 1:
            for piece in work:
                piece()
            return
        with ThreadPoolExecutor(max_workers=self.threads, thread_name_prefix="deliver") as pool:
            pending = {pool.submit(piece) for piece in work}
            try:
                done, _ = wait(pending)
            except KeyboardInterrupt:
                self.stop()
                wait(pending)
                raise
            for future in done:
                future.result()

    def _claim(self) -> Claim | None:
        now = self.clock()
        avoid = self._quiet.channels(now) | frozenset(self._refused)
        return self.ledger.claim(runner=self.name, now=now, avoid=avoid)

    def _one(self, claim: Claim) -> Ended | None:
        """Carry one claim out; None when it turned out to be somebody else's."""
        try:
            return self._drive(claim)
        except LostLease:
            return None

    def _drive(self, claim: Claim) -> Ended:
        now = self.clock()
        channel = self._channels.get(claim.delivery.channel)
        message = self._message(claim)
        if channel is None or isinstance(message, str):
            why = message if isinstance(message, str) else "no specialty names this channel any more"
            return self._left(claim, "failed", why, now)
        platform = platforms.load(claim.delivery.platform)
        try:
            credential = self.credentials.credential(platform, channel)
        except (Unauthorized, Misuse) as error:
            self._refused.add(channel.key)
            return self._left(claim, "held", f"credential: {error.sentence}", now)
        ended = self.driver.drive(claim, platform, credential, message, _flow(claim, platform, channel, message))
        if ended.state in {"held", "throttled"}:
            self._refused.add(channel.key)
        return ended

    def _left(self, claim: Claim, state: str, why: str, now: datetime) -> Ended:
        if claim.delivery.receipt is not None:
            self.ledger.sleep(claim, now + LOOK_AGAIN, f"{claim.operation} waits: {why}")
            return Ended(key=claim.key, state="waiting", why=why)
        self.ledger.leave(claim, "held" if state == "held" else "failed", why, now)
        return Ended(key=claim.key, state=state, why=why)

    def _message(self, claim: Claim) -> Message | str:
        """The exact message of this claim, or the sentence that says why there is none."""
        if claim.operation != "publish" or claim.delivery.receipt is not None:
            kept = self.ledger.message(claim.key, claim.operation, claim.attempt)
            return kept if kept is not None else "its message is not in the ledger"
        from publisher.render import message, render_problems

        post = self._posts.get(claim.delivery.post)
        channel = self._channels.get(claim.delivery.channel)
        if post is None or channel is None:
            return "its post or its channel is not in the content any more"
        rules = platforms.load(claim.delivery.platform).rules
        site = self.content.site
        if problems := [p for p in render_problems(post, channel, site, rules, claim.key) if p.severity == "error"]:
            return "; ".join(str(problem) for problem in problems)
        minted = claim.delivery
        return message(
            post, channel, site, rules, claim.key,
            idempotency_key=minted.idempotency_key, record_key=minted.record_key,
        )  # fmt: skip

    # -- what is public already --------------------------------------------------------------------------------------

    def _operate(self) -> list[Ended]:
        """Corrections, retractions and trailing steps that wait."""
        ended = []
        while not self._stop.is_set():
            claim = self.ledger.claim_operation(runner=self.name, now=self.clock())
            if claim is None:
                break
            result = self._one(claim)
            if result is not None:
                state = "finished" if claim.operation != "retract" and result.state == "delivered" else result.state
                ended.append(Ended(key=result.key, state=state, why=result.why))
        return ended

    def _reader(self, delivery: Delivery) -> Reader | None:
        channel = self._channels.get(delivery.channel)
        if channel is None or channel.mode == "by-hand":
            return None
        platform = platforms.load(delivery.platform)
        try:
            credential = self.credentials.credential(platform, channel)
        except (Unauthorized, Misuse):
            return None
        return Reader(
            ledger=self.ledger, driver=self.driver, platform=platform, channel=channel, credential=credential,
            by=self.name,
        )  # fmt: skip

    def _reconcile(self) -> list[Ended]:
        """Look for everything that is in doubt."""
        ended: list[Ended] = []

        def look(delivery: Delivery) -> None:
            reader = self._reader(delivery)
            if reader is not None and reader.reconcile(delivery, self.clock()) == "delivered":
                ended.append(Ended(key=delivery.key, state="delivered"))

        self._each(self.ledger.deliveries(states=["in_doubt"]), look)
        return ended

    def _verify(self) -> int:
        """Read back what is delivered and not yet verified; returns how many were."""
        now = self.clock()
        waiting = [
            d
            for d in self.ledger.deliveries(states=["delivered"])
            if not d.reason and (d.wake_at is None or d.wake_at <= now)
        ]
        verified: list[str] = []

        def look(delivery: Delivery) -> None:
            reader = self._reader(delivery)
            if reader is None:
                self.ledger.unverified(delivery.key, "", now + LOOK_FOR, now)
            elif reader.verify(delivery, self.clock()):
                verified.append(delivery.key)

        self._each(waiting, look)
        return len(verified)

    def _each(self, deliveries: list[Delivery], look: Callable[[Delivery], None]) -> None:
        left = iter(deliveries)

        def work() -> None:
            while not self._stop.is_set():
                with self._lock:
                    delivery = next(left, None)
                if delivery is None:
                    return
                look(delivery)

        self._side_by_side([work] * min(self.threads, len(deliveries) or 1))


def _made_from(digest: str) -> str:
    """What a plan depends on beside the ledger: the content, and the version of the code that planned."""
    return f"{digest} {__version__}"


def _flow(claim: Claim, platform: Platform, channel: Channel, message: Message) -> Callable[[], Flow]:
    """How the claim's operation is begun on its platform."""
    receipt = claim.delivery.receipt
    if claim.operation == "publish":
        return lambda: platform.publish(channel, message)
    if receipt is None:
        raise Misuse(f"{claim.key} has nothing public to {claim.operation}")
    if claim.operation == "correct":
        return lambda: platform.correct(channel, receipt, message)
    return lambda: platform.retract(channel, receipt)
