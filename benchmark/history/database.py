"""What a store needs of a database: SQL with named parameters that both kinds understand, and transactions.

The statements are the store's and the same for both (``:name`` is read by sqlite3 and by SQLAlchemy alike); only opening,
the names of a few types, and errors differ. SQLAlchemy is loaded for PostgreSQL alone: it would double the time of an audit
(docs/decisions/0010).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeAlias

from benchmark.history.location import Location

Row: TypeAlias = tuple[Any, ...]
Parameters: TypeAlias = Mapping[str, object]


class Database(Protocol):
    """An open connection. Every method raises StoreError with a sentence; none repeats a password.

    Opened for reading, everything it reads is of one moment, and it can write nothing.
    """

    @property
    def location(self) -> Location:
        """Where it is."""

    @property
    def types(self) -> Mapping[str, str]:
        """What the types of the schema are called here."""

    def has_table(self, name: str) -> bool:
        """True when the store has this table."""

    def rows(self, statement: str, parameters: Parameters | None = None) -> Iterator[Row]:
        """The rows of a query, as they come."""

    def execute(self, statement: str, parameters: Parameters | None = None) -> None:
        """Runs a statement."""

    def execute_many(self, statement: str, several: Iterable[Parameters]) -> None:
        """Runs a statement once for each."""

    def writing(self) -> AbstractContextManager[None]:
        """A transaction beside which no other can write: on disk when it ends, undone when it raises."""

    def check(self) -> Iterator[str]:
        """What is wrong with the storage itself, as far as the database can tell."""

    def close(self) -> None:
        """Ends the connection. Never raises."""
