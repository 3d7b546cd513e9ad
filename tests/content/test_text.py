"""Text is counted as each network counts it, cut between words, and Markdown becomes the text that a reader sees."""

from __future__ import annotations

from pathlib import Path

import pytest
import regex
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.content.text import COUNTERS, Counting, count, graphemes, plain, shorten, utf8_bytes, weighted

FAMILY = "👩‍👩‍👧‍👦"
COUNTINGS = sorted(COUNTERS)


def pieces_of_x(contracts: Path) -> list[dict]:
    """X's own cases of weighted counting, from its conformance file."""
    cases = yaml.safe_load((contracts / "x/twitter-text/validate.yml").read_text("utf-8"))
    return cases["tests"]["WeightedTweetsWithDiscountedEmojiCounterTest"]


def test_weighted_lengths_are_those_of_xs_own_cases(contracts: Path) -> None:
    cases = pieces_of_x(contracts)
    assert len(cases) > 20
    wrong = {
        case["description"]: (weighted(case["text"]), case["expected"]["weightedLength"])
        for case in cases
        if weighted(case["text"]) != case["expected"]["weightedLength"]
    }
    assert wrong == {}


@pytest.mark.parametrize(
    ("text", "seen", "weight", "size"),
    [
        ("", 0, 0, 0),
        ("Heart", 5, 5, 5),
        ("é", 1, 1, 2),
        ("心臓", 2, 4, 6),
        (FAMILY, 1, 2, 25),
        ("🇪🇸", 1, 2, 8),
        ("https://health.example.org/cardiology/a-very-long-address/", 58, 23, 58),
        ("a\r\nb", 3, 3, 4),
    ],
)
def test_one_text_has_three_lengths(text: str, seen: int, weight: int, size: int) -> None:
    assert (graphemes(text), weighted(text), utf8_bytes(text)) == (seen, weight, size)


def test_characters_are_counted_after_composing_accents() -> None:
    assert count("e\u0301", "characters") == 1


@pytest.mark.parametrize(
    ("text", "limit", "counting", "expected"),
    [
        ("Short enough", 12, "graphemes", "Short enough"),
        ("The new valve clinic opens", 16, "graphemes", "The new valve…"),
        ("The new valve, clinic", 15, "graphemes", "The new valve…"),
        ("Herzklappensprechstunde", 10, "graphemes", "Herzklapp…"),
        (FAMILY * 4, 3, "graphemes", FAMILY * 2 + "…"),
        ("Read https://health.example.org/a/ now or later", 36, "graphemes", "Read https://health.example.org/a/ …"),
        ("Read https://health.example.org/a/", 20, "graphemes", "Read…"),
        ("https://health.example.org/a/", 10, "graphemes", "…"),
        ("ééé ééé", 10, "utf-8 bytes", "ééé…"),
        ("Read https://health.example.org/a-long-address/ now or later", 34, "weighted",
         "Read https://health.example.org/a-long-address/ now…"),
        ("word", 0, "graphemes", ""),
    ],
)  # fmt: skip
def test_text_is_cut_between_words(text: str, limit: int, counting: Counting, expected: str) -> None:
    assert shorten(text, limit, counting) == expected


@settings(deadline=None)
@given(text=st.text(max_size=80), limit=st.integers(0, 60), counting=st.sampled_from(COUNTINGS))
def test_a_shortened_text_always_fits(text: str, limit: int, counting: Counting) -> None:
    assert count(shorten(text, limit, counting), counting) <= limit


@settings(deadline=None)
@given(text=st.text(alphabet="ae\u0301 👩‍⚕️🇪🇸\n", max_size=60), limit=st.integers(1, 40))
def test_no_visible_character_is_cut_in_two(text: str, limit: int) -> None:
    short = shorten(text, limit, "graphemes")
    whole = regex.findall(r"\X", text.strip())
    kept = regex.findall(r"\X", short.removesuffix("…").rstrip()) if short != text.strip() else whole
    assert whole[: len(kept)] == kept


MARKDOWN = """# Heart *valves*

A [link](https://example.org) &amp; an ![picture](a.jpg) image.
Second line.<!-- hidden --> 10<sup>-3</sup> and H<sub>2</sub>O

<script>alert(1)</script>
<style>p {color: red}</style>

- one
- two
    - inner

3. third

    with a paragraph

4. fourth

| Day | Hours |
|---|---|
| Mon | 9–5 |

> Quoted

```
code  stays
    as it is
```

Term[^1]

[^1]: The note.
"""
PLAIN = """Heart valves

A link & an image. Second line. 10⁻³ and H₂O

• one
• two
  • inner

3. third with a paragraph
4. fourth

Day Hours
Mon 9–5

Quoted

code  stays
    as it is

Term

1. The note."""


def test_markdown_becomes_the_text_that_a_reader_sees() -> None:
    assert plain(MARKDOWN).replace("\N{NO-BREAK SPACE}", " ").replace(" ↩", "") == PLAIN


def test_one_texts_footnotes_are_not_in_the_next() -> None:
    plain("One[^1]\n\n[^1]: Note.\n")
    assert plain("Two") == "Two"


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_markdown_becomes_text_without_blank_runs(markdown: str) -> None:
    text = plain(markdown)
    assert text == text.strip("\n ") or "\x02" not in text
    assert "\n\n\n" not in text or "```" in markdown or "    " in markdown or "\t" in markdown
