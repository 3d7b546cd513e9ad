"""The event log: every change of state is in it, and an edit after the fact is seen."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from ledger_given import MESSAGE, NOW, delivered, person, planned, take

from publisher.ledger import Event, Ledger
from publisher.ledger.schema import events, meta

if TYPE_CHECKING:
    from typing import Any


def test_a_delivery_tells_how_it_came_to_be(ledger: Ledger) -> None:
    take(ledger, planned())
    delivered(ledger)
    ledger.verified("a/facebook:1/1", "r1", NOW)
    assert [(e.was, e.became, e.by) for e in ledger.history("a/facebook:1/1")] == [
        ("", "queued", "planner"),
        ("queued", "claimed", "r1"),
        ("claimed", "delivered", "r1"),
        ("delivered", "verified", "r1"),
    ]
    assert "https://www.facebook.com/1_9" in ledger.history("a/facebook:1/1")[2].why
    assert ledger.history()[0] == Event(
        at=NOW, delivery="a/facebook:1/1", was="", became="queued", by="planner", why="its slot"
    )


def _three(ledger: Ledger) -> None:
    take(ledger, planned("a"), planned("b", "facebook:2"), planned("c", "facebook:3"))
    assert ledger.log_broken_at() is None


@pytest.mark.parametrize(
    "edit",
    [{"why": "another reason"}, {"by": "nobody"}, {"became": "missed"}, {"at": NOW + timedelta(1)}, {"delivery": "x"}],
    ids=lambda edit: next(iter(edit)),
)
@pytest.mark.parametrize("seq", [1, 2, 3])
def test_an_edit_of_any_event_is_seen(ledger: Ledger, edit: dict[str, Any], seq: int) -> None:
    _three(ledger)
    with ledger.engine.begin() as conn:
        conn.execute(events.update().where(events.c.seq == seq).values(edit))
    assert ledger.log_broken_at() == seq


@pytest.mark.parametrize("seq", [1, 2, 3])
def test_an_event_taken_out_is_seen(ledger: Ledger, seq: int) -> None:
    _three(ledger)
    with ledger.engine.begin() as conn:
        conn.execute(events.delete().where(events.c.seq == seq))
    assert ledger.log_broken_at() == seq


def test_a_head_that_was_turned_back_is_seen(ledger: Ledger) -> None:
    _three(ledger)
    with ledger.engine.begin() as conn:
        conn.execute(meta.update().where(meta.c.key == "event-head").values(value="{}"))
    assert ledger.log_broken_at() == 4


def test_writers_at_once_make_one_chain(ledger: Ledger) -> None:
    """Eight threads move deliveries of one another's channels; the chain holds and nothing is lost."""
    plan = [planned(f"p{n}", f"facebook:{n % 4}") for n in range(40)]
    take(ledger, *plan)
    left = list(plan)
    lock = threading.Lock()
    failed: list[BaseException] = []

    def work() -> None:
        try:
            while True:
                with lock:
                    if not left:
                        return
                    mine = left.pop()
                ledger.skip(mine.key, person("not wanted"))
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert ledger.log_broken_at() is None
    assert len(ledger.history()) == 80
    assert ledger.states() == {"cancelled": 40}


def test_a_wish_is_in_the_log_though_the_state_stays(ledger: Ledger) -> None:
    take(ledger, planned())
    delivered(ledger)
    ledger.want("a/facebook:1/1", "retracted", MESSAGE, person("wrong number"))
    told = ledger.history()[-1]
    assert (told.was, told.became, told.by, told.why) == (
        "delivered", "delivered", "maren", "retracted wanted: wrong number",
    )  # fmt: skip
