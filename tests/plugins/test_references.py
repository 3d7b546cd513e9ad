"""What a text refers to becomes an address, and the files it needs are named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from front_matter.body import html_of
from front_matter.references import Places, References

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def references(tmp_path: Path) -> References:
    folder = tmp_path / "content"
    for name in (
        "cardiology/valve/index.md", "cardiology/valve/a b.png", "cardiology/valve/img/a.png", "neurology/sleep.md",
        "neurology/a.png", "pediatrics/a.png", "neurology/draft.md",
    ):  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("x", encoding="utf-8")
    (folder / "cardiology/valve/link.txt").symlink_to(tmp_path / "secret.txt")
    addresses = {"neurology/sleep.md": "/neurology/sleep/"}
    places = Places(folder=folder, addresses=addresses, prefix="/health")
    return References(places=places, source="cardiology/valve/index.md", address="/cardiology/valve/")


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("a%20b.png", "/health/cardiology/valve/a b.png"),
        ("{static}img/a.png", "/health/cardiology/valve/img/a.png"),
        ("{attach}/neurology/a.png", "/health/cardiology/valve/a.png"),
        ("%7Battach%7Dimg/a.png", "/health/cardiology/valve/img/a.png"),
        ("|filename|../../neurology/sleep.md", "/health/neurology/sleep/"),
        ("../../neurology/sleep.md#bed", "/health/neurology/sleep/#bed"),
        ("{tag}Heart Failure", "/health/tags/heart-failure/"),
        ("{category}neurology", "/health/neurology/"),
        ("{author}ana-roy", "/health/people/ana-roy/"),
        ("{index}", "/health/"),
        ("/appointments/?specialty=cardiology", "/health/appointments/?specialty=cardiology"),
        ("#bed", "#bed"),
        ("https://example.org/a.png", "https://example.org/a.png"),
        ("mailto:team@example.org", "mailto:team@example.org"),
        ("missing.png", "missing.png"),
        ("{static}missing.png", "{static}missing.png"),
        ("{unknown}a.png", "{unknown}a.png"),
        ("../../../secret.txt", "../../../secret.txt"),
        ("link.txt", "link.txt"),
        ("../../neurology/draft.md", None),
        ("{filename}/neurology/draft.md", None),
    ],
)
def test_a_reference_becomes_an_address(references: References, written: str, address: str | None) -> None:
    assert references.resolve(written) == address


def test_files_of_one_name_from_two_folders_do_not_overwrite_each_other(references: References) -> None:
    first, second = references.resolve("/neurology/a.png"), references.resolve("{static}/neurology/a.png")
    third = references.resolve("{static}/pediatrics/a.png")
    assert (first, second) == ("/health/neurology/a.png", "/health/cardiology/valve/a.png")
    assert third == "/health/cardiology/valve/bc8f0a20-a.png"
    assert sorted(references.carried) == ["/cardiology/valve/a.png", "/cardiology/valve/bc8f0a20-a.png"]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# One\n\n## Two", '<h2 id="one">One</h2>\n<h3 id="two">Two</h3>'),
        ("## One\n\n### Two", '<h2 id="one">One</h2>\n<h3 id="two">Two</h3>'),
        ("Text <script>x()</script>", "<p>Text </p>"),
        ('<p onclick="x()" style="color:red">Text</p>', "<p>Text</p>"),
        ("[x](javascript:alert(1))", '<p><a rel="noopener">x</a></p>'),
        (
            '<img src="img/a.png" alt="A">',
            '<p><img src="/health/cardiology/valve/img/a.png" alt="A" loading="lazy"></p>',
        ),
        ('<iframe src="https://example.net/"></iframe>after', "<p>after</p>"),
        ("[Draft](../../neurology/draft.md)", '<p><a rel="noopener">Draft</a></p>'),
        ("`{static}x`", "<p><code>{static}x</code></p>"),
        (
            "| a |\n|---|\n| b |",
            "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>b</td>\n</tr>\n</tbody>\n</table>",
        ),
    ],
)
def test_markdown_becomes_html_that_is_safe_to_show(references: References, text: str, html: str) -> None:
    assert html_of(text, references).strip() == html


def test_a_picture_keeps_its_place(references: References) -> None:
    html = html_of("![A](img/a.png)", references, lambda reference: (40, 30) if reference == "img/a.png" else None)
    assert ' width="40"' in html
    assert ' height="30"' in html
