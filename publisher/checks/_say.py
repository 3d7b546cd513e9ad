"""How a rule points at the place that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from publisher.content.problem import Problem, Severity, line_of

if TYPE_CHECKING:
    from collections.abc import Mapping


class Place(Protocol):
    """A post, page or specialty: something with a file and the lines of its fields."""

    @property
    def path(self) -> str:
        """The file, as people type it."""
        ...

    @property
    def lines(self) -> Mapping[str, int]:
        """The line of each dotted field."""
        ...


def say(place: Place, field: str, rule: str, message: str, *, severity: Severity = "error") -> Problem:
    """A problem at that field's line, or at the line of the nearest field around it."""
    return Problem(
        path=place.path, line=line_of(place.lines, field), field=field, rule=rule, severity=severity, message=message
    )
