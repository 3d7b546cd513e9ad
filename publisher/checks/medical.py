"""What a health system owes its readers: a reviewer, sources, and the consent of the people it writes about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from publisher.checks._say import say
from publisher.content.problem import Problem
from publisher.content.site import Content


def check_consent(content: Content, now: datetime) -> Iterator[Problem]:
    """A story about a person names the consent that was given for it."""
    del now
    for post in content.posts:
        if post.kind == "story" and not post.consent:
            yield say(post, "consent", "no-consent", "is missing from a story; write consent: CR-2041")


def check_review(content: Content, now: datetime) -> Iterator[Problem]:
    """An article about health was medically reviewed."""
    del now
    for post in content.posts:
        if post.kind == "article" and not post.review:
            message = "is missing from a health article; write review: with by, date and due below it"
            yield say(post, "review", "no-review", message, severity="warning")


def check_review_overdue(content: Content, now: datetime) -> Iterator[Problem]:
    """A review that is due again is done again."""
    for post in content.posts:
        if post.review and post.review.due and post.review.due < now.date() and post.status != "archived":
            message = f"was due on {post.review.due}; review the page again, or write status: archived"
            yield say(post, "review.due", "review-overdue", message, severity="warning")


def check_review_in_future(content: Content, now: datetime) -> Iterator[Problem]:
    """A review has happened before it is named."""
    for post in content.posts:
        if post.review and post.review.date > max(now, post.public_from).date():
            message = f"{post.review.date} lies after the day on which the page is public; write when it was reviewed"
            yield say(post, "review.date", "review-in-future", message)


def check_reviewer(content: Content, now: datetime) -> Iterator[Problem]:
    """The reviewer is one of a specialty's medical reviewers."""
    del now
    for post in content.posts:
        teams = [content.specialties[name] for name in post.specialties if name in content.specialties]
        may = sorted({person for team in teams for person in team.reviewers.get("medical", ())})
        if post.review and may and post.review.by not in may:
            message = f"{post.review.by} is no medical reviewer of {post.specialty}; those are {', '.join(may)}"
            yield say(post, "review.by", "reviewer", message, severity="warning")


def check_own_review(content: Content, now: datetime) -> Iterator[Problem]:
    """Somebody other than its only author reviewed it."""
    del now
    for post in content.posts:
        if post.review and post.authors == (post.review.by,):
            message = f"{post.review.by} wrote it alone; let somebody else review it"
            yield say(post, "review.by", "own-review", message, severity="warning")


def check_sources(content: Content, now: datetime) -> Iterator[Problem]:
    """An article about health says where its facts come from."""
    del now
    for post in content.posts:
        if post.kind == "article" and not post.sources:
            message = "is missing from a health article; write sources: and below it a list of addresses"
            yield say(post, "sources", "no-sources", message, severity="warning")
        for number, source in enumerate(post.sources, 1):
            if source.startswith("http://"):
                message = f"{source} is not encrypted; write https:// if the site has it"
                yield say(post, f"sources.{number}", "plain-http", message, severity="advice")
