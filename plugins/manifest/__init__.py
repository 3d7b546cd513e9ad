"""Pelican plugin: output/posts.json, from which the publisher learns which posts the deployed site shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pelican import signals

if TYPE_CHECKING:
    from front_matter.public import Public
    from pelican.generators import ArticlesGenerator

    from publisher.content.post import Post


def entry(post: Post) -> dict[str, Any]:
    """What the manifest says of one public post. Times are UTC."""
    return {
        "id": post.id,
        "address": post.address,
        "digest": post.digest,
        "title": post.title,
        "status": post.status,
        "kind": post.kind,
        "lang": post.lang,
        "specialties": list(post.specialties),
        "public_from": post.public_from.isoformat(timespec="seconds"),
        "expires": post.expires.isoformat(timespec="seconds") if post.expires else None,
    }


def manifest(public: Public, base_url: str) -> dict[str, Any]:
    """The site's address and its public posts by id; a hidden post is in no list, and this is one."""
    posts = sorted((post for post in public.shown if not post.hidden), key=lambda post: post.id)
    return {"site": base_url, "posts": [entry(post) for post in posts]}


def _write(generator: ArticlesGenerator, **_: object) -> None:
    said = manifest(generator.settings["PUBLIC"], generator.context["SITEURL"])
    text = json.dumps(said, indent=1, ensure_ascii=False)
    output = Path(generator.output_path)
    output.mkdir(parents=True, exist_ok=True)  # a site without a single page has none yet
    (output / "posts.json").write_text(text + "\n", encoding="utf-8")


def register() -> None:
    """Connect to Pelican."""
    signals.article_writer_finalized.connect(_write)
