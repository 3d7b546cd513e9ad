"""What is Facebook's own: the text with pictures, how it alters texts, how it is authorized, what is used up."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content.channel import Channel
from publisher.errors import Misuse
from publisher.platforms import load
from publisher.platforms.base import Credential
from publisher.platforms.facebook import ERRORS, PAGES_OF_A_LISTING, shown_text
from publisher.values import Answer, Call, Listing, Message, Picture, Receipt, Shown

FACEBOOK = load("facebook")
PAGE = Channel(platform="facebook", remote_id="104", name="Example Health Cardiology", token="FB_CARDIOLOGY")
TRACKED = "utm_source=facebook&utm_medium=social&utm_campaign=video"
LINK = f"https://health.example.org/cardiology/video/?{TRACKED}&utm_content=k7f3abcdef"
PICTURE = Picture(path="a.jpg", digest="1" * 64, alt="A nurse", mime="image/jpeg")
CREDENTIAL = Credential(name="FB_CARDIOLOGY", parts={"token": "EAABtoken", "app_secret": "shh"})
RECEIPT = Receipt(remote_id="104_77", url="https://www.facebook.com/104_77")


# The text that is shown


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (Message(text="Good day"), "Good day"),
        (Message(text="Good day", link=LINK), "Good day"),
        (Message(text="Good day", pictures=(PICTURE,)), "Good day"),
        (Message(text="Good day", link=LINK, pictures=(PICTURE,)), f"Good day\n\n{LINK}"),
        (Message(text=f"See {LINK} now", link=LINK, pictures=(PICTURE,)), f"See {LINK} now"),
        (Message(text="", link=LINK, pictures=(PICTURE,)), LINK),
    ],
    ids=["text", "card", "picture", "picture and link", "link already in the text", "no text"],
)
def test_with_pictures_the_link_stands_in_the_text_for_there_is_no_card(message: Message, text: str) -> None:
    assert shown_text(message) == text


# Whether what is shown is the message


def shown(text: str, link: str = "") -> Shown:
    return Shown(receipt=RECEIPT, text=text, link=link)


@pytest.mark.parametrize(
    ("text", "as_shown"),
    [
        ("Good day", "Good day"),
        ("  Good day \n", "Good day"),
        ("One\r\nTwo", "One\nTwo"),
        ("One  two", "One two"),
        ("One\n\n\n\nTwo", "One\n\nTwo"),
        ("One \nTwo", "One\nTwo"),
        ("Cafe\u0301", "Caf\u00e9"),
    ],
)
def test_what_facebook_does_to_white_space_leaves_the_message_the_same(text: str, as_shown: str) -> None:
    assert FACEBOOK.matches(Message(text=text), shown(as_shown))
    assert FACEBOOK.matches(Message(text=as_shown), shown(text))


@pytest.mark.parametrize("as_shown", ["", "Good", "Good day.", "good day", "Good\nday", "Good day Good day"])
def test_another_text_is_another_message(as_shown: str) -> None:
    assert not FACEBOOK.matches(Message(text="Good day"), shown(as_shown))


@pytest.mark.parametrize(
    ("link", "same"),
    [
        (LINK, True),
        (f"https://health.example.org/renamed/?{TRACKED}&utm_content=k7f3abcdef&fbclid=1", True),
        (f"https://health.example.org/cardiology/video/?{TRACKED}&utm_content=other22222", False),
        ("https://health.example.org/cardiology/video/", False),
        ("", False),
        ("https://[broken", False),
    ],
)
def test_a_link_is_the_same_by_its_code(link: str, same: bool) -> None:
    assert FACEBOOK.matches(Message(text="Good day", link=LINK), shown("Good day", link)) is same


def test_a_link_without_a_code_is_the_same_by_its_address() -> None:
    message = Message(text="Good day", link="https://example.org/a")
    assert FACEBOOK.matches(message, shown("Good day", "https://example.org/a"))
    assert not FACEBOOK.matches(message, shown("Good day", "https://example.org/b"))


@given(st.text(alphabet="ab \n\t.é😀", max_size=40), st.booleans(), st.booleans())
def test_a_message_always_matches_what_was_sent_for_it(text: str, linked: bool, pictured: bool) -> None:
    message = Message(text=text, link=LINK if linked else "", pictures=(PICTURE,) if pictured else ())
    assert FACEBOOK.matches(message, shown(shown_text(message), LINK if linked else ""))


# A listing


def test_a_listing_without_an_end_is_cut_and_said_to_be_incomplete() -> None:
    flow = FACEBOOK.find(PAGE, Message(text="Good day"), datetime(2026, 12, 1, tzinfo=UTC))
    page = {"data": [], "paging": {"cursors": {"after": "more"}, "next": "https://graph.facebook.com/next"}}
    asked = [next(flow)]
    listing: Listing | None = None
    while listing is None:
        try:
            asked.append(flow.send(Answer(status=200, body=page)))
        except StopIteration as end:
            listing = end.value
    assert (len(asked), listing) == (PAGES_OF_A_LISTING, Listing(shown=(), complete=False))


def test_an_address_that_the_network_offers_is_never_followed() -> None:
    flow = FACEBOOK.find(PAGE, Message(text="Good day"), datetime(2026, 12, 1, tzinfo=UTC))
    next(flow)
    paging = {"cursors": {"after": "x&access_token=y"}, "next": "https://elsewhere.example/?access_token=stolen"}
    further = flow.send(Answer(status=200, body={"data": [], "paging": paging}))
    assert further.path == "/v26.0/104/published_posts"
    assert further.query["after"] == "x&access_token=y"


@pytest.mark.parametrize(
    "post",
    [
        {"id": "104_77"},
        {"id": "104_77", "attachments": None, "message": None, "created_time": 7},
        {"id": "104_77", "attachments": {"data": "none"}, "permalink_url": None},
        {"id": "104_77", "attachments": {"data": [None, {"unshimmed_url": None}]}, "created_time": "2026-12-01"},
    ],
)
def test_a_post_with_parts_missing_or_odd_is_read_without_them(post: dict[str, object]) -> None:
    flow = FACEBOOK.read(PAGE, RECEIPT)
    next(flow)
    with pytest.raises(StopIteration) as end:
        flow.send(Answer(status=200, body=post))
    assert end.value.value == Shown(receipt=RECEIPT, text="", link="", public=False)


def test_a_remote_id_cannot_lead_to_another_path() -> None:
    flow = FACEBOOK.read(PAGE, Receipt(remote_id="104/../me?x=1#", url=""))
    assert next(flow).path == "/v26.0/104%2F..%2Fme%3Fx%3D1%23"


# An address that a person gives


@pytest.mark.parametrize(
    ("url", "remote_id"),
    [
        ("https://www.facebook.com/104_77", "104_77"),
        ("https://m.facebook.com/104_77/", "104_77"),
        ("https://www.facebook.com/104/posts/77", "104_77"),
        ("https://www.facebook.com/ExampleHealth/posts/what-to-expect/77/?ref=share", "104_77"),
        ("https://facebook.com/permalink.php?story_fbid=77&id=104", "104_77"),
    ],
)
def test_the_address_of_a_post_holds_its_id_in_each_of_facebooks_forms(url: str, remote_id: str) -> None:
    assert FACEBOOK.remote_id("facebook:104", url) == remote_id


@pytest.mark.parametrize(
    "url",
    [
        "https://www.facebook.com/ExampleHealth/posts/pfbid02abc",
        "https://www.facebook.com/photo?fbid=77",
    ],
)
def test_an_address_without_an_id_stands_for_itself(url: str) -> None:
    assert FACEBOOK.remote_id("facebook:104", url) == url


@pytest.mark.parametrize("url", ["https://example.org/104_77", "https://notfacebook.com/104_77", "a note on the wall"])
def test_what_is_no_address_of_facebooks_is_refused(url: str) -> None:
    with pytest.raises(Misuse, match="is no address of Facebook's"):
        FACEBOOK.remote_id("facebook:104", url)


@pytest.mark.parametrize(
    "url", ["https://www.facebook.com/999_77", "https://www.facebook.com/permalink.php?story_fbid=77&id=999"]
)
def test_a_post_of_another_page_is_refused(url: str) -> None:
    with pytest.raises(Misuse, match="is a post of the Page 999"):
        FACEBOOK.remote_id("facebook:104", url)


# Authorization


def test_a_post_carries_token_and_proof_in_its_body() -> None:
    sent = FACEBOOK.authorize(Call(method="POST", path="/v26.0/104/feed", form={"message": "x"}), CREDENTIAL)
    assert sent.form == {
        "message": "x",
        "access_token": "EAABtoken",
        # printf EAABtoken | openssl dgst -sha256 -hmac shh
        "appsecret_proof": "da9c4fab5c4a64292794152e8d8058b48c5ad49225320eb376eb8033a1e1cb9e",
    }
    assert (sent.query, sent.headers) == ({}, {})


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_what_has_no_body_carries_the_token_in_a_header_and_only_the_proof_in_the_address(method: str) -> None:
    sent = FACEBOOK.authorize(Call(method=method, path="/v26.0/104_77", query={"fields": "id"}), CREDENTIAL)  # type: ignore[arg-type]
    assert sent.headers == {"Authorization": "Bearer EAABtoken"}
    assert set(sent.query) == {"fields", "appsecret_proof"}
    assert "EAABtoken" not in str(dict(sent.query)) + sent.path
    assert sent.form is None


def test_without_an_app_secret_there_is_no_proof() -> None:
    only = Credential(name="FB", parts={"token": "EAABtoken"})
    assert FACEBOOK.authorize(Call(method="GET", path="/v26.0/104_77"), only).query == {}


def test_what_is_recorded_stays_without_credentials() -> None:
    call = Call(method="POST", path="/v26.0/104/feed", form={"message": "x"})
    before = call.digest
    FACEBOOK.authorize(call, CREDENTIAL)
    assert call.digest == before
    assert call.form == {"message": "x"}


# What is used up


def test_allowances_are_percentages_by_name_the_highest_of_each() -> None:
    business = {
        "104": [
            {
                "type": "pages",
                "call_count": 97,
                "total_cputime": 23,
                "total_time": 22,
                "estimated_time_to_regain_access": 0,
            },
            {
                "type": "pages",
                "call_count": 12,
                "total_cputime": 30,
                "total_time": 1,
                "estimated_time_to_regain_access": 0,
            },
        ]
    }
    headers = {
        "x-app-usage": '{"call_count":28,"total_time":25,"total_cputime":26}',
        "x-business-use-case-usage": json.dumps(business),
    }
    assert FACEBOOK.usage(Answer(status=200, headers=headers)) == {
        "app.call_count": 28.0,
        "app.total_time": 25.0,
        "app.total_cputime": 26.0,
        "pages.call_count": 97.0,
        "pages.total_time": 22.0,
        "pages.total_cputime": 30.0,
    }


@pytest.mark.parametrize("odd", ["", "{", "[]", "7", '{"104":7}', '{"104":[7]}', '{"104":[{"call_count":"many"}]}'])
def test_usage_headers_that_make_no_sense_say_nothing(odd: str) -> None:
    headers = {"x-app-usage": odd, "x-business-use-case-usage": odd}
    assert FACEBOOK.usage(Answer(status=200, headers=headers)) == {}


# The error table


def test_every_row_of_the_error_table_has_a_sentence_and_something_to_do() -> None:
    assert [row.codes for row in ERRORS if not row.sentence or not row.hint] == []


def test_an_answer_is_judged_by_its_code_and_never_by_its_words() -> None:
    words = "OAuthException code 190: rate limit, duplicate (#506), token expired"
    body = {"error": {"code": 100, "message": words}}
    call = Call(method="POST", path="/v26.0/104/feed", form={"message": "x"}, commits=True)
    error = FACEBOOK.refusal(call, Answer(status=400, body=body), datetime(2026, 12, 1, tzinfo=UTC))
    assert type(error).__name__ == "Rejected"
