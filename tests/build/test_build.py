"""A build is all of a site or nothing: what is wrong is said, and what stood there still stands."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from publisher.build import HOME, NotBuilt, build, instant
from publisher.errors import Misuse

if TYPE_CHECKING:
    from pathlib import Path


def everything(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def append(root: Path, name: str, text: str) -> None:
    file = root / "content" / name
    file.write_text(file.read_text(encoding="utf-8") + f"\n{text}\n", encoding="utf-8")


def problems(root: Path, now: datetime) -> tuple[str, ...]:
    with pytest.raises(NotBuilt) as failed:
        build(root, root.parent / "output", now=now)
    return failed.value.problems


def test_a_failing_build_changes_nothing(root: Path, now: datetime, tmp_path: Path) -> None:
    output = tmp_path / "output"
    build(root, output, now=now)
    before = everything(output)
    append(root, "cardiology/rhythm.md", "[Nowhere](/cardiology/nowhere/)")
    with pytest.raises(NotBuilt, match="unchanged"):
        build(root, output, now=now)
    assert everything(output) == before
    assert sorted(file.name for file in tmp_path.iterdir()) == [".output.building", "output", "root"]
    assert [file.name for file in (tmp_path / ".output.building").iterdir()] == ["lock"]


def test_a_first_build_that_fails_leaves_no_output(root: Path, now: datetime, tmp_path: Path) -> None:
    append(root, "cardiology/rhythm.md", "[Nowhere](/cardiology/nowhere/)")
    assert len(problems(root, now)) == 1
    assert not (tmp_path / "output").exists()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("[Nowhere](/cardiology/nowhere/)", "the link to /cardiology/nowhere/ leads nowhere"),
        ("[No place](/cardiology/valve/#nowhere)", "the link to /cardiology/valve/#nowhere leads to no such place"),
        ("[No place](#nowhere)", "the link to #nowhere leads to no such place"),
        ("[Gone](https://sample.example.org/gone/)", "the link to https://sample.example.org/gone/ leads nowhere"),
        ("![Theirs](https://cdn.example.net/a.png)", "https://cdn.example.net/a.png would be loaded from another host"),
        ("![Theirs](//cdn.example.net/a.png)", "//cdn.example.net/a.png would be loaded from another host"),
        ("[To come](/cardiology/zebracanary-future/)", "the link to /cardiology/zebracanary-future/ leads nowhere"),
    ],
)
def test_what_would_break_for_a_reader_fails_the_build(root: Path, now: datetime, written: str, said: str) -> None:
    append(root, "cardiology/rhythm.md", written)
    found = problems(root, now)
    assert len(found) == 1
    assert said in found[0]
    assert found[0].startswith("content/cardiology/rhythm.md (cardiology/rhythm/index.html:")


def test_a_link_to_another_site_is_none_of_our_business(root: Path, now: datetime, tmp_path: Path) -> None:
    append(root, "cardiology/rhythm.md", "[Theirs](https://cdn.example.net/a.png)")
    assert build(root, tmp_path / "output", now=now).counts["published"] == 4


def test_any_refused_file_fails_the_build_and_is_named_with_its_line(root: Path, now: datetime) -> None:
    file = root / "content/cardiology/rhythm.md"
    file.write_text(file.read_text(encoding="utf-8").replace("summary:", "summry:"), encoding="utf-8")
    found = problems(root, now)
    assert len(found) == 1
    assert found[0].startswith("content/cardiology/rhythm.md:5: summry: ")


def test_refused_files_are_left_out_where_that_is_allowed(root: Path, now: datetime, tmp_path: Path) -> None:
    file = root / "content/cardiology/rhythm.md"
    file.write_text(file.read_text(encoding="utf-8").replace("summary:", "summry:"), encoding="utf-8")
    site = build(root, tmp_path / "output", now=now, allow_refused=True)
    assert site.balance == "8 read = 3 published + 2 scheduled + 1 draft + 1 hidden + 1 refused"
    assert not (site.output / "cardiology/rhythm").exists()
    assert site.problems[0].startswith("content/cardiology/rhythm.md:5: summry: ")


def test_a_setting_that_pelican_warns_of_fails_the_build(root: Path, now: datetime) -> None:
    ours = (HOME / "publishconf.py").read_text(encoding="utf-8").replace("Path(__file__)", f"Path({str(HOME / 'x')!r})")
    warns = "import logging\nlogging.getLogger('pelican.x').warning('something is odd')\n"
    (root / "odd.py").write_text(f"{ours}\n{warns}", encoding="utf-8")
    with pytest.raises(NotBuilt, match="something is odd"):
        build(root, root.parent / "output", now=now, config="odd.py")


def test_another_base_url_stands_in_every_absolute_address(root: Path, now: datetime, tmp_path: Path) -> None:
    site = build(root, tmp_path / "output", now=now, base_url="https://preview.example.org/health/")
    html = (site.output / "cardiology/valve/index.html").read_text(encoding="utf-8")
    assert '<link rel="canonical" href="https://preview.example.org/health/cardiology/valve/">' in html
    assert '<img src="/health/cardiology/valve/picture.png"' in html
    assert '<a href="/health/neurology/sleep/" rel="noopener">' in html
    assert not [
        file for file in site.output.rglob("*") if file.is_file() and b"sample.example.org" in file.read_bytes()
    ]


def test_what_is_deployed_has_an_address_that_nobody_can_change_on_the_way(root: Path, now: datetime) -> None:
    output = root.parent / "output"
    with pytest.raises(NotBuilt, match="a deployed site needs one with https://"):
        build(root, output, now=now, config="publishconf.py", base_url="http://sample.example.org")
    build(root, output, now=now, config="publishconf.py")
    assert (output / "index.html").is_file()


def test_pelican_alone_prints_the_counts_and_fails_where_the_site_is_unfit(root: Path, now: datetime) -> None:
    environ = {**os.environ, "PUBLISHER_ROOT": str(root), "PUBLISHER_NOW": now.isoformat(), "PYTHONPATH": str(HOME)}
    command = [sys.executable, "-m", "pelican", "-s", str(HOME / "pelicanconf.py"), "-o", str(root.parent / "site")]

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)

    fit = run()
    append(root, "cardiology/rhythm.md", "[Nowhere](/cardiology/nowhere/)")
    unfit = run()
    assert "8 read = 4 published + 2 scheduled + 1 draft + 1 hidden + 0 refused\n" in fit.stdout
    assert (fit.returncode, unfit.returncode) == (0, 1)
    assert "the link to /cardiology/nowhere/ leads nowhere" in unfit.stderr


def test_a_build_loads_no_network_client_and_no_database(root: Path, now: datetime, tmp_path: Path) -> None:
    loaded = tmp_path / "loaded"
    ours = (HOME / "publishconf.py").read_text(encoding="utf-8").replace("Path(__file__)", f"Path({str(HOME / 'x')!r})")
    look = f"def look(_):\n    import sys\n    open({str(loaded)!r}, 'w').write(' '.join(sorted(sys.modules)))\n"
    connect = "from pelican import signals\nsignals.finalized.connect(look, weak=False)\n"
    (root / "looking.py").write_text(f"{ours}\n{look}{connect}", encoding="utf-8")
    build(root, tmp_path / "output", now=now, config="looking.py")
    modules = set(loaded.read_text(encoding="utf-8").split())
    assert {"pelican", "front_matter", "publisher.content"} <= modules
    assert modules & {"requests", "urllib3", "sqlalchemy", "sqlite3", "publisher.http", "publisher.tokens"} == set()
    assert not [name for name in modules if name.startswith(("publisher.ledger", "publisher.delivery", "plugins."))]


def test_the_instant_is_source_date_epoch_else_the_clock() -> None:
    assert instant({"SOURCE_DATE_EPOCH": "1000000000"}) == datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)
    assert instant({}).tzinfo is UTC
    with pytest.raises(Misuse):
        instant({"SOURCE_DATE_EPOCH": "yesterday"})


def test_a_root_without_content_or_an_instant_without_zone_is_a_wrong_call(root: Path, tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="no folder"):
        build(tmp_path, tmp_path / "output", now=datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(Misuse, match="no time zone"):
        build(root, tmp_path / "output", now=datetime(2026, 1, 1))  # noqa: DTZ001 - that is the mistake


@pytest.mark.parametrize("there", ["a file", "other things"])
def test_a_folder_that_holds_something_else_is_left_alone(
    root: Path, now: datetime, tmp_path: Path, there: str
) -> None:
    output = tmp_path / "output"
    precious = output if there == "a file" else output / "thesis.txt"
    precious.parent.mkdir(exist_ok=True)
    precious.write_text("precious", encoding="utf-8")
    with pytest.raises(Misuse):
        build(root, output, now=now)
    assert precious.read_text(encoding="utf-8") == "precious"


def test_a_site_that_has_no_post_yet_is_built(tmp_path: Path, now: datetime) -> None:
    content = tmp_path / "new" / "content"
    (content / "people").mkdir(parents=True)
    (content / "heart").mkdir()
    (content / "site.yml").write_text("name: Sample Health\nbase-url: https://sample.example.org\n", "utf-8")
    (content / "heart" / "specialty.yml").write_text("name: Heart\nzone: America/Chicago\n", "utf-8")
    output = tmp_path / "output"
    build(tmp_path / "new", output, now=now)
    assert '"posts": []' in (output / "posts.json").read_text("utf-8")
    assert (output / "heart" / "index.html").is_file()
