"""What decides calls no clock and no chance: the instant is handed down, and the same input gives the same answer."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DECIDING = ("content", "values.py", "platforms", "plan", "render", "checks")
CALLS = {"now", "today", "utcnow", "time_ns", "monotonic", "perf_counter", "uuid1", "uuid4", "urandom", "getrandom"}
MODULES = {"random", "secrets", "uuid"}


def found(source: str) -> list[str]:
    """Each place where the source asks a clock or chance, as line: what."""
    places = ((getattr(node, "lineno", 0), what) for node in ast.walk(ast.parse(source)) if (what := _asks(node)))
    return [f"{line}: {what}" for line, what in sorted(places)]


def _asks(node: ast.AST) -> str:
    """What this node asks, or nothing."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name in CALLS:
            return f"{name}()"
        case ast.Attribute(value=ast.Name(id="time"), attr="time"):
            return "time.time"
        case ast.Import(names=names) if MODULES & {alias.name.split(".")[0] for alias in names}:
            return "chance imported"
        case ast.ImportFrom(module=str(module)) if module.split(".")[0] in MODULES:
            return "chance imported"
        case ast.ImportFrom(module="time", names=names) if {"time", *CALLS} & {alias.name for alias in names}:
            return "a clock imported"
    return ""


def test_what_decides_asks_neither_clock_nor_chance() -> None:
    files = [path for name in DECIDING for path in _files(ROOT / "publisher" / name)]
    assert len(files) >= 10
    assert {path.name: asked for path in files if (asked := found(path.read_text("utf-8")))} == {}


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


@pytest.mark.parametrize(
    "planted",
    [
        "from datetime import datetime, UTC\nx = datetime.now(UTC)",
        "import datetime\nx = datetime.date.today()",
        "import time\nx = time.time()",
        "import time\nclock = time.time",
        "from time import time\nx = time()",
        "from time import monotonic",
        "import random",
        "from random import choice",
        "from uuid import uuid4 as made",
        "import secrets",
        "import os\nx = os.urandom(4)",
    ],
)
def test_planting_a_clock_or_chance_is_noticed(planted: str) -> None:
    assert found(planted)


@pytest.mark.parametrize(
    "fine", ["def f(now):\n    return now", "from datetime import time\nx = time(9, 0)", "x.at(now)"]
)
def test_an_instant_that_was_handed_down_is_fine(fine: str) -> None:
    assert found(fine) == []
