"""Secrets: where they are kept, how they are found by name, and how text is kept free of them.

A channel names its token, never holds it. For the sandbox only the sandbox's own folder is read; live, in this order:
the variable NAME, the file that NAME_FILE names, `.publisher/tokens/NAME`, the keyring where one is installed.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import stat
import traceback
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, quote_plus

from publisher.content.names import TOKEN
from publisher.errors import Misuse, Unauthorized
from publisher.platforms.base import Credential, Secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from publisher.content.channel import Channel
    from publisher.platforms.base import Platform

REDACTED = "[redacted]"
SERVICE = "specialty-publisher"
"""The name under which the keyring keeps our tokens."""
_SHORTEST = 6
"""A shorter secret is not looked for in text: it would be found everywhere. `_clean` refuses one as a token."""
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Tokens:
    """Finds credentials by name, and knows those that it gave out, to keep them out of what is written.

    `environ` is os.environ unless given. Shows itself as its target and nothing else; it cannot be pickled.
    """

    def __init__(
        self, root: Path, *, target: Literal["sandbox", "live"], environ: Mapping[str, str] | None = None
    ) -> None:
        self._folder = root / ".publisher" / ("sandbox/tokens" if target == "sandbox" else "tokens")
        self._target = target
        self._environ = os.environ if environ is None else environ
        self._known: set[str] = set()

    def __repr__(self) -> str:
        return f"Tokens(target={self._target!r})"

    def __reduce_ex__(self, protocol: object) -> tuple[Any, ...]:
        raise TypeError("tokens are not pickled")

    def credential(self, platform: Platform, channel: Channel) -> Credential:
        """What the channel's calls need: its token, and its platform's further secrets by part.

        Raises Unauthorized, naming the page and the missing token, and Misuse when a secret is kept carelessly.
        """
        names = {"token": channel.token, **platform.app_secrets}
        parts = {part: self._of(name, channel) for part, name in names.items()}
        self._known.update(forms(parts.values()))
        return Credential(name=channel.token, parts=MappingProxyType(parts))

    def redact(self, text: str) -> str:
        """`text` without any secret that was given out."""
        return without(text, sorted(self._known, key=len, reverse=True))

    def filter(self) -> logging.Filter:
        """A filter for log handlers: whatever the logger, records lose every secret that was given out."""
        return _Redacting(self)

    def _of(self, name: str, channel: Channel) -> Secret:
        if not name:
            raise Unauthorized(
                f"{channel.name} ({channel.key}) names no token",
                hint="write token: NAME at the channel in its specialty.yml, or mode: by-hand",
            )
        if not TOKEN.fullmatch(name):
            raise Misuse(
                f"{channel.name} ({channel.key}): its token's name is not one", hint="write it like FB_CARDIOLOGY"
            )
        value = self._sandboxed(name) if self._target == "sandbox" else self._live(name)
        if value is None:
            raise Unauthorized(f"{channel.name} ({channel.key}) has no {name}", hint=self._how(name))
        return value

    def _sandboxed(self, name: str) -> Secret | None:
        return _kept(self._folder / name, name, private=True)

    def _live(self, name: str) -> Secret | None:
        if value := self._environ.get(name, "").strip():
            return _clean(value, name, f"the variable {name}")
        if path := self._environ.get(f"{name}_FILE", "").strip():
            return _kept(Path(path), name, private=False)
        return _kept(self._folder / name, name, private=True) or _from_keyring(name)

    def _how(self, name: str) -> str:
        if self._target == "sandbox":
            return f"the sandbox writes {self._folder / name} when it starts for this folder: publisher sandbox"
        return (
            f"set the variable {name}, or {name}_FILE to the path of a file that holds it, "
            f"or write it to {self._folder / name} (chmod 600)"
        )


# Where secrets are kept


def _kept(path: Path, name: str, *, private: bool) -> Secret | None:
    """The secret in a file, or None without the file. `private`: others may not read it.

    A file that NAME_FILE names is not held to that: what Docker and Kubernetes mount there is often readable to all.
    """
    try:
        with path.open(encoding="utf-8") as file:
            mode = os.fstat(file.fileno()).st_mode
            if private and os.name == "posix" and mode & _OTHERS:
                raise Misuse(f"{path} can be read by others than you", hint=f"chmod 600 {path}")
            return _clean(file.read(65536).strip(), name, str(path))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        sentence = f"{path} cannot be read"
    raise Misuse(sentence, hint=f"make it a text file that holds {name} and nothing else")


def _from_keyring(name: str) -> Secret | None:
    if find_spec("keyring") is None:
        return None
    keyring, errors = importlib.import_module("keyring"), importlib.import_module("keyring.errors")
    try:
        value = keyring.get_password(SERVICE, name)
    except errors.KeyringError:
        return None
    return _clean(value, name, "the keyring") if value else None


def _clean(value: str, name: str, where: str) -> Secret:
    """The secret itself. Raises Misuse when it cannot be one: a second line in it would become a header of its own."""
    if len(value) < _SHORTEST or not value.isascii() or not value.isprintable() or " " in value:
        raise Misuse(f"{where} does not hold a token", hint=f"it takes {name} alone: one line, no spaces, no quotes")
    return Secret(value)


# Text without secrets


def forms(secrets: Iterable[str]) -> tuple[str, ...]:
    """Each secret plain, percent-encoded and as JSON writes it; the longest first, so that none leaves a rest."""
    plain = [str.__str__(secret) for secret in secrets if len(secret) >= _SHORTEST]
    every = {form for s in plain for form in (s, quote(s, safe=""), quote_plus(s), json.dumps(s)[1:-1])}
    return tuple(sorted(every, key=len, reverse=True))


def without(text: str, secrets: Iterable[str]) -> str:
    """`text` with each of `secrets` (as `forms` gave them) replaced by `[redacted]`."""
    for secret in secrets:
        text = text.replace(secret, REDACTED)
    return text


class _Redacting(logging.Filter):
    """Rewrites each record: its words, its traceback and its stack."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        self._tokens = tokens

    def filter(self, record: logging.LogRecord) -> bool:
        """True: the record is kept, without secrets."""
        record.msg, record.args = self._tokens.redact(record.getMessage()), ()
        if record.exc_info and record.exc_info[0]:
            record.exc_text = record.exc_text or "".join(traceback.format_exception(*record.exc_info)).rstrip()
            record.exc_info = None
        record.exc_text = record.exc_text and self._tokens.redact(record.exc_text)
        record.stack_info = record.stack_info and self._tokens.redact(record.stack_info)
        return True
