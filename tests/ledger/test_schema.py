"""What the database itself refuses, how it is opened, and how an older ledger becomes today's."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy
from ledger_given import NOW, planned, take
from sqlalchemy.exc import IntegrityError

from publisher.errors import Misuse
from publisher.ledger import Ledger, engine, migrations, schema

if TYPE_CHECKING:
    from pathlib import Path


def _change(ledger: Ledger, **columns: Any) -> None:
    take(ledger, planned())
    with ledger.engine.begin() as conn:
        conn.execute(schema.deliveries.update().values(**columns))


BAD = {
    "an unknown state": ({"state": "sending"}, "state_is_known"),
    "an unknown wish": ({"wanted": "forgotten"}, "wanted_is_known"),
    "claimed without a lease": ({"state": "claimed"}, "claimed_has_a_lease"),
    "claimed without an end": ({"state": "claimed", "lease_token": "t"}, "claimed_has_a_lease"),
    "a lease without a claim": ({"lease_token": "t", "lease_until": NOW}, "claimed_has_a_lease"),
    "an end without a claim": ({"lease_until": NOW}, "claimed_has_a_lease"),
    "delivered without a receipt": ({"state": "delivered"}, "delivered_has_a_receipt"),
    "verified without a receipt": ({"state": "verified"}, "delivered_has_a_receipt"),
    "retracted without a receipt": ({"state": "retracted"}, "delivered_has_a_receipt"),
    "a receipt without an address": ({"state": "delivered", "remote_id": "1_9"}, "delivered_has_a_receipt"),
    "held without a reason": ({"state": "held"}, "held_has_a_reason"),
}


@pytest.mark.parametrize("case", BAD)
def test_the_database_refuses(ledger: Ledger, case: str) -> None:
    columns, constraint = BAD[case]
    with pytest.raises(IntegrityError, match=constraint):
        _change(ledger, **columns)


def test_the_database_refuses_an_operation_of_another_name(ledger: Ledger) -> None:
    take(ledger, planned())
    row = {"delivery": "a/facebook:1/1", "operation": "shout", "attempt": 1, "message": "{}", "opened_at": NOW}
    with pytest.raises(IntegrityError, match="operation_is_known"), ledger.engine.begin() as conn:
        conn.execute(schema.operations.insert().values(row))


def test_the_database_refuses_a_step_of_no_operation(ledger: Ledger) -> None:
    row = {
        "delivery": "a", "operation": "publish", "attempt": 1, "step": 0, "tries": 1, "digest": "", "call": "{}",
        "commits": False, "repeatable": False, "begun_at": NOW,
    }  # fmt: skip
    with pytest.raises(IntegrityError), ledger.engine.begin() as conn:
        conn.execute(schema.steps.insert().values(row))


def test_the_database_refuses_an_outcome_of_another_name(ledger: Ledger) -> None:
    take(ledger, planned())
    operation = {"delivery": "a/facebook:1/1", "operation": "publish", "attempt": 1}
    step = {**operation, "step": 0, "tries": 1, "digest": "", "call": "{}", "commits": False, "repeatable": False}
    with ledger.engine.begin() as conn:
        conn.execute(schema.operations.insert().values(**operation, message="{}", opened_at=NOW))
    with pytest.raises(IntegrityError, match="outcome_is_known"), ledger.engine.begin() as conn:
        conn.execute(schema.steps.insert().values(**step, begun_at=NOW, outcome="perhaps"))


def test_the_database_refuses_a_second_claim_on_a_channel(ledger: Ledger) -> None:
    take(ledger, planned("a"), planned("b"))
    with pytest.raises(IntegrityError), ledger.engine.begin() as conn:
        conn.execute(schema.deliveries.update().values(state="claimed", lease_token="t", lease_until=NOW))


def test_the_database_refuses_one_receipt_for_two_deliveries_of_a_channel(ledger: Ledger) -> None:
    take(ledger, planned("a"), planned("b"))
    with pytest.raises(IntegrityError), ledger.engine.begin() as conn:
        conn.execute(schema.deliveries.update().values(state="delivered", remote_id="1_9", url="https://example.org"))


def test_two_channels_may_have_receipts_of_one_id(ledger: Ledger) -> None:
    take(ledger, planned("a"), planned("a", "facebook:2"))
    with ledger.engine.begin() as conn:
        conn.execute(schema.deliveries.update().values(state="delivered", remote_id="9", url="https://example.org"))
    assert ledger.states() == {"delivered": 2}


def test_a_naive_time_never_reaches_the_ledger(ledger: Ledger) -> None:
    with pytest.raises(sqlalchemy.exc.StatementError, match="a naive time reached the ledger"):
        take(ledger, planned(due_at=NOW.replace(tzinfo=None)))


# Connections


def test_every_connection_to_sqlite_is_durable(tmp_path: Path) -> None:
    ledger = Ledger.create(f"sqlite:///{tmp_path / 'l.db'}", "sandbox", NOW)
    found: list[tuple[object, ...]] = []

    def look() -> None:
        with ledger.engine.connect() as conn:
            names = ("journal_mode", "synchronous", "foreign_keys")
            found.append(tuple(conn.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names))

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    look()
    ledger.close()
    look()
    ledger.close()
    assert found == [("wal", 2, 1)] * 5


def test_a_database_that_cannot_be_made_durable_is_refused() -> None:
    with pytest.raises(Misuse, match="refuses journal_mode=wal"), engine.connect("sqlite://").connect():
        pass


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(Misuse, match="cannot be read"):
        engine.connect("not an address")


@pytest.mark.parametrize("address", ["mysql://u:hush@127.0.0.1/x", "foo://x/y", "postgresql+psycopg2://127.0.0.1/x"])
def test_a_database_of_another_kind_is_refused_with_what_to_write(address: str) -> None:
    with pytest.raises(Misuse, match="the ledger cannot be kept in") as refused:
        engine.connect(address)
    assert "postgresql+psycopg://" in refused.value.hint
    assert "hush" not in str(refused.value)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("# Notes that somebody named by mistake\n" * 100, "utf-8")
    with pytest.raises(Misuse, match="the ledger cannot be read") as refused:
        Ledger.open(f"sqlite:///{tmp_path / 'notes.md'}", "sandbox", NOW)
    assert "file is not a database" in refused.value.hint


# Targets


def test_a_ledger_belongs_to_its_target(ledger: Ledger, url: str) -> None:
    with pytest.raises(Misuse, match="belongs to target sandbox, and this is target live") as refused:
        Ledger.open(url, "live", NOW)
    assert refused.value.exit_code == 2
    Ledger.open(url, "sandbox", NOW).close()


def test_a_second_ledger_is_not_made_in_the_same_place(ledger: Ledger, url: str) -> None:
    with pytest.raises(Misuse, match="there is a ledger already"):
        Ledger.create(url, "sandbox", NOW)


def test_an_empty_database_holds_no_ledger(url: str) -> None:
    empty = engine.connect(url)
    empty.connect().close()
    empty.dispose()
    with pytest.raises(Misuse, match="there is no ledger yet"):
        Ledger.open(url, "sandbox", NOW)


def test_looking_for_a_ledger_does_not_leave_an_empty_one_behind(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="there is no ledger yet"):
        Ledger.open(f"sqlite:///{tmp_path / 'state' / 'live.db'}", "live", NOW)
    assert list(tmp_path.iterdir()) == []


def test_a_ledger_is_made_once_where_two_programs_want_one(tmp_path: Path) -> None:
    code = (
        "import sys; from datetime import UTC, datetime; from publisher.ledger import Ledger;"
        "Ledger.ensure(sys.argv[1], 'sandbox', datetime.now(UTC)).close()"
    )
    url = f"sqlite:///{tmp_path / 'new' / 'sandbox.db'}"
    programs = [subprocess.Popen([sys.executable, "-c", code, url]) for _ in range(3)]
    assert [program.wait() for program in programs] == [0, 0, 0]
    Ledger.open(url, "sandbox", NOW).close()


# Migrations


def _shape(ledger: Ledger) -> dict[str, object]:
    """All that the database itself says of its tables."""
    seen = sqlalchemy.inspect(ledger.engine)
    return {
        table: (
            [{**column, "type": str(column["type"])} for column in seen.get_columns(table)],
            seen.get_pk_constraint(table)["constrained_columns"],
            sorted(map(_index, seen.get_indexes(table))),
            sorted(map(repr, seen.get_foreign_keys(table))),
            sorted(map(repr, seen.get_check_constraints(table))),
        )
        for table in sorted(seen.get_table_names())
    }


def _index(index: Any) -> str:
    where = {name: str(value) for name, value in index.get("dialect_options", {}).items()}
    return repr((index["name"], index["column_names"], bool(index["unique"]), where))


def test_a_new_ledger_and_an_upgraded_one_are_alike(ledger: Ledger, url: str, request: pytest.FixtureRequest) -> None:
    """The oldest ledger is made by the first migration alone and brought here by `open`."""
    path = ledger.engine.url.database
    other = url.replace(".db", "-old.db") if "sqlite" in url else request.getfixturevalue("postgres")("older")
    assert path is not None
    old = Ledger(engine.connect(other))
    first = migrations.names()[0]
    with old.engine.begin() as conn:
        getattr(migrations, first)(conn)
        conn.execute(schema.migrations.insert().values(name=first, applied_at=NOW))
        conn.execute(
            schema.meta.insert(), [{"key": "target", "value": "sandbox"}, {"key": "event-head", "value": "{}"}]
        )
    old.close()
    upgraded = Ledger.open(other, "sandbox", NOW)
    assert _shape(upgraded) == _shape(ledger)
    with upgraded.engine.connect() as conn:
        assert migrations.applied(conn) == set(migrations.names())
    upgraded.close()


def test_what_an_older_ledger_lacks_is_applied_once(ledger: Ledger) -> None:
    with ledger.engine.begin() as conn:
        assert migrations.upgrade(conn, NOW) == ()
