"""The tables, as numbered migrations: forward only, each in one transaction.

The same for both kinds of database but for the names of two types: ``{bytes}`` and ``{number}``. Text that sorts or compares
does so in the program, since collations differ.

``runs.body`` is the run in its canonical form and what the chain covers; the other columns repeat what is asked for, and
``history verify`` compares them. ``subjects`` are shared between runs, so that a finding is a row of a few numbers.
"""

from __future__ import annotations

from typing import Final

from benchmark.history.database import Database
from benchmark.history.store_error import StoreDamaged, StoreOutdated, StoreTooNew

MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (
    (
        """CREATE TABLE blobs (
            digest TEXT PRIMARY KEY,
            size {number} NOT NULL,
            data {bytes} NOT NULL)""",
        """CREATE TABLE runs (
            sequence {number} PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            recorded_at TEXT NOT NULL,
            host TEXT NOT NULL,
            engine_id TEXT NOT NULL,
            release_label TEXT,
            benchmark TEXT NOT NULL,
            profile TEXT NOT NULL,
            tool_version TEXT NOT NULL,
            content_digest TEXT NOT NULL,
            percent TEXT,
            after_waivers TEXT,
            selected {number} NOT NULL,
            passed {number} NOT NULL,
            failed {number} NOT NULL,
            waived {number} NOT NULL,
            errors {number} NOT NULL,
            unknown {number} NOT NULL,
            manual {number} NOT NULL,
            notapplicable {number} NOT NULL,
            exit_code {number} NOT NULL,
            body TEXT,
            entry TEXT NOT NULL,
            previous TEXT NOT NULL UNIQUE,
            head TEXT NOT NULL UNIQUE)""",
        "CREATE INDEX runs_of_host ON runs (host, sequence)",
        "CREATE INDEX runs_of_release ON runs (release_label, sequence)",
        """CREATE TABLE run_blobs (
            sequence {number} NOT NULL REFERENCES runs (sequence),
            digest TEXT NOT NULL REFERENCES blobs (digest),
            PRIMARY KEY (sequence, digest))""",
        "CREATE INDEX runs_of_blob ON run_blobs (digest)",
        """CREATE TABLE results (
            sequence {number} NOT NULL REFERENCES runs (sequence),
            position {number} NOT NULL,
            control TEXT NOT NULL,
            version {number} NOT NULL,
            result TEXT NOT NULL,
            reason TEXT,
            waived {number} NOT NULL,
            message TEXT NOT NULL,
            PRIMARY KEY (sequence, position))""",
        "CREATE INDEX results_of_control ON results (control, sequence)",
        """CREATE TABLE subjects (
            number {number} PRIMARY KEY,
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            id TEXT NOT NULL,
            UNIQUE (kind, name, id))""",
        """CREATE TABLE findings (
            sequence {number} NOT NULL,
            position {number} NOT NULL,
            place {number} NOT NULL,
            subject {number} NOT NULL REFERENCES subjects (number),
            result TEXT NOT NULL,
            reason TEXT,
            PRIMARY KEY (sequence, position, place),
            FOREIGN KEY (sequence, position) REFERENCES results (sequence, position))""",
    ),
    (  # what stays of a run whose retention has passed
        "ALTER TABLE runs ADD COLUMN pruned_at TEXT",
        "ALTER TABLE runs ADD COLUMN retention TEXT",
    ),
)
_TABLE: Final = "migrations"
_OF_MIGRATIONS: Final = "CREATE TABLE migrations (number {number} PRIMARY KEY, applied_at TEXT NOT NULL)"


def schema_version(database: Database) -> int:
    """The number of the last migration; 0 for a database without tables. Raises StoreDamaged when it has other tables."""
    has_runs = database.has_table(
        "runs"
    )  # asked first: another program makes both at once, and this one may see it do so
    if not database.has_table(_TABLE):
        if has_runs:
            raise StoreDamaged(f"{database.location}: not a history of dockmark: it does not say which version it has")
        return 0
    numbers = [int(number) for (number,) in database.rows("SELECT number FROM migrations ORDER BY number")]
    if numbers != list(range(1, len(numbers) + 1)):
        raise StoreDamaged(f"{database.location}: its migrations are not numbered from 1")
    return len(numbers)


def require_known(database: Database, version: int) -> None:
    """Raises StoreTooNew when a newer dockmark has written the store than this one."""
    if version > len(MIGRATIONS):
        raise StoreTooNew(
            f"{database.location}: a newer dockmark has written this history (version {version} of its tables, "
            f"{len(MIGRATIONS)} is the newest known here): use that one"
        )


def require_newest(database: Database, version: int) -> None:
    """Raises StoreTooNew, and StoreOutdated when the store has to be brought up to date, which reading never does."""
    require_known(database, version)
    if version < len(MIGRATIONS):
        raise StoreOutdated(
            f"{database.location}: an older dockmark has written this history (version {version} of its tables, "
            f"{len(MIGRATIONS)} is needed): the next recorded run brings it up to date, and so does dockmark history prune"
        )


def migrate(database: Database, applied_at: str) -> None:
    """Brings the tables to the newest version; several programs may do so at once. Raises StoreError."""
    if schema_version(database) == len(MIGRATIONS):
        return
    with database.writing():
        version = schema_version(database)
        require_known(database, version)
        if not version and not database.has_table(_TABLE):
            database.execute(_OF_MIGRATIONS.format(**database.types))
        for number, statements in enumerate(MIGRATIONS[version:], version + 1):
            for statement in statements:
                database.execute(statement.format(**database.types))
            database.execute(
                "INSERT INTO migrations (number, applied_at) VALUES (:number, :at)",
                {"number": number, "at": applied_at},
            )
