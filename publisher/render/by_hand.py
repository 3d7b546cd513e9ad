"""What holds for a message that a person pastes into a network that has no file of its own here."""

from __future__ import annotations

from publisher.platforms.base import Limit, Rules

_SOURCE = "our own: no rules of this network are written down here; who posts it looks"
_CHECKED = "2026-11-22"

PASTED = Rules(
    text=Limit(value=63206, unit="characters", source=_SOURCE, checked=_CHECKED),
    counting="characters",
    pictures=Limit(value=10, unit="pictures in one post", source=_SOURCE, checked=_CHECKED),
    picture_bytes=Limit(value=20 * 1024 * 1024, unit="bytes", source=_SOURCE, checked=_CHECKED),
    picture_types=("image/jpeg", "image/png", "image/gif", "image/webp"),
    link_in_text=True,
    source=_SOURCE,
    checked=_CHECKED,
)
"""The link stands in the text, since a person pastes one text; the numbers only keep a mistake from being endless."""
