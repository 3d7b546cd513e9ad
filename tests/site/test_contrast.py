"""Every pair of colours that the theme sets beside each other can be read, in light and in dark."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from specialties.accents import PAPER_DARK, PAPER_LIGHT, accent, contrast

if TYPE_CHECKING:
    from publisher.build import Built

STYLE = Path(__file__).parents[2] / "themes/clinic/templates/clinic.css"
BODY_TEXT, LARGE_OR_PART = 7.0, 3.0
PAIRS = [
    ("ink", "paper", BODY_TEXT), ("ink", "sheet", BODY_TEXT), ("quiet", "paper", BODY_TEXT), ("quiet", "sheet", 6.5),
    ("accent", "paper", BODY_TEXT), ("accent", "sheet", BODY_TEXT), ("brand", "paper", BODY_TEXT),
    ("brand", "sheet", BODY_TEXT), ("on-accent", "accent", BODY_TEXT), ("on-notice", "notice", BODY_TEXT),
    ("focus", "paper", LARGE_OR_PART), ("focus", "sheet", LARGE_OR_PART),
]  # fmt: skip


def tokens(which: str) -> dict[str, str]:
    light, dark = STYLE.read_text(encoding="utf-8").split("@media screen and (prefers-color-scheme: dark)")[:2]
    found = re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", light if which == "light" else dark)
    return dict(found)


def test_black_on_white_is_twenty_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("which", ["light", "dark"])
@pytest.mark.parametrize(("one", "other", "least"), PAIRS)
def test_two_tokens_can_be_told_apart(which: str, one: str, other: str, least: float) -> None:
    colours = tokens(which)
    assert contrast(colours[one], colours[other]) >= least


def test_the_accents_were_measured_on_the_papers_that_the_theme_has() -> None:
    assert tokens("light")["sheet"] == PAPER_LIGHT
    assert tokens("dark")["sheet"] == PAPER_DARK


def test_any_name_gives_an_accent_that_can_be_read() -> None:
    accents = [accent(f"Specialty {number}") for number in range(1000)]
    papers = {which: [tokens(which)[name] for name in ("paper", "sheet", "on-accent")] for which in ("light", "dark")}
    assert min(contrast(colour.light, paper) for colour in accents for paper in papers["light"]) >= BODY_TEXT
    assert min(contrast(colour.dark, paper) for colour in accents for paper in papers["dark"]) >= BODY_TEXT


def test_an_accent_comes_from_the_name_alone() -> None:
    assert (accent("Cardiology").light, accent("Cardiology").dark) == ("#005f07", "#75c384")


def test_the_style_sheet_has_every_specialtys_accent(small: Built) -> None:
    text = (small.output / "theme/clinic.css").read_text(encoding="utf-8")
    assert ".s-cardiology { --accent: #005f07; }" in text
    assert text.count(".s-neurology {") == 2
