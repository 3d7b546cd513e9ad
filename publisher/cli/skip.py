"""Say that a delivery shall not go out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli._common import emit_json, json_option, now_option, root_option
from publisher.cli._delivery import cause, channel_option, chosen, ledger_of

if TYPE_CHECKING:
    from publisher.values import State

_NOT_OUT: frozenset[State] = frozenset({"failed", "held", "missed", "queued"})


@click.command("skip")
@click.argument("keys", nargs=-1, required=True, metavar="KEY...")
@root_option
@channel_option
@json_option
@now_option
@click.option("--why", required=True, metavar="SENTENCE", help="The reason, for the event log.")
def command(*, keys: tuple[str, ...], root: Path, channel: str, as_json: bool, now: datetime | None, why: str) -> None:
    """Say that a delivery shall not go out; KEY is a delivery's key or a post's id.

    What is in doubt cannot be skipped before it is settled: it may be public. A post's id means what has not gone out.

    \b
    Example:
      publisher skip 2026-flu-shots --channel facebook:104220000000001 --why "the clinic is closed that week"
    """  # noqa: D301 - \b is click's mark for lines to keep
    with ledger_of(root, now) as (ledger, time):
        found = chosen(ledger, keys, channel, _NOT_OUT)
        for delivery in found:
            ledger.skip(delivery.key, cause(why, time()))
        states = {delivery.key: ledger.delivery(delivery.key).state for delivery in found}
    if as_json:
        emit_json([{"key": key, "state": state} for key, state in states.items()])
        return
    for key, state in states.items():
        click.echo(f"{key} will not go out" if state == "cancelled" else f"{key} may be public already: look at it")
