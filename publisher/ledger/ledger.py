"""The ledger as rooms above see it: each method is one transaction."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, Engine, and_, func, or_, select
from sqlalchemy.exc import DatabaseError, OperationalError

from publisher.errors import Misuse
from publisher.ledger import claim as claiming
from publisher.ledger import decide, events, journal, migrations
from publisher.ledger.claim import Claim
from publisher.ledger.engine import READING, connect
from publisher.ledger.events import Cause, Event
from publisher.ledger.journal import Heard, Step
from publisher.ledger.moves import lock
from publisher.ledger.rows import delivery
from publisher.ledger.schema import channels, deliveries, meta, operations
from publisher.ledger.schema import events as event_table
from publisher.ledger.take_over import CONTENT, TakenOver, take_over
from publisher.ledger.writer import Writer
from publisher.values import Call, Delivery, Message, Planned, Receipt, State, Wait, Wanted

Target = Literal["sandbox", "live"]
TARGET = "target"
SEEDED = "seeded"


class Ledger:
    """The database of what is to happen and what happened. All times are aware, UTC."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._write = Writer(engine)

    # -- opening ---------------------------------------------------------------------------------------------------

    @classmethod
    def create(cls, url: str, target: Target, now: datetime) -> Ledger:
        """Make a new ledger that belongs to `target`. Raises Misuse where there is one already."""
        ledger = cls(connect(url))
        with ledger._closed_on_error(), ledger._writing() as conn:
            if migrations.applied(conn):
                raise Misuse("there is a ledger already", hint="nothing was changed; `publisher status` shows it")
            migrations.create(conn, now)
            told = {TARGET: target, CONTENT: "", SEEDED: "", events.HEAD: "{}"}
            conn.execute(meta.insert(), [{"key": key, "value": value} for key, value in told.items()])
        return ledger

    @classmethod
    def ensure(cls, url: str, target: Target, now: datetime) -> Ledger:
        """Open the ledger, or make it where there is none; of two that do so at once one makes it. Raises Misuse."""
        for attempt in (cls.open, cls.create):
            with suppress(Misuse):
                return attempt(url, target, now)
        return cls.open(url, target, now)

    @classmethod
    def open(cls, url: str, target: Target, now: datetime) -> Ledger:
        """Open the ledger and bring its schema up to date.

        Raises Misuse when there is none, or when it belongs to the other target: a sandbox run never touches live rows.
        """
        ledger = cls(connect(url, make=False))
        with ledger._closed_on_error():
            ledger._open(target, now)
        return ledger

    def _open(self, target: Target, now: datetime) -> None:
        with self._reading() as conn:
            seen = migrations.applied(conn)
            owner = self._told(conn, TARGET) if seen else ""
        if not seen:
            raise Misuse("there is no ledger yet", hint="publisher init-ledger --seed makes one")
        if owner != target:
            raise Misuse(
                f"this ledger belongs to target {owner}, and this is target {target}",
                hint="see PUBLISHER_TARGET and PUBLISHER_LEDGER",
            )
        if seen != set(migrations.names()):
            with self._writing() as conn:
                migrations.upgrade(conn, now)

    @contextmanager
    def _closed_on_error(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.close()
            raise

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self.engine.begin() as conn:
            yield conn

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self.engine.connect().execution_options(**READING) as conn:
                yield conn
        except OperationalError as error:
            raise Misuse("the ledger's database does not answer", hint=str(error.orig)) from error
        except DatabaseError as error:
            if type(error) is not DatabaseError:  # of its kinds only "this is no database" is somebody's mistake
                raise
            raise Misuse("the ledger cannot be read", hint=f"{error.orig}; see PUBLISHER_LEDGER") from error

    @staticmethod
    def _told(conn: Connection, key: str) -> str:
        return conn.scalar(select(meta.c.value).where(meta.c.key == key)) or ""

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    # -- reading ---------------------------------------------------------------------------------------------------

    def content(self) -> str:
        """The digest of the content whose plan was last taken over; empty before the first time."""
        with self._reading() as conn:
            return self._told(conn, CONTENT)

    def seeded(self) -> bool:
        """Whether a first plan has been taken over: later posts are new, earlier ones were not ours to send."""
        with self._reading() as conn:
            return bool(self._told(conn, SEEDED))

    def deliveries(self, *, states: Collection[State] = (), post: str = "", channel: str = "") -> list[Delivery]:
        """The deliveries that match, earliest first; all of them when nothing is asked for."""
        query = select(deliveries).order_by(deliveries.c.due_at, deliveries.c.key)
        if states:
            query = query.where(deliveries.c.state.in_(states))
        if post:
            query = query.where(deliveries.c.post == post)
        if channel:
            query = query.where(deliveries.c.channel == channel)
        with self._reading() as conn:
            return [delivery(row) for row in conn.execute(query)]

    def asking(self) -> list[Delivery]:
        """The deliveries that may need a person: not going by themselves, or public with something to say of it."""
        stuck = deliveries.c.state.in_(("failed", "missed", "in_doubt", "held"))
        said = or_(deliveries.c.reason != "", deliveries.c.notes != "[]")
        noted = and_(deliveries.c.state.in_(("delivered", "verified")), said)
        query = select(deliveries).where(stuck | noted).order_by(deliveries.c.due_at, deliveries.c.key)
        with self._reading() as conn:
            return [delivery(row) for row in conn.execute(query)]

    def delivery(self, key: str) -> Delivery:
        """One delivery. Raises Misuse when there is none of that key."""
        with self._reading() as conn:
            return delivery(lock(conn, key))

    def states(self) -> dict[str, int]:
        """How many deliveries are in each state that occurs."""
        query = select(deliveries.c.state, func.count()).group_by(deliveries.c.state).order_by(deliveries.c.state)
        with self._reading() as conn:
            return {row[0]: row[1] for row in conn.execute(query)}

    def history(self, key: str = "") -> list[Event]:
        """The event log, whole or of one delivery, in order."""
        query = select(event_table).order_by(event_table.c.seq)
        if key:
            query = query.where(event_table.c.delivery == key)
        with self._reading() as conn:
            return [
                Event(at=row.at, delivery=row.delivery, was=row.was, became=row.became, by=row.by, why=row.why)
                for row in conn.execute(query)
            ]

    def log_broken_at(self) -> int | None:
        """The number of the first event that was edited after the fact, or None when the log is whole."""
        with self._reading() as conn:
            return events.broken_at(conn)

    def work_waits(self, now: datetime) -> bool:
        """Whether a run at `now` has anything at all to do on what the ledger holds."""
        awake = or_(deliveries.c.wake_at.is_(None), deliveries.c.wake_at <= now)
        waiting = [
            (deliveries.c.state == "queued") & (deliveries.c.due_at <= now) & awake,
            (deliveries.c.state == "delivered") & awake & (deliveries.c.reason == ""),
            (deliveries.c.state == "claimed") & (deliveries.c.lease_until <= now),
            (deliveries.c.state == "held") & deliveries.c.reason.like(f"{decide.CREDENTIAL}%"),
            deliveries.c.state == "in_doubt",
        ]
        tails = (
            select(operations.c.delivery)
            .join(deliveries)
            .where(operations.c.ended_at.is_(None), deliveries.c.state.in_(("delivered", "verified")))
        )
        with self._reading() as conn:
            first = conn.execute(select(deliveries.c.key).where(or_(*waiting)).limit(1)).one_or_none()
            return first is not None or conn.execute(tails.limit(1)).one_or_none() is not None

    def usage(self) -> dict[str, Mapping[str, float]]:
        """What each platform last said of its allowances, in percent by name, by channel."""
        query = select(channels.c.channel, channels.c.usage).where(channels.c.usage.is_not(None))
        with self._reading() as conn:
            return {channel: json.loads(used) for channel, used in conn.execute(query)}

    # -- planning --------------------------------------------------------------------------------------------------

    def take_over(self, planned: Sequence[Planned], *, content: str, by: str, now: datetime) -> TakenOver:
        """Make the ledger hold the plan made from the content of that digest."""
        with self._writing() as conn:
            done = take_over(conn, planned, content=content, by=by, now=now)
            conn.execute(meta.update().where(meta.c.key == SEEDED).values(value="yes"))
            return done

    # -- a runner's turn -------------------------------------------------------------------------------------------

    def recover(self, now: datetime, by: str) -> int:
        """Take back claims whose lease ran out. Returns how many."""
        return self._write(lambda conn: claiming.recover(conn, now, by))

    def miss_late(self, now: datetime, by: str) -> int:
        """Settle what is too late as missed, or as cancelled where the post expired. Returns how many."""
        return self._write(lambda conn: claiming.miss_late(conn, now, by))

    def release_credentials(self, now: datetime, by: str) -> int:
        """Queue again what waits for a credential. Returns how many."""
        return self._write(lambda conn: decide.release_credentials(conn, by, now))

    def claim(self, *, runner: str, now: datetime, avoid: Collection[str] = ()) -> Claim | None:
        """Claim the earliest due delivery on a channel that nobody works on, or None when there is none."""
        return self._write(lambda conn: claiming.claim(conn, runner=runner, now=now, avoid=avoid))

    def claim_operation(self, *, runner: str, now: datetime) -> Claim | None:
        """Claim a correction, a retraction or trailing steps that wait, or None."""
        return self._write(lambda conn: claiming.claim_operation(conn, runner=runner, now=now))

    # -- the journal -----------------------------------------------------------------------------------------------

    def journal(self, claim: Claim) -> tuple[Step, ...]:
        """What a killed runner left of the claim's attempt; empty when nothing of it was begun."""
        with self._reading() as conn:
            return journal.read(conn, claim)

    def open_operation(self, claim: Claim, message: Message, now: datetime) -> None:
        """Open the claim's operation, or take it up as a killed runner left it. Raises LostLease."""
        self._write(lambda conn: journal.open_operation(conn, claim, message, now))

    def begin(self, claim: Claim, index: int, call: Call, now: datetime, *, opening: Message | None = None) -> datetime:
        """Write that a call begins; return until when it may leave. Raises LostLease.

        With `opening` the operation is opened for that message in the same transaction.
        """

        def write(conn: Connection) -> datetime:
            if opening is not None:
                journal.open_operation(conn, claim, opening, now)
            return journal.begin(conn, claim, index, call, now)

        return self._write(write)

    def finish(self, claim: Claim, index: int, heard: Heard) -> None:
        """Write what became of a call. Raises LostLease."""
        self._write(lambda conn: journal.finish(conn, claim, index, heard))

    def wait(self, claim: Claim, index: int, item: Wait, now: datetime) -> datetime:
        """Journal a wait; return when it ends. Raises LostLease."""
        return self._write(lambda conn: journal.wait(conn, claim, index, item, now))

    def fresh(self, claim: Claim, why: str, now: datetime, *, expired: bool) -> int:
        """Give the attempt up and number the next one. Raises LostLease."""
        return self._write(lambda conn: journal.fresh(conn, claim, why, now, expired=expired))

    def expired_attempts(self, claim: Claim) -> int:
        """How many attempts of the claim's operation were given up because an answer had expired."""
        with self._reading() as conn:
            return journal.expired_attempts(conn, claim)

    def published(
        self,
        claim: Claim,
        receipt: Receipt,
        now: datetime,
        answer: tuple[int, Heard] | None = None,
        *,
        last: bool = False,
    ) -> None:
        """Store the receipt, and in the same transaction the answer (its step, what was heard) that gave it.

        With `last` the operation ends with it: there are no trailing steps.
        Raises LostLease, and InDoubt when another delivery has this very receipt.
        """
        out = {"publish": journal.published, "correct": journal.corrected, "retract": journal.retracted}

        def write(conn: Connection) -> None:
            journal.fence(conn, claim) if answer is None else journal.finish(conn, claim, *answer)
            out[claim.operation](conn, claim, receipt, now)
            if last:
                journal.close(conn, claim, now)

        self._write(write)

    def end(self, claim: Claim, now: datetime, *, note: str = "") -> None:
        """Close an operation whose message is out, with a note for a person where a trailing step was refused."""
        self._write(lambda conn: journal.end(conn, claim, now, note))

    def sleep(self, claim: Claim, wake_at: datetime, why: str = "") -> None:
        """Let an operation on what is public rest until `wake_at`; `why` when it needs a person. Raises LostLease."""
        self._write(lambda conn: journal.rest(conn, claim, wake_at, why))

    def leave(self, claim: Claim, state: State, why: str, now: datetime, wake_at: datetime | None = None) -> None:
        """End a claim without a receipt. Raises LostLease."""
        self._write(lambda conn: decide.leave(conn, claim, state, Cause(by=claim.runner, why=why, at=now), wake_at))

    # -- what a look showed, and people's decisions ------------------------------------------------------------------

    def message(self, key: str, operation: str, attempt: int) -> Message | None:
        """The exact message of one attempt, or None when it never began."""
        with self._reading() as conn:
            return journal.message_of(conn, key, operation, attempt)

    def last_commit(self, key: str, attempt: int) -> tuple[datetime, datetime] | None:
        """When the attempt's committing call began, and until when it may still have arrived; None: it never began."""
        with self._reading() as conn:
            return decide.last_commit(conn, key, attempt)

    def found(self, key: str, receipt: Receipt, cause: Cause) -> bool:
        """What was in doubt is on the network: delivered. False when somebody else has settled it."""
        return self._write(lambda conn: decide.found(conn, key, receipt, cause))

    def still_in_doubt(self, key: str, reason: str, now: datetime) -> None:
        """Keep in doubt, saying what a look showed."""
        self._write(lambda conn: decide.still_in_doubt(conn, key, reason, now))

    def verified(self, key: str, by: str, now: datetime) -> None:
        """Delivered becomes verified."""
        self._write(lambda conn: decide.verified(conn, key, by, now))

    def unverified(self, key: str, reason: str, wake_at: datetime | None, now: datetime) -> None:
        """Delivered stays delivered: why, and when to look again."""
        self._write(lambda conn: decide.unverified(conn, key, reason, wake_at, now))

    def adopt(self, key: str, receipt: Receipt, cause: Cause) -> None:
        """A person says where it is. Raises Misuse, HeldElsewhere."""
        self._write(lambda conn: decide.adopt(conn, key, receipt, cause))

    def requeue(self, key: str, due_at: datetime, cause: Cause, *, absent: bool) -> None:
        """A person wants it sent at `due_at`. Raises Misuse, HeldElsewhere."""
        self._write(lambda conn: decide.requeue(conn, key, due_at, cause, absent=absent))

    def skip(self, key: str, cause: Cause) -> None:
        """A person says that it shall not go out. Raises Misuse, HeldElsewhere."""
        self._write(lambda conn: decide.skip(conn, key, cause))

    def want(self, key: str, wanted: Wanted, message: Message, cause: Cause) -> None:
        """A person wants what is public corrected or retracted. Raises Misuse, HeldElsewhere."""
        self._write(lambda conn: decide.want(conn, key, wanted, message, cause))
