"""`python3 tasks.py deploy`: built for the public, verified, put in place whole."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher.deploy import deploy, place, verify
from publisher.errors import Misuse, PublisherError

ROOT = Path(__file__).parents[2]


def site(folder: Path, *addresses: str, home: str = "home") -> Path:
    """A small built site with a page for each address."""
    folder.mkdir(parents=True)
    (folder / "index.html").write_text(home)
    (folder / "posts.json").write_text(json.dumps({"posts": [{"address": address} for address in addresses]}))
    for address in addresses:
        (folder / address.strip("/")).mkdir(parents=True)
        (folder / address.strip("/") / "index.html").write_text(address)
    return folder


def test_a_whole_site_lacks_nothing(tmp_path: Path) -> None:
    assert verify(site(tmp_path / "site", "/cardiology/valve/")) == []


def test_each_page_of_the_manifest_must_be_there(tmp_path: Path) -> None:
    built = site(tmp_path / "site", "/cardiology/valve/", "/cardiology/pump/")
    (built / "cardiology" / "valve" / "index.html").unlink()
    (built / "index.html").unlink()
    assert verify(built) == [
        "index.html: there is no home page",
        "/cardiology/valve/: named in posts.json and not there",
    ]


@pytest.mark.parametrize("text", ["", "{}", "[]", "no json"])
def test_a_site_without_a_manifest_is_not_whole(tmp_path: Path, text: str) -> None:
    built = site(tmp_path / "site")
    (built / "posts.json").write_text(text)
    assert verify(built) == ["posts.json: cannot be read"]


def test_a_folder_is_replaced_in_one_step_and_what_is_gone_is_gone(tmp_path: Path) -> None:
    there = tmp_path / "www"
    place(site(tmp_path / "old", "/cardiology/gone/"), str(there))
    place(site(tmp_path / "new", "/cardiology/valve/", home="new home"), str(there))
    assert (there / "index.html").read_text() == "new home"
    assert (there / "cardiology" / "valve" / "index.html").exists()
    assert not (there / "cardiology" / "gone").exists()


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "www").mkdir()
    (tmp_path / "www" / "thesis.txt").write_text("years of work")
    with pytest.raises(Misuse):
        place(site(tmp_path / "new"), str(tmp_path / "www"))
    assert (tmp_path / "www" / "thesis.txt").read_text() == "years of work"


def test_without_rsync_another_machine_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Misuse, match="no rsync"):
        place(site(tmp_path / "new"), "web.example.org:/srv/www")


def recording_rsync(folder: Path, code: int) -> None:
    """A program named rsync that writes down how it was called."""
    folder.mkdir()
    program = folder / "rsync"
    program.write_text(f'#!/bin/sh\necho "$@" >> "{folder}/calls"\nexit {code}\n')
    program.chmod(0o755)


def test_on_another_machine_pages_come_after_what_they_need_and_removals_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording_rsync(tmp_path / "bin", 0)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    built = site(tmp_path / "new")
    place(built, "web.example.org:/srv/www")
    always = "--archive --checksum --delay-updates"
    assert (tmp_path / "bin" / "calls").read_text().splitlines() == [
        f"{always} --exclude=*.html --exclude=*.json --exclude=*.xml {built}/ web.example.org:/srv/www",
        f"{always} {built}/ web.example.org:/srv/www",
        f"{always} --delete-after {built}/ web.example.org:/srv/www",
    ]


def test_a_failed_upload_stops_at_once_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recording_rsync(tmp_path / "bin", 12)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    with pytest.raises(PublisherError, match="ended with 12"):
        place(site(tmp_path / "new"), "web.example.org:/srv/www")
    assert len((tmp_path / "bin" / "calls").read_text().splitlines()) == 1


def test_content_is_built_verified_and_put_in_place(tmp_path: Path) -> None:
    root = Path(shutil.copytree(ROOT / "tests" / "site" / "small", tmp_path / "root"))
    built = deploy(root, str(tmp_path / "www"), now=datetime(2026, 3, 15, 12, tzinfo=UTC))
    assert built.read > 0
    assert verify(tmp_path / "www") == []


def test_a_site_that_is_not_whole_is_not_put_in_place(tmp_path: Path) -> None:
    root = Path(shutil.copytree(ROOT / "tests" / "site" / "small", tmp_path / "root"))
    without = f'import sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom pelicanconf import *\nPLUGINS.remove("manifest")\n'
    (root / "publishconf.py").write_text(without)
    with pytest.raises(PublisherError, match=r"nothing was deployed\nposts\.json: cannot be read"):
        deploy(root, str(tmp_path / "www"), now=datetime(2026, 3, 15, 12, tzinfo=UTC))
    assert not (tmp_path / "www").exists()
