"""What Meta's Graph API has in common for all its objects: versions, errors, fields, paging, times, usage headers."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from publisher.sandbox._twin import Asked, Reply

LIVING_VERSIONS = ("v24.0", "v25.0", "v26.0")
"""Versions that still answer: v26.0 is current, v24.0 expires 2028-02-18 (contracts README §0.2 no. 7, 2026-11-22)."""
OLDEST, NEWEST = LIVING_VERSIONS[0], LIVING_VERSIONS[-1]

ALWAYS = frozenset({"access_token", "appsecret_proof", "debug", "format", "locale", "pretty"})
"""Parameters that Graph takes with every call, whatever the object."""
READING = frozenset({"fields", "summary", "date_format", "metadata"})
"""Parameters that Graph takes with every read."""
PAGING = frozenset({"after", "before", "limit", "since", "until"})
"""Parameters that Graph takes with every read of an edge: cursors and times."""


class GraphError(Exception):
    """A refusal in Meta's envelope (contracts README §1.7)."""

    def __init__(  # noqa: PLR0913 -- Meta's envelope has as many members
        self, code: int, message: str, *, subcode: int | None = None, kind: str = "OAuthException", status: int = 400,
        transient: bool = False, fields: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.status = status
        self.error: dict[str, Any] = {"message": message, "type": kind, "code": code}
        if subcode is not None:
            self.error["error_subcode"] = subcode
        if fields:
            self.error["error_data"] = {"blame_field_specs": [[name] for name in fields]}
        self.error["is_transient"] = transient

    def reply(self, headers: Mapping[str, str] | None = None) -> Reply:
        """The refusal as it is sent, with a trace id of its own."""
        trace = f"A{base64.urlsafe_b64encode(secrets.token_bytes(15)).decode()}"
        body = {"error": {**self.error, "fbtrace_id": trace}}
        return Reply(status=self.status, body=body, headers=MappingProxyType(dict(headers or {})))


def bad(message: str, *fields: str) -> GraphError:
    """Error 100: an invalid parameter, naming the fields at fault."""
    return GraphError(100, f"(#100) {message}", fields=fields)


def missing(method: str, name: str) -> GraphError:
    """Error 100, subcode 33: no such object, or not for this token."""
    return GraphError(
        100,
        f"Unsupported {method.lower()} request. Object with ID '{name}' does not exist, cannot be loaded due to missing"
        " permissions, or does not support this operation",
        subcode=33,
        kind="GraphMethodException",
    )


def gone() -> GraphError:
    """Error 2635: this version of the API is dead."""
    told = f"Please update to the latest version: {NEWEST}."
    return GraphError(2635, f"(#2635) You are calling a deprecated version of the API. {told}")


def split_version(path: tuple[str, ...]) -> tuple[str, ...]:
    """The path without its version. Raises GraphError 2635 for a version that is gone, 2500 for one that never was."""
    if not path or not re.fullmatch(r"v\d+\.\d+", path[0]):
        return path
    if path[0] in LIVING_VERSIONS:
        return path[1:]
    if float(path[0][1:]) < float(OLDEST[1:]):
        raise gone()
    raise GraphError(2500, f"Unknown path components: /{'/'.join(path)}")


def check_token(asked: Asked, token_name: str | None) -> None:
    """Raise GraphError 190/467 for a token that is missing or that nobody was given."""
    if not asked.token:
        raise GraphError(190, "An access token is required to request this resource.", subcode=467)
    if token_name is None:
        raise GraphError(190, "Error validating access token: the session is invalid.", subcode=467)


def check_proof(asked: Asked, app_secret: str) -> None:
    """Raise GraphError 100 unless `appsecret_proof` is the HMAC-SHA256 of the token under the app's secret."""
    given = asked.params.get("appsecret_proof", "")
    if not given:
        said = "API calls from the server require an appsecret_proof argument"
        raise GraphError(100, said, kind="GraphMethodException")
    wanted = hmac.new(app_secret.encode(), asked.token.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(given.encode(), wanted.encode()):
        raise GraphError(100, "Invalid appsecret_proof provided in the API argument", kind="GraphMethodException")


def check_params(asked: Asked, accepted: frozenset[str]) -> dict[str, Any]:
    """The call's own parameters, `name[i]=value` gathered into lists. Raises GraphError 100 for one not accepted."""
    gathered: dict[str, Any] = {}
    for given, value in asked.params.items():
        name, bracket, _ = given.partition("[")
        if name not in accepted and name not in ALWAYS:
            raise bad(f"Unknown parameter: {name}", name)
        if bracket:
            gathered.setdefault(name, []).append(value)
        else:
            gathered[name] = value
    return {name: value for name, value in gathered.items() if name not in ALWAYS}


def truth(params: Mapping[str, Any], name: str, *, usual: bool) -> bool:
    """A parameter as true or false. Raises GraphError 100 when it is neither."""
    value = str(params.get(name, "true" if usual else "false")).lower()
    if value not in {"true", "false", "1", "0"}:
        raise bad(f"Param {name} must be a boolean", name)
    return value in {"true", "1"}


def chosen(params: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> str:
    """A parameter that must be one of `allowed`, or "". Raises GraphError 100 otherwise."""
    value = str(params.get(name, ""))
    if value and value not in allowed:
        raise bad(f"Param {name} must be one of {{{', '.join(allowed)}}} - got {value!r}.", name)
    return value


def objects(params: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """A list<Object>, given as one JSON list or as name[0], name[1]… Raises GraphError 100 otherwise."""
    given = params.get(name, [])
    try:
        parts = [json.loads(part) for part in given] if isinstance(given, list) else json.loads(given)
    except ValueError:
        raise bad(f"Param {name} must be valid JSON.", name) from None
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise bad(f"Param {name} must be an array of objects.", name)
    return parts


def names(params: Mapping[str, Any], name: str) -> list[str]:
    """A list of names: `a,b`, a JSON list, or name[0]=a. Raises GraphError 100 for torn JSON."""
    given = params.get(name, "")
    if isinstance(given, str) and given.startswith("["):
        try:
            given = json.loads(given)
        except ValueError:
            raise bad(f"Param {name} must be valid JSON.", name) from None
    return [str(n) for n in given] if isinstance(given, list) else [n.strip() for n in given.split(",") if n.strip()]


def moment(params: Mapping[str, Any], name: str) -> float | None:
    """A datetime in seconds since 1970, from UNIX seconds or ISO 8601. Raises GraphError 100 otherwise."""
    if name not in params:
        return None
    value = str(params[name])
    try:
        if re.fullmatch(r"\d+", value):
            return float(value)
        found = datetime.fromisoformat(value)
    except ValueError:
        raise bad(f"Param {name} must be a valid time.", name) from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def stamp(seconds: float) -> str:
    """An instant as Graph writes it: 2026-11-24T15:00:00+0000."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One name of a `fields` parameter with its modifiers and, in braces, the fields below it."""

    name: str
    modifiers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    below: tuple[Wanted, ...] = ()


def wanted(text: str) -> tuple[Wanted, ...]:
    """A `fields` parameter: `id,comments.summary(true).limit(0),attachments{url}`. Raises GraphError 2500 when torn."""
    found, rest = _fields(re.sub(r"\s+", "", text))
    if rest:
        raise _torn(text)
    return found


def _fields(text: str) -> tuple[tuple[Wanted, ...], str]:
    found: list[Wanted] = []
    while text and text[0] != "}":
        one, text = _field(text)
        found.append(one)
        text = text.removeprefix(",")
    return tuple(found), text


def _field(text: str) -> tuple[Wanted, str]:
    head = re.match(r"\w+", text)
    if head is None:
        raise _torn(text)
    modifiers: dict[str, str] = {}
    below: tuple[Wanted, ...] = ()
    text = text[head.end() :]
    while text[:1] in (".", "{"):
        if text[0] == "{":
            below, text = _fields(text[1:])
            if not text:
                raise _torn(head[0])
            text = text[1:]
        else:
            modifier = re.match(r"\.(\w+)\(([^()]*)\)", text)
            if modifier is None:
                raise _torn(text)
            modifiers[modifier[1]] = modifier[2]
            text = text[modifier.end() :]
    return Wanted(name=head[0], modifiers=MappingProxyType(modifiers), below=below), text


def _torn(text: str) -> GraphError:
    return GraphError(2500, f"Syntax error in the fields parameter near: {text[:40]}")


def check_fields(fields: tuple[Wanted, ...], known: frozenset[str], node: str) -> None:
    """Raise GraphError 100 for a field that objects of this kind do not have."""
    for each in fields:
        if each.name not in known:
            raise bad(f"Tried accessing nonexisting field ({each.name}) on node type ({node})", each.name)


def cursor(created: float, n: int) -> str:
    """The opaque mark of one post in a listing."""
    return base64.urlsafe_b64encode(json.dumps([created, n]).encode()).decode().rstrip("=")


def after(params: Mapping[str, Any]) -> tuple[float, int]:
    """Where a listing goes on, from its `after` parameter; the very beginning without one."""
    given = str(params.get("after", ""))
    if not given:
        return 1e12, 0
    try:
        created, n = json.loads(base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)))
        return float(created), int(n)
    except (ValueError, TypeError, binascii.Error):
        raise bad("Invalid cursor: after", "after") from None


def usage(channel: str, share: int, *, regain_minutes: int = 0) -> dict[str, str]:
    """The usage headers of contracts README §1.6; `share` is the percentage used."""
    app = {"call_count": share, "total_time": share // 2, "total_cputime": share // 3}
    page = {
        "type": "pages", "call_count": share, "total_cputime": share // 3, "total_time": share // 2,
        "estimated_time_to_regain_access": regain_minutes,
    }  # fmt: skip
    headers = {"X-App-Usage": json.dumps(app)}
    return {**headers, "X-Business-Use-Case-Usage": json.dumps({channel: [page]})} if channel else headers
