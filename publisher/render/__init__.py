"""WHAT IT SAYS THERE: a post, a channel and a platform's rules become the exact message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from publisher.content.links import tracked
from publisher.content.post import Variant
from publisher.content.problem import Problem, Severity, line_of
from publisher.content.text import shorten
from publisher.render.counting import length
from publisher.values import Message, Picture, short_code

if TYPE_CHECKING:
    from publisher.content.channel import Channel
    from publisher.content.post import Image, Post
    from publisher.content.site import Site
    from publisher.platforms.base import Rules

__all__ = ["length", "message", "render_problems", "rules_for"]

_BARE = Variant()
_GAP = "\n\n"


def rules_for(platform: str) -> Rules:
    """What the platform allows; for one that has no file here, and so is posted to by hand, what holds for pasting."""
    from publisher import platforms
    from publisher.render.by_hand import PASTED

    return platforms.load(platform).rules if platform in platforms.names() else PASTED


def message(  # noqa: PLR0913 - what it is made from, and the two marks that the ledger minted
    post: Post,
    channel: Channel,
    site: Site,
    rules: Rules,
    key: str,
    *,
    idempotency_key: str = "",
    record_key: str = "",
) -> Message:
    """Exactly what the platform will be asked to show for the delivery `key`.

    The text is the post's own for that platform, else its title and summary, shortened between words where they do not
    fit; then the site's notice; then the link, where the platform shows it in the text. A text of one's own is never
    shortened: `render_problems` says when it is too long.
    """
    pictures = _pictures(post, channel)
    link = _link(post, channel, site, key)
    in_text = link if rules.link_in_text or (pictures and rules.pictures_hide_link) else ""
    return Message(
        text=_text(post, channel, site, rules, in_text),
        link=link,
        pictures=pictures,
        extra=_variant(post, channel).extra,
        idempotency_key=idempotency_key,
        record_key=record_key,
    )


def render_problems(post: Post, channel: Channel, site: Site, rules: Rules, key: str) -> tuple[Problem, ...]:
    """What the platform would refuse or show badly of that message, in the order of line and field."""
    shown = message(post, channel, site, rules, key)
    found = [*_text_problems(post, channel, rules, shown), *_picture_problems(post, channel, rules)]
    return tuple(sorted(found))


def _variant(post: Post, channel: Channel) -> Variant:
    return post.social.variants.get(channel.platform, _BARE)


def _own_text(post: Post) -> str:
    """What a post says where it has no wording for the platform: its title and its summary."""
    return _GAP.join(part for part in (post.title.strip(), post.summary.strip()) if part)


def _text(post: Post, channel: Channel, site: Site, rules: Rules, link: str) -> str:
    written = _variant(post, channel).text
    body = _own_text(post) if written is None else written.strip()
    notice = "" if site.post_notice in body else site.post_notice
    tail = "".join(f"{_GAP}{part}" for part in (notice, link) if part)
    if written is None:
        body = shorten(body, rules.text.value - length(tail, rules), rules.counting)
    return f"{body}{tail}".strip()


def _link(post: Post, channel: Channel, site: Site, key: str) -> str:
    """The tracked address of the page, or of the one that the post names for this platform."""
    address = urljoin(f"{site.base_url}/", _variant(post, channel).link or post.address)
    return tracked(address, channel.platform, "social", post.campaign or post.id, short_code(key))


def _images(post: Post, channel: Channel) -> tuple[Image, ...]:
    own = _variant(post, channel).images
    if own is not None:
        return own
    return (post.image,) if post.image else ()


def _pictures(post: Post, channel: Channel) -> tuple[Picture, ...]:
    return tuple(
        Picture(path=image.path, digest=image.digest, alt=image.alt, mime=image.mime, focus=image.focus)
        for image in _images(post, channel)
    )


def _text_problems(post: Post, channel: Channel, rules: Rules, shown: Message) -> Iterator[Problem]:
    title, size, most = _title(channel), length(shown.text, rules), rules.text.value
    own = _variant(post, channel).text is not None
    field = f"social.{channel.platform}.text"
    if size > most:
        unit = "bytes" if rules.counting == "utf-8 bytes" else "characters"
        cure = "shorten it" if own else "shorten post-notice in site.yml"
        sentence = f"{size} {unit} as {title} counts them, with notice and link; {title} allows {most}: {cure}"
        yield _problem(post, field, "text-too-long", sentence)
    elif not own and not shown.text.startswith(_own_text(post)):
        sentence = f"title and summary are shortened for {title}; write the text that you want"
        yield _problem(post, field, "text-shortened", sentence, "advice")


def _picture_problems(post: Post, channel: Channel, rules: Rules) -> Iterator[Problem]:
    title, images = _title(channel), _images(post, channel)
    own = _variant(post, channel).images is not None
    field = f"social.{channel.platform}.images" if own else "image"
    if len(images) > rules.pictures.value:
        sentence = f"{len(images)} pictures; {title} allows {rules.pictures.value}"
        yield _problem(post, field, "too-many-pictures", sentence)
    kinds = ", ".join(kind.removeprefix("image/") for kind in rules.picture_types) or "no picture at all"
    for image in images:
        if image.mime not in rules.picture_types:
            sentence = f"{image.path} is {image.mime}; {title} takes {kinds}"
            yield _problem(post, field, "picture-type", sentence)
        if rules.alt_text and len(image.alt) > rules.alt_text.value:
            size = f"{len(image.alt)} characters; {title} allows {rules.alt_text.value}"
            sentence = f"the alt text of {image.path} has {size}"
            yield _problem(post, field if own else "image.alt", "alt-too-long", sentence)


def _problem(post: Post, field: str, rule: str, sentence: str, severity: Severity = "error") -> Problem:
    """A problem on the line of its field, or of the nearest part of the front matter around it."""
    line = line_of(post.lines, field)
    return Problem(path=post.path, line=line, field=field, rule=rule, severity=severity, message=sentence)


def _title(channel: Channel) -> str:
    """The platform's name as it writes it itself."""
    from publisher import platforms

    known = channel.platform in platforms.names()
    return platforms.load(channel.platform).title if known else channel.platform.capitalize()
