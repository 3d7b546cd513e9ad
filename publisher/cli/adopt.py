"""Say where a delivery is public: posted by hand, or found by a person."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from publisher.cli._common import json_option, now_option, root_option
from publisher.cli._delivery import cause, channel_option, chosen, ledger_of
from publisher.errors import Misuse


@click.command("adopt")
@click.argument("key")
@click.argument("url")
@root_option
@channel_option
@json_option
@now_option
def command(*, key: str, url: str, root: Path, channel: str, as_json: bool, now: datetime | None) -> None:
    """Say that the delivery KEY is public at URL: posted by hand, or found by a person.

    \b
    Example:
      publisher adopt 2026-heart-failure-telehealth/facebook:104220000000001/1 \\
        https://www.facebook.com/104220000000001/posts/122100000000001
    """  # noqa: D301 - \b is click's mark for lines to keep
    from publisher import platforms
    from publisher.cli._common import emit_json
    from publisher.values import Receipt

    if not url.startswith("https://"):
        raise Misuse(f"{url!r} is no address of a post", hint="copy it from the browser; it begins with https://")
    with ledger_of(root, now) as (ledger, time):
        found = chosen(ledger, [key], channel)
        if len(found) > 1:
            raise Misuse(f"{key} has {len(found)} deliveries", hint="name one channel with --channel, or give its key")
        delivery, told = found[0], time()
        known = delivery.platform in platforms.names()
        remote_id = platforms.load(delivery.platform).remote_id(delivery.channel, url) if known else url
        receipt = Receipt(remote_id=remote_id, url=url, published_at=told)
        ledger.adopt(delivery.key, receipt, cause(f"adopted: {url}", told))
    if as_json:
        emit_json({"key": delivery.key, "url": url, "remote_id": remote_id})
        return
    click.echo(f"{delivery.key} is delivered: {url}")
