"""The site, built aside by Pelican in its own process, checked, swapped in whole: a failed build changes nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from publisher.build.folders import Change, aside, swap
from publisher.errors import Misuse, PublisherError

HOME = Path(__file__).resolve().parents[2]
"""The folder that holds pelicanconf.py, plugins/ and themes/."""


@dataclass(frozen=True, kw_only=True)
class Built:
    """What a build made: `counts` of what became of each file `read`, and `change` against the site that stood there.

    `pages` counts the HTML pages of the site. `problems` are warnings and advice about the content; with
    `allow_refused`, errors too.
    """

    output: Path
    now: datetime
    read: int
    counts: Mapping[str, int]
    change: Change
    pages: int = 0
    problems: tuple[str, ...] = ()

    @property
    def written(self) -> tuple[str, ...]:
        """The files below the output that are new or different now, in order."""
        return tuple(sorted([*self.change.added, *self.change.changed]))

    @property
    def balance(self) -> str:
        """The line that says what became of every file that was read."""
        became = " + ".join(f"{count} {outcome}" for outcome, count in self.counts.items())
        return f"{self.read} read = {became}"


class NotBuilt(PublisherError):
    """The site was not built and the one that stood there still stands; `problems` says why, a line each."""

    def __init__(self, sentence: str, problems: Sequence[str], *, hint: str = "") -> None:
        super().__init__("\n".join([sentence, *problems]), hint=hint)
        self.problems = tuple(problems)


def instant(environ: Mapping[str, str]) -> datetime:
    """The instant to build for when nobody named one (aware, UTC): SOURCE_DATE_EPOCH, else the clock, read once."""
    epoch = environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch:
        return datetime.now(UTC)
    if not epoch.isdecimal():
        raise Misuse(f"SOURCE_DATE_EPOCH is {epoch!r}", hint="write whole seconds since 1970, or unset it")
    return datetime.fromtimestamp(int(epoch), UTC)


def build(  # noqa: PLR0913 - what a command can be asked, in one call
    root: Path,
    output: Path,
    *,
    now: datetime,
    allow_refused: bool = False,
    config: str = "pelicanconf.py",
    base_url: str | None = None,
) -> Built:
    """Build the content of `root` as it is public at `now` (aware) into `output`, all of it or nothing.

    `config` is looked for in `root`, then beside plugins/ and themes/. `base_url` stands in for the one of site.yml.
    Raises NotBuilt with every finding, HeldElsewhere while another build of `output` runs, Misuse for a wrong call.
    """
    settings = _settings(root, config)
    if now.tzinfo is None:
        raise Misuse("the build's instant has no time zone", hint="add one, as in 2026-12-01T09:00:00+00:00")
    if not (root / "content").is_dir():
        raise Misuse(f"there is no folder {root / 'content'}", hint="name the folder that holds content/ with --root")
    with aside(output) as work:
        environ = _environ(root, work / "report.json", now=now, allow_refused=allow_refused, base_url=base_url)
        report = _run(settings, root, work / "site", environ)
        change = swap(work / "site", output)
    problems = tuple(problem["text"] for problem in report["problems"])
    counts = MappingProxyType(report["counts"])
    return Built(
        output=output,
        now=now,
        read=report["read"],
        counts=counts,
        change=change,
        pages=report["pages"],
        problems=problems,
    )


def _settings(root: Path, config: str) -> Path:
    places = [root / config, HOME / config]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise Misuse(f"there is no {config} in {root}", hint="run this from a checkout of the publisher")
    return found


def _environ(
    root: Path, report: Path, *, now: datetime, allow_refused: bool, base_url: str | None
) -> Mapping[str, str]:
    given = {
        "PUBLISHER_ROOT": str(root.resolve()),
        "PUBLISHER_NOW": now.astimezone(UTC).isoformat(),
        "PUBLISHER_BUILD_REPORT": str(report),
        "PUBLISHER_ALLOW_REFUSED": "1" if allow_refused else "0",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(HOME), os.environ.get("PYTHONPATH", "")])),
    }
    if base_url:
        given["PUBLISHER_BASE_URL"] = base_url.rstrip("/")
    return {**os.environ, **given}


def _run(settings: Path, root: Path, site: Path, environ: Mapping[str, str]) -> dict[str, Any]:
    """Run Pelican into `site`; what it reported. Raises NotBuilt where it failed."""
    content = str(root.resolve() / "content")
    command = [sys.executable, "-m", "pelican", content, "-s", str(settings), "-o", str(site)]
    ended = subprocess.run(  # without --quiet: a warning that is not shown would not be fatal either
        [*command, "--fatal", "warnings", "--log-handler", "plain"],
        env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    file = Path(environ["PUBLISHER_BUILD_REPORT"])
    report: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    if ended.returncode == 0 and report and not report["findings"]:
        return report
    found = report.get("findings") or _last_lines(ended.stderr + ended.stdout)
    raise NotBuilt("the site was not built; the one that stood there is unchanged", found, hint=_hint(report))


def _hint(report: Mapping[str, Any]) -> str:
    refused = report.get("counts", {}).get("refused", 0)
    return "correct these, or leave refused files out with --allow-refused" if refused else "correct and build again"


def _last_lines(text: str, most: int = 30) -> list[str]:
    return [line for line in text.splitlines() if line.strip()][-most:] or ["Pelican ended without a word"]
