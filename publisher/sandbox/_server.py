"""The sandbox's server: loopback only, a thread for each connection, faults at the level of the socket."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from publisher.errors import Misuse
from publisher.sandbox import _control, _wall
from publisher.sandbox._clock import Clock
from publisher.sandbox._state import Place, State
from publisher.sandbox._twin import Asked, Reply, Twin, Upload, twins

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from publisher.content.channel import Channel
    from publisher.sandbox._faults import Fault

LOOPBACK = "127.0.0.1"
MOST_BYTES = 64 * 1024 * 1024
"""The largest request that the sandbox reads."""
REDACTED = "[redacted]"

Environ = dict[str, Any]
Start = Callable[..., Any]


class Dropped(ConnectionResetError):
    """The connection is to be reset without an answer."""


class ShortBody(ConnectionResetError):
    """The connection is to be closed in the middle of an answer."""


class _Handler(WSGIRequestHandler):
    """werkzeug's handler, silent unless told otherwise, that can hang up the hard way."""

    verbose = False
    open_sockets: set[socket.socket]

    def setup(self) -> None:
        super().setup()
        self.open_sockets.add(self.connection)

    def finish(self) -> None:
        self.open_sockets.discard(self.connection)
        super().finish()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        if self.verbose:
            super().log_request(code, size)

    def connection_dropped(self, error: BaseException, environ: Environ | None = None) -> None:
        del environ
        self.close_connection = True
        if isinstance(error, Dropped):
            # Lingering for no time makes the kernel send RST where it would send FIN.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.open_sockets.discard(self.connection)
            os.close(self.connection.detach())


@dataclass(frozen=True, kw_only=True)
class _Received:
    """One call to a platform, with the faults that meet it."""

    twin: Twin
    asked: Asked
    channel: str
    name: str
    faults: tuple[Fault, ...]

    @property
    def outcome(self) -> Fault | None:
        """The fault that decides how the call ends, or None."""
        return next((f for f in self.faults if f.when != "while"), None)

    def refusal(self, fault: Fault) -> Reply:
        """The platform's words for that fault."""
        return self.twin.refuse(fault.kind, channel=self.channel, seconds=fault.length, code=fault.code)


class Server:
    """A sandbox that serves one folder's state until it is stopped."""

    def __init__(self, root: Path, *, now: datetime | None = None, port: int = 0, verbose: bool = False) -> None:
        self.folder = root / ".publisher" / "sandbox"
        self.clock = Clock(now)
        self.stopping = threading.Event()
        self._sockets: set[socket.socket] = set()
        self._busy = 0
        self._idle = threading.Condition()
        self.state = State(self.folder)
        try:
            self._http = self._listen(port, verbose)
        except BaseException:
            self.state.close()
            raise
        self.address = f"http://{LOOPBACK}:{self._http.port}"
        _write_private(self.folder / "address", self.address)

    def _listen(self, port: int, verbose: bool) -> Any:  # noqa: FBT001 -- handed on
        handler = type("Handler", (_Handler,), {"verbose": verbose, "open_sockets": self._sockets})
        with socket.create_server((LOOPBACK, 0) if not port else (LOOPBACK, port), backlog=128) as listening:
            return make_server(LOOPBACK, port, self, threaded=True, request_handler=handler, fd=listening.fileno())

    # Life

    def register(self, places: Sequence[Place]) -> dict[str, str]:
        """Make channels known and write their tokens' files; gives every token by name."""
        with self.state.transaction():
            tokens = {p.token_name: self.state.register(p) for p in places if p.platform in twins() and p.token_name}
            for twin in twins().values():
                tokens |= {name: self.state.mint(twin.name, name) for name in twin.secrets}
            for place in places:
                if place.platform in twins() and not place.token_name:
                    self.state.register(place)
        for name, value in tokens.items():
            _write_private(self.folder / "tokens" / name, value)
        return tokens

    def prepare(self, places: Sequence[Place], faults: Sequence[Fault], *, keep: bool) -> None:
        """Make the channels known and switch the faults on; without `keep`, forget first what was posted."""
        with self.state.transaction():
            if not keep:
                self.state.reset()
            for each in faults:
                self.state.add_fault(each)
        self.register(places)

    def serve(self) -> None:
        """Answer until `stop` (from another thread) or Ctrl-C; the address stands in the folder until then."""
        try:
            self._http.serve_forever(poll_interval=0.05)
        finally:
            self.stopping.set()
            self._hang_up()
            with contextlib.suppress(FileNotFoundError):
                (self.folder / "address").unlink()
            self.state.close()

    def stop(self) -> None:
        """Ask `serve` to return; calls under way are ended first."""
        self.stopping.set()
        self._http.shutdown()

    def _hang_up(self) -> None:
        for connection in list(self._sockets):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RD)
        with self._idle:
            self._idle.wait_for(lambda: self._busy == 0, timeout=10)

    # One request

    def __call__(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        """The WSGI application."""
        with self._idle:
            self._busy += 1
        try:
            with Request(environ) as request:
                return self._respond(request)(environ, start_response)
        finally:
            with self._idle:
                self._busy -= 1
                self._idle.notify_all()

    def _respond(self, request: Request) -> Response:
        request.max_content_length = MOST_BYTES
        request.max_form_memory_size = MOST_BYTES
        if (request.host.rpartition(":")[0] or request.host) not in {LOOPBACK, "localhost"}:
            return Response("The sandbox answers this machine only.\n", status=403)
        first = request.path.strip("/").partition("/")[0]
        if first in twins():
            return self._platform(twins()[first], request)
        if first == "_sandbox":
            return _control.respond(self, request)
        return _wall.respond(self, request)

    def _platform(self, twin: Twin, request: Request) -> Response:
        came = time.monotonic()
        try:
            asked = _read(request, base=self.address)
        except (BadRequest, RequestEntityTooLarge) as error:
            return Response(str(error), status=error.code)
        call = self._received(twin, asked)
        if call.outcome is not None and call.outcome.when == "before":
            response = self._refused(call, call.outcome)
        else:
            response = self._answered(call, self._applied(call))
        for each in call.faults:
            if each.kind == "delay":
                self.stopping.wait(max(0.0, came + each.length - time.monotonic()))
        return response

    def _received(self, twin: Twin, asked: Asked) -> _Received:
        with self.state.transaction():
            channel, name = twin.identify(asked, self.state)
            faults = self.state.strike(twin.name, channel, name, twin.usual_calls)
        return _Received(twin=twin, asked=asked, channel=channel, name=name, faults=tuple(faults))

    def _refused(self, call: _Received, outcome: Fault) -> Response:
        reply = None if outcome.kind == "drop-before" else call.refusal(outcome)
        with self.state.transaction():
            self._record(call, self.clock.now(), status=reply.status if reply else None, applied=False)
        if reply is None:
            raise Dropped
        return _response(reply)

    def _applied(self, call: _Received) -> Reply:
        kinds = {f.kind: f for f in call.faults}
        asked = call.twin.prepare(call.asked)
        asked = asked.having(
            now=self.clock.now(),
            lag_seconds=kinds["listing-lag"].length if "listing-lag" in kinds else 0.0,
            media_expired="media-expired" in kinds,
            duplicates_allowed="duplicate-off" in kinds,
        )
        with self.state.transaction():
            self.state.release_due(asked.now)
            with self.state.attempt() as undo:
                reply = call.twin.answer(asked, self.state)
                refused = reply.status >= 400  # noqa: PLR2004 -- HTTP: refused from here on
                if refused:
                    undo()
            self._record(call, asked.now, status=reply.status, applied=asked.method != "GET" and not refused)
        return reply

    def _answered(self, call: _Received, reply: Reply) -> Response:
        if call.outcome is None:
            return _response(reply)
        kind, seconds = call.outcome.kind, call.outcome.length
        if kind == "accept-then-drop":
            raise Dropped
        if kind == "accept-then-500":
            return _response(call.refusal(call.outcome))
        if kind == "slow-accept":
            self.stopping.wait(seconds)
        return self._spoilt(_response(reply), kind, seconds)

    def _spoilt(self, response: Response, kind: str, seconds: float) -> Response:
        whole = response.get_data()
        if kind == "truncated-json":
            response.set_data(whole[: max(1, len(whole) // 2)])
        if kind == "empty":
            response.set_data(b"")
        if kind in {"drip", "short-body"}:
            response.response = self._drip(whole, seconds) if kind == "drip" else _short(whole)
            response.content_length = len(whole)
        return response

    def _drip(self, whole: bytes, seconds: float) -> Iterator[bytes]:
        for number in range(len(whole)):
            if self.stopping.wait(seconds if number else 0.0):
                return
            yield whole[number : number + 1]

    def _record(self, call: _Received, at: float, *, status: int | None, applied: bool) -> None:
        asked = call.asked
        shown = {k: REDACTED if k in call.twin.secret_params else v for k, v in asked.params.items()}
        uploads = [{"part": u.part, "name": u.name, "bytes": len(u.data)} for u in asked.uploads]
        self.state.record(
            {
                "at": at, "platform": call.twin.name, "channel": call.channel, "call": call.name,
                "method": asked.method, "path": "/" + "/".join(asked.path), "token_in": asked.token_in,
                "params": json.dumps(shown), "uploads": json.dumps(uploads), "status": status, "applied": applied,
                "faults": json.dumps([f.kind for f in call.faults]),
            }
        )  # fmt: skip


def open_server(root: Path, *, now: datetime | None, port: int, verbose: bool = False) -> Server:
    """A server that listens. Raises Misuse when the port is taken, HeldElsewhere when another sandbox is here."""
    try:
        return Server(root, now=now, port=port, verbose=verbose)
    except OSError as error:
        raise Misuse(
            f"port {port} cannot be listened to: {error.strerror}", hint="use --port 0 for any free port"
        ) from None


def places(channels: Iterable[Channel]) -> list[Place]:
    """The channels as the sandbox keeps them; those of platforms that have no twin are left out."""
    known = [c for c in channels if c.platform in twins()]
    return [Place(platform=c.platform, id=c.remote_id, name=c.name, token_name=c.token) for c in known]


def _read(request: Request, *, base: str) -> Asked:
    path = tuple(request.path.strip("/").split("/"))[1:]
    host = "api"
    if path and path[0].startswith("_"):
        host, path = path[0][1:], path[1:]
    query = request.args.to_dict()
    body = _json_body(request) if request.is_json else request.form.to_dict()
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    in_header = secret.strip() if scheme.lower() in {"bearer", "oauth"} else ""
    token = in_header or body.get("access_token", "") or query.get("access_token", "")
    where: Literal["", "header", "body", "query"] = (
        "header" if in_header else "body" if body.get("access_token") else "query" if token else ""
    )
    files = request.files.items(multi=True)
    uploads = tuple(Upload(part=part, name=file.filename or "", data=file.read()) for part, file in files)
    return Asked(
        method=request.method, path=path, host=host, params={**query, **body}, uploads=uploads, base=base,
        headers={k.lower(): v for k, v in request.headers.items()}, token=token,
        token_in=where,
    )  # fmt: skip


def _json_body(request: Request) -> dict[str, str]:
    found = request.get_json()
    if not isinstance(found, dict):
        raise BadRequest("the JSON body must be an object")
    return {str(k): v if isinstance(v, str) else json.dumps(v) for k, v in found.items()}


def _response(reply: Reply) -> Response:
    response = Response(json.dumps(reply.body, ensure_ascii=False), status=reply.status, mimetype="application/json")
    response.headers.update(reply.headers)
    return response


def _short(whole: bytes) -> Iterator[bytes]:
    yield whole[: len(whole) // 2]
    raise ShortBody


def _write_private(target: Path, text: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = target.with_name(f".{target.name}.new")
    aside.touch(mode=0o600)
    aside.write_text(text, encoding="utf-8")
    aside.replace(target)
