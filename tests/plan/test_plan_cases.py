"""Each file under cases/ is one claim about plans: content, what is known, an instant, and the whole plan expected."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import yaml
from plan_world import channel, content, planned, post, review, row, schedule, specialty, taken_over

from publisher.content.post import Post, Social, Variant
from publisher.content.problem import Problem
from publisher.content.site import Content, Site
from publisher.content.specialty import Schedule, Specialty
from publisher.content.times import instant, read_length
from publisher.plan.wording import wall

CASES = sorted((Path(__file__).parent / "cases").glob("*.yml"))
ZONE = "America/Chicago"


def at(text: str, zone: str = ZONE) -> datetime:
    return instant(text, zone).at


def a_schedule(given: dict[str, Any]) -> Schedule:
    spacing = read_length(given.get("spacing", "0m"))
    per_day = int(given["per-day"]) if "per-day" in given else None
    return schedule(given.get("slots", []), given.get("quiet", ""), int(spacing.total_seconds()) // 60, per_day)


def a_specialty(id_: str, given: dict[str, Any]) -> Specialty:
    channels = [
        channel(key.removesuffix(" by-hand"), "by-hand" if key.endswith(" by-hand") else "api")
        for key in given.get("channels", [])
    ]
    return specialty(id_, given.get("zone", ZONE), a_schedule(given), channels)


def a_post(given: dict[str, Any]) -> Post:
    social = dict(given.get("social", {}))
    rule = social.get("publish", "next-slot")
    variants = {
        name: Variant(publish=at(value["publish"])) for name, value in social.items() if isinstance(value, dict)
    }
    return post(
        given["id"], given["home"], at(given["date"]), also=given.get("also", []),
        status=given.get("status", "published"), hidden="hidden" in given,
        embargo=at(given["embargo"]) if "embargo" in given else None,
        expires=at(given["expires"]) if "expires" in given else None,
        review=review(given["review-due"]) if "review-due" in given else None,
        social=Social(
            publish=at(rule) if rule[0].isdigit() else rule, grace=read_length(social.get("grace", "6h")),
            only=tuple(social.get("only", ())), exclude=tuple(social.get("not", ())),
            repeat=tuple(at(text) for text in social.get("repeat", ())), variants=MappingProxyType(variants),
        ),
    )  # fmt: skip


def a_content(given: dict[str, Any]) -> Content:
    shared = a_specialty("site", given.get("site", {}))
    site = Site(
        name="Example Health", base_url="https://health.example.org", zone=shared.zone, schedule=shared.schedule,
        channels=shared.channels,
    )  # fmt: skip
    return content(
        [a_specialty(id_, spec) for id_, spec in given["specialties"].items()],
        [a_post(p) for p in given.get("posts", [])], site=site, refused=given.get("refused", []),
        problems=[Problem(path=path, line=1, rule="wrong-form", message="made up") for path in given.get("faulty", [])],
    )  # fmt: skip


def a_row(given: dict[str, Any]) -> Any:
    rest = {key: given[key] for key in ("state", "reason") if key in given}
    expires = {"expires_at": at(given["expires"])} if "expires" in given else {}
    return row(given["key"], at(given["due"]), **rest, **expires)


def told(p: Any) -> dict[str, str]:
    """A planned delivery in the words of a case."""
    plain = {"key": p.key, "is": f"{p.change} {p.state}", "due": wall(p.due_at, ZONE), "why": p.why}
    return plain | ({"reason": p.reason} if p.reason else {})


@pytest.mark.parametrize("case", CASES, ids=[path.stem for path in CASES])
def test_the_plan_of_a_case_is_the_one_written_there(case: Path) -> None:
    given = yaml.load(case.read_text("utf-8"), yaml.BaseLoader)  # noqa: S506 - every value stays text
    what, now = a_content(given), at(given["now"])
    known = [a_row(r) for r in given.get("known", [])]
    made = planned(what, known, now, first="first" in given)
    assert [told(p) for p in made.deliveries] == given["expect"]
    assert [f"{p.severity}: {p.rule}: {p}" for p in made.problems] == given.get("problems", [])


@pytest.mark.parametrize("case", CASES, ids=[path.stem for path in CASES])
def test_the_plan_of_a_case_that_was_taken_over_changes_nothing_more(case: Path) -> None:
    given = yaml.load(case.read_text("utf-8"), yaml.BaseLoader)  # noqa: S506 - every value stays text
    what, now = a_content(given), at(given["now"])
    known = [a_row(r) for r in given.get("known", [])]
    after = taken_over(planned(what, known, now, first="first" in given), known)
    assert [told(p) for p in planned(what, after, now).deliveries if p.change != "same"] == []
