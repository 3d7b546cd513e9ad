"""Who wants to go where: each post's channels, whose slots count there, and why a post does not go to one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import zip_longest

from publisher.content.channel import Channel
from publisher.content.post import Post
from publisher.content.site import Content
from publisher.content.specialty import Schedule
from publisher.platforms.base import Rules
from publisher.values import delivery_key

SITE = ""
"""The id of the keeper that shared channels have in site.yml; sorts before every specialty."""

_SPEAKS = frozenset({"published", "corrected"})


@dataclass(frozen=True, kw_only=True)
class Keeper:
    """One that names a channel and gives it a schedule: a specialty, or the site (id "")."""

    id: str
    name: str
    zone: str
    schedule: Schedule
    path: str


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One edition of a post that wants to go to a channel, on the slots of `keeper`.

    `fixed` is the instant that the front matter names (in `field`), if it does; `not_before` is when it may go at the
    earliest; `review_due` is the last day of a repeat and `next_repeat` the date of the one after it.
    """

    post: Post
    channel: Channel
    keeper: Keeper
    edition: int = 1
    not_before: datetime
    fixed: datetime | None = None
    with_page: bool = False
    field: str = "social.publish"
    review_due: date | None = None
    next_repeat: datetime | None = None

    @property
    def key(self) -> str:
        """The delivery key."""
        return delivery_key(self.post.id, self.channel.key, self.edition)

    @property
    def meant(self) -> datetime:
        """The instant that its author had in mind: what decides whether it is older than us."""
        return self.fixed or self.not_before

    @property
    def grace(self) -> timedelta:
        """By how much it may be late."""
        return self.post.social.grace


class Directory:
    """The channels there are, who names each, and what each platform allows."""

    def __init__(self, content: Content, rules: Mapping[str, Rules]) -> None:
        self.posts = {post.id: post for post in content.posts}
        self.rules = rules
        self.keepers: dict[str, tuple[Keeper, ...]] = {}
        self.channels: dict[str, Channel] = {}
        self._by_keeper: dict[str, tuple[Channel, ...]] = {}
        for keeper, channels in _named(content):
            for channel in channels:
                self.keepers[channel.key] = (*self.keepers.get(channel.key, ()), keeper)
                self.channels[channel.key] = _either_by_hand(self.channels.get(channel.key), channel)
            self._by_keeper[keeper.id] = channels

    def why_not(self, post: Post, channel_key: str) -> str:
        """Why the post does not go to that channel, as a clause; empty when it does."""
        platform = channel_key.partition(":")[0]
        if silent := _why_silent(post, platform):
            return silent
        if not self.keeper(post, channel_key):
            return f"none of the post's specialties names {channel_key}"
        if self.speechless(channel_key):
            return f"{platform} is no platform that we can speak to"
        return self._one_account(post, channel_key)

    def speechless(self, channel_key: str) -> bool:
        """Whether the channel wants us to speak to a platform that we cannot speak to; a person always can."""
        channel = self.channels.get(channel_key)
        return channel is not None and channel.mode == "api" and channel.platform not in self.rules

    def keeper(self, post: Post, channel_key: str) -> Keeper | None:
        """Whose slots count for the post on that channel: its home specialty's, else the first by id that names it."""
        named = {keeper.id: keeper for keeper in self.keepers.get(channel_key, ())}
        if post.specialty in named:
            return named[post.specialty]
        return next((named[id_] for id_ in sorted({*post.specialties, SITE}, key=_site_last) if id_ in named), None)

    def _one_account(self, post: Post, channel_key: str) -> str:
        """Where one text may go out from one account only: the home specialty's first, else the site's first."""
        platform = channel_key.partition(":")[0]
        if platform not in self.rules or self.rules[platform].same_text_elsewhere:
            return ""
        own = [*self._by_keeper.get(post.specialty, ()), *self._by_keeper[SITE]]
        speaks = next((channel.key for channel in own if channel.platform == platform), "")
        if speaks == channel_key:
            return ""
        return f"{platform} allows one text from one account only" + (f", and {speaks} has it" if speaks else "")

    def wishes(self, post: Post) -> Iterator[Wish]:
        """What the post wants: one wish for each channel that it goes to, and one for each repeat there."""
        keys = dict.fromkeys(
            channel.key for id_ in (*post.specialties, SITE) for channel in self._by_keeper.get(id_, ())
        )
        for key in keys:
            keeper = self.keeper(post, key)
            if keeper and not self.why_not(post, key):
                yield from _wishes(post, self.channels[key], keeper)


def _why_silent(post: Post, platform: str) -> str:
    """Why the post says nothing on that platform, whatever the channel; empty when it does."""
    social = post.social
    if post.status not in _SPEAKS:
        return f"the post is {'a draft' if post.status == 'draft' else post.status}"
    if post.hidden:
        return "the post is hidden"
    if social.publish == "none":
        return "social.publish is none"
    if social.only and platform not in social.only:
        return f"social.only leaves out {platform}"
    return f"social.not names {platform}" if platform in social.exclude else ""


def _site_last(id_: str) -> tuple[bool, str]:
    return id_ == SITE, id_


def _named(content: Content) -> Iterator[tuple[Keeper, tuple[Channel, ...]]]:
    """Every keeper with the channels that it names: the site, then the specialties by id."""
    site = content.site
    shared = Keeper(id=SITE, name=site.name, zone=site.zone, schedule=site.schedule, path=site.path)
    yield shared, site.channels
    for id_, specialty in sorted(content.specialties.items()):
        keeper = Keeper(
            id=id_, name=specialty.name, zone=specialty.zone, schedule=specialty.schedule, path=specialty.path
        )
        yield keeper, specialty.channels


def _either_by_hand(known: Channel | None, channel: Channel) -> Channel:
    """One channel that several name: by hand as soon as one of them says so, else as the first one says."""
    return known if known and (known.mode == "by-hand" or channel.mode == "api") else channel


def _wishes(post: Post, channel: Channel, keeper: Keeper) -> Iterator[Wish]:
    variant = post.social.variants.get(channel.platform)
    publish: object = post.social.publish
    field = "social.publish"
    if variant and variant.publish:
        publish, field = variant.publish, f"social.{channel.platform}.publish"
    fixed = publish if isinstance(publish, datetime) else None
    yield Wish(
        post=post, channel=channel, keeper=keeper, not_before=post.public_from, fixed=fixed,
        with_page=publish == "with-page", field=field,
    )  # fmt: skip
    yield from _repeats(post, channel, keeper)


def _repeats(post: Post, channel: Channel, keeper: Keeper) -> Iterator[Wish]:
    """Editions 2, 3, … in the order of the front matter; without a review none is valid on any day."""
    last = (post.review.due or date.max) if post.review else date.min
    dates = post.social.repeat
    for edition, (at, following) in enumerate(zip_longest(dates, dates[1:]), start=2):
        yield Wish(
            post=post, channel=channel, keeper=keeper, edition=edition, not_before=max(at, post.public_from),
            field="social.repeat", review_due=last, next_repeat=following,
        )  # fmt: skip


def grouped(wishes: Sequence[Wish]) -> Mapping[str, list[Wish]]:
    """The wishes by their channel's key."""
    groups: dict[str, list[Wish]] = {}
    for wish in wishes:
        groups.setdefault(wish.channel.key, []).append(wish)
    return groups
