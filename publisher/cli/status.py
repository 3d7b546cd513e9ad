"""Show where everything stands, and what needs a person."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli._common import console, emit_json, json_option, now_option, root_option
from publisher.cli._delivery import ledger_of, lines_of

if TYPE_CHECKING:
    from publisher.values import Delivery


@click.command("status")
@root_option
@json_option
@now_option
@click.option("--all", "every", is_flag=True, help="List every delivery, not only what needs a person.")
@click.option("--audit", is_flag=True, help="Prove the event log: end with 1 when an event was edited afterwards.")
@click.pass_context
def command(ctx: click.Context, *, root: Path, as_json: bool, now: datetime | None, every: bool, audit: bool) -> None:
    """Show where everything stands, and what needs a person; ends with 1 when something does.

    \b
    Example:
      publisher status
      publisher status --all
      publisher status --json
    """  # noqa: D301 - \b is click's mark for lines to keep
    from publisher.delivery.report import needs_of

    with ledger_of(root, now) as (ledger, time):
        states, needs = ledger.states(), needs_of(ledger, time())
        broken = ledger.log_broken_at() if audit else None
        deliveries = ledger.deliveries() if every else []
    if as_json:
        told = {"states": states, "needs_person": [need.to_json() for need in needs]}
        listed = {"deliveries": [_row(d) for d in deliveries]} if every else {}
        proved = {"log": {"whole": broken is None, "broken_at": broken}} if audit else {}
        emit_json({**told, **listed, **proved})
        ctx.exit(1 if needs or broken else 0)
    out = console()
    for delivery in deliveries:
        row = _row(delivery)
        out.print(f"{row['due_at']:%Y-%m-%d %H:%M} UTC  {row['state']:<10}  {row['key']}  {row['url']}".rstrip())
    out.print(", ".join(f"{count} {state.replace('_', ' ')}" for state, count in states.items()) or "nothing yet")
    if needs:
        out.print(f"\n{len(needs)} need a person (publisher why POST explains each):", style="yellow")
    for line in lines_of(needs):
        out.print(f"  {line}")
    if audit:
        whole = "the event log is whole" if broken is None else f"the event log was edited at event {broken}"
        out.print(whole, style="green" if broken is None else "red")
    ctx.exit(1 if needs or broken else 0)


def _row(delivery: Delivery) -> dict[str, object]:
    """A delivery as `status --all --json` lists it."""
    url = delivery.receipt.url if delivery.receipt else ""
    return {
        "key": delivery.key, "post": delivery.post, "channel": delivery.channel, "state": delivery.state,
        "due_at": delivery.due_at, "url": url, "reason": delivery.reason,
    }  # fmt: skip
