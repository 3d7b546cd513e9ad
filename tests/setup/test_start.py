"""`python3 tasks.py TASK` on a bare machine: an environment from hashed locks, once, whatever happens in between."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BASE = getattr(sys, "_base_executable", sys.executable)
NEEDED = {"invoke", "hatchling", "editables", "packaging", "pathspec", "pluggy", "tomlkit", "trove-classifiers"}
"""What of the lock a set-up cannot do without; the copies below install no more, to be quick."""

pytestmark = pytest.mark.timeout(300)


class Checkout:
    """A small project with our tasks.py, a cut of our lock, and a task that says hello."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        locked = re.split(r"(?m)^(?=[a-z])", (ROOT / "requirements.lock").read_text("utf-8"))
        cut = "".join(row for row in locked if row.partition("==")[0] in NEEDED)
        for lock in ("requirements.lock", "requirements-test.lock"):
            (folder / lock).write_text(cut, "utf-8")
        (folder / "publisher").mkdir()
        (folder / "publisher" / "__init__.py").write_text("")
        (folder / "pyproject.toml").write_text(
            '[build-system]\nrequires = ["hatchling", "editables"]\nbuild-backend = "hatchling.build"\n'
            '[project]\nname = "publisher"\nversion = "1"\n'
        )
        hello = 'import publisher; print("hello from", sys.prefix, publisher.__file__)'
        source = (ROOT / "tasks.py").read_text("utf-8")
        (folder / "tasks.py").write_text(f'{source}\n\n@task\ndef hello(_c):\n    """Say hello."""\n    {hello}\n')

    def command(self, *arguments: str) -> list[str]:
        return [BASE, str(self.folder / "tasks.py"), *arguments]

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run it from another folder, as a bare machine would: without the environment that these tests run in."""
        return subprocess.run(
            self.command(*arguments), cwd="/", env=bare(environment), capture_output=True, text=True, check=False
        )

    @property
    def stamp(self) -> Path:
        return self.folder / ".venv" / "stamp.json"

    @property
    def greeting(self) -> str:
        return f"hello from {self.folder / '.venv'} {self.folder / 'publisher' / '__init__.py'}\n"


def bare(more: dict[str, str]) -> dict[str, str]:
    """The environment's variables without those of a virtual environment."""
    ours = {"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "PYTEST_ADDOPTS"}
    return {name: value for name, value in os.environ.items() if name not in ours} | more


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "a folder with spaces")


@pytest.mark.server
def test_the_first_call_makes_the_environment_and_the_second_only_uses_it(checkout: Checkout) -> None:
    first = checkout.run("hello")
    assert (first.returncode, first.stdout) == (0, checkout.greeting), first.stderr
    assert "setting up .venv from requirements.lock" in first.stderr
    made = checkout.stamp.stat().st_mtime_ns
    second = checkout.run("hello")
    assert (second.returncode, second.stdout, second.stderr) == (0, checkout.greeting, "")
    assert checkout.stamp.stat().st_mtime_ns == made
    loaded = subprocess.run(
        [BASE, "-X", "importtime", *checkout.command("hello")[1:]], capture_output=True, text=True, check=True
    ).stderr
    assert " hashlib\n" in loaded
    assert not re.search(r" (subprocess|ast|venv|fcntl|invoke)\n", loaded), "a later call must stay quick"


@pytest.mark.kill
@pytest.mark.parametrize("moment", ["bin/python", "lib/python*/site-packages/pluggy"], ids=["venv", "pip"])
def test_a_set_up_that_was_killed_is_begun_again(checkout: Checkout, moment: str) -> None:
    with subprocess.Popen(checkout.command("hello"), cwd="/", env=bare({}), stdout=-1, stderr=-1) as running:
        while not list((checkout.folder / ".venv").glob(moment)):
            assert running.poll() is None
        running.send_signal(signal.SIGKILL)
    assert running.returncode == -signal.SIGKILL
    assert not checkout.stamp.exists()
    again = checkout.run("hello")
    assert (again.returncode, again.stdout) == (0, checkout.greeting), again.stderr
    if moment == "bin/python":  # the orphan had seconds to go, and held the lock meanwhile
        assert "another set-up is at work here; waiting for it" in again.stderr


@pytest.mark.server
def test_two_set_ups_at_once_are_one_set_up(checkout: Checkout) -> None:
    both = [
        subprocess.Popen(checkout.command("hello"), cwd="/", env=bare({}), text=True, stdout=-1, stderr=-1)
        for _ in "ab"
    ]
    said = [one.communicate() for one in both]
    assert [one.returncode for one in both] == [0, 0], said
    assert [out for out, _ in said] == [checkout.greeting] * 2
    assert sum(err.count("setting up .venv") for _, err in said) == 1


@pytest.mark.server
def test_a_changed_lock_makes_it_anew_and_a_moved_folder_too(checkout: Checkout) -> None:
    assert checkout.run("hello").returncode == 0
    lock = checkout.folder / "requirements.lock"
    lock.write_text(lock.read_text("utf-8") + "# changed\n", "utf-8")
    changed = checkout.run("hello")
    assert "setting up .venv from requirements.lock" in changed.stderr
    moved = checkout.folder.rename(checkout.folder.with_name("moved"))
    there = subprocess.run(
        [BASE, str(moved / "tasks.py"), "hello"], cwd="/", env=bare({}), capture_output=True, text=True, check=False
    )
    assert there.stdout == f"hello from {moved / '.venv'} {moved / 'publisher' / '__init__.py'}\n", there.stderr


@pytest.mark.server
def test_judges_are_added_to_what_stands_and_then_serve_every_task(checkout: Checkout) -> None:
    checkout.run("hello")
    kept = checkout.folder / ".venv" / "kept"
    kept.write_text("")
    judged = checkout.run("lock", "--help")
    assert judged.returncode == 0, judged.stderr
    assert kept.exists()
    assert json.loads(checkout.stamp.read_text())["kind"] == "test"
    assert checkout.run("hello").stderr == ""
    assert json.loads(checkout.stamp.read_text())["kind"] == "test"


@pytest.mark.server
def test_a_package_that_is_not_what_was_locked_is_refused(checkout: Checkout) -> None:
    lock = checkout.folder / "requirements.lock"
    lock.write_text(re.sub(r"sha256:\w{8}", "sha256:00000000", lock.read_text("utf-8")), "utf-8")
    refused = checkout.run("hello")
    assert refused.returncode == 1
    assert "setting up failed" in refused.stderr
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in refused.stderr
    assert not checkout.stamp.exists()


@pytest.mark.server
def test_a_pip_that_installs_for_the_user_is_overruled(checkout: Checkout) -> None:
    done = checkout.run("hello", PIP_USER="1", PYTHONPATH="/nowhere")
    assert (done.returncode, done.stdout) == (0, checkout.greeting), done.stderr


def pretending(setting: str, *arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run tasks.py in a Python of which one thing is changed first."""
    start = f"import sys, runpy; {setting}; sys.argv = {['tasks.py', *arguments]!r}"
    code = f"{start}; runpy.run_path({str(folder / 'tasks.py')!r}, run_name='__main__')"
    return subprocess.run([BASE, "-c", code], capture_output=True, text=True, env=bare({}), cwd="/", check=False)


def test_an_older_python_is_told_so() -> None:
    ended = pretending("sys.version_info = (3, 9, 2)", "demo")
    assert ended.returncode == 1
    assert ended.stderr.startswith("tasks.py: needs Python 3.11 or newer, and this is Python 3.9\n  hint: ")


def test_an_older_python_can_read_it() -> None:
    ast.parse((ROOT / "tasks.py").read_text("utf-8"), feature_version=(3, 6))


HIDE = "import importlib.util as u; find = u.find_spec; u.find_spec = lambda n, *a: None if n in {} else find(n, *a)"


def test_a_python_without_venv_says_which_package_is_missing(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "bare")
    for missing in ({"venv"}, {"ensurepip", "pip"}):
        ended = pretending(HIDE.format(missing), "hello", folder=checkout.folder)
        assert ended.returncode == 1
        assert "apt-get install python3-venv" in ended.stderr
        assert "Traceback" not in ended.stderr


@pytest.mark.server
def test_a_python_without_ensurepip_uses_the_pip_that_it_has(checkout: Checkout) -> None:
    done = pretending(HIDE.format({"ensurepip"}), "hello", folder=checkout.folder)
    assert (done.returncode, done.stdout) == (0, checkout.greeting), done.stderr
    assert not list(checkout.folder.glob(".venv/lib/python*/site-packages/pip"))


@pytest.mark.parametrize("asked", [[], ["--help"], ["--list"]])
def test_the_tasks_are_listed_without_any_environment(tmp_path: Path, asked: list[str]) -> None:
    checkout = Checkout(tmp_path / "bare")
    shown = checkout.run(*asked)
    assert shown.returncode == 0
    rows = dict(line.split(None, 1) for line in shown.stdout.splitlines() if line.startswith("  "))
    assert set(rows) == {"demo", "test", "build", "serve", "check", "deploy", "bench", "lock", "hello"}
    assert all(line.endswith(".") for line in rows.values())
    assert not (checkout.folder / ".venv").exists()


def test_a_task_that_does_not_exist_is_misuse_and_installs_nothing(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "bare")
    ended = checkout.run("demmo")
    assert ended.returncode == 2
    assert "there is no task 'demmo'" in ended.stderr
    assert not (checkout.folder / ".venv").exists()


@pytest.mark.server
def test_this_very_environment_is_the_lock_installed(tmp_path: Path) -> None:
    """From nothing: every package of requirements.lock with its hash, and the product starts."""
    clone = tmp_path / "clone"
    clone.mkdir()
    for name in ("tasks.py", "pyproject.toml", "requirements.lock", "requirements-test.lock", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, clone / name)
    shutil.copytree(ROOT / "publisher", clone / "publisher", ignore=shutil.ignore_patterns("__pycache__"))
    shown = subprocess.run(
        [BASE, "tasks.py", "demo", "--help"], cwd=clone, env=bare({}), capture_output=True, text=True, check=False
    )
    assert shown.returncode == 0, shown.stderr
    version = subprocess.run([clone / ".venv/bin/publisher", "--version"], capture_output=True, text=True, check=True)
    assert version.stdout == "publisher 0.1.0\n"
    checked = subprocess.run(
        [clone / ".venv/bin/python", "-m", "pip", "check"], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout
