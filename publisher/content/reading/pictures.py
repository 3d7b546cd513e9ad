"""Files that stand beside a post: found, kept inside content/, told by their bytes, digested once."""

from __future__ import annotations

import hashlib
import posixpath
import re
from typing import TYPE_CHECKING

from publisher.content.post import Image
from publisher.content.reading.findings import suggestion
from publisher.content.reading.references import place_of

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.content.reading.fields import Fields
    from publisher.content.reading.findings import Findings

LARGEST_BYTES = 20 * 1024 * 1024
"""Our own limit for one picture: above it a page is slow everywhere and several networks refuse it."""

_MIMES = {
    ".avif": "image/avif", ".gif": "image/gif", ".jpeg": "image/jpeg", ".jpg": "image/jpeg", ".png": "image/png",
    ".webp": "image/webp", ".svg": "image/svg+xml", ".csv": "text/csv", ".ics": "text/calendar",
    ".m4a": "audio/mp4", ".mov": "video/quicktime", ".mp3": "audio/mpeg", ".mp4": "video/mp4",
    ".pdf": "application/pdf", ".srt": "application/x-subrip", ".txt": "text/plain", ".vtt": "text/vtt",
    ".webm": "video/webm", ".zip": "application/zip",
}  # fmt: skip
PICTURES = frozenset({"image/avif", "image/gif", "image/jpeg", "image/png", "image/webp"})


_FOCUS = re.compile(r"(?:100|\d?\d)% (?:100|\d?\d)%")


def mime_of(name: str) -> str:
    """The media type that a file's ending stands for."""
    return _MIMES.get(posixpath.splitext(name)[1].lower(), "application/octet-stream")


def mime_of_bytes(head: bytes) -> str:
    """The picture's media type by its first bytes (at least 16), or empty when they are no picture's."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:6] in {b"GIF87a", b"GIF89a"}:
        return "image/gif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return "image/avif" if head[4:8] == b"ftyp" and head[8:12] in {b"avif", b"avis"} else ""


class Pictures:
    """The files of one content folder, each read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.top = folder.resolve()
        self.digests: dict[str, tuple[str, int, bytes] | None] = {}

    def place(self, beside: str, src: str) -> str | None:
        """Where `src`, written in the file `beside`, is below content/; None when that is outside."""
        name = place_of(beside, src)
        if name.startswith("../") or name in {"..", "."}:
            return None
        return name if (self.folder / name).resolve().is_relative_to(self.top) else None

    def find(self, beside: str, src: str, findings: Findings, line: int, field: str) -> str | None:
        """The place of a file that is there and inside content/; None and a problem otherwise."""
        name = self.place(beside, src)
        if name is None:
            findings.add(line, field, "outside", f"{src} lies outside content/; put the file beside the post")
            return None
        if self.read(name) is None:
            findings.add(line, field, "missing-file", f"{src} is not there; {self._near(name)}")
            return None
        return name

    def picture(self, beside: str, fields: Fields) -> Image | None:
        """The picture that a table {src, alt, credit, focus} describes; None and problems when it cannot be shown."""
        fields.require("src", "alt", example={"src": "clinic-room.jpg", "alt": '"What the picture shows"'})
        src, alt, credit = fields.text("src"), fields.text("alt"), fields.text("credit")
        focus = fields.matching("focus", _FOCUS, "is no place in a picture; write it like 40% 30%")
        fields.finish()
        line, field = fields.line("src"), fields.name("src")
        name = self.find(beside, src, fields.findings, line, field) if src else None
        mime = self.picture_type(name, fields.findings, line, field) if name else None
        found = self.read(name) if name else None
        if name is None or mime is None or found is None or not alt:
            return None
        return Image(path=name, digest=found[0], mime=mime, alt=alt, credit=credit, focus=focus)

    def attachment(self, name: str, alt: str, findings: Findings, line: int) -> Image | None:
        """A file that a body refers to; None and a problem when it is a picture that is not what it is called."""
        mime = mime_of(name)
        if mime in PICTURES and self.picture_type(name, findings, line, "") is None:
            return None
        found = self.read(name)
        return found and Image(path=name, digest=found[0], mime=mime, alt=alt)

    def picture_type(self, name: str, findings: Findings, line: int, field: str) -> str | None:
        """The media type of a picture whose name, bytes and size are in order; None and a problem otherwise."""
        found = self.read(name)
        called = mime_of(name)
        if found is None:
            return None
        is_really = mime_of_bytes(found[2])
        if called not in PICTURES:
            message = f"{posixpath.basename(name)} is no picture that everyone can see; save it as .jpg, .png or .webp"
        elif is_really != called:
            what = is_really or "no picture at all"
            message = f"{posixpath.basename(name)} is {what} by its bytes; save it again as what its name says"
        elif found[1] > LARGEST_BYTES:
            size = found[1] / 1024 / 1024
            message = f"{posixpath.basename(name)} has {size:.0f} MB; save it with at most 20 MB"
        else:
            return called
        findings.add(line, field, "picture", message)
        return None

    def read(self, name: str) -> tuple[str, int, bytes] | None:
        """The SHA-256, size and first bytes of a file below content/, or None when it is no file."""
        if name not in self.digests:
            self.digests[name] = _digest(self.folder / name)
        return self.digests[name]

    def _near(self, name: str) -> str:
        folder = self.folder / posixpath.dirname(name)
        beside = sorted(one.name for one in folder.iterdir()) if folder.is_dir() else []
        return suggestion(posixpath.basename(name), beside, otherwise="put the file beside the post", cutoff=0.75)


def _digest(path: Path) -> tuple[str, int, bytes] | None:
    """Read a file piece by piece: it may be a video."""
    whole, size, head = hashlib.sha256(), 0, b""
    try:
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                head = head or piece[:32]
                size += len(piece)
                whole.update(piece)
    except OSError:
        return None
    return whole.hexdigest(), size, head
