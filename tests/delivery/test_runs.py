"""Whole runs: two at once and five in a row, late and first ones, interrupted ones, and none that tells a secret."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import logging
import os
import signal
import subprocess
import sys
import traceback
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import pytest
from delivery_given import EVE, NOW, PAGE, Clock, World, channels_of, fork, write_post, write_site, write_specialty

from publisher.errors import CallError
from publisher.ledger import Ledger
from publisher.platforms import load
from publisher.sandbox._faults import KINDS
from publisher.tokens import Tokens
from publisher.values import Call

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.http import Transport
    from publisher.platforms.base import Credential

ROOT = Path(__file__).parents[2]
PAGES = tuple(f"10422000000{n:04}" for n in range(6))


def _many(root: Path) -> None:
    """Six pages of two specialties; every one of four posts goes to three of them."""
    for name, pages in (("cardiology", PAGES[:3]), ("neurology", PAGES[3:])):
        write_specialty(root, name, pages)
        for slug in ("one", "two"):
            write_post(root, f"{name}-{slug}", "link", name)


def _run(here: World, *words: str, **environ: str) -> subprocess.Popen[str]:
    """The command `publisher run` in a process of its own, with its clock at ours."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("PUBLISHER_")}
    command = [sys.executable, "-m", "publisher", "run", "--root", str(here.root), "--now", here.clock().isoformat()]
    return subprocess.Popen(
        [*command, *words], cwd=ROOT, env={**env, **environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def _once_each(here: World) -> None:
    """Each delivery is public once, under its own receipt, and nothing is left."""
    deliveries = here.deliveries()
    assert Counter(d.state for d in deliveries) == {"verified": 12}
    assert {d.receipt.remote_id for d in deliveries if d.receipt} == {copy["id"] for copy in here.copies()}
    assert (here.ever(), Counter(copy["channel"] for copy in here.copies())) == (12, dict.fromkeys(PAGES, 2))


@pytest.mark.kill
def test_two_runs_at_once_deliver_each_once(world: Callable[..., World]) -> None:
    here = world(content=_many)
    children = [fork(lambda: here.run(threads=4) and None) for _ in range(2)]
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    _once_each(here)
    opened = here.open()
    assert opened.log_broken_at() is None
    assert Counter(e.became for e in opened.history())["delivered"] == 12
    opened.close()


@pytest.mark.kill
def test_two_commands_at_once_deliver_each_once(world: Callable[..., World]) -> None:
    here = world(content=_many)
    commands = [_run(here, "--json") for _ in range(2)]
    told = [json.loads(command.communicate()[0]) for command in commands]
    assert [command.returncode for command in commands] == [0, 0]
    assert sum(report["delivered"] for report in told) == 12
    _once_each(here)


@pytest.mark.kill
def test_two_commands_at_once_make_one_ledger(world: Callable[..., World]) -> None:
    """The very first run, twice: one makes the ledger and seeds it, the other finds it."""
    here = world(content=_many)
    for file in (here.root / ".publisher").glob("sandbox.db*"):
        file.unlink()
    commands = [_run(here, "--json") for _ in range(2)]
    said = [command.communicate() for command in commands]
    assert [command.returncode for command in commands] == [0, 0], said
    assert Counter(d.state for d in here.deliveries()) == {"cancelled": 12}


def test_five_runs_in_a_row_deliver_each_once(world: Callable[..., World]) -> None:
    here = world(content=_many)
    first = here.run(threads=4)
    assert (len(first.sent), first.verified, first.needs) == (12, 12, ())
    writes = [call for call in here.sandbox.calls() if call["applied"]]
    for _ in range(4):
        here.later(minutes=15)
        again = here.run(threads=4)
        assert (again.sent, again.verified, again.planned.new) == ((), 0, 0)
    assert [call for call in here.sandbox.calls() if call["applied"]] == writes
    _once_each(here)


def test_a_run_with_a_limit_delivers_no_more(world: Callable[..., World]) -> None:
    here = world(content=_many)
    assert len(here.run(threads=4, limit=5).sent) == 5
    assert here.ever() == 5
    assert len(here.run(threads=4).sent) == 7


def test_an_edit_after_delivery_never_makes_a_second_one(world: Callable[..., World]) -> None:
    here = world()
    here.run()
    file = here.root / "content" / "cardiology" / "good-day" / "index.md"
    file.write_text(file.read_text().replace("plain words about it", "other words about it"))
    file.parent.rename(file.parent.with_name("another-name"))
    here.later(hours=1)
    report = here.run()
    assert (report.sent, here.ever()) == ((), 1)
    assert here.delivery().state == "verified"


# What needs a person


def test_a_need_is_fresh_once(world: Callable[..., World]) -> None:
    """What `--fail-on new` asks: the first run that finds it says so, later ones say only that it stands."""
    here = world()
    here.sandbox.add_fault("drop-before", call="POST feed")
    first = here.run()
    assert [need.state for need in first.needs] == [need.state for need in first.fresh] == ["in_doubt"]
    here.later(minutes=20)
    second = here.run()
    assert [need.state for need in second.needs] == ["in_doubt"]
    assert second.fresh == ()


def test_the_command_ends_with_one_while_anything_needs_a_person_or_only_when_it_is_new(
    world: Callable[..., World],
) -> None:
    here = world()
    here.sandbox.add_fault("drop-before", call="POST feed")
    for words, code in ((["--fail-on", "new"], 1), (["--fail-on", "new"], 0), (["--fail-on", "any"], 1)):
        command = _run(here, *words)
        said, wrong = command.communicate()
        assert (command.returncode, wrong) == (code, ""), said
        here.later(minutes=20)


def test_one_channels_credential_never_stops_anothers_deliveries(world: Callable[..., World]) -> None:
    here = world(content=_many)
    tokens = here.root / ".publisher" / "sandbox" / "tokens"
    (tokens / f"FB_{PAGES[0]}").rename(tokens / "aside")
    try:
        report = here.run(threads=4)
    finally:
        (tokens / "aside").rename(tokens / f"FB_{PAGES[0]}")
    assert len(report.sent) == 10
    assert {(need.channel, need.state) for need in report.needs} == {(f"facebook:{PAGES[0]}", "held")}
    assert all(f"has no FB_{PAGES[0]}" in need.why for need in report.needs if "credential" in need.why)
    here.later(minutes=15)
    assert len(here.run(threads=4).sent) == 2
    _once_each(here)


def test_a_carelessly_kept_credential_stops_its_channel_only(world: Callable[..., World]) -> None:
    here = world(content=_many)
    token = here.root / ".publisher" / "sandbox" / "tokens" / f"FB_{PAGES[0]}"
    token.chmod(0o644)
    try:
        report = here.run(threads=4)
    finally:
        token.chmod(0o600)
    assert len(report.sent) == 10
    assert all("can be read by others" in need.why for need in report.needs if "credential" in need.why)


def test_a_retraction_without_a_credential_waits_and_is_seen(world: Callable[..., World]) -> None:
    here = world()
    here.run()
    here.want("retracted")
    token = here.root / ".publisher" / "sandbox" / "tokens" / f"FB_{PAGE}"
    token.rename(token.with_name("aside"))
    try:
        report = here.run()
    finally:
        token.with_name("aside").rename(token)
    assert [need.why for need in report.needs] == [here.delivery().reason]
    assert here.delivery().reason.startswith("retract waits: ")
    here.until_settled()
    assert (here.delivery().state, here.copies()) == ("retracted", [])


def test_what_somebody_else_changed_on_the_page_is_said(world: Callable[..., World]) -> None:
    here = world()
    here.sandbox.add_fault("listing-lag", call="POST feed", seconds=60)
    here.run()
    assert here.delivery().state == "delivered"
    posted = here.delivery()
    assert posted.message is not None
    assert posted.receipt is not None
    credential = Tokens(here.root, target="sandbox").credential(load("facebook"), channels_of(here.root)[0])
    with here.transport() as transport:
        path = f"/v26.0/{posted.receipt.remote_id}"
        transport.send(load("facebook"), Call(method="POST", path=path, form={"message": "Something else"}), credential)
    here.later(minutes=20)
    report = here.run()
    assert here.delivery().state == "delivered"
    assert ["the page shows something else than was sent: 'Something else'" in n.why for n in report.needs] == [True]


# First and late runs


def test_the_first_run_on_a_full_site_sends_nothing(world: Callable[..., World], tmp_path: Path) -> None:
    here = world(content=_many)
    here.url = f"sqlite:///{tmp_path}/new.db"
    Ledger.create(here.url, "sandbox", NOW).close()
    report = here.run(threads=4)
    assert (report.sent, report.needs, here.ever()) == ((), (), 0)
    assert {(d.state, d.reason) for d in here.deliveries()} == {("cancelled", "seeded: before our time")}
    here.later(hours=1)
    assert here.run(threads=4).sent == ()


def test_what_comes_later_than_its_grace_is_missed_and_not_sent_in_a_burst(world: Callable[..., World]) -> None:
    here = world(content=_many)
    here.later(hours=7)
    report = here.run(threads=4)
    assert (report.sent, here.ever()) == ((), 0)
    assert Counter(need.state for need in report.needs) == {"missed": 12}
    assert report.ended["missed"] == 12


def test_catching_up_keeps_the_channels_spacing(world: Callable[..., World]) -> None:
    def content(root: Path) -> None:
        write_specialty(root)
        folder = root / "content" / "cardiology"
        text = (
            (folder / "specialty.yml")
            .read_text()
            .replace('slots: ["Tue 14:59"]', 'slots: ["Tue 14:59"]\n  spacing: 1h')
        )
        (folder / "specialty.yml").write_text(text)
        for slug in ("one", "two", "three"):
            write_post(root, slug)

    here = world(content=content)
    sent = []
    for _ in range(10):
        sent.append(len(here.run(threads=4).sent))
        here.later(minutes=20)
    assert sent == [1, 0, 0, 1, 0, 0, 1, 0, 0, 0]


# Interrupted


@pytest.mark.kill
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_an_interrupted_run_leaves_a_consistent_ledger_and_the_next_one_goes_on(
    world: Callable[..., World], number: signal.Signals
) -> None:
    """In the middle of a slow answer: that answer is still waited for and written; nothing else is begun."""
    here = world(content=_many)
    here.sandbox.add_fault("slow-accept", call="POST feed", seconds=3)
    command = _run(here, "--threads", "2")
    while not any("slow-accept" in call["faults"] for call in here.sandbox.calls()):
        assert command.poll() is None, command.communicate()
    command.send_signal(number)
    _, wrong = command.communicate()
    assert command.returncode == 130, wrong
    assert "Traceback" not in wrong
    states = Counter(d.state for d in here.deliveries())
    assert not set(states) - {"delivered", "verified", "queued"}, states
    assert states["delivered"] + states["verified"] == here.ever()
    assert 1 <= here.ever() < 12
    here.later(minutes=1)
    here.run(threads=4)
    here.until_settled()
    _once_each(here)


# Secrets


@pytest.fixture
def stormy(world: Callable[..., World]) -> World:
    """A page for every fault of the sandbox, with a post that meets it; several photos, so that uploads are met too."""
    pages = tuple(f"10422000001{n:04}" for n in range(len(KINDS)))

    def content(root: Path) -> None:
        write_specialty(root, "cardiology", pages)
        write_post(root, "good-day", "several photos")

    here = world(content=content)
    for page, kind in zip(pages, KINDS, strict=True):
        seconds = {"slow-accept": 0.2, "drip": 0.001, "delay": 0.2}.get(kind)
        for call in ("POST photos", "POST feed", "GET *"):
            here.sandbox.add_fault(kind, channel=page, call=call, seconds=seconds)
    return here


def _secrets(here: World) -> set[str]:
    """Every token, the app's secret, and every proof that is made of both; plain and as addresses carry them."""
    folder = here.root / ".publisher" / "sandbox" / "tokens"
    tokens = {file.name: file.read_text().strip() for file in folder.iterdir()}
    app = tokens["FB_APP_SECRET"]
    proofs = {hmac.new(app.encode(), t.encode(), hashlib.sha256).hexdigest() for t in tokens.values()}
    plain = {*tokens.values(), *proofs}
    assert len(plain) > 30
    return plain | {quote(secret, safe="") for secret in plain}


def _assert_clean(here: World, where: str, text: str | bytes) -> None:
    data = text.encode() if isinstance(text, str) else text
    found = [secret[:12] for secret in _secrets(here) if secret.encode() in data]
    assert not found, f"{where} shows {len(found)} secrets"
    assert data, f"{where} is empty: nothing was looked at"


def _page(address: str, path: str) -> bytes:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    connection.request("GET", path)
    body = connection.getresponse().read()
    connection.close()
    return body


def test_no_token_is_seen_anywhere_after_a_run_with_every_fault(
    stormy: World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("urllib3").setLevel(logging.DEBUG)
    reports = [stormy.run(threads=4)]
    for _ in range(3):
        stormy.later(minutes=20)
        reports.append(stormy.run(threads=4))
    assert len({name for call in stormy.sandbox.calls() for name in call["faults"]}) >= len(KINDS) - 1
    assert any(record.name.startswith("urllib3") for record in caplog.records)
    _assert_clean(stormy, "the log", caplog.text)
    _assert_clean(stormy, "the report", json.dumps([report.to_json() for report in reports]) + repr(reports))
    for file in (stormy.root / ".publisher").glob("sandbox.db*"):
        _assert_clean(stormy, file.name, file.read_bytes() or b"-")
    opened = stormy.open()
    _assert_clean(stormy, "the ledger", repr(opened.deliveries()) + repr(opened.history()))
    opened.close()
    for path in ("/", f"/facebook/{PAGE}", "/_sandbox/calls", "/_sandbox/posts"):
        _assert_clean(stormy, path, _page(stormy.sandbox.address, path))
    said = capsys.readouterr()
    _assert_clean(stormy, "the terminal", said.out + said.err + "-")


def test_no_token_is_seen_in_an_error_or_its_traceback(stormy: World) -> None:
    """Every fault at every kind of call, with the locals of every frame."""
    tokens, told = Tokens(stormy.root, target="sandbox"), []
    with stormy.transport() as transport:
        for channel in channels_of(stormy.root):
            credential = tokens.credential(load("facebook"), channel)
            told += [_traceback(transport, call, credential) for call in _calls(channel.remote_id)]
    assert len([text for text in told if text]) > len(KINDS)
    _assert_clean(stormy, "a traceback", "\n".join(told))


def _traceback(transport: Transport, call: Call, credential: Credential) -> str:
    """What a debugger would show of the error that the call ends with; empty when it ends well."""
    try:
        transport.send(load("facebook"), call, credential)
    except CallError as error:
        return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    return ""


def _calls(page: str) -> list[Call]:
    return [
        Call(method="POST", path=f"/v26.0/{page}/photos", form={"published": "false"}),
        Call(method="POST", path=f"/v26.0/{page}/feed", form={"message": "Good day"}, commits=True),
        Call(method="GET", path=f"/v26.0/{page}/published_posts", query={"limit": "1"}),
        Call(method="GET", path=f"/v26.0/{page}_1", query={"fields": "id"}),
    ]


@pytest.mark.kill
def test_no_token_is_seen_on_the_commands_terminal(stormy: World) -> None:
    for words in ([], ["--json"]):
        command = _run(stormy, *words, PUBLISHER_DEBUG="1")
        said, wrong = command.communicate()
        assert command.returncode in {0, 1}, wrong
        _assert_clean(stormy, "the terminal", said + wrong)
        stormy.later(minutes=20)


def test_a_world_begins_with_content_that_has_no_mistake(tmp_path: Path) -> None:
    """What these tests are made of: a mistake in it would make them pass for another reason."""
    from delivery_given import KINDS as KINDS_OF_POSTS
    from delivery_given import problems

    write_site(tmp_path)
    write_specialty(tmp_path)
    for kind in KINDS_OF_POSTS:
        write_post(tmp_path, kind.replace(" ", "-"), kind)
    assert [p for p in problems(tmp_path) if "advice" not in p and "warning" not in p] == []
    assert Clock(EVE)() == EVE
