"""The only socket: what it sends, what it never does, and what a failure means to the caller."""

from __future__ import annotations

import gzip
import json
import logging
import os
import shutil
import socket
import ssl
import subprocess
import threading
import traceback
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import pytest
from http_given import APP_SECRET, CREDENTIAL, FACEBOOK, NOW, PICTURE, POST, PROOF, READ, TOKEN, UPLOAD
from http_servers import Line, Server, answer

from publisher.errors import CallError, InDoubt, NotSent, Rejected, Throttled, Unauthorized
from publisher.http import ANSWER_BYTES, Transport, _Attempt, live, sandboxed
from publisher.platforms.base import Credential
from publisher.values import Answer, Call

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Misbehaving = Callable[[Callable[[Line], object]], Server]
    Send = Callable[..., Answer]
    Needed = Callable[[bool, str], None]

ID = b'{"id":"104_9"}'
IN_TIME = NOW + timedelta(seconds=30)


def said(*parts: bytes) -> Callable[[Line], object]:
    """Say these parts and leave."""

    def behave(line: Line) -> object:
        for part in parts:
            line.say(part)
        return "left"

    return behave


def always(data: bytes) -> Callable[[Line], object]:
    """Say this to every request and stay."""
    return lambda line: line.say(data)


def proof() -> str:
    return FACEBOOK.authorize(READ, CREDENTIAL).query["appsecret_proof"]


# What is sent


def test_a_form_goes_out_as_the_body_with_the_token_in_it(send: Send) -> None:
    with Server(always(answer(ID))) as server:
        sent = send(server.address, POST, send_by=IN_TIME)
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.split(b"\r\n")[0] == b"POST /facebook/v26.0/104/feed HTTP/1.1"
    assert b"\r\nAccept-Encoding: identity\r\n" in head
    assert dict(parse_qsl(body.decode())) == {"message": "Good day", "access_token": TOKEN, "appsecret_proof": proof()}
    assert sent == Answer(status=200, headers={}, body={"id": "104_9"})


def test_a_read_carries_the_token_in_a_header_and_never_in_the_address(send: Send) -> None:
    with Server(always(answer(ID))) as server:
        send(server.address, READ)
    lines = server.requests[0].decode().split("\r\n")
    assert lines[0] == f"GET /facebook/v26.0/104_9?fields=id&appsecret_proof={proof()} HTTP/1.1"
    assert f"Authorization: Bearer {TOKEN}" in lines


def test_a_picture_goes_out_as_one_part_with_its_own_type_and_a_name_that_says_nothing(send: Send) -> None:
    with Server(always(answer(b'{"id":"77"}'))) as server:
        send(server.address, UPLOAD)
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    boundary = head.split(b"boundary=")[1].split(b"\r\n")[0]
    parts = [part.strip(b"\r\n") for part in body.split(b"--" + boundary)][1:-1]
    assert parts == [
        b'Content-Disposition: form-data; name="published"\r\n\r\nfalse',
        b'Content-Disposition: form-data; name="access_token"\r\n\r\n' + TOKEN.encode(),
        b'Content-Disposition: form-data; name="appsecret_proof"\r\n\r\n' + proof().encode(),
        b'Content-Disposition: form-data; name="source"; filename="abababababababab.png"\r\n%b\r\n\r\nPICTURE'
        % b"Content-Type: image/png",
    ]


def test_a_json_call_goes_out_as_json(send: Send) -> None:
    call = Call(method="DELETE", path="/v26.0/104_9", json={"text": "é"}, commits=True)
    with Server(always(answer(b'{"success":true}'))) as server:
        send(server.address, call)
    assert b"Content-Type: application/json" in server.requests[0]
    assert json.loads(server.requests[0].partition(b"\r\n\r\n")[2]) == {"text": "é"}


def test_the_answer_keeps_usage_headers_in_small_letters_and_drops_the_rest(send: Send) -> None:
    said = answer(ID, "200 OK", 'X-App-Usage: {"call_count":28}', "Set-Cookie: a=b", "X-Other: 1", "Retry-After: 7")
    with Server(always(said)) as server:
        assert send(server.address, READ).headers == {"x-app-usage": '{"call_count":28}', "retry-after": "7"}


def test_a_picture_that_cannot_be_read_is_rejected_before_anything_is_sent(send: Send) -> None:
    def missing(_: object) -> bytes:
        raise FileNotFoundError("/somewhere/else.png")

    with Server(always(answer(ID))) as server, pytest.raises(Rejected, match=r"cardiology/room/a\.png cannot be read"):
        send(server.address, replace(UPLOAD, commits=True), open_picture=missing)
    assert server.connections == 0


def test_live_calls_go_to_the_platforms_own_address_and_sandboxed_ones_below_the_sandbox() -> None:
    assert live(FACEBOOK, "api") == "https://graph.facebook.com"
    assert sandboxed("http://127.0.0.1:9/")(FACEBOOK, "api") == "http://127.0.0.1:9/facebook"
    assert sandboxed("http://127.0.0.1:9")(FACEBOOK, "upload") == "http://127.0.0.1:9/facebook/_upload"


# Before a byte left: it may be asked again at once


@pytest.mark.parametrize("call", [POST, READ, UPLOAD])
def test_a_refused_connection_is_not_sent(send: Send, call: Call) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(NotSent, match="nothing was sent: ConnectionRefusedError"):
        send(f"http://127.0.0.1:{port}", call)


@pytest.mark.parametrize("call", [POST, READ])
def test_a_name_that_nobody_knows_is_not_sent(send: Send, call: Call) -> None:
    with pytest.raises(NotSent, match="nothing was sent: gaierror"):
        send("http://nowhere.invalid", call)


@pytest.mark.parametrize("call", [POST, READ])
def test_a_failed_tls_handshake_is_not_sent(send: Send, call: Call) -> None:
    with (
        Server(said(b"HTTP/1.1 200 OK\r\n\r\n"), greedy=False) as server,
        pytest.raises(NotSent, match="nothing was sent"),
    ):
        send(f"https://127.0.0.1:{server.port}", call)


@pytest.mark.parametrize("call", [POST, READ])
def test_a_tls_handshake_that_never_ends_is_cut_and_not_sent(send: Send, call: Call) -> None:
    with Server(lambda line: line.drip(b"\x16\x03\x03\x40\x00"), greedy=False) as server:
        with pytest.raises(NotSent, match=r"nothing was sent: no connection within 0\.3 s"):
            send(f"https://127.0.0.1:{server.port}", call, connect_seconds=0.3)
        assert server._lines[0].gone.wait(20)


def test_a_certificate_that_nobody_vouches_for_is_not_sent(send: Send, tmp_path: Path, needed: Needed) -> None:
    needed(bool(shutil.which("openssl")), "there is no openssl here to make a certificate with")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(certificate), "-days", "2"]
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run(["openssl", "req", "-x509", *made, *subject], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    seen = []

    def behave(line: Line) -> str:
        with context.wrap_socket(line.connected, server_side=True) as wrapped:
            seen.append(wrapped.recv(65536))
        return "left"

    with Server(behave, greedy=False) as server, pytest.raises(NotSent, match="CERTIFICATE_VERIFY_FAILED"):
        send(f"https://127.0.0.1:{server.port}", POST)
    assert seen in ([], [b""])


# After it: a call that commits is in doubt, whatever went wrong

FAILURES: dict[str, Callable[[Line], object]] = {
    "no answer until the deadline": Line.wait,
    "reset before the answer": Line.reset,
    "closed without an answer": said(),
    "a dripping head": lambda line: line.say(b"HTTP/1.1 200 OK\r\nX-Slow: ") or line.drip(b"s"),
    "a dripping body": lambda line: line.say(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n") or line.drip(),
    "a dripping body without a length": lambda line: line.say(b"HTTP/1.1 200 OK\r\n\r\n") or line.drip(),
    "a body that breaks off": said(b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n" + ID[:7]),
    "a reset in the body": lambda line: (
        line.say(b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n" + ID[:7]) or line.reset()
    ),
    "chunks that break off": said(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n" + ID[:7] + b"\r\n"),
    "truncated JSON": always(answer(ID[:-1])),
    "an empty answer": always(answer(b"")),
    "a page of HTML": always(answer(b"<html>Sorry</html>")),
    "no id": always(answer(b"{}")),
    "JSON too deep to read": always(answer(b"[" * 200_000)),
    "no HTTP at all": said(b"\x00\x01\x02\r\n\r\n"),
    "a broken compression": always(answer(b"not gzip", "200 OK", "Content-Encoding: gzip")),
    "a giant answer": said(b"HTTP/1.1 200 OK\r\n\r\n", ID.ljust(ANSWER_BYTES + 1)),
    "a small answer that unpacks to a giant": always(
        answer(gzip.compress(ID.ljust(ANSWER_BYTES + 1)), "200 OK", "Content-Encoding: gzip")
    ),
    "500": always(answer(b"", "500 Internal Server Error")),
    "500 with an error that is said to be transient": always(
        answer(b'{"error":{"code":2,"message":"Try later","is_transient":true}}', "500 Internal Server Error")
    ),
    "502 in HTML": always(answer(b"<html>Bad gateway</html>", "502 Bad Gateway")),
    "503": always(answer(b"", "503 Service Unavailable")),
    "504": always(answer(b"", "504 Gateway Timeout")),
}


def failing(name: str, call: Call) -> Call:
    """The call, with a short deadline where only the deadline ends it."""
    return replace(call, deadline_seconds=0.2) if "dripping" in name or "deadline" in name else call


@pytest.mark.parametrize("name", FAILURES)
def test_after_the_first_byte_a_committing_call_is_in_doubt_and_sent_once(
    send: Send, misbehaving: Misbehaving, name: str
) -> None:
    with misbehaving(FAILURES[name]) as server, pytest.raises(InDoubt):
        send(server.address, failing(name, POST), send_by=IN_TIME)
    assert len(server.requests) == 1


@pytest.mark.parametrize("name", FAILURES)
def test_after_the_first_byte_a_call_that_does_not_commit_may_be_asked_again_but_not_by_us(
    send: Send, misbehaving: Misbehaving, name: str
) -> None:
    with misbehaving(FAILURES[name]) as server, pytest.raises(NotSent):
        send(server.address, failing(name, READ))
    assert len(server.requests) == 1


@pytest.mark.parametrize("name", [name for name in FAILURES if "dripping" in name or "deadline" in name])
def test_the_deadline_cuts_the_line_whatever_still_comes(send: Send, misbehaving: Misbehaving, name: str) -> None:
    with misbehaving(FAILURES[name]) as server:
        with pytest.raises(InDoubt, match=r"no whole answer within 0\.2 s"):
            send(server.address, failing(name, POST))
        assert server._lines[0].gone.wait(20)


def test_a_deadline_that_the_socket_notices_first_is_called_the_same(
    send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Asleep(threading.Timer):
        def run(self) -> None:
            """Never strike."""

    monkeypatch.setattr(threading, "Timer", Asleep)
    with Server(Line.wait) as server, pytest.raises(InDoubt, match=r"no whole answer within 0\.2 s"):
        send(server.address, replace(POST, deadline_seconds=0.2))


def test_the_reason_is_said_in_a_few_words_and_a_hint_says_what_to_do(send: Send) -> None:
    with Server(FAILURES["closed without an answer"]) as server, pytest.raises(InDoubt) as caught:
        send(server.address, POST)
    assert (
        caught.value.sentence
        == "it was sent, and then: RemoteDisconnected: Remote end closed connection without response"
    )
    assert caught.value.hint == "publisher reconcile looks whether it is public"


def test_after_an_answer_no_watchdog_is_left_behind(send: Send) -> None:
    with Server(always(answer(ID))) as server:
        send(server.address, replace(POST, deadline_seconds=3600))
    watchdogs = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    for watchdog in watchdogs:
        watchdog.join(20)
    assert not any(watchdog.is_alive() for watchdog in watchdogs)


def test_a_watchdog_that_wakes_too_late_cuts_nobodys_line() -> None:
    """One that was sent home may be on its way already: the line may be another call's by then."""
    attempt = _Attempt(seconds=3600, connect_seconds=3600, late=None, loopback_only=False, secrets=())
    ours, theirs = socket.socketpair()
    with ours, theirs, attempt.running():
        attempt.watch(ours)
        overtaken = attempt._watchdog
        assert overtaken is not None
        attempt.first_byte()
        overtaken.function()
        theirs.sendall(b"still there")
        assert (ours.recv(11), attempt.expired) == (b"still there", False)


def test_an_answer_of_the_allowed_size_is_read_whole(send: Send) -> None:
    body = b'{"id":"104_9"}'.ljust(ANSWER_BYTES)
    with Server(always(answer(body))) as server:
        assert send(server.address, READ).body == {"id": "104_9"}


def test_names_with_halves_of_characters_and_nul_do_not_reach_the_ledger(send: Send) -> None:
    """PostgreSQL refuses NUL in a reason, and every run would end there."""
    with Server(always(answer(b'{"id":"104_9","\\udc00":"a\\u0000b"}'))) as server:
        assert send(server.address, READ).body == {"id": "104_9", "?": "a?b"}


def test_halves_of_characters_do_not_reach_the_ledger(send: Send) -> None:
    with Server(always(answer(b'{"id":"104_9","message":"\\ud83d!"}'))) as server:
        assert send(server.address, READ).body["message"] == "?!"


# What the platform says is passed on


def test_refusals_that_the_platform_file_understands_are_raised_as_such(send: Send) -> None:
    def error(code: int) -> bytes:
        return answer(json.dumps({"error": {"code": code, "message": "No"}}).encode(), "400 Bad Request")

    for code, expected in ((190, Unauthorized), (80001, Throttled), (100, Rejected), (506, InDoubt)):
        with (
            Server(always(error(code))) as server,
            Transport(clock=lambda: NOW, open_picture=lambda _: b"", address_of=sandboxed(server.address)) as transport,
            pytest.raises(expected),
        ):
            transport.send(FACEBOOK, POST, CREDENTIAL)


# What it never does


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_not_followed(send: Send, status: str) -> None:
    with Server(always(answer(ID))) as elsewhere:
        moved = answer(b"", status, f"Location: {elsewhere.address}/taken")
        with Server(always(moved)) as server:
            with pytest.raises(InDoubt, match=r"points to 127\.0\.0\.1; that is not followed"):
                send(server.address, POST)
            with pytest.raises(Rejected, match="that is not followed"):
                send(server.address, READ)
        assert elsewhere.connections == 0


def test_netrc_and_proxies_of_the_machine_change_nothing(
    send: Send, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with Server(always(answer(ID))) as proxy, Server(always(answer(ID))) as server:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.address)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        send(server.address, READ)
        send(server.address, POST)
    assert proxy.connections == 0
    assert f"Authorization: Bearer {TOKEN}".encode() in server.requests[0]
    assert b"Authorization" not in server.requests[1]


def test_a_cookie_of_one_answer_is_not_sent_with_the_next_call(send: Send) -> None:
    with Server(always(answer(ID, "200 OK", "Set-Cookie: who=me; Path=/"))) as server:
        for call in (READ, POST, READ):
            send(server.address, call)
    assert [b"Cookie" in request for request in server.requests] == [False, False, False]


def test_reads_share_a_connection_and_each_committing_call_has_one_of_its_own(send: Send) -> None:
    with Server(always(answer(ID))) as server:
        send(server.address, READ)
        send(server.address, READ)
        assert server.connections == 1
        send(server.address, POST)
        assert server.connections == 2
        send(server.address, POST)
        assert server.connections == 3


def test_an_answer_that_nobody_asked_for_is_never_taken_for_a_committing_calls_own(send: Send) -> None:
    """A kept connection may hold bytes of an earlier answer: they would be read as the answer to the post."""

    def behave(line: Line) -> None:
        line.say(answer(ID) + answer(b'{"id":"stale"}'))

    with Server(behave) as server:
        send(server.address, READ)
        assert send(server.address, POST).body == {"id": "104_9"}


# Its send-by


def test_a_committing_call_does_not_begin_at_its_send_by(send: Send) -> None:
    with Server(lambda line: line.wait()) as server, pytest.raises(NotSent, match="its send-by passed"):
        send(server.address, POST, send_by=NOW)
    assert server.requests == []


def test_a_committing_call_begins_just_before_its_send_by(send: Send) -> None:
    with Server(always(answer(ID))) as server:
        assert send(server.address, POST, send_by=NOW + timedelta(microseconds=1)).status == 200


def test_the_send_by_is_looked_at_after_the_connection_stands_and_before_the_first_byte(send: Send) -> None:
    """Connecting can take longer than a lease: a clock that reaches the send-by as the server accepts is too late."""
    received: list[bytes] = []

    def note(line: Line) -> str:
        received.append(line.connected.recv(65536))
        return "left"

    with Server(note, greedy=False) as server:

        def clock() -> object:
            late = server.accepted.acquire(timeout=5)
            return IN_TIME if late else NOW

        with pytest.raises(NotSent, match="nothing was sent: its send-by passed before the first byte left"):
            send(server.address, POST, clock=clock, send_by=IN_TIME)
    assert received == [b""]


def test_a_call_that_has_begun_is_sent_to_its_end_though_its_send_by_passes(send: Send) -> None:
    times = iter([NOW])
    with Server(always(answer(ID))) as server:
        assert send(server.address, POST, clock=lambda: next(times, IN_TIME), send_by=IN_TIME).status == 200
    assert server.requests[0].endswith(proof().encode())


def test_a_call_that_does_not_commit_has_no_send_by(send: Send) -> None:
    with Server(always(answer(ID))) as server:
        assert send(server.address, READ, send_by=NOW).status == 200


# In the sandbox it asks this machine only


def test_loopback_is_allowed_by_name_and_by_number(send: Send) -> None:
    with Server(always(answer(ID))) as server:
        assert send(f"http://localhost:{server.port}", READ, loopback_only=True).status == 200


@pytest.mark.parametrize("host", ["192.0.2.1", "0.0.0.0", "[2001:db8::1]", "169.254.169.254"])  # noqa: S104
def test_another_machine_is_refused_without_a_connection(send: Send, host: str) -> None:
    with Server(always(answer(ID))) as server:
        with pytest.raises(NotSent, match="only this machine is asked in the sandbox"):
            send(f"http://{host}:{server.port}", POST, loopback_only=True)
        assert server.connections == 0


def test_a_name_of_this_machine_that_leads_to_another_is_refused(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80)),
        (socket.AF_INET, 1, 6, "", ("192.0.2.1", 80)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: elsewhere)
    with pytest.raises(NotSent, match=r"only this machine is asked in the sandbox, and 192\.0\.2\.1 is another"):
        send("http://localhost:80", POST, loopback_only=True)


def test_an_answer_to_a_name_that_changes_between_two_questions_is_refused(
    send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever answers for names may say loopback first and another machine when the connection is made."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        monkeypatch.setattr(socket.socket, "getpeername", lambda _: ("192.0.2.1", 80))
        with pytest.raises(NotSent, match=r"192\.0\.2\.1 is another"):
            send(f"http://127.0.0.1:{listening.getsockname()[1]}", POST, loopback_only=True)


# Canary: the token is nowhere


def shown(error: BaseException) -> str:
    """Everything that printing, logging or chaining could show of an error."""
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    parts = [f"{e} {e!r} {e.args} {vars(e)}" for e in chain]
    return "\n".join([*parts, *traceback.format_exception(chain[0], chain=True)])


def echo(line: Line) -> None:
    """A network that repeats the whole request in its refusal, and in a header."""
    request = f"{TOKEN} {APP_SECRET} {proof()}"
    error = {"error": {"code": 999, "message": request, "error_user_msg": request, "fbtrace_id": TOKEN, TOKEN: TOKEN}}
    line.say(
        answer(json.dumps(error).encode(), "400 Bad Request", f"Location: https://{TOKEN}/", f"X-App-Usage: {TOKEN}")
    )


CANARIES = {**FAILURES, "an echo": echo, "an echo that is no HTTP": said(f"{TOKEN} {APP_SECRET}\r\n\r\n".encode())}


@pytest.mark.parametrize("call", [POST, READ, UPLOAD], ids=["post", "read", "upload"])
@pytest.mark.parametrize("name", CANARIES)
def test_no_failure_shows_a_secret(
    send: Send, misbehaving: Misbehaving, caplog: pytest.LogCaptureFixture, name: str, call: Call
) -> None:
    with caplog.at_level(logging.DEBUG), misbehaving(CANARIES[name]) as server, pytest.raises(CallError) as caught:
        send(server.address, failing(name, call))
    seen = shown(caught.value) + caplog.text + "".join(str(vars(record)) for record in caplog.records)
    for secret in (TOKEN, APP_SECRET, proof()):
        assert secret not in seen
        assert json.dumps(secret)[1:-1] not in seen


@pytest.mark.parametrize(
    "address", ["http://nowhere.invalid", "http://127.0.0.1:1", "https://127.0.0.1:1", "http://[bad", "no"]
)
def test_no_failure_to_connect_shows_a_secret(send: Send, caplog: pytest.LogCaptureFixture, address: str) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(NotSent) as caught:
        send(address, READ)
    seen = shown(caught.value) + caplog.text
    for secret in (TOKEN, APP_SECRET, proof()):
        assert secret not in seen


class InJson(type(FACEBOOK)):  # type: ignore[misc]
    """A network that wants what was reckoned from the secret in the JSON of the call."""

    def authorize(self, call: Call, credential: Credential) -> Call:
        del credential
        return replace(call, form=None, json={"status": "Good day", "signature": PROOF})


def test_what_was_reckoned_from_a_secret_is_kept_out_of_answers_to_json_too() -> None:
    said = json.dumps({"id": "104_9", "signature": PROOF, "status": "Good day"}).encode()
    with Server(always(answer(said))) as server:
        made = Transport(clock=lambda: NOW, open_picture=lambda _: b"", address_of=sandboxed(server.address))
        with made as transport:
            heard = transport.send(InJson(), POST, CREDENTIAL)
    assert PROOF.encode() in server.requests[0]
    assert heard.body["signature"] == "[redacted]"


def test_a_token_that_cannot_stand_in_a_header_is_not_repeated_by_the_complaint() -> None:
    broken = Credential(name="FB_CARDIOLOGY", parts={"token": "EAABcanary\nX-Evil: 1", "app_secret": APP_SECRET})
    made = Transport(clock=lambda: NOW, open_picture=lambda _: b"", address_of=sandboxed("http://127.0.0.1:9"))
    with made as transport, pytest.raises(NotSent) as caught:
        transport.send(FACEBOOK, READ, broken)
    assert "canary" not in shown(caught.value)


def test_an_answer_that_repeats_a_secret_is_kept_without_it(send: Send) -> None:
    body = {"id": "104_9", "paging": {"next": f"https://x.example/?access_token={TOKEN}"}, "list": [TOKEN], TOKEN: 1}
    with Server(always(answer(json.dumps(body).encode(), "200 OK", f"X-App-Usage: {TOKEN}"))) as server:
        kept = send(server.address, READ)
    assert TOKEN not in json.dumps(kept.to_json())
    assert kept.body["paging"]["next"] == "https://x.example/?access_token=[redacted]"


def test_the_log_says_what_was_asked_and_how_it_went_and_nothing_else(
    send: Send, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="publisher.http"), Server(always(answer(ID))) as server:
        send(server.address, READ)
    (record,) = [r for r in caplog.records if r.name == "publisher.http"]
    words = record.getMessage().split()
    assert words[:4] == ["GET", "facebook/api", "/v26.0/104_9", "200"]
    assert words[5:] == ["ms"]


def test_the_sent_call_hides_its_secrets_in_a_traceback_with_local_values() -> None:
    sent = [FACEBOOK.authorize(call, CREDENTIAL) for call in (POST, READ)]
    for secret in (TOKEN, APP_SECRET, proof()):
        assert secret not in repr(sent)
        assert secret not in repr(CREDENTIAL)


def test_what_is_recorded_of_a_call_holds_no_secret() -> None:
    assert all(TOKEN not in json.dumps(call.to_json()) for call in (POST, READ, UPLOAD))
    assert os.environ.get("FB_CARDIOLOGY") is None
    assert PICTURE.alt == "An empty room"
