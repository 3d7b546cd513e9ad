"""The front door: `python3 tasks.py TASK` makes the environment when it must, then hands over to invoke.

The first half is the standard library alone and readable by any Python 3, so that it can say what is missing. The
second half, after the hand-over, is invoke's.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this is where an older Python is told so
    sys.exit(
        "tasks.py: needs Python 3.11 or newer, and this is Python {}.{}\n"
        "  hint: if there is a newer one, call it by its name: python3.11 tasks.py ...".format(*sys.version_info[:2])
    )

import hashlib
import json
import os
from pathlib import Path
from typing import NoReturn

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "stamp.json"
LOCKS = {"run": HERE / "requirements.lock", "test": HERE / "requirements-test.lock"}
WITH_JUDGES = {"bench", "check", "lock", "test"}
"""The tasks that need requirements-test.lock; the others do with requirements.lock."""


# The environment


def start(arguments: list[str]) -> int:
    """Make the environment stand that the tasks need and become invoke; returns only when there is nothing to run."""
    named = [word for word in arguments[: [*arguments, "--"].index("--")] if not word.startswith("-")]
    if not named or arguments[0] in {"-h", "--help", "-l", "--list"}:
        print(listing())
        return 0
    kind = "test" if WITH_JUDGES.intersection(named) else "run"
    if not standing(kind):
        if named[0] not in tasks_here():
            print(f"tasks.py: there is no task {named[0]!r}\n\n{listing()}", file=sys.stderr)
            return 2
        ensure(kind)
    return hand_over(arguments)


def hand_over(arguments: list[str]) -> NoReturn:
    """Become invoke, in the environment; the same process, so that signals and exit codes are its own."""
    command = [str(PYTHON), "-P", "-m", "invoke", "--search-root", str(HERE), *arguments]
    os.execv(PYTHON, command)  # noqa: S606 - no shell is wanted


def tasks_here() -> dict[str, str]:
    """Every task of this file with the first line of its docstring, read without importing invoke."""
    import ast

    functions = [
        node for node in ast.parse(Path(__file__).read_text("utf-8")).body if isinstance(node, ast.FunctionDef)
    ]
    tasks = [function for function in functions if any("task" in ast.dump(mark) for mark in function.decorator_list)]
    return {task.name: (ast.get_docstring(task) or "").partition("\n")[0] for task in tasks}


def listing() -> str:
    """What `python3 tasks.py` says: the tasks with a line each."""
    rows = "\n".join(f"  {name:<8} {line}" for name, line in tasks_here().items())
    return f"python3 tasks.py TASK [options]     (TASK --help for its options)\n\n{rows}"


def wanted(kind: str) -> dict[str, str]:
    """What the stamp must say for an environment of this kind ("run" or "test") to be right as it is."""
    return {
        "kind": kind,
        "here": str(HERE),
        "python": os.path.realpath(PYTHON),
        "lock": hashlib.sha256(LOCKS[kind].read_bytes()).hexdigest(),
        "project": _digest_of_project(),
    }


def _digest_of_project() -> str:
    """The digest of what an installation depends on in pyproject.toml; the judges' settings are none of it."""
    import tomllib

    table = tomllib.loads((HERE / "pyproject.toml").read_text("utf-8"))
    told = [table.get("build-system"), table.get("project"), table.get("tool", {}).get("hatch")]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def stamped() -> dict[str, str]:
    """What the stamp says; empty when there is none: no set-up came to its end."""
    try:
        found: dict[str, str] = json.loads(STAMP.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if PYTHON.exists() else {}


def standing(kind: str) -> bool:
    """Whether the environment can be used as it is; one with judges serves the other tasks too."""
    found = stamped()
    return any(found == wanted(able) for able in {kind, "test"})


def ensure(kind: str) -> None:
    """Set `.venv` up, one set-up at a time; a set-up that was killed is begun again."""
    import fcntl

    with (HERE / ".venv.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("tasks.py: another set-up is at work here; waiting for it", file=sys.stderr)
            fcntl.flock(lock, fcntl.LOCK_EX)
        if not standing(kind):
            set_up(kind, lock.fileno())


def set_up(kind: str, lock: int) -> None:
    """Install the lock's packages and this project, then write the stamp.

    The programs started here inherit `lock`: if this process is killed, the next set-up waits for their end.
    """
    found = stamped()
    kind = "test" if found.get("kind") == "test" else kind  # judges that were asked for once stay
    goal = wanted(kind)
    STAMP.unlink(missing_ok=True)
    if not _grows(found, goal):
        print(f"tasks.py: setting up {VENV.name} from {LOCKS[kind].name} (once; a minute or two)", file=sys.stderr)
        _make_venv(lock)
        found = {}
    pip = _pip()
    if found.get("lock") != goal["lock"]:
        _run([*pip, "install", "--require-hashes", "--no-deps", "--only-binary=:all:", "-r", str(LOCKS[kind])], lock)
    _run([*pip, "install", "--no-build-isolation", "--no-deps", "--editable", str(HERE)], lock)
    aside = STAMP.with_suffix(".new")
    aside.write_text(json.dumps(wanted(kind)), "utf-8")
    aside.replace(STAMP)


def _grows(found: dict[str, str], goal: dict[str, str]) -> bool:
    """Whether what stands can be added to: the judges to what runs, or this project's own description anew."""
    if not found or any(found.get(key) != goal[key] for key in ("here", "python")):
        return False
    return found.get("lock") == wanted(found["kind"])["lock"]


def _make_venv(lock: int) -> None:
    """An empty environment of this Python, without pip when this Python cannot bring it."""
    import importlib.util
    import shutil

    shutil.rmtree(VENV, ignore_errors=True)
    if importlib.util.find_spec("venv") is None:
        _stop("this Python cannot make environments", "on Debian or Ubuntu: apt-get install python3-venv")
    bare = [] if importlib.util.find_spec("ensurepip") else ["--without-pip"]
    if bare and importlib.util.find_spec("pip") is None:
        _stop("this Python has neither ensurepip nor pip", "on Debian or Ubuntu: apt-get install python3-venv")
    _run([getattr(sys, "_base_executable", sys.executable), "-m", "venv", *bare, str(VENV)], lock)


def _pip() -> list[str]:
    """How pip is called for the environment: its own, else this Python's from outside."""
    own = any(VENV.glob("lib/python*/site-packages/pip/__main__.py"))
    return [str(PYTHON), "-m", "pip"] if own else [sys.executable, "-m", "pip", "--python", str(PYTHON)]


def _run(command: list[str], lock: int) -> None:
    """Run the program; when it fails show what it said and stop. pip's own configuration holds, except its `user`."""
    import subprocess

    clean = {name: value for name, value in os.environ.items() if name not in {"PYTHONHOME", "PYTHONPATH"}}
    environment = {**clean, "PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    done = subprocess.run(
        command,
        env=environment,
        pass_fds=[lock],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        _stop(f"setting up failed at: {' '.join(command)}\n\n{done.stdout}", "mend that and run the same command again")


def _stop(sentence: str, hint: str) -> None:
    """End with a sentence and what to do about it."""
    sys.exit(f"tasks.py: {sentence}\n  hint: {hint}")


if __name__ == "__main__":
    sys.exit(start(sys.argv[1:]))


# The tasks, in the environment

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from invoke.context import Context
from invoke.tasks import task

FAST = "not browser and not kill and not server"


@task(help={"keep": "Leave the servers running, to look around."})
def demo(_c: Context, keep: bool = False) -> None:
    """Build the sample site, publish what is due to the sandbox, and show where to look."""
    _program("-m", "publisher.demo", *(["--keep"] if keep else []))


@task(help={"fast": "Leave out browsers, killed processes and real servers."})
def test(c: Context, fast: bool = False) -> None:
    """Run every test; what follows -- is handed to pytest."""
    _program("-m", "pytest", "-n", "2", *(["-m", FAST] if fast else []), *_after_dashes(c))


ROOT_HELP = "The folder that holds content/ (default: this checkout)."
NOW_HELP = "Build what is public at this instant, e.g. 2026-12-01T15:00:00Z (default: now)."


@task(
    help={
        "root": ROOT_HELP,
        "output": "Where the site is put (default: output/ in the root).",
        "now": NOW_HELP,
        "allow_refused": "Leave out the files that have errors instead of building nothing.",
    }
)
def build(_c: Context, root: str = "", output: str = "", now: str = "", allow_refused: bool = False) -> None:
    """Build the site into output/: all of it or nothing."""
    with _sentences():
        _built(root, output, now, allow_refused=allow_refused)


@task(help={"root": ROOT_HELP, "port": "The port on this machine (default: 8000; 0 takes a free one)."})
def serve(_c: Context, root: str = "", port: int = 8000) -> None:
    """Show the site on this machine and build it again whenever a file changes."""
    from publisher.serve import Server, serve_and_watch

    home = _root(root)
    watched = [path for path in (home / "content", HERE / "themes", HERE / "plugins") if path.exists()]
    with _sentences():
        _built(root, "", "")
        server = Server(home / "output", port)
        print(f"serving {server.address}/  (Ctrl-C ends it)", flush=True)
        serve_and_watch(server, watched, lambda: _tried(lambda: _built(root, "", "")))


@task(
    help={"root": ROOT_HELP, "to": "A folder, or host:path for rsync (default: output/ in the root).", "now": NOW_HELP}
)
def deploy(_c: Context, root: str = "", to: str = "", now: str = "") -> None:
    """Build the site for the public, verify it and put it in place, never half of it."""
    from publisher.deploy import deploy as put

    home = _root(root)
    with _sentences():
        print(put(home, to or str(home / "output"), now=_instant(now)).balance)


@task
def check(_c: Context) -> None:
    """Check the content, the lint, the types and the import contracts: what CI asks of a pull request."""
    asked = {
        "content": ["-m", "publisher", "--root", str(HERE), "check"],
        "lint": ["-m", "ruff", "check", "."],
        "format": ["-m", "ruff", "format", "--check", "."],
        "types": ["-m", "mypy"],
        "imports": ["-c", "import importlinter.cli as c; c.lint_imports_command()"],
    }
    failed = [name for name, arguments in asked.items() if _ends(name, arguments)]
    if failed:
        sys.exit(f"check: failed: {', '.join(failed)}")
    print("check: all good")


@task
def bench(c: Context) -> None:
    """Measure, as ratios against peers where they are installed; after -- may stand which ones."""
    _program("tests/bench", *_after_dashes(c))


@task(help={"upgrade": "Take newer versions where there are any."})
def lock(_c: Context, upgrade: bool = False) -> None:
    """Compile requirements.lock and requirements-test.lock, with hashes and without any host."""
    for kind, source in (("run", "requirements.in"), ("test", "requirements-test.in")):
        shape = ["--universal", "--python-version", "3.11", "--generate-hashes"]
        silent = ["--quiet", "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
        goal = ["--output-file", LOCKS[kind].name, *(["--upgrade"] if upgrade else [])]
        _program("-m", "uv", "pip", "compile", "pyproject.toml", source, *shape, *silent, *goal)


def _root(root: str) -> Path:
    """The folder that holds content/."""
    return Path(root or HERE).absolute()


def _instant(now: str) -> datetime:
    """The instant that was named, else that of SOURCE_DATE_EPOCH, else the clock's."""
    from publisher.build import instant
    from publisher.cli._common import parse_instant

    return parse_instant(now) if now else instant(os.environ)


def _built(root: str, output: str, now: str, *, allow_refused: bool = False) -> None:
    """Build the site and say what became of every file."""
    from publisher.build import build as built

    home = _root(root)
    made = built(home, Path(output or home / "output"), now=_instant(now), allow_refused=allow_refused)
    print(
        "\n".join([*made.problems, made.balance, f"{len(made.change.files)} files changed in {made.output}"]),
        flush=True,
    )


@contextmanager
def _sentences() -> Iterator[None]:
    """End with the sentence, the hint and the exit code of what went wrong."""
    from publisher.cli import complain
    from publisher.errors import PublisherError

    try:
        yield
    except PublisherError as error:
        complain(error.sentence, error.hint)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)


def _tried(action: Callable[[], None]) -> bool:
    """Whether the action went well; when not, what went wrong was said and work goes on."""
    try:
        with _sentences():
            action()
    except SystemExit:
        return False
    return True


def _after_dashes(c: Context) -> list[str]:
    """The words that follow a lone -- on the command line."""
    import shlex

    return shlex.split(c.remainder)


def _ends(name: str, arguments: list[str]) -> int:
    """The exit code of a Python program of the environment, run at the project's root under a heading."""
    print(f"--- {name}", flush=True)
    return subprocess.run([sys.executable, *arguments], cwd=HERE, check=False).returncode


def _program(*arguments: str) -> None:
    """Run a Python program of the environment at the project's root; a failure ends the task with its exit code."""
    try:
        code = subprocess.run([sys.executable, *arguments], cwd=HERE, check=False).returncode
    except KeyboardInterrupt:
        code = 130
    if code:
        sys.exit(code)
