"""Each rule finds what it is for, points at its line, and is silent when it holds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from checks_given import NOW, Found
from PIL import Image

from publisher import checks, platforms
from publisher.content import load

HEAD = """---
id: a
title: Heart valves
date: 2026-12-01 09:00
summary: A sentence.
authors: [maria-santos]
review: {by: david-okafor, date: 2026-11-10, due: 2027-11-10}
sources: ["https://library.example.org/valves"]
"""


def post(more: str = "", body: str = "Body.", head: str = HEAD) -> dict[str, str]:
    """A post that has nothing against it, with more lines of front matter (from line 9) and that body."""
    return {"cardiology/a.md": f"{head}{more}---\n{body}\n"}


LATER = f"{HEAD.replace('id: a', 'id: b').replace('2026-12-01', '2026-12-02')}---\nBody.\n"


def without(*keys: str) -> str:
    """The front matter without those keys' lines."""
    return "".join(f"{line}\n" for line in HEAD.splitlines() if line.partition(":")[0] not in keys)


def test_a_folder_in_order_breaks_no_rule(found: Found) -> None:
    assert found() == []
    assert found(post()) == []


CASES: dict[str, tuple[dict[str, str], list[str]]] = {
    "story without consent": (
        post("kind: story\n"),
        ["1: consent: is missing from a story; write consent: CR-2041 [no-consent]"],
    ),
    "story with consent": (post("kind: story\nconsent: CR-2041\n"), []),
    "article without review, sources, summary and authors": (
        post(head=without("review", "sources", "summary", "authors")),
        [
            "1: authors: is missing; write authors: [maria-santos] [no-authors warning]",
            ("1: review: is missing from a health article; write review: with by, date and due below it "
             "[no-review warning]"),
            ("1: sources: is missing from a health article; write sources: and below it a list of addresses "
            "[no-sources warning]"),
            "1: summary: is missing; write one sentence for lists, cards and feeds [no-summary warning]",
        ],
    ),
    "news needs none of it": (post("kind: news\n", head=without("review", "sources", "authors")), []),
    "overdue review": (
        post("review: {by: david-okafor, date: 2025-11-10, due: 2026-11-22}\n", head=without("review")),
        [("8: review.due: was due on 2026-11-22; review the page again, or write status: archived "
         "[review-overdue warning]")],
    ),
    "review due today": (
        post("review: {by: david-okafor, date: 2025-11-10, due: 2026-11-23}\n", head=without("review")), [],
    ),
    "review after the page": (
        post("review: {by: david-okafor, date: 2026-12-02}\n", head=without("review")),
        [("8: review.date: 2026-12-02 lies after the day on which the page is public; write when it was reviewed "
         "[review-in-future]")],
    ),
    "reviewer of another team": (
        post("review: {by: lee-chan, date: 2026-11-10}\n", head=without("review")),
        ["8: review.by: lee-chan is no medical reviewer of cardiology; those are david-okafor [reviewer warning]"],
    ),
    "own review": (
        post("authors: [david-okafor]\n", head=without("authors")),
        ["6: review.by: david-okafor wrote it alone; let somebody else review it [own-review warning]"],
    ),
    "plain http": (
        post('sources: ["https://a.example.org", "http://b.example.org"]\n', head=without("sources")),
        ["8: sources.2: http://b.example.org is not encrypted; write https:// if the site has it [plain-http advice]"],
    ),
    "to-dos": (
        post('share: "TO DO: a comment"\n', body="One.\n\nTODO write on"),
        ["9: share: still says TO DO: a comment; write what is to stand there [to-do]",
         "13: still says TODO write on; write what is to stand there [to-do]"],
    ),
    "to-dos of a draft": (
        post('status: draft\nshare: "TO DO: a comment"\n'),
        ["10: share: still says TO DO: a comment; write what is to stand there [to-do warning]"],
    ),
    "no to-do": (post(body="What to do today: see what TODOS means."), []),
    "no body": (post(body=""), ["1: has no text below the front matter; write it [no-body warning]"]),
    "long alternative text": (
        post(f'image: {{src: ward.png, alt: "{"A" * 251}"}}\n'),
        ["9: image.alt: has 251 characters; say what matters in the picture in at most 250 [alt-length warning]"],
    ),
    "embargo after the date": (
        post("embargo: 2026-12-02 09:00 America/New_York\n"),
        [("9: embargo: is later than the date, so the page waits for it; write date: 2026-12-02 08:00 to say so "
         "[embargo-after-date warning]")],
    ),
    "shared before the page": (
        post("social:\n  publish: 2026-12-01 08:59\n  facebook: {publish: 2026-11-30 09:00}\n"),
        ["10: social.publish: lies before the page is public; write 2026-12-01 09:00 or later [before-page]",
         "11: social.facebook.publish: lies before the page is public; write 2026-12-01 09:00 or later [before-page]"],
    ),
    "shared with the page": (post("social: {publish: 2026-12-01 09:00}\n"), []),
    "shared before the embargo": (
        post("embargo: 2026-12-01 12:00 America/Chicago\nsocial: {publish: 2026-12-01 11:00}\n"),
        [("9: embargo: is later than the date, so the page waits for it; write date: 2026-12-01 12:00 to say so "
         "[embargo-after-date warning]"),
         "10: social.publish: lies before the page is public; write 2026-12-01 12:00 or later [before-page]"],
    ),
    "shared after it expires": (
        post("expires: 2026-12-10 09:00\nsocial: {publish: 2026-12-10 09:00}\n"),
        ["10: social.publish: lies after the post expires; write a time before 2026-12-10 09:00 [after-expiry]"],
    ),
    "repeated after the review is due": (
        post("social: {repeat: [2027-11-10 09:00, 2027-11-11 09:00]}\n"),
        [("9: social.repeat: 2027-11-11 09:00 lies after the review is due (2027-11-10) and will not go out; "
         "review the page before [repeat-after-review warning]")],
    ),
    "at night": (
        post("social: {publish: 2026-12-01 21:00}\n"),
        [("9: social.publish: 2026-12-01 21:00 lies in the quiet hours 21:00-07:00 of Cardiology (America/Chicago); "
         "write a time outside them [quiet-hours]")],
    ),
    "in the morning": (post("social: {publish: 2026-12-02 07:00}\n"), []),
    "unknown platform": (
        post("social:\n  not: [facebuk]\n  facebok: {text: Hello}\n"),
        ["10: social.not: facebuk is no platform that any channel is on; did you mean facebook? [unknown-platform]",
         ("11: social.facebok: facebok is no platform that any channel is on; did you mean facebook? "
          "[unknown-platform]")],
    ),
    "text too long": (
        post(f'social: {{facebook: {{text: "{"a" * 63207}"}}}}\n'),
        [("9: social.facebook.text: 63207 characters as Facebook counts them, with notice and link; "
          "Facebook allows 63206: shorten it [text-too-long]")],
    ),
    "text that just fits": (post(f'social: {{facebook: {{text: "{"a" * 63206}"}}}}\n'), []),
    "draft whose text is too long": (
        post(f'status: draft\nsocial: {{facebook: {{text: "{"a" * 63207}"}}}}\n'),
        [("10: social.facebook.text: 63207 characters as Facebook counts them, with notice and link; "
          "Facebook allows 63206: shorten it [text-too-long]")],
    ),
    "too long a text that goes nowhere": (
        post(f'social: {{publish: none, facebook: {{text: "{"a" * 63207}"}}}}\n'), [],
    ),
    "dead link": (
        post(body="[a]({filename}valve.md) [b]({filename}/pages/about.md) [c]({filename}../neurology/no.md)"),
        ["10: ../neurology/no.md leads to no post or page; write the path of one [dead-link]"],
    ),
    "bare link, Pelican's own marks and an unknown mark": (
        post(body="[a](valve.md) [no](no.md)\n[b]({category}x) [c]({photo}x)"),
        ["10: no.md leads to no post or page; write the path of one [dead-link]",
         "11: {photo} is not understood; write {filename}, {static} or {attach} [unknown-mark]"],
    ),
    "link to what is not public": (
        post("kind: news\n", body="[soon]({filename}b.md)") | {"cardiology/b.md": LATER},
        [("11: b.md is not public yet when this page is: until then its text stands there without a link "
          "[link-too-early warning]")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), CASES.values(), ids=CASES)
def test_a_post_against_a_rule(found: Found, files: dict[str, str], expected: list[str]) -> None:
    assert [line.removeprefix("content/cardiology/a.md:") for line in found(files)] == expected


SPECIALTY = """name: Neurology
owners: [david-okafor, lee-chan]
zone: America/Phoenix
"""
TEAMS: dict[str, tuple[str, list[str]]] = {
    "one owner": (
        SPECIALTY.replace(", lee-chan", "") + "channels: [{platform: facebook, id: 2, token: FB_N}]\n",
        ["2: owners: names fewer than two people; write owners: [maria-santos, lee-chan] [owners warning]"],
    ),
    "slot at night": (
        SPECIALTY + 'schedule:\n  slots: ["Tue 06:59", "Tue 07:00"]\n  quiet: "21:00-07:00"\n'
        "channels: [{platform: facebook, id: 2, token: FB_N}]\n",
        [("5: schedule.slots: Tue 06:59 lies in the quiet hours 21:00-07:00, so nothing goes out then; move it "
         "[slot-in-quiet warning]")],
    ),
    "an id that Facebook does not give": (
        SPECIALTY + "channels: [{platform: facebook, id: ExampleHealth, token: FB_N}]\n",
        [("4: channels.1.id: ExampleHealth is no id of facebook's: a Page's id is a number; the Page shows it under "
          "About [no-such-id]")],
    ),
    "no token": (
        SPECIALTY + "channels:\n  - {platform: facebook, id: 2}\n",
        ["5: channels.1.token: facebook:2 names no token; write token: FB_NEUROLOGY, or mode: by-hand [no-token]"],
    ),
    "no token for a network whose tokens have no short name": (
        SPECIALTY + "channels:\n  - {platform: noticeboard, id: 2}\n",
        [("5: channels.1.platform: noticeboard is no platform that we can speak to; write mode: by-hand "
          "[unknown-platform]"),
         ("5: channels.1.token: noticeboard:2 names no token; write token: NOTICEBOARD_NEUROLOGY, or mode: by-hand "
          "[no-token]")],
    ),
    "by hand": (SPECIALTY + "channels:\n  - {platform: facebook, id: 2, mode: by-hand}\n", []),
    "unknown platform": (
        SPECIALTY + "channels:\n  - {platform: facebok, id: 2, token: FB_N}\n",
        [("5: channels.1.platform: facebok is no platform that we can speak to; did you mean facebook? "
         "Else write mode: by-hand [unknown-platform]")],
    ),
    "no channel": (
        SPECIALTY,
        ["1: channels: is missing, so nothing of Neurology goes to any network; write channels: [no-channel advice]"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TEAMS.values(), ids=TEAMS)
def test_a_specialty_against_a_rule(found: Found, text: str, expected: list[str]) -> None:
    lines = found({"neurology/specialty.yml": text})
    assert [line.removeprefix("content/neurology/specialty.yml:") for line in lines] == expected


def test_a_text_that_fits_only_without_the_sites_notice_is_too_long(found: Found, root: Path) -> None:
    with (root / "content/site.yml").open("a") as file:
        file.write('post-notice: "Not for emergencies."\n')
    assert found(post(f'social: {{facebook: {{text: "{"a" * 63200}"}}}}\n')) == [
        ("content/cardiology/a.md:9: social.facebook.text: 63222 characters as Facebook counts them, with notice and "
         "link; Facebook allows 63206: shorten it [text-too-long]")
    ]  # fmt: skip


def test_a_picture_of_a_kind_that_a_network_does_not_take_is_told_before_a_run(found: Found, root: Path) -> None:
    Image.new("RGB", (1200, 900)).save(root / "content/cardiology/ward.webp")
    assert found(post("image: {src: ward.webp, alt: An empty ward in the morning}\n")) == [
        ("content/cardiology/a.md:9: image: cardiology/ward.webp is image/webp; "
         "Facebook takes jpeg, png, gif, tiff, bmp [picture-type]")
    ]  # fmt: skip


CHANNEL = {"neurology/specialty.yml": f"{SPECIALTY}channels: [{{platform: facebook, id: 2, token: FB_N}}]\n"}


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Facebook, were its terms such as to restrict automated posting."""
    facebook = platforms.load("facebook")
    rules = replace(facebook.rules, terms="https://terms.example.org/")
    monkeypatch.setattr(type(facebook), "rules", rules)


def test_a_network_whose_terms_restrict_automation_is_by_hand(found: Found, strict: None) -> None:
    assert [line for line in found(CHANNEL) if "neurology" in line and "[terms" in line] == [
        ("content/neurology/specialty.yml:4: channels.1: the terms of facebook (https://terms.example.org/) restrict "
         "automated posting; write mode: by-hand, "
         "or in site.yml terms: {facebook: {accepted-by: …, date: …}} [terms warning]")
    ]  # fmt: skip


def test_terms_that_were_accepted_are_enough(found: Found, root: Path, strict: None) -> None:
    with (root / "content/site.yml").open("a") as file:
        file.write("terms: {facebook: {accepted-by: ines, date: 2026-11-01}}\n")
    assert not any("[terms" in line for line in found(CHANNEL))


def test_a_network_that_restricts_nothing_asks_for_no_terms(found: Found) -> None:
    assert not any("[terms" in line for line in found(CHANNEL))


def test_a_network_that_only_a_channel_names_may_be_named_by_posts(found: Found) -> None:
    channels = "channels: [{platform: noticeboard, id: 2, mode: by-hand}]\n"
    files = post("social: {noticeboard: {text: Hello}, not: [noticeboard]}\n")
    files |= {"neurology/specialty.yml": SPECIALTY + channels}
    assert found(files) == []


def test_approvals_that_nobody_can_verify_are_told(found: Found, root: Path) -> None:
    (root / "content/people/david-okafor.yml").write_text("name: David Okafor\n")
    assert found() == [
        (
            "content/people: unauthenticated approvals: no reviewer has a key; write key: and an SSH public key in "
            "their file [unauthenticated-approvals advice]"
        )
    ]


def test_a_post_that_breaks_a_rule_is_refused_when_examined(root: Path) -> None:
    (root / "content/cardiology/a.md").write_text(f'{HEAD}share: "TO DO"\n---\nBody.\n')
    content = checks.examined(load(root), NOW)
    assert [one.id for one in content.posts] == ["2026-valve"]
    assert content.refused == ("content/cardiology/a.md",)
    assert content.read == len(content.posts) + len(content.refused)
    assert [problem.rule for problem in content.problems] == ["to-do"]


def test_a_page_that_breaks_a_rule_is_refused_when_examined(root: Path) -> None:
    (root / "content/pages/b.md").write_text("---\ntitle: B\n---\n[a](nowhere.md)\n")
    read = load(root)
    assert "content/pages/b.md" in {page.path for page in read.pages}
    assert "content/pages/b.md" not in {page.path for page in checks.examined(read, NOW).pages}


def test_a_warning_refuses_nothing(root: Path) -> None:
    (root / "content/cardiology/a.md").write_text(f"{without('review')}---\nBody.\n")
    assert len(checks.examined(load(root), NOW).posts) == 2


def test_the_rules_are_found_and_not_listed() -> None:
    folder = Path(checks.__file__).parent
    written = [
        line.split("(")[0].removeprefix("def ")
        for file in sorted(folder.glob("[a-z]*.py"))
        for line in file.read_text("utf-8").splitlines()
        if line.startswith("def check_")
    ]
    assert sorted(rule.__name__ for rule in checks.rules()) == sorted(written)
    assert len(written) >= 25


def test_every_rule_says_what_holds() -> None:
    assert [rule.__name__ for rule in checks.rules() if not (rule.__doc__ or "").strip()] == []
