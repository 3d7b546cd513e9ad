"""What `plan` and `preview` share: the content, what the ledger knows of it, and the plan of both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.cli._common import ledger_url

if TYPE_CHECKING:
    from publisher.cli._common import Target
    from publisher.content.problem import Problem
    from publisher.content.site import Content
    from publisher.plan import Plan
    from publisher.values import Delivery

_FILE = "sqlite:///"


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the ledger holds; `first` when no plan has been taken over yet."""

    deliveries: tuple[Delivery, ...] = ()
    first: bool = True


def known(root: Path, target: Target, now: datetime) -> Known:
    """What the ledger knows; nothing where there is none yet, and none is made. Raises Misuse as Ledger.open does."""
    url = ledger_url(root, target)
    if url.startswith(_FILE) and not Path(url.removeprefix(_FILE)).exists():
        return Known()
    from publisher.ledger import Ledger

    ledger = Ledger.open(url, target, now)
    try:
        return Known(deliveries=tuple(ledger.deliveries()), first=not ledger.seeded())
    finally:
        ledger.close()


def planned(content: Content, rows: Known, now: datetime) -> Plan:
    """The plan that a run at `now` would take over."""
    from publisher.plan.planner import plan

    return plan(content, rows.deliveries, now, first=rows.first)


def needs_person(problems: tuple[Problem, ...]) -> bool:
    """Whether any of them has to be mended before what it names can go out."""
    return any(problem.severity == "error" for problem in problems)
