"""Each platform's flows, played against the answers of its file of cases: whole requests, and what answers mean."""

from __future__ import annotations

from typing import Any

import pytest
from flow_cases import Case, answer, calls, cases, plain, played, read, refusals, with_cases

from publisher.errors import CallError
from publisher.platforms import load, names
from publisher.platforms.base import OPERATIONS


def test_every_platform_has_a_file_of_cases_and_no_file_is_an_orphan() -> None:
    assert with_cases() == list(names()), (
        "a platform is one file in publisher/platforms and one in tests/platforms/flows"
    )


@pytest.mark.parametrize("name", names())
def test_every_operation_that_a_platform_defines_has_a_case(name: str) -> None:
    defined = {operation for operation in OPERATIONS if load(name).can(operation)}
    assert {case.operation for case in cases() if case.platform == name} == defined


@pytest.mark.parametrize("case", cases(), ids=str)
def test_case(case: Case) -> None:
    turns, result = played(case)
    expected = [_expected(step, case.file) for step in case.steps]
    for turn, step in zip(turns, expected, strict=False):
        if "error" in step and "error" in turn:
            agree(turn["error"], step["error"])
        else:
            assert turn == {key: value for key, value in step.items() if key != "answer"}
    assert len(turns) == len(expected)
    assert result == plain(case.result)


@pytest.mark.parametrize(("platform", "refusal", "name"), refusals())
def test_refusal(platform: str, refusal: dict[str, Any], name: str) -> None:
    asked = calls(platform)[name]
    error = load(platform).refusal(asked, answer(refusal["answer"]), read(platform)["now"])
    assert ("fine" if error is None else type(error).__name__) == refusal["means"][name]
    if error is not None and "sentence" in refusal:
        assert error.sentence == refusal["sentence"]


@pytest.mark.parametrize("name", names())
def test_every_call_of_a_file_is_made_by_one_of_its_cases(name: str) -> None:
    used = {step["call"] for case in cases() if case.platform == name for step in case.steps if "call" in step}
    assert used == set(calls(name))


@pytest.mark.parametrize("name", names())
def test_publishing_commits_exactly_once(name: str) -> None:
    asked = calls(name)
    for case in cases():
        if case.platform == name and case.operation == "publish" and any("published" in step for step in case.steps):
            commits = [step["call"] for step in case.steps if "call" in step and asked[step["call"]].commits]
            assert len(commits) == 1, case.name


def _expected(step: dict[str, Any], file: dict[str, Any]) -> dict[str, Any]:
    named = step.get("call")
    return {**step, "call": file["calls"][named]} if isinstance(named, str) else step


def agree(error: CallError, expected: dict[str, Any]) -> None:
    """The error is what the file says, as far as it says."""
    said = {"is": type(error).__name__, **vars(error)}
    assert {key: said[key] for key in expected} == expected
