"""WHAT MUST HOLD: one rule per function, pure, found in the modules of this folder and not listed.

A module's functions whose names begin with `check_` each take the content and the instant, and give problems.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from publisher.content.problem import Problem
    from publisher.content.site import Content

    Rule = Callable[[Content, datetime], Iterable[Problem]]


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, in the order of modules and names."""
    modules = sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
    found = (importlib.import_module(f"{__name__}.{name}") for name in modules if not name.startswith("_"))
    return tuple(rule for module in found for rule in _rules_of(module))


def run(content: Content, now: datetime) -> tuple[Problem, ...]:
    """What the rules find in the content at that instant (aware), sorted; `content.problems` are not repeated."""
    return tuple(sorted({problem for rule in rules() for problem in rule(content, now)}))


def examined(content: Content, now: datetime) -> Content:
    """The content with the rules' problems added; a post with an error among them is refused like an unreadable one."""
    problems = run(content, now)
    wrong = {problem.path for problem in problems if problem.severity == "error"}
    refused = {post.path for post in content.posts if post.path in wrong}
    return replace(
        content,
        posts=tuple(post for post in content.posts if post.path not in refused),
        pages=tuple(page for page in content.pages if page.path not in wrong),
        problems=tuple(sorted({*content.problems, *problems})),
        refused=tuple(sorted({*content.refused, *refused})),
    )


def _rules_of(module: object) -> list[Rule]:
    """The module's own rules: what it imports from elsewhere does not count."""
    own = getattr(module, "__name__", "")
    named = inspect.getmembers(module, inspect.isfunction)
    return [rule for name, rule in named if name.startswith("check_") and rule.__module__ == own]
