"""Show the manual: writing, scheduling, running it, and what to do when something is in doubt."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path
from typing import cast

import click

from publisher.errors import Misuse

MANUAL = Path(__file__).parents[1] / "manual"


@click.command("help")
@click.argument("topic", required=False, metavar="[TOPIC]")
@click.pass_context
def command(ctx: click.Context, topic: str | None) -> None:
    """Show the manual's page on TOPIC, or how to call the command of that name; without one, what there is.

    \b
    Example:
      publisher help
      publisher help scheduling
      publisher help requeue
    """  # noqa: D301 - \b is click's mark for lines to keep
    if topic is None:
        click.echo(contents())
    elif topic in topics():
        _show(page(topic) + ("\n" + reference(ctx.find_root()) if topic == "commands" else ""))
    elif topic in _commands(ctx.find_root()):
        click.echo(_help_of(ctx.find_root(), topic))
    else:
        near = difflib.get_close_matches(topic, [*topics(), *_commands(ctx.find_root())], n=1)
        raise Misuse(
            f"the manual has no page {topic!r}",
            hint=f"did you mean {near[0]}?" if near else "publisher help lists the pages",
        )


def topics() -> list[str]:
    """The manual's pages, sorted by name."""
    return sorted(path.stem for path in MANUAL.glob("*.md"))


def page(topic: str) -> str:
    """One page of the manual, as Markdown."""
    return (MANUAL / f"{topic}.md").read_text("utf-8")


def contents() -> str:
    """The manual's pages with the sentence that each opens with."""
    formatter = click.HelpFormatter(max_width=100)
    formatter.write_text("publisher help TOPIC shows one of these pages, or how to call a command:")
    with formatter.indentation():
        formatter.write_dl([(topic, _opening(topic)) for topic in topics()])
    return formatter.getvalue().rstrip()


def _opening(topic: str) -> str:
    """The line below the page's title."""
    return page(topic).split("\n\n")[1].splitlines()[0]


def reference(root: click.Context) -> str:
    """Every command's own --help, one after the other, as Markdown."""
    return "\n".join(f"## publisher {name}\n\n```\n{_help_of(root, name)}\n```\n" for name in _commands(root))


def _group(root: click.Context) -> click.Group:
    return cast("click.Group", root.command)


def _commands(root: click.Context) -> list[str]:
    return _group(root).list_commands(root)


def _help_of(root: click.Context, name: str) -> str:
    """What `publisher NAME --help` says."""
    found = cast("click.Command", _group(root).get_command(root, name))
    with click.Context(found, parent=root, info_name=name) as context:
        return found.get_help(context)


def _show(text: str) -> None:
    """Markdown as it is, or laid out on a terminal."""
    if not sys.stdout.isatty():
        click.echo(text.rstrip())
        return
    from rich.markdown import Markdown

    from publisher.cli._common import console

    console().print(Markdown(text))
