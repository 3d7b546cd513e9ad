"""Something wrong in a file, as a value: collected, sorted and shown together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["error", "warning", "advice"]


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    """One mistake: `path` is POSIX and relative to the root's parent as people type it (content/cardiology/valve.md).

    `line` and `column` count from 1 (0: the whole file). `field` is dotted (social.x.text) or empty. `rule` is a short
    stable name (unknown-key). `message` is a sentence that says what to write.
    """

    path: str
    line: int
    column: int = 1
    field: str = ""
    rule: str
    severity: Severity = "error"
    message: str

    @property
    def said(self) -> str:
        """What is wrong, behind the field that it is about."""
        return f"{self.field}: {self.message}" if self.field else self.message

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.said}" if self.line else f"{self.path}: {self.said}"

    def to_json(self) -> dict[str, Any]:
        """The stable JSON of it."""
        return vars(self).copy()


def line_of(lines: Mapping[str, int], field: str) -> int:
    """The line of a dotted field, of what holds it, or 1."""
    while field:
        if field in lines:
            return lines[field]
        field = field.rpartition(".")[0]
    return 1
