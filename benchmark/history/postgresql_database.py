"""A store in PostgreSQL, through SQLAlchemy and psycopg: the same tables, in the schema ``dockmark``."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from benchmark.history.database import Parameters, Row
from benchmark.history.location import Location, PostgresqlDatabase
from benchmark.history.store_error import StoreError

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_SCHEMA: Final = "dockmark"
_LOCK: Final = 0x646D726B  # pg_advisory_xact_lock: whoever records holds it
# Read from the catalogue's tables, of which each statement sees the latest: to_regclass() answers from a cache, which inside a
# transaction that waited for another one does not know yet what that one made.
_NAMESPACE: Final = "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = :schema"
_TABLE: Final = (
    "SELECT 1 FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace"
    " WHERE nspname = :schema AND relname = :name AND relkind = 'r'"
)
_SECONDS_TO_CONNECT: Final = 10


class PostgresqlConnection:
    """An open connection. See ``Database``."""

    types: Mapping[str, str] = MappingProxyType({"number": "BIGINT", "bytes": "BYTEA"})

    def __init__(self, location: PostgresqlDatabase, connection: Connection) -> None:
        self._place = location
        self._connection = connection

    @property
    def location(self) -> Location:
        """The database."""
        return self._place

    def has_table(self, name: str) -> bool:
        """True when there is a table of this name."""
        return any(self.rows(_TABLE, {"name": name, "schema": _SCHEMA}))

    def rows(self, statement: str, parameters: Parameters | None = None) -> Iterator[Row]:
        """The rows of a query."""
        with _told(self._place):
            found = self._connection.execute(text(statement), dict(parameters or {})).all()
        for each in found:
            yield tuple(each)

    def execute(self, statement: str, parameters: Parameters | None = None) -> None:
        """Runs a statement."""
        with _told(self._place):
            self._connection.execute(text(statement), dict(parameters or {}))

    def execute_many(self, statement: str, several: Iterable[Parameters]) -> None:
        """Runs a statement once for each."""
        rows = [dict(each) for each in several]
        if rows:
            with _told(self._place):
                self._connection.execute(text(statement), rows)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction that waits for any other that records, and is on the server's disk when it ends."""
        self.execute("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
        with contextlib.ExitStack() as undo:
            undo.callback(self._roll_back)
            self.execute("SELECT pg_advisory_xact_lock(:key)", {"key": _LOCK})
            yield
            self.execute("COMMIT")
            undo.pop_all()

    def _roll_back(self) -> None:
        with contextlib.suppress(SQLAlchemyError):
            self._connection.execute(text("ROLLBACK"))

    def check(self) -> Iterator[str]:
        """Nothing: a server looks after its own storage."""
        yield from ()

    def close(self) -> None:
        """Ends the connection."""
        with contextlib.suppress(SQLAlchemyError):
            self._connection.close()


def connect(location: PostgresqlDatabase, *, reading: bool) -> PostgresqlConnection:
    """A connection to the server; with ``reading`` all of it is one moment, and nothing can be written. Raises StoreError."""
    with _told(location):
        engine = create_engine(
            make_url(location.url).set(drivername="postgresql+psycopg"),
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",  # transactions are begun and ended by statements, as with SQLite
            hide_parameters=True,
            connect_args={"connect_timeout": _SECONDS_TO_CONNECT, "application_name": "dockmark"},
        )
        opened = PostgresqlConnection(location, engine.connect())
    with contextlib.ExitStack() as undo:
        undo.callback(opened.close)
        _set_up(opened, reading)
        undo.pop_all()
    return opened


def _set_up(opened: PostgresqlConnection, reading: bool) -> None:
    opened.execute(f"SET search_path = {_SCHEMA}, pg_temp")
    opened.execute("SET synchronous_commit = on")
    if reading:
        opened.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return
    if not any(opened.rows(_NAMESPACE, {"schema": _SCHEMA})):
        with opened.writing():
            opened.execute(f"CREATE SCHEMA IF NOT EXISTS {_SCHEMA}")


@contextmanager
def _told(location: PostgresqlDatabase) -> Iterator[None]:
    """Errors of SQLAlchemy and psycopg as ours, without what must stay secret."""
    try:
        yield
    except ModuleNotFoundError:
        raise StoreError(
            f"{location}: a store in PostgreSQL needs psycopg: pip install 'dockmark[postgresql]'"
        ) from None
    except DBAPIError as error:
        raise StoreError(f"{location}: {_first_line(error.orig, location)}") from None
    except (SQLAlchemyError, ValueError) as error:  # a port that is no number is a ValueError
        raise StoreError(f"{location}: the URL or the connection is of no use ({type(error).__name__})") from None


def _first_line(error: BaseException | None, location: PostgresqlDatabase) -> str:
    said = str(error).strip().partition("\n")[0] or type(error).__name__
    for secret in location.secrets:
        said = said.replace(secret, "***")
    return said
