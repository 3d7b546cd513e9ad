"""Serve the stand-in for the platforms, with its wall and fault switches."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli._common import emit_json, json_option, now_option, root_option, sandbox_address

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.sandbox import Remote


@click.group(invoke_without_command=True)
@root_option
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port to listen on (default: any free one).")
@now_option
@click.option("--fault", "specs", multiple=True, metavar="SPEC", help="Begin with a fault, as in `sandbox fault add`.")
@click.option("--keep/--fresh", default=True, help="Keep what was posted before (default), or begin with empty pages.")
@click.option("--verbose", is_flag=True, help="Write a line for each request.")
@click.pass_context
def command(  # noqa: PLR0917 -- click hands its options over as it likes
    ctx: click.Context, root: Path, port: int, now: datetime | None, specs: tuple[str, ...], keep: bool, verbose: bool
) -> None:
    """Serve the stand-in for the platforms until Ctrl-C: every channel of the content, a wall, faults on demand.

    It listens on this machine only, keeps its state and its made-up tokens in .publisher/sandbox/, and writes its
    address to .publisher/sandbox/address while it runs. `publisher run` finds it there.

    \b
    Example:
      publisher sandbox
      publisher sandbox --fresh --now 2026-12-01T15:00:00Z --fault "accept-then-drop:call=POST feed"
      publisher sandbox fault add drip:channel=104220000000001,count=2
    """  # noqa: D301 - \b is click's mark for lines to keep
    if ctx.invoked_subcommand is None:
        _serve(root, port, now, specs, keep=keep, verbose=verbose)


def _serve(root: Path, port: int, now: datetime | None, specs: tuple[str, ...], *, keep: bool, verbose: bool) -> None:
    from publisher.content import load
    from publisher.sandbox import parse_fault, played, serve

    faults = [parse_fault(spec) for spec in specs]
    content = load(root)

    def tell(address: str) -> None:
        apis = "  ".join(f"{address}/{name}" for name in played())
        click.echo(f"API   {apis}\nwall  {address}/wall\nstop with Ctrl-C")

    serve(root, content=content, now=now, port=port, faults=faults, keep=keep, verbose=verbose, tell=tell)


@command.group()
def fault() -> None:
    """Switch faults on and off at the sandbox that is running for this folder; `list --kinds` tells what there are.

    \b
    Example:
      publisher sandbox fault add "accept-then-drop:call=POST feed,count=1"
      publisher sandbox fault list
      publisher sandbox fault clear
    """  # noqa: D301 - \b is click's mark for lines to keep


@fault.command("add")
@click.argument("spec")
@root_option
@json_option
def add(spec: str, root: Path, as_json: bool) -> None:
    """Switch a fault on: KIND, then a colon and any of platform, channel, call, count, after, seconds, code.

    `publisher sandbox fault list --kinds` tells what kinds there are.

    \b
    Example:
      publisher sandbox fault add slow-accept:channel=104220000000001,seconds=20
    """  # noqa: D301 - \b is click's mark for lines to keep
    from publisher.sandbox import parse_fault

    new = parse_fault(spec)
    number = _remote(root).add(new)
    if as_json:
        emit_json({"id": number})
    else:
        click.echo(f"fault {number}: {_line(new.to_json())}")


@fault.command("list")
@click.option("--kinds", is_flag=True, help="List what kinds of faults there are instead.")
@root_option
@json_option
def show(kinds: bool, root: Path, as_json: bool) -> None:
    """List the faults that are switched on.

    \b
    Example:
      publisher sandbox fault list
      publisher sandbox fault list --kinds
    """  # noqa: D301 - \b is click's mark for lines to keep
    if kinds:
        _kinds(as_json=as_json)
        return
    found = _remote(root).faults()
    if as_json:
        emit_json(found)
    else:
        click.echo("\n".join(f"{each['id']}  {_line(each)}" for each in found) or "no fault is switched on")


@fault.command("clear")
@click.argument("number", type=int, required=False)
@root_option
def clear(number: int | None, root: Path) -> None:
    """Switch off the fault of that number, or all.

    \b
    Example:
      publisher sandbox fault clear
    """  # noqa: D301 - \b is click's mark for lines to keep
    _remote(root).clear_faults(number)
    click.echo(f"fault {number} is off" if number else "all faults are off")


def _kinds(*, as_json: bool) -> None:
    from publisher.sandbox import FAULT_KINDS

    if as_json:
        emit_json({name: {"what": k.what, "count": k.count, "seconds": k.seconds} for name, k in FAULT_KINDS.items()})
        return
    for name, kind in FAULT_KINDS.items():
        usual = "" if kind.seconds is None else f" (SECONDS: {kind.seconds:g})"
        click.echo(f"{name:18}{kind.what}{usual}")


def _remote(root: Path) -> Remote:
    from publisher.sandbox import Remote

    return Remote(sandbox_address(root))


def _line(fault: dict[str, object]) -> str:
    shown = {name: fault[name] for name in ("platform", "channel", "call") if fault[name] != "*"}
    counted = "until cleared" if fault["count"] == 0 else f"{fault['count']} more"
    length = "" if fault["seconds"] is None else f", {fault['seconds']:g} s"
    later = f", after {fault['after']}" if fault["after"] else ""
    return f"{fault['kind']} {' '.join(map(str, shown.values()))}".rstrip() + f" ({counted}{later}{length})"
