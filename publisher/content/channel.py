"""One place on a platform that specialties publish to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A Page, account, board …: `token` is the *name* of its credential, never the secret; empty when by hand."""

    platform: str
    remote_id: str
    name: str
    token: str = ""
    handle: str = ""
    mode: Literal["api", "by-hand"] = "api"
    url: str = ""

    @property
    def key(self) -> str:
        """The channel's identity, `platform:remote-id`."""
        return f"{self.platform}:{self.remote_id}"
