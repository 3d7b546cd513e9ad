"""Something wrong in a file, as a value: collected, sorted and shown together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        return f"{where}: {self.field}: {self.message}" if self.field else f"{where}: {self.message}"
