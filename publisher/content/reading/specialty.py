"""A team's specialty.yml → a Specialty."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple
from zoneinfo import available_timezones

from publisher.content.reading.channel import read_channels
from publisher.content.reading.findings import suggestion
from publisher.content.reading.nodes import lines
from publisher.content.reading.schedule import read_schedule
from publisher.content.specialty import Specialty
from publisher.content.times import zone_exists

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from publisher.content.reading.fields import Fields


class Names(NamedTuple):
    """Names that other files may use: of what, where each one's file stands, and those that are there."""

    what: Literal["person", "specialty"]
    place: str
    known: Collection[str]


def read_specialty(fields: Fields, path: str, folder: str, people: Names) -> Specialty:
    """The specialty that a specialty.yml describes, as far as it could be read; its mistakes are written down."""
    fields.require("name", "zone", example={"name": folder.replace("-", " ").title(), "zone": "America/Chicago"})
    name = fields.text("name")
    specialty = Specialty(
        id=folder,
        name=name,
        zone=read_zone(fields, "zone"),
        owners=known_names(fields, "owners", people),
        reviewers=_reviewers(fields, people),
        appointment=fields.text("appointment"),
        summary=fields.text("summary"),
        schedule=read_schedule(fields, "schedule"),
        channels=read_channels(fields, "channels", name),
        path=path,
        lines=MappingProxyType(dict(lines(fields.table))),
    )
    fields.finish()
    return specialty


def read_zone(fields: Fields, key: str, default: str = "UTC") -> str:
    """The IANA time zone under a key; the default and a problem when there is no such zone."""
    zone = fields.text(key)
    if zone and not zone_exists(zone):
        near = suggestion(zone, available_timezones(), otherwise="write one like America/Chicago")
        fields.complain(key, "unknown-zone", f"{zone} is no time zone; {near}")
        return default
    return zone or default


def known_names(fields: Fields, key: str, names: Names) -> tuple[str, ...]:
    """The names in a list, each of which must be among the known ones."""
    found = []
    for line, name in fields.lined_texts(key):
        if name in found:
            fields.findings.add(line, fields.name(key), "duplicate-name", f"{name} stands twice; keep one")
        elif is_known(fields, key, line, name, names):
            found.append(name)
    return tuple(found)


def is_known(fields: Fields, key: str, line: int, name: str, names: Names) -> bool:
    """Whether the name is among the known ones; a problem with the nearest one when it is not."""
    if name in names.known:
        return True
    missing = names.place.format(name=name)
    near = suggestion(name, names.known, otherwise=f"write {missing}")
    fields.findings.add(line, fields.name(key), f"unknown-{names.what}", f"{name}: there is no {missing}; {near}")
    return False


def _reviewers(fields: Fields, people: Names) -> Mapping[str, tuple[str, ...]]:
    inner = fields.inner("reviewers")
    if inner is None:
        return MappingProxyType({})
    return MappingProxyType({area: known_names(inner, area, people) for area in inner.rest()})
