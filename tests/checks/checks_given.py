"""How the tests of the rules speak: what runs them over a spoilt folder, and the instant at which they run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Found = Callable[..., list[str]]
"""What the rules find after writing files by name, each problem with its rule."""

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
