"""What is not public yet leaves no trace: not a word, not a name of a file, not of a picture, a tag or a person."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from publisher.build import build

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.build import Built

CANARY = re.compile(rb"zebra[-_ ]?canary", re.IGNORECASE)
EMBARGO_ENDS = datetime(2026, 4, 1, 12, tzinfo=UTC)


def traces(folder: Path) -> list[str]:
    """The files below `folder` that the canary can be found in, by name or by any byte."""
    files = sorted(folder.rglob("*"))
    names = [file.relative_to(folder).as_posix() for file in files]
    named = [name for name in names if CANARY.search(name.encode())]
    return named + [
        name for name, file in zip(names, files, strict=True) if file.is_file() and CANARY.search(file.read_bytes())
    ]


def test_future_embargoed_and_draft_posts_leave_no_trace(small: Built) -> None:
    assert small.counts["scheduled"] == 2
    assert small.counts["draft"] == 1
    assert traces(small.output) == []


def test_no_picture_of_theirs_is_there_under_another_name(small: Built) -> None:
    source = small.output.parent  # nothing but the output and the folder that builds are made in
    assert sorted(file.suffix for file in source.rglob("*.png")) == [".png", ".png"]


@pytest.mark.parametrize(("before", "seen"), [(timedelta(microseconds=1), False), (timedelta(0), True)])
def test_an_embargo_ends_at_its_instant_and_not_before(
    root: Path, tmp_path: Path, before: timedelta, seen: bool
) -> None:
    site = build(root, tmp_path / "output", now=EMBARGO_ENDS - before)
    assert (site.output / "neurology/zebracanary-embargoed/zebracanary-embargo.png").is_file() is seen
    assert bool(traces(site.output)) is seen


def test_the_same_words_are_found_once_they_are_public(root: Path, tmp_path: Path) -> None:
    site = build(root, tmp_path / "output", now=datetime(2027, 1, 1, tzinfo=UTC))
    found = traces(site.output)
    assert "cardiology/zebracanary-future/zebracanary-inline.png" in found
    assert "people/zebra-canary/index.html" in found
    assert "zebracanary/alias/index.html" in found
    assert "posts.json" in found


def test_what_is_built_and_then_put_under_embargo_is_gone_after_the_next_build(root: Path, tmp_path: Path) -> None:
    output = tmp_path / "output"
    build(root, output, now=datetime(2027, 1, 1, tzinfo=UTC))
    change = build(root, output, now=datetime(2026, 3, 15, tzinfo=UTC)).change
    assert "people/zebra-canary/index.html" in change.removed
    assert traces(tmp_path / "output") == []
