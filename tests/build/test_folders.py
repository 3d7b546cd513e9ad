"""Whoever looks at the output sees the old site or the new one, whatever happens to the build."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from publisher.build import build
from publisher.build.folders import aside, exchange, swap
from publisher.errors import HeldElsewhere

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

BUILD = """
import sys
from datetime import datetime
from pathlib import Path
from publisher.build import build
build(Path(sys.argv[1]), Path(sys.argv[2]), now=datetime.fromisoformat(sys.argv[3]), config="halting.py")
"""


def everything(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def site_in(folder: Path, word: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "posts.json").write_text("{}", encoding="utf-8")
    for number in range(20):
        (folder / f"{number}.html").write_text(word, encoding="utf-8")
    return folder


def halt_at(root: Path, place: str) -> None:
    """Have the build of `root` stop for good at `place`, after saying so in a file named `there`."""
    stop = f"open({str(root / 'there')!r}, 'w').close(); import time; time.sleep(3600)"
    text = "import sys\nfrom publisher.build import HOME\nsys.path.insert(0, str(HOME))\nfrom pelicanconf import *\n"
    if place == "before the first page":
        text += f"{stop}\n"
    else:
        text += (
            f"from pelican import signals\ndef stop(*_, **__):\n    {stop}\nsignals.{place}.connect(stop, weak=False)\n"
        )
    (root / "halting.py").write_text(text, encoding="utf-8")


@pytest.mark.kill
@pytest.mark.parametrize("place", ["before the first page", "article_writer_finalized", "finalized"])
def test_a_build_that_is_killed_changes_nothing_and_the_next_one_succeeds(
    root: Path, now: datetime, tmp_path: Path, place: str
) -> None:
    output = tmp_path / "output"
    build(root, output, now=now)
    before = everything(output)
    (root / "content/cardiology/rhythm.md").unlink()
    halt_at(root, place)
    running = subprocess.Popen(
        [sys.executable, "-c", BUILD, str(root), str(output), now.isoformat()],
        start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while not (root / "there").exists():
        assert running.poll() is None
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    assert everything(output) == before
    assert "cardiology/rhythm/index.html" in build(root, output, now=now).change.removed
    assert [file.name for file in (tmp_path / ".output.building").iterdir()] == ["lock"]


def test_a_reader_who_looks_all_the_time_never_finds_half_a_site(tmp_path: Path) -> None:
    output = site_in(tmp_path / "output", "0")
    seen: list[str] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            try:
                seen.append((output / "19.html").read_text(encoding="utf-8"))
            except FileNotFoundError:
                seen.append("missing")

    reader = threading.Thread(target=look)
    reader.start()
    for number in range(1, 60):
        with aside(output) as work:
            swap(site_in(work / "site", str(number)), output)
    done.set()
    reader.join()
    assert "missing" not in seen
    assert [int(word) for word in seen] == sorted(int(word) for word in seen)


def test_two_builds_of_one_output_do_not_run_at_once(tmp_path: Path) -> None:
    with aside(tmp_path / "output"), pytest.raises(HeldElsewhere) as held, aside(tmp_path / "output"):
        pass
    assert held.value.exit_code == 3


def test_where_folders_cannot_change_places_two_renames_do_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("publisher.build.folders.exchange", lambda _one, _other: False)
    output = site_in(tmp_path / "output", "old")
    with aside(output) as work:
        swap(site_in(work / "site", "new"), output)
    assert (output / "1.html").read_text(encoding="utf-8") == "new"


def test_a_build_killed_between_the_two_renames_is_put_right_by_the_next(tmp_path: Path) -> None:
    output = site_in(tmp_path / "output", "old")
    with aside(output):
        pass
    output.rename(tmp_path / ".output.building" / "old")
    with aside(output):
        assert (output / "1.html").read_text(encoding="utf-8") == "old"


def test_two_folders_change_names_in_one_step(tmp_path: Path) -> None:
    one, other = site_in(tmp_path / "one", "1"), site_in(tmp_path / "other", "2")
    if not exchange(one, other):
        pytest.skip("this file system cannot exchange two folders")
    assert (one / "1.html").read_text(encoding="utf-8") == "2"
    assert (other / "1.html").read_text(encoding="utf-8") == "1"


def test_a_site_that_did_not_change_is_left_as_it_is(tmp_path: Path) -> None:
    output = site_in(tmp_path / "output", "same")
    inode = output.stat().st_ino
    with aside(output) as work:
        assert swap(site_in(work / "site", "same"), output).files == ()
    assert output.stat().st_ino == inode
