"""A post that is no longer what it was: corrected, archived, expired, withdrawn, or in another language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.build import build

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

VALVE = "content/cardiology/valve/index.md"


def change(root: Path, name: str, old: str, new: str) -> None:
    file = root / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def listed(output: Path) -> bool:
    lists = ["index.html", "archive/index.html", "cardiology/index.html", "feeds/all.atom.xml", "sitemap.xml"]
    found = {"/cardiology/valve/" in (output / name).read_text(encoding="utf-8") for name in lists}
    assert len(found) == 1
    return found.pop()


@pytest.mark.parametrize(
    ("line", "said", "in_lists"),
    [
        ("status: corrected", "March 4, 2026: we had the wrong ward.", True),
        ("status: archived", "This article is archived.", False),
        ("expires: 2026-03-10 09:00", "This article is out of date</strong> since <time", False),
    ],
)
def test_a_page_says_how_it_stands(root: Path, now: datetime, line: str, said: str, in_lists: bool) -> None:
    change(root, VALVE, "id: 2026-valve", f"id: 2026-valve\n{line}")
    output = build(root, root.parent / "output", now=now).output
    html = (output / "cardiology/valve/index.html").read_text(encoding="utf-8")
    assert said in html
    assert ('content="noindex"' in html) is not in_lists
    assert listed(output) is in_lists


def test_of_a_withdrawn_post_only_the_title_and_the_reason_are_left(root: Path, now: datetime) -> None:
    change(root, VALVE, "id: 2026-valve", "id: 2026-valve\nstatus: retracted")
    output = build(root, root.parent / "output", now=now).output
    html = (output / "cardiology/valve/index.html").read_text(encoding="utf-8")
    assert "This article has been withdrawn." in html
    assert "March 4, 2026: we had the wrong ward." in html
    assert listed(output) is False
    assert [file.name for file in (output / "cardiology/valve").iterdir()] == ["index.html"]
    gone = ["leaky valve", "picture.png", "Worth two minutes", "Most people walk", "Sleep matters", "medlineplus"]
    assert [words for words in gone if words in html] == []
    assert '"status": "retracted"' in (output / "posts.json").read_text(encoding="utf-8")


def test_a_translation_and_its_original_lead_to_each_other(root: Path, now: datetime) -> None:
    about = "id: 2026-valvula\ntitle: La válvula\ndate: 2026-03-03 09:00\nlang: es\ntranslation-of: 2026-valve"
    text = f"---\n{about}\n---\n\nHola.\n"
    (root / "content/cardiology/valvula.md").write_text(text, encoding="utf-8")
    output = build(root, root.parent / "output", now=now).output
    original = (output / "cardiology/valve/index.html").read_text(encoding="utf-8")
    spanish = (output / "cardiology/valvula/index.html").read_text(encoding="utf-8")
    assert '<a href="/cardiology/valvula/" hreflang="es" lang="es">La válvula</a>' in original
    assert '<link rel="alternate" hreflang="es" href="https://sample.example.org/cardiology/valvula/">' in original
    assert '<html lang="es">' in spanish
    assert '<a href="/cardiology/valve/" hreflang="en" lang="en">' in spanish


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("video: https://v.example.net/1", '<a class="button" href="https://v.example.net/1" rel="noopener">'),
        ("video: film.mp4", '<video class="film" controls preload="none" src="/cardiology/valve/film.mp4" poster='),
        ("transcript: |\n  One line.\n  Another line.", "<p>One line.</p>\n<p>Another line.</p>"),
        ("transcript: film.vtt", "<p>Good morning.</p>\n<p>Sit down.</p>"),
    ],
)  # fmt: skip
def test_a_video_and_its_words_stand_in_the_page(root: Path, now: datetime, given: str, shown: str) -> None:
    change(root, VALVE, "id: 2026-valve", f"id: 2026-valve\nkind: video\n{given}")
    folder = root / "content/cardiology/valve"
    (folder / "film.mp4").write_bytes(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom")
    captions = "WEBVTT\n\n00:00.000 --> 00:01.000\nGood morning.\n\n00:01.000 --> 00:02.000\nSit down.\n"
    (folder / "film.vtt").write_text(captions, encoding="utf-8")
    output = build(root, root.parent / "output", now=now).output
    assert shown in (output / "cardiology/valve/index.html").read_text(encoding="utf-8")
    assert (output / "cardiology/valve/film.mp4").is_file() is ("film.mp4" in given)
