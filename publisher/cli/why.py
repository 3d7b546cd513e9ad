"""Explain in a paragraph how a post's deliveries came to stand where they stand."""

from __future__ import annotations

from pathlib import Path

import click

from publisher.cli._common import console, emit_json, json_option, root_option
from publisher.cli._delivery import chosen, ledger_of
from publisher.errors import Misuse


@click.command("why")
@click.argument("post")
@click.argument("channel", required=False, default="")
@root_option
@json_option
def command(post: str, channel: str, root: Path, as_json: bool) -> None:
    """Explain how POST (its id, or a delivery's key) came to stand where it does, on every CHANNEL or on one.

    \b
    Example:
      publisher why 2026-heart-failure-telehealth
      publisher why 2026-heart-failure-telehealth facebook:104220000000001
    """  # noqa: D301 - \b is click's mark for lines to keep
    from publisher.content import load
    from publisher.delivery.story import explain

    content = load(root)
    with ledger_of(root) as (ledger, time):
        by_path = {post_.path: post_.id for post_ in content.posts}
        known = {name for delivery in ledger.deliveries() for name in (delivery.key, delivery.post)}
        if (wanted := by_path.get(post, post)) in by_path.values() and wanted not in known:
            raise Misuse(f"no run has taken {wanted} over yet", hint="publisher plan shows when it would go, and why")
        told = [explain(d, ledger.history(d.key), content, time()) for d in chosen(ledger, [wanted], channel)]
    if as_json:
        emit_json([story.to_json() for story in told])
        return
    out = console()
    for story in told:
        out.print(story.heading, style="bold")
        out.print(story.text, soft_wrap=False)
        out.print()
