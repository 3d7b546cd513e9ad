"""Writes of several threads in one transaction: what waits together is committed together, with one sync to the disk.

That is for SQLite, which has one writer. PostgreSQL commits side by side; there several writes in one transaction would
hold the event log's head while they wait for a row, and two processes could wait for each other.

Each write sees all before it, is undone by itself when it fails, and is answered only after the commit: what a caller
has been told is on the disk.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

T = TypeVar("T")


class _Write:
    """One piece of work, and what became of it."""

    def __init__(self, work: Callable[[Connection], Any]) -> None:
        self.work = work
        self.value: Any = None
        self.error: BaseException | None = None
        self.done = False

    def run(self, conn: Connection, *, alone: bool) -> None:
        """Do the work; among others, inside a savepoint of its own.

        Raises the work's own error when SQLite has undone the whole transaction for it, as it does where the disk is
        full: what stood before it in the transaction is gone as well, and nothing may be done after it.
        """
        if alone:
            self.value = self.work(conn)
            return
        try:
            with conn.begin_nested():
                self.value = self.work(conn)
        except Exception as error:
            if not conn.connection.driver_connection.in_transaction:  # type: ignore[union-attr]  # SQLite's own
                raise
            self.error = error


class Writer:
    """Whoever comes first writes for all who wait, where the database has one writer."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._together = engine.dialect.name == "sqlite"
        self._turn = threading.Lock()
        self._waiting: list[_Write] = []
        self._list = threading.Lock()

    def __call__(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns, once it is committed. Raises what `work` raises, and what the commit does."""
        if not self._together:
            with self._engine.begin() as conn:
                return work(conn)
        mine = _Write(work)
        with self._list:
            self._waiting.append(mine)
        with self._turn:
            if not mine.done:
                self._commit()
        if mine.error is not None:
            raise mine.error
        value: T = mine.value
        return value

    def _commit(self) -> None:
        with self._list:
            batch, self._waiting = self._waiting, []
        try:
            with self._engine.begin() as conn:
                for write in batch:
                    write.run(conn, alone=len(batch) == 1)
        except BaseException as error:
            for write in batch:
                write.error = write.error or error
            if not isinstance(error, Exception):
                raise
        finally:
            for write in batch:
                write.done = True
