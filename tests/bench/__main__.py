"""Runs the benchmarks of this folder, or those whose names are given; ends with 1 when one misses its ratio."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

FOLDER = Path(__file__).parent


def main(wanted: list[str]) -> int:
    """Run them one after another; 1 when any missed."""
    sys.path.insert(0, str(FOLDER))
    names = sorted(path.stem for path in FOLDER.glob("bench_*.py"))
    missed = []
    for name in names:
        if not wanted or any(word in name for word in wanted):
            print(f"{name.removeprefix('bench_').replace('_', ' ')}:", flush=True)
            if not importlib.import_module(name).main():
                missed.append(name)
    print(f"{len(missed)} missed: {', '.join(missed)}" if missed else "every benchmark kept its ratio")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
