"""What the posts and channels say about platforms, against what those allow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches

from publisher import platforms
from publisher.checks._say import say
from publisher.content.problem import Problem
from publisher.content.site import Content, Site
from publisher.content.specialty import Specialty
from publisher.plan.planner import rules_of
from publisher.plan.wishes import Directory
from publisher.render import render_problems, rules_for


def check_platform_names(content: Content, now: datetime) -> Iterator[Problem]:
    """Every platform that a post names is one that we can speak to or that some channel is on."""
    del now
    known = {*platforms.names(), *(channel.platform for channel in content.channels().values())}
    for post in content.posts:
        named = {name: f"social.{name}" for name in post.social.variants}
        named |= dict.fromkeys(post.social.only, "social.only") | dict.fromkeys(post.social.exclude, "social.not")
        for name, field in named.items():
            if name not in known:
                near = get_close_matches(name, sorted(known), n=1)
                advice = f"did you mean {near[0]}?" if near else f"the platforms are {', '.join(sorted(known))}"
                yield say(post, field, "unknown-platform", f"{name} is no platform that any channel is on; {advice}")


def check_messages(content: Content, now: datetime) -> Iterator[Problem]:
    """Each network takes what a post asks it to show: text with notice and link, pictures, alternative texts."""
    del now
    directory = Directory(content, rules_of(content))
    for post in content.posts:
        meant = replace(post, status="published") if post.status == "draft" else post
        for wish in directory.wishes(meant):
            if wish.edition == 1:
                rules = rules_for(wish.channel.platform)
                yield from render_problems(meant, wish.channel, content.site, rules, wish.key)


def check_tokens(content: Content, now: datetime) -> Iterator[Problem]:
    """A channel that we are to ask has the name of a token."""
    del now
    for owner in _owners(content):
        for number, channel in enumerate(owner.channels, 1):
            if channel.mode == "api" and not channel.token:
                name = f"{_prefix(channel.platform)}_{_capitals(owner)}"
                message = f"{channel.key} names no token; write token: {name}, or mode: by-hand"
                yield say(owner, f"channels.{number}.token", "no-token", message)


def check_channel_ids(content: Content, now: datetime) -> Iterator[Problem]:
    """A channel's id is one that its network gives: another one is another channel, and everything goes out anew."""
    del now
    for owner in _owners(content):
        for number, channel in enumerate(owner.channels, 1):
            if channel.platform in platforms.names():
                objection = platforms.load(channel.platform).objection(channel.remote_id)
                if objection:
                    message = f"{channel.remote_id} is no id of {channel.platform}'s: {objection}"
                    yield say(owner, f"channels.{number}.id", "no-such-id", message)


def check_channel_platforms(content: Content, now: datetime) -> Iterator[Problem]:
    """A channel on a platform that we cannot speak to yet is by hand."""
    del now
    for owner in _owners(content):
        for number, channel in enumerate(owner.channels, 1):
            if channel.mode == "api" and channel.platform not in platforms.names():
                near = get_close_matches(channel.platform, platforms.names(), n=1)
                advice = f"did you mean {near[0]}? Else write mode: by-hand" if near else "write mode: by-hand"
                message = f"{channel.platform} is no platform that we can speak to; {advice}"
                yield say(owner, f"channels.{number}.platform", "unknown-platform", message)


def check_terms(content: Content, now: datetime) -> Iterator[Problem]:
    """A network whose terms restrict automated posting is by hand until somebody has accepted them."""
    del now
    unaccepted = {name: r.terms for name, r in rules_of(content).items() if r.terms and name not in content.site.terms}
    for owner in _owners(content):
        for number, channel in enumerate(owner.channels, 1):
            if channel.mode == "api" and (terms := unaccepted.get(channel.platform)):
                message = (
                    f"the terms of {channel.platform} ({terms}) restrict automated posting; write mode: by-hand, "
                    f"or in site.yml terms: {{{channel.platform}: {{accepted-by: …, date: …}}}}"
                )
                yield say(owner, f"channels.{number}", "terms", message, severity="warning")


def check_reach(content: Content, now: datetime) -> Iterator[Problem]:
    """A specialty that posts has a channel to post to."""
    del now
    for specialty in content.specialties.values():
        if not specialty.channels and not content.site.channels:
            message = f"is missing, so nothing of {specialty.name} goes to any network; write channels:"
            yield say(specialty, "channels", "no-channel", message, severity="advice")


def _owners(content: Content) -> Iterator[Site | Specialty]:
    yield content.site
    yield from content.specialties.values()


def _prefix(platform: str) -> str:
    known = platform in platforms.names()
    return (known and platforms.load(platform).token_prefix) or platform.upper()


def _capitals(owner: Site | Specialty) -> str:
    name = owner.id if isinstance(owner, Specialty) else owner.brand or "SITE"
    return name.upper().replace("-", "_").replace(" ", "_")
