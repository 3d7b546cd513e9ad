"""Each fault does on the wire what its name says, to the calls it is about and as often as it was told."""

from __future__ import annotations

import http.client
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from urllib.parse import urlencode, urlsplit

import pytest
from sandbox_calls import Told, ask, signed, upload

from publisher.errors import Misuse
from publisher.sandbox import FAULT_KINDS, Sandbox, parse_fault, start

PAGE = "104220000000001"
OTHER = "104220000000002"


def post(sandbox: Sandbox, message: str = "Hello", **params: object) -> Told:
    return ask(sandbox, "POST", f"/{PAGE}/feed", message=message, **params)


def raw_post(sandbox: Sandbox, timeout: float = 20) -> http.client.HTTPConnection:
    """A connection on which a post was sent and nothing was read yet."""
    connection = http.client.HTTPConnection(urlsplit(sandbox.address).netloc, timeout=timeout)
    connection.request(
        "POST", f"/facebook/v26.0/{PAGE}/feed", urlencode({**signed(sandbox), "message": "Hello"}),
        {"Content-Type": "application/x-www-form-urlencoded"},
    )  # fmt: skip
    return connection


def dropped(sandbox: Sandbox) -> OSError:
    """What the kernel says of a connection that a post was sent on (a mere end of it is no error: RST, not FIN)."""
    connection = raw_post(sandbox)
    try:
        with pytest.raises(OSError, match="reset") as caught:
            connection.sock.recv(1)
        return caught.value
    finally:
        connection.close()


def public(sandbox: Sandbox) -> list[str]:
    return [each["message"] for each in sandbox.public()]


def applied(sandbox: Sandbox) -> list[bool]:
    return [call["applied"] for call in sandbox.calls()]


def test_accept_then_drop_publishes_and_resets_the_connection(sandbox: Sandbox) -> None:
    sandbox.add_fault("accept-then-drop")
    assert isinstance(dropped(sandbox), ConnectionResetError)
    assert public(sandbox) == ["Hello"]
    assert applied(sandbox) == [True]


def test_drop_before_resets_the_connection_and_publishes_nothing(sandbox: Sandbox) -> None:
    sandbox.add_fault("drop-before")
    assert isinstance(dropped(sandbox), ConnectionResetError)
    assert public(sandbox) == []
    assert applied(sandbox) == [False]


def test_accept_then_500_publishes_and_says_that_it_failed(sandbox: Sandbox) -> None:
    sandbox.add_fault("accept-then-500")
    told = post(sandbox)
    assert (told.status, told.error) == (500, (1, None))
    assert public(sandbox) == ["Hello"]


def test_error_500_publishes_nothing(sandbox: Sandbox) -> None:
    sandbox.add_fault("error-500")
    told = post(sandbox)
    assert (told.status, told.error) == (500, (1, None))
    assert public(sandbox) == []


def test_slow_accept_publishes_long_before_it_answers(sandbox: Sandbox) -> None:
    sandbox.add_fault("slow-accept", seconds=60)
    connection = raw_post(sandbox)
    while not sandbox.calls():
        Event().wait(0.01)
    assert public(sandbox) == ["Hello"]
    connection.sock.setblocking(False)
    with pytest.raises(BlockingIOError):
        connection.sock.recv(1)
    connection.close()


def test_drip_sends_a_whole_answer_one_byte_at_a_time(sandbox: Sandbox) -> None:
    sandbox.add_fault("drip", seconds=0.001)
    connection = raw_post(sandbox)
    answer = connection.getresponse()
    length = int(answer.headers["Content-Length"])
    reads = []
    while piece := answer.read1(length):
        reads.append(piece)
    connection.close()
    assert json.loads(b"".join(reads))["id"] == sandbox.public()[0]["id"]
    assert len(reads) > 1


def test_drip_outlives_the_timeout_of_each_read(sandbox: Sandbox) -> None:
    sandbox.add_fault("drip", seconds=0.06)
    connection = raw_post(sandbox, timeout=2)
    begun = time.monotonic()
    answer = connection.getresponse()
    length = len(answer.read())
    connection.close()
    assert time.monotonic() - begun >= (length - 1) * 0.06 > 2


def test_truncated_json_is_a_whole_answer_that_cannot_be_parsed(sandbox: Sandbox) -> None:
    sandbox.add_fault("truncated-json")
    connection = raw_post(sandbox)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    assert answer.status == 200
    assert len(text) == int(answer.headers["Content-Length"])
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)
    assert public(sandbox) == ["Hello"]


def test_short_body_hangs_up_before_the_length_that_it_announced(sandbox: Sandbox) -> None:
    sandbox.add_fault("short-body")
    connection = raw_post(sandbox)
    answer = connection.getresponse()
    with pytest.raises(http.client.IncompleteRead):
        answer.read()
    connection.close()
    assert public(sandbox) == ["Hello"]


def test_empty_answers_200_with_nothing(sandbox: Sandbox) -> None:
    sandbox.add_fault("empty")
    connection = raw_post(sandbox)
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (200, b"")
    connection.close()
    assert public(sandbox) == ["Hello"]


@pytest.mark.parametrize("code", ["4", "32", "80001"])
def test_limit_reached_names_the_minutes_to_wait(sandbox: Sandbox, code: str) -> None:
    sandbox.add_fault("limit-reached", code=code, seconds=1140)
    told = post(sandbox)
    assert (told.status, told.error) == (400, (int(code), None))
    ((usage,),) = json.loads(told.headers["X-Business-Use-Case-Usage"]).values()
    assert (usage["call_count"], usage["estimated_time_to_regain_access"]) == (100, 19)
    assert public(sandbox) == []


@pytest.mark.parametrize(
    ("kind", "status", "error"),
    [
        ("token-expired", 400, (190, 463)),
        ("permission-lost", 400, (10, None)),
        ("api-version-gone", 400, (2635, None)),
        ("transient", 500, (2, None)),
    ],
)
def test_a_refusal_is_in_the_platforms_own_words(
    sandbox: Sandbox, kind: str, status: int, error: tuple[int, int | None]
) -> None:
    sandbox.add_fault(kind)
    told = post(sandbox)
    assert (told.status, told.error) == (status, error)
    assert told.body["error"]["is_transient"] is (kind == "transient")
    assert told.body["error"]["fbtrace_id"].startswith("A")
    assert public(sandbox) == []


def test_media_expired_refuses_the_post_that_uses_an_upload_and_only_that(sandbox: Sandbox) -> None:
    name = upload(sandbox, b"GIF89a", published="false").body["id"]
    media = json.dumps([{"media_fbid": name}])
    sandbox.add_fault("media-expired")
    assert ask(sandbox, "GET", f"/{name}").status == 200
    assert post(sandbox, attached_media=media).error == (100, None)
    assert post(sandbox, attached_media=media).status == 200


def test_listing_lag_hides_a_new_post_from_reads_and_listings_for_a_while(tmp_path: Path) -> None:
    from sandbox_calls import HEART

    noon = datetime(2026, 12, 1, 12, tzinfo=UTC)
    with start(tmp_path, now=noon, pages=[HEART]) as sandbox:
        sandbox.add_fault("listing-lag", seconds=600)
        name = post(sandbox).body["id"]

        def seen() -> tuple[int, int]:
            listed = ask(sandbox, "GET", f"/{PAGE}/published_posts").body["data"]
            return len(listed), ask(sandbox, "GET", f"/{name}").status

        assert seen() == (0, 400)
        assert sandbox.public()[0]["seen"] is False
        sandbox.set_clock(noon + timedelta(seconds=601))
        assert seen() == (1, 200)


def test_a_lagging_post_is_public_for_its_followers_and_can_be_deleted(sandbox: Sandbox) -> None:
    sandbox.add_fault("listing-lag", seconds=600)
    name = post(sandbox).body["id"]
    assert public(sandbox) == ["Hello"]
    assert ask(sandbox, "DELETE", f"/{name}").body == {"success": True}


def test_duplicate_off_lets_the_same_text_through(sandbox: Sandbox) -> None:
    post(sandbox)
    assert post(sandbox).error == (506, None)
    number = sandbox.add_fault("duplicate-off")
    assert post(sandbox).status == 200
    assert post(sandbox).status == 200
    sandbox.clear_faults(number)
    assert post(sandbox).error == (506, None)


def test_delay_makes_every_call_wait(sandbox: Sandbox) -> None:
    sandbox.add_fault("delay", seconds=0.1)
    begun = time.monotonic()
    assert [post(sandbox, f"Number {n}").status for n in range(3)] == [200, 200, 200]
    assert time.monotonic() - begun >= 0.3


def test_a_fault_meets_as_many_calls_as_it_was_told_after_letting_some_pass(sandbox: Sandbox) -> None:
    sandbox.add_fault("error-500", after=1, count=2)
    assert [post(sandbox, f"Number {n}").status for n in range(5)] == [200, 500, 500, 200, 200]
    assert sandbox.faults() == []


def test_a_fault_without_an_end_lasts_until_it_is_cleared(sandbox: Sandbox) -> None:
    number = sandbox.add_fault("error-500", count=0)
    assert [post(sandbox, f"Number {n}").status for n in range(4)] == [500, 500, 500, 500]
    sandbox.clear_faults(number)
    assert post(sandbox).status == 200


def test_a_fault_meets_only_its_channel_call_and_platform(sandbox: Sandbox) -> None:
    sandbox.add_fault("error-500", channel=OTHER)
    sandbox.add_fault("transient", call="POST photos")
    sandbox.add_fault("permission-lost", platform="mastodon")
    assert post(sandbox).status == 200
    assert ask(sandbox, "POST", f"/{OTHER}/feed", token="FB_NERVE", message="Hello").error == (1, None)
    assert upload(sandbox, b"GIF89a").error == (2, None)
    assert [fault["kind"] for fault in sandbox.faults()] == ["permission-lost"]


def test_only_the_first_of_several_faults_that_decide_a_call_strikes(sandbox: Sandbox) -> None:
    sandbox.add_fault("accept-then-500")
    sandbox.add_fault("error-500")
    assert [post(sandbox, f"Number {n}").status for n in range(3)] == [500, 500, 200]
    assert public(sandbox) == ["Number 0", "Number 2"]
    assert [call["faults"] for call in sandbox.calls()] == [["accept-then-500"], ["error-500"], []]


def test_the_journal_of_calls_shows_what_came_and_no_secret(sandbox: Sandbox) -> None:
    post(sandbox, link="https://example.org/a")
    post(sandbox, link="ftp://example.org/a")
    first, second = sandbox.calls()
    assert first["params"] == {
        "access_token": "[redacted]", "appsecret_proof": "[redacted]", "message": "Hello", "link": "https://example.org/a",
    }  # fmt: skip
    assert [(c["call"], c["channel"], c["status"], c["applied"], c["token_in"]) for c in (first, second)] == [
        ("POST feed", PAGE, 200, True, "body"),
        ("POST feed", PAGE, 400, False, "body"),
    ]
    text = json.dumps(sandbox.calls())
    assert not any(secret in text for secret in sandbox.tokens.values())


def test_a_text_describes_a_fault() -> None:
    new = parse_fault("slow-accept:platform=facebook,channel=104,call=POST feed,count=2,after=1,seconds=7.5")
    assert new.to_json() == {
        "kind": "slow-accept", "platform": "facebook", "channel": "104", "call": "POST feed", "count": 2, "after": 1,
        "seconds": 7.5, "code": "", "id": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    "spec", ["", "typo", "drip:sometimes", "drip:colour=red", "drip:count=-1", "drip:seconds=soon"]
)
def test_a_text_that_describes_no_fault_is_refused(spec: str, sandbox: Sandbox) -> None:
    with pytest.raises(Misuse):
        parse_fault(spec)


def test_every_kind_of_fault_is_tried_here() -> None:
    text = Path(__file__).read_text("utf-8")
    assert [kind for kind in FAULT_KINDS if f'"{kind}"' not in text] == []
