"""YAML text → nodes that know their line: only true, false, null and integers are resolved, everything else is text.

libyaml's events are folded into a tree without recursion, so that neither depth nor aliases can exhaust a reader: a
file is refused beyond `DEEPEST` levels or `MOST` nodes, aliases counted as often as they are used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.content.reading.findings import Findings

DEEPEST = 20
MOST = 10_000

_RARE_LINE_ENDS = dict.fromkeys((0x85, 0x2028, 0x2029), " ")
"""What YAML takes for line ends and no editor does: pasted from a word processor, it would shift the lines."""

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\Z")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True, kw_only=True, slots=True)
class Scalar:
    """One value: `face` is the text as it was written, `value` what it means; `line` and `column` count from 1."""

    face: str
    value: str | bool | int | None
    line: int
    column: int = 1
    weight: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Items:
    """A list of nodes."""

    items: tuple[Node, ...]
    line: int
    column: int = 1
    weight: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Keys and their nodes, in the order of the file, each key once."""

    pairs: tuple[tuple[Scalar, Node], ...]
    line: int
    column: int = 1
    weight: int = 1


Node = Scalar | Items | Table


class _RefusedError(Exception):
    """The file cannot be read further; what is wrong has been written down. `line`: quoting that one would help."""

    def __init__(self, line: int = 0) -> None:
        super().__init__()
        self.line = line


@dataclass(kw_only=True, slots=True)
class _Open:
    """A list or table whose end has not come yet."""

    table: bool
    anchor: str | None
    line: int
    column: int
    path: str
    nodes: list[Node] = field(default_factory=list)
    keys: dict[str, Scalar] = field(default_factory=dict)
    key: Scalar | None = None
    skip: bool = False

    def child_path(self) -> str:
        """The dotted name of what comes next in it."""
        last = (self.key.face if self.key else "") if self.table else str(len(self.nodes) + 1)
        return ".".join(part for part in (self.path, last) if part)


def parse(text: str, first_line: int, findings: Findings, *, tries: int = 20) -> Table | None:
    """The table that `text` holds, whose first line is `first_line` of its file; None when it cannot be read.

    After a line that is no YAML the rest is read as if that line were quoted, at most `tries` times.
    """
    import yaml

    text = text.translate(_RARE_LINE_ENDS)
    builder = _Builder(text, first_line, findings)
    lines = text.split("\n")
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            builder.take(event)
        return builder.table()
    except _RefusedError as error:
        mended = _quoting(lines, *_entry(lines, error.line - first_line)) if error.line else ""
    except yaml.MarkedYAMLError as error:
        mended = _syntax(error, lines, first_line, findings)
    except yaml.reader.ReaderError as error:
        line = text.encode()[: error.position].count(b"\n")
        findings.add(first_line + line, "", "yaml", "holds a character that no text has; take it out")
        return None
    return parse(mended, first_line, findings, tries=tries - 1) if mended != text and mended and tries else None


def lines(node: Node, prefix: str = "") -> Iterator[tuple[str, int]]:
    """Each dotted field with its line; items of a list by their number, from 1."""
    pairs: list[tuple[str, int, Node]] = []
    if isinstance(node, Table):
        pairs = [(key.face, key.line, value) for key, value in node.pairs]
    elif isinstance(node, Items):
        pairs = [(str(number), item.line, item) for number, item in enumerate(node.items, 1)]
    for name, line, value in pairs:
        dotted = f"{prefix}.{name}" if prefix else name
        yield dotted, line
        yield from lines(value, dotted)


def resolve(face: str, *, plain: bool) -> str | bool | int | None:
    """What a scalar means: true, false, null and integers when plain, its own face otherwise."""
    if not plain:
        return face
    if face in _WORDS:
        return _WORDS[face]
    return int(face) if _INTEGER.match(face) else face


class _Builder:
    """Folds libyaml's events into nodes."""

    def __init__(self, text: str, first_line: int, findings: Findings) -> None:
        self.lines = text.split("\n")
        self.first_line = first_line
        self.findings = findings
        self.stack: list[_Open] = []
        self.anchors: dict[str, Node] = {}
        self.root: Node | None = None
        self.weight = 0

    def refuse(self, line: int, message: str, *, mendable: bool = False) -> None:
        """Write down why nothing more can be read."""
        self.findings.add(line, self.stack[-1].child_path() if mendable and self.stack else "", "yaml", message)
        raise _RefusedError(line if mendable else 0)

    def table(self) -> Table | None:
        """The whole file's table; None and a problem when the file holds something else."""
        if self.root is None or (isinstance(self.root, Scalar) and self.root.value is None):
            return Table(pairs=(), line=self.first_line)
        if isinstance(self.root, Table):
            return self.root
        self.refuse(self.root.line, "holds no keys; write lines like key: text")
        return None

    def take(self, event: Any) -> None:
        """Fold in the next event; those that carry nothing are passed over."""
        folders = {
            "DocumentStartEvent": self._document,
            "ScalarEvent": self._scalar,
            "AliasEvent": self._alias,
            "SequenceStartEvent": self._open,
            "MappingStartEvent": self._open,
            "SequenceEndEvent": self._end_of_items,
            "MappingEndEvent": self._end_of_table,
        }
        folder = folders.get(type(event).__name__)
        if folder:
            folder(event)

    def _document(self, event: Any) -> None:
        if self.root is not None:
            self.refuse(self._line(event), "begins a second document; keep one")

    def _scalar(self, event: Any) -> None:
        plain = bool(event.implicit[0])
        self._no_tag(event)
        line, column = self._line(event), event.start_mark.column + 1
        node = Scalar(face=event.value, value=resolve(event.value, plain=plain), line=line, column=column)
        if plain:
            self._no_lost_comment(event)
        self._place(node, event.anchor)

    def _alias(self, event: Any) -> None:
        node = self.anchors.get(event.anchor)
        if node is None:
            face = f"*{event.anchor}"
            message = f"{face} names nothing above; if it is text, quote it: {quoted(face)}"
            self.refuse(self._line(event), message, mendable=True)
        else:
            self._place(node, None)

    def _end_of_items(self, event: Any) -> None:
        del event
        frame = self.stack.pop()
        weight = 1 + sum(node.weight for node in frame.nodes)
        node = Items(items=tuple(frame.nodes), line=frame.line, column=frame.column, weight=weight)
        self._place(node, frame.anchor, new=False)

    def _end_of_table(self, event: Any) -> None:
        del event
        frame = self.stack.pop()
        pairs = tuple(zip(frame.keys.values(), frame.nodes, strict=True))
        weight = 1 + sum(1 + node.weight for node in frame.nodes)
        self._place(Table(pairs=pairs, line=frame.line, column=frame.column, weight=weight), frame.anchor, new=False)

    def _open(self, event: Any) -> None:
        self._no_tag(event)
        line, column = self._line(event), event.start_mark.column + 1
        parent = self.stack[-1] if self.stack else None
        if parent and parent.table and parent.key is None:
            self.refuse(line, "has braces or a list where text is due; put quotes around it", mendable=True)
        if len(self.stack) == DEEPEST:
            self.refuse(line, f"is nested more than {DEEPEST} levels deep; write it flatter")
        path = parent.child_path() if parent else ""
        table = type(event).__name__ == "MappingStartEvent"
        self.stack.append(_Open(table=table, anchor=event.anchor, line=line, column=column, path=path))

    def _place(self, node: Node, anchor: str | None, *, new: bool = True) -> None:
        """Put a finished node where it belongs: at the root, into a list, or as key or value of a table."""
        self.weight += node.weight if new else 1
        if self.weight > MOST:
            self.refuse(node.line, f"holds more than {MOST} values; split it")
        if anchor:
            self.anchors[anchor] = node
        if not self.stack:
            self.root = node
        elif not self.stack[-1].table:
            self.stack[-1].nodes.append(node)
        else:
            self._place_in_table(self.stack[-1], node)

    def _place_in_table(self, frame: _Open, node: Node) -> None:
        if frame.key is None:
            self._take_key(frame, node)
            return
        if not frame.skip:
            frame.keys[frame.key.face] = frame.key
            frame.nodes.append(node)
        frame.key, frame.skip = None, False

    def _take_key(self, frame: _Open, node: Node) -> None:
        if not isinstance(node, Scalar):
            self.refuse(node.line, "has braces or a list where text is due; put quotes around it", mendable=True)
            return
        first = frame.keys.get(node.face)
        frame.key, frame.skip = node, first is not None
        if first:
            message = f"stands twice (first on line {first.line}); keep one of them"
            self.findings.add(node.line, frame.child_path(), "duplicate-key", message, column=node.column)

    def _no_tag(self, event: Any) -> None:
        if event.tag and event.tag != "!":
            message = "has a YAML tag (!…), which is not read here; put quotes around the text"
            self.refuse(self._line(event), message, mendable=True)

    def _no_lost_comment(self, event: Any) -> None:
        """Text after ` #word` would be lost in silence: YAML reads it as a comment."""
        rest = self.lines[event.end_mark.line][event.end_mark.column :] if event.value else ""
        if not re.match(r"\s+#\S", rest):
            return
        path = self.stack[-1].child_path() if self.stack else ""
        line = self.lines[event.end_mark.line]
        message = f"ends before {rest.strip()}, which YAML takes for a comment; write {quoted_line(line.strip())}"
        self.findings.add(self._line(event), path, "comment-in-text", message)

    def _line(self, event: Any) -> int:
        return int(event.start_mark.line) + self.first_line


def quoted(text: str) -> str:
    """The text as YAML writes it between quotes, whatever it holds."""
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


_LINE = re.compile(r"(?P<lead>(?:-\s+)?(?:[\w.-]+:(?=\s)\s*)?)(?P<text>.*)\Z", re.DOTALL)


def quoted_line(line: str) -> str:
    """A line `key: text` or `- text` with its text between quotes."""
    found = _LINE.match(line)
    if not found or not found["lead"] or not found["text"]:
        return quoted(line)
    return found["lead"] + quoted(found["text"].strip().strip("\"'") if _half_quoted(found["text"]) else found["text"])


def _half_quoted(text: str) -> bool:
    return len(text) > 1 and text[0] in "\"'" and text[-1] == text[0]


_KEYISH = re.compile(r"\s*(?:- |[\w.-]+:(?:\s|$))")


def _entry(lines: list[str], at: int) -> tuple[int, int]:
    """The first and last line (from 0, both included) of the `key: text` that line `at` belongs to."""
    first = last = at
    while first > 0 and lines[first].startswith(" ") and not _KEYISH.match(lines[first]):
        first -= 1
    while last + 1 < len(lines) and _goes_on(lines[first], lines[last + 1]):
        last += 1
    return first, last


def _goes_on(first: str, line: str) -> bool:
    """Whether the line is more of the text that begins on `first`."""
    deeper = len(line) - len(line.lstrip(" ")) > len(first) - len(first.lstrip(" "))
    return bool(line.strip()) and deeper and not _KEYISH.match(line)


def _quoting(lines: list[str], first: int, last: int, entry: str = "") -> str:
    """The text with that entry, on lines `first` to `last`, as it should be written; nothing when it has no key."""
    if not _KEYISH.match(lines[first]):
        return ""
    indent = lines[first][: len(lines[first]) - len(lines[first].lstrip(" "))]
    whole = " ".join(line.strip() for line in lines[first : last + 1])
    mended = [indent + (entry or quoted_line(whole)), *([""] * (last - first))]
    return "\n".join([*lines[:first], *mended, *lines[last + 1 :]])


def _syntax(error: Any, lines: list[str], first_line: int, findings: Findings) -> str:
    """Write down what libyaml could not read, with the line as it should be written where that can be said.

    The text with that entry mended, so that the rest of the file can be read for its own mistakes, or nothing.
    """
    flow = "flow" in str(error.context or "")
    mark = error.context_mark if flow else error.problem_mark or error.context_mark
    at = min(mark.line, len(lines) - 1) if mark else 0
    opened = next((number for number in range(at + 1) if _OPEN.match(lines[number])), None)
    if opened is not None:
        return _close(opened, lines, first_line, findings)
    first, last = _entry(lines, at)
    key = re.match(r"\s*(?:- +)?([\w.-]+):", lines[first])
    whole = " ".join(line.strip() for line in lines[first : last + 1])
    tabbed = lines[at].lstrip(" ").startswith("\t")
    message = "is indented with a tab; indent with spaces" if tabbed else _advice(error, lines[at], whole)
    column = mark.column + 1 if mark else 1
    findings.add(first_line + at, key[1] if key and not tabbed else "", "yaml", message, column=column)
    return "\n".join(_untabbed(line) for line in lines) if tabbed else _quoting(lines, first, last)


_OPEN = re.compile(r"(?P<lead>\s*(?:- +)?(?P<key>[\w.-]+): +)(?P<quote>[\"'])(?P<text>(?:(?!(?P=quote)).)*)\Z")
"""A line whose text begins with a quote that the line does not close."""


def _close(at: int, lines: list[str], first_line: int, findings: Findings) -> str:
    """Write down that a quote is not closed; the text with the quote closed at the end of its line."""
    found = _OPEN.match(lines[at])
    key = found["key"] if found else ""
    entry = quoted_line(f"{key}: {found['text'].strip()}") if found else ""
    findings.add(first_line + at, key, "yaml", f"opens a quote that nothing closes; write {entry}")
    return _quoting(lines, at, at, entry)


def _untabbed(line: str) -> str:
    """The line with two spaces for each tab of its indentation."""
    text = line.lstrip(" \t")
    return line[: len(line) - len(text)].replace("\t", "  ") + text


def _advice(error: Any, line: str, whole: str) -> str:
    """What to write instead of the line that libyaml could not read; `whole` is its entry on one line."""
    if "mapping values are not allowed" in str(error.problem or ""):
        return f"holds a colon and a space, so it needs quotes; write {quoted_line(whole)}"
    if "flow" in str(error.context or ""):
        unclosed = sum(map(whole.count, "[{")) > sum(map(whole.count, "]}"))
        brackets = "opens a bracket that nothing closes; close it with ] or }"
        return brackets if unclosed else "holds a comma or colon within brackets; put each text there in quotes"
    if re.match(r"\s*(?:- +)?(?:[\w.-]+:\s+)?[\"'@`%&*!|>]", line) or ": " in line.partition(":")[2]:
        return f"cannot be read as YAML; put the whole text in quotes: {quoted_line(whole)}"
    return "cannot be read as YAML; look at the indentation and the quotes of this line and the one above"
