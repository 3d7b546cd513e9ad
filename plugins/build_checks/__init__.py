"""Pelican plugin: the build fails unless the counts balance and the site that was built holds together."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pelican import signals

from build_checks.site import balance, findings, missing, read_site, sources_of

if TYPE_CHECKING:
    from front_matter.public import Public
    from pelican import Pelican

    from build_checks.site import Built


class SiteRefused(Exception):
    """The site that was built must not be shown; Pelican ends with exit code 1."""


def unfit(base_url: str, *, deployed: bool) -> list[str]:
    """Why a site must not be `deployed` at `base_url`: on the way to a reader nobody may change a health page."""
    if not deployed or base_url.startswith("https://"):
        return []
    return [f"base-url: {base_url or 'there is none'}; a deployed site needs one with https://"]


def refusals(public: Public, *, allowed: bool) -> list[str]:
    """The mistakes in the content that stop a build: every error, or none when refused files are allowed."""
    return [] if allowed else [str(problem) for problem in public.problems if problem.severity == "error"]


def report(public: Public, site: Built, found: Sequence[str]) -> dict[str, object]:
    """What a program wants to know of the build: counts, findings, and the problems in the content."""
    pages = sum(name.endswith(".html") for name in site.files)
    problems = [{"severity": problem.severity, "text": str(problem)} for problem in public.problems]
    counts = {"read": public.read, "counts": dict(public.counts), "pages": pages}
    return {**counts, "findings": list(found), "problems": problems}


def _say(lines: Sequence[str]) -> None:
    for line in lines:
        sys.stderr.write(f"{line}\n")


def _check(pelican: Pelican) -> None:
    public: Public = pelican.settings["PUBLIC"]
    site = read_site(Path(pelican.output_path), pelican.settings["SITEURL"])
    found = [
        *unfit(site.base_url, deployed=pelican.settings.get("DEPLOYED", False)),
        *refusals(public, allowed=_allowed(os.environ)),
        *missing(public, site.files),
        *findings(site, sources_of(public)),
    ]
    if os.environ.get("PUBLISHER_BUILD_REPORT"):
        text = json.dumps(report(public, site, found), ensure_ascii=False)
        Path(os.environ["PUBLISHER_BUILD_REPORT"]).write_text(text, encoding="utf-8")
    sys.stdout.write(f"{balance(public)}\n")
    if found:
        _say(found)
        raise SiteRefused(f"{len(found)} findings: the site is not fit to be shown")


def _allowed(environ: Mapping[str, str]) -> bool:
    return environ.get("PUBLISHER_ALLOW_REFUSED", "") not in {"", "0"}


def register() -> None:
    """Connect to Pelican."""
    signals.finalized.connect(_check)
