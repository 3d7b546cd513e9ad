"""Every mistake that a file can hold is told with its line, its field and what to write: a case is two files."""

from __future__ import annotations

from pathlib import Path

import pytest
from content_given import Load, told

CASES = Path(__file__).parent / "cases"
PLACES = {
    "post": "cardiology/{stem}.md",
    "specialty": "cardiology/specialty.yml",
    "site": "site.yml",
    "person": "people/lee-chan.yml",
}
FILES = sorted(path for folder in PLACES for path in (CASES / folder).iterdir() if path.suffix != ".txt")


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_mistake_is_told_as_its_case_says(path: Path, loaded: Load) -> None:
    name = PLACES[path.parent.name].format(stem=path.stem)
    content = loaded({name: path.read_bytes()})
    told_of_it = [told(problem) for problem in content.problems if problem.path == f"content/{name}"]
    assert "\n".join(told_of_it) + "\n" == path.with_suffix(".txt").read_text("utf-8")
