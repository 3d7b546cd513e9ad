"""A copy of the small root of tests/site, for builds that go wrong."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

SMALL = Path(__file__).parents[1] / "site" / "small"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the small root, for a test to change."""
    return Path(shutil.copytree(SMALL, tmp_path / "root"))


@pytest.fixture
def now() -> datetime:
    """The instant of most builds."""
    return datetime(2026, 3, 15, 12, tzinfo=UTC)
