"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def contracts() -> Path:
    """The folder of the platforms' own API descriptions: missing, it fails in CI and is a named skip elsewhere."""
    folder = Path(os.environ.get("PUBLISHER_CONTRACTS", ROOT.parent / "shared" / "contracts")).resolve()
    if (folder / "README.md").is_file():
        return folder
    if os.environ.get("CI"):
        pytest.fail(f"the platforms' contracts are not at {folder}; set PUBLISHER_CONTRACTS")
    pytest.skip("the platforms' contracts are not here; set PUBLISHER_CONTRACTS")
