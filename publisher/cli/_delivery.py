"""What the commands share that work on the ledger: opening it, making a runner, and finding what a person means."""

from __future__ import annotations

import getpass
import os
import signal
import socket
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from publisher.cli._common import Clock, Target, clock, ledger_url, sandbox_address, target
from publisher.errors import Misuse

if TYPE_CHECKING:
    from publisher.delivery.driver import Ended
    from publisher.delivery.report import Need
    from publisher.delivery.runner import Progress, Runner
    from publisher.ledger import Cause, Ledger
    from publisher.values import Delivery, State

channel_option = click.option("--channel", metavar="PLATFORM:ID", default="", help="Only the delivery to this channel.")
why_option = click.option("--why", metavar="SENTENCE", default="", help="The reason, for the event log.")


def person() -> str:
    """Who is at the keyboard, as the event log names them."""
    return f"{getpass.getuser()}@{socket.gethostname()}"


def runner_name() -> str:
    """This process, as the ledger names it."""
    return f"{socket.gethostname()}:{os.getpid()}"


def open_ledger(root: Path, where: Target, now: datetime, *, create: bool = False) -> Ledger:
    """The ledger of that target. With `create` a missing sandbox ledger is made; a live one never is. Raises Misuse."""
    from publisher.ledger import Ledger

    url = ledger_url(root, where)
    file = Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None
    if create and where == "sandbox" and file is not None:
        return Ledger.ensure(url, where, now)
    if file is not None and not file.exists():
        made = "init-ledger --seed" if where == "live" else "run"
        raise Misuse(f"there is no {where} ledger yet", hint=f"publisher {made} makes it")
    return Ledger.open(url, where, now)


@contextmanager
def ledger_of(root: Path, now: datetime | None = None) -> Iterator[tuple[Ledger, Clock]]:
    """The ledger that the environment names, and the clock; closed afterwards. Raises Misuse."""
    where = target()
    time = clock(now, where)
    ledger = open_ledger(root, where, time())
    try:
        yield ledger, time
    finally:
        ledger.close()


@contextmanager
def runner_of(root: Path, now: datetime | None, threads: int, progress: Progress | None = None) -> Iterator[Runner]:
    """A runner for the environment's target; its ledger and its transport are closed afterwards. Raises Misuse."""
    from publisher.content.reading.source import survey
    from publisher.delivery.pictures import opener
    from publisher.delivery.runner import Runner

    where = target()
    time = clock(now, where)
    survey(root)  # a folder without content is refused before a ledger is made there
    ledger = open_ledger(root, where, time(), create=True)
    try:
        from publisher.delivery.tools import tools

        with tools(root, where, time, opener(root), lambda: sandbox_address(root)) as (transport, tokens):
            runner = Runner(
                root=root, ledger=ledger, transport=transport, credentials=tokens, clock=time, name=runner_name(),
                threads=threads, ready=transport.ready,
            )  # fmt: skip
            if progress is not None:
                runner.progress = progress
            yield runner
    finally:
        ledger.close()


def end_on_sigterm() -> None:
    """Let a scheduler's SIGTERM end a run as Ctrl-C does: after the calls that are on their way."""

    def interrupt(number: int, frame: object) -> NoReturn:
        del number, frame
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)


def cause(why: str, at: datetime) -> Cause:
    """A person's decision, as the event log keeps it."""
    from publisher.ledger import Cause

    return Cause(by=person(), why=why, at=at)


def chosen(ledger: Ledger, names: Sequence[str], channel: str, *tiers: AbstractSet[State]) -> list[Delivery]:
    """The deliveries that the names mean: delivery keys or post ids. Raises Misuse where one means none.

    With tiers a post means those of its deliveries that are in the first tier that holds any, and what is in no tier
    comes first, what is in doubt before all: it is refused before anything is changed.
    """
    found: dict[str, Delivery] = {}
    for name in names:
        matching = [d for d in ledger.deliveries() if name in {d.key, d.post} and channel in {"", d.channel}]
        if not matching:
            on = f" on {channel}" if channel else ""
            near = get_close_matches(name, {known for d in ledger.deliveries() for known in (d.key, d.post)}, n=1)
            hint = f"did you mean {near[0]}?" if near and near[0] != name else "publisher status --all lists them"
            raise Misuse(f"the ledger knows no delivery or post {name!r}{on}", hint=hint)
        if name not in {d.key for d in matching}:
            matching = next((some for tier in tiers if (some := [d for d in matching if d.state in tier])), matching)
        found |= {d.key: d for d in matching}
    fitting = {state for tier in tiers for state in tier}
    return sorted(found.values(), key=lambda d: tiers and (d.state in fitting, d.state != "in_doubt"))


def lines_of(needs: Sequence[Need]) -> Iterator[str]:
    """What needs a person, a line for each."""
    for need in needs:
        yield f"{need.state.replace('_', ' ')}: {need.key}: {need.why}"


def line_of(ended: Ended) -> str:
    """One delivery's end, for a person."""
    address = f" {ended.receipt.url}" if ended.receipt else ""
    return f"{ended.state.replace('_', ' ')}: {ended.key}{address}{f': {ended.why}' if ended.why else ''}"
