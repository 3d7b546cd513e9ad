"""How the tests of the transport send a call."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from http_given import CREDENTIAL, FACEBOOK, NOW
from http_servers import Line, Server, patient

from publisher.http import Transport, sandboxed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from publisher.values import Answer, Call


@pytest.fixture
def send() -> Iterator[Callable[..., Answer]]:
    """Send a call to a server's address, with a transport of the test's own."""
    made: list[Transport] = []

    def to(address: str, call: Call, **how: Any) -> Answer:
        options: dict[str, Any] = {"clock": lambda: NOW, "open_picture": lambda _: b"PICTURE", **how}
        send_by = options.pop("send_by", None)
        if not made:
            made.append(Transport(address_of=sandboxed(address), **options))
        return made[0].send(FACEBOOK, call, CREDENTIAL, send_by=send_by)

    yield to
    for transport in made:
        transport.close()


@pytest.fixture
def misbehaving(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Line], object]], Server]:
    """A server that behaves like that; no deadline runs before it was asked, however busy the machine is."""

    def make(behave: Callable[[Line], object]) -> Server:
        server = Server(behave)
        monkeypatch.setattr(threading, "Timer", patient(server.asked))
        return server

    return make
