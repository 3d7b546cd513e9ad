"""HOW EACH PLATFORM IS ASKED: one file per platform, pure; the folder is the list."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.errors import Misuse

if TYPE_CHECKING:
    from publisher.platforms.base import Platform


@cache
def names() -> tuple[str, ...]:
    """The platforms that we can speak to, in the order of their names: the files of this folder."""
    return in_folder(Path(__file__).parent)


def in_folder(folder: Path) -> tuple[str, ...]:
    """The names of the platforms' files there: what begins with "_" only helps them."""
    found = (module.name for module in pkgutil.iter_modules([str(folder)]))
    return tuple(sorted(name for name in found if name != "base" and not name.startswith("_")))


@cache
def load(name: str) -> Platform:
    """The platform of that name. Raises Misuse when there is no such file."""
    if name not in names():
        raise Misuse(f"{name} is no platform that we can speak to", hint=f"there are: {', '.join(names())}")
    platform: Platform = importlib.import_module(f"publisher.platforms.{name}").PLATFORM
    return platform
