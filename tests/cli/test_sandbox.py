"""`publisher sandbox` serves a folder's channels until it is stopped; its faults are switched from another window."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

import pytest

from publisher.sandbox import Remote, running

PAGE = "104220000000009"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The least content there can be: one specialty with one Page."""
    files = {
        "site.yml": """\
            name: Example Health
            base-url: https://example.org
            """,
        "people/maria-santos.yml": "name: Maria Santos\n",
        "people/lee-chan.yml": "name: Lee Chan\n",
        "cardiology/specialty.yml": f"""\
            name: Cardiology
            owners: [maria-santos, lee-chan]
            zone: America/Chicago
            schedule:
              slots: ["Tue 09:00"]
            channels:
              - {{platform: facebook, id: "{PAGE}", name: Example Health Cardiology, token: FB_CARDIOLOGY}}
            """,
    }
    for name, text in files.items():
        target = tmp_path / "content" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(dedent(text), "utf-8")
    return tmp_path


def publisher(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "publisher", *arguments, "--root", str(root)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment())


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PUBLISHER_SANDBOX")}
    return {**kept, "PYTHONUNBUFFERED": "1"}


@contextmanager
def serving(root: Path, *arguments: str, stop: signal.Signals = signal.SIGINT) -> Iterator[tuple[Remote, list[str]]]:
    """A sandbox in its own window: the running one and the lines that it said; ends it as a person would."""
    command = [sys.executable, "-m", "publisher", "sandbox", "--root", str(root), *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    ) as child:
        try:
            assert child.stdout is not None
            said = [child.stdout.readline() for _ in range(3)]
            there = running(root)
            assert there is not None, child.stderr.read() if child.stderr else ""
            yield there, said
        finally:
            child.send_signal(stop)
            _, complaints = child.communicate(timeout=60)
    assert (child.returncode, complaints) == (0, "")


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_serves_the_content_and_ends_in_peace(root: Path, stop: signal.Signals) -> None:
    with serving(root, stop=stop) as (there, said):
        assert f"{there.address}/facebook" in said[0].removeprefix("API   ").split()
        assert said[1:] == [f"wall  {there.address}/wall\n", "stop with Ctrl-C\n"]
        tokens = root / ".publisher/sandbox/tokens"
        assert {file.name for file in tokens.iterdir()} == {"FB_CARDIOLOGY", "FB_APP_SECRET"}
        there.post_by_hand("facebook", PAGE, "Hello")
    assert running(root) is None


def test_it_begins_at_the_instant_and_with_the_faults_that_it_is_told(root: Path) -> None:
    options = ("--now", "2026-12-01T15:00:00Z", "--fault", "drip:count=3", "--fault", "delay:seconds=0.5")
    with serving(root, *options) as (there, _):
        assert there.ask("GET", "clock")["now"].startswith("2026-12-01T15:0")
        assert [fault["kind"] for fault in there.faults()] == ["drip", "delay"]


def test_it_keeps_what_was_posted_unless_it_begins_afresh(root: Path) -> None:
    with serving(root) as (there, _):
        there.post_by_hand("facebook", PAGE, "Hello")
    with serving(root) as (there, _):
        assert [post["message"] for post in there.posts()] == ["Hello"]
    with serving(root, "--fresh") as (there, _):
        assert there.posts() == []


def test_faults_are_switched_on_listed_and_cleared_from_another_window(root: Path) -> None:
    with serving(root) as (there, _):
        added = publisher(root, "sandbox", "fault", "add", "accept-then-drop:call=POST feed,count=2,after=1")
        assert added.stdout == "fault 1: accept-then-drop POST feed (2 more, after 1)\n"
        assert publisher(root, "sandbox", "fault", "list").stdout == "1  accept-then-drop POST feed (2 more, after 1)\n"
        (listed,) = json.loads(publisher(root, "sandbox", "fault", "list", "--json").stdout)
        assert (listed["kind"], listed["call"], listed["count"]) == ("accept-then-drop", "POST feed", 2)
        assert publisher(root, "sandbox", "fault", "clear", "1").stdout == "fault 1 is off\n"
        assert there.faults() == []


def test_a_second_one_for_the_same_folder_is_refused(root: Path) -> None:
    with serving(root):
        second = publisher(root, "sandbox")
        assert second.returncode == 3
        assert "another sandbox keeps its state" in second.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("sandbox", "--fault", "typo"), "typo is no fault"),
        (("sandbox", "fault", "add", "drip:often=yes"), "a fault has no often"),
        (("sandbox", "fault", "list"), "the sandbox is not running for this folder"),
    ],
)
def test_a_mistake_is_one_sentence_and_changes_nothing(root: Path, arguments: tuple[str, ...], sentence: str) -> None:
    ended = publisher(root, *arguments)
    assert ended.returncode == 2
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_kinds_of_faults_are_told_without_a_sandbox(root: Path) -> None:
    lines = publisher(root, "sandbox", "fault", "list", "--kinds").stdout.splitlines()
    assert "accept-then-drop  apply the call, then reset the connection without an answer" in lines
    assert len(lines) == 18
