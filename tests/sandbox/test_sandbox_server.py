"""The server itself: this machine only, many threads, state that outlives it, one sandbox for a folder."""

from __future__ import annotations

import hashlib
import http.client
import json
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from sandbox_calls import HEART, NERVE, ask, send, signed, upload

from publisher.errors import HeldElsewhere, Misuse
from publisher.sandbox import Sandbox, running, start
from publisher.sandbox._state import Place, State

PAGE = "104220000000001"


def listening(port: int) -> set[str]:
    """The addresses (as the kernel writes them) on which that port is listened to."""
    rows = [
        line.split()
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        for line in Path(table).read_text("ascii").splitlines()[1:]
    ]
    return {row[1].rpartition(":")[0] for row in rows if row[3] == "0A" and int(row[1].rpartition(":")[2], 16) == port}


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs Linux's table of sockets")
@pytest.mark.parametrize("in_process", [True, False])
def test_it_listens_on_loopback_only(tmp_path: Path, in_process: bool) -> None:
    with start(tmp_path, in_process=in_process) as sandbox:
        assert listening(urlsplit(sandbox.address).port or 0) == {"0100007F"}


def test_it_answers_nobody_who_came_by_another_name(sandbox: Sandbox) -> None:
    told = send(sandbox.address, "GET", "/_sandbox/posts", {}, headers={"Host": "evil.example.org"})
    assert told.status == 403


def test_a_form_from_a_browser_cannot_turn_its_switches(sandbox: Sandbox) -> None:
    assert send(sandbox.address, "POST", "/_sandbox/reset", {}).status == 415


@pytest.mark.parametrize("in_process", [True, False])
def test_its_state_outlives_it(tmp_path: Path, in_process: bool) -> None:
    with start(tmp_path, pages=[HEART], in_process=in_process) as sandbox:
        tokens = dict(sandbox.tokens)
        name = ask(sandbox, "POST", f"/{PAGE}/feed", message="Before").body["id"]
        upload(sandbox, b"GIF89a dot", caption="A dot")
        sandbox.add_fault("transient", count=0, call="POST feed")
    with start(tmp_path, pages=[HEART], in_process=in_process) as sandbox:
        assert dict(sandbox.tokens) == tokens
        assert [each["message"] for each in sandbox.public()] == ["Before", "A dot"]
        assert ask(sandbox, "GET", f"/{name}").body["message"] == "Before"
        assert ask(sandbox, "POST", f"/{PAGE}/feed", message="After").error == (2, None)
        digest = sandbox.public()[1]["pictures"][0]["digest"]
        assert send(sandbox.address, "GET", f"/media/{digest}", {}).body == b"GIF89a dot"


def test_what_it_said_it_did_outlives_its_being_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "publisher.sandbox", str(tmp_path), "0"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        child.stdout.readline()
        there = running(tmp_path)
        assert there is not None
        tokens = there.register([HEART])
        values = {"message": "Before the kill", **signed_with(tokens)}
        assert send(there.address, "POST", f"/facebook/v26.0/{PAGE}/feed", values).status == 200
        child.send_signal(signal.SIGKILL)
    with start(tmp_path, pages=[HEART]) as sandbox:
        assert [each["message"] for each in sandbox.public()] == ["Before the kill"]


def signed_with(tokens: Mapping[str, str]) -> dict[str, str]:
    from sandbox_calls import proof

    return {"access_token": tokens["FB_HEART"], "appsecret_proof": proof(tokens["FB_HEART"], tokens["FB_APP_SECRET"])}


def test_a_sandbox_of_its_own_process_ends_with_the_program_that_started_it(tmp_path: Path) -> None:
    program = (
        "import pathlib, sys, os; from publisher.sandbox import start\n"
        "start(pathlib.Path(sys.argv[1]), in_process=False); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False, timeout=60)
    gone = time.monotonic() + 30
    while (tmp_path / ".publisher/sandbox/address").exists() and time.monotonic() < gone:
        time.sleep(0.02)
    assert running(tmp_path) is None


def test_two_sandboxes_cannot_serve_one_folder(tmp_path: Path) -> None:
    with start(tmp_path), pytest.raises(HeldElsewhere, match="another sandbox"):
        start(tmp_path)


def test_a_port_that_is_taken_is_said_so(tmp_path: Path) -> None:
    with start(tmp_path / "a") as sandbox, pytest.raises(Misuse, match="cannot be listened to"):
        start(tmp_path / "b", port=urlsplit(sandbox.address).port or 0)


def test_its_address_stands_in_a_file_while_it_runs(tmp_path: Path) -> None:
    note = tmp_path / ".publisher/sandbox/address"
    with start(tmp_path) as sandbox:
        assert note.read_text("utf-8") == sandbox.address
        there = running(tmp_path)
        assert there is not None
        assert there.posts() == []
    assert not note.exists()


def test_tokens_are_written_for_their_owner_alone(tmp_path: Path) -> None:
    with start(tmp_path, pages=[HEART, NERVE]) as sandbox:
        folder = tmp_path / ".publisher/sandbox/tokens"
        found = {file.name: file.read_text("utf-8") for file in folder.iterdir()}
        assert found == dict(sandbox.tokens)
        assert set(found) == {"FB_HEART", "FB_NERVE", "FB_APP_SECRET"}
        assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_channels_of_platforms_without_a_twin_are_left_out(tmp_path: Path) -> None:
    from publisher.content.channel import Channel

    elsewhere = Channel(platform="carrier-pigeon", remote_id="1", name="Roof", token="PIGEON")
    with start(tmp_path, pages=[elsewhere]) as sandbox:
        assert set(sandbox.tokens) == {"FB_APP_SECRET"}


def test_many_threads_post_at_once_and_each_post_is_there_once(sandbox: Sandbox) -> None:
    def post(number: int) -> str:
        token, channel = ("FB_HEART", PAGE) if number % 2 else ("FB_NERVE", NERVE.remote_id)
        return ask(sandbox, "POST", f"/{channel}/feed", token=token, message=f"Number {number}").body["id"]

    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(post, range(80)))
    assert len(set(names)) == 80
    assert sorted(each["message"] for each in sandbox.public()) == sorted(f"Number {n}" for n in range(80))


def test_clients_that_are_killed_in_the_middle_leave_it_standing(tmp_path: Path) -> None:
    program = "import sys, urllib.request as r; r.urlopen(sys.argv[1], data=sys.argv[2].encode())"
    with start(tmp_path, pages=[HEART]) as sandbox:
        sandbox.add_fault("slow-accept", seconds=60, count=0)
        for number in range(3):
            form = urlencode({**signed(sandbox), "message": f"Number {number}"})
            command = [sys.executable, "-c", program, f"{sandbox.address}/facebook/v26.0/{PAGE}/feed", form]
            with subprocess.Popen(command) as client:
                while len(sandbox.calls()) <= number:
                    time.sleep(0.005)
                client.kill()
        sandbox.clear_faults()
        assert ask(sandbox, "POST", f"/{PAGE}/feed", message="Still here").status == 200
        assert len(sandbox.public()) == 4


def test_parameters_may_come_as_json(sandbox: Sandbox) -> None:
    connection = http.client.HTTPConnection(urlsplit(sandbox.address).netloc, timeout=20)
    try:
        body = json.dumps({**signed(sandbox), "message": "As JSON", "published": False})
        headers = {"Content-Type": "application/json"}
        connection.request("POST", f"/facebook/v26.0/{PAGE}/feed", body, headers)
        assert connection.getresponse().status == 200
    finally:
        connection.close()
    assert [(each["message"], each["public"]) for each in sandbox.posts()] == [("As JSON", False)]


def test_half_a_request_is_no_request(sandbox: Sandbox) -> None:
    with socket.create_connection(("127.0.0.1", urlsplit(sandbox.address).port or 0)) as half:
        half.sendall(b"POST /facebook/v26.0/1/feed HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 50\r\n\r\nmessage=")
    assert ask(sandbox, "POST", f"/{PAGE}/feed", message="Whole").status == 200
    assert [each["message"] for each in sandbox.public()] == ["Whole"]


def test_its_clock_begins_where_it_is_told_and_runs_on(tmp_path: Path) -> None:
    noon = datetime(2026, 12, 1, 12, tzinfo=UTC)
    with start(tmp_path, now=noon, pages=[HEART]) as sandbox:
        first = datetime.fromisoformat(sandbox.ask("GET", "clock")["now"])
        second = datetime.fromisoformat(sandbox.ask("GET", "clock")["now"])
        assert noon <= first <= second < noon + timedelta(minutes=5)
        name = ask(sandbox, "POST", f"/{PAGE}/feed", message="x").body["id"]
        assert ask(sandbox, "GET", f"/{name}", fields="created_time").body["created_time"].startswith("2026-12-01T12:0")


def test_reset_forgets_posts_and_keeps_tokens(sandbox: Sandbox) -> None:
    ask(sandbox, "POST", f"/{PAGE}/feed", message="x")
    sandbox.add_fault("drip")
    sandbox.reset()
    assert (sandbox.posts(), sandbox.calls(), sandbox.faults()) == ([], [], [])
    assert ask(sandbox, "POST", f"/{PAGE}/feed", message="x").status == 200


@pytest.mark.parametrize("scheme", ["Bearer", "OAuth"])
def test_a_token_may_come_in_the_header(sandbox: Sandbox, scheme: str) -> None:
    values = signed(sandbox)
    headers = {"Authorization": f"{scheme} {values.pop('access_token')}"}
    told = send(sandbox.address, "POST", f"/facebook/v26.0/{PAGE}/feed", {**values, "message": "x"}, headers=headers)
    assert told.status == 200
    assert sandbox.calls()[0]["token_in"] == "header"


def test_a_call_without_a_token_is_refused(sandbox: Sandbox) -> None:
    assert send(sandbox.address, "GET", f"/facebook/v26.0/{PAGE}", {}).error == (190, 467)


def test_a_call_without_the_proof_of_the_app_secret_is_refused(sandbox: Sandbox) -> None:
    values = {"access_token": sandbox.tokens["FB_HEART"]}
    told = send(sandbox.address, "GET", f"/facebook/v26.0/{PAGE}", values)
    assert told.error == (100, None)
    assert told.body["error"]["message"] == "API calls from the server require an appsecret_proof argument"


def test_a_refused_call_leaves_nothing_behind(sandbox: Sandbox) -> None:
    assert upload(sandbox, b"GIF89a left", caption="x", unpublished_content_type="DRAFT").error == (100, None)
    assert sandbox.posts() == []
    assert send(sandbox.address, "GET", f"/media/{hashlib.sha256(b'GIF89a left').hexdigest()}", {}).status == 404


def test_what_breaks_in_the_middle_happened_not_at_all(tmp_path: Path) -> None:
    state = State(tmp_path)
    place = Place(platform="facebook", id=PAGE, name="Cardiology", token_name="FB_HEART")

    def break_off() -> None:
        with state.transaction():
            state.register(place)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert state.places() == []
    with state.transaction():
        state.register(place)
    assert state.places() == [place]
    state.close()


def test_attached_media_may_be_written_in_either_way(sandbox: Sandbox) -> None:
    names = [upload(sandbox, b"GIF89a" + bytes([n]), published="false").body["id"] for n in range(2)]
    indexed = {f"attached_media[{n}]": f'{{"media_fbid":"{name}"}}' for n, name in enumerate(names)}
    values = {**signed(sandbox), "message": "Two", **indexed}
    assert send(sandbox.address, "POST", f"/facebook/v26.0/{PAGE}/feed", values).status == 200
    assert [p["id"] for p in sandbox.public()[0]["pictures"]] == names


def test_a_photo_by_address_is_fetched_from_this_machine_only(sandbox: Sandbox) -> None:
    upload(sandbox, b"GIF89a source")
    here = f"{sandbox.address}/media/{sandbox.public()[0]['pictures'][0]['digest']}"
    assert ask(sandbox, "POST", f"/{PAGE}/photos", url=here).status == 200
    assert ask(sandbox, "POST", f"/{PAGE}/photos", url="http://example.org/a.jpg").error == (100, None)
    digests = {p["digest"] for each in sandbox.public() for p in each["pictures"]}
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("method", "path", "error"),
    [
        ("GET", "/999", (100, 33)),
        ("POST", f"/{PAGE}_1", (100, 33)),
        ("DELETE", f"/{PAGE}", (100, 33)),
        ("GET", f"/{PAGE}/friends", (2500, None)),
        ("GET", f"/{PAGE}/feed/more", (2500, None)),
    ],
)
def test_what_is_not_there_is_refused(sandbox: Sandbox, method: str, path: str, error: tuple[int, int | None]) -> None:
    params = {"message": "x"} if method == "POST" else {}
    assert ask(sandbox, method, path, **params).error == error


def test_torn_fields_are_refused(sandbox: Sandbox) -> None:
    for fields in ("id,{", "attachments{url", "comments.summary(", "id}"):
        assert ask(sandbox, "GET", f"/{PAGE}/feed", fields=fields).error == (2500, None)


def test_the_next_page_of_a_listing_can_be_fetched_from_its_address(sandbox: Sandbox) -> None:
    for number in range(3):
        ask(sandbox, "POST", f"/{PAGE}/feed", message=f"Number {number}")
    first = ask(sandbox, "GET", f"/{PAGE}/published_posts", limit=2, fields="message").body
    assert [each["message"] for each in first["data"]] == ["Number 2", "Number 1"]
    path, _, query = first["paging"]["next"].removeprefix(sandbox.address).partition("?")
    values = {**signed(sandbox), **dict(parse_qsl(query))}
    second = send(sandbox.address, "GET", path, values).body
    assert [each["message"] for each in second["data"]] == ["Number 0"]
    assert "next" not in second["paging"]
    assert "paging" not in ask(sandbox, "GET", f"/{PAGE}/scheduled_posts").body
