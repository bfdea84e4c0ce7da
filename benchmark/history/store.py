"""The history: runs in a chain, each with all that it takes to show it, compare it and judge it again."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, Self

from benchmark.history.blobs import read_blob, write_blob
from benchmark.history.columns import columns_of, run_of
from benchmark.history.database import Database
from benchmark.history.details import write_details
from benchmark.history.location import Location, PostgresqlDatabase, read_location
from benchmark.history.new_run import NewRun, count_results
from benchmark.history.schema import migrate, require_known, schema_version
from benchmark.history.store_error import NoStore, NoSuchRun
from benchmark.model.chain import NO_HEAD, encode_body, entry_of, head_after
from benchmark.model.run import Run

_BACK: Final = re.compile(r"latest(?:~([0-9]{1,9}))?")
_PREFIX: Final = re.compile(r"[0-9TZa-f-]{4,40}")
_RUNS: Final = "SELECT body, entry, previous, head FROM runs WHERE body IS NOT NULL"
_SHOWN: Final = 5  # runs or releases that an error names


class Store:
    """An open store. Use it as a context manager. Every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    @property
    def location(self) -> Location:
        """Where it is; ``str`` holds no password."""
        return self._database.location

    @property
    def database(self) -> Database:
        """The connection, for the other modules of this room."""
        return self._database

    def record(self, new: NewRun) -> Run:
        """Adds a run to the chain. Once this returns, the run is on disk; when it raises, nothing of it is."""
        database = self._database
        with database.writing():
            last = next(database.rows("SELECT sequence, head FROM runs ORDER BY sequence DESC LIMIT 1"), (0, NO_HEAD))
            run = self._keep(new, int(last[0]) + 1, str(last[1]))
            write_details(database, run.sequence, new.assessment)
        return run

    def runs(self, *, host: str | None = None, release: str | None = None) -> Iterator[Run]:
        """Every run of this host and release, the newest last; those whose retention has passed and that were pruned are gone."""
        asked = {"host": host, "release_label": release}
        given = {name: value for name, value in asked.items() if value is not None}
        conditions = "".join(f" AND {name} = :{name}" for name in given)
        for row in self._database.rows(f"{_RUNS}{conditions} ORDER BY sequence", given):
            yield run_of(self.location, *row)

    def resolve(self, reference: str, *, host: str | None = None) -> Run:
        """The run that ``reference`` means: its id or an unambiguous beginning of it, ``latest``, ``latest~1`` (the one before),
        ``release:1.4`` (the last run of that release). With ``host`` only runs of that host count. Raises NoSuchRun.
        """
        if found := _BACK.fullmatch(reference):
            return self._back(int(found[1] or 0), host)
        kind, colon, name = reference.partition(":")
        if colon and kind == "release":
            return self._of_release(name, host)
        return self._of_id(reference, host)

    def blob(self, digest: str) -> bytes:
        """The bytes with this digest (``sha256:…``), verified. Raises StoreDamaged when they are not what they were."""
        return read_blob(self._database, digest)

    def _keep(self, new: NewRun, sequence: int, previous: str) -> Run:
        database, assessment = self._database, new.assessment
        score = assessment.score
        kept = {write_blob(database, each) for each in new.files.values()}
        run = Run(
            id=_new_id(new.recorded_at),
            sequence=sequence,
            recorded_at=new.recorded_at,
            host=assessment.target.name,
            engine_id=assessment.target.engine_id,
            collected_at=assessment.collected_at,
            terms=new.terms,
            tool_version=assessment.tool_version,
            content_digest=assessment.content_digest,
            snapshot=write_blob(database, new.snapshot),
            content=write_blob(database, new.content),
            assessment=write_blob(database, new.document),
            percent=None if score.percent is None else str(score.percent),
            after_waivers=None if score.after_waivers is None else str(score.after_waivers),
            counts=count_results(assessment),
            exit_code=new.exit_code,
            previous=previous,
            head="",
        )
        if missing := set(run.files) - kept - {run.snapshot, run.content, run.assessment}:
            raise ValueError(f"{len(missing)} files that the terms name were not handed over")
        body = encode_body(run).decode("ascii")
        entry = entry_of(body.encode())
        run = replace(run, head=head_after(previous, entry))
        columns = {**columns_of(run), "body": body, "entry": entry}
        names, places = ", ".join(columns), ", ".join(f":{name}" for name in columns)
        database.execute(f"INSERT INTO runs ({names}) VALUES ({places})", columns)  # noqa: S608  (our own names)
        blobs = ({"sequence": sequence, "digest": each} for each in run.files)
        database.execute_many("INSERT INTO run_blobs (sequence, digest) VALUES (:sequence, :digest)", blobs)
        return run_of(self.location, body, entry, previous, run.head)

    def _back(self, steps: int, host: str | None) -> Run:
        condition = "" if host is None else " AND host = :host"
        given = {"steps": steps} if host is None else {"steps": steps, "host": host}
        row = next(self._database.rows(f"{_RUNS}{condition} ORDER BY sequence DESC LIMIT 1 OFFSET :steps", given), None)
        if row is None:
            count = sum(1 for _ in self.runs(host=host))
            of_host = "" if host is None else f" of {host}"
            raise NoSuchRun(f"{self.location} holds {_amount(count, 'run')}{of_host}, so there is no latest~{steps}")
        return run_of(self.location, *row)

    def _of_release(self, name: str, host: str | None) -> Run:
        found = deque(self.runs(host=host, release=name), maxlen=1)
        if found:
            return found[0]
        releases = list(dict.fromkeys(each.terms.release for each in self.runs(host=host) if each.terms.release))
        there_are = ", ".join(releases[-_SHOWN:]) or "none"
        more = f" and {len(releases) - _SHOWN} before" if len(releases) > _SHOWN else ""
        raise NoSuchRun(f"no run of the release {name!r}; there are {there_are}{more}")

    def _of_id(self, reference: str, host: str | None) -> Run:
        if not _PREFIX.fullmatch(reference):
            raise NoSuchRun(
                f"{reference!r} names no run: a run is named by its id or the beginning of it, latest, latest~1 or release:NAME"
            )
        given = {"beginning": reference, "length": len(reference)}
        rows = self._database.rows(f"{_RUNS} AND substr(id, 1, :length) = :beginning ORDER BY sequence", given)
        found = [each for each in (run_of(self.location, *row) for row in rows) if host in (None, each.host)]
        if len(found) == 1:
            return found[0]
        if found:
            named = ", ".join(each.id for each in found[:_SHOWN])
            raise NoSuchRun(
                f"{reference} is the beginning of {len(found)} runs: {named}{', …' if len(found) > _SHOWN else ''}"
            )
        raise NoSuchRun(f"{self.location} holds no run {reference}; dockmark history list shows those it holds")


def open_store(location: str | Location) -> Store:
    """The store at ``location``, for reading: it sees one moment, and writes nothing. Raises StoreError (NoStore)."""
    place = read_location(location) if isinstance(location, str) else location
    database = _open_for_reading(place)
    try:
        _require_tables(database)
    except BaseException:
        database.close()
        raise
    return Store(database)


def open_store_for_recording(location: str | Location) -> Store:
    """The store at ``location``, made where there is none, its tables brought up to date. Raises StoreError."""
    place = read_location(location) if isinstance(location, str) else location
    database = _open_for_writing(place)
    try:
        _prepare(database)
    except BaseException:
        database.close()
        raise
    return Store(database)


def _open_for_reading(place: Location) -> Database:
    if isinstance(place, PostgresqlDatabase):
        from benchmark.history.postgresql_database import connect  # noqa: PLC0415  (brings SQLAlchemy, a quarter second)

        return connect(place, reading=True)
    from benchmark.history.sqlite_database import open_for_reading  # noqa: PLC0415  (the same for sqlite3)

    return open_for_reading(place)


def _open_for_writing(place: Location) -> Database:
    if isinstance(place, PostgresqlDatabase):
        from benchmark.history.postgresql_database import connect  # noqa: PLC0415  (the same)

        return connect(place, reading=False)
    from benchmark.history.sqlite_database import open_for_writing  # noqa: PLC0415  (the same)

    return open_for_writing(place, _prepare)


def _require_tables(database: Database) -> None:
    version = schema_version(database)
    if not version:
        raise NoStore(f"there is no history at {database.location} yet; dockmark audit records one")
    require_known(database, version)


def _prepare(database: Database) -> None:
    migrate(database, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))


def _new_id(recorded_at: str) -> str:
    return f"{recorded_at.replace('-', '').replace(':', '')}-{os.urandom(4).hex()}"


def _amount(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
