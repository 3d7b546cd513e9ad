"""Channels and pictures to try the sandbox with, and calls by hand for what no official client would send."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from publisher.content.channel import Channel

if TYPE_CHECKING:
    from publisher.sandbox import Sandbox

HEART = Channel(platform="facebook", remote_id="104220000000001", name="Example Health Cardiology", token="FB_HEART")
NERVE = Channel(platform="facebook", remote_id="104220000000002", name="Example Health Neurology", token="FB_NERVE")
BY_HAND = Channel(platform="facebook", remote_id="104220000000003", name="Example Health Dermatology", mode="by-hand")


@dataclass(frozen=True)
class Told:
    """What came back: the status, the parsed JSON (or the bytes) and the headers."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def error(self) -> tuple[int, int | None]:
        """The code and subcode of Meta's envelope."""
        return self.body["error"]["code"], self.body["error"].get("error_subcode")


def proof(token: str, secret: str) -> str:
    """The appsecret_proof of a token."""
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def signed(sandbox: Sandbox, name: str = "FB_HEART") -> dict[str, str]:
    """The two parameters that open a Page."""
    token = sandbox.tokens[name]
    return {"access_token": token, "appsecret_proof": proof(token, sandbox.tokens["FB_APP_SECRET"])}


def ask(
    sandbox: Sandbox, method: str, path: str, *, token: str = "FB_HEART", timeout: float = 20, **params: object
) -> Told:
    """One signed call below /facebook/v26.0; parameters go into the body, or the address for GET and DELETE."""
    values = {**signed(sandbox, token), **{k: str(v) for k, v in params.items()}}
    return send(sandbox.address, method, f"/facebook/v26.0{path}", values, timeout=timeout)


def send(
    address: str,
    method: str,
    path: str,
    params: dict[str, str],
    *,
    headers: dict[str, str] | None = None,
    timeout: float = 20,
) -> Told:
    """One call, as it stands."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=timeout)
    try:
        if method == "POST":
            form = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
            connection.request(method, path, urlencode(params), form)
        else:
            connection.request(method, f"{path}?{urlencode(params)}", headers=headers or {})
        answer = connection.getresponse()
        data = answer.read()
        told = dict(answer.getheaders())
        body = json.loads(data) if told.get("Content-Type") == "application/json" and data else data
        return Told(answer.status, body, told)
    finally:
        connection.close()


def upload(sandbox: Sandbox, data: bytes, *, part: str = "source", **params: object) -> Told:
    """One photo for the cardiologists' Page, as multipart."""
    connection = http.client.HTTPConnection(urlsplit(sandbox.address).netloc, timeout=20)
    fields = {**signed(sandbox), **{k: str(v) for k, v in params.items()}}
    lines = [f'--rim\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in fields.items()]
    lines += [f'--rim\r\nContent-Disposition: form-data; name="{part}"; filename="a.png"\r\n\r\n'.encode(), data]
    try:
        connection.request(
            "POST", "/facebook/v26.0/104220000000001/photos", b"".join([*lines, b"\r\n--rim--\r\n"]),
            {"Content-Type": "multipart/form-data; boundary=rim"},
        )  # fmt: skip
        answer = connection.getresponse()
        return Told(answer.status, json.loads(answer.read()), dict(answer.getheaders()))
    finally:
        connection.close()


def png(shade: int) -> bytes:
    """A whole PNG of one grey dot."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    body = zlib.compress(bytes([0, shade]))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
