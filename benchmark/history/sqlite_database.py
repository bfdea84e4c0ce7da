"""The embedded store: one file of SQLite in WAL mode, every commit on disk before it is acknowledged."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

from benchmark.history.database import Database, Parameters, Row
from benchmark.history.location import Location, SqliteFile
from benchmark.history.place import make_directory, require_own, require_store, sync_directory
from benchmark.history.store_error import StoreDamaged, StoreError

_APPLICATION: Final = 0x646D_726B  # "dmrk"; sqlite.org/pragma.html#pragma_application_id
_NEW: Final = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_NO_FILE_BESIDE: Final = frozenset(
    {"CANTOPEN", "READONLY", "IOERR", "FULL"}
)  # the shared memory of the log cannot be made
_PATIENCE: Final = 60.0  # seconds that a run waits for another one that records


class SqliteDatabase:
    """An open file. See ``Database``."""

    types: Mapping[str, str] = MappingProxyType({"number": "INTEGER", "bytes": "BLOB"})

    def __init__(self, location: SqliteFile, connection: sqlite3.Connection) -> None:
        self._place = location
        self._connection = connection
        self._on_close = contextlib.ExitStack()

    @property
    def location(self) -> Location:
        """The file."""
        return self._place

    def has_table(self, name: str) -> bool:
        """True when there is a table of this name."""
        found = self.rows("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = :name", {"name": name})
        return any(found)

    def rows(self, statement: str, parameters: Parameters | None = None) -> Iterator[Row]:
        """The rows of a query, as they come."""
        with _told(self._place.path):
            yield from self._connection.execute(statement, dict(parameters or {}))

    def execute(self, statement: str, parameters: Parameters | None = None) -> None:
        """Runs a statement."""
        with _told(self._place.path):
            self._connection.execute(statement, dict(parameters or {}))

    def execute_many(self, statement: str, several: Iterable[Parameters]) -> None:
        """Runs a statement once for each."""
        with _told(self._place.path):
            self._connection.executemany(statement, (dict(each) for each in several))

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction that waits for any other writer, and is on disk when it ends."""
        self.execute("BEGIN IMMEDIATE")
        with contextlib.ExitStack() as undo:
            undo.callback(self._roll_back)
            yield
            self.execute("COMMIT")
            undo.pop_all()

    def _roll_back(self) -> None:
        with contextlib.suppress(sqlite3.Error):  # after a full disk SQLite has rolled back already
            self._connection.execute("ROLLBACK")

    def check(self) -> Iterator[str]:
        """What ``PRAGMA integrity_check`` finds."""
        for (text,) in self.rows("PRAGMA integrity_check"):
            if text != "ok":
                yield str(text).partition("\n")[0]

    def close(self) -> None:
        """Ends the connection; the last one of all moves what is in the write-ahead log into the file."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()
        self._on_close.close()

    def remove_on_close(self, directory: str) -> None:
        """Removes ``directory`` when the connection ends."""
        self._on_close.callback(shutil.rmtree, directory, ignore_errors=True)


def open_for_reading(location: SqliteFile) -> SqliteDatabase:
    """The store, as it is at this moment, while others may write; also on a medium that cannot be written to.

    Raises StoreError.
    """
    require_store(location.path)
    try:
        return _reading(location, location.path)
    except sqlite3.Error as error:
        if _kind(error) not in _NO_FILE_BESIDE:
            raise _named(location.path, error) from None
    return _reading_without_shared_memory(location)


def open_for_writing(location: SqliteFile, prepare: Callable[[Database], None]) -> SqliteDatabase:
    """The store for recording, made where there is none; ``prepare`` makes its tables. Raises StoreError."""
    path = location.path
    if not path.is_symlink() and not path.exists():
        _create(location, prepare)
    require_store(path)
    with _told(path):
        return SqliteDatabase(location, _writable(path))


def _create(location: SqliteFile, prepare: Callable[[Database], None]) -> None:
    """A new store under another name, then its name: nobody ever sees half of one, and an empty file is never a new store."""
    path = location.path
    make_directory(path)
    require_own(path)
    temporary = path.with_name(f".{path.name}-{os.urandom(8).hex()}.new")
    try:
        os.close(os.open(temporary, _NEW, 0o600))
        with _told(path), contextlib.closing(_connect(temporary, "rw")) as connection:
            connection.execute(f"PRAGMA application_id = {_APPLICATION}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            prepare(SqliteDatabase(location, connection))
        _sync_file(temporary)
        with contextlib.suppress(FileExistsError):  # another run was quicker: its store is ours too
            os.link(temporary, path)
        sync_directory(path.parent)
    except OSError as error:
        raise StoreError(f"cannot make {path}: {error.strerror or error}") from None
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            with contextlib.suppress(OSError):
                Path(f"{temporary}{suffix}").unlink()


def _sync_file(path: Path) -> None:
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _connect(path: Path, mode: str, more: str = "") -> sqlite3.Connection:
    uri = f"file:{quote(os.fsencode(path))}?mode={mode}{more}"
    connection = sqlite3.connect(uri, uri=True, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
    with contextlib.ExitStack() as undo:
        undo.callback(connection.close)
        for pragma in ("foreign_keys = ON", "temp_store = MEMORY", "trusted_schema = OFF"):
            connection.execute(f"PRAGMA {pragma}")
        undo.pop_all()
    return connection


def _writable(path: Path) -> sqlite3.Connection:
    connection = _connect(path, "rw")
    with contextlib.ExitStack() as undo:
        undo.callback(connection.close)
        connection.execute("PRAGMA synchronous = FULL")
        _require_history(connection, path)
        _require_log(connection, path)
        undo.pop_all()
    return connection


def _reading(location: SqliteFile, path: Path, more: str = "") -> SqliteDatabase:
    connection = _connect(path, "ro", more)
    with contextlib.ExitStack() as undo:
        undo.callback(connection.close)
        connection.execute("PRAGMA query_only = ON")
        connection.execute("BEGIN")
        _require_history(connection, location.path)
        undo.pop_all()
    return SqliteDatabase(location, connection)


def _reading_without_shared_memory(location: SqliteFile) -> SqliteDatabase:
    """Reads where no file can be made beside the store (a read-only medium, a full disk), so nobody else writes there either.

    Without a log the file alone is everything. With one, a copy of both is read.
    """
    path = location.path
    log = Path(f"{path}-wal")
    with _told(path):
        try:
            if not log.exists() or not log.stat().st_size:
                return _reading(location, path, "&immutable=1")
            directory = tempfile.mkdtemp(prefix="dockmark-history-")
        except OSError as error:
            raise StoreError(f"cannot read {path}: {error.strerror or error}") from None
        with contextlib.ExitStack() as undo:
            undo.callback(shutil.rmtree, directory, ignore_errors=True)
            try:
                for each in (path, log):
                    shutil.copyfile(each, Path(directory) / each.name)
                database = _reading(location, Path(directory) / path.name)
            except OSError as error:
                raise StoreError(f"cannot read {path}: {error.strerror or error}") from None
            undo.pop_all()
        database.remove_on_close(directory)
        return database


def _require_log(connection: sqlite3.Connection, path: Path) -> None:
    if connection.execute("PRAGMA journal_mode = WAL").fetchone() != ("wal",):
        raise StoreError(f"{path}: its file system does not allow a write-ahead log")


def _require_history(connection: sqlite3.Connection, path: Path) -> None:
    """Also the first look into the file, which begins the moment that a reader sees."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != _APPLICATION:
        raise StoreDamaged(f"{path}: not a history of dockmark")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Errors of SQLite as ours."""
    try:
        yield
    except sqlite3.Error as error:
        raise _named(path, error) from None


def _named(path: Path, error: sqlite3.Error) -> StoreError:
    match _kind(error):
        case "CORRUPT" | "NOTADB":
            return StoreDamaged(f"{path}: the file is damaged, or no history ({error}); nothing was changed in it")
        case "FULL":
            return StoreError(f"{path}: no space is left on the device")
        case "BUSY" | "LOCKED":
            return StoreError(f"{path}: another run has been recording for {_PATIENCE:g} seconds")
        case "READONLY" | "PERM" | "CANTOPEN":
            return StoreError(f"{path}: it cannot be written or opened by this user ({error})")
        case _:
            return StoreError(f"{path}: {error}")


def _kind(error: sqlite3.Error) -> str:
    """Its primary result code (sqlite.org/rescode.html): CORRUPT, FULL, …; "" for an error of the module itself."""
    name: str = getattr(error, "sqlite_errorname", "")
    return name.removeprefix("SQLITE_").partition("_")[0]
