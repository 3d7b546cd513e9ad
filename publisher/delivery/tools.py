"""What a run works with for its target: the transport and the tokens, so that no target can reach the other's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from publisher.http import Transport, live, sandboxed
from publisher.tokens import Tokens

if TYPE_CHECKING:
    from publisher.delivery.driver import Clock
    from publisher.platforms.base import Platform
    from publisher.values import Picture

Target = Literal["sandbox", "live"]


@contextmanager
def tools(
    root: Path,
    target: Target,
    clock: Clock,
    open_picture: Callable[[Picture], bytes],
    sandbox: Callable[[], str],
) -> Iterator[tuple[Transport, Tokens]]:
    """The transport and the tokens of that target; the transport is closed afterwards.

    For the sandbox every host but loopback is refused by the transport itself; `sandbox` gives its address, and is only
    asked when there is something to send.
    """

    def address(platform: Platform, host: str) -> str:
        return live(platform, host) if target == "live" else sandboxed(sandbox())(platform, host)

    with Transport(
        clock=clock, open_picture=open_picture, address_of=address, loopback_only=target == "sandbox"
    ) as transport:
        yield transport, Tokens(root, target=target)
