"""What a platform allows is data, and every number says where it was read and when."""

from __future__ import annotations

import pickle
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path

import pytest

from publisher.errors import Misuse
from publisher.platforms import in_folder, load, names
from publisher.platforms.base import OPERATIONS, Credential, Limit, Platform, Rules, Secret

EVERY = [(name, rule, limit) for name in names() for rule, limit in load(name).rules.limits.items()]


@pytest.mark.parametrize(("name", "rule", "limit"), EVERY, ids=[f"{name}: {rule}" for name, rule, _ in EVERY])
def test_every_number_has_a_source_and_the_day_it_was_read(name: str, rule: str, limit: Limit) -> None:
    assert limit.source.startswith(("https://", "unsure: ")), (
        f"{name}.{rule}: give an address, or say that it is unsure"
    )
    assert date(2026, 1, 1) <= date.fromisoformat(limit.checked) <= date(2100, 1, 1)
    assert limit.unit
    assert limit.value > 0


@pytest.mark.parametrize("name", names())
def test_the_rules_as_a_whole_have_a_source_too(name: str) -> None:
    rules = load(name).rules
    assert rules.source.startswith("https://")
    assert date.fromisoformat(rules.checked)


@pytest.mark.parametrize("name", names())
def test_no_number_of_the_rules_escapes_the_list(name: str) -> None:
    """A bare number would have no source."""
    rules = load(name).rules
    values = {f.name: getattr(rules, f.name) for f in fields(Rules)}
    bare = {n for n, v in values.items() if isinstance(v, int | float | timedelta) and not isinstance(v, bool)}
    assert bare == set()
    assert set(rules.more) <= set(rules.limits)


@pytest.mark.parametrize("name", names())
def test_a_platform_has_a_host_called_api_by_https(name: str) -> None:
    hosts = load(name).hosts
    assert "api" in hosts
    assert all(address.startswith("https://") and not address.endswith("/") for address in hosts.values())


@pytest.mark.parametrize("name", names())
def test_a_platform_is_named_after_its_file_and_keeps_its_headers_in_small_letters(name: str) -> None:
    platform = load(name)
    assert platform.name == name
    assert all(header == header.lower() for header in platform.answer_headers)


def test_facebooks_numbers_are_those_that_we_read() -> None:
    limits = {name: limit.value for name, limit in load("facebook").rules.limits.items()}
    assert limits == {
        "text": 63206,
        "pictures": 10,
        "picture_bytes": 10_000_000,
        "png_bytes": 1_000_000,
        "photo_hours": 24,
        "listing": 100,
        "calls_per_engaged_user": 4800,
    }


def test_facebook_gives_no_read_lag_so_absent_is_a_persons_word() -> None:
    assert load("facebook").rules.read_lag is None


def test_a_file_that_only_helps_the_platforms_is_none(tmp_path: Path) -> None:
    for name in ("toy", "base", "_graph", "__init__"):
        (tmp_path / f"{name}.py").touch()
    assert in_folder(tmp_path) == ("toy",)


def test_an_unknown_platform_is_named_with_those_there_are() -> None:
    with pytest.raises(Misuse, match="mycospace is no platform") as caught:
        load("mycospace")
    assert "facebook" in caught.value.hint


def test_a_platform_that_defines_nothing_shows_every_gap() -> None:
    class Silent(Platform):
        pass

    assert [operation for operation in OPERATIONS if Silent().can(operation)] == []


def test_a_secret_is_sent_as_it_is_and_shown_to_nobody() -> None:
    secret = Secret("EAABcanary")
    assert (f"{secret}", secret.encode()) == ("EAABcanary", b"EAABcanary")
    assert repr({"token": secret}) == "{'token': [secret]}"
    assert "canary" not in repr(Credential(name="FB", parts={"token": secret}))
    with pytest.raises(TypeError, match="a secret is not pickled"):
        pickle.dumps(secret)
