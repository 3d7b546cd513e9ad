"""`python3 tasks.py serve`: the built site on the loopback interface, shown again when it was built again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from publisher.serve import CHANGED, SCRIPT, Server

pytestmark = pytest.mark.timeout(60)
PAGE = "<html><body><h1>Home</h1></body></html>"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    for name, text in {
        "index.html": PAGE,
        "heart/index.html": PAGE,
        "404.html": "<body>Lost</body>",
        "s.css": "a{}",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    with Server(tmp_path) as made:
        serving = threading.Thread(target=made.serve_forever)
        serving.start()
        yield made
        made.shutdown()
        serving.join()


def get(server: Server, path: str) -> requests.Response:
    return requests.get(server.address + path, timeout=30)


def test_it_listens_on_the_loopback_interface_only(server: Server) -> None:
    assert server.server_address[0] == "127.0.0.1"


@pytest.mark.parametrize("path", ["/", "/index.html", "/heart/", "/heart/?utm_source=facebook"])
def test_a_page_is_shown_with_what_makes_it_load_again(server: Server, path: str) -> None:
    page = get(server, path)
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.text == PAGE.replace("</body>", f'<script src="{SCRIPT}" defer></script></body>')


def test_what_is_no_page_is_shown_as_it_is(server: Server) -> None:
    assert get(server, "/s.css").text == "a{}"
    assert "location.reload()" in get(server, SCRIPT).text


def test_what_is_not_there_is_the_sites_own_page(server: Server) -> None:
    lost = get(server, "/nowhere/")
    assert lost.status_code == 404
    assert "Lost" in lost.text
    assert get(server, "/../../../etc/passwd").status_code == 404


def test_an_open_page_is_told_when_there_is_something_new(server: Server) -> None:
    told = []
    waiting = threading.Thread(target=lambda: told.append(get(server, CHANGED).status_code))
    waiting.start()
    while waiting.is_alive():
        server.show_again()
        waiting.join(0.05)
    assert told == [200]


def test_without_live_reload_pages_are_as_they_were_built(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(PAGE)
    with Server(tmp_path, live=False) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        assert get(server, "/").text == PAGE
        assert get(server, SCRIPT).status_code == 404
        server.shutdown()
        serving.join()
