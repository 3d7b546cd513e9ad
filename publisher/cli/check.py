"""Find every problem in the content and the configuration, with the file and line of each."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from publisher.cli._common import clock, emit_json, json_option, now_option, root_option
from publisher.errors import Misuse

if TYPE_CHECKING:
    from publisher.content.problem import Problem
    from publisher.content.site import Content

_LEVELS = {"error": "error", "warning": "warning", "advice": "note"}
_GITHUB = {"error": "error", "warning": "warning", "advice": "notice"}
_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@root_option
@json_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif", "github"]),
    default="text",
    help="How the problems are written (default: text).",
)
@now_option
@click.pass_context
def command(
    ctx: click.Context, *, paths: tuple[Path, ...], root: Path, as_json: bool, form: str, now: datetime | None
) -> None:
    """Find every problem in content/, or in the files and folders that PATH names.

    Ends with 0 when nothing is wrong (warnings and advice may be shown), 1 when there is an error, 2 when PATH is not
    below content/.

    \b
    Example:
      publisher check
      publisher check content/cardiology
      publisher check --format github
    """  # noqa: D301 - \b is click's mark for lines to keep
    from publisher.checks import run
    from publisher.content import load

    wanted = [_below(root, path) for path in paths]
    content = load(root)
    found = {*content.problems, *run(content, clock(now, "sandbox")())}
    problems = sorted(problem for problem in found if not wanted or _concerns(problem.path, wanted))
    _FORMS["json" if as_json else form](problems, content)
    ctx.exit(1 if any(problem.severity == "error" for problem in problems) else 0)


def _below(root: Path, path: Path) -> str:
    """The path as problems have it (content/…). Raises Misuse when there is no such file below content/."""
    for candidate in (path, root / path):
        found = candidate.resolve()
        if found.exists() and found.is_relative_to(root.resolve() / "content"):
            return found.relative_to(root.resolve()).as_posix()
    if path.exists() or (root / path).exists():
        raise Misuse(f"{path} is not below {root / 'content'}", hint="name a file or folder below content/")
    raise Misuse(f"there is no {path}", hint="name a file or folder below content/, or nothing to check everything")


def _concerns(path: str, wanted: list[str]) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in wanted)


def _as_text(problems: list[Problem], content: Content) -> None:
    """A line for each problem and one that counts them."""
    for problem in problems:
        tail = "" if problem.severity == "error" else f" ({problem.severity})"
        click.echo(f"{problem}{tail}")
    counts = [(kind, sum(problem.severity == kind for problem in problems)) for kind in _LEVELS]
    listed = ", ".join(_counted(number, kind) for kind, number in counts if number)
    total = f"{_counted(content.files, 'file')} read, {_counted(len(problems), 'problem')}"
    click.echo(f"{total}: {listed}" if listed else total)


def _counted(number: int, noun: str) -> str:
    plural = noun if number == 1 or noun == "advice" else f"{noun}s"
    return f"{number} {plural}"


def _as_json(problems: list[Problem], content: Content) -> None:
    """A list of problems with stable keys."""
    del content
    emit_json([problem.to_json() for problem in problems])


def _as_github(problems: list[Problem], content: Content) -> None:
    """A workflow command for each problem: GitHub shows it beside the line of the pull request."""
    for problem in problems:
        place = f"file={_property(problem.path)},line={max(problem.line, 1)},col={problem.column}"
        click.echo(f"::{_GITHUB[problem.severity]} {place},title={_property(problem.rule)}::{_data(problem.said)}")
    del content


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _as_sarif(problems: list[Problem], content: Content) -> None:
    """SARIF 2.1.0, which code hosts and editors read."""
    del content
    rules = [{"id": rule} for rule in sorted({problem.rule for problem in problems})]
    driver = {"name": "specialty-publisher", "rules": rules}
    run = {"tool": {"driver": driver}, "results": [_result(problem) for problem in problems]}
    click.echo(json.dumps({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2))


def _result(problem: Problem) -> dict[str, Any]:
    from urllib.parse import quote

    region = {"region": {"startLine": problem.line, "startColumn": problem.column}} if problem.line else {}
    place = {"physicalLocation": {"artifactLocation": {"uri": quote(problem.path)}, **region}}
    return {
        "ruleId": problem.rule, "level": _LEVELS[problem.severity], "message": {"text": problem.said},
        "locations": [place],
    }  # fmt: skip


_FORMS: dict[str, Callable[[list[Problem], Content], None]] = {
    "text": _as_text, "json": _as_json, "github": _as_github, "sarif": _as_sarif,
}  # fmt: skip
