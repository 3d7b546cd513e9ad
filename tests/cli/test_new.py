"""`publisher new` writes a post that passes `check` but for its to-dos, and never writes over another."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from publisher import checks
from publisher.cli import main
from publisher.cli.new import KINDS, slug_of
from publisher.content import load
from publisher.errors import Misuse

BASE = Path(__file__).parents[1] / "content" / "base"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, holding a small content/."""
    shutil.copytree(BASE, tmp_path / "content")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def new(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["new", "--now", "2026-11-23T12:00:00Z", *arguments])


def test_it_writes_this_and_says_where(root: Path) -> None:
    result = new("cardiology", "Heart valves: what's new", "--kind", "news")
    assert result.exit_code == 0
    assert result.output == (
        "wrote content/cardiology/heart-valves-whats-new.md; write what is marked TO DO, then: "
        "publisher check content/cardiology/heart-valves-whats-new.md\n"
    )
    assert (root / "content/cardiology/heart-valves-whats-new.md").read_text("utf-8") == (
        "---\n"
        "id: 2026-heart-valves-whats-new\n"
        'title: "Heart valves: what\'s new"\n'
        "date: 2026-11-30 09:00\n"
        'summary: "TO DO: one sentence for lists, cards and feeds"\n'
        "authors: [maria-santos]\n"
        "tags: []\n"
        "kind: news\n"
        "---\n"
        "\n"
        "TO DO: what the reader came for, in plain words, in the first two sentences.\n"
        "\n"
        "## What to expect\n"
        "\n"
        "TO DO: write on.\n"
    )


_TO_DO = {
    "article": {"", "summary", "sources.1"},
    "news": {"", "summary"},
    "story": {"", "summary", "consent"},
    "video": {"", "summary", "video", "transcript"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_wrong_with_it_but_its_to_dos(root: Path, kind: str) -> None:
    assert new("cardiology", 'A "title" with \\ and: # marks', "--kind", kind).exit_code == 0
    content = load(root)
    assert content.problems == ()
    errors = [problem for problem in checks.run(content, NOW) if problem.severity == "error"]
    assert {problem.rule for problem in errors} == {"to-do"}
    assert {problem.field for problem in errors} == _TO_DO[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_what_still_has_to_dos_cannot_go_out(root: Path, kind: str) -> None:
    new("cardiology", "Heart valves", "--kind", kind)
    assert [post.id for post in checks.examined(load(root), NOW).posts] == ["2026-valve"]


def test_an_article_says_who_shall_review_it_and_claims_no_review(root: Path) -> None:
    new("cardiology", "Heart valves")
    text = (root / "content/cardiology/heart-valves.md").read_text("utf-8")
    assert "TO DO: let david-okafor review it" in text
    assert load(root).posts[0].review is None


@pytest.mark.parametrize("name", ["heart-valves.md", "heart-valves/index.md"])
def test_it_never_writes_over_another(root: Path, name: str) -> None:
    path = root / "content/cardiology" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine")
    result = new("cardiology", "Heart valves")
    assert result.exit_code == 2
    sentence = "publisher: content/cardiology/heart-valves.md is there already; nothing was changed\n"
    assert result.stderr.startswith(sentence)
    assert path.read_text("utf-8") == "mine"


def test_an_id_that_is_taken_gets_a_number(root: Path) -> None:
    new("cardiology", "Valve news")
    result = new("neurology", "Valve news", "--json")
    assert json.loads(result.stdout) == {"path": "content/neurology/valve-news.md", "id": "2026-valve-news-2"}


def test_a_specialty_that_is_not_there_says_which_is_near(root: Path) -> None:
    result = new("cardiolgy", "Heart valves")
    assert (result.exit_code, result.stderr) == (
        2,
        "publisher: there is no specialty cardiolgy\n  hint: did you mean cardiology?\n",
    )


def test_a_specialty_whose_file_is_wrong_says_what_is_wrong(root: Path) -> None:
    (root / "content/cardiology/specialty.yml").write_text("name: Cardiology\nzone: Chicago\n")
    result = new("cardiology", "Heart valves")
    assert (result.exit_code, result.stderr) == (
        2,
        (
            "publisher: content/cardiology/specialty.yml cannot be read\n"
            "  hint: content/cardiology/specialty.yml:2: zone: Chicago is no time zone; did you mean America/Chicago?\n"
        ),
    )


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Heart valves: what's new?", "heart-valves-whats-new"),
        ("Señales de alarma", "senales-de-alarma"),
        ("  2026 –  a year ", "2026-a-year"),
        ("word " * 30, "word-word-word-word-word-word-word-word-word-word-word-word"),
        ("x" * 80, "x" * 60),
    ],
)
def test_a_title_makes_an_address(title: str, slug: str) -> None:
    assert slug_of(title) == slug


def test_a_title_without_letters_is_misuse() -> None:
    with pytest.raises(Misuse, match="makes no address"):
        slug_of("心臓")
