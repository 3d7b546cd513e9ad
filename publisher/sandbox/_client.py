"""A sandbox in the hands of a program: started in a thread or in a process of its own, and talked to over HTTP."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlencode, urlsplit

from publisher.errors import Misuse, PublisherError
from publisher.sandbox._clock import iso
from publisher.sandbox._faults import Fault, fault

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from publisher.content.channel import Channel


class Remote:
    """A running sandbox at an address."""

    def __init__(self, address: str) -> None:
        self.address = address

    def add_fault(  # noqa: PLR0913 -- a fault has as many parts
        self, kind: str, *, platform: str = "*", channel: str = "*", call: str = "*", count: int | None = None,
        after: int = 0, seconds: float | None = None, code: str = "",
    ) -> int:  # fmt: skip
        """Switch a fault on for matching calls ("POST feed") and give its number. Raises Misuse for one that is none.

        `count` is how many calls it meets (0: until cleared; usually once, a condition until cleared), after letting
        `after` matching calls pass.
        """
        wanted = {
            "kind": kind, "platform": platform, "channel": channel, "call": call, "count": count, "after": after,
            "seconds": seconds, "code": code,
        }  # fmt: skip
        return self.add(fault(wanted))

    def add(self, new: Fault) -> int:
        """Switch a fault on and give its number."""
        wanted = {name: value for name, value in new.to_json().items() if name != "id"}
        return int(self.ask("POST", "faults", wanted)["id"])

    def faults(self) -> list[dict[str, Any]]:
        """The faults that are switched on."""
        return list(self.ask("GET", "faults"))

    def clear_faults(self, number: int | None = None) -> None:
        """Switch one fault off, or all."""
        self.ask("DELETE", "faults" if number is None else f"faults?id={number}")

    def posts(self, page: str | None = None, *, platform: str = "") -> list[dict[str, Any]]:
        """Every post ever made (of one channel when named), oldest first, deleted and unpublished ones too.

        Each has platform, channel, id, message, link, pictures, kind, public, created, edited, deleted, likes, url.
        """
        return list(self.ask("GET", f"posts?{urlencode({'channel': page or '', 'platform': platform})}"))

    def public(self, page: str | None = None) -> list[dict[str, Any]]:
        """The posts that followers see now (of one channel when named), oldest first."""
        return [post for post in self.posts(page) if post["public"]]

    def calls(self) -> list[dict[str, Any]]:
        """The journal of calls received, oldest first: at, platform, channel, call, params, status, applied, faults."""
        return list(self.ask("GET", "calls"))

    def register(self, pages: Iterable[Channel]) -> Mapping[str, str]:
        """Make channels known; gives the tokens by name. Channels of platforms without a twin are left out."""
        wanted = [{"platform": c.platform, "id": c.remote_id, "name": c.name, "token": c.token} for c in pages]
        return MappingProxyType(dict(self.ask("POST", "pages?lenient=1", {"pages": wanted})["tokens"]))

    def post_by_hand(self, platform: str, channel: str, message: str, link: str = "") -> dict[str, Any]:
        """A post that a person makes on the platform itself, not through the API."""
        given = {"platform": platform, "channel": channel, "message": message, "link": link}
        return dict(self.ask("POST", "posts", given))

    def like(self, platform: str, post: str, count: int = 1) -> None:
        """Followers like a post."""
        self.ask("POST", "likes", {"platform": platform, "post": post, "count": count})

    def set_clock(self, now: datetime) -> None:
        """Move the sandbox's clock to `now` (aware)."""
        self.ask("POST", "clock", {"now": iso(now.timestamp())})

    def reset(self) -> None:
        """Forget posts, media, faults and calls; channels and tokens stay."""
        self.ask("POST", "reset", {})

    def ask(self, method: str, word: str, body: object = None) -> Any:
        """One request to the switchboard. Raises Misuse with its sentence when it is refused."""
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=30)
        try:
            headers = {} if body is None else {"Content-Type": "application/json"}
            connection.request(method, f"/_sandbox/{word}", None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            found = json.loads(answer.read())
        except OSError as error:
            raise Misuse(
                f"no sandbox answers at {self.address}: {error}", hint="start one with: publisher sandbox"
            ) from None
        finally:
            connection.close()
        if answer.status != http.client.OK:
            raise Misuse(str(found["error"]))
        return found


class Sandbox(Remote):
    """A sandbox that this program started; stop it, or use it as a context manager."""

    def __init__(self, root: Path, *, now: datetime | None, port: int, in_process: bool) -> None:
        self._stop = _in_thread(root, now, port) if in_process else _in_child(root, now, port)
        self._stopped = False
        super().__init__((root / ".publisher" / "sandbox" / "address").read_text(encoding="utf-8"))
        self.tokens: Mapping[str, str] = MappingProxyType({})

    def register(self, pages: Iterable[Channel]) -> Mapping[str, str]:
        """As `Remote.register`; the tokens are kept in `tokens` too."""
        found = super().register(pages)
        self.tokens = MappingProxyType({**self.tokens, **found})
        return found

    def stop(self) -> None:
        """Stop serving; the state stays in its folder."""
        if not self._stopped:
            self._stopped = True
            self._stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _in_thread(root: Path, now: datetime | None, port: int) -> Any:
    from publisher.sandbox._server import open_server

    server = open_server(root, now=now, port=port)
    thread = threading.Thread(target=server.serve, name="sandbox", daemon=True)
    thread.start()

    def stop() -> None:
        server.stop()
        thread.join()

    return stop


def _in_child(root: Path, now: datetime | None, port: int) -> Any:
    command = [sys.executable, "-m", "publisher.sandbox", str(root), str(port), *([now.isoformat()] if now else [])]
    # The child stops when its standard input closes: it never outlives the program that started it.
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdin is not None  # noqa: S101 -- PIPE
    assert child.stdout is not None  # noqa: S101 -- PIPE
    first = json.loads(child.stdout.readline() or '{"error": "it ended before it listened"}')

    def stop() -> None:
        with child:
            pass

    if "error" in first:
        stop()
        raise PublisherError(f"the sandbox did not start: {first['error']}")
    return stop
