"""What is wrong with a built site: dead links, braces, requests to other hosts, counts that do not balance."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from build_checks.page import Reference, Seen, read_css, read_html
from publisher.content.reading.references import MARKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from front_matter.public import Public

_BRACES = re.compile(rf"(?:\{{|%7B|\|)(?:{'|'.join(sorted(MARKS))})(?:\}}|%7D|\|)", re.IGNORECASE)
_READERS = {".html": read_html, ".css": read_css, ".svg": read_html}


@dataclass(frozen=True, kw_only=True)
class Built:
    """A built site: every file's path below the output, what is seen in those that refer, and its own address."""

    files: frozenset[str]
    seen: Mapping[str, Seen]
    base_url: str

    @property
    def prefix(self) -> str:
        """What precedes every address on the site."""
        return urlsplit(self.base_url).path.rstrip("/")


def read_site(output: Path, base_url: str) -> Built:
    """What stands below `output`."""
    files = sorted(file for file in output.rglob("*") if file.is_file())
    names = {file.relative_to(output).as_posix(): file for file in files}
    seen = {
        name: _READERS[file.suffix](file.read_text(encoding="utf-8"))
        for name, file in names.items()
        if file.suffix in _READERS
    }
    return Built(files=frozenset(names), seen=seen, base_url=base_url)


def findings(site: Built, sources: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each thing that is wrong in the pages, with where it stands: the same in many pages is said once.

    `sources` gives the file under content/ by the name of the page that was made from it.
    """
    where: dict[str, list[str]] = {}
    for name, line, wrong in _wrongs(site):
        where.setdefault(wrong, []).append(f"{name}:{line}")
    for wrong, places in where.items():
        source = sources.get(places[0].rpartition(":")[0])
        first = f"{source} ({places[0]})" if source and len(places) == 1 else places[0]
        more = f" (and in {len(places) - 1} more places)" if len(places) > 1 else ""
        yield f"{first}: {wrong}{more}"


def sources_of(public: Public) -> Mapping[str, str]:
    """The file under content/ of every page that was made from one, by the page's name below the output."""
    posts = {f"{post.address.strip('/')}/index.html": post.path for post in public.shown}
    return {**posts, **{f"{page.slug}/index.html": page.path for page in public.pages}}


def _wrongs(site: Built) -> Iterator[tuple[str, int, str]]:
    for name, seen in site.seen.items():
        for reference in seen.references:
            wrong = _wrong(site, name, reference)
            if wrong:
                yield name, reference.line, wrong
        for line, anchor in seen.twice:
            yield name, line, f"the id {anchor} stands twice; give the heading another one: ## Heading {{#other}}"


def _wrong(site: Built, name: str, reference: Reference) -> str:
    parts = urlsplit(reference.value)
    if _BRACES.search(reference.value):
        return f"{reference.value} names no file; write the path of one below content/"
    if parts.netloc and parts.netloc != urlsplit(site.base_url).netloc:
        third = f"{reference.value} would be loaded from another host; put the file beside the post"
        return third if reference.loads else ""
    if parts.scheme not in {"", "http", "https"}:
        return ""
    target = _target(site, name, parts.path)
    if target is None:
        return f"the link to {reference.value.partition('?')[0]} leads nowhere"
    anchors = site.seen[target].anchors if target in site.seen else None
    if parts.fragment and anchors is not None and unquote(parts.fragment) not in anchors:
        return f"the link to {reference.value} leads to no such place in that page"
    return ""


def _target(site: Built, name: str, path: str) -> str | None:
    """The file that a path leads to from the page `name`, None where there is none."""
    if not path:
        return name
    if path.startswith("/"):
        inside = path == site.prefix or path.startswith(f"{site.prefix}/")
        wanted = unquote(path[len(site.prefix) :]).lstrip("/") if inside else None
    else:
        wanted = _joined(name, unquote(path))
    if wanted is None:
        return None
    candidates = (wanted, f"{wanted.rstrip('/')}/index.html".lstrip("/"))
    return next((file for file in candidates if file in site.files), None)


def _joined(name: str, path: str) -> str | None:
    parts = name.split("/")[:-1]
    for part in path.split("/"):
        if part == ".." and not parts:
            return None
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def balance(public: Public) -> str:
    """The line that says what became of every file that was read."""
    became = " + ".join(f"{count} {outcome}" for outcome, count in public.counts.items())
    return f"{public.read} read = {became}"


def missing(public: Public, files: frozenset[str]) -> Iterator[str]:
    """A sentence where the counts do not add up, and for each public post without a page."""
    if public.read != sum(public.counts.values()):
        yield f"the counts do not balance: {balance(public)}"
    for post in public.shown:
        if f"{post.address.strip('/')}/index.html" not in files:
            yield f"{post.path} is public and has no page at {post.address}"
