"""The same content at the same instant is the same bytes, wherever, in whatever zone and however hashes fall."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from publisher.build import build

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def everything(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_two_folders_two_zones_and_two_hash_seeds_give_the_same_bytes(
    root: Path, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = shutil.copytree(root, tmp_path / "somewhere" / "else")
    for file in other.rglob("*"):
        if file.is_file():
            file.touch()
    monkeypatch.setenv("PYTHONHASHSEED", "1")
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    monkeypatch.setenv("LC_ALL", "C")
    one = build(root, tmp_path / "one", now=now)
    monkeypatch.setenv("PYTHONHASHSEED", "4711")
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    two = build(other, tmp_path / "two", now=now)
    assert everything(one.output) == everything(two.output)


def test_no_page_and_no_feed_carries_the_clock(root: Path, tmp_path: Path) -> None:
    one = build(root, tmp_path / "output", now=datetime(2026, 3, 15, 12, tzinfo=UTC))
    later = build(root, tmp_path / "output", now=datetime(2026, 3, 28, 17, 5, 3, tzinfo=UTC))
    assert len(one.change.added) > 30
    assert later.change.files == ()


def test_a_build_says_which_files_it_changed_and_leaves_the_others_their_time(
    root: Path, now: datetime, tmp_path: Path
) -> None:
    site = build(root, tmp_path / "output", now=now)
    untouched = site.output / "neurology/valve/index.html"
    before = untouched.stat().st_mtime_ns
    post = root / "content/cardiology/rhythm.md"
    post.write_text(post.read_text(encoding="utf-8").replace("Two fingers", "Three fingers"), encoding="utf-8")
    change = build(root, tmp_path / "output", now=now).change
    assert change.files == ("cardiology/rhythm/index.html", "posts.json")
    assert untouched.stat().st_mtime_ns == before
