"""Show the deliveries that would be made, why each time was chosen, and what changes against the ledger."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from publisher.cli._common import clock, console, emit_json, json_option, now_option, parse_instant, root_option, target
from publisher.cli._planning import known, needs_person, planned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from publisher.content.problem import Problem
    from publisher.values import Planned

_MARKS = {"new": ("+", "green"), "moved": ("~", "yellow"), "gone": ("-", "red"), "same": ("=", "dim")}
_COLOURS = {"error": "red", "warning": "yellow", "advice": "dim"}


@click.command("plan")
@click.option("--from", "since", metavar="INSTANT", help="Only what is due at or after this instant.")
@click.option("--to", "until", metavar="INSTANT", help="Only what is due before this instant.")
@now_option
@json_option
@root_option
def command(root: Path, since: str | None, until: str | None, now: datetime | None, as_json: bool) -> None:
    """Show the deliveries that would be made and why each time was chosen; nothing is changed.

    Each is marked against the ledger: + new, ~ moved, - gone, = same. What is settled is not shown.

    \b
    Example:
      publisher plan
      publisher plan --from 2026-12-01 --to "2026-12-08 00:00 America/Chicago"
      publisher plan --json --now 2026-11-23T12:00:00Z
    """  # noqa: D301 - \b is click's mark for lines to keep
    from publisher.checks import examined
    from publisher.content import load

    where = target()
    at = clock(now, where)()
    content = examined(load(root), at)
    first, last = (parse_instant(text, content.site.zone) if text else None for text in (since, until))
    rows = known(root, where, at)
    made = planned(content, rows, at)
    settled = {row.key for row in rows.deliveries if row.state not in {"queued", "held"}}
    shown = [d for d in made.deliveries if d.key not in settled and _within(d.due_at, first, last)]
    refusing = (problem for problem in content.problems if problem.severity == "error")
    problems = tuple(sorted({*refusing, *made.problems}))
    if as_json:
        emit_json({"deliveries": [_json(d) for d in shown], "problems": [p.to_json() for p in problems]})
    else:
        _show(console(), shown, problems)
    if needs_person(problems):
        raise SystemExit(1)


def _within(at: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or at >= since) and (until is None or at < until)


def _json(delivery: Planned) -> dict[str, Any]:
    return {
        "key": delivery.key, "post": delivery.post, "channel": delivery.channel, "platform": delivery.platform,
        "due_at": delivery.due_at, "why": delivery.why, "change": delivery.change,
    }  # fmt: skip


def _show(out: Console, shown: Sequence[Planned], problems: Sequence[Problem]) -> None:
    from rich.padding import Padding
    from rich.text import Text

    for delivery in shown:
        mark, colour = _MARKS[delivery.change]
        state = "" if delivery.state == "queued" else f"  [{delivery.state}]"
        out.print(Text(f"{mark} {delivery.key}{state}", style=colour))
        out.print(Padding(Text(delivery.why), (0, 0, 0, 4), expand=False))
    for problem in problems:
        out.print(Text(f"{problem.severity}: {problem}", style=_COLOURS[problem.severity]))
    out.print(_summary(shown, problems))


def _summary(shown: Sequence[Planned], problems: Sequence[Problem]) -> str:
    """One line of counts: "5 deliveries: 3 new, 2 same; 1 problem"."""
    changes: Counter[str] = Counter(delivery.change for delivery in shown)
    counts = ", ".join(f"{changes[change]} {change}" for change in _MARKS if changes[change])
    deliveries = f"{len(shown)} {'delivery' if len(shown) == 1 else 'deliveries'}" + (f": {counts}" if counts else "")
    return f"{deliveries}; {len(problems)} {'problem' if len(problems) == 1 else 'problems'}"
