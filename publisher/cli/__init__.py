"""The `publisher` program: one file per command in this folder, found and not listed, imported when it is called."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from publisher.errors import PublisherError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

INTERRUPTED = 130
FOLDER = Path(__file__).parent


def names() -> list[str]:
    """The commands there are, sorted: every module of this folder that does not begin with an underscore."""
    found = (module.name for module in pkgutil.iter_modules([str(FOLDER)]))
    return sorted(name.replace("_", "-") for name in found if not name.startswith("_"))


def summary(name: str) -> str:
    """The first line of the command's module docstring, read without importing it."""
    import ast

    module = FOLDER / f"{name.replace('-', '_')}.py"
    source = module if module.exists() else module.with_suffix("") / "__init__.py"
    return (ast.get_docstring(ast.parse(source.read_text("utf-8"))) or "").partition("\n")[0]


class Commands(click.Group):
    """A group whose commands are the modules of this folder; each holds a `command`."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run as the program: what nobody expected ends in a sentence and exit 1, not in a traceback."""
        sys.excepthook = unexpected
        return self.main(*args, **kwargs)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command's name, sorted."""
        del ctx
        return names()

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now, or None."""
        del ctx
        if cmd_name not in names():
            return None
        module = importlib.import_module(f"{__name__}.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments call. Raises UsageError with the nearest name when there is none."""
        if args and args[0] not in names() and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], names(), n=1)
            ctx.fail(f"there is no command {args[0]!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands, each with its module's first line; nothing is imported for it."""
        del ctx
        if rows := [(name, summary(name)) for name in names()]:
            with formatter.section("Commands"):
                formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that was called; an error of ours ends as its sentence, its hint and its exit code."""
        try:
            return super().invoke(ctx)
        except PublisherError as error:
            complain(error.sentence, error.hint)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            complain("interrupted; the ledger is consistent, running again continues")
            ctx.exit(INTERRUPTED)
        except OSError as error:
            if not (error.filename and error.strerror):  # among them a reader that went away: click ends quietly
                raise
            complain(f"{error.filename}: {error.strerror}")
            ctx.exit(1)


def complain(sentence: str, hint: str = "") -> None:
    """Say on standard error what is wrong and, on the next line, what to do about it."""
    click.echo(f"publisher: {sentence}", err=True)
    if hint:
        click.echo(f"  hint: {hint}", err=True)


def unexpected(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Say that something broke and where; the whole traceback, without secrets, only when PUBLISHER_DEBUG is set."""
    from publisher.cli import _debug

    if os.environ.get("PUBLISHER_DEBUG"):
        click.echo(_debug.traceback_without_secrets(kind, error, trace), err=True)
    complain(
        f"this should not have happened: {kind.__name__} at {_debug.place(trace)}",
        "run it again with PUBLISHER_DEBUG=1 and report what it shows; the ledger is consistent",
    )


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="specialty-publisher", prog_name="publisher", message="%(prog)s %(version)s")
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=None,
    metavar="DIR",
    help="The folder that holds content/ (default: the current folder). May stand after the command too.",
)
def main(root: Path | None) -> None:
    """Publish the specialties' posts to their site and their social pages, each exactly once.

    \b
    Example:
      publisher check
      publisher plan
      publisher help scheduling
    """  # noqa: D301 - \b is click's mark for lines to keep
    del root  # read by `root_option` through the context


def call(arguments: Sequence[str]) -> int:
    """Run the program on `arguments` inside this process; its exit code."""
    try:
        main.main(list(arguments), prog_name="publisher")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
