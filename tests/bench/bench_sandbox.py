"""Eight clients of a sandbox that takes 200 ms to answer, against one: it must not limit what is measured with it."""

from __future__ import annotations

import tempfile
import time
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from publisher.content.channel import Channel
from publisher.sandbox import Sandbox, start

CLIENTS, CALLS, LEAST = 8, 160, 7.0
PAGE = Channel(platform="facebook", remote_id="104220000000001", name="Bench", token="FB_BENCH")


def main() -> bool:
    """Print the figures; True when eight are at least LEAST times as fast as one."""
    with tempfile.TemporaryDirectory() as folder, start(Path(folder), pages=[PAGE], in_process=False) as sandbox:
        sandbox.add_fault("delay", seconds=0.2, count=0)
        alone = _seconds(sandbox, 1, CALLS // CLIENTS) / (CALLS // CLIENTS)
        together = _seconds(sandbox, CLIENTS, CALLS) / CALLS
    quotient = alone / together
    print(
        f"one client {alone:.3f} s a call, {CLIENTS} clients {together:.3f} s: {quotient:.2f} times (at least {LEAST})"
    )
    return quotient >= LEAST


def _seconds(sandbox: Sandbox, clients: int, calls: int) -> float:
    """How long so many calls take from so many clients."""
    address = f"{sandbox.address}/facebook/v26.0/{PAGE.remote_id}?fields=id"
    headers = {"Authorization": f"Bearer {sandbox.tokens[PAGE.token]}"}
    secret = sandbox.tokens["FB_APP_SECRET"]
    address += "&" + urllib.parse.urlencode({"appsecret_proof": _proof(secret, sandbox.tokens[PAGE.token])})

    def ask(_: int) -> None:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=30) as answer:  # noqa: S310 - loopback
            answer.read()

    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(ask, range(calls)))
    return time.perf_counter() - began


def _proof(secret: str, token: str) -> str:
    import hashlib
    import hmac

    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()
