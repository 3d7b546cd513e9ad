"""Every error that crosses a room's border, named by what the caller does next.

    PublisherError
    ├── Misuse               used wrongly, or the configuration cannot be read: nothing was changed (exit 2)
    ├── HeldElsewhere        another runner holds what was asked for: nothing was changed (exit 3)
    ├── LostLease            stop: this delivery is somebody else's now
    └── CallError            what became of one call
        ├── NotSent          try again: nothing was applied, or nothing that anyone could see
        ├── Throttled        later: at `until` when the platform named a time
        ├── Unauthorized     the credential, not the message: stop this channel, tell its owner
        ├── Expired          an earlier answer (an upload, a container) outlived itself: begin the operation afresh
        ├── Rejected         ask a person: the platform will not take this message as it is
        └── InDoubt          look first: it may be public

Mistakes in content are not errors but `publisher.content.problem.Problem` values, collected and shown together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class PublisherError(Exception):
    """A sentence for a person, a hint of what to do, and the exit code that a command ends with."""

    exit_code = 1

    def __init__(self, sentence: str, *, hint: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint


class Misuse(PublisherError):
    """Used wrongly, or the configuration cannot be read; nothing was changed."""

    exit_code = 2


class HeldElsewhere(PublisherError):
    """Another runner holds what was asked for; nothing was changed."""

    exit_code = 3


class LostLease(PublisherError):
    """The delivery is not this runner's any more: stop at once, write nothing."""


class CallError(PublisherError):
    """What became of one call to a platform; `code` is the platform's own (empty when it gave none)."""

    def __init__(self, sentence: str, *, hint: str = "", code: str = "") -> None:
        super().__init__(sentence, hint=hint)
        self.code = code


class NotSent(CallError):
    """Nothing was applied, or nothing that anyone could see: it may be asked again."""


class Throttled(CallError):
    """The platform asks us to come back later, at `until` (aware, UTC) when it named a time."""

    def __init__(self, sentence: str, *, until: datetime | None = None, hint: str = "", code: str = "") -> None:
        super().__init__(sentence, hint=hint, code=code)
        self.until = until


class Unauthorized(CallError):
    """The credential is refused; the message is not at fault."""


class Expired(CallError):
    """An earlier answer that this call builds on is no longer valid at the platform."""


class Rejected(CallError):
    """The platform will not take this message as it is; asking again changes nothing."""


class InDoubt(CallError):
    """A committing call may have been applied: look before sending again."""
