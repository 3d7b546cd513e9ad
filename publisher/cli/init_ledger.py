"""Make the ledger of the target that the environment names."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from publisher.cli._common import clock, emit_json, json_option, ledger_url, now_option, root_option, target
from publisher.cli._delivery import person


@click.command("init-ledger")
@root_option
@now_option
@json_option
@click.option("--seed", is_flag=True, help="Record everything from before now as not ours to send.")
def command(root: Path, now: datetime | None, as_json: bool, seed: bool) -> None:
    """Make the ledger of the target that the environment names; a live run never makes one by itself.

    With --seed everything that was dated before now is recorded as not ours to send, so that the first run on a site
    full of posts does not flood its pages. Without it what is still within its grace goes out.

    \b
    Example:
      PUBLISHER_TARGET=live publisher init-ledger --seed
    """  # noqa: D301 - \b is click's mark for lines to keep
    from publisher.checks import examined
    from publisher.content import load
    from publisher.ledger import Ledger
    from publisher.plan.planner import plan

    where = target()
    at = clock(now, where)()
    content = examined(load(root), at)
    ledger = Ledger.create(ledger_url(root, where), where, at)
    try:
        made = plan(content, (), at, first=seed)
        taken = ledger.take_over(made.deliveries, content="", by=person(), now=at)
    finally:
        ledger.close()
    put_aside = sum(planned.state == "cancelled" for planned in made.deliveries)
    if as_json:
        emit_json({"target": where, "planned": taken.new - put_aside, "seeded": put_aside})
        return
    click.echo(f"the {where} ledger is made: {taken.new - put_aside} deliveries are planned")
    if seed:
        click.echo(f"{put_aside} from before now are recorded as not ours to send")
