"""The sandbox's own switchboard under /_sandbox/: faults, posts, calls, channels, likes, clock, reset."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Request, Response

from publisher.errors import Misuse
from publisher.sandbox._clock import instant, iso
from publisher.sandbox._faults import fault
from publisher.sandbox._state import Item, Place
from publisher.sandbox._twin import twins

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from publisher.sandbox._server import Server


def respond(server: Server, request: Request) -> Response:
    """Answer one request to the switchboard, always in JSON."""
    word = f"{request.method} {request.path.strip('/').partition('/')[2]}"
    if word not in _WORDS:
        return _json({"error": f"there is no {word}", "known": sorted(_WORDS)}, 404)
    if request.method == "POST" and not request.is_json:
        # A page in a browser cannot send JSON to another address unasked.
        return _json({"error": "send JSON with Content-Type: application/json"}, 415)
    try:
        return _json(_WORDS[word](server, request))
    except (Misuse, BadRequest, KeyError, TypeError, ValueError) as error:
        sentence = error.sentence if isinstance(error, Misuse) else f"{type(error).__name__}: {error}"
        return _json({"error": sentence}, 400)


def post_json(server: Server, item: Item) -> dict[str, Any]:
    """One post as the switchboard tells it."""
    return {
        "platform": item.platform, "channel": item.channel, "id": item.id, "message": item.text, "link": item.link,
        "pictures": [{"id": s.id, "digest": s.digest, "mime": s.mime, "alt": s.alt} for s in item.pictures],
        "kind": item.kind, "public": item.public, "created": iso(item.created), "publish_at": iso(item.publish_at),
        "edited": iso(item.edited), "deleted": iso(item.deleted), "likes": item.likes, "ours": item.ours,
        "url": twins()[item.platform].post_url(item.channel, item.id), "extra": dict(item.extra),
        "seen": item.seen_from <= server.clock.now(),
    }  # fmt: skip


def like(server: Server, platform: str, post: str, count: int) -> int:
    """Let `count` followers like a post; gives its likes. Raises Misuse when there is no such post."""
    with server.state.transaction():
        item = server.state.item(platform, post)
        if item is None:
            raise Misuse(f"there is no post {post}")
        server.state.change(replace(item, likes=item.likes + count))
    return item.likes + count


def _posts(server: Server, request: Request) -> Any:
    with server.state.transaction():
        server.state.release_due(server.clock.now())
        items = server.state.everything(request.args.get("platform", ""), request.args.get("channel", ""))
    return [post_json(server, item) for item in items]


def _calls(server: Server, request: Request) -> Any:
    del request
    parsed = ("params", "uploads", "faults")
    return [
        {**call, **{k: json.loads(call[k]) for k in parsed}, "at": iso(call["at"]), "applied": bool(call["applied"])}
        for call in server.state.calls()
    ]


def _faults(server: Server, request: Request) -> Any:
    del request
    return [each.to_json() for each in server.state.faults()]


def _add_fault(server: Server, request: Request) -> Any:
    new = fault(_body(request))
    with server.state.transaction():
        return {"id": server.state.add_fault(new)}


def _clear_faults(server: Server, request: Request) -> Any:
    number = request.args.get("id")
    with server.state.transaction():
        server.state.clear_faults(int(number) if number else None)
    return {"cleared": number or "all"}


def _register(server: Server, request: Request) -> Any:
    wanted = [
        Place(platform=p["platform"], id=str(p["id"]), name=p["name"], token_name=p.get("token", ""))
        for p in _body(request)["pages"]
    ]
    unknown = {p.platform for p in wanted} - set(twins())
    if unknown and not request.args.get("lenient"):
        raise Misuse(f"there is no sandbox for {', '.join(sorted(unknown))}")
    return {"tokens": server.register(wanted)}


def _by_hand(server: Server, request: Request) -> Any:
    """A post that a person makes on the platform itself, not through the API."""
    given, now = _body(request), server.clock.now()
    if not str(given.get("link") or "https://").startswith(("http://", "https://")):
        raise Misuse("a link begins with http:// or https://")
    with server.state.transaction():
        post = twins()[given["platform"]].post_id(given["channel"], server.state.next_number())
        item = Item(
            platform=given["platform"], channel=given["channel"], id=post,
            text=given.get("message", ""), link=given.get("link", ""), created=now, updated=now, ours=False,
        )  # fmt: skip
        server.state.add(item)
    return post_json(server, item)


def _like(server: Server, request: Request) -> Any:
    given = _body(request)
    return {"likes": like(server, given["platform"], given["post"], int(given.get("count", 1)))}


def _clock(server: Server, request: Request) -> Any:
    server.clock.set(instant(str(_body(request)["now"])))
    return {"now": iso(server.clock.now())}


def _tell_clock(server: Server, request: Request) -> Any:
    del request
    return {"now": iso(server.clock.now())}


def _reset(server: Server, request: Request) -> Any:
    del request
    with server.state.transaction():
        server.state.reset()
    return {"reset": True}


def _body(request: Request) -> Mapping[str, Any]:
    found = request.get_json()
    if not isinstance(found, dict):
        raise Misuse("the JSON body must be an object")
    return found


def _json(value: Any, status: int = 200) -> Response:
    return Response(json.dumps(value, ensure_ascii=False), status=status, mimetype="application/json")


_WORDS: Mapping[str, Callable[[Server, Request], Any]] = {
    "GET posts": _posts,
    "POST posts": _by_hand,
    "GET calls": _calls,
    "GET faults": _faults,
    "POST faults": _add_fault,
    "DELETE faults": _clear_faults,
    "POST pages": _register,
    "POST likes": _like,
    "GET clock": _tell_clock,
    "POST clock": _clock,
    "POST reset": _reset,
}
