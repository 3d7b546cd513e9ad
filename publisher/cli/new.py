"""Write a new post that passes `check` once its to-dos are done."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli._common import clock, emit_json, json_option, now_option, root_option
from publisher.errors import Misuse

if TYPE_CHECKING:
    from publisher.content.site import Content
    from publisher.content.specialty import Specialty

KINDS = ("article", "news", "story", "video")
_LONGEST_SLUG = 60

_POST = """---
id: {id}
title: {title}
date: {date}
summary: "TO DO: one sentence for lists, cards and feeds"
authors: [{authors}]
tags: []
kind: {kind}
{more}---

TO DO: what the reader came for, in plain words, in the first two sentences.

## What to expect

TO DO: write on.
{last}"""
_REVIEW = """
TO DO: let {reviewer} review it, then write in the front matter review: with by, date and due below it.
"""
_MORE = {
    "article": """sources:
  - "TO DO: the address of where this comes from"
""",
    "news": "",
    "story": """consent: "TO DO: the number of the signed consent, like CR-2041"
""",
    "video": """video: "https://example.org/TODO"
transcript: "TO DO: what is said in the video"
""",
}


@click.command("new")
@click.argument("specialty")
@click.argument("title")
@click.option("--kind", type=click.Choice(KINDS), default="article", help="What it is (default: article).")
@root_option
@json_option
@now_option
def command(*, specialty: str, title: str, kind: str, root: Path, as_json: bool, now: datetime | None) -> None:
    """Write a new post of SPECIALTY with that TITLE and an id of its own, and say where it is.

    What is left to write says TO DO; `check` counts each as an error, so that none of it can go out.

    \b
    Example:
      publisher new cardiology "Heart failure follow-up by video"
      publisher new neurology "Walking again" --kind story
    """  # noqa: D301 - \b is click's mark for lines to keep
    from publisher.content import load

    content = load(root)
    team = _team(content, specialty)
    slug = slug_of(title)
    path = root / "content" / team.id / f"{slug}.md"
    if path.exists() or (path.with_suffix("") / "index.md").exists():
        raise Misuse(f"{path} is there already; nothing was changed", hint="choose another title, or edit that file")
    at = clock(now, "sandbox")()
    text = post_text(content, team, title, kind, at)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
    if as_json:
        emit_json({"path": path.as_posix(), "id": _id(content, slug, at)})
    else:
        where = "" if root == Path() else f" --root {root.as_posix()}"
        name = path.relative_to(root).as_posix()
        click.echo(f"wrote {path.as_posix()}; write what is marked TO DO, then: publisher check{where} {name}")


def slug_of(title: str) -> str:
    """The address that a title makes: small letters, digits and hyphens. Raises Misuse when nothing is left."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")
    if len(words) > _LONGEST_SLUG:
        words = words[: _LONGEST_SLUG + 1].rpartition("-")[0] or words[:_LONGEST_SLUG]
    if not words:
        raise Misuse(f"{title!r} makes no address", hint='write a title with letters, like "What to expect"')
    return words


def post_text(content: Content, team: Specialty, title: str, kind: str, now: datetime) -> str:
    """The file of a new post: dated a week ahead at nine, with its to-dos; who is to review it is one of them."""
    from publisher.content.reading.nodes import quoted
    from publisher.content.times import local

    today = local(now, team.zone).date()
    medical = team.reviewers.get("medical", ())
    author = next((person for person in team.owners if person in content.people), "")
    reviewer = next((person for person in medical if person != author), next(iter(medical), author))
    return _POST.format(
        id=_id(content, slug_of(title), now),
        title=quoted(" ".join(title.split())),
        date=f"{today + timedelta(days=7)} 09:00",
        authors=author,
        kind=kind,
        more=_MORE[kind],
        last=_REVIEW.format(reviewer=reviewer or "somebody") if kind == "article" else "",
    )


def _id(content: Content, slug: str, now: datetime) -> str:
    """An id that no other post has: the year and the slug, and a number where that is taken."""
    taken = {post.id for post in content.posts}
    first = f"{now.year}-{slug}"
    return next(name for name in (first, *(f"{first}-{n}" for n in range(2, len(taken) + 3))) if name not in taken)


def _team(content: Content, name: str) -> Specialty:
    """The specialty of that id. Raises Misuse with the nearest one when there is none or its file has a mistake."""
    if name in content.specialties:
        return content.specialties[name]
    mistakes = [str(problem) for problem in content.problems if problem.path == f"content/{name}/specialty.yml"]
    if mistakes:
        raise Misuse(f"content/{name}/specialty.yml cannot be read", hint=mistakes[0])
    near = get_close_matches(name, content.specialties, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}?" if near else "see the folders of content/"
    raise Misuse(f"there is no specialty {name}", hint=hint)
