"""A small content folder of our own that has no problem, to be spoilt one file at a time."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publisher.content import load
from publisher.content.site import Content

if TYPE_CHECKING:
    from content_given import Load

BASE = Path(__file__).parent / "base"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project's folder whose content/ is a copy of tests/content/base."""
    shutil.copytree(BASE, tmp_path / "content")
    return tmp_path


@pytest.fixture
def loaded(root: Path) -> Load:
    """Load the folder after writing the files that are given by name (text, bytes, or None to take one away)."""

    def write_and_load(files: dict[str, str | bytes | None] | None = None) -> Content:
        for name, what in (files or {}).items():
            path = root / "content" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if what is None:
                path.unlink()
            else:
                path.write_bytes(what.encode() if isinstance(what, str) else what)
        return load(root)

    return write_and_load
