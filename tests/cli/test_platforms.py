"""`publisher platforms` shows what each platform can do and its rules, with source and date."""

from __future__ import annotations

import json

from click.testing import CliRunner

from publisher.cli import main
from publisher.cli.platforms import described
from publisher.platforms import names
from publisher.platforms.base import Limit, Platform, Rules


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["platforms", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_it_shows_each_platforms_abilities_and_gaps() -> None:
    shown = run("facebook")
    assert "Facebook (facebook) v26.0" in shown
    assert "can: publish, correct, retract, find, read, engagement" in shown
    assert "read lag: no source gives one: a person says when a post is absent" in shown


def test_every_number_stands_with_its_source_and_the_day_it_was_read() -> None:
    lines = run("facebook").splitlines()
    at = next(i for i, line in enumerate(lines) if line.strip().startswith("text: 63,206 characters"))
    assert lines[at + 1].strip().startswith("unsure: ")
    assert lines[at + 1].endswith("read 2026-11-22")


def test_without_a_name_every_platform_is_shown() -> None:
    shown = run()
    assert all(f"({name})" in shown for name in names())


def test_json_has_stable_keys() -> None:
    (facebook,) = json.loads(run("facebook", "--json"))
    assert sorted(facebook) == [
        "api_version", "can", "checked", "counting", "gaps", "limits", "link", "name", "picture_types",
        "read_lag_seconds", "secrets", "source", "title",
    ]  # fmt: skip
    assert facebook["limits"]["pictures"] == {
        "value": 10,
        "unit": "pictures in one post",
        "source": "unsure: Meta documents no number for attached_media; a safe limit of our own",
        "checked": "2026-11-22",
    }


def test_json_without_a_name_lists_every_platform() -> None:
    assert [platform["name"] for platform in json.loads(run("--json"))] == list(names())


def test_an_unknown_name_is_wrong_use_and_says_which_there_are() -> None:
    result = CliRunner().invoke(main, ["platforms", "mycospace"])
    assert result.exit_code == 2
    assert "mycospace is no platform that we can speak to" in result.output
    assert "facebook" in result.output


def test_what_a_platform_does_not_define_is_shown_as_a_gap() -> None:
    number = Limit(value=500, unit="graphemes", source="https://example.org/limits", checked="2026-11-22")

    class Small(Platform):
        name, title, hosts = "small", "Small", {"api": "https://small.example"}
        rules = Rules(
            text=number,
            counting="graphemes",
            pictures=number,
            picture_bytes=number,
            picture_types=(),
            source="https://example.org",
            checked="2026-11-22",
        )

        def publish(self, channel, message):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202, ARG002
            yield from ()

    shown = described(Small())
    assert (shown["can"], shown["gaps"]) == (["publish"], ["correct", "retract", "find", "read", "engagement"])


def test_the_help_has_an_example() -> None:
    assert "publisher platforms facebook" in run("--help")
