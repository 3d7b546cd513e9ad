"""The locks: every package pinned and hashed, no host named, and both made from what pyproject.toml asks for."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ["requirements.lock", "requirements-test.lock"]


def rows(lock: str) -> dict[str, str]:
    """Each package's whole entry by its name."""
    entries = re.split(r"(?m)^(?=[a-zA-Z0-9])", (ROOT / lock).read_text("utf-8"))
    return {entry.partition("==")[0]: entry for entry in entries if entry.strip()}


def project() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def named(requirements: list[str]) -> set[str]:
    """The packages' names, as a lock writes them."""
    return {re.split(r"[\[<>=!~ ]", wanted)[0].lower().replace("_", "-") for wanted in requirements}


@pytest.mark.parametrize("lock", LOCKS)
def test_no_host_is_named(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert "http" not in text.replace("http-", "").replace("aiohttp==", "").replace("httpx==", "")
    assert not re.search(r"(?m)^\s*--(?!hash=)", text)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_to_one_version_with_hashes(lock: str) -> None:
    for name, entry in rows(lock).items():
        assert re.match(r"[a-z0-9-]+==[\w.!+]+( ; [^\\]+)? \\\n", entry), name
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), name


def test_the_lock_holds_what_the_project_and_its_build_need() -> None:
    asked = named(project()["project"]["dependencies"]) | named(project()["build-system"]["requires"])
    assert asked <= set(rows("requirements.lock"))


def test_build_backends_are_pinned_alike_in_both_places() -> None:
    lines = (ROOT / "requirements.in").read_text("utf-8").splitlines()
    assert sorted(line for line in lines if "==" in line) == sorted(project()["build-system"]["requires"])


def test_the_judges_lock_is_the_other_one_and_more() -> None:
    fewer, more = rows("requirements.lock"), rows("requirements-test.lock")
    for name, entry in fewer.items():
        assert more[name].partition(" ")[0] == entry.partition(" ")[0]
    assert {"pytest", "mypy", "ruff", "facebook-business"} <= set(more) - set(fewer)


def imported(folders: list[str]) -> set[str]:
    """The packages that the sources name in an import, by their distributions' names."""
    files = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    nodes = [node for path in files for node in ast.walk(ast.parse(path.read_text("utf-8")))]
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    parts = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    tops = {name.partition(".")[0] for name in plain | parts} - set(sys.stdlib_module_names)
    brought = packages_distributions()
    return {brought[top][0].lower().replace("_", "-") for top in tops if top in brought} - {"specialty-publisher"}


def test_what_the_product_imports_is_asked_for_by_name() -> None:
    used = imported(["publisher", "plugins"])
    assert {"click", "sqlalchemy", "pelican"} <= used
    assert used - named(project()["project"]["dependencies"]) == set()


def test_what_the_tests_import_is_asked_for_by_name() -> None:
    judges = (ROOT / "requirements-test.in").read_text("utf-8").splitlines()
    asked = named(project()["project"]["dependencies"]) | named([line for line in judges if line[:1].isalpha()])
    assert imported(["tests"]) - asked == set()


def test_what_is_asked_for_is_used() -> None:
    """Tasks run on invoke; psycopg and tzdata are used by name through SQLAlchemy and zoneinfo."""
    asked = named(project()["project"]["dependencies"])
    assert asked - imported(["publisher", "plugins"]) <= {"invoke", "psycopg", "tzdata"}
