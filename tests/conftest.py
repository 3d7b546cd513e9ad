"""What every test may ask for."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]

# In CI the same examples every time, so that a red run is the change's doing; elsewhere new ones, to try more.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


def pytest_configure() -> None:
    """Ctrl-C reaches what the tests start, though a background shell (`pytest &`, nohup) lets them inherit none."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def missing(what: str) -> NoReturn:
    """A failure in CI, where nothing is skipped in silence; a skip that names what is missing elsewhere."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def needed() -> Callable[[bool, str], None]:
    """Says what a test needs of the machine: where it is not there, a failure in CI and a named skip elsewhere."""

    def need(there: bool, what: str) -> None:
        if not there:
            missing(what)

    return need


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
    missing(f"the platforms' contracts are not at {folder}; set PUBLISHER_CONTRACTS")


SWITCHES = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """This machine's Chromium (PUBLISHER_BROWSER, else Debian's), driven by playwright."""
    found = os.environ.get("PUBLISHER_BROWSER") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        missing("there is no chromium here: apt-get install chromium")
    if importlib.util.find_spec("playwright") is None:
        missing("playwright is not installed: pip install playwright")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        running = started.chromium.launch(executable_path=found, args=SWITCHES)
        yield running
        running.close()
