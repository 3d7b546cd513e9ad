"""Look on the networks for what is in doubt, and read back what is delivered."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from publisher.cli._common import console, emit_json, json_option, now_option, root_option
from publisher.cli._delivery import lines_of, runner_of


@click.command("reconcile")
@root_option
@now_option
@json_option
@click.pass_context
def command(ctx: click.Context, root: Path, now: datetime | None, as_json: bool) -> None:
    """Look on the networks for what is in doubt, and read back what is delivered; nothing is sent.

    What is found becomes delivered. What is not found stays in doubt, for a listing may lag: a person who has looked
    says `publisher adopt` or `publisher requeue --absent`. Every run looks as well.

    \b
    Example:
      publisher reconcile
    """  # noqa: D301 - \b is click's mark for lines to keep
    from publisher.delivery.report import needs_of

    with runner_of(root, now, threads=1) as runner:
        found = runner.look()
        needs = [need for need in needs_of(runner.ledger, runner.clock()) if need.state in {"in_doubt", "delivered"}]
    if as_json:
        receipts = [{"key": sent.key, "url": sent.url, "remote_id": sent.remote_id} for sent in found]
        emit_json({"found": receipts, "needs_person": [need.to_json() for need in needs]})
        ctx.exit(1 if needs else 0)
    out = console()
    for sent in found:
        out.print(f"found: {sent.key} {sent.url}")
    for line in lines_of(needs):
        out.print(line)
    out.print(f"{len(found)} found, {len(needs)} still need a person")
    ctx.exit(1 if needs else 0)
