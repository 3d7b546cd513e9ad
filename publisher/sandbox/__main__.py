"""A sandbox as a process of its own, for `start(in_process=False)`: ROOT PORT [NOW]; ends with its standard input."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from publisher.errors import PublisherError
from publisher.sandbox._server import open_server


def main(root: str, port: str, now: str | None = None) -> None:
    """Serve until standard input closes or SIGTERM comes; say one line of JSON first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        server = open_server(Path(root), now=datetime.fromisoformat(now) if now else None, port=int(port))
    except PublisherError as error:
        _say({"error": error.sentence})
        raise SystemExit(error.exit_code) from None
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.stop).start())
    threading.Thread(target=_stop_at_end, args=(server.stop,), daemon=True).start()
    _say({"address": server.address})
    server.serve()


def _stop_at_end(stop: Callable[[], None]) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    stop()


def _say(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
