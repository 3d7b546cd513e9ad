"""A run that finds nothing to do, with the sample's content unchanged, against the import of what it stands on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from side_by_side import ratio

HERE = Path(__file__).resolve().parents[2]
LIMIT = 2.0


def main() -> bool:
    """Print the figures; True when the run costs at most LIMIT times the imports."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(HERE / "content", Path(folder) / "content")
        run = [sys.executable, "-m", "publisher", "run", "--root", folder, "--now", "2026-11-23T12:00:00Z"]
        environ = {**os.environ, "PUBLISHER_SANDBOX": "http://127.0.0.1:9"}  # nothing is due: nobody is asked
        subprocess.run(run, check=True, stdout=subprocess.DEVNULL, env=environ)
        peer = [sys.executable, "-c", "import sqlalchemy, yaml"]
        ours, theirs, quotient = ratio(run, peer, environ)
    print(f"no-op run {ours:.3f} s, import sqlalchemy, yaml {theirs:.3f} s: ratio {quotient:.2f} (at most {LIMIT})")
    return quotient <= LIMIT
