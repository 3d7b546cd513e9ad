"""The keys of one YAML table, read by kind; what nobody asked for is unknown, and says so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from publisher.content.reading.findings import one_of, suggestion
from publisher.content.reading.nodes import Items, Node, Scalar, Table, quoted
from publisher.content.times import instant, local, read_day, read_length, read_wall

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, datetime, timedelta
    from typing import TypeVar

    from publisher.content.problem import Severity
    from publisher.content.reading.findings import Findings
    from publisher.content.times import Instant

    Choice = TypeVar("Choice", bound=str)
    Read = TypeVar("Read")

Needs = Literal["", "time", "zone"]
"""What a moment must say besides its day: a time of day, or that and its zone."""

_FEW = 10
"""So many keys are listed to somebody who wrote an unknown one."""


class Fields:
    """Reads one table. Each method takes a key, gives its value or a default, and writes down what is wrong with it.

    `whose`: the owner of the zone that wall times are read in, for people to read.
    """

    def __init__(self, table: Table, findings: Findings, prefix: str = "", *, whose: str = "the specialty's") -> None:
        self.whose = whose
        self.table = table
        self.findings = findings
        self.prefix = prefix
        self.nodes = {key.face: node for key, node in table.pairs}
        self.keys = {key.face: key for key, _ in table.pairs}
        self.known: list[str] = []

    def name(self, key: str) -> str:
        """The dotted name of a key."""
        return f"{self.prefix}.{key}" if self.prefix else key

    def line(self, key: str) -> int:
        """The line of a key, or of the table when it is not there."""
        return self.keys[key].line if key in self.keys else self.table.line

    def complain(self, key: str, rule: str, message: str, *, severity: Severity = "error") -> None:
        """Write down a problem at that key."""
        self.findings.add(self.line(key), self.name(key), rule, message, severity=severity)

    def node(self, key: str) -> Node | None:
        """The node under a key that is thereby known; None when the key is not there."""
        self.known.append(key)
        return self.nodes.get(key)

    def require(self, *keys: str, example: dict[str, str]) -> None:
        """Write down each of those keys that is not there, with an example of what to write."""
        for key in keys:
            if key not in self.nodes:
                self.findings.add(
                    self.table.line, self.name(key), "missing-key", f"is missing; write {key}: {example[key]}"
                )

    def text(self, key: str, default: str = "") -> str:
        """One text; an integer, true or false keeps its face."""
        node = self.node(key)
        return default if node is None else self._text(key, node) or default

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(text for _, text in self.lined_texts(key))

    def lined_texts(self, key: str) -> tuple[tuple[int, str], ...]:
        """A list of texts, each with its line."""
        found = []
        for number, item in enumerate(self._items(key, "[first, second]"), 1):
            text = self._text(f"{key}.{number}", item)
            if text:
                found.append((item.line, text))
        return tuple(found)

    def flag(self, key: str) -> bool:
        """True or false; false when the key is not there."""
        node = self.node(key)
        if node is None:
            return False
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        self.complain(key, "wrong-kind", f"takes true or false; write {key}: true")
        return False

    def number(self, key: str, *, least: int) -> int | None:
        """A whole number that is at least `least`, or None."""
        node = self.node(key)
        if node is None:
            return None
        if isinstance(node, Scalar) and type(node.value) is int and node.value >= least:
            return node.value
        self.complain(key, "wrong-kind", f"takes a whole number, {least} or more; write {key}: {least}")
        return None

    def choice(
        self, key: str, choices: Sequence[Choice], default: Choice, hints: Mapping[str, str] | None = None
    ) -> Choice:
        """One of a few words; `hints` has sentences for words that people bring along."""
        text = self.text(key)
        for choice in choices:
            if choice == text:
                return choice
        if text:
            near = (hints or {}).get(text) or suggestion(text, choices, otherwise=f"write {choices[0]}")
            self.complain(key, "unknown-value", f"{text} is none of {one_of(choices)}; {near}")
        return default

    def matching(self, key: str, pattern: re.Pattern[str], advice: str, default: str = "") -> str:
        """One text of a fixed form; `advice` says the form."""
        text = self.text(key)
        if text and not pattern.fullmatch(text):
            self.complain(key, "wrong-form", f"{text} {advice}")
            return default
        return text or default

    def day(self, key: str) -> date | None:
        """A day of the calendar, or None."""
        return self._read(key, read_day)

    def length(self, key: str) -> timedelta | None:
        """A length of time, or None."""
        return self._read(key, read_length)

    def moment(self, key: str, zone: str, *, needs: Needs = "") -> datetime | None:
        """An instant in UTC, read as a wall time in `zone`, or None; what is odd about it is written down."""
        text = self.text(key)
        return self.moment_of(key, text, zone, needs=needs) if text else None

    def moment_of(self, key: str, text: str, zone: str, *, needs: Needs = "", line: int = 0) -> datetime | None:
        """The instant that a text under `key` means in `zone`, or None; what is odd about it is written down."""
        where = line or self.line(key)
        try:
            wall = read_wall(text)
            found = instant(text, zone)
        except ValueError as error:
            self.findings.add(where, self.name(key), "wrong-date", str(error))
            return None
        if wall.at is None and needs:
            tail = f" {zone}" if needs == "zone" else ""
            aside = "" if needs == "zone" else f" ({zone} is {self.whose} zone)"
            message = f"has no time of day; write {wall.day} 09:00{tail}{aside}"
            self.findings.add(where, self.name(key), "no-time", message)
            return None
        if needs == "zone" and wall.at and not wall.zone and wall.offset is None:
            message = f"names no zone; write {wall.day} {wall.at:%H:%M} {zone}"
            self.findings.add(where, self.name(key), "no-zone", message)
            return None
        if found.oddity:
            self._odd(where, key, text, wall.zone or zone, found)
        return found.at

    def inner(self, key: str) -> Fields | None:
        """The table under a key, or None."""
        node = self.node(key)
        if node is None:
            return None
        if isinstance(node, Table):
            return Fields(node, self.findings, self.name(key), whose=self.whose)
        self.complain(key, "wrong-kind", "takes keys of its own, each on a line below it, indented by two spaces")
        return None

    def inners(self, key: str) -> tuple[Fields, ...]:
        """A list of tables."""
        found = []
        for number, item in enumerate(self._items(key, "- {key: value} on lines below it"), 1):
            if isinstance(item, Table):
                found.append(Fields(item, self.findings, self.name(f"{key}.{number}"), whose=self.whose))
            else:
                self.findings.add(
                    item.line, self.name(f"{key}.{number}"), "wrong-kind", "takes keys and values; write - {key: value}"
                )
        return tuple(found)

    def rest(self) -> tuple[str, ...]:
        """The keys that nobody asked for yet, in the order of the file."""
        return tuple(key for key in self.nodes if key not in self.known)

    def finish(self, hints: Mapping[str, str] | None = None) -> None:
        """Write down every key that nobody asked for; `hints` has sentences for the ones that people bring along."""
        for key in self.rest():
            known = sorted(set(self.known))
            listed = f"the keys here are {', '.join(known)}" if len(known) <= _FEW else "take the line out"
            said = (hints or {}).get(key.lower()) or suggestion(key, known, otherwise=listed)
            self.complain(key, "unknown-key", f"is no key that is known here; {said}")

    def _read(self, key: str, reader: Callable[[str], Read]) -> Read | None:
        text = self.text(key)
        try:
            return reader(text) if text else None
        except ValueError as error:
            self.complain(key, "wrong-form", str(error))
            return None

    def _items(self, key: str, example: str) -> tuple[Node, ...]:
        node = self.node(key)
        if node is None:
            return ()
        if isinstance(node, Items):
            return node.items
        if isinstance(node, Scalar) and node.value is not None and example.startswith("["):
            example = f"[{node.face}]"
        lead = f"{key}: " if example.startswith("[") else ""
        self.complain(key, "wrong-kind", f"takes a list; write {lead}{example}")
        return ()

    def _text(self, key: str, node: Node) -> str:
        """The text of a node, or empty and a problem."""
        if isinstance(node, Scalar) and node.value is not None and node.face.strip():
            return node.face.strip()
        last = key.rpartition(".")[2]
        lead = "-" if last.isdigit() else f"{last}:"
        if isinstance(node, Scalar):
            rule, message = "empty-value", f'is empty; write {lead} "…" or take the line out'
        elif isinstance(node, Table) and len(node.pairs) == 1 and isinstance(node.pairs[0][1], Scalar):
            first, second = node.pairs[0][0], node.pairs[0][1]
            whole = quoted(f"{first.face}: {second.face}" if second.value is not None else f"{first.face}:")
            rule, message = "wrong-kind", f"holds a colon and a space, so it needs quotes; write {lead} {whole}"
        else:
            rule, message = "wrong-kind", f'takes one text; write {lead} "…"'
        line = self.line(key) if key in self.keys else node.line
        self.findings.add(line, self.name(key), rule, message)
        return ""

    def _odd(self, line: int, key: str, text: str, zone: str, found: Instant) -> None:
        wall = local(found.at, zone)
        if found.oddity == "gap":
            message = f"{text} does not exist in {zone}, whose clocks go forward over it; it is read as {wall:%H:%M}"
            self.findings.add(line, self.name(key), "clock-gap", f"{message}; write that", severity="warning")
        elif found.oddity == "fold":
            message = f"{text} comes twice in {zone}, whose clocks go back; the first of the two is meant"
            self.findings.add(line, self.name(key), "clock-fold", message, severity="advice")
        else:
            message = f"has no time of day, so midnight in {zone} is meant; write {wall:%Y-%m-%d} 09:00 for the morning"
            self.findings.add(line, self.name(key), "midnight", message, severity="advice")
