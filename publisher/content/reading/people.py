"""A file under content/people/ → a Person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.content.people import Person
from publisher.content.reading.specialty import is_known

if TYPE_CHECKING:
    from publisher.content.reading.fields import Fields
    from publisher.content.reading.specialty import Names


def read_person(fields: Fields, path: str, name: str, specialties: Names) -> Person:
    """The person that the file describes, as far as it could be read; mistakes are written down."""
    fields.require("name", example={"name": name.replace("-", " ").title()})
    specialty = fields.text("specialty")
    if specialty:
        is_known(fields, "specialty", fields.line("specialty"), specialty, specialties)
    person = Person(
        id=name,
        name=fields.text("name"),
        credentials=fields.text("credentials"),
        role=fields.text("role"),
        specialty=specialty,
        profile=fields.text("profile"),
        key=fields.text("key"),
        path=path,
    )
    fields.finish()
    return person
