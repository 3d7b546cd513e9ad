"""A post's Markdown file → a Post."""

from __future__ import annotations

from dataclasses import dataclass, is_dataclass, replace
from dataclasses import fields as fields_of
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from publisher.content.names import ID_ADVICE, LANGUAGE, POST_ID, RESERVED_SLUGS, SLUG, SLUG_ADVICE
from publisher.content.post import Page, Post, Review
from publisher.content.reading.fields import Fields
from publisher.content.reading.nodes import Scalar, lines
from publisher.content.reading.references import references
from publisher.content.reading.social import read_social
from publisher.content.reading.specialty import is_known, known_names
from publisher.values import digest_of

if TYPE_CHECKING:
    from publisher.content.post import Image, Kind, Status
    from publisher.content.reading.document import Document
    from publisher.content.reading.findings import Findings
    from publisher.content.reading.pictures import Pictures
    from publisher.content.reading.specialty import Names

Read = TypeVar("Read", Post, Page)

_KINDS: tuple[Kind, ...] = ("article", "news", "story", "video")
_STATUSES: tuple[Status, ...] = ("draft", "published", "corrected", "retracted", "archived")
_EXAMPLE = {"title": '"What to expect"', "date": "2026-12-01 09:00"}
_HINTS = {
    "author": "write authors: [maria-santos]",
    "tag": "write tags: [heart failure]",
    "category": "the folder says the specialty; take the line out",
    "categories": "the folder says the specialty; take the line out",
    "specialty": "the folder says the specialty; write specialties: […] for further ones",
    "reviewed-by": "write review: with by, date and due below it",
    "reviewer": "write review: with by, date and due below it",
    "modified": "the history of the file says it; take the line out",
    "draft": "write status: draft",
    "published": "write status: draft to keep it back",
    "publish": "write it under social:",
    "description": "write summary: …",
    "permalink": "write slug: … or aliases: [/old/address/]",
    "embargo-until": "write embargo: 2026-12-01 08:00 America/New_York",
    "language": "write lang: en",
    "image-alt": "write image: with src and alt below it",
}
_NOT_OF_THE_DIGEST = {"lines", "digest", "body_line", "path"}


@dataclass(frozen=True, kw_only=True)
class Home:
    """Where a post stands: its path as people type it and below content/, its folder's specialty and zone, its slug."""

    path: str
    name: str
    specialty: str
    zone: str
    slug: str


@dataclass(frozen=True, kw_only=True)
class Known:
    """The names that a post may use."""

    people: Names
    specialties: Names


def read_post(document: Document, home: Home, known: Known, pictures: Pictures, findings: Findings) -> Post | None:
    """The post that the file holds; None when it has an error, which is written down."""
    fields = Fields(document.table, findings)
    fields.require("title", "date", example=_EXAMPLE)
    slug = _slug(fields, home)
    found: dict[str, Any] = {
        "id": _id(fields, home, slug),
        "path": home.path,
        "specialty": home.specialty,
        "slug": slug,
        "specialties": _specialties(fields, home, known),
        "authors": known_names(fields, "authors", known.people),
        "image": _image(fields, home, pictures),
        "review": _review(fields, known),
        "social": read_social(fields, home.zone, home.name, pictures),
        **_plain_fields(fields),
        **_moments(fields, home),
        **_files(fields, home, pictures),
    }
    fields.finish(_HINTS)
    body: dict[str, Any] = {"body": document.body, "body_line": document.body_line}
    attachments = _attachments(document, home, pictures, findings)
    if findings.refused:
        return None
    post = Post(**found, **body, attachments=attachments, lines=MappingProxyType(dict(lines(document.table))))
    return _digested(post)


def read_page(document: Document, home: Home, pictures: Pictures, findings: Findings) -> Page | None:
    """The static page that the file holds; None when it has an error, which is written down."""
    fields = Fields(document.table, findings)
    fields.require("title", example=_EXAMPLE)
    found: dict[str, Any] = {
        "slug": _page_slug(fields, home),
        "title": fields.text("title"),
        "summary": fields.text("summary"),
    }
    fields.finish(_HINTS)
    attachments = _attachments(document, home, pictures, findings)
    if findings.refused:
        return None
    told: dict[str, Any] = {"attachments": attachments, "lines": MappingProxyType(dict(lines(document.table)))}
    return _digested(Page(path=home.path, **found, **told, body=document.body, body_line=document.body_line))


def _plain_fields(fields: Fields) -> dict[str, Any]:
    """The fields that are taken as they stand."""
    return {
        "title": " ".join(fields.text("title").split()),
        "summary": fields.text("summary"),
        "tags": tuple(dict.fromkeys(fields.texts("tags"))),
        "kind": fields.choice("kind", _KINDS, "article"),
        "status": fields.choice("status", _STATUSES, "published", {"hidden": "write hidden: true"}),
        "hidden": fields.flag("hidden"),
        "lang": fields.matching("lang", LANGUAGE, "is no language; write it like en or es", "en"),
        "consent": fields.text("consent"),
        "sources": fields.texts("sources"),
        "share": fields.text("share"),
        "audience": fields.text("audience"),
        "campaign": fields.matching("campaign", SLUG, SLUG_ADVICE.replace("address", "campaign")),
        "aliases": _aliases(fields),
        "key_facts": fields.texts("key-facts"),
        "corrections": fields.texts("corrections"),
        "translation_of": fields.text("translation-of"),
    }


def _moments(fields: Fields, home: Home) -> dict[str, Any]:
    date, embargo = fields.moment("date", home.zone), fields.moment("embargo", home.zone, needs="zone")
    expires = fields.moment("expires", home.zone)
    if date and expires and expires <= max(date, embargo or date):
        fields.complain("expires", "expires", "lies before the post is public; write a later day")
    return {"date": date, "embargo": embargo, "expires": expires}


def _files(fields: Fields, home: Home, pictures: Pictures) -> dict[str, str]:
    """The post's own video and transcript: a file beside it must be there."""
    video, transcript = fields.text("video"), fields.text("transcript")
    if video and "://" not in video:
        pictures.find(home.name, video, fields.findings, fields.line("video"), "video")
    if transcript.endswith((".md", ".txt", ".vtt")) and " " not in transcript:
        pictures.find(home.name, transcript, fields.findings, fields.line("transcript"), "transcript")
    return {"video": video, "transcript": transcript}


def _page_slug(fields: Fields, home: Home) -> str:
    """The slug that the file says, else the one of its name."""
    slug = fields.matching("slug", SLUG, SLUG_ADVICE, home.slug)
    if slug == home.slug and not SLUG.fullmatch(slug):
        fields.findings.add(0, "slug", "slug", f"{slug} {SLUG_ADVICE}; rename the file or write slug: …")
    return slug


def _slug(fields: Fields, home: Home) -> str:
    slug = _page_slug(fields, home)
    if slug in RESERVED_SLUGS:
        message = f"{slug} is a part of the specialty's own section; choose another, like {slug}-of-the-heart"
        fields.complain("slug", "reserved", message)
    return slug


def _id(fields: Fields, home: Home, slug: str) -> str:
    name = fields.matching("id", POST_ID, ID_ADVICE)
    if "id" in fields.nodes:
        return name
    path = f"{home.specialty}/{slug}"
    message = f"is missing, so the address {path} is used and must never change; write id: {path}"
    fields.findings.add(fields.table.line, "id", "no-id", message, severity="advice")
    return path


def _specialties(fields: Fields, home: Home, known: Known) -> tuple[str, ...]:
    """The home specialty and the further ones."""
    further = known_names(fields, "specialties", known.specialties)
    return (home.specialty, *(name for name in further if name != home.specialty))


def _image(fields: Fields, home: Home, pictures: Pictures) -> Image | None:
    node = fields.nodes.get("image")
    if isinstance(node, Scalar) and node.value is not None:
        fields.node("image")
        message = f'takes src and alt; write image: {{src: {node.face}, alt: "What the picture shows"}}'
        fields.complain("image", "wrong-kind", message)
        return None
    inner = fields.inner("image")
    return pictures.picture(home.name, inner) if inner else None


def _review(fields: Fields, known: Known) -> Review | None:
    inner = fields.inner("review")
    if inner is None:
        return None
    inner.require("by", "date", example={"by": "david-okafor", "date": "2026-11-10"})
    by, on, due = inner.text("by"), inner.day("date"), inner.day("due")
    if by:
        is_known(inner, "by", inner.line("by"), by, known.people)
    if on and due and due <= on:
        inner.complain("due", "review", f"lies before the review itself ({on}); write a later day")
    inner.finish()
    return Review(by=by, date=on, due=due) if by and on else None


def _aliases(fields: Fields) -> tuple[str, ...]:
    """Old addresses, each between slashes."""
    found = []
    for line, alias in fields.lined_texts("aliases"):
        plain = alias.startswith("/") and not any(mark in alias for mark in (" ", "?", "#", "//", "/../", "\\"))
        if not plain:
            message = f"{alias} is no address of this site; write it like /cardiology/old-name/"
            fields.findings.add(line, "aliases", "wrong-form", message)
        elif alias not in found:
            found.append(alias)
    return tuple(found)


def _attachments(document: Document, home: Home, pictures: Pictures, findings: Findings) -> tuple[Image, ...]:
    """The files beside the post that its body refers to, each once, in the order of their places."""
    found: dict[str, Image] = {}
    for reference in references(document.body):
        line = document.body_line + reference.line - 1
        if reference.mark not in {"", "static", "attach"} or reference.target.endswith((".md", "/")):
            continue
        if reference.image and not reference.alt.strip():
            message = f"{reference.target} has no alternative text; write ![what it shows]({reference.target})"
            findings.add(line, "", "no-alt", message, severity="warning")
        name = pictures.find(home.name, reference.target, findings, line, "")
        picture = pictures.attachment(name, reference.alt, findings, line) if name else None
        if picture:
            found.setdefault(picture.path, picture)
    return tuple(found[name] for name in sorted(found))


def _digested(read: Read) -> Read:
    """The same with the digest of all that it says."""
    return replace(read, digest=digest_of(_plain(read)))


def _plain(value: object) -> object:
    """A value of ours as JSON has it: instants in UTC, files by their bytes and not by their places."""
    if is_dataclass(value):
        left_out = _NOT_OF_THE_DIGEST if isinstance(value, (Post, Page)) else {"path"}
        return {one.name: _plain(getattr(value, one.name)) for one in fields_of(value) if one.name not in left_out}
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return {key: _plain(one) for key, one in value.items()} if hasattr(value, "items") else value
