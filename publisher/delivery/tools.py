"""What a run works with for its target: the transport and the tokens, so that no target can reach the other's."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.delivery.driver import Clock
    from publisher.http import Transport
    from publisher.platforms.base import Credential, Platform
    from publisher.tokens import Tokens
    from publisher.values import Answer, Call, Picture

Target = Literal["sandbox", "live"]


class OnDemand:
    """A transport that is made for the first call: most runs of a day send nothing and need no network code."""

    def __init__(self, make: Callable[[], Transport]) -> None:
        self._make = make
        self._made: Transport | None = None
        self._lock = threading.Lock()

    def ready(self) -> None:
        """Make it now, so that what stands in the way is said before anything is begun. Raises Misuse."""
        with self._lock:
            self._made = self._made or self._make()

    def send(self, platform: Platform, call: Call, credential: Credential, *, send_by: datetime | None) -> Answer:
        """As `publisher.http.Transport.send`."""
        self.ready()
        return cast("Transport", self._made).send(platform, call, credential, send_by=send_by)

    def close(self) -> None:
        """Close what was made."""
        if self._made is not None:
            self._made.close()


@contextmanager
def tools(
    root: Path,
    target: Target,
    clock: Clock,
    open_picture: Callable[[Picture], bytes],
    sandbox: Callable[[], str],
) -> Iterator[tuple[OnDemand, Tokens]]:
    """The transport and the tokens of that target; the transport is closed afterwards.

    For the sandbox every host but loopback is refused by the transport itself; `sandbox` gives its address, and is only
    asked when there is something to send.
    """
    from publisher.tokens import Tokens

    def make() -> Transport:
        from publisher.http import Transport, live, sandboxed

        address_of = live if target == "live" else sandboxed(sandbox())
        return Transport(
            clock=clock, open_picture=open_picture, address_of=address_of, loopback_only=target == "sandbox"
        )

    transport = OnDemand(make)
    try:
        yield transport, Tokens(root, target=target)
    finally:
        transport.close()
