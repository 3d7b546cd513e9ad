"""Show what each platform can do and its rules, with their source and date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from publisher.cli._common import console, emit_json, json_option

if TYPE_CHECKING:
    from rich.console import Console

    from publisher.platforms.base import Limit, Platform


@click.command("platforms")
@click.argument("name", required=False, metavar="[NAME]")
@json_option
def command(name: str | None, as_json: bool) -> None:
    """Show what each platform, or the one called NAME, can do and its rules, with their source and date.

    \b
    Example:
      publisher platforms
      publisher platforms facebook
      publisher platforms --json
    """  # noqa: D301 - \b is click's mark for lines to keep
    from publisher.platforms import load, names

    platforms = [load(each) for each in ([name] if name else names())]
    if as_json:
        emit_json([described(platform) for platform in platforms])
        return
    out = console()
    for platform in platforms:
        _show(out, described(platform))


def described(platform: Platform) -> dict[str, Any]:
    """The platform as `publisher platforms --json` shows it: `gaps` are the operations that it lacks."""
    from publisher.platforms.base import OPERATIONS

    rules = platform.rules
    return {
        "name": platform.name,
        "title": platform.title,
        "api_version": rules.api_version,
        "source": rules.source,
        "checked": rules.checked,
        "can": [operation for operation in OPERATIONS if platform.can(operation)],
        "gaps": [operation for operation in OPERATIONS if not platform.can(operation)],
        "counting": rules.counting,
        "link": "in the text" if rules.link_in_text else "a card under the text",
        "picture_types": list(rules.picture_types),
        "read_lag_seconds": None if rules.read_lag is None else rules.read_lag.value,
        "secrets": ["the channel's own", *platform.app_secrets.values()],
        "limits": {name: _limit(limit) for name, limit in rules.limits.items()},
    }


def _limit(limit: Limit) -> dict[str, Any]:
    return {"value": limit.value, "unit": limit.unit, "source": limit.source, "checked": limit.checked}


def _show(out: Console, platform: dict[str, Any]) -> None:
    from rich.text import Text

    out.print(Text(f"{platform['title']} ({platform['name']}) {platform['api_version']}".rstrip(), style="bold"))
    lag = platform["read_lag_seconds"]
    lines = {
        "can": ", ".join(platform["can"]),
        "cannot": ", ".join(platform["gaps"]) or "nothing of what publisher asks for",
        "text is counted in": platform["counting"],
        "link": platform["link"],
        "picture types": ", ".join(platform["picture_types"]) or "none",
        "read lag": "no source gives one: a person says when a post is absent" if lag is None else f"{lag} s",
        "secrets": ", ".join(platform["secrets"]),
        "rules": f"{platform['source']}, read {platform['checked']}",
    }
    for label, words in lines.items():
        out.print(Text(f"  {label}: {words}"))
    for name, limit in platform["limits"].items():
        out.print(Text(f"  {name.replace('_', ' ')}: {limit['value']:,} {limit['unit']}"))
        out.print(Text(f"    {limit['source']}, read {limit['checked']}", style="dim"))
