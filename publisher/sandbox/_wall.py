"""The wall: every page as its followers would see it, and as its moderators do."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from publisher.sandbox._clock import iso
from publisher.sandbox._control import like
from publisher.sandbox._twin import twins

if TYPE_CHECKING:
    from jinja2 import Environment

    from publisher.sandbox._server import Server
    from publisher.sandbox._state import Item

TEMPLATES = Path(__file__).parent / "wall"
LATEST = 12
"""Posts on the first page."""
TURN = 50
"""Posts on each page of a channel."""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self' data:; style-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def respond(server: Server, request: Request) -> Response:
    """Answer one request of a browser."""
    response = _route(server, request, tuple(request.path.strip("/").split("/")))
    response.headers.update(HEADERS)
    return response


def _route(server: Server, request: Request, path: tuple[str, ...]) -> Response:
    match path:
        case ("",) | ("wall",):
            return _home(server, request)
        case ("wall", "like") if request.method == "POST":
            return _like(server, request)
        case ("wall", "style.css"):
            return Response((TEMPLATES / "style.css").read_bytes(), mimetype="text/css")
        case ("wall", platform, channel):
            return _page(server, request, platform, channel)
        case ("media", digest):
            return _media(server, digest)
        case _:
            return Response("There is nothing here. The wall is at /wall\n", status=404)


def _home(server: Server, request: Request) -> Response:
    moderator = _moderator(request)
    with server.state.transaction():
        server.state.release_due(server.clock.now())
        places, items = server.state.places(), _shown(server, server.state.everything(), moderator=moderator)
    counts = Counter(f"{item.platform}:{item.channel}" for item in items)
    rows = [{"place": p, "title": twins()[p.platform].title, "count": counts[f"{p.platform}:{p.id}"]} for p in places]
    names = {f"{p.platform}:{p.id}": p for p in places}
    return _html("home.html", server, request, items=items[:LATEST], rows=rows, places=names)


def _page(server: Server, request: Request, platform: str, channel: str) -> Response:
    with server.state.transaction():
        server.state.release_due(server.clock.now())
        place = server.state.place(platform, channel)
        found = server.state.everything(platform, channel)
    if place is None:
        return Response("No such page is registered.\n", status=404)
    items = _shown(server, found, moderator=_moderator(request))
    turn = max(1, request.args.get("page", 1, type=int))
    more = _turns(request, turn, len(items))
    return _html(
        "page.html", server, request, place=place, title=twins()[platform].title, total=len(items),
        items=items[(turn - 1) * TURN : turn * TURN], **more,
    )  # fmt: skip


def _turns(request: Request, turn: int, total: int) -> dict[str, str]:
    view = "&view=moderator" if _moderator(request) else ""
    return {
        "newer": f"?page={turn - 1}{view}" if turn > 1 else "",
        "older": f"?page={turn + 1}{view}" if turn * TURN < total else "",
    }


def _shown(server: Server, items: list[Item], *, moderator: bool) -> list[Item]:
    """Newest first: everything for moderators; for followers what is public and has arrived."""
    now = server.clock.now()
    seen = [item for item in items if moderator or (item.public and item.seen_from <= now)]
    return seen[::-1]


def _like(server: Server, request: Request) -> Response:
    if request.headers.get("Origin") != server.address:
        return Response("Likes come from this wall only.\n", status=403)
    like(server, request.form.get("platform", ""), request.form.get("post", ""), 1)
    return redirect(request.referrer or "/wall", code=303)


def _media(server: Server, digest: str) -> Response:
    with server.state.transaction():
        found = server.state.media_file(digest)
    if found is None:
        return Response("No such picture.\n", status=404)
    file, mime = found
    return Response(file.read_bytes(), mimetype=mime, headers={"Cache-Control": "max-age=31536000, immutable"})


def _moderator(request: Request) -> bool:
    return request.args.get("view") == "moderator"


def _html(template: str, server: Server, request: Request, **values: Any) -> Response:
    moderator = _moderator(request)
    query = "?view=moderator" if moderator else ""
    common = {"now": server.clock.now(), "moderator": moderator, "query": query, "here": request.path}
    return Response(_templates().get_template(template).render(**common, **values), mimetype="text/html")


@cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    found = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    found.filters.update(
        iso=iso, when=_when, hue=_hue, initials=_initials, parts=_parts,
        host=lambda link: urlsplit(link).hostname or link, path=lambda link: urlsplit(link).path or "/",
    )  # fmt: skip
    return found


def _when(seconds: float) -> str:
    at = datetime.fromtimestamp(seconds, UTC)
    return f"{at.day} {at:%b %Y, %H:%M} UTC"


def _hue(name: str) -> int:
    return hashlib.sha256(name.encode()).digest()[0] % 8


def _initials(name: str) -> str:
    """Two letters of the last word: pages of one organization begin alike."""
    words: list[str] = re.findall(r"\w+", name) or ["?"]
    return words[-1][:2].capitalize()


def _parts(text: str) -> list[dict[str, Any]]:
    """The text in pieces, addresses apart from words, for the template to escape each."""
    pieces = re.split(r"(https?://[^\s<>\"]+[^\s<>\".,;:!?)\]])", text)
    return [{"text": piece, "link": number % 2 == 1} for number, piece in enumerate(pieces) if piece]
