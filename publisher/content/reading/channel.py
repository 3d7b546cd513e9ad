"""Channels as specialty.yml and site.yml name them → Channel values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from publisher.content.channel import Channel
from publisher.content.names import PLATFORM, TOKEN

if TYPE_CHECKING:
    from publisher.content.reading.fields import Fields


def read_channels(fields: Fields, key: str, default_name: str) -> tuple[Channel, ...]:
    """The channels that a list in specialty.yml or site.yml names; one with a mistake is left out."""
    found: dict[str, Channel] = {}
    for inner in fields.inners(key):
        channel = _channel(inner, default_name)
        if channel and channel.key in found:
            inner.complain("id", "duplicate-channel", f"{channel.key} stands in this list already; keep one of them")
        elif channel:
            found[channel.key] = channel
    return tuple(found.values())


def shared_channel_mistakes(first: Channel, second: Channel) -> dict[str, str]:
    """By key, what two files that name one channel say differently and must say alike."""
    mistakes = {}
    for key in ("token", "mode", "handle"):
        one, other = getattr(first, key), getattr(second, key)
        if one != other:
            mistakes[key] = f"{first.key} has {one or 'none'} there and {other or 'none'} here; write the same in both"
    return mistakes


def _channel(fields: Fields, default_name: str) -> Channel | None:
    fields.require("platform", "id", example={"platform": "facebook", "id": '"104220000000001"'})
    platform = fields.matching("platform", PLATFORM, "is no platform; write its name in small letters, like facebook")
    remote_id, handle = fields.text("id"), fields.text("handle")
    if any(part.isspace() for part in remote_id):
        fields.complain("id", "wrong-form", "holds a space; write the id that the platform shows, between quotes")
    mode: Literal["api", "by-hand"] = fields.choice("mode", ("api", "by-hand"), "api")
    channel = Channel(
        platform=platform,
        remote_id=remote_id,
        name=fields.text("name") or handle or default_name,
        token=_token(fields),
        handle=handle,
        mode=mode,
        url=fields.text("url"),
    )
    fields.finish()
    return channel if platform and remote_id else None


def _token(fields: Fields) -> str:
    """The name of a token. What stands there instead may be a secret, so that the problem does not repeat it."""
    token = fields.text("token")
    if token and not TOKEN.fullmatch(token):
        message = "takes a token's name (capitals, digits and _), never the token itself; write token: FB_CARDIOLOGY"
        fields.complain("token", "token-name", message)
        return ""
    return token
