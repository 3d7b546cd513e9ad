"""Whether a yes to a message can be told from somebody else's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from publisher.content.problem import Problem
from publisher.content.site import Content


def check_approval_keys(content: Content, now: datetime) -> Iterator[Problem]:
    """At least one reviewer has a key, so that an approval can be checked against it."""
    del now
    areas = [people for specialty in content.specialties.values() for people in specialty.reviewers.values()]
    reviewers = [content.people[name] for people in areas for name in people if name in content.people]
    if reviewers and not any(person.key for person in reviewers):
        yield Problem(
            path="content/people",
            line=0,
            rule="unauthenticated-approvals",
            severity="advice",
            message="unauthenticated approvals: no reviewer has a key; write key: and an SSH public key in their file",
        )
