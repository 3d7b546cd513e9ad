"""What every platform file gives: its rules as data with their sources, and its flows.

A flow is a generator without socket, clock, random or database: it yields `Call`, `Wait` and `Published` values and is
sent each `Answer`. An operation that a platform lacks is simply not defined; `can` shows the gap.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from publisher.errors import CallError
from publisher.values import Answer, Call, Engagement, Flow, Listing, Message, Receipt, Shown

if TYPE_CHECKING:
    from publisher.content.channel import Channel
    from publisher.content.text import Counting


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A number from outside, with where it was read and the day that it was read."""

    value: int
    unit: str
    source: str
    checked: str


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a platform allows, as data. Every number is a Limit, so that it carries its source.

    `link_cost` is what any address counts for in the text, None: its own length. `read_lag` is for how many seconds
    what was published may be missing from a listing, None: no source says, so that absent is a person's word.
    `same_text_elsewhere`: one text may go out from several accounts; where it may not, the home specialty's speaks.
    `pictures_hide_link`: a message with pictures gets no link card, so that its link has to stand in the text.
    `terms`: the address of terms that restrict automated posting; a channel there is by hand until somebody accepts.
    """

    text: Limit
    counting: Counting
    pictures: Limit
    picture_bytes: Limit
    picture_types: tuple[str, ...]
    alt_text: Limit | None = None
    link_in_text: bool = False
    pictures_hide_link: bool = False
    link_cost: Limit | None = None
    read_lag: Limit | None = None
    same_text_elsewhere: bool = True
    terms: str = ""
    api_version: str = ""
    source: str
    checked: str
    more: Mapping[str, Limit] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def limits(self) -> Mapping[str, Limit]:
        """Every number of these rules by its name, the platform's own after the common ones."""
        common = ((f.name, getattr(self, f.name)) for f in fields(self))
        return {name: value for name, value in common if isinstance(value, Limit)} | dict(self.more)


class Secret(str):
    """Text that is sent as it is and shown to nobody: `repr`, and so every container's, says only that it is one."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "[secret]"

    def __reduce_ex__(self, protocol: object) -> tuple[Any, ...]:
        raise TypeError("a secret is not pickled")


@dataclass(frozen=True, kw_only=True, repr=False)
class Credential:
    """Secrets that one channel's calls need, by part ("token", "app_secret"). Shows itself to nobody."""

    name: str
    parts: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Credential({self.name!r})"

    def __reduce_ex__(self, protocol: object) -> tuple[Any, ...]:
        raise TypeError("a credential is not pickled")


OPERATIONS = ("publish", "correct", "retract", "find", "read", "engagement")
"""What a platform may define, in the order that a post's life needs them."""


class Platform:
    """One network. Subclasses set the class attributes and define the flows that the network allows."""

    name: ClassVar[str]
    title: ClassVar[str]
    rules: ClassVar[Rules]
    hosts: ClassVar[Mapping[str, str]]
    """Base addresses by the host names that calls use ("api" always among them), without a trailing slash."""
    app_secrets: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """Further parts of a credential and the token name that each is kept under: {"app_secret": "FB_APP_SECRET"}."""
    token_prefix: ClassVar[str] = ""
    """How we advise that its tokens' names begin, FB of FB_CARDIOLOGY; empty: its own name in capitals."""

    answer_headers: ClassVar[frozenset[str]] = frozenset()
    """Response headers of its own (lower-cased) that its flows, `refusal` or `usage` read: the transport keeps them."""

    def publish(self, channel: Channel, message: Message) -> Flow:
        """Make the message public on the channel: exactly one committing call, then Published."""
        raise NotImplementedError

    def correct(self, channel: Channel, receipt: Receipt, message: Message) -> Flow:
        """Change what is public to `message`; ends with Published carrying the receipt."""
        raise NotImplementedError

    def retract(self, channel: Channel, receipt: Receipt) -> Flow:
        """Take down what is public; ends with Published carrying the receipt of what was deleted."""
        raise NotImplementedError

    def find(self, channel: Channel, message: Message, since: datetime) -> Generator[Call, Answer, Listing]:
        """What the channel shows since that instant that is this message, by its link's code or its exact text."""
        raise NotImplementedError

    def read(self, channel: Channel, receipt: Receipt) -> Generator[Call, Answer, Shown | None]:
        """What the platform shows under this receipt, or None when it is not there."""
        raise NotImplementedError

    def matches(self, message: Message, shown: Shown) -> bool:
        """Whether what is shown is this message, as this platform alters texts and links."""
        raise NotImplementedError

    def engagement(self, channel: Channel, receipt: Receipt, at: datetime) -> Generator[Call, Answer, Engagement]:
        """One reading of what came of it."""
        raise NotImplementedError

    def objection(self, remote_id: str) -> str:
        """Why that can be the id of no channel here, as the end of a sentence; empty when it may be one."""
        del remote_id
        return ""

    def remote_id(self, channel: str, url: str) -> str:
        """The platform's id of the post at that public address on that channel (its key); else the address itself."""
        del channel
        return url

    def authorize(self, call: Call, credential: Credential) -> Call:
        """The call with its credential, as it is sent and never as it is recorded."""
        raise NotImplementedError

    def refusal(self, call: Call, answer: Answer, now: datetime) -> CallError | None:
        """What this answer means for the caller when it is not the success that the call hoped for, else None."""
        raise NotImplementedError

    def usage(self, answer: Answer) -> Mapping[str, float]:
        """How much of the platform's allowances is used up after this answer, in percent by name (none by default)."""
        del answer
        return MappingProxyType({})

    def can(self, operation: str) -> bool:
        """Whether it defines the operation, one of OPERATIONS."""
        return getattr(type(self), operation) is not getattr(Platform, operation)
