"""The demonstration publishes each delivery once, however often it is shown."""

from __future__ import annotations

import shutil
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher.content import load
from publisher.delivery.report import Need
from publisher.demo import Played, main, play
from publisher.sandbox import start
from publisher.serve import served
from publisher.values import short_code

SAMPLE = Path(__file__).parents[2] / "content"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample, in a folder of its own."""
    for name in ("PUBLISHER_TARGET", "PUBLISHER_LEDGER", "PUBLISHER_SANDBOX"):
        monkeypatch.delenv(name, raising=False)
    shutil.copytree(SAMPLE, tmp_path / "content")
    return tmp_path


def codes_on_the_wall(root: Path) -> list[str]:
    """The short code of every post that the sandbox shows to the public."""
    with start(root, content=load(root), now=datetime(2026, 11, 26, tzinfo=UTC)) as sandbox:
        shown = [f"{post['link'] or ''} {post['message'] or ''}" for post in sandbox.public()]
    return [text.partition("utm_content=")[2][:10] for text in shown]


def test_it_publishes_once_builds_the_site_and_a_second_one_publishes_nothing(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--root", str(root)]) == 0
    first = capsys.readouterr().out
    codes = codes_on_the_wall(root)
    assert f"Published to the sandbox ({len(codes)}):" in first
    assert len(codes) >= 25
    assert len(set(codes)) == len(codes)
    assert "49 read = 39 published + 8 scheduled + 1 draft + 1 hidden + 0 refused" in first
    assert "This is a fictional sample." in first
    assert (root / "output" / "cardiology" / "index.html").is_file()

    assert main(["--root", str(root)]) == 0
    second = capsys.readouterr().out
    assert f"Nothing new to publish: all {len(codes)} deliveries" in second
    assert sorted(codes_on_the_wall(root)) == sorted(codes)


def test_what_is_public_twice_is_counted_on_the_wall_and_ends_the_demonstration_with_1(root: Path) -> None:
    content = load(root)
    assert content.site.demo is not None
    with start(root, content=content, now=content.site.demo.since) as sandbox:
        first = play(root, content.site.demo, sandbox)
        copy = sandbox.public()[0]
        sandbox.post_by_hand(copy["platform"], copy["channel"], copy["message"], copy["link"])
        second = play(root, content.site.demo, sandbox)
    assert (first.twice, first.exit_code) == ((), 0)
    (key,) = second.twice
    assert f"utm_content={short_code(key)}" in f"{copy['link']} {copy['message']}"
    assert second.exit_code == 1


@pytest.mark.parametrize(("state", "code"), [("held", 0), ("in_doubt", 1), ("failed", 1), ("missed", 1)])
def test_what_needs_a_person_ends_the_demonstration_with_1_unless_it_is_held(state: str, code: int) -> None:
    need = Need(key="a/facebook:1/1", post="a", channel="facebook:1", state=state, why="so it is")
    assert Played(sent=(), standing=(), needs=(need,), twice=()).exit_code == code


def test_content_without_a_demo_is_told_what_to_write(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = root / "content" / "site.yml"
    lines = [line for line in site.read_text("utf-8").splitlines() if not line.startswith("demo:")]
    site.write_text("\n".join(lines), "utf-8")
    assert main(["--root", str(root)]) == 2
    said = capsys.readouterr().err
    assert "content/site.yml names no demo" in said
    assert "since:" in said


def test_the_site_is_served_on_this_machine_only(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("here", "utf-8")
    with served(tmp_path) as address:
        port = int(address.rpartition(":")[2])
        assert address == f"http://127.0.0.1:{port}"
        with socket.create_connection(("127.0.0.1", port), timeout=5) as wire:
            wire.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert wire.makefile("rb").read().endswith(b"here")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
