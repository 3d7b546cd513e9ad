"""The only socket: one Call out, one Answer in, or the error that says what the caller does next.

Nothing here tries again. The transport knows one thing that nobody above can know: whether a byte of the call had left
when it failed. Before that it is NotSent; after it a call that commits is InDoubt, whatever went wrong.
It uses requests' adapter and not its Session, which would follow redirects, read .netrc and keep cookies.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from publisher.errors import CallError, InDoubt, NotSent, Rejected
from publisher.tokens import forms, without
from publisher.values import Answer

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.platforms.base import Credential, Platform
    from publisher.values import Call, Picture

log = logging.getLogger("publisher.http")

ANSWER_BYTES = 8_000_000
"""The largest answer that is read; beyond it the call has failed."""
CONNECT_SECONDS = 10.0
KEPT_HEADERS = frozenset({"content-type", "date", "retry-after", "location", "range", "etag"})
"""Response headers that an Answer keeps, besides the platform's own `answer_headers`."""
_CHUNK = 65536

AddressOf = Callable[["Platform", str], str]
"""From a platform and one of its host names to the base address, without a trailing slash."""


def live(platform: Platform, host: str) -> str:
    """The platform's own address."""
    return platform.hosts[host]


def sandboxed(address: str) -> AddressOf:
    """Addresses at the sandbox that listens at `address`: `/NAME` for a platform's API, `/NAME/_H` for its host H."""

    def address_of(platform: Platform, host: str) -> str:
        base = f"{address.rstrip('/')}/{platform.name}"
        return base if host == "api" else f"{base}/_{host}"

    return address_of


class Transport:
    """Sends calls. One is shared by all threads of a runner; `close` it at the end, or use it as a context manager.

    `address_of` says where each platform's hosts are (`live`, or `sandboxed(…)`); `clock` gives now (aware, UTC);
    `open_picture` gives a picture's bytes as they are to be sent; `loopback_only` refuses every other machine; a
    connection (name, TCP, TLS) must stand within `connect_seconds`, and then the call's own deadline runs.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        open_picture: Callable[[Picture], bytes],
        address_of: AddressOf = live,
        loopback_only: bool = False,
        connect_seconds: float = CONNECT_SECONDS,
    ) -> None:
        self._clock = clock
        self._open_picture = open_picture
        self._address_of = address_of
        self._loopback_only = loopback_only
        self._connect_seconds = connect_seconds
        self._pooled = _Adapter()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection that is kept."""
        self._pooled.close()

    def send(
        self, platform: Platform, call: Call, credential: Credential, *, send_by: datetime | None = None
    ) -> Answer:
        """The platform's answer, when it is what the call hoped for.

        Raises NotSent, Throttled, Unauthorized, Expired, Rejected or InDoubt; none carries a secret, in its words or
        in the errors behind it. A call that commits does not begin at or after `send_by`: that is NotSent.
        """
        authorized = platform.authorize(call, credential)
        attempt = _Attempt(
            seconds=call.deadline_seconds,
            connect_seconds=self._connect_seconds,
            late=self._late(send_by) if call.commits else None,
            loopback_only=self._loopback_only,
            secrets=forms([*credential.parts.values(), *_added(call, authorized)]),
        )
        outcome = self._outcome(platform, call, authorized, attempt)
        if isinstance(outcome, CallError):
            raise outcome
        refusal = platform.refusal(call, outcome, self._clock())
        if refusal is not None:
            raise refusal
        return outcome

    def _late(self, send_by: datetime | None) -> Callable[[], bool] | None:
        return None if send_by is None else lambda: self._clock() >= send_by

    def _outcome(self, platform: Platform, call: Call, authorized: Call, attempt: _Attempt) -> Answer | CallError:
        """The answer or what became of the call: returned, so that no error of the libraries stays chained to it."""
        began, kept = time.monotonic(), KEPT_HEADERS | platform.answer_headers
        try:
            answer = self._exchange(call, self._prepared(platform, authorized), attempt, kept)
        except (requests.RequestException, HTTPError, OSError, ValueError, _Stopped) as error:
            outcome: Answer | CallError = _failure(call, attempt, error)
        except CallError as error:
            outcome = error
        else:
            outcome = _misdirected(call, answer) or answer
        _note(call, platform.name, outcome, began, attempt.secrets)
        return outcome

    def _prepared(self, platform: Platform, call: Call) -> requests.PreparedRequest:
        address = self._address_of(platform, call.host) + call.path
        request = requests.Request(
            call.method,
            address,
            params=dict(call.query) or None,
            data=None if call.form is None else dict(call.form),
            json=call.json,
            files=[self._file(part.field, part.picture) for part in call.files] or None,
            headers={"User-Agent": "specialty-publisher", **call.headers},
        )
        return request.prepare()

    def _file(self, field: str, picture: Picture) -> tuple[str, tuple[str, bytes, str]]:
        name = picture.digest[:16] + PurePosixPath(picture.path).suffix.lower()
        try:
            return field, (name, self._open_picture(picture), picture.mime)
        except OSError:
            problem = Rejected(
                f"the picture {picture.path} cannot be read", hint="put it back, then: publisher requeue"
            )
        raise problem

    def _exchange(
        self, call: Call, request: requests.PreparedRequest, attempt: _Attempt, kept: frozenset[str]
    ) -> Answer:
        adapter = _Adapter() if call.commits else self._pooled
        try:
            with attempt.running():
                timeout = (attempt.connect_seconds, attempt.seconds)
                response = adapter.send(request, stream=True, timeout=timeout)
                try:
                    body = _read(response, attempt)
                finally:
                    response.close()
        finally:
            if call.commits:
                adapter.close()
        return _answer(response, body, kept, attempt.secrets)


# One attempt: what the socket is told, and what is known when it fails


class _Stopped(Exception):
    """We ended the attempt ourselves; the words say why."""


class _Attempt:
    """What one call's connection must know: its deadline, its guards, and whether a byte has left."""

    def __init__(
        self, *, seconds: float, connect_seconds: float, late: Callable[[], bool] | None, loopback_only: bool,
        secrets: tuple[str, ...],
    ) -> None:  # fmt: skip
        self.seconds = seconds
        self.connect_seconds = connect_seconds
        self.secrets = secrets
        self.begun = False
        self.expired = False
        self.stopped = ""
        self._late = late
        self._loopback_only = loopback_only
        self._socket: socket.socket | None = None
        self._watchdog: threading.Timer | None = None
        self._lock = threading.Lock()

    @contextmanager
    def running(self) -> Iterator[None]:
        """While it runs, this thread's connections ask this attempt, and its deadlines cut them off."""
        _current.attempt = self
        self._watch_for(self.connect_seconds)
        try:
            yield
        finally:
            self._watch_for(None)
            _current.attempt = None

    def _watch_for(self, seconds: float | None) -> None:
        """Set the watchdog anew, or send it home."""
        with self._lock:
            if self._watchdog is not None:
                self._watchdog.cancel()
            self._watchdog = None if seconds is None else threading.Timer(seconds, self._expire)
            if self._watchdog is not None:
                self._watchdog.daemon = True
                self._watchdog.start()

    def _expire(self) -> None:
        with self._lock:
            if self._watchdog is not threading.current_thread():
                return
            self.expired = True
            if self._socket is not None:
                _cut(self._socket)

    def watch(self, connected: socket.socket) -> None:
        """The deadline holds for this socket from now on."""
        with self._lock:
            self._socket = connected
            if self.expired:
                _cut(connected)

    def allow(self, host: str, port: int) -> None:
        """Raises _Stopped when only this machine may be asked and any of the host's addresses is another one."""
        if self._loopback_only:
            for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                self._allow(str(address[0]))

    def allow_peer(self, connected: socket.socket) -> None:
        """The same, for the address that was really reached."""
        if self._loopback_only:
            self._allow(str(connected.getpeername()[0]))

    def _allow(self, address: str) -> None:
        if not ipaddress.ip_address(address.partition("%")[0]).is_loopback:
            self.stop(f"only this machine is asked in the sandbox, and {address} is another")

    def first_byte(self) -> None:
        """The last word before the first byte leaves. Raises _Stopped when it is too late."""
        if self.begun:
            return
        self._watch_for(self.seconds)
        if self.expired:
            self.stop(self.overdue)
        if self._late is not None and self._late():
            self.stop("its send-by passed before the first byte left")
        self.begun = True

    @property
    def overdue(self) -> str:
        """What did not come in time."""
        if self.begun:
            return f"no whole answer within {self.seconds:g} s"
        return f"no connection within {self.connect_seconds:g} s"

    def stop(self, why: str) -> None:
        self.stopped = why
        raise _Stopped(why)


class _Current(threading.local):
    attempt: _Attempt | None = None


_current = _Current()


def _cut(connected: socket.socket) -> None:
    """Shut the connection down under its reader; the base class's method, for ssl's would race with the reader."""
    try:
        socket.socket.shutdown(connected, socket.SHUT_RDWR)
    except OSError:
        return


# Connections that ask the attempt


class _Watched(HTTPConnection):
    """A connection that asks its thread's attempt before it connects and before the first byte."""

    def _new_conn(self) -> socket.socket:
        attempt = _current.attempt
        if attempt is None:
            return super()._new_conn()
        attempt.allow(self.host, self.port)
        connected = super()._new_conn()
        try:
            attempt.allow_peer(connected)
        except _Stopped:
            connected.close()
            raise
        attempt.watch(connected)
        return connected

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        if _current.attempt is not None:
            _current.attempt.watch(self.sock)
            _current.attempt.first_byte()
        super().send(data)


class _WatchedTLS(_Watched, HTTPSConnection):
    """The same over TLS: the handshake is over before the first byte of a call."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedTLS


class _Adapter(HTTPAdapter):
    """requests' adapter with our connections; it tries nothing twice."""

    def __init__(self) -> None:
        super().__init__(pool_connections=32, pool_maxsize=64, max_retries=0)
        if self.max_retries.total != 0:
            raise AssertionError("the transport must not try again: the ledger does")

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """The pools, with our connections in them."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}


# What came back


def _read(response: requests.Response, attempt: _Attempt) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(_CHUNK):
        body += chunk
        if len(body) > ANSWER_BYTES:
            attempt.stop(f"the answer is larger than {ANSWER_BYTES} bytes")
    if attempt.expired:
        attempt.stop(attempt.overdue)
    return bytes(body)


def _answer(response: requests.Response, body: bytes, kept: frozenset[str], secrets: tuple[str, ...]) -> Answer:
    named = {name.lower(): without(value, secrets) for name, value in response.headers.items()}
    headers = {name: value for name, value in named.items() if name in kept}
    return Answer(status=response.status_code, headers=headers, body=_scrubbed(_parsed(body), secrets))


def _parsed(body: bytes) -> Any:
    text = body.decode("utf-8", "replace")
    if not text:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _misdirected(call: Call, answer: Answer) -> CallError | None:
    """A redirect is never followed: it would take body and token elsewhere."""
    if not (HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST and "location" in answer.headers):
        return None
    elsewhere = urlsplit(answer.headers["location"]).hostname or "another address of its own"
    sentence = f"the network answered {answer.status} and points to {elsewhere}; that is not followed"
    return InDoubt(sentence) if call.commits else Rejected(sentence)


def _failure(call: Call, attempt: _Attempt, error: Exception) -> CallError:
    why = without(_why(attempt, error), attempt.secrets)
    if not attempt.begun:
        return NotSent(f"nothing was sent: {why}")
    if call.commits:
        return InDoubt(f"it was sent, and then: {why}", hint="publisher reconcile looks whether it is public")
    return NotSent(f"no usable answer: {why}")


def _why(attempt: _Attempt, error: Exception) -> str:
    """The cause in a few words: the library's innermost error, for the outer ones carry the whole address.

    The socket has the attempt's deadlines too, and may notice one before the watchdog does.
    """
    if attempt.stopped:
        return attempt.stopped
    cause: BaseException = error
    while (inner := cause.__cause__ or cause.__context__) is not None:
        cause = inner
    if attempt.expired or isinstance(cause, TimeoutError):
        return attempt.overdue
    return f"{type(cause).__name__}: {cause}"[:300]


def _note(call: Call, platform: str, outcome: Answer | CallError, began: float, secrets: tuple[str, ...]) -> None:
    if not log.isEnabledFor(logging.DEBUG):
        return
    said = str(outcome.status) if isinstance(outcome, Answer) else f"{type(outcome).__name__} ({outcome})"
    words = f"{call.method} {platform}/{call.host} {call.path} {said} {(time.monotonic() - began) * 1000:.0f} ms"
    log.debug("%s", without(words, secrets))


# Redaction: the one place


def _added(call: Call, authorized: Call) -> list[str]:
    """What `authorize` put in: tokens as they are sent, and everything that was reckoned from a secret."""
    pairs = zip(_places(call), _places(authorized), strict=True)
    return [str(v) for old, new in pairs for k, v in new.items() if old.get(k) != v]


def _places(call: Call) -> tuple[Mapping[str, Any], ...]:
    """Where a call can carry a secret by name."""
    return call.query, call.form or {}, call.headers, call.json if isinstance(call.json, Mapping) else {}


def _scrubbed(value: Any, secrets: tuple[str, ...]) -> Any:
    """A JSON value without the secrets: networks echo them in messages and in the addresses of next pages.

    Halves of characters and NUL go too, for no database or not each takes them.
    """
    if isinstance(value, str):
        return without(value.replace("\0", "?").encode("utf-8", "replace").decode(), secrets)
    if isinstance(value, Mapping):
        return {_scrubbed(k, secrets): _scrubbed(v, secrets) for k, v in value.items()}
    if isinstance(value, list):
        return [_scrubbed(v, secrets) for v in value]
    return value


class _OfThisCall(logging.Filter):
    """urllib3 logs addresses at debug, proofs and all: its records lose the secrets of the call that runs."""

    def filter(self, record: logging.LogRecord) -> bool:
        """True: the record is kept, redacted."""
        attempt = _current.attempt
        if attempt is not None:
            record.msg, record.args = without(record.getMessage(), attempt.secrets), ()
        return True


for _name in ("urllib3.connectionpool", "urllib3.connection", "urllib3.util.retry"):
    logging.getLogger(_name).addFilter(_OfThisCall())
