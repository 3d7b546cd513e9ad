"""What a post should not be without, and what must be gone before it is public."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from publisher.checks._say import say
from publisher.content.post import Post
from publisher.content.problem import Problem, Severity
from publisher.content.site import Content

LONGEST_ALT = 250
"""Our own limit for alternative texts, in code points: longer, it is a text to read and belongs into the body."""

_TO_DO = re.compile(r"\bTO ?DO\b")


def check_to_do(content: Content, now: datetime) -> Iterator[Problem]:
    """Nothing that says TO DO is published; in a draft it is only mentioned."""
    del now
    for post in content.posts:
        severity: Severity = "warning" if post.status == "draft" else "error"
        for field, text in _texts(post):
            for found in _TO_DO.finditer(text):
                said = f"still says {text[found.start() :].splitlines()[0][:60]}; write what is to stand there"
                problem = say(post, field, "to-do", said, severity=severity)
                yield problem if field else _in_body(post, problem, text.count("\n", 0, found.start()))


def check_summary(content: Content, now: datetime) -> Iterator[Problem]:
    """Lists, cards and feeds show the summary."""
    del now
    for post in content.posts:
        if not post.summary:
            message = "is missing; write one sentence for lists, cards and feeds"
            yield say(post, "summary", "no-summary", message, severity="warning")


def check_authors(content: Content, now: datetime) -> Iterator[Problem]:
    """Articles and stories have a byline."""
    del now
    for post in content.posts:
        if post.kind in {"article", "story"} and not post.authors:
            message = "is missing; write authors: [maria-santos]"
            yield say(post, "authors", "no-authors", message, severity="warning")


def check_body(content: Content, now: datetime) -> Iterator[Problem]:
    """A page says something."""
    del now
    for post in content.posts:
        if not post.body.strip() and not post.video:
            yield say(post, "", "no-body", "has no text below the front matter; write it", severity="warning")


def check_alt_length(content: Content, now: datetime) -> Iterator[Problem]:
    """An alternative text can be listened to in one breath."""
    del now
    for post in content.posts:
        for field, text in _alts(post):
            if len(text) > LONGEST_ALT:
                message = f"has {len(text)} characters; say what matters in the picture in at most {LONGEST_ALT}"
                yield say(post, field, "alt-length", message, severity="warning")


def check_owners(content: Content, now: datetime) -> Iterator[Problem]:
    """Two people own a specialty, so that one can be away."""
    del now
    for specialty in content.specialties.values():
        if len(specialty.owners) < 2:  # noqa: PLR2004 - the rule itself
            message = "names fewer than two people; write owners: [maria-santos, lee-chan]"
            yield say(specialty, "owners", "owners", message, severity="warning")


def _alts(post: Post) -> Iterator[tuple[str, str]]:
    if post.image:
        yield "image.alt", post.image.alt
    for name, variant in post.social.variants.items():
        for number, image in enumerate(variant.images or (), 1):
            yield f"social.{name}.images.{number}.alt", image.alt


def _texts(post: Post) -> Iterator[tuple[str, str]]:
    """Every text that somebody may read, with its field; the body's is empty."""
    yield from (("title", post.title), ("summary", post.summary), ("share", post.share), ("consent", post.consent))
    yield from (("video", post.video), ("transcript", post.transcript), ("", post.body))
    for field, texts in (("key-facts", post.key_facts), ("corrections", post.corrections), ("sources", post.sources)):
        yield from ((f"{field}.{number}", text) for number, text in enumerate(texts, 1))
    yield from _alts(post)
    for name, variant in post.social.variants.items():
        yield f"social.{name}.text", variant.text or ""
        yield from ((f"social.{name}.{key}", text) for key, text in variant.extra.items())


def _in_body(post: Post, problem: Problem, lines_down: int) -> Problem:
    return replace(problem, line=post.body_line + lines_down)
