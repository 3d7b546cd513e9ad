"""`publisher plan` shows what would be made and why then, and what changes against the ledger; it changes nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from planned_site import FILES, a_post, write

from publisher.cli import call as run
from publisher.content import load
from publisher.ledger import Cause, Ledger
from publisher.plan.planner import plan

NOW = "2026-11-23T13:00:00Z"
AT = datetime(2026, 11, 23, 13, tzinfo=UTC)
FIRST = (
    "Tue 24 Nov 2026 09:00 America/Chicago: the first free slot of Cardiology after the page is public "
    "(Mon 23 Nov 2026 10:00)"
)


@pytest.fixture(autouse=True)
def _sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PUBLISHER_TARGET", "PUBLISHER_LEDGER"):
        monkeypatch.delenv(name, raising=False)


def planned(root: Path, capsys: pytest.CaptureFixture[str], *more: str) -> Any:
    assert run(["plan", "--root", str(root), "--now", NOW, "--json", *more]) == 0
    return json.loads(capsys.readouterr().out)


def taken_over(root: Path) -> None:
    """A ledger that has taken over the plan of what stands in the files."""
    (root / ".publisher").mkdir()
    ledger = Ledger.create(f"sqlite:///{root.resolve() / '.publisher' / 'sandbox.db'}", "sandbox", AT)
    content = load(root)
    ledger.take_over(plan(content, [], AT).deliveries, content=content.digest, by="a test", now=AT)
    ledger.close()


def test_json_has_the_documented_keys_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = planned(write(tmp_path), capsys)
    assert found["deliveries"][0] == {
        "key": "2026-valve/facebook:1/1", "post": "2026-valve", "channel": "facebook:1", "platform": "facebook",
        "due_at": "2026-11-24T15:00:00Z", "why": FIRST, "change": "new",
    }  # fmt: skip
    assert [d["key"] for d in found["deliveries"]] == ["2026-valve/facebook:1/1", "2026-valve/facebook:2/1"]
    assert sorted(found) == ["deliveries", "problems"]


def test_a_person_reads_each_delivery_with_its_mark_and_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["plan", "--root", str(write(tmp_path)), "--now", NOW]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["+ 2026-valve/facebook:1/1", f"    {FIRST}"]
    assert lines[-1] == "2 deliveries: 2 new; 0 problems"


def test_without_a_ledger_none_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    planned(write(tmp_path), capsys)
    assert not (tmp_path / ".publisher").exists()


def test_without_a_ledger_the_plan_is_that_of_a_first_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, cardiology__old_md=a_post("2026-old").replace("11-23", "11-22"))
    old = [d for d in planned(tmp_path, capsys)["deliveries"] if d["post"] == "2026-old"]
    assert {d["why"] for d in old} == {"Sun 22 Nov 2026 11:00 America/Chicago: seeded: before our time"}


def test_after_the_first_run_what_is_public_already_is_planned_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path)
    taken_over(tmp_path)
    write(tmp_path, cardiology__old_md=a_post("2026-old").replace("11-23", "11-22"))
    old = [d for d in planned(tmp_path, capsys)["deliveries"] if d["post"] == "2026-old"]
    assert [d["why"].partition(": ")[2].partition(" (")[0] for d in old] == [
        "the first free slot of Cardiology from now on"
    ] * 2


def test_against_a_ledger_each_delivery_says_what_changes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, cardiology__walk_md=a_post("2026-walk"), cardiology__salt_md=a_post("2026-salt"))
    taken_over(tmp_path)
    write(tmp_path, cardiology__walk_md=a_post("2026-walk", "social: {publish: 2026-11-28 12:00}"))
    write(tmp_path, cardiology__new_md=a_post("2026-new"))
    (tmp_path / "content/cardiology/salt.md").unlink()
    changes = {d["key"]: d["change"] for d in planned(tmp_path, capsys)["deliveries"] if d["channel"] == "facebook:1"}
    assert changes == {
        "2026-valve/facebook:1/1": "same", "2026-walk/facebook:1/1": "moved", "2026-salt/facebook:1/1": "gone",
        "2026-new/facebook:1/1": "new",
    }  # fmt: skip
    run(["plan", "--root", str(tmp_path), "--now", NOW])
    assert "8 deliveries: 2 new, 2 moved, 2 gone, 2 same; 0 problems" in capsys.readouterr().out


def test_what_is_settled_is_not_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path)
    taken_over(tmp_path)
    ledger = Ledger.open(f"sqlite:///{tmp_path.resolve() / '.publisher' / 'sandbox.db'}", "sandbox", AT)
    ledger.skip("2026-valve/facebook:1/1", Cause(by="a test", why="not this one", at=AT))
    ledger.close()
    assert [d["key"] for d in planned(tmp_path, capsys)["deliveries"]] == ["2026-valve/facebook:2/1"]


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        (("--from", "2026-11-24 09:00"), 2),
        (("--from", "2026-11-24 09:01"), 0),
        (("--to", "2026-11-24 09:00"), 0),
        (("--to", "2026-11-24T15:00:01Z"), 2),
        (("--from", "2026-11-24", "--to", "2026-11-25"), 2),
        (("--from", "2026-11-25"), 0),
    ],
)
def test_the_window_is_half_open_and_in_the_sites_zone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], window: tuple[str, ...], expected: int
) -> None:
    assert len(planned(write(tmp_path), capsys, *window)["deliveries"]) == expected


def test_a_problem_is_shown_with_its_line_and_ends_in_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, cardiology__walk_md=a_post("2026-walk", "social:", "  publish: 2026-11-28 22:00"))
    assert run(["plan", "--root", str(tmp_path), "--now", NOW]) == 1
    shown = capsys.readouterr().out
    assert (
        "error: content/cardiology/walk.md:7: social.publish: 2026-11-28 22:00 lies in the quiet "
        "hours 21:00-07:00 of Cardiology (America/Chicago); write a time outside them"
    ) in shown
    assert run(["plan", "--root", str(tmp_path), "--now", NOW, "--json"]) == 1
    assert {p["rule"] for p in json.loads(capsys.readouterr().out)["problems"]} == {"quiet-hours"}


def test_advice_alone_ends_in_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, cardiology__valve_md=FILES["cardiology/valve.md"].replace("id: 2026-valve\n", ""))
    found = planned(tmp_path, capsys)
    assert {p["severity"] for p in found["problems"]} <= {"advice", "warning"}


def test_live_takes_no_other_now(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLISHER_TARGET", "live")
    assert run(["plan", "--root", str(write(tmp_path)), "--now", NOW]) == 2
    assert "--now is for the sandbox" in capsys.readouterr().err
