"""A running sandbox with three Pages, the official client on it, and pictures to post."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sandbox_calls import BY_HAND, HEART, NERVE, png

from publisher.sandbox import Sandbox, start

if TYPE_CHECKING:
    from facebook_business.adobjects.page import Page
    from facebook_business.api import FacebookAdsApi


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with start(tmp_path, pages=[HEART, NERVE, BY_HAND]) as running:
        yield running


@pytest.fixture
def official(sandbox: Sandbox) -> Callable[..., FacebookAdsApi]:
    """The official client (PyPI facebook-business) on the sandbox: missing, it fails in CI, else a named skip."""
    if importlib.util.find_spec("facebook_business") is None:
        if os.environ.get("CI"):
            pytest.fail("facebook-business is not installed: it is the proof that the sandbox is honest")
        pytest.skip("facebook-business is not installed")
    from facebook_business.api import FacebookAdsApi
    from facebook_business.session import FacebookSession

    def client(token: str = "", secret: str = "", version: str | None = None) -> FacebookAdsApi:
        session = FacebookSession(
            "1", secret or sandbox.tokens["FB_APP_SECRET"], token or sandbox.tokens["FB_HEART"], timeout=20
        )
        session.GRAPH = f"{sandbox.address}/facebook"
        sessions.append(session.requests)
        return FacebookAdsApi(session, version)

    sessions = []
    yield client
    for session in sessions:
        session.close()


@pytest.fixture
def page(official: Callable[..., FacebookAdsApi]) -> Page:
    """The cardiologists' Page in the official client's hands."""
    from facebook_business.adobjects.page import Page

    return Page(HEART.remote_id, api=official())


@pytest.fixture
def picture(tmp_path: Path) -> Callable[[int], Path]:
    """The file of a grey dot of that shade."""

    def file(shade: int) -> Path:
        target = tmp_path / f"dot-{shade}.png"
        target.write_bytes(png(shade))
        return target

    return file
