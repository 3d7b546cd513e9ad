"""Documents that cannot rot: what README and manual name is there, and every command and key has its line."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from publisher.cli import main, names
from publisher.cli.help import topics
from publisher.content import load
from publisher.content.post import Post, Social

ROOT = Path(__file__).parents[2]
MANUAL = ROOT / "publisher" / "manual"
DOCUMENTS = [ROOT / "README.md", *sorted(MANUAL.glob("*.md"))]
COMMAND_LINE = re.compile(
    r"(?:^    |^[^`\n]*&& |`)(?:PUBLISHER_TARGET=live )?(?:\.venv/bin/)?publisher ([a-z][\w-]*)([^`\n|]*)", re.MULTILINE
)
TASK_LINE = re.compile(r"python3 tasks\.py ([a-z]+)")


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command and every command below it, with the words that call it."""
    context = click.Context(main)
    waiting = [(name, main.get_command(context, name)) for name in names()]
    while waiting:
        name, command = waiting.pop()
        assert command is not None, name
        yield name, command
        if isinstance(command, click.Group):
            waiting += [(f"{name} {each}", command.commands[each]) for each in sorted(command.commands)]


def test_every_command_shows_an_example_of_itself() -> None:
    lacking = []
    for name, command in commands():
        shown = click.Context(command, info_name=name, parent=click.Context(main, info_name="publisher")).get_help()
        if f"publisher {name}" not in shown.partition("Example:")[2]:
            lacking.append(name)
    assert lacking == []


def test_every_command_stands_in_the_list_of_commands() -> None:
    page = (MANUAL / "commands.md").read_text("utf-8")
    assert [name for name in names() if f"| `publisher {name}` |" not in page] == []
    assert [
        name for name in re.findall(r"^\| `publisher ([\w-]+)` \|", page, re.MULTILINE) if name not in names()
    ] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_that_a_document_names_is_there_with_its_options(document: Path) -> None:
    every = {name: {option for param in c.params for option in param.opts} for name, c in commands()}
    for name, rest in COMMAND_LINE.findall(document.read_text("utf-8")):
        assert name in every, f"{document.name}: publisher {name}"
        below = next((f"{name} {word}" for word in rest.split() if f"{name} {word}" in every), name)
        known = {*every[name], *every[below], "--help", "--root"}
        known |= {option for word, options in every.items() if word.startswith(f"{name} ") for option in options}
        for option in re.findall(r"(?<!\S)--[a-z-]+", rest):
            assert option in known, f"{document.name}: publisher {name} {option}"


def test_readme_begins_with_the_two_commands() -> None:
    assert TASK_LINE.findall((ROOT / "README.md").read_text("utf-8"))[:2] == ["demo", "test"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_task_that_a_document_names_is_there(document: Path) -> None:
    tree = ast.parse((ROOT / "tasks.py").read_text("utf-8"))
    tasks = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert [name for name in TASK_LINE.findall(document.read_text("utf-8")) if name not in tasks] == []


@pytest.mark.parametrize("document", [*DOCUMENTS, ROOT / "CHANGELOG.md"], ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    links = re.findall(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)", document.read_text("utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (document.parent / link.partition("#")[0]).exists()] == []


def promises() -> list[tuple[str, list[tuple[str, str]]]]:
    """Each promise of the README with the tests that it names, as file and function."""
    table = (ROOT / "README.md").read_text("utf-8").partition("| promise | shown by |")[2].partition("\n\n")[0]
    found = []
    for row in table.splitlines()[2:]:
        promise, shown = row.strip("| ").split(" | ")
        parts = re.split(r"\[(tests/[^\]]+)\]\([^)]+\)", shown)[1:]
        named = [
            (f, t) for f, rest in zip(parts[::2], parts[1::2], strict=True) for t in re.findall(r"`(test_\w+)`", rest)
        ]
        found.append((promise, named))
    return found


def test_every_promise_of_the_readme_names_a_test_that_is_there() -> None:
    assert len(promises()) >= 8
    for promise, named in promises():
        assert named, promise
        for file, function in named:
            tree = ast.parse((ROOT / file).read_text("utf-8"))
            assert function in {n.name for n in tree.body if isinstance(n, ast.FunctionDef)}, f"{promise}: {function}"


def manual_keys() -> dict[str, dict[str, str]]:
    """The tables of writing-a-post: of the head and of social, each key with its example."""
    page = (MANUAL / "writing-a-post.md").read_text("utf-8")
    head, social = page.split("## Social")
    row = re.compile(r"^\| `([^`]+)` \| (?:`([^`]+)`|see below) \|", re.MULTILINE)
    return {"head": dict(row.findall(head)), "social": dict(row.findall(social))}


def test_every_key_of_the_front_matter_has_a_line_in_the_manual() -> None:
    ours = {"path", "specialty", "body", "body_line", "attachments", "lines", "digest"}
    head = {field.name.replace("_", "-") for field in fields(Post) if field.name not in ours}
    assert head == set(manual_keys()["head"])
    theirs = {"exclude": "not", "variants": "<platform>"}
    assert {theirs.get(field.name, field.name) for field in fields(Social)} == set(manual_keys()["social"])


def test_every_example_of_the_manual_is_read_without_a_mistake(tmp_path: Path) -> None:
    content = tmp_path / "content"
    for folder in ("people", "cardiology", "nephrology"):
        (content / folder).mkdir(parents=True)
    (content / "site.yml").write_text("name: Example Health\nbase-url: https://health.example.org\nzone: UTC\n")
    for specialty in ("cardiology", "nephrology"):
        (content / specialty / "specialty.yml").write_text(f"name: {specialty.title()}\nzone: America/Chicago\n")
    for person in ("maria-santos", "david-okafor"):
        (content / "people" / f"{person}.yml").write_text(f"name: {person.replace('-', ' ').title()}\n")
    for file in ("clinic-room.jpg", "visit.mp4", "visit.txt"):
        (content / "cardiology" / file).write_bytes(PICTURE if file.endswith("jpg") else b"made up")
    examples = [example for example in manual_keys()["head"].values() if example]
    examples += [f"social:\n  {line}" for line in manual_keys()["social"].values()]
    for number, text in enumerate(examples):
        own = [line for line in ("title: A title", "date: 2026-11-01 09:00", f"id: of-{number}")
               if not text.startswith(line.partition(":")[0] + ":")]  # fmt: skip
        (content / "cardiology" / f"post-{number}.md").write_text("\n".join(["---", *own, text, "---", "", "Words.\n"]))
    found = load(tmp_path)
    assert [str(problem) for problem in found.problems if problem.severity == "error"] == []
    assert len(found.posts) == len(examples) >= 30


PICTURE = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffdb004300") + bytes(80) + bytes.fromhex("ffd9")


def test_help_lists_the_manual_and_shows_each_page() -> None:
    runner = CliRunner()
    listed = runner.invoke(main, ["help"])
    assert listed.exit_code == 0
    assert [topic for topic in topics() if topic not in listed.output] == []
    for topic in topics():
        shown = runner.invoke(main, ["help", topic])
        assert shown.output.startswith((MANUAL / f"{topic}.md").read_text("utf-8").rstrip()), topic


def test_help_shows_how_a_command_is_called_and_all_of_them() -> None:
    runner = CliRunner()
    assert "Usage: publisher plan [OPTIONS]" in runner.invoke(main, ["help", "plan"], prog_name="publisher").output
    every = runner.invoke(main, ["help", "commands"], prog_name="publisher").output
    assert [name for name in names() if f"\n## publisher {name}\n" not in every] == []


def test_help_on_something_else_names_the_nearest_page() -> None:
    refused = CliRunner().invoke(main, ["help", "shceduling"])
    assert refused.exit_code == 2
    assert "did you mean scheduling?" in refused.stderr


def test_every_page_of_the_manual_opens_with_a_title_and_a_sentence() -> None:
    for topic in topics():
        title, opening, *_ = (MANUAL / f"{topic}.md").read_text("utf-8").split("\n\n")
        assert title.startswith("# "), topic
        assert opening.endswith((".", ":")), topic


def test_no_document_names_a_path_of_one_machine() -> None:
    for document in DOCUMENTS:
        assert not re.search(r"/(?:work|root|home)/", document.read_text("utf-8")), document.name


def test_the_changelog_speaks_of_this_version() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "publisher", "--version"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    version = shown.stdout.split()[1]
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text("utf-8")
