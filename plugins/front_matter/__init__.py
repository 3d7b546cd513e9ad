"""Pelican plugin: posts and pages come from `publisher.content`, and only those that are public at the build's instant.

Pelican scans nothing itself (`ARTICLE_PATHS`, `PAGE_PATHS` and `STATIC_PATHS` are empty). It is handed finished
articles, so that neither a scheduled post nor the name of its picture can reach a generator, a feed or the output.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pelican import signals
from pelican.contents import Article, Category
from pelican.contents import Page as PelicanPage

from front_matter.body import html_of
from front_matter.pictures import size_of
from front_matter.public import Public, decide, tag_slug
from front_matter.references import Places, References
from publisher.checks import examined
from publisher.content import load

if TYPE_CHECKING:
    from pelican.generators import ArticlesGenerator, Generator, PagesGenerator
    from pelican.writers import Writer

    from publisher.content.post import Page, Post

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Hero:
    """The picture at the head of a page: its address with prefix, and its size in pixels where it is known."""

    address: str
    alt: str
    credit: str
    size: tuple[int, int] | None


@dataclass(frozen=True, kw_only=True)
class Film:
    """A video: its address, and the host that shows it, empty where we do."""

    address: str
    host: str


def instant(environ: Mapping[str, str]) -> datetime:
    """The build's one instant (aware, UTC): PUBLISHER_NOW, else SOURCE_DATE_EPOCH, else the clock."""
    if environ.get("PUBLISHER_NOW"):
        now = datetime.fromisoformat(environ["PUBLISHER_NOW"])
        if now.tzinfo is None:
            raise ValueError(f"PUBLISHER_NOW has no time zone: {environ['PUBLISHER_NOW']}; add +00:00")
        return now.astimezone(UTC)
    if environ.get("SOURCE_DATE_EPOCH"):
        return datetime.fromtimestamp(int(environ["SOURCE_DATE_EPOCH"]), UTC)
    return datetime.now(UTC)


def day(at: datetime, zone: str) -> str:
    """The day of an instant on the wall calendar of `zone`: December 1, 2026."""
    return calendar(at.astimezone(ZoneInfo(zone)).date())


def calendar(on: date) -> str:
    """A day as people write it: December 1, 2026."""
    return f"{MONTHS[on.month - 1]} {on.day}, {on.year}"


def stamp(at: datetime, zone: str) -> str:
    """The instant as a machine reads it, in `zone`: 2026-12-01T09:00:00-06:00."""
    return at.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")


def prefix_of(base_url: str) -> str:
    """What precedes every address on the site: "" at a host's root, /health below https://example.org/health."""
    return urlsplit(base_url).path.rstrip("/")


def below(path: str) -> str:
    """A source's path below the content folder: cardiology/valve.md for content/cardiology/valve.md."""
    return path.removeprefix("content/")


def places_of(public: Public, folder: Path, base_url: str) -> Places:
    """Where each public post and page is, by its source's path below `folder`."""
    posts = {below(post.path): post.address for post in public.shown}
    pages = {below(page.path): f"/{page.slug}/" for page in public.pages}
    return Places(folder=folder, addresses=MappingProxyType({**posts, **pages}), prefix=prefix_of(base_url))


def hero_of(post: Post, references: References) -> Hero | None:
    """The post's picture, which is carried to beside its page; None where it has none."""
    if post.image is None:
        return None
    address = references.places.prefix + references.carry(post.image.path)
    size = size_of(references.places.folder / post.image.path)
    return Hero(address=address, alt=post.image.alt, credit=post.image.credit, size=size)


def film_of(post: Post, references: References) -> Film | None:
    """The post's video: a file beside it is carried along, another site's is only linked to. None where it has none."""
    if not post.video:
        return None
    elsewhere = "://" in post.video
    address = post.video if elsewhere else references.resolve(post.video) or post.video
    return Film(address=address, host=urlsplit(post.video).hostname or "")


def transcript_of(post: Post, references: References) -> str:
    """The transcript as safe HTML, from the front matter or the file that this names; captions lose their times."""
    file = references.file(post.transcript) if post.transcript.endswith((".md", ".txt", ".vtt")) else None
    text = file.read_text(encoding="utf-8") if file else post.transcript
    kind = file.suffix if file else ".txt"
    if kind == ".md":
        return _body(text, references)
    lines = (spoken(text) if kind == ".vtt" else text).splitlines()
    return _body("\n\n".join(line.strip() for line in lines), references)


def spoken(captions: str) -> str:
    """What is said in WebVTT captions: without the header, the cues' numbers and times, and notes."""
    blocks = re.split(r"\n\s*\n", captions.replace("\r\n", "\n"))
    cues = [block.split("\n") for block in blocks if "-->" in block]
    after = (lines[next(i for i, line in enumerate(lines) if "-->" in line) + 1 :] for lines in cues)
    return "\n".join(line for lines in after for line in lines)


def _body(text: str, references: References) -> str:
    def sizes(reference: str) -> tuple[int, int] | None:
        file = references.file(reference)
        return size_of(file) if file else None

    return html_of(text, references, sizes)


def _copy(carried: Mapping[str, Path], output: Path) -> None:
    for address, file in sorted(carried.items()):
        target = output / address.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)


def _begin(generator: ArticlesGenerator) -> Public:
    """Read the content, decide what is public, tell the other plugins (`PUBLIC` in the settings) and the templates."""
    now = instant(os.environ)
    public = decide(examined(load(Path(generator.path).parent), now), now)
    base_url = generator.settings["SITEURL"] or public.site.base_url
    shared = {"SITEURL": base_url, "PUBLIC": public}
    generator.settings.update(shared)
    known: dict[str, Any] = {
        "public": public,
        "base_url": base_url,
        "root": prefix_of(base_url),
        "heroes": {},
        "carried": {},
    }
    generator.context.update({**shared, **known})
    return public


def withdrawn(post: Post) -> Post:
    """What is left of a retracted post: its title, who answers for it, and why; nothing of what it said or showed."""
    return replace(
        post, summary="", body="", image=None, video="", transcript="", share="", sources=(), key_facts=(), tags=()
    )


def _article(generator: ArticlesGenerator, post: Post, references: References) -> Article:
    kept = withdrawn(post) if post.status == "retracted" else post
    about = {
        "title": kept.title, "date": kept.date, "slug": kept.slug, "summary": kept.summary, "lang": kept.lang,
        "category": Category(kept.specialty, generator.settings), "status": "hidden" if kept.hidden else "published",
        "post": kept, "hero": hero_of(kept, references), "film": film_of(kept, references),
        "transcript": transcript_of(kept, references),
    }  # fmt: skip
    body = _body(kept.body, references)
    source = str(references.places.folder / references.source)
    article = Article(body, about, generator.settings, source, generator.context)
    generator.context["carried"].update(references.carried)
    generator.context["heroes"][post.path] = article.hero
    return article


def _articles(generator: ArticlesGenerator) -> None:
    public = _begin(generator)
    places = places_of(public, Path(generator.path), generator.settings["SITEURL"])
    for post in public.shown:
        references = References(places=places, source=below(post.path), address=post.address)
        article = _article(generator, post, references)
        (generator.hidden_articles if post.hidden else generator.articles).append(article)
        generator.add_source_path(article)


def _pages(generator: PagesGenerator) -> None:
    public: Public = generator.settings["PUBLIC"]
    places = places_of(public, Path(generator.path), generator.settings["SITEURL"])
    generator.pages.extend(_page(generator, page, places) for page in public.pages)
    generator.context["pages"] = generator.pages


def _page(generator: PagesGenerator, page: Page, places: Places) -> PelicanPage:
    references = References(places=places, source=below(page.path), address=f"/{page.slug}/")
    about = {"title": page.title, "slug": page.slug, "summary": page.summary, "status": "published"}
    body = _body(page.body, references)
    generator.context["carried"].update(references.carried)
    return PelicanPage(body, about, generator.settings, str(places.folder / references.source), generator.context)


def alias_file(alias: str) -> str:
    """The file below the output that answers an old address: /old/ and /old → old/index.html; /old.html stays."""
    path = alias.strip("/")
    return path if path.endswith((".html", ".htm")) else f"{path}/index.html"


def _redirects(public: Public) -> Iterable[tuple[str, Post]]:
    every = ((alias_file(alias), post) for post in public.shown for alias in post.aliases)
    return sorted(every, key=lambda pair: pair[0])


def _beside_articles(generator: ArticlesGenerator, writer: Writer) -> None:
    public: Public = generator.settings["PUBLIC"]
    for name, post in _redirects(public):
        writer.write_file(name, generator.get_template("redirect"), generator.context, post=post)
    _copy(generator.context["carried"], Path(generator.output_path))


def _filters(generator: Generator) -> None:
    generator.env.filters.update({"day": day, "stamp": stamp, "calendar": calendar, "slug": tag_slug})


def register() -> None:
    """Connect to Pelican."""
    signals.generator_init.connect(_filters)
    signals.article_generator_pretaxonomy.connect(_articles)
    signals.page_generator_finalized.connect(_pages)
    signals.article_writer_finalized.connect(_beside_articles)
