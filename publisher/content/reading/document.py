"""A Markdown file → its front matter as nodes and its body: between `---` fences, or Pelican's plain headers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.content.reading.nodes import Items, Node, Scalar, Table, parse

if TYPE_CHECKING:
    from publisher.content.reading.findings import Findings

_HEADER = re.compile(r"([A-Za-z][\w-]*):(?:\s+(.*)|\s*)\Z")
_LISTS = {"authors", "tags"}
_RENAMED = {"author": "authors", "tag": "tags", "language": "lang"}
_DROPPED = {
    "category": "is not needed: the folder says the specialty; take the line out",
    "modified": "is not kept: the history of the file says it; take the line out",
}


@dataclass(frozen=True, kw_only=True)
class Document:
    """Front matter and body; `body_line` is the body's first line in the file."""

    table: Table
    body: str
    body_line: int


def split(text: str, findings: Findings) -> Document | None:
    """The two parts of a Markdown file; None and a problem when it has no front matter that can be read."""
    lines = text.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is None:
        findings.add(1, "", "no-front-matter", "is empty; begin with ---, the front matter, and --- again")
        return None
    if lines[first].rstrip() == "---":
        return _fenced(lines, first, findings)
    if _HEADER.match(lines[first]):
        return _headed(lines, first, findings)
    findings.add(first + 1, "", "no-front-matter", "has no front matter; begin the file with a line ---, then title: …")
    return None


def _fenced(lines: list[str], first: int, findings: Findings) -> Document | None:
    ends = (number for number in range(first + 1, len(lines)) if lines[number].rstrip() in {"---", "..."})
    end = next(ends, None)
    if end is None:
        findings.add(first + 1, "", "no-front-matter", "opens the front matter and nothing closes it; end it with ---")
        return None
    table = parse("\n".join(lines[first + 1 : end]), first + 2, findings)
    return None if table is None else _document(table, lines, end + 1)


def _headed(lines: list[str], first: int, findings: Findings) -> Document:
    pairs: dict[str, tuple[Scalar, Node]] = {}
    number = first
    while number < len(lines) and lines[number].strip():
        number = _header(lines, number, pairs, findings)
    table = Table(pairs=tuple(pairs.values()), line=first + 1)
    return _document(table, lines, number)


def _header(lines: list[str], number: int, pairs: dict[str, tuple[Scalar, Node]], findings: Findings) -> int:
    """Read the header on that line with the indented lines that continue it; the number of the line after it."""
    found = _HEADER.match(lines[number])
    if not found:
        findings.add(number + 1, "", "headers", "is no header; write Key: text, or leave a blank line before the body")
        return number + 1
    parts, end = [found[2] or ""], number + 1
    while end < len(lines) and lines[end].startswith("    ") and lines[end].strip():
        parts.append(lines[end])
        end += 1
    text = " ".join(part.strip() for part in parts if part.strip())
    _keep(found[1].lower().replace("_", "-"), text, number + 1, pairs, findings)
    return end


def _keep(name: str, text: str, line: int, pairs: dict[str, tuple[Scalar, Node]], findings: Findings) -> None:
    key = _RENAMED.get(name, name)
    if key in _DROPPED:
        findings.add(line, key, "header-dropped", _DROPPED[key], severity="advice")
        return
    if key in pairs:
        message = f"stands twice (first on line {pairs[key][0].line}); keep one of them"
        findings.add(line, key, "duplicate-key", message)
        return
    if key == "status" and text.lower() == "hidden":
        key, text = "hidden", "true"
    pairs[key] = (_scalar(key, line), _value(key, text, line))


def _value(key: str, text: str, line: int) -> Node:
    if key in _LISTS:
        parts = [part.strip() for part in re.split(r"[;,]" if ";" not in text else ";", text) if part.strip()]
        if key == "authors":
            parts = [re.sub(r"[^a-z0-9]+", "-", part.lower()).strip("-") for part in parts]
        return Items(items=tuple(_scalar(part, line) for part in parts), line=line)
    value = {"true": True, "false": False}.get(text.lower()) if key == "hidden" else None
    return Scalar(face=text, value=text if value is None else value, line=line)


def _scalar(face: str, line: int) -> Scalar:
    return Scalar(face=face, value=face, line=line)


def _document(table: Table, lines: list[str], start: int) -> Document:
    """The front matter with the body that begins on or after line `start` (from 0)."""
    while start < len(lines) and not lines[start].strip():
        start += 1
    body = "\n".join(lines[start:]).rstrip("\n")
    return Document(table=table, body=body, body_line=min(start + 1, len(lines)))
