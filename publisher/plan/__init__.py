"""WHEN IT GOES: posts, channels, schedules and what is known become planned deliveries, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass

from publisher.content.problem import Problem
from publisher.values import Planned


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The deliveries that should exist, by time and key, and what stands in the way. Making one changes nothing."""

    deliveries: tuple[Planned, ...] = ()
    problems: tuple[Problem, ...] = ()
