"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def contracts() -> Path:
    """The folder of the platforms' own API descriptions: missing, it fails in CI and is a named skip elsewhere.

    PUBLISHER_CONTRACTS=none says that this machine is known to have none: a named skip everywhere.
    """
    if os.environ.get("PUBLISHER_CONTRACTS") == "none":
        pytest.skip("this machine is said to have none of the platforms' contracts (PUBLISHER_CONTRACTS=none)")
    folder = Path(os.environ.get("PUBLISHER_CONTRACTS", ROOT.parent / "shared" / "contracts")).resolve()
    if (folder / "README.md").is_file():
        return folder
    if os.environ.get("CI"):
        pytest.fail(f"the platforms' contracts are not at {folder}; set PUBLISHER_CONTRACTS")
    pytest.skip("the platforms' contracts are not here; set PUBLISHER_CONTRACTS")
