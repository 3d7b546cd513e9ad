"""Each guard can fail: taken out of a copy of the package, a named test is red.

The copy is made anew for each guard, one line of it is changed (and must be found), and the test runs against it in a
process of its own. What stays green without its guard would prove nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLOWS = "tests/delivery/test_scripted_flows.py"
KILLED = "tests/delivery/test_killed_anywhere.py"
CLAIMS = "tests/ledger/test_claim.py"
DECIDE = "tests/ledger/test_decide.py"


@dataclass(frozen=True, kw_only=True)
class Guard:
    """A line of the code, what it becomes without the guard, and the test that must notice."""

    file: str
    line: str
    without: str
    test: str


GUARDS = {
    "in doubt on replay": Guard(
        file="ledger/claim.py",
        line="        if step is None:\n",
        without="        if True:\n",
        test=f"{CLAIMS}::test_a_lease_that_runs_out_with_a_committing_call_unanswered_is_in_doubt[sqlite]",
    ),
    "in doubt on replay, seen from outside": Guard(
        file="ledger/claim.py",
        line="        if step is None:\n",
        without="        if True:\n",
        test=f"{FLOWS}::test_an_edit_after_a_committing_call_began_is_a_question_about_the_old_text",
    ),
    "in doubt after a call without an answer": Guard(
        file="delivery/driver.py",
        line="        if isinstance(error, InDoubt) and not (call.repeatable or not call.commits):\n",
        without="        if False:\n",
        test=f"{FLOWS}::test_a_committing_call_without_an_answer_is_in_doubt",
    ),
    "fence of the journal": Guard(
        file="ledger/journal.py",
        line='        raise LostLease(f"{claim.key} is not {claim.runner}\'s any more")\n\n\ndef open_operation',
        without="        return\n\n\ndef open_operation",
        test=f"{FLOWS}::test_a_stalled_runner_that_wakes_writes_nothing_and_sends_nothing[before begun]",
    ),
    "fence of an ending": Guard(
        file="ledger/moves.py",
        line='        guard &= deliveries.c.lease_token == bindparam("under")\n',
        without="        pass\n",
        test=f"{CLAIMS}::test_the_lease_of_another_claim_by_the_same_runner_is_another_lease[sqlite]",
    ),
    "send-by": Guard(
        file="http.py",
        line="        if self._late is not None and self._late():\n",
        without="        if False:\n",
        test="tests/delivery/test_send_by.py::test_a_runner_that_wakes_after_its_lease_was_taken_sends_nothing",
    ),
    "replay comparison": Guard(
        file="delivery/driver.py",
        line="        if known is not None and known.digest != call.digest:\n",
        without="        if False:\n",
        test=f"{FLOWS}::test_an_edit_after_a_refused_post_begins_afresh",
    ),
    "replay comparison of what may be public": Guard(
        file="delivery/driver.py",
        line="        if known is not None and known.digest != call.digest:\n",
        without="        if False:\n",
        test=f"{FLOWS}::test_an_edit_after_a_repeatable_call_began_is_a_question_about_the_old_text",
    ),
    "no fresh attempt of what may be public": Guard(
        file="delivery/driver.py",
        line="        if self.commits:\n            self._doubt(f",
        without="        if False:\n            self._doubt(f",
        test=f"{FLOWS}::test_an_expired_answer_before_a_call_that_may_have_published_is_a_question",
    ),
    "unique receipt": Guard(
        file="ledger/schema.py",
        line='Index("one_receipt_per_post", deliveries.c.channel, deliveries.c.remote_id, unique=True)\n',
        without="",
        test=f"{DECIDE}::test_a_receipt_is_one_deliverys_on_its_channel[sqlite]",
    ),
    "one claim per channel": Guard(
        file="ledger/claim.py",
        line='_BUSY = select(deliveries.c.channel).where(deliveries.c.state == "claimed")\n',
        without='_BUSY = select(deliveries.c.channel).where(deliveries.c.state == "nobody\'s")\n',
        test=f"{CLAIMS}::test_one_delivery_at_a_time_per_channel[sqlite]",
    ),
    "spacing": Guard(
        file="ledger/claim.py",
        line="if row is not None and _rested(row, now) and _free(conn, name):",
        without="if row is not None and _free(conn, name):",
        test=f"{CLAIMS}::test_a_channel_rests_between_two_messages[sqlite]",
    ),
    "redaction of urllib3's log": Guard(
        file="http.py",
        line="    logging.getLogger(_name).addFilter(_OfThisCall())\n",
        without="    pass\n",
        test="tests/delivery/test_runs.py::test_no_token_is_seen_anywhere_after_a_run_with_every_fault",
    ),
    "begun before sent": Guard(
        file="delivery/driver.py",
        line="        send_by = self.ledger.begin(self.claim, index, call, now, opening=self.opening)\n",
        without="        send_by = now\n",
        test=f"{KILLED}::test_a_publication_killed_anywhere_is_public_once[link-0-sent]",
    ),
}


@pytest.mark.kill
@pytest.mark.parametrize("name", GUARDS)
def test_without_its_guard_a_test_is_red(name: str, tmp_path: Path) -> None:
    guard = GUARDS[name]
    copy = _copy(tmp_path)
    file = copy / "publisher" / guard.file
    source = file.read_text(encoding="utf-8")
    assert source.count(guard.line) == 1, f"{guard.file} has no such line any more: say here what the guard is now"
    file.write_text(source.replace(guard.line, guard.without), encoding="utf-8")
    ended, said = _tested(copy, guard.test, tmp_path)
    assert ended == 1, f"{guard.test} is not red without its guard:\n{said}"


@pytest.mark.kill
def test_with_every_guard_in_its_place_those_tests_are_green(tmp_path: Path) -> None:
    """Red must mean that the guard is missing, and not that a copy cannot be tested."""
    ended, said = _tested(_copy(tmp_path), " ".join(dict.fromkeys(g.test for g in GUARDS.values())), tmp_path)
    assert ended == 0, said


def _copy(folder: Path) -> Path:
    copy = folder / "copy"
    left_out = shutil.ignore_patterns("__pycache__", "manual", "decisions", "wall")
    shutil.copytree(ROOT / "publisher", copy / "publisher", ignore=left_out)
    for tests in ("delivery", "ledger"):
        shutil.copytree(ROOT / "tests" / tests, copy / "tests" / tests, ignore=left_out)
    shutil.copy(ROOT / "tests" / "conftest.py", copy / "tests" / "conftest.py")
    shutil.copy(ROOT / "pyproject.toml", copy / "pyproject.toml")
    return copy


def _tested(copy: Path, tests: str, folder: Path) -> tuple[int, str]:
    """Pytest's exit code and words for those tests of the copy."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:randomly"]
    names = [f"tests/{name}" for name in tests.removeprefix("tests/").split(" tests/")]
    env = {**os.environ, "PYTHONPATH": str(copy), "PYTEST_ADDOPTS": "", "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run(
        [*command, f"--basetemp={folder / 'tmp'}", *names],
        cwd=copy,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert str(copy / "publisher") in _where(copy, env), "the copy was not the one that was tested"
    return ended.returncode, ended.stdout + ended.stderr


def _where(copy: Path, env: dict[str, str]) -> str:
    """Where a process in the copy finds the package: never in the installed one."""
    code = "import publisher; print(publisher.__file__)"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=copy, env=env, capture_output=True, text=True, check=True
    ).stdout
