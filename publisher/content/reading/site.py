"""content/site.yml → a Site."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from publisher.content.reading.channel import read_channels
from publisher.content.reading.nodes import lines
from publisher.content.reading.schedule import read_schedule
from publisher.content.reading.specialty import read_zone
from publisher.content.site import Demo, Site

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.content.reading.fields import Fields

_ADDRESS = re.compile(r"https?://[^\s/?#@]+(?:/[^\s?#]*)?")
_EXAMPLE = {"name": "Example Health", "base-url": "https://health.example.org", "zone": "America/Chicago"}


def read_site(fields: Fields) -> Site | None:
    """The site that the file describes; None when it has an error, which is written down."""
    fields.require("name", "base-url", example=_EXAMPLE)
    name, zone = fields.text("name"), read_zone(fields, "zone")
    advice = "is no address of a site; write it like https://health.example.org"
    site = Site(
        name=name,
        base_url=fields.matching("base-url", _ADDRESS, advice).rstrip("/"),
        zone=zone,
        brand=fields.text("brand"),
        tagline=fields.text("tagline"),
        appointment=fields.text("appointment"),
        notice=fields.text("notice"),
        post_notice=fields.text("post-notice"),
        schedule=read_schedule(fields, "schedule"),
        channels=read_channels(fields, "channels", name),
        terms=_terms(fields),
        facts=_texts_by_name(fields.inner("facts")),
        demo=_demo(fields, zone),
        lines=MappingProxyType(dict(lines(fields.table))),
    )
    fields.finish()
    return None if fields.findings.refused else site


def _terms(fields: Fields) -> Mapping[str, Mapping[str, str]]:
    """Whose terms were accepted, by whom and when."""
    inner = fields.inner("terms")
    found: dict[str, Mapping[str, str]] = {}
    for platform in inner.rest() if inner else ():
        said = inner.inner(platform) if inner else None
        if said:
            said.require("accepted-by", "date", example={"accepted-by": "ines-moreau", "date": "2026-11-10"})
            said.day("date")
            found[platform] = MappingProxyType({"accepted-by": said.text("accepted-by"), "date": said.text("date")})
            said.finish()
    return MappingProxyType(found)


def _texts_by_name(inner: Fields | None) -> Mapping[str, str]:
    return MappingProxyType({key: inner.text(key) for key in inner.rest()} if inner else {})


def _demo(fields: Fields, zone: str) -> Demo | None:
    inner = fields.inner("demo")
    if inner is None:
        return None
    inner.require("since", "at", example={"since": "2026-11-16 06:00", "at": "2026-11-23 20:00"})
    since, at = inner.moment("since", zone, needs="time"), inner.moment("at", zone, needs="time")
    inner.finish()
    if since is None or at is None:
        return None
    if since >= at:
        inner.complain("at", "demo", "lies before since; write an instant after it")
    return Demo(since=since, at=at)
