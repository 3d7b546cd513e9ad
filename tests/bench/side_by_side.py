"""Two commands measured in turn, so that a noisy machine is noisy for both; the medians' ratio is the figure."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence


def seconds(command: Sequence[str], environ: Mapping[str, str]) -> float:
    """How long the command takes as a whole process. Raises CalledProcessError when it fails."""
    began = time.perf_counter()
    subprocess.run(command, env=dict(environ), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def ratio(
    ours: Sequence[str], peer: Sequence[str], environ: Mapping[str, str], *, runs: int = 15
) -> tuple[float, float, float]:
    """The median seconds of ours and of the peer, in turn after a warm-up of each, and the median of their ratios."""
    for command in (ours, peer):
        seconds(command, environ)
    pairs = [(seconds(ours, environ), seconds(peer, environ)) for _ in range(runs)]
    quotient = statistics.median(a / b for a, b in pairs)
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs), quotient
