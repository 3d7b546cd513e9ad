"""The small decisions of the plugin that hands Pelican its posts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from front_matter import alias_file, calendar, day, instant, prefix_of, spoken, stamp
from front_matter.pictures import size_of
from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path


def test_the_instant_is_what_the_publisher_says_else_source_date_epoch_else_the_clock() -> None:
    both = {"PUBLISHER_NOW": "2026-03-02T09:00:00-06:00", "SOURCE_DATE_EPOCH": "0"}
    assert instant(both) == datetime(2026, 3, 2, 15, tzinfo=UTC)
    assert instant({"SOURCE_DATE_EPOCH": "0"}) == datetime(1970, 1, 1, tzinfo=UTC)
    assert instant({}) > datetime(2026, 1, 1, tzinfo=UTC)


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        instant({"PUBLISHER_NOW": "2026-03-02T09:00:00"})


def test_a_day_is_that_of_the_zones_wall_calendar() -> None:
    at = datetime(2026, 1, 1, 3, tzinfo=UTC)
    assert day(at, "America/Chicago") == "December 31, 2025"
    assert day(at, "Asia/Tokyo") == "January 1, 2026"
    assert stamp(at, "America/Chicago") == "2025-12-31T21:00:00-06:00"
    assert calendar(at.date()) == "January 1, 2026"


@pytest.mark.parametrize(
    ("alias", "file"),
    [("/old/", "old/index.html"), ("/old", "old/index.html"), ("/a/old.html", "a/old.html"), ("/p.htm", "p.htm")],
)
def test_an_old_address_is_answered_by_a_file(alias: str, file: str) -> None:
    assert alias_file(alias) == file


@pytest.mark.parametrize(
    ("base_url", "prefix"), [("https://a.example.org", ""), ("https://a.example.org/health", "/health"), ("", "")]
)
def test_what_precedes_every_address(base_url: str, prefix: str) -> None:
    assert prefix_of(base_url) == prefix


def test_captions_become_what_is_said() -> None:
    captions = (
        "WEBVTT\n\nNOTE made up\n\n1\n00:00.000 --> 00:02.000\nGood morning.\n\n00:02.000 --> 00:04.000\nSit\ndown."
    )
    assert spoken(captions) == "Good morning.\nSit\ndown."


def test_the_size_of_a_picture_is_as_a_browser_shows_it(tmp_path: Path) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    Image.new("RGB", (40, 30)).save(tmp_path / "a.jpg")
    Image.new("RGB", (40, 30)).save(tmp_path / "b.jpg", exif=turned)
    (tmp_path / "c.svg").write_text("<svg/>", encoding="utf-8")
    assert [size_of(tmp_path / name) for name in ("a.jpg", "b.jpg", "c.svg")] == [(40, 30), (30, 40), None]
