"""What a Markdown text refers to: other files become addresses, pictures are carried to beside their page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from urllib.parse import unquote, urlsplit

from front_matter.public import tag_slug
from publisher.content.reading.references import place_of

_BRACES = re.compile(r"(?:\{|%7B|\|)(?P<what>[a-z]+)(?:\}|%7D|\|)(?P<value>.*)\Z", re.IGNORECASE | re.DOTALL)
_LISTS: Mapping[str, str] = MappingProxyType({"category": "/{}/", "author": "/people/{}/", "tag": "/tags/{}/"})


@dataclass(frozen=True, kw_only=True)
class Places:
    """`folder` holds the content; `addresses` are those of public pages by source path; `prefix` precedes every one."""

    folder: Path
    addresses: Mapping[str, str]
    prefix: str = ""


@dataclass(kw_only=True)
class References:
    """Resolves what one file refers to, and remembers which files must be copied: `carried` maps site paths to sources.

    `source` is the file's path below the content folder, `address` its page's path on the site.
    """

    places: Places
    source: str
    address: str
    carried: dict[str, Path] = field(default_factory=dict)

    def resolve(self, value: str) -> str | None:
        """The address that a reference stands for: None for a page that is not public, `value` if nothing is known."""
        parts = urlsplit(value)
        braces = _BRACES.match(value)
        if braces:
            return self._braced(braces["what"].lower(), braces["value"], value)
        if parts.scheme or parts.netloc or not parts.path:
            return value
        if parts.path.startswith("/"):
            return self.places.prefix + value
        return self._file(value, otherwise=value)

    def _braced(self, what: str, value: str, otherwise: str) -> str | None:
        if what == "index":
            return f"{self.places.prefix}/"
        if what in _LISTS:
            return self.places.prefix + _LISTS[what].format(tag_slug(unquote(value)))
        return self._file(value, otherwise=otherwise) if what in {"filename", "static", "attach"} else otherwise

    def file(self, value: str) -> Path | None:
        """The file below the content folder that a reference names, if there is one."""
        braces = _BRACES.match(value)
        path = self._below(unquote(urlsplit(braces["value"] if braces else value).path))
        return self.places.folder / path if path else None

    def _file(self, value: str, otherwise: str) -> str | None:
        parts = urlsplit(value)
        path = self._below(unquote(parts.path))
        if path is None:
            return otherwise
        if path.suffix == ".md":
            known = self.places.addresses.get(path.as_posix())
            return known and self.places.prefix + known + (f"#{parts.fragment}" if parts.fragment else "")
        return self.places.prefix + self.carry(path.as_posix())

    def _below(self, path: str) -> PurePosixPath | None:
        """`path` as a file's place below the content folder, or None where there is no such file."""
        folder = self.places.folder.resolve()
        file = (folder / place_of(self.source, path)).resolve()
        inside = file.is_file() and file.is_relative_to(folder)
        return PurePosixPath(file.relative_to(folder).as_posix()) if inside else None

    def carry(self, path: str) -> str:
        """Have the file at `path` (below the content folder) copied to beside the page; its address, without prefix."""
        file = (self.places.folder / path).resolve()
        beside = PurePosixPath(self.source).parent
        inside = PurePosixPath(path).is_relative_to(beside)
        name = PurePosixPath(path).relative_to(beside).as_posix() if inside else PurePosixPath(path).name
        if self.carried.get(self.address + name, file) != file:
            name = f"{sha256(path.encode()).hexdigest()[:8]}-{PurePosixPath(path).name}"
        self.carried[self.address + name] = file
        return self.address + name
