"""Which channels are quiet is answered for the minute that is asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from publisher import platforms
from publisher.content import load
from publisher.plan.quiet import QuietHours

SPECIALTY = """\
name: Cardiology
zone: America/Chicago
schedule: {slots: ["Tue 09:00"], quiet: "21:00-07:00"}
channels: [{platform: facebook, id: "1", name: Heart, token: FB_HEART}]
"""
QUIET, LOUD = frozenset({"facebook:1"}), frozenset[str]()


def test_quiet_begins_and_ends_with_its_minute_however_often_it_is_asked(tmp_path: Path) -> None:
    folder = tmp_path / "content" / "cardiology"
    folder.mkdir(parents=True)
    folder.joinpath("specialty.yml").write_text(SPECIALTY, "utf-8")
    folder.with_name("site.yml").write_text("name: Health\nbase-url: https://health.example.org\nzone: UTC\n", "utf-8")
    rules = {name: platforms.load(name).rules for name in platforms.names()}
    hours = QuietHours(load(tmp_path), rules, datetime(2026, 11, 24, tzinfo=UTC))
    asked = [(2, 59, 59), (3, 0, 0), (3, 0, 59), (12, 59, 59), (13, 0, 0), (13, 0, 0), (3, 0, 0)]
    answers = [hours.channels(datetime(2026, 11, 24, *at, tzinfo=UTC)) for at in asked]
    assert answers == [LOUD, QUIET, QUIET, QUIET, LOUD, LOUD, QUIET]
