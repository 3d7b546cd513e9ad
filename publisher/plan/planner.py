"""Posts, channels, schedules, known deliveries and one instant become the plan.

A post goes to every channel that its specialties name, home first, and to the site's shared channels. A channel that
several name gets it once, on the stricter schedule: the slots are those of the post's home specialty when it names the
channel, else those of the first of its specialties by id that does, else the site's; quiet is what is quiet for any
that names the channel, in its own zone; the spacing is the longest and the limit per day the lowest of all of them.

What the ledger knows keeps its time. What is new finds its place around it: first what has a written time, then the
rest in the order of the instant from which it may go, and of the posts' ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from publisher import platforms
from publisher.content.problem import Problem
from publisher.content.site import Content
from publisher.plan import Plan
from publisher.plan.channel import ChannelPlan
from publisher.plan.wishes import Directory, grouped
from publisher.platforms.base import Rules
from publisher.values import Delivery, Planned


def plan(
    content: Content,
    known: Sequence[Delivery],
    now: datetime,
    *,
    first: bool = False,
    rules: Mapping[str, Rules] | None = None,
) -> Plan:
    """The deliveries that should exist at `now`, against those that the ledger knows, and what stands in the way.

    What is known and settled stands in the plan as `same` while its post still wants it, else not at all. With `first`
    everything from before `now` is recorded as not ours to send. `rules` by platform are the platforms' own unless
    given. Deliveries stand in the order of time and key, problems in that of path and line.
    """
    allowed = rules_of(content) if rules is None else rules
    directory = Directory(content, allowed)
    wishes = grouped([wish for post in content.posts for wish in directory.wishes(post)])
    rows = _by_channel(known)
    unread = _unread(content)
    deliveries: list[Planned] = []
    problems = set(_unknown_platforms(directory))
    for key in sorted({*wishes, *rows}):
        channel = ChannelPlan(key, directory, now, first=first, unread=unread)
        deliveries += channel.planned(wishes.get(key, []), rows.get(key, []))
        problems.update(channel.problems)
    return Plan(deliveries=tuple(sorted(deliveries, key=lambda p: (p.due_at, p.key))), problems=tuple(sorted(problems)))


def rules_of(content: Content) -> Mapping[str, Rules]:
    """What each platform allows that the content names, without those that we cannot speak to."""
    named = {channel.platform for channel in content.channels().values()}
    return {name: platforms.load(name).rules for name in platforms.names() if name in named}


def _by_channel(known: Sequence[Delivery]) -> Mapping[str, list[Delivery]]:
    rows: dict[str, list[Delivery]] = {}
    for row in sorted(known, key=lambda row: row.key):
        rows.setdefault(row.channel, []).append(row)
    return rows


def _unread(content: Content) -> tuple[str, ...]:
    """The files that could not be read as a post, a specialty or the site: what is missing may be in one of them."""
    configuration = ("/specialty.yml", content.site.path)
    faulty = {p.path for p in content.problems if p.severity == "error" and p.path.endswith(configuration)}
    return tuple(sorted({*content.refused, *faulty}))


def _unknown_platforms(directory: Directory) -> Iterator[Problem]:
    for key, channel in directory.channels.items():
        if directory.speechless(key):
            yield Problem(
                path=directory.keepers[key][0].path, line=0, field="channels", rule="unknown-platform",
                message=f"{channel.platform} is no platform that we can speak to, so nothing is planned for {key}; "
                "write mode: by-hand, or take it out",
            )  # fmt: skip
