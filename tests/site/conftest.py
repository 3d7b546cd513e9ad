"""A small root with everything that a site may show and must not, built once for the tests that only look."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher.build import Built, build

SMALL = Path(__file__).parent / "small"
NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the small root, for a test to change."""
    return Path(shutil.copytree(SMALL, tmp_path / "root"))


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The small root as it is public at NOW; not to be changed."""
    output = tmp_path_factory.mktemp("small") / "output"
    return build(SMALL, output, now=NOW)


@pytest.fixture
def now() -> datetime:
    """The instant of most builds: one post is to come and one is under embargo."""
    return NOW
