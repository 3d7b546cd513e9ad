"""run, status, why, reconcile, adopt, requeue, skip and init-ledger, as the people call them who run this."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from planned_site import a_post, write

from publisher.cli import call as run
from publisher.content import load
from publisher.ledger import Cause, Ledger
from publisher.sandbox import Sandbox, start

BEGIN, DUE, LATER = "2026-11-23T13:00:00Z", "2026-11-24T15:00:30Z", "2026-11-24T15:20:00Z"
HEART, WALKS = "2026-valve/facebook:1/1", "2026-valve/facebook:2/1"

Call = Callable[..., tuple[int, Any]]


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PUBLISHER_TARGET", "PUBLISHER_LEDGER", "PUBLISHER_SANDBOX"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(tmp_path)


@pytest.fixture
def sandbox(root: Path) -> Iterator[Sandbox]:
    with start(root, content=load(root), now=datetime(2026, 11, 23, 13, tzinfo=UTC)) as running:
        yield running


@pytest.fixture
def publisher(root: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """Calls a command with --json; returns its exit code and what it wrote."""

    def call(*arguments: str, code: int | None = 0) -> Any:
        capsys.readouterr()
        ended = run([*arguments, "--root", str(root), "--json"])
        assert code is None or ended == code, capsys.readouterr()
        return json.loads(capsys.readouterr().out or "null")

    return call


def spoken(root: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """What a command says to a person: exit code, output, errors."""
    capsys.readouterr()
    code = run([*arguments, "--root", str(root)])
    said = capsys.readouterr()
    return code, said.out, said.err


def move_clock(sandbox: Sandbox, instant: str) -> str:
    sandbox.set_clock(datetime.fromisoformat(instant))
    return instant


def test_a_due_post_is_published_to_each_page_once_and_running_again_changes_nothing(
    publisher: Call, sandbox: Sandbox
) -> None:
    assert publisher("run", "--now", BEGIN)["planned"] == {"new": 2, "moved": 0, "gone": 0}
    report = publisher("run", "--now", move_clock(sandbox, DUE))
    assert (report["delivered"], report["verified"]) == (2, 2)
    assert {receipt["key"] for receipt in report["receipts"]} == {HEART, WALKS}
    again = publisher("run", "--now", DUE)
    assert (again["delivered"], again["receipts"]) == (0, [])
    assert sorted(post["channel"] for post in sandbox.public()) == ["1", "2"]
    text = "A new valve without open surgery\n\nWhat the clinic offers, and for whom.\n\nFictional sample."
    assert {post["message"] for post in sandbox.public()} == {text}


def test_the_report_of_a_run_has_the_keys_that_other_programs_rely_on(publisher: Call, sandbox: Sandbox) -> None:
    report = publisher("run", "--now", BEGIN)
    assert {"delivered", "failed", "missed", "in_doubt", "held", "receipts"} <= set(report)
    assert set(publisher("status")) == {"states", "needs_person"}


def test_a_dry_run_shows_the_exact_text_and_writes_nothing_at_all(
    root: Path, capsys: pytest.CaptureFixture[str], publisher: Call, sandbox: Sandbox
) -> None:
    publisher("run", "--now", BEGIN)
    before = (root / ".publisher" / "sandbox.db").read_bytes()
    code, out, _ = spoken(root, capsys, "run", "--dry-run", "--now", DUE)
    assert code == 0
    assert "What the clinic offers, and for whom." in out
    assert "2 would be delivered now; nothing was sent, nothing was written" in out
    assert sandbox.posts() == []
    assert (root / ".publisher" / "sandbox.db").read_bytes() == before


def test_a_dry_run_shows_only_what_a_run_would_send(publisher: Call, root: Path, sandbox: Sandbox) -> None:
    publisher("run", "--now", BEGIN)
    shown = publisher("run", "--dry-run", "--now", DUE)["would_deliver"]
    assert {each["key"] for each in shown} == {HEART, WALKS}
    assert all(each["text"].endswith("Fictional sample.") for each in shown)
    post = root / "content" / "cardiology" / "valve.md"
    post.write_text(post.read_text("utf-8").replace("What the clinic offers", "TO DO: what it offers"), "utf-8")
    assert publisher("run", "--dry-run", "--now", DUE)["would_deliver"] == []


def test_a_dry_run_without_a_ledger_makes_none(root: Path, publisher: Call) -> None:
    publisher("run", "--dry-run", "--now", DUE)
    assert not (root / ".publisher" / "sandbox.db").exists()


def test_a_run_in_a_folder_without_content_leaves_nothing_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = spoken(tmp_path, capsys, "run", "--now", BEGIN)
    assert (code, "holds no folder content/" in err) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_without_a_sandbox_a_run_says_so_and_begins_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = spoken(root, capsys, "run", "--now", BEGIN)
    assert code == 2
    assert "the sandbox is not running for this folder" in err
    assert "publisher sandbox --root" in err


def test_a_run_of_at_most_one_leaves_the_rest_for_the_next(publisher: Call, sandbox: Sandbox) -> None:
    publisher("run", "--now", BEGIN)
    assert publisher("run", "--now", move_clock(sandbox, DUE), "--limit", "1")["delivered"] == 1
    assert len(sandbox.public()) == 1
    assert publisher("run", "--now", DUE)["delivered"] == 1


def test_a_live_run_never_makes_a_ledger_and_takes_no_made_up_time(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLISHER_TARGET", "live")
    code, _, err = spoken(root, capsys, "run")
    assert (code, "publisher init-ledger --seed makes it" in err) == (2, True)
    code, _, err = spoken(root, capsys, "run", "--now", DUE)
    assert (code, "a live run has only the real clock" in err) == (2, True)
    assert not (root / ".publisher" / "live.db").exists()


def test_a_ledger_of_the_other_target_is_refused(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, publisher: Call, sandbox: Sandbox
) -> None:
    publisher("run", "--now", BEGIN)
    monkeypatch.setenv("PUBLISHER_LEDGER", f"sqlite:///{root / '.publisher' / 'sandbox.db'}")
    monkeypatch.setenv("PUBLISHER_TARGET", "live")
    code, _, err = spoken(root, capsys, "run")
    assert code == 2
    assert "this ledger belongs to target sandbox, and this is target live" in err


def test_init_ledger_seeds_what_came_before_and_is_not_made_twice(
    root: Path, capsys: pytest.CaptureFixture[str], publisher: Call, sandbox: Sandbox
) -> None:
    made = publisher("init-ledger", "--seed", "--now", "2026-11-24T12:00:00Z")
    assert made == {"target": "sandbox", "planned": 0, "seeded": 2}
    code, _, err = spoken(root, capsys, "init-ledger", "--seed")
    assert (code, "there is a ledger already" in err) == (2, True)
    assert publisher("run", "--now", move_clock(sandbox, DUE))["delivered"] == 0
    assert sandbox.posts() == []


def test_init_ledger_without_seed_sends_what_is_still_to_come(publisher: Call, sandbox: Sandbox) -> None:
    assert publisher("init-ledger", "--now", "2026-11-24T12:00:00Z")["planned"] == 2
    assert publisher("run", "--now", move_clock(sandbox, DUE))["delivered"] == 2


def test_what_failed_needs_a_person_and_is_sent_again_when_one_says_so(publisher: Call, sandbox: Sandbox) -> None:
    publisher("run", "--now", BEGIN)
    sandbox.add_fault("limit-reached", channel="1", code="368", count=1)
    report = publisher("run", "--now", move_clock(sandbox, DUE), code=1)
    assert (report["delivered"], report["failed"]) == (1, 1)
    assert [need["key"] for need in publisher("status", code=1)["needs_person"]] == [HEART]
    assert publisher("run", "--now", DUE, "--fail-on", "new")["failed"] == 0
    publisher("run", "--now", DUE, "--fail-on", "any", code=1)
    publisher("requeue", "2026-valve", "--channel", "facebook:1", "--at", DUE)
    assert publisher("run", "--now", move_clock(sandbox, LATER))["delivered"] == 1
    assert len(sandbox.public("1")) == 1


def test_what_is_skipped_never_goes_out(publisher: Call, sandbox: Sandbox) -> None:
    publisher("run", "--now", BEGIN)
    publisher("skip", HEART, "--why", "the clinic is closed that week")
    assert publisher("run", "--now", move_clock(sandbox, DUE))["delivered"] == 1
    assert sandbox.posts("1") == []
    assert "the clinic is closed that week" in publisher("why", HEART)[0]["why"]


def test_in_doubt_is_found_by_looking_and_never_sent_again(publisher: Call, sandbox: Sandbox) -> None:
    publisher("run", "--now", BEGIN)
    sandbox.add_fault("accept-then-drop", channel="1", call="POST feed", count=1)
    report = publisher("run", "--now", move_clock(sandbox, DUE), code=1)
    assert (report["delivered"], report["in_doubt"]) == (1, 1)
    found = publisher("reconcile", "--now", move_clock(sandbox, LATER))
    assert [receipt["key"] for receipt in found["found"]] == [HEART]
    assert publisher("run", "--now", LATER)["delivered"] == 0
    assert len(sandbox.public("1")) == 1


def test_in_doubt_is_requeued_only_by_a_person_who_has_looked(
    root: Path, capsys: pytest.CaptureFixture[str], publisher: Call, sandbox: Sandbox
) -> None:
    publisher("run", "--now", BEGIN)
    sandbox.add_fault("drop-before", channel="1", call="POST feed", count=1)
    publisher("run", "--now", move_clock(sandbox, DUE), code=1)
    still = publisher("reconcile", "--now", move_clock(sandbox, LATER), code=1)
    assert [need["key"] for need in still["needs_person"]] == [HEART]
    assert "not there" in still["needs_person"][0]["why"]
    code, _, err = spoken(root, capsys, "requeue", HEART)
    assert (code, "may be public" in err, "--absent" in err) == (2, True, True)
    publisher("requeue", HEART, "--absent", "--at", LATER)
    assert publisher("run", "--now", LATER)["delivered"] == 1
    assert len(sandbox.public("1")) == 1


def test_a_post_s_id_means_what_is_in_doubt_and_leaves_its_other_deliveries_alone(
    publisher: Call, sandbox: Sandbox
) -> None:
    publisher("run", "--now", BEGIN)
    sandbox.add_fault("drop-before", channel="1", call="POST feed", count=1)
    publisher("run", "--now", move_clock(sandbox, DUE), code=1)
    again = publisher("requeue", "2026-valve", "--absent", "--now", LATER)
    assert [delivery["key"] for delivery in again] == [HEART]
    assert publisher("status", "--now", LATER)["states"] == {"queued": 1, "verified": 1}
    assert publisher("run", "--now", move_clock(sandbox, "2026-11-24T15:30:00Z"))["delivered"] == 1


def test_a_decision_that_is_refused_for_one_delivery_changes_none(
    root: Path, capsys: pytest.CaptureFixture[str], publisher: Call, sandbox: Sandbox
) -> None:
    publisher("run", "--now", BEGIN)
    sandbox.add_fault("drop-before", channel="1", call="POST feed", count=1)
    publisher("run", "--now", move_clock(sandbox, DUE), code=1)
    code, _, err = spoken(root, capsys, "requeue", HEART, WALKS, "--absent", "--now", LATER)
    assert (code, f"{WALKS} is verified" in err) == (2, True)
    assert publisher("status", "--now", LATER, code=1)["states"] == {"in_doubt": 1, "verified": 1}


def test_a_name_that_is_nearly_right_is_answered_with_the_right_one(
    root: Path, capsys: pytest.CaptureFixture[str], publisher: Call, sandbox: Sandbox
) -> None:
    publisher("run", "--now", BEGIN)
    code, _, err = spoken(root, capsys, "why", "2026-valv")
    assert (code, "did you mean 2026-valve?" in err) == (2, True)


def test_why_says_of_a_post_that_no_run_has_seen_that_it_is_not_taken_over_yet(
    root: Path, capsys: pytest.CaptureFixture[str], publisher: Call, sandbox: Sandbox
) -> None:
    publisher("run", "--now", BEGIN)
    write(root, cardiology__later_md=a_post("2026-later"))
    code, _, err = spoken(root, capsys, "why", "2026-later")
    assert (code, "no run has taken 2026-later over yet" in err) == (2, True)


def test_a_post_by_hand_waits_for_its_address(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    by_hand = (
        'name: Cardiology\nowners: [maren-fenwold]\nzone: America/Chicago\nschedule: {slots: ["Tue 09:00"]}\n'
        'channels:\n  - {platform: linkedin, id: "77", name: Heart on LinkedIn, mode: by-hand}\n'
    )
    root = write(tmp_path, cardiology__specialty=by_hand)
    (root / "content" / "cardiology" / "cardiology__specialty").unlink(missing_ok=True)
    (root / "content" / "cardiology" / "specialty.yml").write_text(by_hand, "utf-8")
    with start(root, content=load(root), now=datetime.fromisoformat(BEGIN)):
        assert run(["run", "--root", str(root), "--now", BEGIN]) == 0
        code, out, _ = spoken(root, capsys, "run", "--now", DUE)
        assert (code, "by hand: a person posts it on Heart on LinkedIn" in out) == (1, True)
        code, out, _ = spoken(
            root, capsys, "adopt", "2026-valve", "https://www.linkedin.com/feed/update/urn:li:share:7"
        )
        assert (code, "is delivered" in out) == (0, True)
        code, out, _ = spoken(root, capsys, "run", "--now", DUE)
        assert (code, "need a person" in out) == (0, False)


def test_adopting_what_is_no_address_is_refused(
    root: Path, capsys: pytest.CaptureFixture[str], publisher: Call, sandbox: Sandbox
) -> None:
    publisher("run", "--now", BEGIN)
    code, _, err = spoken(root, capsys, "adopt", HEART, "on the page")
    assert (code, "'on the page' is no address of a post" in err) == (2, True)


def test_a_key_that_nobody_knows_is_said(
    root: Path, capsys: pytest.CaptureFixture[str], publisher: Call, sandbox: Sandbox
) -> None:
    publisher("run", "--now", BEGIN)
    for command in (["why", "nonsense"], ["requeue", "nonsense"], ["skip", "nonsense", "--why", "no"]):
        code, _, err = spoken(root, capsys, *command)
        assert (code, "the ledger knows no delivery or post 'nonsense'" in err) == (2, True)


def test_another_runner_that_holds_the_delivery_ends_a_decision_with_3(
    root: Path, capsys: pytest.CaptureFixture[str], publisher: Call, sandbox: Sandbox
) -> None:
    publisher("run", "--now", BEGIN)
    at = datetime.fromisoformat(DUE)
    ledger = Ledger.open(f"sqlite:///{root / '.publisher' / 'sandbox.db'}", "sandbox", at)
    claim = ledger.claim(runner="another", now=at)
    ledger.close()
    assert claim is not None
    code, _, err = spoken(root, capsys, "skip", claim.key, "--why", "no")
    assert (code, "a runner is delivering" in err) == (3, True)


def test_why_reads_like_a_person_explaining(
    root: Path, capsys: pytest.CaptureFixture[str], publisher: Call, sandbox: Sandbox
) -> None:
    publisher("run", "--now", BEGIN)
    code, out, _ = spoken(root, capsys, "why", "2026-valve", "facebook:1")
    assert code == 0
    assert "“A new valve without open surgery” on Example Health Cardiology (facebook:1): queued" in out
    assert (
        "On Mon 23 Nov 2026 07:00 (America/Chicago) it was planned for Tue 24 Nov 2026 09:00 America/Chicago, the first"
        " free slot of Cardiology after the page is public (Mon 23 Nov 2026 10:00). Next: the first run after Tue 24"
        " Nov 2026 09:00 (America/Chicago) sends it."
    ) in out
    publisher("run", "--now", move_clock(sandbox, DUE))
    _, out, _ = spoken(root, capsys, "why", "content/cardiology/valve.md", "facebook:1")
    assert "It went out on Tue 24 Nov 2026 09:00: public at https://www.facebook.com/1_" in out
    assert "Nothing is left to do." in out


def test_the_event_log_is_proved_and_an_edit_of_it_is_seen(root: Path, publisher: Call, sandbox: Sandbox) -> None:
    publisher("run", "--now", BEGIN)
    assert publisher("status", "--audit")["log"] == {"whole": True, "broken_at": None}
    ledger = Ledger.open(f"sqlite:///{root / '.publisher' / 'sandbox.db'}", "sandbox", datetime.fromisoformat(DUE))
    with ledger.engine.begin() as conn:
        conn.exec_driver_sql("UPDATE events SET why = 'nobody asked' WHERE seq = 2")
    ledger.close()
    assert publisher("status", "--audit", code=1)["log"] == {"whole": False, "broken_at": 2}


def test_an_edited_post_makes_no_second_delivery_and_a_new_one_is_taken_over(
    root: Path, publisher: Call, sandbox: Sandbox
) -> None:
    publisher("run", "--now", BEGIN)
    write(root, cardiology__walk_md=a_post("2026-walk"))
    post = root / "content" / "cardiology" / "valve.md"
    post.write_text(post.read_text("utf-8").replace("A new valve", "One more valve"), "utf-8")
    post.rename(post.with_name("another-name.md"))
    report = publisher("run", "--now", move_clock(sandbox, DUE))
    assert report["planned"]["new"] == 2
    assert {receipt["key"] for receipt in report["receipts"]} == {HEART, WALKS}
    assert all(post["message"].startswith("One more valve") for post in sandbox.public())


def test_a_decision_is_logged_with_its_person_and_reason(root: Path, publisher: Call, sandbox: Sandbox) -> None:
    publisher("run", "--now", BEGIN)
    publisher("skip", HEART, "--why", "said otherwise")
    ledger = Ledger.open(f"sqlite:///{root / '.publisher' / 'sandbox.db'}", "sandbox", datetime.fromisoformat(DUE))
    last = ledger.history(HEART)[-1]
    ledger.close()
    assert (last.was, last.became, last.why) == ("queued", "cancelled", "said otherwise")
    assert "@" in Cause(by=last.by, why=last.why, at=last.at).by


def test_a_post_with_a_to_do_goes_nowhere_and_comes_back_when_it_is_done(
    root: Path, publisher: Call, sandbox: Sandbox
) -> None:
    publisher("run", "--now", BEGIN)
    post = root / "content" / "cardiology" / "valve.md"
    whole = post.read_text("utf-8")
    post.write_text(whole.replace("What the clinic offers", "TO DO: what the clinic offers"), "utf-8")
    report = publisher("run", "--now", move_clock(sandbox, DUE), code=1)
    assert (report["delivered"], report["held"]) == (0, 2)
    assert sandbox.posts() == []
    post.write_text(whole, "utf-8")
    assert publisher("run", "--now", move_clock(sandbox, LATER))["delivered"] == 2
