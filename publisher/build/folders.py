"""A folder built aside takes the place of another at once: whoever looks sees the old site or the new, never half.

The new folder and the old one change names in a single system call where there is one for it (Linux: renameat2 with
RENAME_EXCHANGE; macOS: renamex_np with RENAME_SWAP). Elsewhere it takes two renames; a build killed between them has
left the old site beside, and the next build puts it back first.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import filecmp
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from publisher.errors import HeldElsewhere, Misuse

_AT_FDCWD = -100
_EXCHANGE = 2
_NOT_THERE = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a swap changed: file names below the output, in order."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that is different now."""
        return tuple(sorted([*self.added, *self.changed, *self.removed]))


def _beside(output: Path) -> Path:
    return output.parent / f".{output.name}.building"


@contextmanager
def aside(output: Path) -> Iterator[Path]:
    """A new empty folder beside `output`, on the same disk, gone afterwards; only one build of an output at a time.

    Raises HeldElsewhere while another build has it, Misuse where `output` is something other than a folder of ours.
    """
    output = output.absolute()
    _ours(output)
    beside = _beside(output)
    beside.mkdir(parents=True, exist_ok=True)
    with (beside / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HeldElsewhere(f"another build of {output} is running", hint="wait until it ends") from None
        _recover(output, beside)
        with tempfile.TemporaryDirectory(dir=beside, ignore_cleanup_errors=True) as work:
            yield Path(work)


def _ours(output: Path) -> None:
    if output.is_symlink() or (output.exists() and not output.is_dir()):
        raise Misuse(f"{output} is not a folder", hint="name a folder for the site, or one that does not exist yet")
    if output.is_dir() and any(output.iterdir()) and not (output / "posts.json").is_file():
        raise Misuse(f"{output} holds something else than a site", hint="name a new or an empty folder")


def _recover(output: Path, beside: Path) -> None:
    """Put back what a killed build left halfway, and clear away the rest of it."""
    old = beside / "old"
    if old.is_dir() and not output.exists():
        old.rename(output)
    for left in beside.iterdir():
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)


def swap(site: Path, output: Path) -> Change:
    """Put the folder `site` in the place of `output`; what is different. An unchanged file keeps its time."""
    output = output.absolute()
    change = _compare(site, output)
    if not output.exists():
        site.rename(output)
    elif change.files:
        _exchange(site, output)
    return change


def _names(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


def _compare(site: Path, output: Path) -> Change:
    new, old = _names(site), _names(output) if output.is_dir() else set()
    same = {name for name in new & old if filecmp.cmp(site / name, output / name, shallow=False)}
    for name in same:
        shutil.copystat(output / name, site / name)
    return Change(
        added=tuple(sorted(new - old)), changed=tuple(sorted((new & old) - same)), removed=tuple(sorted(old - new))
    )


def _exchange(site: Path, output: Path) -> None:
    if not exchange(site, output):
        old = _beside(output) / "old"
        output.rename(old)
        site.rename(output)


def exchange(one: Path, other: Path) -> bool:
    """Let two folders change names in one step; False, with nothing changed, where the system cannot."""
    libc = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(one), os.fsencode(other)
    if sys.platform == "darwin":
        done = libc.renamex_np(first, second, _EXCHANGE)
    elif hasattr(libc, "renameat2"):
        done = libc.renameat2(_AT_FDCWD, first, _AT_FDCWD, second, _EXCHANGE)
    else:
        return False
    if done == 0:
        return True
    code = ctypes.get_errno()
    if code in _NOT_THERE:
        return False
    raise OSError(code, os.strerror(code), str(other))
