"""The demonstration: build the site, play three days of scheduled runs against the sandbox, and show what came of it.

The instants are content's own (`demo` in site.yml), so that every demonstration shows the same. The ledger and the
sandbox keep their state: a second one publishes nothing twice, and says so.
"""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from publisher.build import Built, build
from publisher.cli import complain
from publisher.cli._common import console, progress
from publisher.cli._delivery import lines_of, open_ledger
from publisher.content import load
from publisher.delivery.pictures import opener
from publisher.delivery.report import Need, Report, needs_of
from publisher.delivery.runner import Runner
from publisher.delivery.tools import tools
from publisher.errors import Misuse, PublisherError
from publisher.sandbox import start
from publisher.serve import served

if TYPE_CHECKING:
    from publisher.content.site import Content, Demo
    from publisher.ledger import Ledger
    from publisher.sandbox import Sandbox
    from publisher.values import Delivery

SANDBOX: Final = "sandbox"
NAME = "demo"


class Clock:
    """A clock that stands still until it is set, for us and for the sandbox alike."""

    def __init__(self, now: datetime, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.set(now)

    def set(self, now: datetime) -> None:
        """Let it be `now` (aware)."""
        self._now = now
        self._sandbox.set_clock(now)

    def __call__(self) -> datetime:
        """What time it is (aware, UTC)."""
        return self._now


@dataclass(frozen=True, kw_only=True)
class Played:
    """What the runs of a demonstration did: each delivery that this one made public, and what needs a person."""

    sent: tuple[Delivery, ...]
    standing: tuple[Delivery, ...]
    needs: tuple[Need, ...]
    twice: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """1 when something is public twice or needs a person; what is by hand or held is meant to."""
        return 1 if self.twice or any(need.state != "held" for need in self.needs) else 0


def play(root: Path, demo: Demo, sandbox: Sandbox) -> Played:
    """Run the publisher at the beginning, at every due time until the end, and at the end, as a schedule would."""
    clock = Clock(demo.since, sandbox)
    ledger = open_ledger(root, SANDBOX, demo.since, create=True)
    try:
        with tools(root, SANDBOX, clock, opener(root), lambda: sandbox.address) as (transport, tokens):
            run = partial(
                Runner, root=root, ledger=ledger, transport=transport, credentials=tokens, clock=clock, name=NAME
            )
            reports = [run().run(), *_runs(ledger, demo, clock, lambda: run().run())]
        sent = tuple(ledger.delivery(one.key) for report in reports for one in report.sent)
        standing = tuple(ledger.deliveries(states=["delivered", "verified"]))
        return Played(sent=sent, standing=standing, needs=needs_of(ledger, demo.at), twice=_twice(sandbox, standing))
    finally:
        ledger.close()


def _runs(ledger: Ledger, demo: Demo, clock: Clock, run: Callable[[], Report]) -> Iterator[Report]:
    times = sorted({d.due_at for d in ledger.deliveries(states=["queued"]) if demo.since < d.due_at <= demo.at})
    with progress("publishing", len(times) + 1) as step:
        for at in [*times, demo.at]:
            clock.set(at)
            yield run()
            step()


def _twice(sandbox: Sandbox, standing: Sequence[Delivery]) -> tuple[str, ...]:
    """The keys of deliveries whose link the sandbox shows more than once: counted there, not in our own ledger."""
    public = sandbox.public()
    return tuple(d.key for d in standing if sum(_shows(post, d.code) for post in public) > 1)


def _shows(post: dict[str, Any], code: str) -> bool:
    return code in f"{post.get('link') or ''} {post.get('message') or ''}"


# -- showing it ----------------------------------------------------------------------------------------------------


def _table(content: Content, deliveries: Sequence[Delivery]) -> None:
    from rich.table import Table

    posts, channels = {post.id: post for post in content.posts}, content.channels()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("when", "page", "post", "state", "receipt"):
        table.add_column(heading, overflow="fold", no_wrap=heading in {"when", "state"})
    for d in sorted(deliveries, key=lambda d: (d.due_at, d.key)):
        zone = ZoneInfo(content.specialties[posts[d.post].specialty].zone)
        when = f"{d.due_at.astimezone(zone):%a %d %b %H:%M %Z}"
        receipt = d.receipt.remote_id if d.receipt else ""
        table.add_row(when, channels[d.channel].name, posts[d.post].title, d.state, receipt)
    console().print(table)


def show(content: Content, built: Built, played: Played) -> None:
    """Show the receipts, what is left for a person, and what the site's build counted."""
    out = console()
    if played.sent:
        out.print(f"\nPublished to the sandbox ({len(played.sent)}):", style="bold")
        _table(content, played.sent)
    else:
        out.print(
            f"\nNothing new to publish: all {len(played.standing)} deliveries of these days were made by an earlier "
            "demonstration, and none is made twice.",
            style="bold",
        )
    if played.needs:
        out.print("\nLeft for a person:", style="bold")
        for line in lines_of(played.needs):
            out.print(f"  {line}")
    out.print(f"\nThe site: {built.balance}; {content.site.notice}")


def demonstrate(root: Path, *, keep: bool) -> int:
    """Build, publish, show; with `keep` serve until Ctrl-C. Returns the exit code. Raises PublisherError."""
    content = load(root)
    demo = content.site.demo
    if demo is None:
        hint = 'write there: demo: {since: "2026-11-23 06:00", at: "2026-11-25 18:00"}'
        raise Misuse("content/site.yml names no demo", hint=hint)
    out = console()
    out.print(f"Building the site as it is at {demo.at.astimezone(ZoneInfo(content.site.zone)):%a %d %b %Y %H:%M %Z} …")
    built = build(root, root / "output", now=demo.at)
    with start(root, content=content, now=demo.since) as sandbox:
        played = play(root, demo, sandbox)
        show(content, built, played)
        if keep:
            _keep(root, sandbox)
    if not keep:
        out.print("\nTo look at the site and at the wall of the pages: python3 tasks.py demo --keep")
    for key in played.twice:
        complain(f"{key} is public twice")
    return played.exit_code


def _keep(root: Path, sandbox: Sandbox) -> None:
    with served(root / "output") as site:
        out = console()
        out.print(f"\nOpen the site: {site}/\nOpen the wall: {sandbox.address}/\nCtrl-C ends both.", style="bold")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            out.print("ended")


def main(arguments: Sequence[str]) -> int:
    """The program `python -m publisher.demo`; returns its exit code."""
    parser = argparse.ArgumentParser(prog="demo", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--root", type=Path, default=Path(), help="the folder that holds content/")
    parser.add_argument("--keep", action="store_true", help="leave the site and the wall open until Ctrl-C")
    options = parser.parse_args(arguments)
    try:
        return demonstrate(options.root, keep=options.keep)
    except PublisherError as error:
        complain(error.sentence, error.hint)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
