"""The pages as a reader's browser shows them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from publisher.build import Built

pytestmark = pytest.mark.browser
PAGES = (
    "/", "/cardiology/", "/cardiology/valve/", "/neurology/sleep/", "/tags/heart/", "/people/ana-roy/", "/archive/",
    "/about/", "/404.html",
)  # fmt: skip


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address(small: Built) -> Iterator[str]:
    """Where the small site can be visited."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(small.output))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_scrolls_sideways(browser: Any, address: str, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    widths = {}
    for path in PAGES:
        page.goto(address + path)
        widths[path] = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert {path: wide for path, wide in widths.items() if wide > width} == {}


def test_a_post_is_complete_without_javascript_and_asks_no_other_host(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(address)))
    page.goto(f"{address}/cardiology/valve/", wait_until="networkidle")
    text = page.inner_text("main")
    cookies = context.cookies()
    context.close()
    assert {"/cardiology/valve/", "/theme/clinic.css", "/cardiology/valve/picture.png"} <= set(asked)
    assert [url for url in asked if not url.startswith("/")] == []
    assert cookies == []
    assert "Worth two minutes if someone you love waits for a valve." in text


def test_the_first_tab_leads_past_the_navigation_and_can_be_seen(browser: Any, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/cardiology/valve/")
    page.keyboard.press("Tab")
    focused = page.evaluate(
        "[document.activeElement.textContent, getComputedStyle(document.activeElement).outlineStyle]"
    )
    box = page.locator(".skip").bounding_box()
    page.keyboard.press("Enter")
    landed = page.evaluate("document.activeElement.id")
    page.close()
    assert focused == ["Skip to the content", "solid"]
    assert box["x"] >= 0
    assert landed == "page-main"


def test_an_old_address_takes_the_reader_to_the_page(browser: Any, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/old/valve/")
    page.wait_for_url(f"{address}/cardiology/valve/")
    page.close()
