"""Send what failed, was missed or is absent after all."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli._common import emit_json, instant, json_option, now_option, root_option
from publisher.cli._delivery import cause, channel_option, chosen, ledger_of, why_option

if TYPE_CHECKING:
    from publisher.values import State

_WAITING: frozenset[State] = frozenset({"failed", "missed"})


@click.command("requeue")
@click.argument("keys", nargs=-1, required=True, metavar="KEY...")
@root_option
@channel_option
@why_option
@json_option
@now_option
@click.option("--at", callback=instant, metavar="INSTANT", help="Send it then (default: by the next run).")
@click.option("--absent", is_flag=True, help="You have looked, and what is in doubt is not on the page.")
def command(
    *,
    keys: tuple[str, ...],
    root: Path,
    channel: str,
    why: str,
    as_json: bool,
    now: datetime | None,
    at: datetime | None,
    absent: bool,
) -> None:
    """Send what failed, was missed, was cancelled or is absent; KEY is a delivery's key or a post's id.

    Its page's spacing and quiet hours hold for it as for any other. What is in doubt needs --absent: it may be public,
    and would be twice. A post's id means what failed, was missed or, with --absent, is in doubt; where nothing is,
    what was cancelled.

    \b
    Example:
      publisher requeue 2026-heart-failure-telehealth --why "the page was down"
      publisher requeue 2026-heart-failure-telehealth/facebook:104220000000001/1 --absent
    """  # noqa: D301 - \b is click's mark for lines to keep
    with ledger_of(root, now) as (ledger, time):
        asked = time()
        due_at = at or asked
        told = cause(why or ("a person looked: it is not there" if absent else "a person wants it sent"), asked)
        found = chosen(ledger, keys, channel, _WAITING | ({"in_doubt"} if absent else set()), {"cancelled"})
        for delivery in found:
            ledger.requeue(delivery.key, due_at, told, absent=absent)
    if as_json:
        emit_json([{"key": delivery.key, "due_at": due_at} for delivery in found])
        return
    for delivery in found:
        click.echo(f"{delivery.key} is queued for {due_at:%Y-%m-%d %H:%M} UTC")
