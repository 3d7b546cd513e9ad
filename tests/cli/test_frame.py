"""The program's frame: commands are found by their folder, and every end has its sentence and its exit code."""

from __future__ import annotations

import ast
import json
import os
import pty
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import dedent

import pytest

from publisher.cli import _common, _debug
from publisher.errors import Misuse

ROOT = Path(__file__).parents[2]
FRAME = [
    "__init__.py",
    "__main__.py",
    "errors.py",
    "cli/__init__.py",
    "cli/_common.py",
    "cli/_debug.py",
    "content/__init__.py",
    "content/times.py",
]


class Program:
    """A copy of the frame alone, to which a test adds commands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in FRAME:
            (folder / "publisher" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / "publisher" / name, folder / "publisher" / name)

    def command(self, module: str, body: str, *, about: str = "Do one thing.", options: str = "") -> None:
        """Add a command as others write theirs: one file."""
        lines = [
            f'"""{about}"""', "import click", "from publisher.cli import _common", "from publisher.errors import *", "",
            f"@click.command('{module.replace('_', '-')}')", *options.split("\n"), "def command(**given):",
            *(f"    {line}" for line in dedent(body or "pass").strip().split("\n")),
        ]  # fmt: skip
        (self.folder / "publisher" / "cli" / f"{module}.py").write_text("\n".join(lines), "utf-8")

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run it in a fresh interpreter, in an empty folder."""
        return subprocess.run(
            [sys.executable, "-m", "publisher", *arguments], cwd=self.folder, env=self.environment(**environment),
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    def environment(self, **more: str) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "PYTHONPATH": str(self.folder), "PYTHONWARNINGS": "error", **more}


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


def test_a_command_is_one_file_and_nothing_else_is_touched(program: Program) -> None:
    program.command("init_ledger", "click.echo('made')", about="Make the live ledger.\n\nAnd more.")
    assert program.run("init-ledger").stdout == "made\n"
    assert "  init-ledger  Make the live ledger.\n" in program.run("--help").stdout


def test_a_file_with_an_underscore_is_no_command(program: Program) -> None:
    (program.folder / "publisher" / "cli" / "_shared.py").write_text('"""Shared."""')
    assert "shared" not in program.run("--help").stdout


def test_help_imports_no_command(program: Program) -> None:
    program.command("plan", "", about="Show what would go out.")
    (program.folder / "publisher" / "cli" / "run.py").write_text('"""Send what is due."""\nraise RuntimeError')
    shown = program.run("--help")
    assert shown.returncode == 0
    assert "plan  Show what would go out.\n" in shown.stdout
    assert "run   Send what is due.\n" in shown.stdout


def test_only_the_command_that_is_called_is_imported(program: Program) -> None:
    program.command("plan", "click.echo('planned')")
    (program.folder / "publisher" / "cli" / "run.py").write_text('"""Send."""\nraise RuntimeError')
    assert program.run("plan").stdout == "planned\n"


def test_listing_the_real_commands_loads_nothing_heavy() -> None:
    code = dedent("""
        import sys
        from publisher import cli
        cli.call(["--help"])
        print("LOADED", *sorted({"sqlalchemy", "requests", "pelican", "rich", "yaml", "werkzeug"} & set(sys.modules)))
    """)
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert shown.splitlines()[-1].strip() == "LOADED"


def test_importing_the_frame_loads_click_and_no_other_package() -> None:
    code = dedent(f"""
        import sys
        sys.path[:0] = {[str(ROOT), *sys.path]!r}
        import publisher.cli
        files = {{name: str(getattr(module, "__file__", "")) for name, module in sys.modules.items()}}
        print(*sorted({{name.partition(".")[0] for name, file in files.items() if "site-packages" in file}}))
    """)
    shown = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.split() == ["click"]


def test_every_real_command_opens_with_a_sentence_and_holds_a_command() -> None:
    for module in sorted((ROOT / "publisher" / "cli").glob("[!_]*.py")):
        tree = ast.parse(module.read_text("utf-8"))
        first = (ast.get_docstring(tree) or "").partition("\n")[0]
        assert first.endswith("."), f"{module.name} opens with no sentence"
        held = {getattr(node, "name", "") for node in tree.body}
        held |= {getattr(t, "id", "") for node in tree.body if isinstance(node, ast.Assign) for t in node.targets}
        assert "command" in held, f"{module.name} holds no command"


def test_an_error_of_ours_is_a_sentence_a_hint_and_its_exit_code(program: Program) -> None:
    program.command("plan", "raise Misuse('there is no content here', hint='give --root DIR')")
    ended = program.run("plan")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "publisher: there is no content here\n  hint: give --root DIR\n"


@pytest.mark.parametrize(
    ("error", "code"), [("PublisherError", 1), ("Misuse", 2), ("HeldElsewhere", 3), ("NotSent", 1)]
)
def test_each_error_ends_with_its_own_exit_code(program: Program, error: str, code: int) -> None:
    program.command("run", f"raise {error}('so it is')")
    ended = program.run("run")
    assert (ended.returncode, ended.stderr) == (code, "publisher: so it is\n")


def test_a_wrong_option_and_a_wrong_command_are_misuse(program: Program) -> None:
    program.command("status", "")
    assert program.run("status", "--jsn").returncode == 2
    ended = program.run("statsu")
    assert ended.returncode == 2
    assert "there is no command 'statsu'; did you mean 'status'?" in ended.stderr


def test_a_missing_file_is_a_sentence_and_no_traceback(program: Program) -> None:
    program.command("preview", "open('gone.md')")
    ended = program.run("preview")
    assert (ended.returncode, ended.stderr) == (1, "publisher: gone.md: No such file or directory\n")


def test_interrupting_says_that_running_again_continues(program: Program) -> None:
    program.command(
        "run",
        """
        import select
        try:
            click.echo("at work")
            while True:
                select.select([], [], [], 0.05)
        finally:
            click.echo("put away")
    """,
    )
    with subprocess.Popen([sys.executable, "-m", "publisher", "run"], cwd=program.folder, text=True,
                          env=program.environment(PYTHONUNBUFFERED="1"), stdout=-1, stderr=-1) as running:  # fmt: skip
        assert running.stdout is not None
        assert running.stdout.readline() == "at work\n"
        running.send_signal(signal.SIGINT)
        said, complained = running.communicate()
    assert running.returncode == 130
    assert said == "put away\n"
    assert complained == "publisher: interrupted; the ledger is consistent, running again continues\n"


def test_a_reader_that_goes_away_is_no_complaint(program: Program) -> None:
    program.command("plan", "for n in range(100_000):\n    click.echo(f'line {n}')")
    with subprocess.Popen([sys.executable, "-m", "publisher", "plan"], cwd=program.folder, text=True,
                          env=program.environment(), stdout=-1, stderr=-1) as running:  # fmt: skip
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline() == "line 0\n"
        running.stdout.close()
        complained = running.stderr.read()
    assert complained == ""


def test_what_nobody_expected_names_its_place_and_shows_no_traceback(program: Program) -> None:
    program.command("run", "token = 'EAAtokentokentoken'\n{}[token]")
    ended = program.run("run")
    assert ended.returncode == 1
    assert ended.stderr.startswith("publisher: this should not have happened: KeyError at run.py:10\n")
    assert "EAAtoken" not in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_traceback_on_demand_hides_every_secret(program: Program) -> None:
    program.command(
        "run",
        """
        raise KeyError("https://graph.example.org/me?access_token=EAAurl1234&x=1", {"appsecret_proof": "deadbeef99"},
            "Authorization: Bearer abcdef123456", "postgresql://ann:hunter22@db/x", "canary-from-the-environment")
    """,
    )
    kept = program.folder / ".publisher" / "sandbox" / "tokens" / "FB_CARDIOLOGY"
    kept.parent.mkdir(parents=True)
    kept.write_text("canary-from-the-sandbox\n")
    mounted = program.folder / "mounted"
    mounted.write_text("canary-from-a-file")
    secrets = {"FB_HEART": "canary-from-the-environment", "X_HEART_FILE": str(mounted)}
    ended = program.run("run", PUBLISHER_DEBUG="1", **secrets)
    assert "Traceback" in ended.stderr
    for secret in ("EAAurl1234", "deadbeef99", "abcdef123456", "hunter22", "canary-from"):
        assert secret not in ended.stderr
    assert "graph.example.org/me?access_token=[redacted]&x=1" in ended.stderr


def test_hiding_leaves_the_rest_of_the_text() -> None:
    assert _debug.without_secrets("GET /v26.0/1/feed answered 500") == "GET /v26.0/1/feed answered 500"


@pytest.mark.parametrize("arguments", [["--root", "there", "plan"], ["plan", "--root", "there"]])
def test_the_root_may_stand_before_and_after_the_command(program: Program, arguments: list[str]) -> None:
    (program.folder / "there").mkdir()
    program.command("plan", "click.echo(repr(given))", options="@_common.root_option")
    assert "PosixPath('there')" in program.run(*arguments).stdout


def test_the_root_is_the_current_folder_unless_given_and_must_exist(program: Program) -> None:
    program.command("plan", "click.echo(given['root'])", options="@_common.root_option")
    assert program.run("plan").stdout == ".\n"
    assert program.run("plan", "--root", "nowhere").returncode == 2
    assert program.run("--root", "nowhere", "plan").returncode == 2


def test_now_is_for_the_sandbox_only(program: Program) -> None:
    program.command("run", "click.echo(_common.clock(given['now'], _common.target())().isoformat()[:16])",
                    options="@_common.now_option")  # fmt: skip
    at = "2026-12-01 09:00 America/Chicago"
    assert program.run("run", "--now", at).stdout == "2026-12-01T15:00\n"
    ended = program.run("run", "--now", at, PUBLISHER_TARGET="live")
    assert ended.returncode == 2
    assert "--now is for the sandbox" in ended.stderr
    assert program.run("run", "--now", "2026-12-01 09:00").returncode == 2


def test_a_clock_that_was_set_runs_on() -> None:
    begin = datetime(2030, 1, 1, tzinfo=UTC)
    clock = _common.clock(begin, "sandbox")
    first, second = clock(), clock()
    assert begin <= first <= second < begin + timedelta(minutes=5)
    assert first.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-12-01T15:00:00Z", datetime(2026, 12, 1, 15, tzinfo=UTC)),
        ("2026-12-01T09:00-06:00", datetime(2026, 12, 1, 15, tzinfo=UTC)),
        ("2026-12-01 09:00 America/Chicago", datetime(2026, 12, 1, 15, tzinfo=UTC)),
        ("2026-07-01 09:00 America/Phoenix", datetime(2026, 7, 1, 16, tzinfo=UTC)),
        ("2026-12-01 09:00", datetime(2026, 12, 1, 15, tzinfo=UTC)),
        ("2026-12-01", datetime(2026, 12, 1, 6, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_with_its_zone_or_the_given_one(text: str, instant: datetime) -> None:
    assert _common.parse_instant(text, "America/Chicago") == instant


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-01 09:00", "2026-12-01 09:00", "2026-12-01T09:00Z Mars/Crater",
                                  "2026-12-01 09:00 Mars/Crater", "2026-12-01T09:00Z America/Chicago", ""])  # fmt: skip
def test_what_is_no_instant_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(Misuse) as refused:
        _common.parse_instant(text)
    assert "2026-12-01 09:00 America/Chicago" in refused.value.hint


def test_the_target_is_the_sandbox_unless_it_says_live(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PUBLISHER_TARGET", raising=False)
    assert _common.target() == "sandbox"
    monkeypatch.setenv("PUBLISHER_TARGET", "live")
    assert _common.target() == "live"
    monkeypatch.setenv("PUBLISHER_TARGET", "Live")
    with pytest.raises(Misuse, match="PUBLISHER_TARGET is 'Live'"):
        _common.target()


def test_each_target_has_a_ledger_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PUBLISHER_LEDGER", raising=False)
    assert _common.ledger_url(tmp_path, "sandbox") == f"sqlite:///{tmp_path}/.publisher/sandbox.db"
    assert _common.ledger_url(tmp_path, "live") == f"sqlite:///{tmp_path}/.publisher/live.db"
    monkeypatch.setenv("PUBLISHER_LEDGER", "postgresql+psycopg://db/ledger")
    assert _common.ledger_url(tmp_path, "live") == "postgresql+psycopg://db/ledger"


def test_the_sandbox_is_found_by_its_file_or_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PUBLISHER_SANDBOX", raising=False)
    with pytest.raises(Misuse, match="not running"):
        _common.sandbox_address(tmp_path)
    (tmp_path / ".publisher" / "sandbox").mkdir(parents=True)
    (tmp_path / ".publisher" / "sandbox" / "address").write_text("http://127.0.0.1:8123/\n")
    assert _common.sandbox_address(tmp_path) == "http://127.0.0.1:8123"
    monkeypatch.setenv("PUBLISHER_SANDBOX", "http://127.0.0.1:9000/")
    assert _common.sandbox_address(tmp_path) == "http://127.0.0.1:9000"


def test_json_is_readable_by_other_programs(capsys: pytest.CaptureFixture[str]) -> None:
    _common.emit_json({"due_at": datetime(2026, 12, 1, 15, tzinfo=UTC), "path": Path("a/b"), "name": "Éva"})
    said = capsys.readouterr().out
    assert json.loads(said) == {"due_at": "2026-12-01T15:00:00Z", "path": "a/b", "name": "Éva"}
    assert "Éva" in said


def test_square_brackets_are_text_and_piped_lines_stay_whole(program: Program) -> None:
    program.command("plan", "_common.console().print('[bold]x[/bold] ' + 'word ' * 60)")
    assert program.run("plan").stdout == "[bold]x[/bold] " + "word " * 60 + "\n"


def on_a_terminal(program: Program, *arguments: str, **environment: str) -> str:
    """What the program writes when its output is a terminal."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "publisher", *arguments]
    colours = program.environment(TERM="xterm-256color", **environment)
    with subprocess.Popen(command, cwd=program.folder, stdout=theirs, stderr=theirs, env=colours) as running:
        os.close(theirs)
        said = b""
        try:
            while part := os.read(ours, 4096):
                said += part
        except OSError:  # Linux says so when the terminal's other side is closed
            pass
    os.close(ours)
    assert running.returncode == 0, said
    return said.decode()


def test_colour_is_for_terminals_without_no_color(program: Program) -> None:
    program.command("plan", "_common.console().print('late', style='red')")
    assert "\x1b[31m" in on_a_terminal(program, "plan")
    assert "\x1b[31m" not in on_a_terminal(program, "plan", NO_COLOR="1")
    assert program.run("plan").stdout == "late\n"


def test_progress_is_a_bar_on_a_terminal_and_plain_lines_elsewhere(program: Program) -> None:
    program.command(
        "run",
        """
        with _common.progress("sending", 20) as step:
            for n in range(20):
                step(f"post {n}")
    """,
    )
    assert "\x1b[" in on_a_terminal(program, "run")
    lines = program.run("run").stderr.splitlines()
    assert lines[0] == "sending: 2/20 post 1"
    assert lines[-1] == "sending: 20/20 post 19"
    assert len(lines) == 10


def test_the_version_is_that_of_the_project() -> None:
    version = [sys.executable, "-m", "publisher", "--version"]
    shown = subprocess.run(version, cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout == "publisher 0.1.0\n"
