"""The sandbox's clock: the real one, or one that was set to an instant and runs on."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Seconds since 1970 (UTC); `set` moves it."""

    def __init__(self, now: datetime | None = None) -> None:
        self._offset = 0.0
        if now is not None:
            self.set(now)

    def now(self) -> float:
        """The instant in seconds since 1970."""
        return time.time() + self._offset

    def set(self, now: datetime) -> None:
        """Make it `now` (aware); it runs on from there."""
        self._offset = now.timestamp() - time.time()


def iso(seconds: float | None) -> str | None:
    """An instant as ISO 8601 in UTC, to the millisecond; None stays None."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def instant(text: str) -> datetime:
    """The aware instant that an ISO 8601 text names. Raises ValueError when it names none or has no zone."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        message = f"{text} has no zone; write {text}Z for UTC"
        raise ValueError(message)
    return found
