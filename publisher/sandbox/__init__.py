"""Our local stand-in for the platforms: real HTTP on loopback, one file per platform, faults on demand and a wall.

It knows nothing of our platforms' code: its limits and answers come from the platforms' own descriptions.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from publisher.sandbox._client import Remote, Sandbox
from publisher.sandbox._faults import KINDS as FAULT_KINDS
from publisher.sandbox._faults import Fault
from publisher.sandbox._faults import parse as parse_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from publisher.content.channel import Channel
    from publisher.content.site import Content

__all__ = ["FAULT_KINDS", "Fault", "Remote", "Sandbox", "parse_fault", "played", "running", "serve", "start"]


def start(  # noqa: PLR0913 -- what a sandbox may be told at its start
    root: Path, *, content: Content | None = None, now: datetime | None = None, port: int = 0,
    pages: Sequence[Channel] = (), in_process: bool = True,
) -> Sandbox:  # fmt: skip
    """A sandbox for `root`, listening on loopback, with every channel of `content` and of `pages` registered.

    It runs in a thread, or with `in_process=False` in a process of its own: choose that where clients are forked, since
    a forked child keeps copies of the server's sockets. Its clock begins at `now` (aware) and runs on. Its state is in
    `<root>/.publisher/sandbox/` and outlives it. Raises HeldElsewhere when another sandbox serves the same root.
    """
    sandbox = Sandbox(root, now=now, port=port, in_process=in_process)
    try:
        sandbox.register([*(content.channels().values() if content else ()), *pages])
    except BaseException:
        sandbox.stop()
        raise
    return sandbox


def played() -> tuple[str, ...]:
    """The platforms that have a twin here, by name."""
    from publisher.sandbox._twin import twins

    return tuple(twins())


def running(root: Path) -> Remote | None:
    """The sandbox that is serving `root` by its address file, or None."""
    note = root / ".publisher" / "sandbox" / "address"
    return Remote(note.read_text(encoding="utf-8").strip()) if note.is_file() else None


def serve(  # noqa: PLR0913 -- what a sandbox may be told at its start
    root: Path, *, content: Content, now: datetime | None = None, port: int = 0, faults: Sequence[Fault] = (),
    keep: bool = True, verbose: bool = False, tell: Callable[[str], None] = lambda _: None,
) -> None:  # fmt: skip
    """Serve `root` in this process until Ctrl-C or SIGTERM; `tell` is called with the address once it listens.

    Raises HeldElsewhere when another sandbox serves the same root, Misuse when the port is taken.
    """
    from publisher.sandbox._server import open_server, places

    server = open_server(root, now=now, port=port, verbose=verbose)
    server.prepare(places(content.channels().values()), faults, keep=keep)
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        tell(server.address)
        server.serve()
    finally:
        signal.signal(signal.SIGTERM, before)
