"""The `social` part of a post's front matter → when, where and in which words it goes out."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from publisher.content.names import PLATFORM
from publisher.content.post import Social, Variant
from publisher.content.reading.findings import suggestion
from publisher.content.reading.nodes import Items, Scalar, Table

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.content.post import Image
    from publisher.content.reading.fields import Fields
    from publisher.content.reading.pictures import Pictures

_RULES: tuple[Literal["next-slot", "with-page", "none"], ...] = ("next-slot", "with-page", "none")
_OWN = ("publish", "grace", "only", "not", "repeat")
_OF_A_VARIANT = ("text", "images", "video", "link", "publish")


def read_social(fields: Fields, zone: str, beside: str, pictures: Pictures) -> Social:
    """What the post says under `social`; the defaults where it says nothing. Platform names are not judged here."""
    node = fields.nodes.get("social")
    if isinstance(node, Scalar) and node.value is not None:
        fields.node("social")
        fields.complain("social", "wrong-kind", f"takes keys of its own; write social: {{publish: {node.face}}}")
        return Social()
    inner = fields.inner("social")
    if inner is None:
        return Social()
    known = Social()
    publish, grace = _publish(inner, zone), inner.length("grace")
    only, exclude, repeat = _platforms(inner, "only"), _platforms(inner, "not"), _repeat(inner, zone)
    both = sorted(set(only) & set(exclude))
    if both:
        inner.complain("not", "only-and-not", f"{', '.join(both)} stands under only as well; keep one of the two")
    return Social(
        publish=publish,
        grace=known.grace if grace is None else grace,
        only=only,
        exclude=exclude,
        repeat=repeat,
        variants=_variants(inner, zone, beside, pictures),
    )


def _publish(fields: Fields, zone: str) -> Literal["next-slot", "with-page", "none"] | datetime:
    text = fields.text("publish")
    for rule in _RULES:
        if rule == text:
            return rule
    if text and not text[0].isdigit():
        near = suggestion(text, _RULES, otherwise="write next-slot, with-page, none or a time like 2026-12-01 09:00")
        fields.complain("publish", "unknown-value", f"{text} is no rule and no time; {near}")
        return "next-slot"
    return (fields.moment_of("publish", text, zone, needs="time") if text else None) or "next-slot"


def _platforms(fields: Fields, key: str) -> tuple[str, ...]:
    found = []
    for line, name in fields.lined_texts(key):
        if not PLATFORM.fullmatch(name):
            message = f"{name} is no platform; write its name in small letters, like facebook"
            fields.findings.add(line, fields.name(key), "wrong-form", message)
        elif name not in found:
            found.append(name)
    return tuple(found)


def _repeat(fields: Fields, zone: str) -> tuple[datetime, ...]:
    found: list[datetime] = []
    for line, text in fields.lined_texts("repeat"):
        at = fields.moment_of("repeat", text, zone, needs="time", line=line)
        if at in found:
            fields.findings.add(line, fields.name("repeat"), "duplicate-repeat", f"{text} stands twice; keep one")
        elif at:
            found.append(at)
    return tuple(sorted(found))


def _variants(fields: Fields, zone: str, beside: str, pictures: Pictures) -> MappingProxyType[str, Variant]:
    """A variant for each further key that holds a table; every other further key is a mistake."""
    found = {}
    for key in fields.rest():
        node = fields.nodes[key]
        near = suggestion(key, _OWN)
        if isinstance(node, Table) and PLATFORM.fullmatch(key):
            inner = fields.inner(key)
            if inner:
                found[key] = _variant(inner, zone, beside, pictures)
        elif near or not PLATFORM.fullmatch(key):
            said = near or f"write {', '.join(_OWN)} or a platform's name"
            fields.complain(key, "unknown-key", f"is no key that is known here; {said}")
            fields.known.append(key)
        else:
            fields.complain(key, "wrong-kind", _instead(key, fields.nodes[key]))
            fields.known.append(key)
    return MappingProxyType(found)


def _instead(key: str, node: object) -> str:
    if isinstance(node, Scalar) and node.value in {False, "none"}:
        return f"takes keys of its own; to leave the platform out, write not: [{key}]"
    return f"takes keys of its own, each on a line below it: {', '.join(_OF_A_VARIANT)}"


def _variant(fields: Fields, zone: str, beside: str, pictures: Pictures) -> Variant:
    at = fields.text("publish")
    video = fields.text("video")
    if video and "://" not in video:
        pictures.find(beside, video, fields.findings, fields.line("video"), fields.name("video"))
    return Variant(
        text=fields.text("text") or None,
        images=_images(fields, beside, pictures),
        link=fields.text("link") or None,
        video=video or None,
        publish=fields.moment_of("publish", at, zone, needs="time") if at else None,
        extra=_extra(fields),
    )


def _images(fields: Fields, beside: str, pictures: Pictures) -> tuple[Image, ...] | None:
    """None: as the post says. An empty list: no picture."""
    if "images" not in fields.nodes:
        fields.node("images")
        return None
    node = fields.nodes["images"]
    if isinstance(node, Items) and any(isinstance(item, Scalar) for item in node.items):
        fields.node("images")
        fields.complain("images", "wrong-kind", 'takes pictures with their alt text; write - {src: a.jpg, alt: "…"}')
        return None
    found = (pictures.picture(beside, inner) for inner in fields.inners("images"))
    return tuple(picture for picture in found if picture)


def _extra(fields: Fields) -> MappingProxyType[str, str]:
    """What one network has of its own; a near miss of a common key is a mistake."""
    found = {}
    for key in fields.rest():
        near = suggestion(key, _OF_A_VARIANT)
        if near:
            fields.node(key)
            fields.complain(key, "unknown-key", f"is no key that is known here; {near}")
        else:
            found[key] = fields.text(key)
    return MappingProxyType({key: text for key, text in found.items() if text})
