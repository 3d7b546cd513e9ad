"""Pelican plugin: home page, a section, lists and feeds per specialty, and the lists of tags, people and everything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pelican import signals
from pelican.generators import Generator

from specialties.accents import accent
from specialties.feeds import Feed, atom, sitemap
from specialties.paging import ListPage, pages

if TYPE_CHECKING:
    from front_matter.public import Public
    from pelican.writers import Writer

    from publisher.content.post import Post

LATEST = 12


@dataclass(frozen=True, kw_only=True)
class Section:
    """One list of the site: which template shows it, what it is about, and its posts, newest first."""

    template: str
    title: str
    address: str
    posts: tuple[Post, ...]
    subject: Any = None
    feed: str = ""


def sections(public: Public) -> Iterator[Section]:
    """Every list of the site; one without posts has no feed, for an empty feed would have to carry the clock."""
    yield Section(template="archive", title="All articles", address="/archive/", posts=public.listed)
    for specialty in public.specialties.values():
        posts = public.of_specialty(specialty.id)
        feed = f"/feeds/specialties/{specialty.id}.atom.xml" if posts else ""
        address = f"/{specialty.id}/"
        yield Section(
            template="specialty", title=specialty.name, address=address, posts=posts, subject=specialty, feed=feed
        )
    for slug, (name, posts) in public.tags.items():
        feed = f"/feeds/tags/{slug}.atom.xml"
        yield Section(template="tag", title=name, address=f"/tags/{slug}/", posts=posts, subject=name, feed=feed)
    for person in public.named.values():
        posts = public.of_person(person.id)
        yield Section(
            template="person", title=person.name, address=f"/people/{person.id}/", posts=posts, subject=person
        )


def file_of(address: str) -> str:
    """The file below the output that a web server shows at `address`."""
    return address.strip("/") + "/index.html" if address.strip("/") else "index.html"


def indexed(public: Public) -> Iterator[str]:
    """The addresses that search engines may know: no hidden, expired or retracted page, and no numbered list."""
    yield "/"
    yield from (section.address for section in sections(public) if section.posts or section.template == "specialty")
    yield from (f"/{page.slug}/" for page in public.pages)
    yield from (post.address for post in public.listed)


class Lists(Generator):  # type: ignore[misc]  # Pelican has no types
    """Writes every page that is a list, the feeds, the sitemap and the style sheet."""

    def generate_output(self, writer: Writer) -> None:
        """Write them all below the output folder."""
        public: Public = self.settings["PUBLIC"]
        every = tuple(sections(public))
        self._home(writer, public)
        for section in every:
            for page in pages(section.posts, section.address):
                self._list(writer, section, page)
        self._feeds(public, every)
        self._plain("sitemap.xml", sitemap(sorted(indexed(public)), base_url=self.context["SITEURL"]))
        writer.write_file("404.html", self.get_template("404"), self.context)
        writer.write_file("robots.txt", self.env.get_template("robots.txt"), self.context)
        accents = {specialty.id: accent(specialty.name) for specialty in public.specialties.values()}
        writer.write_file("theme/clinic.css", self.env.get_template("clinic.css"), self.context, accents=accents)

    def _home(self, writer: Writer, public: Public) -> None:
        latest = ListPage(address="/", posts=public.listed[:LATEST], total=len(public.listed))
        feed = "/feeds/all.atom.xml" if public.listed else ""
        writer.write_file("index.html", self.get_template("home"), self.context, list=latest, address="/", feed=feed)

    def _list(self, writer: Writer, section: Section, page: ListPage) -> None:
        template = self.get_template(section.template)
        writer.write_file(
            file_of(page.address), template, self.context,
            list=page, section=section, subject=section.subject, address=page.address, feed=section.feed,
        )  # fmt: skip

    def _feeds(self, public: Public, every: Sequence[Section]) -> None:
        base_url, name = self.context["SITEURL"], public.site.name
        if public.listed:
            everything = Feed(title=name, address="/", feed="/feeds/all.atom.xml", posts=public.listed)
            self._plain(everything.feed, atom(everything, base_url, public.people))
        for section in every:
            if section.feed:
                title = f"{section.title} – {name}"
                feed = Feed(title=title, address=section.address, feed=section.feed, posts=section.posts)
                self._plain(feed.feed, atom(feed, base_url, public.people))

    def _plain(self, name: str, data: bytes) -> None:
        file = Path(self.output_path, name.lstrip("/"))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


def _generators(_pelican: object) -> type[Lists]:
    return Lists


def register() -> None:
    """Connect to Pelican."""
    signals.get_generators.connect(_generators)
