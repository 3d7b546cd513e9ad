"""What every platform's twin gives, and the values that the server hands it: what was asked, and what it replies."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal

if TYPE_CHECKING:
    from publisher.sandbox._state import State

EMPTY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Upload:
    """One file of a multipart request: the part's name, the file's name and its bytes."""

    part: str
    name: str
    data: bytes


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request as a twin sees it: its own path in segments, and every parameter wherever it was given.

    `host` is "api" or the name of the platform's other host. `token` is the secret that came with the call and
    `token_in` where it stood. `now` is the sandbox's clock in seconds since 1970 (UTC). `lag_seconds`,
    `media_expired` and `duplicates_allowed` are set by the faults of the same name.
    """

    method: str
    path: tuple[str, ...]
    host: str = "api"
    params: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    uploads: tuple[Upload, ...] = ()
    headers: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    token: str = ""
    token_in: Literal["", "header", "body", "query"] = ""
    base: str = ""
    now: float = 0.0
    lag_seconds: float = 0.0
    media_expired: bool = False
    duplicates_allowed: bool = False

    def having(self, **changes: Any) -> Asked:
        """This request with some of its values changed."""
        return replace(self, **changes)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a twin answers: a status, a value that becomes JSON, and headers of the platform's own."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=lambda: EMPTY)


class Twin:
    """One platform's stand-in. Subclasses are named `TWIN` in a file of this folder; the folder is the list."""

    name: ClassVar[str]
    title: ClassVar[str]
    secrets: ClassVar[Mapping[str, str]] = EMPTY
    """Secrets of the app itself, by the name that a client keeps each under: {"FB_APP_SECRET": "app_secret"}."""
    secret_params: ClassVar[frozenset[str]] = frozenset({"access_token"})
    """Parameters that the journal of calls never shows."""
    usual_calls: ClassVar[Mapping[str, str]] = EMPTY
    """Which calls a fault is about when whoever switches it on does not say: {"media-expired": "POST feed"}."""

    def identify(self, asked: Asked, state: State) -> tuple[str, str]:
        """The channel that the request is about (or "") and the call's name, as faults and the journal name it."""
        raise NotImplementedError

    def prepare(self, asked: Asked) -> Asked:
        """The request with what must be fetched first; runs before the state is locked."""
        return asked

    def answer(self, asked: Asked, state: State) -> Reply:
        """What the platform would do and answer; runs inside one transaction of the state."""
        raise NotImplementedError

    def refuse(self, kind: str, *, channel: str, seconds: float | None, code: str) -> Reply:
        """The platform's own words for a fault that refuses a call without applying it."""
        raise NotImplementedError

    def post_id(self, channel: str, number: int) -> str:
        """The id that the platform would give a post; the number alone unless it says otherwise."""
        del channel
        return str(number)

    def post_url(self, channel: str, post: str) -> str:
        """The public address that the platform would give a post."""
        raise NotImplementedError


@cache
def twins() -> Mapping[str, Twin]:
    """Every platform that has a twin here, by name: the files of this folder that do not begin with an underscore."""
    found = [m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)]) if not m.name.startswith("_")]
    return MappingProxyType({n: importlib.import_module(f"publisher.sandbox.{n}").TWIN for n in sorted(found)})
