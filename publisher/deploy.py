"""The site brought to where it is served: built for the public, verified, and put in place whole."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

from publisher.build import Built, build
from publisher.build.folders import aside, swap
from publisher.errors import Misuse, PublisherError

CONFIG = "publishconf.py"


def deploy(root: Path, to: str, *, now: datetime) -> Built:
    """Build the content of `root` as it is public at `now`, verify it, put it at `to`: a folder, or rsync's host:path.

    Raises NotBuilt, or PublisherError when what was built does not hold or could not be put there.
    """
    site = root / ".publisher" / "deploy"
    built = build(root, site, now=now, config=CONFIG)
    if missing := verify(site):
        raise PublisherError("\n".join(["the site was built and is not whole; nothing was deployed", *missing]))
    place(site, to)
    return built


def verify(site: Path) -> list[str]:
    """What is missing of a built site, a sentence each: its home page, its manifest, a page that the manifest names."""
    home = [] if (site / "index.html").is_file() else ["index.html: there is no home page"]
    try:
        posts = json.loads((site / "posts.json").read_text("utf-8"))["posts"]
        addresses = [post["address"] for post in posts]
    except (OSError, ValueError, KeyError, TypeError):
        return [*home, "posts.json: cannot be read"]
    return home + [f"{a}: named in posts.json and not there" for a in addresses if not _page(site, a).is_file()]


def _page(site: Path, address: str) -> Path:
    return site / address.strip("/") / "index.html"


def place(site: Path, to: str) -> None:
    """Put the folder `site` at `to`, in one step where `to` is a folder here, else each file whole and pages last."""
    if ":" in to:
        _upload(site, to)
        return
    with aside(Path(to)) as work:
        shutil.copytree(site, work / "site")
        swap(work / "site", Path(to))


def _upload(site: Path, to: str) -> None:
    """First what pages need, then the pages, then away with what is gone: no page ever stands without its pictures."""
    if shutil.which("rsync") is None:
        raise Misuse("there is no rsync here", hint="install rsync, or deploy to a folder of this machine")
    common = ["rsync", "--archive", "--checksum", "--delay-updates"]
    for options in (["--exclude=*.html", "--exclude=*.json", "--exclude=*.xml"], [], ["--delete-after"]):
        done = subprocess.run([*common, *options, f"{site}/", to], check=False)
        if done.returncode:
            raise PublisherError(f"rsync to {to} ended with {done.returncode}", hint="deploy again: it continues")
