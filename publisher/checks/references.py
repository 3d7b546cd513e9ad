"""Links from one text to another: each leads to a file that is there and can be read by then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from publisher.content.post import Page, Post
from publisher.content.problem import Problem, Severity
from publisher.content.reading.references import MARKS, place_of, references
from publisher.content.site import Content

_TOP = "content/"


def check_links(content: Content, now: datetime) -> Iterator[Problem]:
    """A link to a Markdown file names a post or page that is there."""
    del now
    files = {*(post.path for post in content.posts), *(page.path for page in content.pages), *content.refused}
    for text in _texts(content):
        for line, target, path in _linked(text):
            if path not in files:
                yield _at(text, line, "dead-link", f"{target} leads to no post or page; write the path of one")


def check_links_to_hidden(content: Content, now: datetime) -> Iterator[Problem]:
    """A link names a page that readers can open when they read this one; until then the site shows its text alone."""
    posts = {post.path: post for post in content.posts}
    for post in content.posts:
        for line, target, path in _linked(post):
            other = posts.get(path)
            at = max(now, post.public_from)
            if other and post.status != "draft" and other.visibility(at) in {"draft", "scheduled"}:
                message = (
                    f"{target} is not public yet when this page is: until then its text stands there without a link"
                )
                yield _at(post, line, "link-too-early", message, "warning")


def check_marks(content: Content, now: datetime) -> Iterator[Problem]:
    """A link's {mark} is one that is understood."""
    del now
    for text in _texts(content):
        for reference in references(text.body):
            line = text.body_line + reference.line - 1
            if reference.mark and reference.mark not in MARKS:
                message = f"{{{reference.mark}}} is not understood; write {{filename}}, {{static}} or {{attach}}"
                yield _at(text, line, "unknown-mark", message)


def _texts(content: Content) -> Iterator[Post | Page]:
    yield from content.posts
    yield from content.pages


def _linked(text: Post | Page) -> Iterator[tuple[int, str, str]]:
    """Each link to another Markdown file: its line, as it is written, and the path that it means."""
    for reference in references(text.body):
        if reference.mark == "filename" or (not reference.mark and reference.target.endswith(".md")):
            path = _TOP + place_of(text.path.removeprefix(_TOP), reference.target)
            yield text.body_line + reference.line - 1, reference.target, path


def _at(text: Post | Page, line: int, rule: str, message: str, severity: Severity = "error") -> Problem:
    return Problem(path=text.path, line=line, rule=rule, severity=severity, message=message)
