"""Real servers on 127.0.0.1 that behave as badly as a test asks them to."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable


class Server:
    """Accepts connections and hands each to `behave` with every request read from it; notes what arrived."""

    def __init__(self, behave: Callable[[Line], object], *, greedy: bool = True) -> None:
        self._behave = behave
        self._greedy = greedy
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.requests: list[bytes] = []
        self.accepted = threading.Semaphore(0)
        self.asked = threading.Event()
        self.connections = 0
        self._lines: list[Line] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    @property
    def port(self) -> int:
        return int(self._listening.getsockname()[1])

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *exc: object) -> None:
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for line in self._lines:
            line.leave()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connected, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            line = Line(connected)
            self._lines.append(line)
            self.accepted.release()
            thread = threading.Thread(target=self._serve, args=(line,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, line: Line) -> None:
        with contextlib.suppress(OSError), line.connected:
            while not self._greedy or (request := line.request()):
                if self._greedy:
                    self.requests.append(request)
                    self.asked.set()
                if self._behave(line) is not None:
                    return


def patient(asked: threading.Event) -> type[threading.Timer]:
    """Timers that begin to run when a server was asked: a deadline never strikes before there is something to cut."""

    class Patient(threading.Timer):
        def run(self) -> None:
            asked.wait(60)
            super().run()

    return Patient


class Line:
    """One connection as the server sees it."""

    def __init__(self, connected: socket.socket) -> None:
        self.connected = connected
        self.gone = threading.Event()

    def request(self) -> bytes:
        """The next whole request, or nothing when the other side has left."""
        data = b""
        while b"\r\n\r\n" not in data:
            if not (more := self.connected.recv(65536)):
                return b""
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        lengths = [int(h.split(b":")[1]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length:")]
        while len(body) < sum(lengths):
            body += self.connected.recv(65536)
        return head + b"\r\n\r\n" + body

    def say(self, data: bytes) -> None:
        self.connected.sendall(data)

    def reset(self) -> str:
        """Leave with a TCP reset."""
        self.connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connected.close()
        return "left"

    def wait(self) -> str:
        """Say nothing more until the other side, or the test, has left."""
        with contextlib.suppress(OSError):
            while self.connected.recv(65536):
                pass
        self.gone.set()
        return "left"

    def drip(self, byte: bytes = b" ") -> str:
        """One byte now and then, for ever, until the other side cuts the line."""
        pause = threading.Event()
        with contextlib.suppress(OSError):
            while not pause.wait(0.02):
                self.connected.sendall(byte)
        self.gone.set()
        return "left"

    def leave(self) -> None:
        with contextlib.suppress(OSError):
            self.connected.shutdown(socket.SHUT_RDWR)


def answer(body: bytes = b"", status: str = "200 OK", *headers: str) -> bytes:
    """A whole HTTP/1.1 answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
