"""What every command shares: its options, its settings from the environment, and how it speaks."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from publisher.errors import Misuse

if TYPE_CHECKING:
    from rich.console import Console

Target = Literal["sandbox", "live"]
Clock = Callable[[], datetime]
Step = Callable[..., None]

PIPED_WIDTH = 1000
"""Columns of output that goes to a file or another program: its lines are never folded."""


# Options


def _root(ctx: click.Context, _param: click.Parameter, value: Path | None) -> Path:
    """The folder given after the command, else the one given before it, else the current one."""
    before: Path | None = ctx.find_root().params.get("root")
    return value or before or Path()


root_option = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    callback=_root,
    metavar="DIR",
    help="The folder that holds content/ (default: the current folder).",
)
"""Gives the command `root: Path`, an existing folder; works before and after the command's name."""

json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON with stable keys, for other programs.")
"""Gives the command `as_json: bool`."""


def instant(_ctx: click.Context, _param: click.Parameter, value: str | None) -> datetime | None:
    """An option's callback: the instant that was written, in UTC. Raises BadParameter with what to write."""
    try:
        return parse_instant(value) if value else None
    except Misuse as error:
        raise click.BadParameter(f"{error.sentence}; {error.hint}") from None


now_option = click.option(
    "--now",
    callback=instant,
    metavar="INSTANT",
    help="Begin at this instant instead of the clock's, e.g. 2026-12-01T15:00:00Z (sandbox only).",
)
"""Gives the command `now: datetime | None` (aware, UTC); hand it to `clock`."""


# Settings


def target() -> Target:
    """Where messages go: PUBLISHER_TARGET, `sandbox` unless set to `live`. Raises Misuse for anything else."""
    value = os.environ.get("PUBLISHER_TARGET") or "sandbox"
    if value not in {"sandbox", "live"}:
        raise Misuse(f"PUBLISHER_TARGET is {value!r}", hint="set it to sandbox or to live")
    return "live" if value == "live" else "sandbox"


def ledger_url(root: Path, target: Target) -> str:
    """The ledger's SQLAlchemy URL: PUBLISHER_LEDGER, else the target's own SQLite file under `<root>/.publisher/`."""
    return os.environ.get("PUBLISHER_LEDGER") or f"sqlite:///{root.resolve() / '.publisher' / f'{target}.db'}"


def sandbox_address(root: Path) -> str:
    """The running sandbox's address, without trailing slash. Raises Misuse when none is running for this root."""
    if given := os.environ.get("PUBLISHER_SANDBOX"):
        return given.rstrip("/")
    try:
        return (root / ".publisher" / "sandbox" / "address").read_text("utf-8").strip().rstrip("/")
    except FileNotFoundError:
        raise Misuse(
            "the sandbox is not running for this folder",
            hint=f"start it in another window: publisher sandbox --root {root}",
        ) from None


def clock(now: datetime | None, target: Target) -> Clock:
    """A clock that starts at `now` and runs on, or the real one. Raises Misuse when `now` is given for a live run."""
    if now is None:
        return lambda: datetime.now(UTC)
    if target == "live":
        raise Misuse("--now is for the sandbox; a live run has only the real clock", hint="leave --now out")
    ahead = now.astimezone(UTC) - datetime.now(UTC)
    return lambda: datetime.now(UTC) + ahead


def parse_instant(text: str, zone: str = "") -> datetime:
    """The instant that `text` names, in UTC, by the same rules as in front matter.

    A wall time that names no zone is one in `zone`; without a zone it is refused. Raises Misuse with what to write.
    """
    from publisher.content import times

    hint = "write 2026-12-01T15:00:00Z or 2026-12-01 09:00 America/Chicago"
    try:
        wall = times.read_wall(text)
        found = times.instant(text, zone or "UTC").at
    except ValueError as error:
        raise Misuse(str(error), hint=hint) from None
    if not (zone or wall.zone or wall.offset):
        raise Misuse(f"{text} names no time zone", hint=hint)
    return found


# Speaking


def emit_json(value: object) -> None:
    """Write the value to standard output as JSON; instants as ISO 8601 in UTC, paths with slashes."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: object) -> object:
    """What JSON has no word for, as text or list."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Path):
        return value.as_posix()
    if isinstance(value, set | frozenset | tuple):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def console(*, stderr: bool = False) -> Console:
    """Where a command speaks to people: colour only on a terminal and without NO_COLOR, no folding when piped.

    Square brackets in text are text: colour comes from rich's `Text` and `style`, never from markup in a string.
    """
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else PIPED_WIDTH
    return Console(file=stream, width=width, markup=False, highlight=False, emoji=False)


@contextmanager
def progress(label: str, total: int) -> Iterator[Step]:
    """Show on standard error how far `total` things have come; yields `step(text="")`, called once for each.

    A bar on a terminal; elsewhere a plain line for every tenth of the way.
    """
    if sys.stderr.isatty():
        with _bar(label, total) as step:
            yield step
    else:
        yield _lines(label, total)


@contextmanager
def _bar(label: str, total: int) -> Iterator[Step]:
    """A bar that goes when it is done."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console(stderr=True), transient=True) as bars:
        task = bars.add_task(label, total=total)

        def step(text: str = "") -> None:
            bars.update(task, advance=1, description=f"{label} {text}".strip())

        yield step


def _lines(label: str, total: int) -> Step:
    """A step that writes a line whenever another tenth is done."""
    done = 0

    def step(text: str = "") -> None:
        nonlocal done
        done += 1
        if done == total or done * 10 // total > (done - 1) * 10 // total:
            click.echo(f"{label}: {done}/{total} {text}".rstrip(), err=True)

    return step
