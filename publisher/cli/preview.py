"""Show what each channel would show of a post, byte for byte what would be sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from publisher.cli._common import clock, console, emit_json, json_option, now_option, root_option, target
from publisher.cli._planning import known, needs_person, planned
from publisher.errors import Misuse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from publisher.content.channel import Channel
    from publisher.content.post import Post
    from publisher.content.problem import Problem
    from publisher.content.site import Content
    from publisher.platforms.base import Rules
    from publisher.values import Message, Planned


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One delivery as its channel would show it; `planned` is None when the plan has no time for it."""

    key: str
    channel: Channel
    message: Message
    length: int
    rules: Rules
    planned: Planned | None
    problems: tuple[Problem, ...]


@click.command("preview")
@click.argument("post")
@click.option("--channel", metavar="KEY", help="Only this channel, e.g. facebook:104220000000001.")
@now_option
@json_option
@root_option
def command(root: Path, post: str, channel: str | None, now: datetime | None, as_json: bool) -> None:
    """Show what each channel would show of POST (its id or its file): text, link, pictures, counts, time and digest.

    A draft is shown as it would go out once it is published.

    \b
    Example:
      publisher preview 2026-heart-failure-telehealth
      publisher preview content/cardiology/valve.md --channel facebook:104220000000001
      publisher preview 2026-heart-failure-telehealth --json
    """  # noqa: D301 - \b is click's mark for lines to keep
    from publisher.content import load

    where = target()
    at = clock(now, where)()
    content = load(root)
    found = _post(content, post)
    content = _published(content, found)
    plan = planned(content, known(root, where, at), at)
    times = {planned.key: planned for planned in plan.deliveries if planned.change != "gone"}
    messages = _messages(content, _post(content, found.id), times, channel)
    problems = tuple(p for p in plan.problems if p.path == found.path)
    if as_json:
        emit_json(_json(found, messages, problems))
    else:
        _show(console(), found, messages, problems)
    if needs_person((*problems, *(p for shown in messages for p in shown.problems))):
        raise SystemExit(1)


def _post(content: Content, name: str) -> Post:
    """The post of that id or file. Raises Misuse with the nearest id, or with what keeps the file from being read."""
    from difflib import get_close_matches

    path = name.removeprefix("./")
    for post in content.posts:
        if name == post.id or path == post.path:
            return post
    if path in content.refused:
        first = next((str(p) for p in content.problems if p.path == path), path)
        raise Misuse(f"{path} has mistakes that keep it from being read", hint=first)
    near = get_close_matches(name, [post.id for post in content.posts], n=1)
    hint = f"did you mean {near[0]}?" if near else "give its id or its file, like content/cardiology/valve.md"
    raise Misuse(f"there is no post {name}", hint=hint)


def _published(content: Content, post: Post) -> Content:
    """The content with that post published, if it is a draft."""
    if post.status != "draft":
        return content
    return replace(content, posts=tuple(replace(p, status="published") if p == post else p for p in content.posts))


def _messages(content: Content, post: Post, times: Mapping[str, Planned], only: str | None) -> list[Shown]:
    """Every message of the post, by channel and edition. Raises Misuse when it does not go where it was asked for."""
    from publisher.plan.planner import rules_of
    from publisher.plan.wishes import Directory
    from publisher.render import length, message, render_problems, rules_for

    directory = Directory(content, rules_of(content))
    if only and (silent := directory.why_not(post, only)):
        raise Misuse(f"{post.id} does not go to {only}: {silent}")
    found = []
    for wish in directory.wishes(post):
        if only in {None, wish.channel.key}:
            rules = rules_for(wish.channel.platform)
            shown = message(post, wish.channel, content.site, rules, wish.key)
            found.append(
                Shown(
                    key=wish.key, channel=wish.channel, message=shown, length=length(shown.text, rules), rules=rules,
                    planned=times.get(wish.key),
                    problems=render_problems(post, wish.channel, content.site, rules, wish.key),
                )
            )  # fmt: skip
    return found


def _json(post: Post, messages: list[Shown], problems: tuple[Problem, ...]) -> dict[str, Any]:
    return {
        "post": post.id, "status": post.status, "messages": [_message_json(shown) for shown in messages],
        "problems": [p.to_json() for p in problems],
    }  # fmt: skip


def _message_json(shown: Shown) -> dict[str, Any]:
    message = shown.message.to_json()
    return {
        "key": shown.key, "channel": shown.channel.key, "platform": shown.channel.platform, "name": shown.channel.name,
        "due_at": shown.planned and shown.planned.due_at, "why": shown.planned.why if shown.planned else "",
        "change": shown.planned and shown.planned.change,
        "text": message["text"], "link": message["link"], "pictures": message["pictures"], "extra": message["extra"],
        "length": shown.length, "limit": shown.rules.text.value, "digest": shown.message.digest,
        "problems": [p.to_json() for p in shown.problems],
    }  # fmt: skip


def _show(out: Console, post: Post, messages: list[Shown], problems: tuple[Problem, ...]) -> None:
    from rich.text import Text

    if post.status == "draft":
        out.print(Text(f"{post.id} is a draft: nothing goes out while it is one", style="yellow"))
    if not messages:
        out.print(Text(f"{post.id} goes to no channel"))
    for shown in messages:
        _box(out, shown)
    for problem in problems:
        out.print(Text(str(problem), style="yellow"))


def _box(out: Console, shown: Shown) -> None:
    """The exact text behind a bar, line for line as it is, and under it everything else that goes with it."""
    from rich.text import Text

    out.print(Text(f"╭─ {shown.channel.name} · {shown.key}", style="bold"))
    for line in shown.message.text.split("\n"):
        out.print(Text(f"│ {line}"), soft_wrap=True)
    out.print("╰─")
    for line in _lines(shown):
        out.print(Text(f"  {line}"), soft_wrap=True)
    for problem in shown.problems:
        out.print(Text(f"  {problem}", style="dim" if problem.severity == "advice" else "red"))
    out.print()


def _lines(shown: Shown) -> list[str]:
    message = shown.message
    unit = "bytes" if shown.rules.counting == "utf-8 bytes" else "characters"
    pictures = [f"picture: {picture.path} - {picture.alt}" for picture in message.pictures]
    return [
        f"link:    {message.link}",
        *(pictures or ["picture: none"]),
        *(f"{name}: {value}" for name, value in sorted(message.extra.items())),
        f"length:  {shown.length} of {shown.rules.text.value} {unit}",
        f"time:    {shown.planned.why if shown.planned else 'none; see the problems'}",
        f"digest:  {message.digest}",
    ]
