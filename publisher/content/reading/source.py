"""The files under content/: which there are, their bytes and the digest of them all, without reading any YAML.

The digest of a content folder is that of every regular file's path with, for text (`TEXT`), its bytes and, for all
else (pictures, videos, documents), its size and time of last change: no edit of a text is ever missed, and a folder
with gigabytes of video is still looked at in milliseconds. A post's own digest is always of its pictures' bytes.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.errors import Misuse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.content.reading.findings import Findings

FOLDER = "content"
TEXT = frozenset({".csv", ".json", ".markdown", ".md", ".srt", ".txt", ".vtt", ".yaml", ".yml"})


@dataclass(kw_only=True)
class Tree:
    """The regular files of one content folder: `names` are POSIX, relative to it and sorted; hidden ones are left out.

    `links` are folders that are symbolic links, which are not followed; `broken` are files that could not be read.
    """

    folder: Path
    names: tuple[str, ...]
    links: tuple[str, ...]
    texts: dict[str, bytes] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)

    def bytes_of(self, name: str) -> bytes | None:
        """The bytes of a text file as they were when first asked for; None when it cannot be read."""
        if name not in self.texts and name not in self.broken:
            try:
                self.texts[name] = (self.folder / name).read_bytes()
            except OSError as error:
                self.broken[name] = error.strerror or "it cannot be opened"
        return self.texts.get(name)

    def digest(self) -> str:
        """The digest of the whole folder (64 hexadecimal characters)."""
        whole = hashlib.sha256()
        for name in (*self.names, *self.links):
            whole.update(_framed(os.fsencode(name)))
            whole.update(_framed(self._face(name)))
        return whole.hexdigest()

    def _face(self, name: str) -> bytes:
        """What stands for the file in the digest."""
        if is_text(name):
            found = self.bytes_of(name)
            return b"unreadable" if found is None else hashlib.sha256(found).digest()
        try:
            status = (self.folder / name).stat()
        except OSError:
            return b"unreadable"
        return f"{status.st_size} {status.st_mtime_ns}".encode()


def is_text(name: str) -> bool:
    """Whether the file is read as text, by its ending."""
    return os.path.splitext(name)[1].lower() in TEXT  # noqa: PTH122 - a Path per file would cost more than the rest


def survey(root: Path) -> Tree:
    """The files under `root`/content. Raises Misuse when there is no such folder or it cannot be listed."""
    folder = root / FOLDER
    if not folder.is_dir():
        raise Misuse(f"{root} holds no folder {FOLDER}/", hint="stand in the project's folder, or give --root DIR")
    files: list[str] = []
    links: list[str] = []
    try:
        for name, link in _walk(str(folder), ""):
            (links if link else files).append(name)
    except OSError as error:
        raise Misuse(f"{error.filename} cannot be listed: {error.strerror}") from error
    return Tree(folder=folder, names=tuple(sorted(files)), links=tuple(sorted(links)))


def text_of(tree: Tree, name: str, findings: Findings) -> str | None:
    """The file's text with plain line ends and no byte-order mark; None and a problem when it is not UTF-8."""
    found = tree.bytes_of(name)
    if found is None:
        findings.add(0, "", "unreadable", f"cannot be read: {tree.broken[name]}")
        return None
    try:
        text = found.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = found[: error.start].count(b"\n") + 1
        findings.add(line, "", "encoding", "is not UTF-8; save the file with the encoding UTF-8")
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _walk(folder: str, prefix: str) -> Iterator[tuple[str, bool]]:
    """Each regular file below the folder (False) and each folder that is a link (True), by its name from the top."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name.endswith("~"):
                continue
            name = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(entry.path, f"{name}/")
            elif entry.is_dir():
                yield name, True
            elif entry.is_file():
                yield name, False


def _framed(part: bytes) -> bytes:
    return len(part).to_bytes(8, "big") + part
