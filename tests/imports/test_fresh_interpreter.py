"""What importing really loads, seen in a fresh interpreter."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DECIDING = ("content", "values", "platforms", "plan", "render", "checks")
NETWORK_AND_DATABASE = {"requests", "urllib3", "http.client", "ssl", "sqlalchemy", "psycopg", "sqlite3", "werkzeug"}

CODE = """
import importlib, sys
path, *names = sys.argv[1:]
sys.path[:0] = path.split("|")
for name in names:
    importlib.import_module(name)
print(*sys.modules)
"""


def names(folder: Path, prefix: str, only: tuple[str, ...]) -> list[str]:
    """The modules of the folder, or of some rooms of it."""
    parts = [path.relative_to(folder).with_suffix("").parts for path in sorted(folder.rglob("*.py"))]
    named = [prefix + ".".join(part for part in each if part != "__init__") for each in parts if "__main__" not in each]
    return [name.rstrip(".") for name in named if not only or name.removeprefix(prefix).split(".")[0] in only]


def loaded(tree: Path, folder: str, prefix: str, *only: str) -> set[str]:
    """Every module that stands in memory when those of the folder have been imported."""
    asked = names(tree / folder, prefix, only)
    assert asked, f"nothing was found in {folder}"
    command = [sys.executable, "-c", CODE, f"{tree}|{tree / 'plugins'}", *asked]
    return set(subprocess.run(command, cwd=tree, capture_output=True, text=True, check=True).stdout.split())


def test_no_module_of_the_publisher_loads_pelican() -> None:
    assert "pelican" not in loaded(ROOT, "publisher", "publisher.")


def test_what_decides_loads_no_network_and_no_database() -> None:
    assert not NETWORK_AND_DATABASE & loaded(ROOT, "publisher", "publisher.", *DECIDING)


def test_the_plugins_load_no_network_and_no_database_of_ours() -> None:
    assert not {"requests", "sqlalchemy", "psycopg"} & loaded(ROOT, "plugins", "")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for folder in ("publisher", "plugins"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def plant(file: Path, line: str) -> None:
    file.write_text(f"{file.read_text('utf-8')}\n{line}\n", "utf-8")


def test_planting_pelican_in_the_publisher_is_noticed(tree: Path) -> None:
    plant(tree / "publisher" / "ledger" / "__init__.py", "import pelican")
    assert "pelican" in loaded(tree, "publisher", "publisher.")


@pytest.mark.parametrize("room", ["content", "platforms", "plan", "render", "checks"])
def test_planting_the_network_in_what_decides_is_noticed(tree: Path, room: str) -> None:
    plant(tree / "publisher" / room / "__init__.py", "import requests")
    assert "requests" in loaded(tree, "publisher", "publisher.", *DECIDING)


def test_planting_the_database_in_a_plugin_is_noticed(tree: Path) -> None:
    plant(tree / "plugins" / "manifest" / "__init__.py", "import sqlalchemy")
    assert "sqlalchemy" in loaded(tree, "plugins", "")


WITHOUT_SETUPTOOLS = """
import sys

class Nowhere:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"setuptools", "pkg_resources"}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Nowhere())
from publisher.content.text import weighted
print(weighted("Heart, heart"), "pkg_resources" in sys.modules)
"""


def test_x_is_counted_where_setuptools_is_not_installed() -> None:
    """The lock does not bring it, and from Python 3.12 on neither does a new environment."""
    command = [sys.executable, "-c", WITHOUT_SETUPTOOLS]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout == "12 False\n"
