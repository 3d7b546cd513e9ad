"""`publisher preview` shows a post as each of its channels would, byte for byte what would be sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from planned_site import FILES, a_post, write

from publisher import platforms
from publisher.cli import call as run
from publisher.content import load
from publisher.render import message

NOW = "2026-11-23T13:00:00Z"


@pytest.fixture(autouse=True)
def _sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PUBLISHER_TARGET", "PUBLISHER_LEDGER"):
        monkeypatch.delenv(name, raising=False)


def shown(root: Path, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(["preview", *words, "--root", str(root), "--now", NOW]) == 0
    return capsys.readouterr().out


def as_json(root: Path, capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    return json.loads(shown(root, capsys, *words, "--json"))


def refused(root: Path, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(["preview", *words, "--root", str(root), "--now", NOW]) == 2
    return capsys.readouterr().err


def test_a_person_sees_text_link_pictures_length_time_and_digest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = shown(write(tmp_path), capsys, "2026-valve", "--channel", "facebook:1")
    link = (
        "https://health.example.org/cardiology/valve/"
        "?utm_source=facebook&utm_medium=social&utm_campaign=2026-valve&utm_content=hm3bf4ibbi"
    )
    slot = "Tue 24 Nov 2026 09:00 America/Chicago: the first free slot of Cardiology"
    time = f"{slot} after the page is public (Mon 23 Nov 2026 10:00)"
    assert text.splitlines()[:7] == [
        "╭─ Example Health Cardiology · 2026-valve/facebook:1/1", "│ A new valve without open surgery", "│ ",
        "│ What the clinic offers, and for whom.", "│ ", "│ Fictional sample.", "╰─",
    ]  # fmt: skip
    assert text.splitlines()[7:11] == [
        f"  link:    {link}", "  picture: none", "  length:  90 of 63206 characters", f"  time:    {time}",
    ]  # fmt: skip
    assert text.splitlines()[11].startswith("  digest:  ")


def test_every_channel_of_the_post_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = as_json(write(tmp_path), capsys, "content/cardiology/valve.md")
    assert [m["channel"] for m in found["messages"]] == ["facebook:1", "facebook:2"]


def test_what_is_shown_is_the_message_that_would_be_sent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, cardiology__walk_md=a_post("2026-walk", "social:", '  facebook: {text: "5 km: ♥ [b]walk[/b]"}'))
    content = load(tmp_path)
    walk = next(p for p in content.posts if p.id == "2026-walk")
    sent = message(
        walk, content.channels()["facebook:2"], content.site, platforms.load("facebook").rules, "2026-walk/facebook:2/1"
    )
    (found,) = as_json(tmp_path, capsys, "2026-walk", "--channel", "facebook:2")["messages"]
    assert (found["text"], found["link"], found["digest"]) == (sent.text, sent.link, sent.digest)
    assert found["text"] == "5 km: ♥ [b]walk[/b]\n\nFictional sample."
    assert "│ 5 km: ♥ [b]walk[/b]" in shown(tmp_path, capsys, "2026-walk")


def test_a_long_line_is_not_folded_for_other_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = "heart " * 400 + "end"
    write(tmp_path, cardiology__walk_md=a_post("2026-walk", "social:", f'  facebook: {{text: "{line}"}}'))
    assert f"│ {line}\n" in shown(tmp_path, capsys, "2026-walk")


def test_a_draft_is_shown_as_it_would_go_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, cardiology__walk_md=a_post("2026-walk", "status: draft"))
    text = shown(tmp_path, capsys, "2026-walk")
    assert text.startswith("2026-walk is a draft: nothing goes out while it is one\n╭─ ")
    assert "the first free slot of Cardiology" in text


def test_a_repeat_is_shown_with_its_own_link(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ("review: {by: maren-fenwold, date: 2026-11-01}", "social: {repeat: [2026-12-10 12:00]}")
    write(tmp_path, cardiology__walk_md=a_post("2026-walk", *lines))
    found = as_json(tmp_path, capsys, "2026-walk", "--channel", "facebook:1")["messages"]
    assert [m["key"] for m in found] == ["2026-walk/facebook:1/1", "2026-walk/facebook:1/2"]
    assert found[0]["link"] != found[1]["link"]


def test_a_channel_where_it_does_not_go_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, cardiology__walk_md=a_post("2026-walk", "social: {not: [facebook]}"))
    said = refused(tmp_path, capsys, "2026-walk", "--channel", "facebook:1")
    assert said == "publisher: 2026-walk does not go to facebook:1: social.not names facebook\n"
    assert "2026-walk goes to no channel" in shown(tmp_path, capsys, "2026-walk")
    said = refused(tmp_path, capsys, "2026-valve", "--channel", "facebook:9")
    assert "none of the post's specialties names facebook:9" in said


def test_a_post_that_is_not_there_is_told_from_one_that_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, cardiology__walk_md=a_post("2026-walk").replace("date: 2026-11-23 11:00\n", ""))
    said = refused(tmp_path, capsys, "2026-valv")
    assert said == "publisher: there is no post 2026-valv\n  hint: did you mean 2026-valve?\n"
    assert "cardiology/walk.md has mistakes that keep it from being read" in refused(
        tmp_path, capsys, "content/cardiology/walk.md"
    )


def test_a_text_that_is_too_long_is_a_problem_and_ends_in_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    long = "a" * 63206
    write(tmp_path, cardiology__walk_md=a_post("2026-walk", "social:", f"  facebook: {{text: {long}}}"))
    assert run(["preview", "2026-walk", "--root", str(tmp_path), "--now", NOW, "--json"]) == 1
    messages = json.loads(capsys.readouterr().out)["messages"]
    assert [[p["rule"] for p in m["problems"]] for m in messages] == [["text-too-long"], ["text-too-long"]]


def test_a_picture_is_named_with_its_alt_text_and_the_link_stands_in_the_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from PIL import Image

    (tmp_path / "content/cardiology").mkdir(parents=True)
    Image.new("RGB", (4, 4)).save(tmp_path / "content/cardiology/clinic.jpg")
    valve = FILES["cardiology/valve.md"].replace("authors:", 'image: {src: clinic.jpg, alt: "A bright room"}\nauthors:')
    text = shown(write(tmp_path, cardiology__valve_md=valve), capsys, "2026-valve", "--channel", "facebook:1")
    assert "  picture: cardiology/clinic.jpg - A bright room\n" in text
    assert "│ https://health.example.org/cardiology/valve/?utm_source=facebook" in text
