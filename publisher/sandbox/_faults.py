"""Faults on demand: which kinds there are, how one is written, and which calls it meets."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal

from publisher.errors import Misuse

if TYPE_CHECKING:
    from collections.abc import Mapping

When = Literal["before", "after", "while"]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What a fault does.

    `before`: the call is not applied; `after`: it is, and the answer suffers; `while`: a condition. `count` is how many
    calls it meets unless told otherwise (0: until it is cleared); `seconds` its usual length.
    """

    when: When
    what: str
    count: int = 1
    seconds: float | None = None


KINDS: Mapping[str, Kind] = {
    "accept-then-drop": Kind(when="after", what="apply the call, then reset the connection without an answer"),
    "accept-then-500": Kind(when="after", what="apply the call, then answer 500"),
    "slow-accept": Kind(when="after", what="apply the call, then answer after SECONDS", seconds=5),
    "drip": Kind(when="after", what="apply the call, then send one byte each SECONDS", seconds=1),
    "truncated-json": Kind(when="after", what="apply the call, then answer with half of the JSON"),
    "short-body": Kind(when="after", what="apply the call, then hang up in the middle of the answer"),
    "empty": Kind(when="after", what="apply the call, then answer 200 without a body"),
    "drop-before": Kind(when="before", what="reset the connection; nothing is applied"),
    "error-500": Kind(when="before", what="answer 500; nothing is applied"),
    "transient": Kind(when="before", what="answer the platform's transient error; nothing is applied"),
    "limit-reached": Kind(when="before", what="refuse: too many calls; come back in SECONDS", seconds=1140),
    "token-expired": Kind(when="before", what="refuse: the token has expired"),
    "permission-lost": Kind(when="before", what="refuse: a permission was taken away"),
    "api-version-gone": Kind(when="before", what="refuse: this version of the API is gone"),
    "media-expired": Kind(when="while", what="uploads that a call refers to are too old", count=1),
    "listing-lag": Kind(when="while", what="what is made shows up in reads SECONDS later", count=0, seconds=30),
    "duplicate-off": Kind(when="while", what="no duplicate is detected", count=0),
    "delay": Kind(when="while", what="each call is answered SECONDS after it came, no sooner", count=0, seconds=0.2),
}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault that is switched on. `platform`, `channel` and `call` are patterns (`*`); a call reads "POST feed".

    `count` is how many calls it will still meet (0: until cleared), after letting `after` calls pass.
    """

    kind: str
    platform: str = "*"
    channel: str = "*"
    call: str = "*"
    count: int = 1
    after: int = 0
    seconds: float | None = None
    code: str = ""
    id: int = 0

    @property
    def when(self) -> When:
        """Whether it strikes before the call is applied, after, or is a condition while it stands."""
        return KINDS[self.kind].when

    @property
    def length(self) -> float:
        """Its length in seconds: as told, else as usual for its kind."""
        usual = KINDS[self.kind].seconds
        return self.seconds if self.seconds is not None else (usual or 0.0)

    def meets(self, platform: str, channel: str, call: str, usual: str) -> bool:
        """Whether it is about this call; `usual` is the call that its kind is about when nobody said."""
        wanted = usual if self.call == "*" else self.call
        return fnmatchcase(platform, self.platform) and fnmatchcase(channel, self.channel) and fnmatchcase(call, wanted)

    def to_json(self) -> dict[str, Any]:
        """A plain value that `fault` reads back."""
        return asdict(self)


def fault(values: Mapping[str, Any]) -> Fault:
    """The fault that a mapping describes. Raises Misuse for a kind or key that does not exist, or a bad number."""
    given = {key: value for key, value in values.items() if value is not None}
    kind = str(given.pop("kind", ""))
    if kind not in KINDS:
        raise Misuse(f"{kind or 'nothing'} is no fault", hint=f"there are: {', '.join(KINDS)}")
    unknown = set(given) - set(Fault.__dataclass_fields__)
    if unknown:
        hint = "write platform, channel, call, count, after, seconds or code"
        raise Misuse(f"a fault has no {', '.join(sorted(unknown))}", hint=hint)
    try:
        return Fault(
            kind=kind,
            platform=str(given.get("platform", "*")),
            channel=str(given.get("channel", "*")),
            call=str(given.get("call", "*")),
            count=_counted(given.get("count", KINDS[kind].count)),
            after=_counted(given.get("after", 0)),
            seconds=None if "seconds" not in given else max(0.0, float(given["seconds"])),
            code=str(given.get("code", "")),
        )
    except (TypeError, ValueError):
        hint = "count and after are whole, seconds is a number"
        raise Misuse(f"the numbers of {kind} cannot be read", hint=hint) from None


def parse(spec: str) -> Fault:
    """The fault that a text like `accept-then-drop:call=POST feed,count=2` describes. Raises Misuse otherwise."""
    kind, _, rest = spec.partition(":")
    parts = [part.partition("=") for part in rest.split(",") if part]
    if any(not equals for _, equals, _ in parts):
        raise Misuse(f"{spec} is no fault", hint="write KIND:key=value,key=value, as in drip:call=POST feed,count=2")
    return fault({"kind": kind.strip(), **{key.strip(): value.strip() for key, _, value in parts}})


def _counted(value: object) -> int:
    number = int(str(value))
    if number < 0:
        raise ValueError(value)
    return number
