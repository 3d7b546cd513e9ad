"""Authors, specialists and reviewers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Person:
    """One file under content/people/. `specialty` is a specialty's id or empty."""

    id: str
    name: str
    credentials: str = ""
    role: str = ""
    specialty: str = ""
    profile: str = ""
    key: str = ""
    path: str = ""
