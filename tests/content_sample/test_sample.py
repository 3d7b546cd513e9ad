"""What holds of the sample: a made-up health system that says so, and is worth reading."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PIL import Image

from publisher.checks import run
from publisher.plan.planner import plan
from publisher.render import message, rules_for

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.build import Built
    from publisher.content.post import Post
    from publisher.content.site import Content, Demo
    from publisher.values import Planned

WINTER, SUMMER = datetime(2026, 1, 15, 12, tzinfo=UTC), datetime(2026, 7, 15, 12, tzinfo=UTC)
HEART_AND_VASCULAR = "facebook:104220000000090"
EVERYONES = "facebook:104220000000100"


def post(sample: Content, name: str) -> Post:
    return next(one for one in sample.posts if one.id == name)


def in_the_demo(sample: Content, demo: Demo) -> list[Planned]:
    made = plan(sample, (), demo.since, first=True).deliveries
    return [one for one in made if demo.since <= one.due_at <= demo.at]


# --- the registry


def test_there_is_nothing_wrong_in_it(sample: Content) -> None:
    assert sample.problems == ()
    assert sample.refused == ()


def test_every_check_passes_but_for_the_keys_that_no_made_up_reviewer_has(sample: Content, demo: Demo) -> None:
    found = [problem for problem in run(sample, demo.since) if problem.severity != "advice"]
    assert found == []


def test_it_is_a_made_up_system_at_an_address_that_can_never_be_real(sample: Content) -> None:
    assert sample.site.name == "Larkmoor Health"
    assert sample.site.base_url == "https://larkmoor.example.org"
    assert "fictional sample" in sample.site.notice
    assert sample.site.post_notice == "Fictional sample."


def test_its_telephone_numbers_are_of_the_range_kept_for_fiction(sample: Content) -> None:
    numbers = [text for text in sample.site.facts.values() if text.startswith("+1")]
    assert numbers
    assert all(re.fullmatch(r"\+1 \d{3} 555 01\d\d", number) for number in numbers)


def test_there_are_sixty_two_specialties(sample: Content) -> None:
    assert len(sample.specialties) == 62


def test_each_specialty_has_two_owners_of_its_own(sample: Content) -> None:
    owners = [owner for one in sample.specialties.values() for owner in one.owners]
    assert {len(one.owners) for one in sample.specialties.values()} == {2}
    assert len(set(owners)) == 124
    for one in sample.specialties.values():
        assert {sample.people[owner].specialty for owner in one.owners} == {one.id}


def test_everyone_has_a_name_of_their_own_and_a_role(sample: Content) -> None:
    assert len({person.name for person in sample.people.values()}) == len(sample.people) == 133
    assert all(person.role for person in sample.people.values())


def test_each_specialty_has_reviewers_for_medicine_and_for_privacy(sample: Content) -> None:
    for one in sample.specialties.values():
        assert set(one.reviewers) == {"medical", "privacy"}, one.id
        assert len(one.reviewers["medical"]) == 2, one.id


def test_they_live_in_six_zones(sample: Content) -> None:
    assert {one.zone for one in sample.specialties.values()} == {
        "America/Chicago", "America/New_York", "America/Denver", "America/Phoenix", "America/Los_Angeles",
        "Europe/London",
    }  # fmt: skip


def test_one_of_the_zones_has_no_daylight_saving(sample: Content) -> None:
    zones = {one.zone for one in sample.specialties.values()}
    steady = {zone for zone in zones if WINTER.astimezone(ZoneInfo(zone)).utcoffset()
              == SUMMER.astimezone(ZoneInfo(zone)).utcoffset()}  # fmt: skip
    assert steady == {"America/Phoenix"}


def test_their_schedules_differ_and_every_one_keeps_quiet_at_night(sample: Content) -> None:
    schedules = [one.schedule for one in sample.specialties.values()]
    assert len({schedule.slots for schedule in schedules}) >= 12
    assert len({schedule.quiet for schedule in schedules}) >= 5
    assert len({schedule.spacing for schedule in schedules}) >= 5
    assert {schedule.per_day for schedule in schedules} == {1, 2, 3}
    assert all(schedule.slots and schedule.quiet for schedule in schedules)


def test_each_specialty_has_a_facebook_page_that_is_nobody_elses(sample: Content) -> None:
    holders = Counter(channel.key for one in sample.specialties.values() for channel in one.channels)
    for one in sample.specialties.values():
        own = [c for c in one.channels if c.platform == "facebook" and holders[c.key] == 1]
        assert [c.token for c in own] == ["FB_" + one.id.upper().replace("-", "_")], one.id
        assert all(re.fullmatch(r"1042200000000\d\d", c.remote_id) for c in own), one.id


def test_three_heart_teams_share_a_page_and_everyone_shares_another(sample: Content) -> None:
    sharers = {
        one.id for one in sample.specialties.values() if HEART_AND_VASCULAR in {channel.key for channel in one.channels}
    }
    assert sharers == {"cardiology", "cardiac-surgery", "vascular-surgery"}
    assert [channel.key for channel in sample.site.channels] == [EVERYONES]
    assert sample.site.schedule.slots


def test_three_channels_are_posted_to_by_hand_and_have_no_token(sample: Content) -> None:
    by_hand = [channel for channel in sample.channels().values() if channel.mode == "by-hand"]
    assert {channel.platform for channel in by_hand} == {"linkedin"}
    assert [channel.token for channel in by_hand] == ["", "", ""]


# --- the posts


def test_there_are_at_least_forty_posts_in_at_least_fifteen_specialties(sample: Content) -> None:
    assert len(sample.posts) >= 40
    assert len({one.specialty for one in sample.posts}) >= 15


def test_there_is_every_kind_of_post(sample: Content) -> None:
    assert {one.kind for one in sample.posts} == {"article", "news", "story", "video"}


def test_a_story_carries_the_number_of_a_consent_and_says_that_it_is_made_up(sample: Content) -> None:
    stories = [one for one in sample.posts if one.kind == "story"]
    assert len(stories) >= 3
    for one in stories:
        assert re.fullmatch(r"CR-\d{4}-\d{4}", one.consent), one.path
        assert re.search(r"invented|made up", one.body[:200]), one.path
    assert [one.path for one in sample.posts if one.consent and one.kind != "story"] == []


def test_a_video_has_a_still_and_its_words(sample: Content) -> None:
    for one in sample.posts:
        if one.kind == "video":
            assert one.image, one.path
            assert len(one.transcript.split()) > 100, one.path


def test_posts_lie_before_in_and_after_the_demonstration(sample: Content, demo: Demo) -> None:
    dated = [one.public_from for one in sample.posts]
    assert sum(at < demo.since for at in dated) >= 10
    assert sum(demo.since <= at <= demo.at for at in dated) >= 14
    assert sum(at > demo.at for at in dated) >= 5


def test_one_post_is_under_an_embargo_after_the_demonstration(sample: Content, demo: Demo) -> None:
    under = {one.id: one.embargo for one in sample.posts if one.embargo}
    assert under == {"2026-heart-failure-by-video": datetime(2026, 12, 1, 13, tzinfo=UTC)}
    assert under["2026-heart-failure-by-video"] > demo.at


def test_one_is_a_draft_one_is_hidden_and_one_has_been_corrected(sample: Content) -> None:
    assert [one.id for one in sample.posts if one.status == "draft"] == ["2026-inside-the-mri"]
    assert [one.id for one in sample.posts if one.hidden] == ["2026-press-pictures-garden-gym"]
    assert [one.id for one in sample.posts if one.status == "corrected"] == ["2026-stairs-after-a-new-hip"]
    assert post(sample, "2026-stairs-after-a-new-hip").corrections


def test_there_is_each_way_of_choosing_when_and_where(sample: Content) -> None:
    social = {one.id: one.social for one in sample.posts}
    assert [name for name, one in social.items() if one.publish == "with-page"] == ["2026-walk-in-flu-shots"]
    assert [name for name, one in social.items() if one.publish == "none"] == ["2026-press-pictures-garden-gym"]
    assert sum(isinstance(one.publish, datetime) for one in social.values()) == 3
    assert [name for name, one in social.items() if one.only] == ["2026-salt-on-the-label"]
    assert {name for name, one in social.items() if one.exclude} == {
        "2026-first-day-of-chemo",
        "2026-two-kidney-numbers",
    }
    assert {name for name, one in social.items() if one.repeat} == {
        "2026-handwashing-that-works",
        "2026-button-batteries",
    }
    assert [one.id for one in sample.posts if one.expires] == ["2026-which-door", "2026-walk-in-flu-shots"]


def test_two_posts_show_three_pictures_each_and_four_have_words_of_their_own_for_facebook(sample: Content) -> None:
    own = {one.id: one.social.variants["facebook"] for one in sample.posts if "facebook" in one.social.variants}
    assert {name for name, variant in own.items() if variant.text} == {
        "2026-blood-pressure-at-home", "2026-carbon-monoxide", "2026-stroke-be-fast", "2026-two-minute-foot-check",
    }  # fmt: skip
    galleries = {name: [image.path.split("/")[-1] for image in one.images] for name, one in own.items() if one.images}
    assert galleries == {
        "2026-stroke-be-fast": ["face.jpg", "arm.jpg", "time.jpg"],
        "2026-two-minute-foot-check": ["look.jpg", "wash.jpg", "dress.jpg"],
    }


def test_several_posts_are_for_more_than_one_specialty(sample: Content) -> None:
    assert sum(len(one.specialties) > 1 for one in sample.posts) >= 20
    assert sum(len(one.specialties) > 2 for one in sample.posts) >= 8


def test_every_post_is_written_by_an_owner_of_its_specialty(sample: Content) -> None:
    for one in sample.posts:
        assert one.authors, one.path
        assert set(one.authors) <= set(sample.specialties[one.specialty].owners), one.path


def test_every_post_on_health_was_reviewed_before_by_a_reviewer_who_did_not_write_it(sample: Content) -> None:
    for one in sample.posts:
        if one.audience == "journalists":
            continue
        assert one.review, one.path
        assert one.review.by in sample.specialties[one.specialty].reviewers["medical"], one.path
        assert one.review.by not in one.authors, one.path
        assert one.review.date < one.date.date(), one.path
        assert one.review.due, one.path
        assert one.date.date() < one.review.due <= one.review.date + timedelta(days=366), one.path


def test_every_source_is_a_public_bodys_page_over_https(sample: Content) -> None:
    trusted = re.compile(
        r"https://(?:[\w-]+\.)*(?:gov|nhs\.uk|who\.int|uspreventiveservicestaskforce\.org|healthychildren\.org|aaos\.org|poison\.org|988lifeline\.org)/"
    )
    for one in sample.posts:
        assert len(one.sources) >= 2, one.path
        assert [source for source in one.sources if not trusted.match(source)] == [], one.path


def test_every_post_has_a_summary_tags_words_to_share_and_a_body_worth_reading(sample: Content) -> None:
    for one in sample.posts:
        assert 40 <= len(one.summary) <= 160, one.path
        assert one.tags, one.path
        assert one.share, one.path
        assert 300 <= len(one.body.split()) <= 850, one.path


def test_no_sentence_stands_in_two_posts(sample: Content) -> None:
    found: Counter[str] = Counter()
    for one in sample.posts:
        found.update({text.strip(" .!?*") for text in re.split(r"[.!?]\s|\n", one.body) if len(text.split()) >= 9})
    assert [text for text, times in found.items() if times > 1] == []


def test_what_shows_signs_of_an_emergency_says_whom_to_call(sample: Content) -> None:
    about = [one for one in sample.posts if "emergency signs" in one.tags]
    assert len(about) >= 8
    assert [one.path for one in about if not re.search(r"\b(?:911|988|800-498-8666)\b", one.body)] == []


def test_every_picture_has_a_description_and_a_credit(sample: Content) -> None:
    for one in sample.posts:
        assert one.image, one.path
        assert len(one.image.alt) >= 40, one.path
        assert one.image.credit, one.path
        assert all(picture.alt for picture in one.attachments), one.path


def test_the_pictures_are_small_and_hold_nothing_but_the_picture(folder: Path) -> None:
    files = sorted(folder.rglob("*.jpg"))
    assert len(files) >= 45
    assert sum(file.stat().st_size for file in files) <= 3_000_000
    for file in files:
        assert file.stat().st_size <= 90_000, file.name
        with Image.open(file) as picture:
            assert picture.size == (1200, 800), file.name
            assert dict(picture.getexif()) == {}, file.name


def test_no_file_lies_there_unused(sample: Content, folder: Path) -> None:
    used = {image.path for one in sample.posts for image in (one.image, *one.attachments) if image}
    used |= {
        image.path for one in sample.posts for variant in one.social.variants.values() for image in variant.images or ()
    }
    assert {file.relative_to(folder).as_posix() for file in folder.rglob("*.jpg")} == used


# --- what goes out


def test_the_demonstration_sends_to_many_pages(sample: Content, demo: Demo) -> None:
    sent = [one for one in in_the_demo(sample, demo) if one.state == "queued"]
    assert len(sent) >= 25
    assert len({one.post for one in sent}) >= 14
    assert len({one.channel for one in sent}) >= 20
    assert {HEART_AND_VASCULAR, EVERYONES} <= {one.channel for one in sent}


def test_the_demonstration_leaves_something_for_a_person_to_post(sample: Content, demo: Demo) -> None:
    held = [one for one in in_the_demo(sample, demo) if one.state == "held"]
    assert held
    assert {one.platform for one in held} == {"linkedin"}


def test_what_belongs_to_the_holiday_goes_out_before_it(sample: Content, demo: Demo) -> None:
    thanksgiving = datetime(2026, 11, 26, 6, tzinfo=UTC)
    made = [one for one in plan(sample, (), demo.since, first=True).deliveries if one.state in {"queued", "held"}]
    seasonal = {"2026-thanksgiving-kitchen", "2026-family-health-history-day", "2026-holiday-plate", "2026-which-door"}
    assert {one.post for one in made if one.post in seasonal} == seasonal
    assert [one.key for one in made if one.post in seasonal and one.due_at >= thanksgiving] == []


def test_every_message_says_that_it_is_a_fictional_sample(sample: Content, demo: Demo) -> None:
    made = [one for one in plan(sample, (), demo.since, first=True).deliveries if one.state in {"queued", "held"}]
    assert made
    channels = sample.channels()
    for one in made:
        channel = channels[one.channel]
        shown = message(post(sample, one.post), channel, sample.site, rules_for(channel.platform), one.key)
        assert "Fictional sample." in shown.text, one.key


def test_every_page_says_that_it_is_a_fictional_sample(built: Built) -> None:
    pages = [
        file for file in built.output.rglob("*.html") if 'http-equiv="refresh"' not in file.read_text(encoding="utf-8")
    ]
    assert len(pages) > 150
    assert [
        file.relative_to(built.output).as_posix()
        for file in pages
        if "This is a fictional sample." not in file.read_text(encoding="utf-8")
    ] == []


def test_the_site_has_its_six_pages(sample: Content) -> None:
    assert {page.slug for page in sample.pages} == {
        "about", "appointments", "comment-rules", "editorial-policy", "newsroom", "privacy",
    }  # fmt: skip
