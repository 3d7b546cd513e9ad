"""The sandbox is never the bottleneck of what is measured against it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sandbox_calls import HEART, ask

from publisher.sandbox import start

PAGE = "104220000000001"


def test_eight_clients_are_eight_times_as_fast_as_one_when_each_call_takes_a_while(tmp_path: Path) -> None:
    with start(tmp_path, pages=[HEART], in_process=False) as sandbox:
        sandbox.add_fault("delay", seconds=0.2)

        def post(number: int) -> int:
            return ask(sandbox, "POST", f"/{PAGE}/feed", message=f"Number {number}").status

        begun = time.monotonic()
        assert [post(n) for n in range(4)] == [200] * 4
        alone = (time.monotonic() - begun) / 4
        begun = time.monotonic()
        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(post, range(100, 148))) == [200] * 48
        together = (time.monotonic() - begun) / 48
    assert alone / together > 5
