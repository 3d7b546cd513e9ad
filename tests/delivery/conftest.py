"""A sandbox in a process of its own for the module's tests, and a world of one's own for each."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest
from delivery_given import EVE, Clock, World, channels_of, write_post, write_site, write_specialty

from publisher.sandbox import Sandbox, start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_NUMBERS = count(1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the module's sandbox keeps its state."""
    return tmp_path_factory.mktemp("sandbox")


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[Sandbox]:
    """One sandbox for the module: it is emptied for each test."""
    with start(folder, now=EVE, in_process=False) as sandbox:
        yield sandbox


@pytest.fixture
def world(served: Sandbox, folder: Path, tmp_path: Path) -> Callable[..., World]:
    """Make a root with one specialty, a post of a kind, a ledger seeded on the eve and an emptied sandbox."""

    def make(kind: str | None = "link", *, content: Callable[[Path], None] | None = None) -> World:
        root = tmp_path / f"root{next(_NUMBERS)}"
        write_site(root)
        if content is not None:
            content(root)
        else:
            write_specialty(root)
            if kind is not None:
                write_post(root, "good-day", kind)
        served.reset()
        served.clear_faults()
        served.register(channels_of(root))
        (root / ".publisher").mkdir()
        (root / ".publisher" / "sandbox").symlink_to(folder / ".publisher" / "sandbox")
        made = World(root=root, sandbox=served, url=f"sqlite:///{root}/.publisher/sandbox.db", clock=Clock(EVE))
        made.make_ledger()
        return made

    return make
