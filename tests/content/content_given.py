"""How the tests of the content speak: what loads a folder that was spoilt, and a problem as the cases write it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publisher.content.post import Post
    from publisher.content.problem import Problem
    from publisher.content.site import Content

Load = Callable[..., "Content"]
"""Loads the small folder after writing files by name (text, bytes, or None to take one away)."""


def told(problem: Problem) -> str:
    """The problem as the cases write it: line, field, sentence, rule, and its severity unless it is an error."""
    where = f"{problem.line}: {problem.field}: " if problem.field else f"{problem.line}: "
    severity = "" if problem.severity == "error" else f" {problem.severity}"
    return f"{where}{problem.message} [{problem.rule}{severity}]"


def by_id(content: Content, name: str) -> Post:
    """The post of that id."""
    return next(post for post in content.posts if post.id == name)
