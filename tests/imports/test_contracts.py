"""Imports point down: the contracts of pyproject.toml hold, and planting what they forbid breaks the right one."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = [sys.executable, "-c", "import importlinter.cli as c; c.lint_imports_command(['--no-cache'])"]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of what the contracts speak of."""
    shutil.copytree(ROOT / "publisher", tmp_path / "publisher", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def verdict(tree: Path) -> tuple[int, str]:
    """How import-linter ends in that folder, and what it says."""
    ended = subprocess.run(LINT, cwd=tree, capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout + ended.stderr


def test_every_contract_holds() -> None:
    code, said = verdict(ROOT)
    assert code == 0, said
    assert "0 broken" in said


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("errors.py", "import publisher.values", "Imports point down"),
        ("values.py", "import publisher.content", "Imports point down"),
        ("content/__init__.py", "import publisher.plan", "Imports point down"),
        ("platforms/base.py", "import publisher.ledger", "Imports point down"),
        ("ledger/__init__.py", "import publisher.platforms", "Imports point down"),
        ("plan/__init__.py", "import publisher.delivery", "Imports point down"),
        ("delivery/__init__.py", "import publisher.cli", "Imports point down"),
        ("another.py", '"""A package that has been given no layer."""', "Imports point down"),
        ("sandbox/__init__.py", "import publisher.platforms", "The sandbox believes nothing that we believe"),
        ("delivery/__init__.py", "import publisher.sandbox", "Nothing but commands knows the sandbox"),
        ("ledger/__init__.py", "import pelican", "The publisher does not know Pelican"),
        ("render/__init__.py", "import publisher.http", "What decides has no network, no database, no chance"),
        ("plan/__init__.py", "import random", "What decides has no network, no database, no chance"),
        ("checks/__init__.py", "import sqlite3", "What decides has no network, no database, no chance"),
        ("delivery/__init__.py", "import sqlalchemy", "SQL stands in the ledger alone"),
    ],
)
def test_planting_a_forbidden_import_breaks_its_contract(tree: Path, file: str, line: str, contract: str) -> None:
    planted = tree / "publisher" / file
    planted.touch()
    planted.write_text(f"{planted.read_text('utf-8')}\n{line}\n", "utf-8")
    code, said = verdict(tree)
    assert code == 1, said
    assert any(row.startswith(contract) and row.endswith("BROKEN") for row in said.splitlines()), said


def imported(source: str) -> set[str]:
    """Every module that the source names in an import, wherever it stands."""
    nodes = list(ast.walk(ast.parse(source)))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    parts = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    return plain | {f"{node.module}" for node in parts} | {f"{n.module}.{a.name}" for n in parts for a in n.names}


def modules(folder: str) -> list[Path]:
    return sorted(path for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts)


def neighbours(name: str, source: str) -> set[str]:
    """The other platforms that a platform's file imports."""
    platforms = {path.stem for path in modules("publisher/platforms") if not path.stem.startswith("_")} - {"base", name}
    return {other for other in platforms if f"publisher.platforms.{other}" in imported(source)}


def test_no_platform_imports_another() -> None:
    for path in modules("publisher/platforms"):
        if path.stem not in {"__init__", "base"}:
            assert not neighbours(path.stem, path.read_text("utf-8")), path.name


def test_a_platform_that_imports_another_is_noticed() -> None:
    assert neighbours("toy", "from publisher.platforms import base, facebook") == {"facebook"}
    assert neighbours("toy", "def f():\n    from publisher.platforms.facebook import PLATFORM") == {"facebook"}


BELOW_PLUGINS = (
    "publisher.checks",
    "publisher.content",
    "publisher.errors",
    "publisher.media",
    "publisher.platforms",
    "publisher.values",
)


def strangers(source: str) -> set[str]:
    """What a plugin imports of the publisher that it must not know."""
    ours = {name for name in imported(source) if name.startswith("publisher.")}
    return {name for name in ours if not name.startswith(BELOW_PLUGINS)}


def test_plugins_know_only_what_decides() -> None:
    for path in modules("plugins"):
        assert not strangers(path.read_text("utf-8")), path


@pytest.mark.parametrize("room", ["http", "tokens", "ledger", "delivery", "sandbox", "build", "cli"])
def test_a_plugin_that_knows_more_is_noticed(room: str) -> None:
    assert strangers(f"def f():\n    from publisher.{room} import thing")


def test_plugins_are_imported_by_their_flat_name() -> None:
    for path in [*modules("plugins"), *modules("publisher")]:
        assert not {name for name in imported(path.read_text("utf-8")) if name.split(".")[0] == "plugins"}, path
