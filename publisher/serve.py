"""A built site to look at on this machine, built again and shown again whenever a file of it changes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CHANGED = "/-/changed"
SCRIPT = "/-/reload.js"
_MARK = f'<script src="{SCRIPT}" defer></script>'.encode()
_RELOAD = f'fetch("{CHANGED}").then(answer => answer.ok && location.reload());'.encode()
_PATIENCE_SECONDS = 3600.0


class Server(ThreadingHTTPServer):
    """The pages of the folder `site` on the loopback interface; `show_again` makes open pages load anew."""

    daemon_threads = True

    def __init__(self, site: Path, port: int = 0, *, live: bool = True) -> None:
        self.site = site
        self.live = live
        self._again = threading.Condition()
        super().__init__(("127.0.0.1", port), partial(_Pages, directory=str(site)))

    @property
    def address(self) -> str:
        """Where to look, without trailing slash."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def show_again(self) -> None:
        """Tell every open page that there is something new."""
        with self._again:
            self._again.notify_all()

    def wait_for_change(self) -> bool:
        """Wait until there is something new; False when there was nothing for an hour."""
        with self._again:
            return self._again.wait(_PATIENCE_SECONDS)


class _Pages(SimpleHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        """Answer with a file, or with what makes pages load anew."""
        if self.path == CHANGED and self.server.live:
            self._answer(
                HTTPStatus.OK if self.server.wait_for_change() else HTTPStatus.GATEWAY_TIMEOUT, b"", "text/plain"
            )
        elif self.path == SCRIPT and self.server.live:
            self._answer(HTTPStatus.OK, _RELOAD, "text/javascript")
        elif (page := self._page()) is not None:
            self._answer(HTTPStatus.OK, self._marked(page), "text/html; charset=utf-8")
        else:
            super().do_GET()

    def _page(self) -> Path | None:
        """The HTML file that is asked for, if it is one."""
        file = Path(self.translate_path(self.path))
        page = file / "index.html" if self.path.partition("?")[0].endswith("/") else file
        return page if page.suffix == ".html" and page.is_file() else None

    def _marked(self, page: Path) -> bytes:
        body = page.read_bytes()
        return body.replace(b"</body>", _MARK + b"</body>", 1) if self.server.live else body

    def _answer(self, status: HTTPStatus, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Show the site's own page for what is not there."""
        page = self.server.site / "404.html"
        if code == HTTPStatus.NOT_FOUND and page.is_file():
            self._answer(HTTPStatus.NOT_FOUND, self._marked(page), "text/html; charset=utf-8")
        else:
            super().send_error(code, message, explain)

    def end_headers(self) -> None:
        """Forbid caching: what is looked at is what was built last."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's own name
        """Keep quiet: the terminal is for what the build says."""


@contextmanager
def served(site: Path) -> Iterator[str]:
    """The folder as it stands, at the address that is given; stopped afterwards."""
    with Server(site, live=False) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.address
        finally:
            server.shutdown()


def serve_and_watch(server: Server, watched: list[Path], build_again: Callable[[], bool]) -> None:
    """Serve until interrupted; whenever something below `watched` changes call `build_again`, and show what it made."""
    from watchfiles import watch

    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        for _ in watch(*watched, raise_interrupt=False):
            if build_again():
                server.show_again()
    finally:
        server.shutdown()
        server.server_close()
