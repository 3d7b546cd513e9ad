"""The proof that the sandbox is honest: Meta's own Python client posts, reads, lists, edits and deletes on it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from sandbox_calls import upload

from publisher.sandbox import Sandbox

if TYPE_CHECKING:
    from facebook_business.adobjects.page import Page

Picture = Callable[[int], Path]
Official = Callable[..., Any]

PAGE = "104220000000001"
POST_FIELDS = "id,message,created_time,permalink_url,is_published,attachments{unshimmed_url,media_type,description}"


def objects() -> SimpleNamespace:
    """The official client's classes, imported where a test has asked for the client."""
    from facebook_business.adobjects.page import Page
    from facebook_business.adobjects.pagepost import PagePost
    from facebook_business.adobjects.photo import Photo

    return SimpleNamespace(Page=Page, PagePost=PagePost, Photo=Photo)


def refused(call: Callable[[], object]) -> tuple[int, int | None]:
    """The code and subcode with which the official client's call is refused."""
    from facebook_business.exceptions import FacebookRequestError

    with pytest.raises(FacebookRequestError) as caught:
        call()
    assert caught.value.http_status() == 400
    assert caught.value.api_error_type() in {"OAuthException", "GraphMethodException"}
    return caught.value.api_error_code(), caught.value.api_error_subcode()


def photo(page: Page, file: Path, **params: object) -> dict[str, Any]:
    """A photo uploaded as the official client uploads a file."""
    with file.open("rb") as source:
        return page.get_api().call("POST", (page["id"], "photos"), params=params, files={"source": source}).json()


def test_a_text_post_with_a_link_is_shown_and_read_back(page: Page, sandbox: Sandbox) -> None:
    made = page.create_feed(params={"message": "The clinic opens on Monday", "link": "https://example.org/a?u=k7f3"})
    assert made["id"].startswith(f"{PAGE}_")
    found = page.get_api().call("GET", (made["id"],), params={"fields": POST_FIELDS}).json()
    assert found.pop("created_time").endswith("+0000")
    assert found == {
        "id": made["id"],
        "message": "The clinic opens on Monday",
        "permalink_url": f"https://www.facebook.com/{PAGE}/posts/{made['id'].partition('_')[2]}",
        "is_published": True,
        "attachments": {
            "data": [{"unshimmed_url": "https://example.org/a?u=k7f3", "media_type": "link"}],
        },
    }
    (shown,) = sandbox.public(PAGE)
    assert (shown["message"], shown["link"]) == ("The clinic opens on Monday", "https://example.org/a?u=k7f3")


def test_a_published_photo_makes_a_post_with_its_text_and_alternative_text(
    page: Page, picture: Picture, sandbox: Sandbox
) -> None:
    made = photo(page, picture(7), caption="A new room", alt_text_custom="A bright room")
    assert set(made) == {"id", "post_id"}
    (shown,) = sandbox.public(PAGE)
    assert (shown["id"], shown["message"]) == (made["post_id"], "A new room")
    assert [(p["id"], p["alt"], p["mime"]) for p in shown["pictures"]] == [(made["id"], "A bright room", "image/png")]
    read = page.get_api().call("GET", (made["id"],), params={"fields": "alt_text,name,page_story_id"}).json()
    assert read == {
        "id": made["id"], "alt_text": "A bright room", "name": "A new room", "page_story_id": made["post_id"],
    }  # fmt: skip


def test_unpublished_photos_become_public_with_the_post_that_they_are_attached_to(
    page: Page, picture: Picture, sandbox: Sandbox
) -> None:
    names = [photo(page, picture(shade), published=False, alt_text_custom=f"Dot {shade}")["id"] for shade in (1, 2, 3)]
    assert sandbox.posts() == []
    media = [{"media_fbid": name} for name in names]
    made = page.create_feed(params={"message": "Three dots", "attached_media": media})
    (shown,) = sandbox.public(PAGE)
    assert shown["id"] == made["id"]
    assert [p["alt"] for p in shown["pictures"]] == ["Dot 1", "Dot 2", "Dot 3"]
    read = page.get_api().call("GET", (made["id"],), params={"fields": "attachments"}).json()
    (album,) = read["attachments"]["data"]
    assert album["media_type"] == "album"
    assert [each["target"]["id"] for each in album["subattachments"]["data"]] == names


def test_listings_come_newest_first_in_turns_that_the_official_client_follows(page: Page, official: Official) -> None:
    from facebook_business.api import Cursor

    made = [page.create_feed(params={"message": f"Post {number}"})["id"] for number in range(7)]
    listed = page.get_published_posts(fields=["id"], params={"limit": 3})
    assert isinstance(listed, Cursor)
    assert [post["id"] for post in listed] == made[::-1]
    assert [post["id"] for post in page.get_feed(fields=["id"], params={"limit": 2})] == made[::-1]


def test_a_listing_begins_and_ends_where_it_is_told(page: Page, sandbox: Sandbox) -> None:
    noon = datetime(2026, 12, 1, 12, tzinfo=UTC)
    for hour in range(3):
        sandbox.set_clock(noon + timedelta(hours=hour))
        page.create_feed(params={"message": f"Hour {hour}"})

    def messages(**params: object) -> list[str]:
        answer = page.get_api().call("GET", (PAGE, "published_posts"), params={"fields": "message", **params}).json()
        return [post["message"] for post in answer["data"]]

    assert messages(since=int(noon.timestamp()) + 3600) == ["Hour 2", "Hour 1"]
    assert messages(until=int(noon.timestamp()) + 3600) == ["Hour 1", "Hour 0"]
    assert messages(since="2026-12-01T14:00:00+0000") == ["Hour 2"]


def test_a_post_can_be_edited(page: Page, sandbox: Sandbox) -> None:
    made = page.create_feed(params={"message": "Opens on Munday"})
    objects().PagePost(made["id"], api=page.get_api()).api_update(params={"message": "Opens on Monday"})
    (shown,) = sandbox.public(PAGE)
    assert shown["message"] == "Opens on Monday"
    assert shown["edited"] is not None
    again = page.get_api().call("POST", (made["id"],), params={"message": "Opens on Tuesday"})
    assert again.json() == {"success": True}


def test_a_post_can_be_deleted_once(page: Page, sandbox: Sandbox) -> None:
    post = objects().PagePost(page.create_feed(params={"message": "Gone soon"})["id"], api=page.get_api())
    post.api_delete()
    assert sandbox.public(PAGE) == []
    assert sandbox.posts(PAGE)[0]["deleted"] is not None
    assert refused(post.api_delete) == (100, 33)
    assert refused(post.api_get) == (100, 33)
    other = page.create_feed(params={"message": "Gone too"})
    assert page.get_api().call("DELETE", (other["id"],)).json() == {"success": True}


def test_a_post_made_by_a_person_is_listed_and_cannot_be_edited_by_the_app(page: Page, sandbox: Sandbox) -> None:
    made = sandbox.post_by_hand("facebook", PAGE, "Typed at the desk")
    assert made["id"].startswith(f"{PAGE}_")
    assert [post["message"] for post in page.get_published_posts(fields=["message"])] == ["Typed at the desk"]
    post = objects().PagePost(made["id"], api=page.get_api())
    assert refused(lambda: post.api_update(params={"message": "x"})) == (200, None)


def test_insights_grow_with_age_and_never_by_chance(page: Page, sandbox: Sandbox) -> None:
    start = datetime(2026, 12, 1, 12, tzinfo=UTC)
    sandbox.set_clock(start)
    post = page.create_feed(params={"message": "Counted"})["id"]

    def views() -> int:
        params = {"metric": ["post_total_media_view_unique"], "period": "lifetime"}
        (found,) = page.get_api().call("GET", (post, "insights"), params=params).json()["data"]
        assert (found["name"], found["period"]) == ("post_total_media_view_unique", "lifetime")
        return found["values"][0]["value"]

    assert views() == 0
    sandbox.set_clock(start + timedelta(days=3))
    grown = views()
    assert grown >= 32
    sandbox.set_clock(start + timedelta(days=9))
    assert views() == grown


def test_likes_comments_and_shares_are_counted_in_summaries(page: Page, sandbox: Sandbox) -> None:
    made = page.create_feed(params={"message": "Liked"})
    fields = "shares,comments.summary(true).limit(0),reactions.summary(true).limit(0)"
    sandbox.like("facebook", made["id"], 4)
    found = page.get_api().call("GET", (made["id"],), params={"fields": fields}).json()
    assert found["comments"] == {"data": [], "summary": {"order": "ranked", "can_comment": True, "total_count": 0}}
    assert found["reactions"] == {"data": [], "summary": {"viewer_reaction": "NONE", "total_count": 4}}
    assert "shares" not in found


def test_a_dead_metric_fails_the_whole_call(page: Page) -> None:
    post = page.create_feed(params={"message": "Counted"})["id"]
    params = {"metric": "post_clicks,post_impressions", "period": "lifetime"}
    assert refused(lambda: page.get_api().call("GET", (post, "insights"), params=params)) == (100, None)


def test_a_scheduled_post_is_public_when_its_time_comes(page: Page, sandbox: Sandbox) -> None:
    sandbox.set_clock(datetime(2026, 12, 1, 12, tzinfo=UTC))
    at = int(datetime(2026, 12, 1, 13, tzinfo=UTC).timestamp())
    made = page.create_feed(params={"message": "Later", "published": False, "scheduled_publish_time": at})
    assert sandbox.public(PAGE) == []
    assert [post["id"] for post in page.get_scheduled_posts(fields=["id"])] == [made["id"]]
    sandbox.set_clock(datetime(2026, 12, 1, 13, 0, 1, tzinfo=UTC))
    read = page.get_api().call("GET", (made["id"],), params={"fields": "created_time,is_published"}).json()
    assert (read["created_time"], read["is_published"]) == ("2026-12-01T13:00:00+0000", True)
    assert [post["id"] for post in sandbox.public(PAGE)] == [made["id"]]


@pytest.mark.parametrize("minutes", [9, 30 * 24 * 60 + 1])
def test_a_post_cannot_be_scheduled_too_soon_or_too_late(page: Page, sandbox: Sandbox, minutes: int) -> None:
    sandbox.set_clock(datetime(2026, 12, 1, 12, tzinfo=UTC))
    at = int((datetime(2026, 12, 1, 12, tzinfo=UTC) + timedelta(minutes=minutes)).timestamp())
    params = {"message": "Later", "published": False, "scheduled_publish_time": at}
    assert refused(lambda: page.create_feed(params=params)) == (100, None)


def test_a_draft_is_public_once_it_is_published(page: Page, sandbox: Sandbox) -> None:
    params = {"message": "Draft", "published": False, "unpublished_content_type": "DRAFT"}
    made = page.create_feed(params=params)
    assert sandbox.public(PAGE) == []
    objects().PagePost(made["id"], api=page.get_api()).api_update(params={"is_published": True})
    assert [post["id"] for post in sandbox.public(PAGE)] == [made["id"]]


def test_the_page_tells_its_name(page: Page) -> None:
    assert page.api_get(fields=["id", "name", "link"]).export_all_data() == {
        "id": PAGE, "name": "Example Health Cardiology", "link": f"https://www.facebook.com/{PAGE}",
    }  # fmt: skip


def test_the_same_text_twice_in_a_row_is_refused_and_later_is_not(page: Page, sandbox: Sandbox) -> None:
    params = {"message": "Same", "link": "https://example.org/same"}
    page.create_feed(params=params)
    assert refused(lambda: page.create_feed(params=params)) == (506, None)
    page.create_feed(params={**params, "link": "https://example.org/other"})
    page.create_feed(params=params)
    assert len(sandbox.public(PAGE)) == 3


def test_an_empty_post_is_refused(page: Page) -> None:
    assert refused(lambda: page.create_feed(params={"published": True})) == (100, None)


def test_a_parameter_that_the_platform_does_not_know_is_refused(page: Page) -> None:
    assert refused(lambda: page.create_feed(params={"message": "x", "mesage": "y"})) == (100, None)


def test_a_parameter_of_a_fixed_choice_takes_no_other_value(page: Page) -> None:
    def call() -> object:
        params = {"message": "x", "published": "false", "unpublished_content_type": "SECRET"}
        return page.get_api().call("POST", (PAGE, "feed"), params=params)

    assert refused(call) == (100, None)


def test_a_field_that_posts_do_not_have_is_refused(page: Page) -> None:
    assert refused(lambda: page.get_api().call("GET", (PAGE, "feed"), params={"fields": "mood"})) == (100, None)


def test_a_photo_is_attached_once_only(page: Page, picture: Picture) -> None:
    media = [{"media_fbid": photo(page, picture(9), published=False)["id"]}]
    page.create_feed(params={"message": "First", "attached_media": media})
    assert refused(lambda: page.create_feed(params={"message": "Second", "attached_media": media})) == (100, None)


def test_a_published_photo_cannot_be_attached(page: Page, picture: Picture) -> None:
    media = [{"media_fbid": photo(page, picture(9))["id"]}]
    assert refused(lambda: page.create_feed(params={"message": "Again", "attached_media": media})) == (100, None)


def test_a_photo_older_than_a_day_cannot_be_attached(page: Page, picture: Picture, sandbox: Sandbox) -> None:
    sandbox.set_clock(datetime(2026, 12, 1, 12, tzinfo=UTC))
    media = [{"media_fbid": photo(page, picture(9), published=False)["id"]}]
    sandbox.set_clock(datetime(2026, 12, 2, 12, 0, 30, tzinfo=UTC))
    assert refused(lambda: page.create_feed(params={"message": "Late", "attached_media": media})) == (100, None)
    assert sandbox.posts() == []


def test_the_photo_of_another_page_cannot_be_attached(
    page: Page, official: Official, picture: Picture, sandbox: Sandbox
) -> None:
    theirs = objects().Page("104220000000002", api=official(token=sandbox.tokens["FB_NERVE"]))
    media = [{"media_fbid": photo(theirs, picture(9), published=False)["id"]}]
    assert refused(lambda: page.create_feed(params={"message": "Not ours", "attached_media": media})) == (100, None)


def test_a_token_that_nobody_was_given_is_refused(official: Official) -> None:
    page = objects().Page(PAGE, api=official(token="made-up"))
    assert refused(lambda: page.create_feed(params={"message": "x"})) == (190, 467)


def test_the_token_of_another_page_is_refused(official: Official, sandbox: Sandbox) -> None:
    page = objects().Page(PAGE, api=official(token=sandbox.tokens["FB_NERVE"]))
    assert refused(lambda: page.create_feed(params={"message": "x"})) == (200, None)


def test_a_wrong_proof_of_the_app_secret_is_refused(official: Official) -> None:
    page = objects().Page(PAGE, api=official(secret="not the secret"))
    assert refused(lambda: page.create_feed(params={"message": "x"})) == (100, None)


def test_a_dead_version_is_refused(official: Official) -> None:
    page = objects().Page(PAGE, api=official(version="v19.0"))
    assert refused(page.api_get) == (2635, None)


@pytest.mark.parametrize("version", ["v24.0", "v25.0", "v26.0"])
def test_a_living_version_answers(official: Official, version: str) -> None:
    assert official(version=version).call("GET", (PAGE,)).json()["id"] == PAGE


def test_every_answer_tells_what_is_used_up(page: Page) -> None:
    answer = page.get_api().call("GET", (PAGE,))
    assert set(json.loads(answer.headers()["X-App-Usage"])) == {"call_count", "total_time", "total_cputime"}
    ((usage,),) = json.loads(answer.headers()["X-Business-Use-Case-Usage"]).values()
    assert set(usage) == {"type", "call_count", "total_cputime", "total_time", "estimated_time_to_regain_access"}


def test_a_file_that_is_no_picture_is_refused(page: Page, tmp_path: Path, sandbox: Sandbox) -> None:
    text = tmp_path / "notes.png"
    text.write_text("not a picture")
    assert refused(lambda: photo(page, text)) == (100, None)
    assert upload(sandbox, b"\x89PNG\r\n\x1a\n" + bytes(10_000_001)).error == (100, None)
    assert sandbox.posts() == []


def test_deleting_the_only_photo_of_a_post_takes_the_post_down(page: Page, picture: Picture, sandbox: Sandbox) -> None:
    made = photo(page, picture(5), caption="Alone")
    objects().Photo(made["id"], api=page.get_api()).api_delete()
    assert sandbox.public(PAGE) == []
