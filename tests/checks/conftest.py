"""Content of one post in a small folder, spoilt by what a test writes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from checks_given import NOW, Found

from publisher.checks import run
from publisher.content import load
from publisher.content.problem import Problem

BASE = Path(__file__).parents[1] / "content" / "base"


def told(problem: Problem) -> str:
    """The problem with its rule, and its severity unless it is an error."""
    severity = "" if problem.severity == "error" else f" {problem.severity}"
    return f"{problem} [{problem.rule}{severity}]"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project's folder without a problem, in which a reviewer has a key."""
    shutil.copytree(BASE, tmp_path / "content")
    with (tmp_path / "content/people/david-okafor.yml").open("a") as file:
        file.write("key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIexample\n")
    return tmp_path


@pytest.fixture
def found(root: Path) -> Found:
    """What the rules find in the small folder after writing files by name; nothing in them is unreadable."""

    def write_and_run(files: dict[str, str] | None = None) -> list[str]:
        for name, text in (files or {}).items():
            path = root / "content" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        content = load(root)
        assert [str(one) for one in content.problems if one.severity == "error"] == []
        return [told(problem) for problem in run(content, NOW)]

    return write_and_run
