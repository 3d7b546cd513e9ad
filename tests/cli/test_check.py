"""`publisher check` shows every problem with its place, in the form that its reader needs, and ends as it should."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from publisher.cli import main

BASE = Path(__file__).parents[1] / "content" / "base"
BROKEN = "---\nid: a\ntitle: Heart valves: new\ndate: 2026-12-01 09:00\nsummary: A: 100 %, all\n---\nBody.\n"
TITLE = 'holds a colon and a space, so it needs quotes; write title: "Heart valves: new"'
SUMMARY = 'holds a colon and a space, so it needs quotes; write summary: "A: 100 %, all"'


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, holding a content/ in which only one advice can be given."""
    shutil.copytree(BASE, tmp_path / "content")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["check", "--now", "2026-11-23T12:00:00Z", *arguments])


def test_a_folder_without_errors_ends_with_0_and_says_what_was_read(root: Path) -> None:
    result = check()
    assert result.exit_code == 0
    assert result.output == (
        "content/people: unauthenticated approvals: no reviewer has a key; write key: and an SSH public key in "
        "their file (advice)\n8 files read, 1 problem: 1 advice\n"
    )


def test_an_error_ends_with_1_and_stands_with_its_line(root: Path) -> None:
    (root / "content/cardiology/a.md").write_text(BROKEN)
    result = check("content/cardiology")
    assert result.exit_code == 1
    assert result.output == (
        f"content/cardiology/a.md:3: title: {TITLE}\n"
        f"content/cardiology/a.md:5: summary: {SUMMARY}\n"
        "9 files read, 2 problems: 2 errors\n"
    )


def test_a_path_narrows_what_is_shown(root: Path) -> None:
    (root / "content/cardiology/a.md").write_text(BROKEN)
    assert check("content/neurology").exit_code == 0
    assert check("content/neurology", "content/cardiology/a.md").exit_code == 1
    assert check("content/cardiology/valve.md").output == "9 files read, 0 problems\n"
    assert check("content/card").exit_code == 2


def test_a_path_is_found_from_elsewhere_by_the_root(
    root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert check("--root", str(root), "content/cardiology").output == "8 files read, 0 problems\n"
    assert check("--root", str(root), str(root / "content/cardiology")).output == "8 files read, 0 problems\n"


@pytest.mark.parametrize(
    ("path", "sentence"),
    [("content/nothing", "publisher: there is no content/nothing"), ("/etc", "publisher: /etc is not below content")],
)
def test_a_path_that_is_not_content_is_misuse(root: Path, path: str, sentence: str) -> None:
    result = check(path)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[0] == sentence
    assert "hint: name a file or folder below content/" in result.stderr


def test_without_content_it_is_misuse(tmp_path: Path) -> None:
    result = check("--root", str(tmp_path))
    assert result.exit_code == 2
    assert result.stderr.startswith(f"publisher: {tmp_path} holds no folder content/\n")


def test_json_is_a_list_with_stable_keys(root: Path) -> None:
    (root / "content/cardiology/a.md").write_text(BROKEN)
    result = check("content/cardiology", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)[0] == {
        "path": "content/cardiology/a.md", "line": 3, "column": 20, "field": "title", "rule": "yaml",
        "severity": "error", "message": TITLE,
    }  # fmt: skip
    assert check("content/cardiology", "--format", "json").stdout == result.stdout


def test_json_of_nothing_is_an_empty_list(root: Path) -> None:
    assert json.loads(check("content/cardiology", "--json").stdout) == []


def test_github_shows_each_problem_beside_its_line(root: Path) -> None:
    (root / "content/cardiology/a.md").write_text(BROKEN)
    lines = check("--format", "github").stdout.splitlines()
    assert lines == [
        f"::error file=content/cardiology/a.md,line=3,col=20,title=yaml::title: {TITLE}",
        (
            "::error file=content/cardiology/a.md,line=5,col=11,title=yaml::summary: "
            'holds a colon and a space, so it needs quotes; write summary: "A: 100 %25, all"'
        ),
        (
            "::notice file=content/people,line=1,col=1,title=unauthenticated-approvals::unauthenticated approvals: "
            "no reviewer has a key; write key: and an SSH public key in their file"
        ),
    ]


def test_sarif_names_rules_places_and_levels(root: Path) -> None:
    (root / "content/cardiology/a.md").write_text(BROKEN)
    told = json.loads(check("--format", "sarif").stdout)
    assert told["version"] == "2.1.0"
    (run,) = told["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["unauthenticated-approvals", "yaml"]
    assert run["results"][0] == {
        "ruleId": "yaml", "level": "error", "message": {"text": f"title: {TITLE}"},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": "content/cardiology/a.md"}, "region": {"startLine": 3, "startColumn": 20},
        }}],
    }  # fmt: skip
    assert [result["level"] for result in run["results"]] == ["error", "error", "note"]


def test_what_the_rules_find_counts_like_what_the_reader_finds(root: Path) -> None:
    path = root / "content/cardiology/valve.md"
    path.write_text(path.read_text("utf-8") + "\nTO DO: write on\n")
    result = check("content/cardiology")
    assert (result.exit_code, result.output.splitlines()[0]) == (
        1,
        "content/cardiology/valve.md:13: still says TO DO: write on; write what is to stand there",
    )
