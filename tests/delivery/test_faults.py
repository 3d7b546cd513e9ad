"""Every fault of the sandbox, struck at every Facebook flow, ends as cases/faults.yml says.

What happened is written as a table into pytest's cache: `.pytest_cache/d/faults/fault-table.md`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from delivery_given import Unlinked, World, opener, sandboxed

from publisher.http import Transport
from publisher.sandbox._faults import KINDS
from publisher.values import Message

if TYPE_CHECKING:
    from collections.abc import Callable

EXPECTED: dict[str, dict[str, str]] = yaml.safe_load((Path(__file__).parent / "cases" / "faults.yml").read_text())

STRUCK = {
    "text": ("post", "POST feed"),
    "link": ("post", "POST feed"),
    "one photo": ("post", "POST photos"),
    "several photos, the post": ("post", "POST feed"),
    "several photos, an upload": ("upload", "POST photos"),
    "correct": ("correct", "POST post"),
    "retract": ("retract", "DELETE post"),
}
"""By flow: its line in the table of cases, and the call that the fault strikes."""
SLOW = {"slow-accept": 60.0, "drip": 5.0}
"""How slow the faults are that outlast a call's deadline."""


class Hurried(Transport):
    """The real transport, with deadlines of two seconds where a slow answer is to outlast them."""

    def send(self, platform: Any, call: Any, credential: Any, **how: Any) -> Any:
        return super().send(platform, replace(call, deadline_seconds=2.0), credential, **how)


class HurriedWorld(World):
    def transport(self) -> Transport:
        return Hurried(
            clock=self.clock, open_picture=opener(self.root), address_of=sandboxed(self.sandbox.address),
            loopback_only=True,
        )  # fmt: skip


def _prepared(here: World, flow: str) -> None:
    """The world as it is before the fault: for a change, the post is out and verified."""
    here.kind = Unlinked if flow == "text" else here.kind
    if flow in {"correct", "retract"}:
        here.run()
        shown = here.delivery().message
        assert shown is not None
        wanted = Message.from_json({**shown.to_json(), "text": "The right number is 555 0142"})
        here.want("corrected", wanted) if flow == "correct" else here.want("retracted")
        here.later(minutes=1)


@pytest.mark.parametrize("flow", STRUCK)
@pytest.mark.parametrize("fault", KINDS)
def test_a_fault_ends_as_it_should(
    world: Callable[..., World], pytestconfig: pytest.Config, fault: str, flow: str
) -> None:
    line, call = STRUCK[flow]
    here = world({"text": "link", "correct": "link", "retract": "link"}.get(flow, flow.partition(",")[0]))
    _prepared(here, flow)
    here.sandbox.add_fault(fault, call=call, count=1, seconds=SLOW.get(fault))
    struck = _hurried(here) if fault in SLOW else here
    struck.run()
    first = here.delivery()
    here.until_settled()
    end = here.delivery()
    _tell(pytestconfig, fault, flow, [first.state, end.state, str(len(here.copies())), _why(first), _why(end)])
    # A photo is no text: Facebook's sandbox does not hold back what it lists of one that it was not told to.
    assert f"{first.state} -> {end.state}, {len(here.copies())}" == EXPECTED[fault][line]
    assert here.ever() <= 1
    if flow == "correct":
        assert [copy["message"] for copy in here.copies()] == ["The right number is 555 0142"]
    if end.state == "in_doubt":
        assert "not there" in end.reason


def _hurried(here: World) -> World:
    return HurriedWorld(root=here.root, sandbox=here.sandbox, url=here.url, clock=here.clock, kind=here.kind)


def test_every_fault_of_the_sandbox_has_its_line() -> None:
    assert set(EXPECTED) == set(KINDS)
    assert {line for lines in EXPECTED.values() for line in lines} == {"post", "upload", "correct", "retract"}


def test_a_post_that_is_listed_late_is_found_all_the_same(world: Callable[..., World]) -> None:
    """No answer, and the listing lags: it stays in doubt, saying what was seen, until the network shows it."""
    here = world("link")
    here.sandbox.add_fault("listing-lag", call="POST feed", seconds=3600)
    here.sandbox.add_fault("accept-then-drop", call="POST feed")
    here.run()
    here.later(minutes=20)
    here.run()
    assert here.delivery().state == "in_doubt"
    assert "not there" in here.delivery().reason
    here.later(minutes=60)
    here.run()
    assert (here.delivery().state, here.ever()) == ("verified", 1)


def test_a_picture_that_is_always_expired_fails_after_the_third_attempt(world: Callable[..., World]) -> None:
    here = world("several photos")
    here.sandbox.add_fault("media-expired", count=0)
    here.run()
    assert here.delivery().state == "failed"
    assert here.delivery().reason.endswith("2 times already")
    assert [c["call"] for c in here.sandbox.calls() if c["method"] == "POST"].count("POST feed") == 3
    assert here.ever() == 0


def test_a_duplicate_that_the_network_names_is_looked_for(world: Callable[..., World]) -> None:
    """Applied, refused as a duplicate the second time: what the network has already is found, not sent again."""
    here = world("link")
    here.sandbox.add_fault("accept-then-drop", call="POST feed")
    here.run()
    key = here.delivery().key
    from publisher.ledger import Cause

    cause = Cause(by="maren", why="I did not see it", at=here.clock())
    here.decide(lambda ledger: ledger.requeue(key, here.clock(), cause, absent=True))
    here.run()
    assert here.delivery().state == "in_doubt"
    assert "the network says it has this already" in here.delivery().reason
    here.until_settled()
    assert (here.delivery().state, here.ever()) == ("verified", 1)


def _why(delivery: Any) -> str:
    notes = delivery.receipt.notes if delivery.receipt else ()
    return "; ".join([delivery.reason, *notes]).strip("; ").replace("|", "/")


def _tell(config: pytest.Config, fault: str, flow: str, cells: list[str]) -> None:
    """Write this case's row, and the table of all rows that there are: several workers may do so at once."""
    folder = config.cache.mkdir("faults") if config.cache else None
    if folder is None:
        return
    order = f"{list(KINDS).index(fault):02}-{list(STRUCK).index(flow)}"
    (folder / f"{order}.row").write_text(f"| {fault} | {flow} | {' | '.join(cells)} |\n", encoding="utf-8")
    rows = [row.read_text(encoding="utf-8") for row in sorted(folder.glob("*.row"))]
    head = "| fault | strikes | after one run | at the end | copies | why, after one run | why, at the end |\n"
    aside = folder / f"table-{order}.new"
    aside.write_text(head + "|---" * 7 + "|\n" + "".join(rows), encoding="utf-8")
    aside.replace(folder / "fault-table.md")
