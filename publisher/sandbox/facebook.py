"""Facebook Pages as the Graph API plays them: posts, photos, listings, edits, deletes and insights.

Made from contracts README §1 and Meta's own specification files (Graph v26.0, read 2026-11-22), not from our client.
"""

from __future__ import annotations

import hashlib
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from publisher.sandbox import _graph as graph
from publisher.sandbox._graph import GraphError, Wanted, bad
from publisher.sandbox._state import Item, Kind, Medium, Place, Shot, State
from publisher.sandbox._twin import Asked, Reply, Twin, Upload


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PARAMS: Mapping[str, frozenset[str]] = {
    "POST feed": _words(
        "attached_media backdated_time backdated_time_granularity call_to_action child_attachments client_mutation_id"
        " feed_targeting link message place published scheduled_publish_time tags targeting unpublished_content_type"
    ),
    "POST photos": _words(
        "alt_text_custom backdated_time backdated_time_granularity caption feed_targeting message place published"
        " targeting temporary unpublished_content_type url"
    ),
    "GET feed": _words("include_hidden limit show_expired with"),
    "GET posts": _words("include_hidden limit q show_expired with"),
    "GET published_posts": _words("include_hidden limit show_expired with"),
    "GET scheduled_posts": frozenset(),
    "GET page": frozenset(),
    "GET post": frozenset(),
    "POST post": _words("is_published message scheduled_publish_time"),
    "DELETE post": frozenset(),
    "GET comments": _words("filter order since"),
    "GET reactions": frozenset({"type"}),
    "GET attachments": frozenset(),
    "GET insights": _words("metric period since until"),
    "GET photo": frozenset(),
    "DELETE photo": frozenset(),
}
"""The parameters that each call takes here; a test holds every one against Meta's specification."""

EDGES: Mapping[str, frozenset[str]] = {
    "page": frozenset({"feed", "photos", "posts", "published_posts", "scheduled_posts"}),
    "post": frozenset({"attachments", "comments", "insights", "reactions"}),
    "photo": frozenset(),
}
"""Which edges each kind of object has here."""

ENUMS: Mapping[str, tuple[str, ...]] = {
    "unpublished_content_type": (
        "ADS_POST", "DRAFT", "INLINE_CREATED", "PUBLISHED", "PUBLISH_PENDING", "REVIEWABLE_BRANDED_CONTENT",
        "SCHEDULED", "SCHEDULED_RECURRING",
    ),
    "backdated_time_granularity": ("day", "hour", "min", "month", "none", "year"),
    "period": ("day", "days_28", "lifetime", "month", "total_over_range", "week"),
    "with": ("LOCATION",),
    "filter": ("stream", "toplevel"),
    "order": ("chronological", "reverse_chronological"),
    "type": ("ANGRY", "CARE", "FIRE", "HAHA", "HUNDRED", "LIKE", "LOVE", "NONE", "PRIDE", "SAD", "THANKFUL", "WOW"),
}  # fmt: skip
"""What parameters of a fixed choice may say."""

POST_FIELDS = _words(
    "application backdated_time child_attachments created_time from full_picture id is_hidden is_published message"
    " permalink_url picture promotable_id scheduled_publish_time shares status_type story updated_time"
)
PHOTO_FIELDS = _words(
    "alt_text alt_text_custom created_time from id images link name page_story_id picture source updated_time"
)
PAGE_FIELDS = _words("about category fan_count followers_count id is_published link name username verification_status")
POST_EDGES = frozenset({"attachments", "comments", "reactions"})

METRICS = frozenset({"post_clicks", "post_reactions_by_type_total", "post_media_view", "post_total_media_view_unique"})
"""Living metrics of a post (contracts README §0.2 no. 7, §1.8); every other name is dead or never was: error 100."""

TEXT_LIMIT = 63_206  # characters; contracts README §0.1 (unsure), 2026-11-22
PHOTO_LIMIT = 10 * 1000 * 1000  # bytes; contracts README §1.3, 2026-11-22
PHOTO_LIFE = 24 * 3600  # seconds that an unpublished photo lives; contracts README §1.3, 2026-11-22
SCHEDULE_MIN, SCHEDULE_MAX = 10 * 60, 30 * 24 * 3600  # seconds ahead; contracts README §1.5, 2026-11-22
LISTED, LISTED_MOST = 25, 100  # posts of one answer: usual, most; contracts README §1.8, 2026-11-22
CALLS_PER_DAY = (
    4800 * 10
)  # contracts README §1.6 (4800 a day for each engaged user; a sandbox Page has ten), 2026-11-22

MAGIC: Mapping[bytes, str] = {
    b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"GIF87a": "image/gif", b"GIF89a": "image/gif",
    b"BM": "image/bmp", b"II*\0": "image/tiff", b"MM\0*": "image/tiff",
}  # fmt: skip
"""How the picture types of contracts README §1.3 begin."""

LIMIT_CODES: Mapping[str, str] = {
    "4": "Application request limit reached",
    "17": "User request limit reached",
    "32": "Page request limit reached",
    "341": "Application limit reached",
    "613": "Calls to this api have exceeded the rate limit.",
    "80001": "There have been too many calls to this Page account. Wait a bit and try again.",
}
"""The refusals of contracts README §1.7 that ask to wait."""


class Facebook(Twin):
    """Facebook Pages."""

    name = "facebook"
    title = "Facebook"
    secrets = MappingProxyType({"FB_APP_SECRET": "app_secret"})
    secret_params = frozenset({"access_token", "appsecret_proof"})
    usual_calls = MappingProxyType({"media-expired": "POST feed", "listing-lag": "POST *", "duplicate-off": "POST *"})

    def identify(self, asked: Asked, state: State) -> tuple[str, str]:
        """The Page and the call: "POST feed", "GET published_posts", "GET post", "DELETE photo", …"""
        path = asked.path[1:] if asked.path and asked.path[0][:1] == "v" else asked.path
        node = path[0] if path else ""
        channel, kind = _node(node, asked, state)
        return channel, f"{asked.method} {path[1] if len(path) > 1 else kind}"

    def prepare(self, asked: Asked) -> Asked:
        """A photo given by `url` is fetched as Facebook would, but from this machine only."""
        if asked.method != "POST" or asked.path[-1:] != ("photos",) or "url" not in asked.params or asked.uploads:
            return asked
        data = _fetch(asked.params["url"])
        found = () if data is None else (Upload(part="url", name=asked.params["url"], data=data),)
        return asked.having(uploads=found)

    def answer(self, asked: Asked, state: State) -> Reply:
        """Do what was asked and answer as Graph would, with its usage headers."""
        channel, call = self.identify(asked, state)
        headers = graph.usage(channel, min(99, state.traffic[f"facebook:{channel}"] * 100 // CALLS_PER_DAY))
        try:
            return Reply(body=self._body(asked, state, channel, call), headers=headers)
        except GraphError as refusal:
            return refusal.reply(headers)

    def _body(self, asked: Asked, state: State, channel: str, call: str) -> Any:
        path = graph.split_version(asked.path)
        name = state.token_name(self.name, asked.token)
        graph.check_token(asked, name)
        graph.check_proof(asked, state.secret(self.name, "FB_APP_SECRET"))
        place = state.place(self.name, channel)
        if not path or asked.host != "api" or place is None:
            raise graph.missing(asked.method, path[0] if path else "")
        if place.token_name != name:
            raise GraphError(200, "(#200) Permissions error: this token is not one of this Page's")
        _check_edge(path, asked, state)
        if call not in _CALLS:
            raise graph.missing(asked.method, path[0])
        return _CALLS[call](asked.having(path=path), state, place)

    def refuse(self, kind: str, *, channel: str, seconds: float | None, code: str) -> Reply:
        """Meta's envelope for each fault that refuses."""
        minutes = max(1, round((seconds or 0) / 60)) if kind == "limit-reached" else 0
        headers = graph.usage(channel, 100 if minutes else 1, regain_minutes=minutes)
        refusal: GraphError = _REFUSALS[kind](code or "80001")
        return refusal.reply(headers)

    def post_id(self, channel: str, number: int) -> str:
        """<page>_<number>."""
        return f"{channel}_{number}"

    def post_url(self, channel: str, post: str) -> str:
        """https://www.facebook.com/<page>/posts/<number>."""
        return f"https://www.facebook.com/{channel}/posts/{post.rpartition('_')[2]}"


_REFUSALS: Mapping[str, Any] = {
    "error-500": lambda _: GraphError(1, "An unknown error occurred", status=500),
    "accept-then-500": lambda _: GraphError(1, "An unknown error occurred", status=500),
    "transient": lambda _: GraphError(2, "Service temporarily unavailable", status=500, transient=True),
    "limit-reached": lambda code: GraphError(int(code), f"(#{code}) {LIMIT_CODES.get(code, 'Limit reached')}"),
    "token-expired": lambda _: GraphError(190, "Error validating access token: Session has expired.", subcode=463),
    "permission-lost": lambda _: GraphError(10, "(#10) This endpoint requires the 'pages_manage_posts' permission"),
    "api-version-gone": lambda _: graph.gone(),
}  # fmt: skip


# Which object


def _node(node: str, asked: Asked, state: State) -> tuple[str, str]:
    if node == "me":
        owner = state.token_name("facebook", asked.token)
        return next((p.id for p in state.places() if p.platform == "facebook" and p.token_name == owner), ""), "page"
    if "_" in node:
        return node.partition("_")[0], "post"
    medium = state.medium("facebook", node)
    return (medium.channel, "photo") if medium else (node, "page")


def _check_edge(path: tuple[str, ...], asked: Asked, state: State) -> None:
    _, kind = _node(path[0], asked, state)
    if len(path) > 2 or (len(path) == 2 and path[1] not in EDGES[kind]):  # noqa: PLR2004 -- an object and one edge
        raise GraphError(2500, f"Unknown path components: /{'/'.join(path[1:])}")


def _params(asked: Asked, call: str) -> dict[str, Any]:
    reading = graph.READING | graph.PAGING if asked.method == "GET" else frozenset()
    params = graph.check_params(asked, PARAMS[call] | reading)
    for name, allowed in ENUMS.items():
        if name in params and name in PARAMS[call]:
            graph.chosen(params, name, allowed)
    return params


def _seen_post(asked: Asked, state: State) -> Item:
    item = state.item("facebook", asked.path[0])
    unseen = asked.method == "GET" and item is not None and item.seen_from > asked.now
    if item is None or item.deleted is not None or unseen:
        raise graph.missing(asked.method, asked.path[0])
    return item


# Making posts


def _create_post(asked: Asked, state: State, place: Place) -> dict[str, Any]:
    params = _params(asked, "POST feed")
    media = _attached(params, asked, state, place)
    text, link = _text(params, "message"), _link(params)
    if not (text or link or media):
        raise bad("The post is empty. Please enter a message to share.", "message", "link", "attached_media")
    if not media and not asked.duplicates_allowed:
        _check_duplicate(text, link, state, place)
    item = replace(_new_item(asked, state, place, params), text=text, link=link, pictures=tuple(map(_shot, media)))
    state.add(item)
    state.use_media("facebook", [m.id for m in media], item.id, public=item.public)
    return {"id": item.id}


_SPOKEN = _words("message link caption published attached_media scheduled_publish_time alt_text_custom url")
"""Parameters that an item has members for; the others are kept as extras."""


def _new_item(asked: Asked, state: State, place: Place, params: Mapping[str, Any]) -> Item:
    kind, publish_at = _kind(params, asked.now)
    return Item(
        platform="facebook", channel=place.id, id=TWIN.post_id(place.id, state.next_number()), kind=kind,
        created=asked.now, updated=asked.now, publish_at=publish_at, seen_from=asked.now + asked.lag_seconds,
        extra=MappingProxyType({k: str(v) for k, v in params.items() if k not in _SPOKEN}),
    )  # fmt: skip


def _kind(params: Mapping[str, Any], now: float) -> tuple[Kind, float | None]:
    published = graph.truth(params, "published", usual=True)
    unpublished = str(params.get("unpublished_content_type", ""))
    publish_at = graph.moment(params, "scheduled_publish_time")
    if published:
        if publish_at is not None or unpublished not in {"", "PUBLISHED"}:
            raise bad("A published post cannot be scheduled or a draft; say published=false.", "published")
        return "published", None
    if publish_at is None:
        if unpublished.startswith("SCHEDULED"):
            raise bad("A scheduled post needs scheduled_publish_time.", "scheduled_publish_time")
        return "draft", None
    return "scheduled", _scheduled(publish_at, now)


def _scheduled(publish_at: float, now: float) -> float:
    if not SCHEDULE_MIN <= publish_at - now <= SCHEDULE_MAX:
        said = "The specified scheduled publish time is invalid: it must be 10 minutes to 30 days ahead."
        raise bad(said, "scheduled_publish_time")
    return publish_at


def _text(params: Mapping[str, Any], name: str) -> str:
    text = str(params.get(name, ""))
    if len(text) > TEXT_LIMIT:
        raise bad(f"Param {name} is too long: {len(text)} characters of {TEXT_LIMIT}.", name)
    return text


def _link(params: Mapping[str, Any]) -> str:
    link = str(params.get("link", ""))
    if link and urlsplit(link).scheme not in {"http", "https"}:
        raise bad("The url you supplied is invalid", "link")
    return link


def _attached(params: Mapping[str, Any], asked: Asked, state: State, place: Place) -> list[Medium]:
    wanted = [str(each.get("media_fbid", "")) for each in graph.objects(params, "attached_media")]
    if len(set(wanted)) != len(wanted):
        raise bad("Param attached_media names a photo twice.", "attached_media")
    return [_usable(name, asked, state, place) for name in wanted]


def _usable(name: str, asked: Asked, state: State, place: Place) -> Medium:
    medium = state.medium("facebook", name)
    too_old = medium is not None and (asked.media_expired or asked.now - medium.created > PHOTO_LIFE)
    if medium is None or medium.channel != place.id or too_old:
        raise bad(f"Invalid parameter: media_fbid {name} does not exist or has expired", "attached_media")
    if medium.public or medium.post:
        raise bad(f"Invalid parameter: photo {name} is already published or used", "attached_media")
    return medium


def _check_duplicate(text: str, link: str, state: State, place: Place) -> None:
    last = state.listed("facebook", place.id, now=1e12, kinds=("published", "scheduled"), limit=1)
    if last and (last[0].text, last[0].link, last[0].pictures) == (text, link, ()):
        raise GraphError(506, "(#506) Duplicate status message: the same post cannot be published consecutively")


def _create_photo(asked: Asked, state: State, place: Place) -> dict[str, Any]:
    params = _params(asked, "POST photos")
    data = _picture_bytes(asked)
    published = graph.truth(params, "published", usual=True)
    text = _text(params, "message" if "message" in params else "caption")
    medium = Medium(
        platform="facebook", channel=place.id, id=str(state.next_number()), digest=state.store(data), mime=_mime(data),
        alt=str(params.get("alt_text_custom", "")), text=text, created=asked.now, public=published,
    )  # fmt: skip
    state.add_medium(medium)
    if not published:
        return {"id": medium.id}
    item = replace(_new_item(asked, state, place, params), text=text, pictures=(_shot(medium),))
    state.add(item)
    state.use_media("facebook", [medium.id], item.id, public=True)
    return {"id": medium.id, "post_id": item.id}


def _picture_bytes(asked: Asked) -> bytes:
    if len(asked.uploads) != 1:
        given = (
            f"got {len(asked.uploads)} files" if asked.uploads else "the file is missing or its url cannot be fetched"
        )
        raise bad(f"Requires one upload file: {given}", "url" if "url" in asked.params else "source")
    data = asked.uploads[0].data
    if len(data) > PHOTO_LIMIT:
        raise bad(f"Your photo is too large: {len(data)} bytes of {PHOTO_LIMIT}", "source")
    if not _mime(data):
        raise bad("Invalid image: photos should be saved as JPG, PNG, GIF, BMP or TIFF files", "source")
    return data


def _mime(data: bytes) -> str:
    return next((mime for start, mime in MAGIC.items() if data.startswith(start)), "")


def _shot(medium: Medium) -> Shot:
    return Shot(id=medium.id, digest=medium.digest, mime=medium.mime, alt=medium.alt)


def _fetch(url: str) -> bytes | None:
    address = urlsplit(url)
    if address.scheme != "http" or address.hostname not in {"127.0.0.1", "localhost", "::1"}:
        return None
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=10) as answer:
            return bytes(answer.read(PHOTO_LIMIT + 1))
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return None


# Changing and deleting


def _edit_post(asked: Asked, state: State, place: Place) -> dict[str, Any]:
    del place
    params = _params(asked, "POST post")
    item = _seen_post(asked, state)
    if not item.ours:
        raise GraphError(200, "(#200) Permissions error: an app can only edit posts that it made")
    if not params:
        raise bad("Nothing to change: give message, is_published or scheduled_publish_time")
    state.change(_edited(item, params, asked.now))
    if graph.truth(params, "is_published", usual=False):
        state.use_media("facebook", [s.id for s in item.pictures], item.id, public=True)
    return {"success": True}


def _edited(item: Item, params: Mapping[str, Any], now: float) -> Item:
    item = replace(item, updated=now)
    if "message" in params:
        item = replace(item, text=_text(params, "message"), edited=now if item.public else None)
    if "scheduled_publish_time" in params:
        if item.kind == "published":
            raise bad("A published post cannot be scheduled.", "scheduled_publish_time")
        at = _scheduled(graph.moment(params, "scheduled_publish_time") or 0.0, now)
        item = replace(item, kind="scheduled", publish_at=at)
    if graph.truth(params, "is_published", usual=False) and item.kind != "published":
        item = replace(item, kind="published", created=now, publish_at=None)
    return item


def _delete_post(asked: Asked, state: State, place: Place) -> dict[str, Any]:
    del place
    _params(asked, "DELETE post")
    state.change(replace(_seen_post(asked, state), deleted=asked.now))
    return {"success": True}


def _delete_photo(asked: Asked, state: State, place: Place) -> dict[str, Any]:
    del place
    _params(asked, "DELETE photo")
    medium = _seen_photo(asked, state)
    item = state.item("facebook", medium.post) if medium.post else None
    if item is not None and item.deleted is None:
        left = tuple(shot for shot in item.pictures if shot.id != medium.id)
        gone = None if left or item.link else asked.now
        state.change(replace(item, pictures=left, deleted=gone, updated=asked.now))
    state.drop_medium("facebook", medium.id)
    return {"success": True}


# Reading


def _seen_photo(asked: Asked, state: State) -> Medium:
    medium = state.medium("facebook", asked.path[0])
    gone = medium is not None and not medium.post and not medium.public and asked.now - medium.created > PHOTO_LIFE
    if medium is None or gone:
        raise graph.missing(asked.method, asked.path[0])
    return medium


def _read_page(asked: Asked, state: State, place: Place) -> dict[str, Any]:
    del state
    fields = graph.wanted(str(_params(asked, "GET page").get("fields", "name,id")))
    graph.check_fields(fields, PAGE_FIELDS, "Page")
    fans = 100 + _seed(place.id) % 4000
    values = {
        "about": "A sandbox Page", "category": "Medical & Health", "fan_count": fans, "followers_count": fans,
        "id": place.id, "is_published": True, "link": f"https://www.facebook.com/{place.id}", "name": place.name,
        "verification_status": "not_verified",
    }  # fmt: skip
    return _picked(fields, values)


def _read_photo(asked: Asked, state: State, place: Place) -> dict[str, Any]:
    fields = graph.wanted(str(_params(asked, "GET photo").get("fields", "created_time,name,id")))
    graph.check_fields(fields, PHOTO_FIELDS, "Photo")
    medium = _seen_photo(asked, state)
    source = _media_url(asked, medium.digest)
    values = {
        "alt_text": medium.alt, "alt_text_custom": medium.alt, "created_time": graph.stamp(medium.created),
        "from": {"name": place.name, "id": place.id}, "id": medium.id, "images": [{"source": source}],
        "link": f"https://www.facebook.com/photo.php?fbid={medium.id}", "name": medium.text or None,
        "page_story_id": medium.post or None, "picture": source, "source": source,
        "updated_time": graph.stamp(medium.created),
    }  # fmt: skip
    return _picked(fields, values)


def _read_post(asked: Asked, state: State, place: Place) -> dict[str, Any]:
    fields = _post_fields(_params(asked, "GET post"))
    return _post(_seen_post(asked, state), fields, asked, place)


def _post_fields(params: Mapping[str, Any]) -> tuple[Wanted, ...]:
    fields = graph.wanted(str(params.get("fields", "created_time,message,id")))
    graph.check_fields(fields, POST_FIELDS | POST_EDGES, "PagePost")
    return fields


def _post(item: Item, fields: tuple[Wanted, ...], asked: Asked, place: Place) -> dict[str, Any]:
    known = _post_values(item, asked, place)
    edges = {w.name: _edge(item, w, asked) for w in fields if w.name in POST_EDGES}
    return _picked(fields, {**known, **edges})


def _post_values(item: Item, asked: Asked, place: Place) -> dict[str, Any]:
    counts = _counts(item, asked.now)
    picture = _media_url(asked, item.pictures[0].digest) if item.pictures else None
    due = int(item.publish_at) if item.publish_at is not None and not item.public else None
    return {
        "created_time": graph.stamp(item.created), "from": {"name": place.name, "id": place.id},
        "full_picture": picture, "id": item.id, "is_hidden": False, "is_published": item.public,
        "message": item.text or None, "permalink_url": TWIN.post_url(item.channel, item.id), "picture": picture,
        "promotable_id": item.id, "scheduled_publish_time": due,
        "shares": {"count": counts["shares"]} if counts["shares"] else None,
        "status_type": "added_photos" if item.pictures else "shared_story" if item.link else "mobile_status_update",
        "updated_time": graph.stamp(item.updated),
    }  # fmt: skip


def _picked(fields: tuple[Wanted, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked for and is not empty, and always the id."""
    found = {w.name: values[w.name] for w in fields if values.get(w.name) is not None}
    return {**found, "id": values["id"]}


def _list(call: str, kinds: tuple[Kind, ...]) -> Any:
    def listing(asked: Asked, state: State, place: Place) -> dict[str, Any]:
        params = _params(asked, call)
        fields = _post_fields(params)
        limit = _limit(params)
        since, until = graph.moment(params, "since") or 0.0, graph.moment(params, "until")
        found = state.listed(
            "facebook", place.id, kinds=kinds, now=asked.now, since=since,
            until=1e12 if until is None else until + 1, before=graph.after(params), limit=limit + 1,
        )  # fmt: skip
        page = found[:limit]
        body: dict[str, Any] = {"data": [_post(item, fields, asked, place) for item in page]}
        return {**body, "paging": _paging(asked, params, page, more=len(found) > limit)} if page else body

    return listing


def _limit(params: Mapping[str, Any]) -> int:
    given = str(params.get("limit", LISTED))
    if not given.isdecimal():
        raise bad("Param limit must be an integer", "limit")
    return min(int(given), LISTED_MOST)


def _paging(asked: Asked, params: Mapping[str, Any], page: list[Item], *, more: bool) -> dict[str, Any]:
    first, last = (graph.cursor(item.created, item.n) for item in (page[0], page[-1]))
    paging: dict[str, Any] = {"cursors": {"before": first, "after": last}}
    if more:
        # Graph repeats the token in this address; a client that logs answers leaks it here as there.
        query = urlencode({"access_token": asked.token, **{k: str(v) for k, v in params.items()}, "after": last})
        paging["next"] = f"{asked.base}/facebook/{graph.NEWEST}/{'/'.join(asked.path)}?{query}"
    return paging


# Edges of a post


def _post_edge(call: str) -> Any:
    def edge(asked: Asked, state: State, place: Place) -> dict[str, Any]:
        del place
        params = _params(asked, call)
        modifiers = {name: str(value) for name, value in params.items() if name in {"summary", "limit"}}
        below = graph.wanted(str(params.get("fields", "")))
        wanted = Wanted(name=call.partition(" ")[2], modifiers=modifiers, below=below)
        return _edge(_seen_post(asked, state), wanted, asked)

    return edge


def _edge(item: Item, wanted: Wanted, asked: Asked) -> dict[str, Any]:
    if wanted.name == "attachments":
        return {"data": [_trimmed(each, wanted.below) for each in _attachments(item, asked)]}
    counts = _counts(item, asked.now)
    body: dict[str, Any] = {"data": []}
    if wanted.modifiers.get("summary", "false") in {"true", "1", "total_count"}:
        extra = {"order": "ranked", "can_comment": True} if wanted.name == "comments" else {"viewer_reaction": "NONE"}
        body["summary"] = {**extra, "total_count": counts[wanted.name]}
    return body


def _attachments(item: Item, asked: Asked) -> list[dict[str, Any]]:
    photos = [
        {
            "type": "photo", "media_type": "photo", "description": shot.alt, "target": {"id": shot.id},
            "media": {"image": {"src": _media_url(asked, shot.digest)}},
            "url": f"https://www.facebook.com/photo.php?fbid={shot.id}",
            "unshimmed_url": f"https://www.facebook.com/photo.php?fbid={shot.id}",
        }
        for shot in item.pictures
    ]  # fmt: skip
    if len(photos) > 1:
        album = {"type": "album", "media_type": "album", "url": TWIN.post_url(item.channel, item.id)}
        photos = [{**album, "unshimmed_url": album["url"], "subattachments": {"data": photos}}]
    shim = f"https://l.facebook.com/l.php?u={quote(item.link, safe='')}"
    share = {"type": "share", "media_type": "link", "title": urlsplit(item.link).hostname, "url": shim}
    return [*photos, *([{**share, "unshimmed_url": item.link}] if item.link else [])]


def _trimmed(attachment: dict[str, Any], below: tuple[Wanted, ...]) -> dict[str, Any]:
    names = {w.name for w in below}
    return {name: value for name, value in attachment.items() if not names or name in names}


def _insights(asked: Asked, state: State, place: Place) -> dict[str, Any]:
    del place
    params = _params(asked, "GET insights")
    item = _seen_post(asked, state)
    metrics, period = graph.names(params, "metric"), str(params.get("period", "lifetime"))
    dead = [name for name in metrics if name not in METRICS]
    if dead or not metrics:
        raise bad("The value must be a valid insights metric", "metric")
    counts = _counts(item, asked.now)
    return {"data": [_insight(item, name, period, counts) for name in metrics]}


def _insight(item: Item, name: str, period: str, counts: Mapping[str, int]) -> dict[str, Any]:
    value: Any = {
        "post_clicks": counts["clicks"], "post_media_view": counts["views"],
        "post_total_media_view_unique": counts["views"] * 4 // 5,
        "post_reactions_by_type_total": {"like": counts["reactions"]} if counts["reactions"] else {},
    }[name]  # fmt: skip
    return {"name": name, "period": period, "values": [{"value": value}], "title": name.replace("_", " ").capitalize(),
            "description": "", "id": f"{item.id}/insights/{name}/{period}"}  # fmt: skip


def _counts(item: Item, now: float) -> dict[str, int]:
    """Made-up interest, from the post's id and its age alone (grown up after two days), plus likes from the wall."""
    seed, grown = _seed(item.id), 2 * 24 * 3600
    age = max(0, min(grown, int(now - item.created))) if item.public else 0
    views = (40 + seed % 400) * age // grown
    return {
        "views": views, "reactions": views * (3 + seed % 5) // 100 + item.likes, "comments": views // 60,
        "shares": views // 90, "clicks": views * (2 + seed % 7) // 100,
    }  # fmt: skip


def _seed(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])


def _media_url(asked: Asked, digest: str) -> str:
    return f"{asked.base}/media/{digest}"


_CALLS: Mapping[str, Any] = {
    "POST feed": _create_post,
    "POST photos": _create_photo,
    "GET feed": _list("GET feed", ("published",)),
    "GET posts": _list("GET posts", ("published",)),
    "GET published_posts": _list("GET published_posts", ("published",)),
    "GET scheduled_posts": _list("GET scheduled_posts", ("scheduled",)),
    "GET page": _read_page,
    "GET post": _read_post,
    "POST post": _edit_post,
    "DELETE post": _delete_post,
    "GET comments": _post_edge("GET comments"),
    "GET reactions": _post_edge("GET reactions"),
    "GET attachments": _post_edge("GET attachments"),
    "GET insights": _insights,
    "GET photo": _read_photo,
    "DELETE photo": _delete_photo,
}
"""What the sandbox plays, by call."""

TWIN = Facebook()
