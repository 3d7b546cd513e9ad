"""The files under content/ become values; whatever is wrong in them is told, and nothing is left out in silence."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from content_given import Load, by_id

from publisher.content import fingerprint, load
from publisher.content.channel import Channel
from publisher.content.post import Image, Review
from publisher.content.reading.nodes import MOST
from publisher.content.specialty import Quiet, Schedule, Slot
from publisher.errors import Misuse

POST = """---
id: {id}
title: Heart valves
date: 2026-12-01 09:00
---
{body}
"""
FULL = """---
id: 2026-heart-failure-telehealth
title: "Heart failure follow-up by video: what to expect"
date: 2026-12-01 09:00
summary: One sentence.
authors: [maria-santos]
tags: [heart failure, on, no, 21:00, 2026, 2026-12-01]
slug: by-video
aliases: [/old/by-video/]
image:
  src: clinic-room.jpg
  alt: "A nurse sets up a tablet"
  credit: Example Health
  focus: 40% 30%
specialties: [neurology]
kind: article
status: corrected
hidden: true
lang: es
audience: patients
campaign: heart-month
translation-of: 2026-valve
review: {by: david-okafor, date: 2026-11-10, due: 2027-11-10}
consent: 0041
sources:
  - https://library.example.org/heart
embargo: 2026-12-01 08:00 America/New_York
expires: 2027-12-01 00:00
share: A quick comment.
key-facts: ["No fee: none", Bring a list]
corrections: ["2026-12-02: the dose was wrong"]
transcript: What is said.
video: https://video.example.org/1
social:
  publish: 2026-12-02 10:30
  grace: 1h 30m
  only: [facebook, x]
  not: [pinterest]
  repeat: [2027-02-01 09:00, 2027-01-01 09:00]
  facebook:
    text: "Our own words: here"
    images: []
    link: https://health.example.org/other/
    publish: 2026-12-03 11:00
    section: hearts
  x: {images: [{src: ward.png, alt: A ward}]}
---

The body.
"""


def test_a_folder_in_order_has_no_problem(loaded: Load) -> None:
    content = loaded()
    assert content.problems == ()
    assert (content.read, content.refused, content.files) == (1, (), 8)
    assert [page.slug for page in content.pages] == ["about"]
    assert list(content.people) == ["david-okafor", "lee-chan", "maria-santos"]


def test_a_specialty_is_read_with_its_schedule_and_channels(loaded: Load) -> None:
    cardiology = loaded().specialties["cardiology"]
    assert (cardiology.name, cardiology.zone) == ("Cardiology", "America/Chicago")
    assert cardiology.owners == ("maria-santos", "lee-chan")
    assert dict(cardiology.reviewers) == {"medical": ("david-okafor",)}
    assert cardiology.schedule == Schedule(
        slots=(Slot(weekday=1, at=time(9)), Slot(weekday=3, at=time(17, 30)), Slot(weekday=5, at=time(10))),
        quiet=Quiet(start=time(21), end=time(7)),
        spacing=timedelta(hours=3),
        per_day=2,
    )
    assert cardiology.channels == (
        Channel(
            platform="facebook", remote_id="104220000000001", name="Example Health Cardiology", token="FB_CARDIOLOGY"
        ),
    )


def test_every_key_of_a_post_is_read(loaded: Load) -> None:
    content = loaded({"cardiology/full.md": FULL})
    assert content.problems == ()
    post = by_id(content, "2026-heart-failure-telehealth")
    assert (post.address, post.specialties) == ("/cardiology/by-video/", ("cardiology", "neurology"))
    assert post.title == "Heart failure follow-up by video: what to expect"
    assert post.date == datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
    assert post.embargo == datetime(2026, 12, 1, 13, 0, tzinfo=UTC)
    assert post.expires == datetime(2027, 12, 1, 6, 0, tzinfo=UTC)
    assert post.tags == ("heart failure", "on", "no", "21:00", "2026", "2026-12-01")
    assert post.image is not None
    assert replace(post.image, digest="") == Image(
        path="cardiology/clinic-room.jpg", digest="", mime="image/jpeg",
        alt="A nurse sets up a tablet", credit="Example Health", focus="40% 30%",
    )  # fmt: skip
    assert post.review == Review(by="david-okafor", date=date(2026, 11, 10), due=date(2027, 11, 10))
    assert (post.consent, post.kind, post.status, post.hidden) == ("0041", "article", "corrected", True)
    assert (post.lang, post.audience, post.campaign) == ("es", "patients", "heart-month")
    assert (post.translation_of, post.aliases) == ("2026-valve", ("/old/by-video/",))
    assert (post.key_facts, post.corrections) == (
        ("No fee: none", "Bring a list"),
        ("2026-12-02: the dose was wrong",),
    )
    assert (post.transcript, post.video) == ("What is said.", "https://video.example.org/1")
    assert (post.body, post.body_line) == ("The body.", 49)


def test_what_a_post_says_of_networks_is_read(loaded: Load) -> None:
    social = by_id(loaded({"cardiology/full.md": FULL}), "2026-heart-failure-telehealth").social
    assert social.publish == datetime(2026, 12, 2, 16, 30, tzinfo=UTC)
    assert social.grace == timedelta(hours=1, minutes=30)
    assert (social.only, social.exclude) == (("facebook", "x"), ("pinterest",))
    assert social.repeat == (datetime(2027, 1, 1, 15, tzinfo=UTC), datetime(2027, 2, 1, 15, tzinfo=UTC))
    facebook = social.variants["facebook"]
    assert (facebook.text, facebook.images, facebook.link) == (
        "Our own words: here",
        (),
        "https://health.example.org/other/",
    )
    assert facebook.publish == datetime(2026, 12, 3, 17, 0, tzinfo=UTC)
    assert dict(facebook.extra) == {"section": "hearts"}
    assert [image.path for image in social.variants["x"].images or ()] == ["cardiology/ward.png"]
    assert social.variants["x"].text is None


def test_each_field_has_its_line(loaded: Load) -> None:
    lines = by_id(loaded({"cardiology/full.md": FULL}), "2026-heart-failure-telehealth").lines
    assert (lines["id"], lines["image.alt"], lines["sources.1"], lines["social.facebook.text"]) == (2, 12, 26, 41)


def test_further_specialties_never_move_a_post_from_home(loaded: Load) -> None:
    text = POST.format(id="a", body="x").replace("date:", "specialties: [neurology, cardiology]\ndate:")
    assert by_id(loaded({"cardiology/a.md": text}), "a").specialties == ("cardiology", "neurology")


def test_a_folder_with_an_index_is_one_post_with_its_files_beside_it(loaded: Load, root: Path) -> None:
    picture = (root / "content/cardiology/ward.png").read_bytes()
    text = POST.format(id="a", body="![A ward](ward.png) [Leaflet]({attach}leaflet.pdf)")
    content = loaded({"cardiology/valves/index.md": text, "cardiology/valves/ward.png": picture,
                      "cardiology/valves/leaflet.pdf": b"%PDF-1.7"})  # fmt: skip
    post = by_id(content, "a")
    assert (post.slug, post.path) == ("valves", "content/cardiology/valves/index.md")
    assert [(one.path, one.mime) for one in post.attachments] == [
        ("cardiology/valves/leaflet.pdf", "application/pdf"),
        ("cardiology/valves/ward.png", "image/png"),
    ]


def test_files_that_no_body_refers_to_are_no_attachments(loaded: Load) -> None:
    content = loaded({"cardiology/a.md": POST.format(id="a", body="`![x](ward.png)` <!-- ![x](ward.png) -->")})
    assert by_id(content, "a").attachments == ()


def test_a_page_has_its_attachments_too(loaded: Load, root: Path) -> None:
    picture = (root / "content/cardiology/ward.png").read_bytes()
    content = loaded({"pages/map.md": "---\ntitle: Map\n---\n![A ward](ward.png)\n", "pages/ward.png": picture})
    assert [one.path for page in content.pages for one in page.attachments] == ["pages/ward.png"]


@pytest.mark.parametrize(
    ("before", "after"),
    [("\ufeff", ""), ("\n\n  \n", ""), ("", "\n\n"), ("\ufeff\n", "\n")],
    ids=["byte-order mark", "blank lines", "blank lines after", "both"],
)
def test_marks_and_blank_lines_around_front_matter_do_no_harm(loaded: Load, before: str, after: str) -> None:
    content = loaded({"cardiology/a.md": before + POST.format(id="a", body="Body.") + after})
    assert content.problems == ()
    assert by_id(content, "a").body == "Body."


def test_line_ends_of_windows_and_blanks_behind_fences_do_no_harm(loaded: Load) -> None:
    text = POST.format(id="a", body="One.\nTwo.").replace("---\n", "---  \n").replace("\n", "\r\n")
    content = loaded({"cardiology/a.md": text})
    assert content.problems == ()
    assert by_id(content, "a").body == "One.\nTwo."


def test_plain_headers_of_pelican_load(loaded: Load) -> None:
    text = (
        "Title: Heart valves: what to expect\nDate: 2026-12-01 09:00\nId: a\nSlug: valves-now\n"
        "Tags: heart, valves\nAuthor: Maria Santos\nSummary: It goes\n    on.\nStatus: draft\n\nThe body: here.\n"
    )
    content = loaded({"cardiology/a.md": text})
    assert content.problems == ()
    post = by_id(content, "a")
    assert (post.title, post.slug, post.summary) == ("Heart valves: what to expect", "valves-now", "It goes on.")
    assert (post.tags, post.authors, post.status) == (("heart", "valves"), ("maria-santos",), "draft")
    assert (post.body, post.body_line) == ("The body: here.", 11)


def test_a_file_that_is_not_utf8_says_where(loaded: Load) -> None:
    content = loaded({"cardiology/a.md": b"---\nid: a\ntitle: Caf\xe9\ndate: 2026-12-01 09:00\n---\n"})
    assert [str(problem) for problem in content.problems] == [
        "content/cardiology/a.md:3: is not UTF-8; save the file with the encoding UTF-8"
    ]
    assert content.refused == ("content/cardiology/a.md",)


def test_a_control_character_says_where(loaded: Load) -> None:
    content = loaded({"cardiology/a.md": POST.format(id="a", body="x").replace("Heart", "He\x00art")})
    assert str(content.problems[0]) == "content/cardiology/a.md:3: holds a character that no text has; take it out"


def test_all_mistakes_of_all_files_are_told_in_one_run(loaded: Load) -> None:
    content = loaded(
        {
            "cardiology/a.md": "---\nid: a\ntitle: Valves: new\nsummry: x\n---\n",
            "cardiology/specialty.yml": "name: Cardiology\nzone: America/Chicago\nownrs: [x]\n",
            "people/lee-chan.yml": "name: null\n",
            "site.yml": "name: X\n",
        }
    )
    assert sorted({problem.path for problem in content.problems}) == [
        "content/cardiology/a.md", "content/cardiology/specialty.yml", "content/cardiology/valve.md",
        "content/people/lee-chan.yml", "content/site.yml",
    ]  # fmt: skip
    assert {problem.rule for problem in content.problems if problem.path == "content/cardiology/a.md"} == {
        "yaml", "unknown-key", "missing-key", "specialty-refused",
    }  # fmt: skip
    assert content.read == len(content.posts) + len(content.refused) == 2


def test_a_post_of_a_refused_specialty_is_still_read_in_that_ones_zone(loaded: Load) -> None:
    content = loaded(
        {
            "cardiology/specialty.yml": "name: Cardiology\nzone: America/Chicago\nownrs: [x]\n",
            "cardiology/a.md": POST.format(id="a", body="x").replace(" 09:00", ""),
        }
    )
    assert "midnight in America/Chicago is meant" in "\n".join(map(str, content.problems))


def test_names_from_a_refused_file_are_known_names(loaded: Load) -> None:
    """One mistake in a person's file is one problem, not one in every post of that person."""
    content = loaded({"people/maria-santos.yml": "name: Maria\nnick: M\n"})
    assert [problem.rule for problem in content.problems] == ["unknown-key"]


def test_an_id_is_given_once(loaded: Load) -> None:
    content = loaded(
        {"cardiology/a.md": POST.format(id="same", body="x"), "neurology/b.md": POST.format(id="same", body="x")}
    )
    sentence = "is the id of {} as well; give one of them another (the one that is not announced yet)"
    assert [str(problem) for problem in content.problems] == [
        f"content/cardiology/a.md:2: id: same {sentence.format('content/neurology/b.md')}",
        f"content/neurology/b.md:2: id: same {sentence.format('content/cardiology/a.md')}",
    ]
    assert content.refused == ("content/cardiology/a.md", "content/neurology/b.md")


@pytest.mark.parametrize(
    "files",
    [
        {"cardiology/a.md": POST.format(id="a", body="x"), "cardiology/a/index.md": POST.format(id="b", body="x")},
        {"cardiology/a.md": POST.format(id="a", body="x").replace("date:", "aliases: [/cardiology/valve]\ndate:")},
        {"pages/cardiology.md": "---\ntitle: Heart\n---\n"},
        {"cardiology/a.md": POST.format(id="a", body="x").replace("date:", "slug: valve\ndate:")},
    ],
    ids=["file and folder", "alias", "page and specialty", "slug"],
)
def test_an_address_is_given_once(loaded: Load, files: dict[str, str]) -> None:
    content = loaded(files)
    assert [problem.rule for problem in content.problems] == ["duplicate-address", "duplicate-address"]


def test_equal_slugs_of_two_specialties_are_two_addresses(loaded: Load) -> None:
    assert loaded({"neurology/valve.md": POST.format(id="a", body="x")}).problems == ()


SHARED = """name: Neurology
zone: America/Phoenix
channels:
  - {{platform: facebook, id: 104220000000001, name: Example Health Cardiology, token: {token}}}
"""


def test_two_specialties_share_a_channel_under_one_token(loaded: Load) -> None:
    content = loaded({"neurology/specialty.yml": SHARED.format(token="FB_CARDIOLOGY")})
    assert content.problems == ()
    assert list(content.channels()) == ["facebook:104220000000001"]


def test_two_tokens_for_one_channel_are_told_at_both(loaded: Load) -> None:
    content = loaded({"neurology/specialty.yml": SHARED.format(token="FB_OTHER")})
    assert [str(problem) for problem in content.problems if problem.path.endswith("specialty.yml")] == [
        (
            "content/cardiology/specialty.yml:12: channels.1.token: content/neurology/specialty.yml: "
            "facebook:104220000000001 has FB_CARDIOLOGY there and FB_OTHER here; write the same in both"
        ),
        (
            "content/neurology/specialty.yml:4: channels.1.token: content/cardiology/specialty.yml: "
            "facebook:104220000000001 has FB_CARDIOLOGY there and FB_OTHER here; write the same in both"
        ),
    ]


def test_a_secret_that_was_written_as_a_token_is_not_repeated(loaded: Load) -> None:
    content = loaded({"neurology/specialty.yml": SHARED.format(token="EAAGm0PX4ZCpsBAxyz")})
    assert [problem.rule for problem in content.problems] == ["token-name"]
    assert "EAAG" not in repr(content.problems)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("tags/specialty.yml", "tags is a part of the site itself; give the specialty's folder another name"),
        ("cardiolgy/a.md", "stands in a folder that is no specialty; did you mean cardiology?"),
        ("heart/a.md", "stands in a folder that is no specialty; write content/heart/specialty.yml"),
        ("a.md", "belongs to no specialty; move it into a specialty's folder or into pages/"),
        ("cardiology/a.markdown", "is not read; rename it to a.md"),
        ("cardiology/A.MD", "is not read; rename it to A.md"),
        ("neurology/more/specialty.yml", "is too deep; a specialty's folder stands directly under content/"),
        ("neurology/specialty.yaml", "is not read; rename it to specialty.yml"),
        ("people/ines.yaml", "is not read; rename it to ines.yml"),
        ("people/Ines.yml", "is no id of a person; name the file in small letters with hyphens, like maria-santos.yml"),
        ("sit.yml", "is not read; did you mean site.yml?"),
        ("cardiology/a/more.md",
         "is not read; move it to content/cardiology/more.md, or call it index.md in a folder of its own"),
        ("cardiology/a/b/index.md",
         "is not read; move it to content/cardiology/index.md, or call it index.md in a folder of its own"),
    ],
)  # fmt: skip
def test_a_file_that_nothing_reads_is_told(loaded: Load, name: str, sentence: str) -> None:
    content = loaded({name: "name: Ines\n" if name.startswith("people") else POST.format(id="a", body="x")})
    assert f"content/{name}: {sentence}" in [str(problem) for problem in content.problems]
    assert content.read == len(content.posts) + len(content.refused)


def test_a_folder_that_is_a_link_is_told_and_not_followed(loaded: Load, root: Path) -> None:
    (root / "content" / "heart").symlink_to(root / "content" / "cardiology", target_is_directory=True)
    assert [str(problem) for problem in loaded().problems] == [
        "content/heart: is a link to a folder, which is not followed; put the folder itself here"
    ]


def test_hidden_files_and_editors_copies_are_left_alone(loaded: Load) -> None:
    content = loaded({"cardiology/.a.md": "x", ".git/config.yml": "x", "cardiology/valve.md~": "x"})
    assert (content.problems, content.read) == ((), 1)


def test_a_picture_that_is_a_link_out_of_content_is_outside(loaded: Load, root: Path) -> None:
    (root / "secret.png").write_bytes((root / "content/cardiology/ward.png").read_bytes())
    (root / "content/cardiology/trick.png").symlink_to(root / "secret.png")
    content = loaded({"cardiology/a.md": POST.format(id="a", body="![x](trick.png)")})
    assert [problem.rule for problem in content.problems] == ["outside"]


def test_a_picture_over_20_mb_is_refused(loaded: Load, root: Path) -> None:
    head = (root / "content/cardiology/ward.png").read_bytes()
    content = loaded({"cardiology/big.png": head + bytes(20 * 1024 * 1024 - len(head))})
    assert content.problems == ()
    text = POST.format(id="a", body="![A ward](big.png)")
    assert loaded({"cardiology/a.md": text}).problems == ()
    content = loaded({"cardiology/big.png": head + bytes(21 * 1024 * 1024)})
    assert [str(problem) for problem in content.problems] == [
        "content/cardiology/a.md:6: big.png has 21 MB; save it with at most 20 MB"
    ]


def test_a_translation_names_a_post_that_is_there(loaded: Load) -> None:
    text = POST.format(id="a", body="x").replace("date:", "translation-of: 2026-valves\ndate:")
    assert [str(problem) for problem in loaded({"cardiology/a.md": text}).problems] == [
        "content/cardiology/a.md:4: translation-of: 2026-valves is the id of no post; did you mean 2026-valve?"
    ]


def test_without_a_content_folder_it_is_misuse(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="holds no folder content/"):
        load(tmp_path)
    with pytest.raises(Misuse, match="holds no folder content/"):
        fingerprint(tmp_path)


def test_a_site_file_that_is_missing_is_a_problem(loaded: Load) -> None:
    assert [str(problem) for problem in loaded({"site.yml": None}).problems] == [
        "content/site.yml: is missing; write it with name: and base-url:"
    ]


def test_many_aliases_cost_no_time_and_no_memory(loaded: Load) -> None:
    bomb = "\n".join(f"k{n}: &k{n} [{', '.join([f'*k{n - 1}'] * 9)}]" for n in range(1, 40))
    content = loaded({"cardiology/a.md": f"---\nk0: &k0 [x]\n{bomb}\n---\n"})
    assert f"holds more than {MOST} values" in str(content.problems[0])


def test_the_deepest_nesting_ends_in_a_problem(loaded: Load) -> None:
    content = loaded({"cardiology/a.md": f"---\ntags: {'[' * 100_000}\n---\n"})
    assert "nested more than 20 levels deep" in str(content.problems[0])


# Digests


def test_the_fingerprint_is_the_digest_that_load_gives(loaded: Load, root: Path) -> None:
    assert fingerprint(root) == loaded().digest
    spoilt = loaded({"cardiology/a.md": "nothing right", "x.yml": "["}).digest
    assert fingerprint(root) == spoilt


@pytest.mark.parametrize("name", ["site.yml", "people/lee-chan.yml", "cardiology/valve.md", "pages/about.md"])
def test_no_edit_of_a_text_escapes_the_fingerprint(root: Path, name: str) -> None:
    """Not even one of the same length that keeps the time of change."""
    path = root / "content" / name
    before, times = fingerprint(root), path.stat()
    text = path.read_bytes()
    path.write_bytes(text[:-2] + bytes([text[-2] ^ 1]) + text[-1:])
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert fingerprint(root) != before


def test_the_fingerprint_sees_new_renamed_and_removed_files_and_pictures(root: Path) -> None:
    seen = [fingerprint(root)]
    (root / "content/cardiology/new.md").write_text("x")
    seen.append(fingerprint(root))
    (root / "content/cardiology/new.md").rename(root / "content/neurology/new.md")
    seen.append(fingerprint(root))
    (root / "content/cardiology/ward.png").write_bytes(b"other")
    seen.append(fingerprint(root))
    (root / "content/cardiology/ward.png").unlink()
    seen.append(fingerprint(root))
    assert len(set(seen)) == 5


def test_the_fingerprint_does_not_depend_on_where_the_folder_is(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("elsewhere")
    shutil.copytree(root / "content", other / "content")
    assert fingerprint(other) == fingerprint(root)


def test_a_posts_digest_is_of_what_it_says_and_not_of_how_it_is_written(loaded: Load) -> None:
    plain = by_id(loaded({"cardiology/a.md": POST.format(id="a", body="Body.")}), "a").digest
    quoted = POST.format(id="a", body="Body.\n").replace("title: Heart valves\n", "")
    quoted = "\n" + quoted.replace("date:", "title: 'Heart valves'   # a comment\ndate:")
    assert by_id(loaded({"cardiology/a.md": quoted}), "a").digest == plain
    moved = loaded({"cardiology/a.md": None, "cardiology/a/index.md": quoted})
    assert by_id(moved, "a").digest == plain


@pytest.mark.parametrize(
    ("old", "new"),
    [("Body.", "Body!"), ("Heart valves", "Heart valve"), ("09:00", "09:01"), ("date:", "hidden: true\ndate:")],
)
def test_a_posts_digest_changes_with_what_it_says(loaded: Load, old: str, new: str) -> None:
    text = POST.format(id="a", body="Body.")
    before = by_id(loaded({"cardiology/a.md": text}), "a").digest
    assert by_id(loaded({"cardiology/a.md": text.replace(old, new)}), "a").digest != before


def test_a_posts_digest_changes_with_the_bytes_of_its_picture(loaded: Load, root: Path) -> None:
    text = POST.format(id="a", body="x").replace("date:", "image: {src: ward.png, alt: A ward}\ndate:")
    picture = (root / "content/cardiology/ward.png").read_bytes()
    before = by_id(loaded({"cardiology/a.md": text}), "a").digest
    assert by_id(loaded({"cardiology/ward.png": picture + b"\0"}), "a").digest != before


def test_loading_is_the_same_in_every_process(root: Path) -> None:
    """Hash seeds and the order in which a folder lists its files change nothing."""
    program = (
        "import json, sys, pathlib; from publisher.content import load; c = load(pathlib.Path(sys.argv[1]));"
        "print(json.dumps([c.digest, [p.digest for p in c.posts], [str(p) for p in c.problems]]))"
    )
    (root / "content/cardiology/a.md").write_text("---\nid: a\nzzz: 1\nyyy: 2\n---\n")
    seen = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", program, str(root)],
            capture_output=True, text=True, check=True, env=environment, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        seen.add(json.dumps(json.loads(done.stdout)))
    assert len(seen) == 1


def test_the_order_in_which_a_folder_lists_its_files_changes_nothing(
    root: Path, loaded: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = loaded({"neurology/b.md": POST.format(id="b", body="x"), "neurology/a.md": "---\nzzz: 1\n---\n"})
    scandir = os.scandir

    @contextmanager
    def backwards(path: str) -> Iterator[Iterator[os.DirEntry[str]]]:
        with scandir(path) as entries:
            yield iter(sorted(entries, key=lambda entry: entry.name, reverse=True))

    monkeypatch.setattr(os, "scandir", backwards)
    assert (fingerprint(root), load(root)) == (before.digest, before)


def test_a_fingerprint_needs_no_yaml_no_markdown_and_no_regex(root: Path) -> None:
    program = (
        "import sys, pathlib; from publisher.content import fingerprint; fingerprint(pathlib.Path(sys.argv[1]));"
        "heavy = ('yaml', 'markdown', 'regex', 'twitter_text', 'zoneinfo', 'html.parser');"
        "print([module for module in heavy if module in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(root)],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.stdout == "[]\n"
