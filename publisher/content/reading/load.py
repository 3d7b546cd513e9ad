"""The whole folder: every file read, every mistake collected, names that must be unique compared."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from publisher.content.names import RESERVED, SLUG
from publisher.content.reading.channel import shared_channel_mistakes
from publisher.content.reading.document import split
from publisher.content.reading.fields import Fields
from publisher.content.reading.findings import Findings, suggestion
from publisher.content.reading.nodes import parse
from publisher.content.reading.people import read_person
from publisher.content.reading.pictures import Pictures
from publisher.content.reading.post import Home, Known, read_page, read_post
from publisher.content.reading.site import read_site
from publisher.content.reading.source import FOLDER, survey, text_of
from publisher.content.reading.specialty import Names, read_specialty
from publisher.content.site import Content, Site

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from publisher.content.channel import Channel
    from publisher.content.people import Person
    from publisher.content.post import Page, Post
    from publisher.content.reading.source import Tree
    from publisher.content.specialty import Specialty

_OURS = ("calendar.yml", "holds.yml", "site.yml")
_MARKDOWN = (".md", ".markdown", ".mdown")


@dataclass(kw_only=True)
class _Reading:
    """What has been found so far."""

    tree: Tree
    pictures: Pictures
    files: dict[str, Findings] = field(default_factory=dict)
    site: Site | None = None
    people: dict[str, Person] = field(default_factory=dict)
    specialties: dict[str, Specialty] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    read: list[str] = field(default_factory=list)

    def findings(self, name: str) -> Findings:
        """The problems of one file, by its name below content/."""
        return self.files.setdefault(name, Findings(f"{FOLDER}/{name}"))

    def fields(self, name: str) -> Fields | None:
        """The table of a YAML file, or None when it cannot be read."""
        text = text_of(self.tree, name, self.findings(name))
        table = None if text is None else parse(text, 1, self.findings(name))
        whose = "the site's" if name == "site.yml" else "the specialty's"
        return None if table is None else Fields(table, self.findings(name), whose=whose)


def load_tree(root: Path) -> Content:
    """Everything under `root`/content with every problem found. Raises Misuse when there is no such folder."""
    tree = survey(root)
    reading = _Reading(tree=tree, pictures=Pictures(tree.folder))
    known = Known(
        people=Names("person", "content/people/{name}.yml", _people_names(tree)),
        specialties=Names("specialty", "content/{name}/specialty.yml", _specialty_names(tree)),
    )
    _strays(reading, known)
    _read_site(reading)
    _read_people(reading, known)
    _read_specialties(reading, known)
    _read_posts(reading, known)
    _read_pages(reading)
    _unique_ids(reading)
    _unique_addresses(reading)
    _shared_channels(reading)
    _translations(reading)
    return _content(reading, root)


def _content(reading: _Reading, root: Path) -> Content:
    """The value, without the files that have an error."""
    refused = {findings.path for findings in reading.files.values() if findings.refused}
    posts = tuple(sorted((post for post in reading.posts if post.path not in refused), key=lambda post: post.path))
    kept = {post.path for post in posts}
    read = [f"{FOLDER}/{name}" for name in reading.read]
    return Content(
        root=str(root),
        site=reading.site or Site(name="", base_url=""),
        specialties=_kept(reading.specialties, refused),
        people=_kept(reading.people, refused),
        posts=posts,
        pages=tuple(page for page in reading.pages if page.path not in refused),
        problems=tuple(sorted(problem for findings in reading.files.values() for problem in findings.problems)),
        read=len(read),
        refused=tuple(sorted(path for path in read if path not in kept)),
        digest=reading.tree.digest(),
        files=len(reading.files),
    )


def _kept(found: Mapping[str, Any], refused: set[str]) -> Mapping[str, Any]:
    return MappingProxyType({name: found[name] for name in sorted(found) if found[name].path not in refused})


def _people_names(tree: Tree) -> dict[str, str]:
    """The people's ids with their files."""
    parts = ((name, *posixpath.splitext(name)) for name in tree.names if posixpath.dirname(name) == "people")
    return {posixpath.basename(stem): name for name, stem, ending in parts if ending == ".yml"}


def _specialty_names(tree: Tree) -> dict[str, str]:
    """The specialties' ids with their files."""
    ours = (name for name in tree.names if posixpath.basename(name) == "specialty.yml" and name.count("/") == 1)
    return {posixpath.dirname(name): name for name in ours if posixpath.dirname(name) not in RESERVED}


def _strays(reading: _Reading, known: Known) -> None:
    """Files that nothing will read, each said with what to do: nothing is left out in silence."""
    for name in reading.tree.links:
        message = "is a link to a folder, which is not followed; put the folder itself here"
        reading.findings(name).add(0, "", "linked-folder", message, severity="warning")
    for name in reading.tree.names:
        message = _stray(name, known)
        if message:
            reading.findings(name).add(0, "", "stray-file", message)


def _stray(name: str, known: Known) -> str:
    """What is wrong with where the file stands or how it is called, or nothing."""
    folder, _, file = name.rpartition("/")
    if not folder:
        return _stray_at_top(name, posixpath.splitext(name)[1])
    if file in {"specialty.yml", "specialty.yaml", "speciality.yml"}:
        return _stray_specialty(folder, file)
    if folder == "people":
        return _stray_person(*posixpath.splitext(file))
    if posixpath.splitext(file)[1].lower() in _MARKDOWN:
        return _stray_text(folder, *posixpath.splitext(file), known)
    return ""


def _stray_specialty(folder: str, file: str) -> str:
    if file != "specialty.yml":
        return "is not read; rename it to specialty.yml"
    if folder in RESERVED:
        return f"{folder} is a part of the site itself; give the specialty's folder another name"
    return "is too deep; a specialty's folder stands directly under content/" if "/" in folder else ""


def _stray_person(stem: str, ending: str) -> str:
    if ending != ".yml":
        return f"is not read; rename it to {stem}.yml" if ending == ".yaml" else "is no person's file; take it away"
    named = "is no id of a person; name the file in small letters with hyphens, like maria-santos.yml"
    return "" if SLUG.fullmatch(stem) else named


def _stray_text(folder: str, stem: str, ending: str, known: Known) -> str:
    """A Markdown file that is nobody's or is called differently."""
    top, _, below = folder.partition("/")
    if ending != ".md":
        return f"is not read; rename it to {stem}.md"
    if top not in known.specialties.known and top not in RESERVED:
        near = suggestion(top, known.specialties.known, otherwise=f"write content/{top}/specialty.yml")
        return f"stands in a folder that is no specialty; {near}"
    if "/" in below or (below and stem not in {"index", "transcript"}):
        return f"is not read; move it to content/{top}/{stem}.md, or call it index.md in a folder of its own"
    return ""


def _stray_at_top(name: str, ending: str) -> str:
    if name in _OURS:
        return ""
    if ending in _MARKDOWN:
        return "belongs to no specialty; move it into a specialty's folder or into pages/"
    if ending in {".yml", ".yaml"}:
        return f"is not read; {suggestion(name, _OURS, otherwise='move it or take it away')}"
    return ""


def _read_site(reading: _Reading) -> None:
    if "site.yml" not in reading.tree.names:
        message = "is missing; write it with name: and base-url:"
        reading.findings("site.yml").add(0, "", "missing-file", message)
        return
    fields = reading.fields("site.yml")
    reading.site = read_site(fields) if fields else None


def _read_people(reading: _Reading, known: Known) -> None:
    for name, file in sorted(_people_names(reading.tree).items()):
        fields = reading.fields(file)
        if fields:
            reading.people[name] = read_person(fields, f"{FOLDER}/{file}", name, known.specialties)


def _read_specialties(reading: _Reading, known: Known) -> None:
    for name, file in sorted(_specialty_names(reading.tree).items()):
        findings = reading.findings(file)
        if not SLUG.fullmatch(name):
            message = f"{name} is no id; name the folder in small letters with hyphens, like heart-surgery"
            findings.add(0, "", "wrong-form", message)
        fields = reading.fields(file)
        if fields:
            reading.specialties[name] = read_specialty(fields, f"{FOLDER}/{file}", name, known.people)


def _read_posts(reading: _Reading, known: Known) -> None:
    for name in reading.tree.names:
        place = _place(name)
        if place is None:
            continue
        reading.read.append(name)
        specialty = place[0]
        if specialty in known.specialties.known:
            _read_post(reading, known, name, *place)


def _place(name: str) -> tuple[str, str] | None:
    """The folder and slug of a post's file: <specialty>/<slug>.md or <specialty>/<slug>/index.md, else None."""
    top, _, rest = name.partition("/")
    stem = rest.removesuffix(".md").removesuffix("/index")
    if top in RESERVED or not rest.endswith(".md") or "/" in stem:
        return None
    return top, stem


def _read_post(reading: _Reading, known: Known, name: str, specialty: str, slug: str) -> None:
    findings = reading.findings(name)
    text = text_of(reading.tree, name, findings)
    document = None if text is None else split(text, findings)
    if document is None:
        return
    ours = reading.specialties.get(specialty)
    zone = ours.zone if ours else "UTC"
    home = Home(path=findings.path, name=name, specialty=specialty, zone=zone, slug=slug)
    post = read_post(document, home, known, reading.pictures, findings)
    if ours is None or reading.findings(f"{specialty}/specialty.yml").refused:
        message = f"waits for content/{specialty}/specialty.yml, which has a mistake; mend that file first"
        findings.add(0, "", "specialty-refused", message)
    elif post:
        reading.posts.append(post)


def _read_pages(reading: _Reading) -> None:
    for name in reading.tree.names:
        if posixpath.dirname(name) != "pages" or not name.endswith(".md"):
            continue
        findings = reading.findings(name)
        text = text_of(reading.tree, name, findings)
        document = None if text is None else split(text, findings)
        slug = posixpath.basename(name).removesuffix(".md")
        home = Home(path=findings.path, name=name, specialty="", zone="UTC", slug=slug)
        page = read_page(document, home, reading.pictures, findings) if document else None
        if page:
            reading.pages.append(page)


def _unique_ids(reading: _Reading) -> None:
    _unique(
        reading,
        [(post.id, post.path, post.lines.get("id", 0)) for post in reading.posts],
        "id",
        "duplicate-id",
        "{name} is the id of {others} as well; give one of them another (the one that is not announced yet)",
    )


def _unique_addresses(reading: _Reading) -> None:
    """No two posts, pages or aliases at one address, and no page where a specialty's section is."""
    taken = [(post.address, post.path, post.lines.get("slug", 0)) for post in reading.posts]
    taken += [(f"/{page.slug}/", page.path, page.lines.get("slug", 0)) for page in reading.pages]
    taken += [(f"/{one.id}/", one.path, 0) for one in reading.specialties.values()]
    taken += [
        (f"/{alias.strip('/')}/", post.path, post.lines.get("aliases", 0))
        for post in reading.posts
        for alias in post.aliases
    ]
    message = "{name} is the address of {others} as well; give one of them another"
    _unique(reading, taken, "slug", "duplicate-address", message)


def _unique(reading: _Reading, found: Iterable[tuple[str, str, int]], field: str, rule: str, message: str) -> None:
    """A problem on each file that shares a name with others, naming those."""
    holders: dict[str, list[tuple[str, int]]] = {}
    for name, path, line in found:
        holders.setdefault(name, []).append((path, line))
    for name, those in holders.items():
        for path, line in those if len(those) > 1 else ():
            others = sorted({other for other, _ in those if other != path})
            said = message.format(name=name, others=", ".join(others) or "the post itself")
            reading.findings(path.removeprefix(f"{FOLDER}/")).add(line, field, rule, said)


def _shared_channels(reading: _Reading) -> None:
    """Two files that name one channel must say the same of it."""
    first: dict[str, tuple[Channel, str]] = {}
    owners = [("site.yml", reading.site.channels)] if reading.site else []
    owners += [(one.path.removeprefix(f"{FOLDER}/"), one.channels) for one in reading.specialties.values()]
    readable = [(file, channels) for file, channels in owners if not reading.findings(file).refused]
    for file, channels in readable:
        for channel in channels:
            known, where = first.setdefault(channel.key, (channel, file))
            for key, message in shared_channel_mistakes(known, channel).items():
                _shared(reading, file, channel, key, f"content/{where}: {message}")
                _shared(reading, where, known, key, f"content/{file}: {message}")


def _shared(reading: _Reading, file: str, channel: Channel, key: str, message: str) -> None:
    """Write the problem down at that channel of that file."""
    ours = reading.site if file == "site.yml" else reading.specialties[posixpath.dirname(file)]
    if ours:
        number = ours.channels.index(channel) + 1
        line = ours.lines.get(f"channels.{number}.{key}", ours.lines.get(f"channels.{number}", 0))
        reading.findings(file).add(line, f"channels.{number}.{key}", "shared-channel", message)


def _translations(reading: _Reading) -> None:
    """A translation names the post that it translates by that one's id."""
    known = {post.id for post in reading.posts}
    for post in reading.posts:
        if post.translation_of and post.translation_of not in known:
            near = suggestion(post.translation_of, known, otherwise="write the id of the post that it translates")
            message = f"{post.translation_of} is the id of no post; {near}"
            findings = reading.findings(post.path.removeprefix(f"{FOLDER}/"))
            findings.add(post.lines["translation-of"], "translation-of", "unknown-post", message)
