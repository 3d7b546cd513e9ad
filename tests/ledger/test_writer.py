"""Writes that wait together are committed together, and each stands or falls by itself."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy
from sqlalchemy import Connection, event, text

from publisher.ledger.engine import connect
from publisher.ledger.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

    Work = Callable[[Connection], object]

THREADS = 8


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = connect(f"sqlite:///{tmp_path / 'l.db'}")
    with made.begin() as conn:
        conn.execute(text("CREATE TABLE told (who INTEGER PRIMARY KEY)"))
    yield made
    made.dispose()


def tell(who: int) -> Work:
    def work(conn: Connection) -> int:
        conn.execute(text("INSERT INTO told VALUES (:who)"), {"who": who})
        return who

    return work


def told(engine: Engine) -> set[int]:
    """What another connection sees: what is committed."""
    with sqlalchemy.create_engine(engine.url, poolclass=sqlalchemy.NullPool).connect() as conn:
        return set(conn.scalars(text("SELECT who FROM told")))


def waiting_behind(write: Writer, works: list[Work]) -> list[object]:
    """What becomes of works that all wait while the first write of all holds the database."""
    outcomes: list[object] = [None] * len(works)
    held, go = threading.Event(), threading.Event()

    def first(conn: Connection) -> None:
        conn.execute(text("INSERT INTO told VALUES (0)"))
        held.set()
        assert go.wait(30)

    def one(number: int) -> None:
        try:
            outcomes[number] = write(works[number])
        except (ZeroDivisionError, sqlalchemy.exc.IntegrityError, sqlalchemy.exc.OperationalError) as error:
            outcomes[number] = type(error)

    threads = [threading.Thread(target=write, args=(first,))]
    threads[0].start()
    assert held.wait(30)
    threads += [threading.Thread(target=one, args=(number,)) for number in range(len(works))]
    for thread in threads[1:]:
        thread.start()
    while len(write._waiting) < len(works):
        assert all(thread.is_alive() for thread in threads)
    go.set()
    for thread in threads:
        thread.join(30)
    return outcomes


def test_what_waits_together_is_one_commit(engine: Engine) -> None:
    commits: list[object] = []
    event.listen(engine, "commit", commits.append)
    outcomes = waiting_behind(Writer(engine), [tell(who) for who in range(1, THREADS + 1)])
    assert outcomes == list(range(1, THREADS + 1))
    assert len(commits) == 2, "the first write's, and one for all that waited"
    assert told(engine) == set(range(THREADS + 1))


def test_one_that_fails_is_undone_alone_and_its_caller_alone_hears_of_it(engine: Engine) -> None:
    def half(conn: Connection) -> float:
        conn.execute(text("INSERT INTO told VALUES (7)"))
        return 1 / 0

    works: list[Work] = [tell(1), half, tell(2), tell(0)]
    assert waiting_behind(Writer(engine), works) == [1, ZeroDivisionError, 2, sqlalchemy.exc.IntegrityError]
    assert told(engine) == {0, 1, 2}


def test_nobody_is_told_of_a_write_that_a_full_disk_undid(engine: Engine) -> None:
    """SQLite undoes the whole transaction then, savepoints and all, and a commit of nothing succeeds."""

    def full(conn: Connection) -> None:
        pages = conn.scalar(text("PRAGMA page_count"))
        conn.execute(text(f"PRAGMA max_page_count = {pages}"))
        conn.execute(text("INSERT INTO more VALUES (zeroblob(1000000))"))

    with engine.begin() as conn:
        conn.execute(text("CREATE TABLE more (what BLOB)"))
    full_disk = sqlalchemy.exc.OperationalError
    assert waiting_behind(Writer(engine), [tell(1), full, tell(2)]) == [full_disk] * 3
    assert told(engine) == {0}


def test_what_a_caller_was_told_is_committed(engine: Engine) -> None:
    write = Writer(engine)
    for who in range(1, 4):
        assert write(tell(who)) == who
        assert who in told(engine)


def test_a_commit_that_fails_is_heard_by_all_whose_writes_it_held(engine: Engine) -> None:
    class DiskFull(Exception):
        """What a full disk says."""

    write = Writer(engine)
    broken = threading.Event()

    def refuse(conn: Connection) -> None:
        if broken.is_set():
            raise DiskFull

    event.listen(engine, "commit", refuse)
    broken.set()
    with pytest.raises(DiskFull):
        write(tell(1))
    broken.clear()
    assert write(tell(2)) == 2
    assert told(engine) == {2}
