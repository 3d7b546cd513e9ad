"""Times that contradict each other: nothing is shared before its page is there, and nothing at night."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from publisher.checks._say import say
from publisher.content.post import Post
from publisher.content.problem import Problem
from publisher.content.site import Content
from publisher.content.specialty import Schedule
from publisher.content.times import local

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def check_embargo(content: Content, now: datetime) -> Iterator[Problem]:
    """A page is dated no earlier than its embargo lets it be seen."""
    del now
    for post in content.posts:
        if post.embargo and post.embargo > post.date:
            wall = _wall(post.embargo, content, post)
            message = f"is later than the date, so the page waits for it; write date: {wall} to say so"
            yield say(post, "embargo", "embargo-after-date", message, severity="warning")


def check_shared_before_page(content: Content, now: datetime) -> Iterator[Problem]:
    """An explicit time for a network is no earlier than the page that its link leads to."""
    del now
    for post in content.posts:
        for field, at in _explicit(post):
            if at < post.public_from:
                wall = _wall(post.public_from, content, post)
                message = f"lies before the page is public; write {wall} or later"
                yield say(post, field, "before-page", message)


def check_shared_after_expiry(content: Content, now: datetime) -> Iterator[Problem]:
    """An explicit time for a network is earlier than the post's own end."""
    del now
    for post in content.posts:
        for field, at in _explicit(post):
            if post.expires and at >= post.expires:
                message = f"lies after the post expires; write a time before {_wall(post.expires, content, post)}"
                yield say(post, field, "after-expiry", message)


def check_repeat_after_review(content: Content, now: datetime) -> Iterator[Problem]:
    """A post is repeated only while its review is valid."""
    del now
    for post in content.posts:
        due = post.review.due if post.review else None
        for at in post.social.repeat:
            if due and local(at, _zone(content, post)).date() > due:
                wall = _wall(at, content, post)
                message = f"{wall} lies after the review is due ({due}) and will not go out; review the page before"
                yield say(post, "social.repeat", "repeat-after-review", message, severity="warning")


def check_quiet_hours(content: Content, now: datetime) -> Iterator[Problem]:
    """An explicit time lies outside the quiet hours of the post's specialties."""
    del now
    for post in content.posts:
        for field, at in _explicit(post):
            for name in post.specialties:
                specialty = content.specialties.get(name)
                quiet = specialty.schedule.quiet if specialty else None
                if specialty and quiet and quiet.covers(local(at, specialty.zone).time()):
                    message = (
                        f"{_wall(at, content, post)} lies in the quiet hours {quiet} of {specialty.name} "
                        f"({specialty.zone}); write a time outside them"
                    )
                    yield say(post, field, "quiet-hours", message)


def check_slots(content: Content, now: datetime) -> Iterator[Problem]:
    """A posting time lies outside the quiet hours: inside, it would never be used."""
    del now
    for specialty in content.specialties.values():
        for message in _lost_slots(specialty.schedule):
            yield say(specialty, "schedule.slots", "slot-in-quiet", message, severity="warning")


def _lost_slots(schedule: Schedule) -> Iterator[str]:
    for slot in schedule.slots:
        if schedule.quiet and schedule.quiet.covers(slot.at):
            text = f"{_WEEKDAYS[slot.weekday]} {slot.at:%H:%M}"
            yield f"{text} lies in the quiet hours {schedule.quiet}, so nothing goes out then; move it"


def _explicit(post: Post) -> Iterator[tuple[str, datetime]]:
    """Every instant that the post itself names for a network, with its field."""
    if isinstance(post.social.publish, datetime):
        yield "social.publish", post.social.publish
    for at in post.social.repeat:
        yield "social.repeat", at
    for name, variant in post.social.variants.items():
        if variant.publish:
            yield f"social.{name}.publish", variant.publish


def _zone(content: Content, post: Post) -> str:
    home = content.specialties.get(post.specialty)
    return home.zone if home else content.site.zone


def _wall(at: datetime, content: Content, post: Post) -> str:
    return f"{local(at, _zone(content, post)):%Y-%m-%d %H:%M}"
