"""WHAT A POST IS: the files under content/ as values, and what is wrong in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.content.site import Content

__all__ = ["fingerprint", "load"]


def load(root: Path) -> Content:
    """Everything under `root`/content: site, specialties, people, posts, pages, and every problem of every file.

    A mistake in a file is a Problem of the result, never an exception. Raises Misuse when there is no such folder.
    """
    from publisher.content.reading.load import load_tree

    return load_tree(root)


def fingerprint(root: Path) -> str:
    """The digest that `load(root)` would give its Content, without reading any YAML. Raises Misuse as `load` does.

    Equal fingerprints mean that no text file has changed in a single byte, and no other file in size or time of change.
    """
    from publisher.content.reading.source import survey

    return survey(root).digest()
