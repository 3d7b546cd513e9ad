"""Whatever stands in a file, reading it ends in values and problems, never in an exception."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.content import load

BASE = Path(__file__).parent / "base"
PIECES = [
    "---\n", "title: ", "id: ", "date: ", "tags: ", "social:\n", "  publish: ", "  facebook:\n",
    "    text: ", "image:\n", "  src: ", "  alt: ", "review: ", "2026-12-01 09:00", "2026-03-08 02:30",
    "9999-12-31", "0000-00-00 00:00", "\n", " ", "  ", "\t", "- ", ": ", "'", '"', "[", "]", "{", "}", ", ",
    "&a ", "*a", "!!x ", "|\n", ">\n", "#x", "%", "@", "...", "\ufeff", "\u0000", "\u0085", "\u2028", "é",
    "👩‍⚕️", "null", "true", "12", "a", "valves", "<<: ", "? ", "ward.png", "../..", "![a](ward.png)",
    "[a]({static}../x)", "```", "<img src='", "{filename}", "schedule:\n", "channels:\n", "zone: ",
    "Title: ",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
PLACES = ["cardiology/a.md", "cardiology/specialty.yml", "site.yml", "people/lee-chan.yml", "pages/about.md"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One small folder for all examples: each puts its file back."""
    root = tmp_path_factory.mktemp("any")
    shutil.copytree(BASE, root / "content")
    return root


@pytest.mark.parametrize("name", PLACES)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(text=TEXTS, fenced=st.booleans())
def test_any_text_in_any_file_is_read_or_told(folder: Path, name: str, text: str, *, fenced: bool) -> None:
    path = folder / "content" / name
    before = path.read_bytes() if path.exists() else None
    path.write_text(f"---\n{text}\n---\nBody.\n" if fenced else text, "utf-8")
    try:
        content = load(folder)
    finally:
        path.unlink() if before is None else path.write_bytes(before)
    assert content.read == len(content.posts) + len(content.refused)
    refused = {problem.path for problem in content.problems if problem.severity == "error"}
    assert not refused & {post.path for post in content.posts}


@settings(deadline=None, max_examples=60)
@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_told(folder: Path, data: bytes) -> None:
    path = folder / "content/cardiology/a.md"
    path.write_bytes(data)
    try:
        content = load(folder)
    finally:
        path.unlink()
    assert content.read == len(content.posts) + len(content.refused)
