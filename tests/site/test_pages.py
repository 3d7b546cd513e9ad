"""What the pages of a built site say and where they stand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publisher.build import Built


def page(site: Built, address: str) -> str:
    return (site.output / address.strip("/") / "index.html").read_text(encoding="utf-8")


def test_read_is_published_and_scheduled_and_draft_and_hidden_and_refused(small: Built) -> None:
    assert small.balance == "8 read = 4 published + 2 scheduled + 1 draft + 1 hidden + 0 refused"


def test_a_build_says_how_much_it_made(small: Built) -> None:
    assert small.pages == len(list(small.output.rglob("*.html")))
    assert "cardiology/valve/index.html" in small.written


def test_the_same_slug_in_two_specialties_makes_two_pages(small: Built) -> None:
    assert "<h1>Valves &amp; &lt;repairs&gt;: what to expect</h1>" in page(small, "/cardiology/valve/")
    assert "<h1>The valve in a shunt</h1>" in page(small, "/neurology/valve/")


def test_a_post_says_its_date_in_the_specialtys_zone(small: Built) -> None:
    assert '<time datetime="2026-03-02T23:30:00-06:00">March 2, 2026</time>' in page(small, "/cardiology/valve/")


def test_a_post_shows_everything_that_its_front_matter_has(small: Built) -> None:
    html = page(small, "/cardiology/valve/")
    shown = [
        '<a href="/cardiology/">Cardiology</a>, <a href="/neurology/">Neurology</a>',
        '<p class="lead">A leaky valve can often be repaired.</p>',
        '<a href="/people/ana-roy/">Ana Roy</a>, MD, <span class="role">Cardiologist</span>',
        'Medically reviewed by <a href="/people/ben-ito/">Ben Ito</a>, RN on <time datetime="2026-02-20">',
        'Next review <time datetime="2027-02-20">February 20, 2027</time>',
        '<img src="/cardiology/valve/picture.png" alt="A valve drawn as a door" width="64" height="36">',
        "<figcaption>Sample Health</figcaption>",
        "<li>Most people walk on the day after.</li>",
        "<li>March 4, 2026: we had the wrong ward.</li>",
        '<a href="https://medlineplus.gov/heartvalvediseases.html" rel="noopener">',
        "<p>Worth two minutes if someone you love waits for a valve.</p><p>https://sample.example.org/cardiology/valve/</p>",
        '<a class="button" href="/appointments/">Request an appointment</a>',
        '<a href="/tags/heart/">Heart</a>',
        '<a href="/cardiology/rhythm/">A heart out of step</a>',
        '<link rel="canonical" href="https://sample.example.org/cardiology/valve/">',
        '<meta property="og:image" content="https://sample.example.org/cardiology/valve/picture.png">',
    ]
    assert [part for part in shown if part not in html] == []


def test_the_related_posts_never_name_the_post_itself(small: Built) -> None:
    assert "/cardiology/valve/" not in page(small, "/cardiology/valve/").split('id="page-related"')[1]


def test_links_between_files_become_addresses_and_one_to_a_coming_post_stays_plain_text(small: Built) -> None:
    html = page(small, "/cardiology/valve/")
    assert '<a href="/neurology/sleep/" rel="noopener">how to sleep</a>' in html
    assert '<a href="/neurology/sleep/" rel="noopener">the same</a>' in html
    assert '<a rel="noopener">more about rest</a>' in html


def test_raw_html_passes_an_allow_list(small: Built) -> None:
    body = page(small, "/cardiology/valve/").split('class="body"')[1]
    assert "<p>Kept text.</p>" in body
    assert "alert" not in body
    assert "iframe" not in body
    assert "onclick" not in body


def test_headings_of_a_text_stand_below_the_title(small: Built) -> None:
    html = page(small, "/cardiology/valve/")
    assert html.count("<h1>") == 1
    assert '<h2 id="first-heading">First heading</h2>' in html
    assert '<h2 id="feel-your-pulse">Feel your pulse</h2>' in page(small, "/cardiology/rhythm/")


def test_only_files_that_a_public_post_refers_to_are_copied_to_beside_its_page(small: Built) -> None:
    pictures = sorted(file.relative_to(small.output).as_posix() for file in small.output.rglob("*.png"))
    assert pictures == ["cardiology/valve/chart.png", "cardiology/valve/picture.png"]


def test_a_post_is_listed_under_each_of_its_specialties_and_has_one_address(small: Built) -> None:
    link = '<h2 class="card-title"><a href="/cardiology/valve/">Valves &amp; &lt;repairs&gt;: what to expect</a></h2>'
    assert link in page(small, "/cardiology/")
    assert link in page(small, "/neurology/")
    assert not (small.output / "neurology/valve/picture.png").exists()


def test_every_list_says_how_much_of_it_is_shown(small: Built) -> None:
    lists = {
        "/": "1-4 of 4", "/archive/": "1-4 of 4", "/cardiology/": "1-2 of 2",
        "/neurology/": "1-3 of 3", "/tags/heart/": "1-2 of 2", "/people/ana-roy/": "1-2 of 2",
    }  # fmt: skip
    said = {address: page(small, address).split("Showing ")[1].split(",")[0] for address in lists}
    assert {address: text.replace("\N{EN DASH}", "-") for address, text in said.items()} == lists


def test_a_list_without_posts_says_so(small: Built) -> None:
    assert "Showing 0 of 0: nothing has been published here yet" in page(small, "/dermatology/")


def test_a_hidden_post_has_a_page_and_is_in_no_list(small: Built) -> None:
    assert "You were sent here." in page(small, "/neurology/unlisted/")
    assert '<meta name="robots" content="noindex">' in page(small, "/neurology/unlisted/")
    naming = [file for file in small.output.rglob("*") if file.is_file() and b"2026-unlisted" in file.read_bytes()]
    linking = [file for file in small.output.rglob("*.*ml") if b"/neurology/unlisted/" in file.read_bytes()]
    assert naming == []
    assert linking == [small.output / "neurology/unlisted/index.html"]


def test_old_addresses_lead_to_the_page(small: Built) -> None:
    for name, address in (
        ("old/valve/index.html", "/cardiology/valve/"),
        ("valve.html", "/cardiology/valve/"),
        ("old/sleep/index.html", "/neurology/sleep/"),
    ):
        html = (small.output / name).read_text(encoding="utf-8")
        assert f'<meta http-equiv="refresh" content="0; url={address}">' in html
        assert f'<link rel="canonical" href="https://sample.example.org{address}">' in html


def test_the_notice_stands_on_every_page(small: Built) -> None:
    pages = sorted(small.output.rglob("*.html"))
    assert len(pages) > 15
    assert [file for file in pages if "This is a fictional sample." not in file.read_text(encoding="utf-8")] == []


def test_no_page_runs_a_script(small: Built) -> None:
    pages = small.output.rglob("*.html")
    assert [file for file in pages if "<script" in file.read_text(encoding="utf-8")] == []


def test_lists_without_posts_have_no_feed_and_the_others_do(small: Built) -> None:
    feeds = sorted(file.relative_to(small.output).as_posix() for file in small.output.rglob("*.atom.xml"))
    assert feeds == [
        "feeds/all.atom.xml", "feeds/specialties/cardiology.atom.xml", "feeds/specialties/neurology.atom.xml",
        "feeds/tags/heart.atom.xml", "feeds/tags/recovery.atom.xml", "feeds/tags/shunt.atom.xml",
    ]  # fmt: skip


def test_the_sitemap_names_what_may_be_found(small: Built) -> None:
    text = (small.output / "sitemap.xml").read_text(encoding="utf-8")
    addresses = [part.split("</loc>")[0].removeprefix("https://sample.example.org") for part in text.split("<loc>")[1:]]
    assert addresses == [
        "/", "/about/", "/appointments/", "/archive/", "/cardiology/", "/cardiology/rhythm/", "/cardiology/valve/",
        "/dermatology/", "/neurology/", "/neurology/sleep/", "/neurology/valve/", "/people/ana-roy/",
        "/people/ben-ito/", "/tags/heart/", "/tags/recovery/", "/tags/shunt/",
    ]  # fmt: skip
    assert "Sitemap: https://sample.example.org/sitemap.xml" in (small.output / "robots.txt").read_text(
        encoding="utf-8"
    )


def test_the_manifest_tells_the_publisher_which_posts_are_public(small: Built) -> None:
    manifest = json.loads((small.output / "posts.json").read_text(encoding="utf-8"))
    assert manifest["site"] == "https://sample.example.org"
    assert [post["id"] for post in manifest["posts"]] == ["2026-rhythm", "2026-shunt-valve", "2026-sleep", "2026-valve"]
    valve = manifest["posts"][-1]
    assert len(valve.pop("digest")) == 64
    assert valve == {
        "id": "2026-valve", "address": "/cardiology/valve/", "title": "Valves & <repairs>: what to expect",
        "status": "published", "kind": "article", "lang": "en", "specialties": ["cardiology", "neurology"],
        "public_from": "2026-03-03T05:30:00+00:00", "expires": None,
    }  # fmt: skip
