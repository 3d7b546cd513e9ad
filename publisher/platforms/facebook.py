"""Facebook Pages, by the Graph API: what it allows, how it is asked, and what its answers mean.

A post is published at once (no draft first). Without pictures the link becomes a card under the text; with pictures
Facebook shows no card, so the link stands in the text instead: `shown_text` is that rule and its only place.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import unicodedata
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from urllib.parse import parse_qsl, quote, urlsplit

from publisher.content.links import read_back
from publisher.errors import CallError, Expired, InDoubt, Misuse, NotSent, Rejected, Throttled, Unauthorized
from publisher.platforms.base import Credential, Limit, Platform, Rules, Secret
from publisher.values import Answer, Call, Engagement, FilePart, Listing, Published, Receipt, Shown

if TYPE_CHECKING:
    from publisher.content.channel import Channel
    from publisher.values import Flow, Message, Picture

API_VERSION = "v26.0"
CHECKED = "2026-11-22"
PAGES_OF_A_LISTING = 10
"""How far `find` follows a listing before it calls it incomplete: our own limit, a thousand posts."""

_LONGEST_WAIT = timedelta(days=1)
"""Meta's windows roll over 24 hours: a longer wait is a fault, and then we look again after a day."""
_SHOWN_FIELDS = "id,message,created_time,permalink_url,is_published,attachments{unshimmed_url}"
_COUNT_FIELDS = "id,shares,comments.limit(0).summary(true),reactions.limit(0).summary(true)"
_METRICS: Mapping[str, str] = MappingProxyType({"clicks": "post_clicks", "views": "post_total_media_view_unique"})
"""Names as developers quoted them in 2026 (unsure); the *_impressions* metrics died between 2025-06 and 2026-06."""

RULES = Rules(
    text=Limit(
        value=63206,
        unit="characters",
        source="unsure: widely repeated, on no page of Meta's reference that we could read",
        checked=CHECKED,
    ),
    counting="characters",
    pictures=Limit(
        value=10,
        unit="pictures in one post",
        source="unsure: Meta documents no number for attached_media; a safe limit of our own",
        checked=CHECKED,
    ),
    picture_bytes=Limit(
        value=10_000_000,
        unit="bytes",
        source="https://developers.facebook.com/docs/graph-api/reference/page/photos/ (as third parties quote it)",
        checked=CHECKED,
    ),
    picture_types=("image/jpeg", "image/png", "image/gif", "image/tiff", "image/bmp"),
    pictures_hide_link=True,
    api_version=API_VERSION,
    source="https://developers.facebook.com/docs/pages-api/posts/",
    checked=CHECKED,
    more=MappingProxyType(
        {
            "png_bytes": Limit(
                value=1_000_000,
                unit="bytes, beyond which a PNG may be shown pixelated",
                source="https://developers.facebook.com/docs/graph-api/reference/page/photos/ (third parties quote it)",
                checked=CHECKED,
            ),
            "photo_hours": Limit(
                value=24,
                unit="hours that a picture lives which no post shows",
                source="https://developers.facebook.com/docs/graph-api/reference/page/photos/ (third parties quote it)",
                checked=CHECKED,
            ),
            "listing": Limit(
                value=100,
                unit="posts in one answer of a listing",
                source="https://developers.facebook.com/docs/graph-api/reference/page/feed/ (third parties quote it)",
                checked=CHECKED,
            ),
            "calls_per_engaged_user": Limit(
                value=4800,
                unit="calls per engaged user of the Page in rolling 24 hours",
                source="https://developers.facebook.com/docs/graph-api/overview/rate-limiting/",
                checked=CHECKED,
            ),
        }
    ),
)

UPLOAD_VALID_FOR = timedelta(hours=RULES.more["photo_hours"].value - 1)
"""An hour less than Facebook keeps a picture that no post shows."""


def shown_text(message: Message) -> str:
    """The text that Facebook is asked to show: with pictures the link follows it, for then there is no link card."""
    if not message.pictures or not message.link or message.link in message.text:
        return message.text
    return f"{message.text}\n\n{message.link}".strip()


class Facebook(Platform):
    """Facebook Pages: text, link, one or several pictures with alternative texts."""

    name: ClassVar[str] = "facebook"
    title: ClassVar[str] = "Facebook"
    rules: ClassVar[Rules] = RULES
    hosts: ClassVar[Mapping[str, str]] = MappingProxyType({"api": "https://graph.facebook.com"})
    app_secrets: ClassVar[Mapping[str, str]] = MappingProxyType({"app_secret": "FB_APP_SECRET"})
    token_prefix: ClassVar[str] = "FB"  # noqa: S105 - the beginning of a name, no secret
    answer_headers: ClassVar[frozenset[str]] = frozenset(
        {"x-app-usage", "x-business-use-case-usage", "x-page-usage", "x-fb-trace-id", "x-fb-request-id"}
    )

    def publish(self, channel: Channel, message: Message) -> Flow:
        """One committing call: the post itself, or the one photo that is a post; several photos are uploaded first."""
        if len(message.pictures) == 1:
            sent = yield _photo(channel, message.pictures[0], published=True, caption=shown_text(message))
            yield Published(receipt=_receipt(sent["post_id"]))
            return
        photos: list[str] = []
        for picture in message.pictures:
            upload = yield _photo(channel, picture, published=False)
            photos.append(upload["id"])
        sent = yield Call(
            method="POST", path=_path(channel.remote_id, "feed"), form=_post(message, photos), commits=True
        )
        yield Published(receipt=_receipt(sent["id"]))

    def correct(self, channel: Channel, receipt: Receipt, message: Message) -> Flow:
        """Change the text. Link card, pictures and alternative texts stay as they were: Facebook edits none of them."""
        del channel
        form = {"message": shown_text(message)}
        yield Call(method="POST", path=_path(receipt.remote_id), form=form, commits=True, repeatable=True)
        yield Published(receipt=receipt)

    def retract(self, channel: Channel, receipt: Receipt) -> Flow:
        """Delete the post. When Facebook finds nothing there it counts as deleted, with a note on the receipt."""
        del channel
        answer = yield Call(method="DELETE", path=_path(receipt.remote_id), commits=True, repeatable=True)
        gone = "Facebook found nothing there to delete (error 100, subcode 33); open its address to be sure"
        yield Published(receipt=receipt.noting(gone) if _is_gone(answer) else receipt)

    def find(self, channel: Channel, message: Message, since: datetime) -> Generator[Call, Answer, Listing]:
        """What the Page shows since then that is this message, by its link's code, else by its exact text."""
        most = str(self.rules.more["listing"].value)
        query = {"fields": _SHOWN_FIELDS, "since": str(int(since.timestamp())), "limit": most}
        found: list[Shown] = []
        for _ in range(PAGES_OF_A_LISTING):
            page = yield Call(method="GET", path=_path(channel.remote_id, "published_posts"), query=query)
            found += [shown for shown in map(_shown, page["data"]) if _is_ours(message, shown)]
            if not _within(page.body, "paging", "next"):
                return Listing(shown=tuple(found), complete=True)
            after = _within(page.body, "paging", "cursors", "after")
            if not after:
                break
            query = {**query, "after": str(after)}
        return Listing(shown=tuple(found), complete=False)

    def read(self, channel: Channel, receipt: Receipt) -> Generator[Call, Answer, Shown | None]:
        """What Facebook shows under the receipt's id, or None when nothing is there."""
        del channel
        answer = yield Call(method="GET", path=_path(receipt.remote_id), query={"fields": _SHOWN_FIELDS})
        return None if _is_gone(answer) else _shown(answer.body)

    def matches(self, message: Message, shown: Shown) -> bool:
        """Whether the text is the message's but for white space, and the link leads where the message's does."""
        return _plain(shown_text(message)) == _plain(shown.text) and _same_link(message, shown)

    def engagement(self, channel: Channel, receipt: Receipt, at: datetime) -> Generator[Call, Answer, Engagement]:
        """One reading. Each metric is asked for by itself: one that Facebook has abolished would fail all of them."""
        del channel
        post = yield Call(method="GET", path=_path(receipt.remote_id), query={"fields": _COUNT_FIELDS})
        counts: dict[str, int | None] = {}
        for field, metric in _METRICS.items():
            query = {"metric": metric, "period": "lifetime"}
            reading = yield Call(method="GET", path=_path(receipt.remote_id, "insights"), query=query)
            counts[field] = _metric(reading)
        return Engagement(
            at=at,
            reactions=_count(post.body, "reactions", "summary", "total_count"),
            comments=_count(post.body, "comments", "summary", "total_count"),
            shares=_count(post.body, "shares", "count"),
            **counts,
        )

    def objection(self, remote_id: str) -> str:
        """A Page's id is a number: what stands in its address may be a name, and changes with it."""
        return "" if remote_id.isdecimal() else "a Page's id is a number; the Page shows it under About"

    def remote_id(self, channel: str, url: str) -> str:
        """The post's id, page_post, when the address shows it in one of Facebook's forms; else the address.

        Raises Misuse when it is a post of another Page than the channel's, or no address of Facebook's.
        """
        page = channel.partition(":")[2]
        if not _is_facebook(url):
            raise Misuse(f"{url} is no address of Facebook's", hint="open the post on the Page and copy its address")
        found = _ids(url)
        if found is None:
            return url
        owner, post = found
        if owner.isdecimal() and owner != page:
            raise Misuse(f"{url} is a post of the Page {owner}", hint=f"this delivery belongs to the Page {page}")
        return f"{page}_{post}"

    def authorize(self, call: Call, credential: Credential) -> Call:
        """The token in the body of a POST and in a header otherwise, never in the address; the proof beside it."""
        token, proof = credential.parts["token"], _proof(credential)
        if call.method in {"POST", "PUT", "PATCH"}:
            return replace(call, form={**(call.form or {}), "access_token": Secret(token), **proof})
        headers = {**call.headers, "Authorization": Secret(f"Bearer {token}")}
        return replace(call, headers=headers, query={**call.query, **proof})

    def refusal(self, call: Call, answer: Answer, now: datetime) -> CallError | None:
        """What the answer means when it is not what the call hoped for, by Meta's parsed code, else by the status."""
        error = _error(answer)
        if error is None:
            return _unusable(call, answer, now)
        if answer.status < _FAULT and _flow_reads(call, error):
            return None
        return _refused(call, answer, error, now)

    def usage(self, answer: Answer) -> Mapping[str, float]:
        """Percent used by allowance: "app.call_count", "pages.total_time" …; the highest where there are several."""
        used: dict[str, float] = {}
        app = _json(answer.headers.get("x-app-usage"))
        entries = [("app", app)] if isinstance(app, dict) else []
        for name, entry in [*entries, *((str(e.get("type", "page")), e) for e in _allowances(answer))]:
            for count in ("call_count", "total_time", "total_cputime"):
                if isinstance(entry.get(count), int | float):
                    used[f"{name}.{count}"] = max(used.get(f"{name}.{count}", 0.0), float(entry[count]))
        return MappingProxyType(used)


# What is asked


def _path(node: str, edge: str = "") -> str:
    return f"/{API_VERSION}/{quote(node, safe='_')}" + (f"/{edge}" if edge else "")


def _photo(channel: Channel, picture: Picture, *, published: bool, caption: str = "") -> Call:
    form = {"published": "true" if published else "false"}
    form |= {"caption": caption} if caption else {}
    form |= {"alt_text_custom": picture.alt} if picture.alt else {}
    return Call(
        method="POST",
        path=_path(channel.remote_id, "photos"),
        form=form,
        files=(FilePart(field="source", picture=picture),),
        commits=published,
        valid_for=None if published else UPLOAD_VALID_FOR,
    )


def _post(message: Message, photos: list[str]) -> dict[str, str]:
    form = {"published": "true", "message": shown_text(message)}
    if message.link and not photos:
        form["link"] = message.link
    attached = (json.dumps({"media_fbid": photo}, separators=(",", ":")) for photo in photos)
    return form | {f"attached_media[{i}]": media for i, media in enumerate(attached)}


def _proof(credential: Credential) -> dict[str, str]:
    secret = credential.parts.get("app_secret")
    if not secret:
        return {}
    digest = hmac.new(secret.encode(), credential.parts["token"].encode(), hashlib.sha256).hexdigest()
    return {"appsecret_proof": Secret(digest)}


# What is shown


def _receipt(remote_id: str, url: str = "", published_at: datetime | None = None) -> Receipt:
    address = url or f"https://www.facebook.com/{remote_id}"
    return Receipt(remote_id=remote_id, url=address, published_at=published_at)


def _shown(post: Mapping[str, Any]) -> Shown:
    text = str(post.get("message") or "")
    attached = [str(a["unshimmed_url"]) for a in _attachments(post) if a.get("unshimmed_url")]
    links = [*attached, *_addresses(text)]
    return Shown(
        receipt=_receipt(
            str(post["id"]),
            str(post.get("permalink_url") or ""),
            _instant(post.get("created_time")),
        ),
        text=text,
        link=next((link for link in links if _code(link)), next(iter(links), "")),
        public=post.get("is_published") is True,
    )


def _instant(text: Any) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return instant if instant.tzinfo else None


def _within(value: Any, *keys: str) -> Any:
    """What stands under these keys, one below the other, or None where one is missing."""
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


_ADDRESSES = (
    re.compile(r"/(?P<page>\d+)_(?P<post>\d+)/?"),
    re.compile(r"/(?P<page>[^/]+)/posts/(?:[^/]+/)?(?P<post>\d+)/?"),
)
"""How the path of a post's address holds its ids: as we make it, and as Facebook shows it (with or without words)."""


def _is_facebook(url: str) -> bool:
    return f".{(urlsplit(url).hostname or '').lower()}".endswith((".facebook.com", ".fb.watch", ".fb.com"))


def _ids(url: str) -> tuple[str, str] | None:
    """The Page (its number or name) and the post's number that an address of Facebook holds, or None."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    if parts.path.rstrip("/") in {"/permalink.php", "/story.php"} and query.get("story_fbid", "").isdecimal():
        return query.get("id", ""), query["story_fbid"]
    found = next(filter(None, (form.fullmatch(parts.path) for form in _ADDRESSES)), None)
    return (found["page"], found["post"]) if found else None


def _attachments(post: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    data = _within(post, "attachments", "data")
    return [a for a in data if isinstance(a, Mapping)] if isinstance(data, list) else []


def _addresses(text: str) -> list[str]:
    return re.findall(r"https?://[^\s<>\"]+", text)


def _code(address: str) -> str:
    tracked = read_back(address)
    return tracked.code if tracked else ""


def _is_ours(message: Message, shown: Shown) -> bool:
    code = _code(message.link)
    if code:
        return code in {_code(shown.link), *map(_code, _addresses(shown.text))}
    return _plain(shown_text(message)) == _plain(shown.text)


def _same_link(message: Message, shown: Shown) -> bool:
    if not message.link:
        return True
    code = _code(message.link)
    return _code(shown.link) == code if code else shown.link == message.link


def _plain(text: str) -> str:
    """The text without what Facebook may alter (unsure): ends and runs of white space, and forms of one character."""
    lines = [" ".join(line.split()) for line in unicodedata.normalize("NFC", text).splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


# What came of it


def _count(value: Any, *keys: str) -> int | None:
    value = _within(value, *keys)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _metric(reading: Answer) -> int | None:
    """The metric's value, or None: an abolished metric is refused, and unknown is not zero."""
    values = _within(_first(_within(reading.body, "data")), "values")
    return _count(_first(values), "value")


def _first(values: Any) -> Any:
    return values[0] if isinstance(values, list) and values else None


# What an answer means


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """One row of Meta's error table: its codes, what the caller does next, and what a person reads."""

    codes: Iterable[int]
    subcodes: tuple[int, ...] = ()
    means: Literal["throttled", "unauthorized", "rejected", "unknown", "duplicate"]
    sentence: str
    hint: str = ""


_NEW_TOKEN = "make a new Page token and put it where the old one is kept"  # noqa: S105 - a sentence, no secret
_WAIT = "nothing to do: it is asked again by itself"
ERRORS_SOURCE = "https://developers.facebook.com/docs/graph-api/guides/error-handling/"
ERRORS: tuple[Refusal, ...] = (
    Refusal(codes=(1, 2), means="unknown", sentence="Facebook had a fault of its own", hint=_WAIT),
    Refusal(codes=(3,), means="unauthorized", sentence="our app lacks the capability for this call",
            hint="ask for the permission in the app's dashboard at Meta"),
    Refusal(codes=(4,), means="throttled", sentence="our app has asked Facebook too often", hint=_WAIT),
    Refusal(codes=(17,), means="throttled", sentence="the token's person has asked Facebook too often", hint=_WAIT),
    Refusal(codes=(32,), means="throttled", sentence="this Page was asked too often with a person's token",
            hint="use a Page token"),
    Refusal(codes=(80001, 80002), means="throttled", sentence="this Page's allowance of calls is used up", hint=_WAIT),
    Refusal(codes=(341,), means="throttled", sentence="our app has reached its limit", hint=_WAIT),
    Refusal(codes=(613,), means="throttled", sentence="a rate limit of this call is reached", hint=_WAIT),
    Refusal(codes=(10, *range(200, 300)), means="unauthorized", sentence="the token lacks a permission for this Page",
            hint="give its person the Page's content task and the app pages_manage_posts, then make a new token"),
    Refusal(codes=(100,), subcodes=(33,), means="unauthorized",
            sentence="the Page does not exist, or this token does not reach it",
            hint="compare the channel's id in its specialty.yml with the Page, and the token with both"),
    Refusal(codes=(100,), means="rejected", sentence="Facebook does not take the message as it is",
            hint="change the post as Facebook says, then: publisher requeue"),
    Refusal(codes=(102, 190), subcodes=(458,), means="unauthorized", sentence="our app was removed from the account",
            hint=f"let the Page's owner add the app again, then {_NEW_TOKEN}"),
    Refusal(codes=(102, 190), subcodes=(459, 464), means="unauthorized",
            sentence="Facebook wants the token's person to confirm their account",
            hint=f"let them log in at facebook.com, then {_NEW_TOKEN}"),
    Refusal(codes=(102, 190), subcodes=(460,), means="unauthorized", sentence="the token's person changed the password",
            hint=_NEW_TOKEN),
    Refusal(codes=(102, 190), subcodes=(492,), means="unauthorized",
            sentence="the token's person has no role on the Page any more",
            hint=f"give them the role back or choose another person, then {_NEW_TOKEN}"),
    Refusal(codes=(102, 190), subcodes=(463,), means="unauthorized", sentence="the token has expired", hint=_NEW_TOKEN),
    Refusal(codes=(102, 190), means="unauthorized", sentence="the token is not valid", hint=_NEW_TOKEN),
    Refusal(codes=(368,), means="rejected", sentence="Facebook has blocked this action for its policies",
            hint="wait at least 24 hours and look at the Page's support inbox; trying again soon makes it worse"),
    Refusal(codes=(506,), means="duplicate", sentence="the network says it has this already: look",
            hint="publisher reconcile looks; if the post is there it is adopted"),
    Refusal(codes=(1609005,), means="rejected", sentence="Facebook could not read the page behind the link",
            hint="see that the page is public, then: publisher requeue"),
    Refusal(codes=(2635,), means="unauthorized", sentence=f"Facebook no longer serves version {API_VERSION} of its API",
            hint="update publisher"),
)  # fmt: skip
"""Read 2026-11-22 at ERRORS_SOURCE and in Meta's rate-limiting guide; the first row that fits counts."""
_NO_POST = Refusal(
    codes=(100,), subcodes=(33,), means="rejected", sentence="the post is not there, or this token does not reach it",
    hint="open its address; if it is gone it cannot be changed, only published anew",
)  # fmt: skip
_OTHER = Refusal(codes=(), means="rejected", sentence="Facebook refuses with a code that we do not know")


_INVALID_PARAMETER, _NO_SUCH_OBJECT = 100, 33
_ATTACHED = "attached_media"
_OK, _TOO_MANY, _FAULT = 200, 429, 500


def _row(call: Call, error: Mapping[str, Any]) -> Refusal:
    code, subcode = error["code"], error.get("error_subcode")
    if _not_there(error) and not _edge(call):
        return _NO_POST
    rows = (row for row in ERRORS if code in row.codes)
    return next((row for row in rows if not row.subcodes or subcode in row.subcodes), _OTHER)


def _error(answer: Answer) -> Mapping[str, Any] | None:
    error = answer.body.get("error") if isinstance(answer.body, Mapping) else None
    return error if isinstance(error, Mapping) and isinstance(error.get("code"), int) else None


def _edge(call: Call) -> str:
    return "/".join(call.path.split("/")[3:])


def _is_gone(answer: Answer) -> bool:
    return _not_there(_error(answer) or {})


def _not_there(error: Mapping[str, Any]) -> bool:
    return (error.get("code"), error.get("error_subcode")) == (_INVALID_PARAMETER, _NO_SUCH_OBJECT)


def _flow_reads(call: Call, error: Mapping[str, Any]) -> bool:
    """Refusals that are an answer to the flow: no such post to read or delete, and a metric that is no more."""
    if _edge(call) == "insights":
        return bool(error["code"] == _INVALID_PARAMETER)
    return _not_there(error) and not _edge(call) and call.method in {"GET", "DELETE"}


def _unusable(call: Call, answer: Answer, now: datetime) -> CallError | None:
    """What an answer without Meta's error envelope means: None when it holds what the call asked for."""
    if _OK <= answer.status < _OK + 100:
        if _fulfils(call, answer.body):
            return None
        sentence = f"Facebook answered {answer.status} without saying what it made of it"
        return InDoubt(sentence) if call.commits else NotSent(sentence)
    sentence = f"Facebook answered {answer.status} without a reason"
    if answer.status == _TOO_MANY:
        return Throttled(sentence, until=_until(answer, now))
    if call.commits:
        return InDoubt(sentence)
    return NotSent(sentence) if answer.status >= _FAULT else Rejected(sentence)


def _fulfils(call: Call, body: Any) -> bool:
    if not isinstance(body, Mapping):
        return False
    edge = _edge(call)
    if edge == "published_posts":
        return _are_posts(body.get("data"))
    if call.method == "GET":
        return isinstance(body.get("data"), list) if edge else _is_id(body.get("id"))
    if not edge:
        return body.get("success") is True
    return _is_id(body.get("post_id" if edge == "photos" and call.commits else "id"))


def _are_posts(data: Any) -> bool:
    return isinstance(data, list) and all(isinstance(post, Mapping) and _is_id(post.get("id")) for post in data)


def _is_id(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _refused(call: Call, answer: Answer, error: Mapping[str, Any], now: datetime) -> CallError:
    row = _row(call, error)
    sentence, hint, code = _sentence(row, error), _hint(row, error), _name(error)
    kind = _kind(call, answer, error, row)
    if kind is Throttled:
        return Throttled(sentence, until=_until(answer, now), hint=hint, code=code)
    return kind(sentence, hint=hint, code=code)


def _kind(call: Call, answer: Answer, error: Mapping[str, Any], row: Refusal) -> type[CallError]:
    """What the caller does next. A fault of Facebook's leaves a committing call in doubt, whatever its code says."""
    fault = answer.status >= _FAULT
    if call.commits and (fault or row.means in {"unknown", "duplicate"}):
        return InDoubt
    if row.means == "throttled":
        return Throttled
    if error.get("is_transient") is True:
        return InDoubt if call.commits and row is _OTHER else NotSent
    if fault or row.means == "unknown":
        return NotSent
    if _blames_pictures(call, error):
        return Expired
    return Unauthorized if row.means == "unauthorized" else Rejected


def _blames_pictures(call: Call, error: Mapping[str, Any]) -> bool:
    """Whether uploaded pictures are at fault: Meta documents no code for one that has expired.

    So an invalid parameter of a post that attaches pictures is taken for that unless another field is blamed: they are
    uploaded afresh, and the driver does that at most twice.
    """
    attaches = any(name.startswith(_ATTACHED) for name in call.form or ())
    return attaches and error["code"] == _INVALID_PARAMETER and _ATTACHED in (_blamed(error) or {_ATTACHED})


def _blamed(error: Mapping[str, Any]) -> set[str]:
    """The fields at fault, where Meta names any; error_data is an object or the text of one."""
    data = error.get("error_data")
    specs = _within(_json(data) if isinstance(data, str) else data, "blame_field_specs")
    return {str(_first(spec)).partition("[")[0] for spec in specs} if isinstance(specs, list) else set()


def _name(error: Mapping[str, Any]) -> str:
    subcode = error.get("error_subcode")
    return f"{error['code']}/{subcode}" if subcode else str(error["code"])


def _sentence(row: Refusal, error: Mapping[str, Any]) -> str:
    words = " ".join(str(error.get("error_user_msg") or error.get("message") or "").split())[:300]
    return f"{row.sentence} (error {_name(error)}: {words})" if words else f"{row.sentence} (error {_name(error)})"


def _hint(row: Refusal, error: Mapping[str, Any]) -> str:
    trace = error.get("fbtrace_id")
    return "; ".join(part for part in (row.hint, f"Meta's trace is {trace}" if trace else "") if part)


def _until(answer: Answer, now: datetime) -> datetime | None:
    minutes = [e.get("estimated_time_to_regain_access") for e in _allowances(answer)]
    if known := [m for m in minutes if isinstance(m, int | float) and m > 0]:
        return now + min(timedelta(minutes=min(max(known), 10_000)), _LONGEST_WAIT)
    seconds = answer.headers.get("retry-after", "")
    return now + min(timedelta(seconds=int(seconds[:6])), _LONGEST_WAIT) if seconds.isdecimal() else None


def _allowances(answer: Answer) -> list[Mapping[str, Any]]:
    value = _json(answer.headers.get("x-business-use-case-usage"))
    objects = value.values() if isinstance(value, dict) else ()
    return [entry for entries in objects if isinstance(entries, list) for entry in entries if isinstance(entry, dict)]


def _json(text: str | None) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return None


PLATFORM = Facebook()
