"""Where the readers put what is wrong: problems of one file, collected and never raised."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from publisher.content.problem import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable


class Findings:
    """The problems of one file. `path` is as people type it (content/cardiology/valve.md)."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def add(  # noqa: PLR0913 - they are what a problem says
        self, line: int, field: str, rule: str, message: str, *, severity: Severity = "error", column: int = 1
    ) -> None:
        """Write down one problem at that line (0: the whole file); a line that is no YAML says only that."""
        if line and rule != "yaml" and any(one.line == line and one.rule == "yaml" for one in self.problems):
            return
        problem = Problem(
            path=self.path, line=line, column=column, field=field, rule=rule, severity=severity, message=message
        )
        if problem not in self.problems:
            self.problems.append(problem)

    @property
    def refused(self) -> bool:
        """Whether the file has an error and shall be in no list."""
        return any(problem.severity == "error" for problem in self.problems)


def suggestion(word: str, known: Iterable[str], *, otherwise: str = "", cutoff: float = 0.6) -> str:
    """`did you mean summary?` for the known word that is nearest to `word`, else `otherwise`."""
    near = get_close_matches(word.lower().replace("_", "-"), sorted(known), n=1, cutoff=cutoff)
    return f"did you mean {near[0]}?" if near else otherwise


def one_of(words: Iterable[str]) -> str:
    """The words as a sentence lists them: `a, b or c`."""
    listed = list(words)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} or {listed[-1]}"
