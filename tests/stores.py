"""Fixtures for histories.

Every test that names a ``place`` runs twice: on a file of SQLite, and on a database of a real PostgreSQL server.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgresql import Server, postgresql_server, why_no_postgresql

BOTH = [pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.postgresql)]


@pytest.fixture(scope="session")
def server() -> Iterator[Server | None]:
    """One server for all tests; None where there is none, and then nobody gets as far as asking."""
    if why_no_postgresql():
        yield None
        return
    with postgresql_server() as running:
        yield running


@pytest.fixture(params=BOTH)
def place(request: pytest.FixtureRequest, tmp_path) -> str:
    """Where a new store may be."""
    if request.param == "sqlite":
        return str(tmp_path / "state" / "history.db")
    return str(request.getfixturevalue("server").new_database())
