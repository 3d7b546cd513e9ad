"""Take over the plan, deliver what is due, reconcile what is in doubt, and report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from publisher.cli import INTERRUPTED
from publisher.cli._common import clock, console, emit_json, json_option, now_option, root_option, target
from publisher.cli._delivery import end_on_sigterm, line_of, lines_of, open_ledger, runner_of

if TYPE_CHECKING:
    from publisher.content.problem import Problem
    from publisher.delivery.driver import Ended
    from publisher.delivery.report import Report

THREADS = 8


@click.command("run")
@root_option
@now_option
@json_option
@click.option("--dry-run", is_flag=True, help="Only show what a run would send now; nothing is written or sent.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Deliver at most N messages.")
@click.option("--threads", type=click.IntRange(1, 64), default=THREADS, show_default=True, help="Deliveries in flight.")
@click.option(
    "--fail-on",
    type=click.Choice(["any", "new"]),
    default="any",
    show_default=True,
    help="End with 1 when anything needs a person, or only when this run found something new that does.",
)
@click.pass_context
def command(
    ctx: click.Context,
    *,
    root: Path,
    now: datetime | None,
    as_json: bool,
    dry_run: bool,
    limit: int | None,
    threads: int,
    fail_on: Literal["any", "new"],
) -> None:
    """Take over the plan, deliver what is due, reconcile what is in doubt, and report.

    Meant for a schedule, every quarter of an hour; running it again changes nothing that is settled. It ends with 1
    when something needs a person and with 130 when it was interrupted: the ledger is consistent all the same.

    \b
    Example:
      publisher run --dry-run
      publisher run --fail-on new --json
      PUBLISHER_TARGET=live publisher run --fail-on new
    """  # noqa: D301 - \b is click's mark for lines to keep
    if dry_run:
        _rehearse(root, now, as_json=as_json)
        return
    end_on_sigterm()
    with runner_of(root, now, threads, None if as_json else _tell) as runner:
        report = runner.run(limit)
    if as_json:
        emit_json(report.to_json())
    else:
        _show(report)
    if report.interrupted:
        ctx.exit(INTERRUPTED)
    wrong = any(problem.severity == "error" for problem in report.problems)
    ctx.exit(1 if wrong or (report.needs if fail_on == "any" else report.fresh) else 0)


def _tell(ended: Ended) -> None:
    click.echo(line_of(ended))


def _show(report: Report) -> None:
    _show_problems(report.problems)
    plan = report.planned
    if plan.new or plan.moved or plan.gone:
        click.echo(f"plan taken over: {plan.new} new, {plan.moved} moved, {plan.gone} gone")
    ended = {state: count for state, count in report.ended.items() if state not in {"delivered", "finished"} and count}
    told = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in sorted(ended.items()))
    click.echo(f"{len(report.sent)} delivered, {report.verified} verified{f', {told}' if told else ''}")
    if report.needs:
        click.echo(f"\n{len(report.needs)} need a person (publisher why POST explains each):")
    fresh = {need.key for need in report.fresh}
    for need, line in zip(report.needs, lines_of(report.needs), strict=True):
        click.echo(f"  {'new: ' if need.key in fresh else ''}{line}")


def _show_problems(problems: Sequence[Problem]) -> None:
    """Each error; the rest is counted, for `publisher check` shows it."""
    errors = [problem for problem in problems if problem.severity == "error"]
    for problem in errors:
        console(stderr=True).print(f"error: {problem}", style="red")
    if rest := len(problems) - len(errors):
        what = "warning or piece of advice: publisher check shows it" if rest == 1 else "warnings and pieces of advice"
        click.echo(f"{rest} {what}{'' if rest == 1 else ': publisher check shows them'}")


def _rehearse(root: Path, now: datetime | None, *, as_json: bool) -> None:
    """Show what a run would send now: no ledger is written, no connection is made."""
    from publisher.delivery.rehearsal import rehearse
    from publisher.errors import Misuse

    where = target()
    time = clock(now, where)
    try:
        ledger = open_ledger(root, where, time())
    except Misuse:
        known, seeded = [], False
    else:
        known, seeded = ledger.deliveries(), ledger.seeded()
        ledger.close()
    due = rehearse(root, known, time(), first=not seeded)
    if as_json:
        emit_json({"would_deliver": [rehearsed.to_json() for rehearsed in due]})
        return
    out = console()
    for rehearsed in due:
        out.print(f"{rehearsed.due_at:%Y-%m-%d %H:%M} UTC  {rehearsed.key}", style="bold")
        out.print("".join(f"    {line}\n" for line in rehearsed.message.text.splitlines()), end="")
        if rehearsed.message.link:
            out.print(f"    {rehearsed.message.link}")
    out.print(f"{len(due)} would be delivered now; nothing was sent, nothing was written")
