"""The history: runs in a chain, each with all that it takes to show it, compare it and judge it again."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import Final, Self

from benchmark.history.blobs import read_blob, write_blob
from benchmark.history.columns import columns_of, run_of
from benchmark.history.database import Database
from benchmark.history.details import write_details
from benchmark.history.kept import Kept, get_kept, list_kept
from benchmark.history.location import Location, PostgresqlDatabase, read_location
from benchmark.history.new_run import NewRun, count_results, plain
from benchmark.history.schema import migrate, require_newest, schema_version
from benchmark.history.store_error import NoStore, NoSuchRun, StoreDamaged
from benchmark.model.chain import NO_HEAD, encode_body, entry_of, head_after
from benchmark.model.run import Run

_BACK: Final = re.compile(r"latest(?:~([0-9]{1,9}))?")
_NUMBER: Final = re.compile(r"[0-9]{1,15}")
_PREFIX: Final = re.compile(r"[0-9TZa-f-]{4,40}")
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

    def kept(
        self, *, host: str | None = None, release: str | None = None, newest_first: bool = False
    ) -> Iterator[Kept]:
        """Every row of this host and release: runs, what stays of pruned ones, and those that were tampered with."""
        return list_kept(self._database, host=host, release=release, newest_first=newest_first)

    def runs(self, *, host: str | None = None, release: str | None = None, newest_first: bool = False) -> Iterator[Run]:
        """Every run of this host and release, the newest last unless asked otherwise; pruned ones are gone.

        Raises StoreDamaged at a run that was changed after it was recorded.
        """
        for each in self.kept(host=host, release=release, newest_first=newest_first):
            require_sound(each)
            if each.run is not None:
                yield each.run

    def resolve(self, reference: str, *, host: str | None = None) -> Run:
        """The run that ``reference`` means. Raises NoSuchRun. With ``host`` only runs of that host count.

        That is its id or an unambiguous beginning of it, ``latest``, ``latest~1`` (the one before), ``run:17`` (its number), or
        ``release:1.4`` (the last run of that release).
        """
        if found := _BACK.fullmatch(reference):
            return self._back(int(found[1] or 0), host)
        kind, colon, name = reference.partition(":")
        if colon and kind == "release":
            return self._of_release(name, host)
        if colon and kind == "run" and _NUMBER.fullmatch(name):
            return self._of_number(int(name), host)
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
            tool_digest=new.tool_digest,
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
        return run_of(body, entry, previous, run.head)

    def _back(self, steps: int, host: str | None) -> Run:
        found = list(islice(self.runs(host=host, newest_first=True), steps + 1))
        if len(found) == steps + 1:
            return found[-1]
        of_host = "" if host is None else f" of {host}"
        raise NoSuchRun(
            f"{self.location} holds {_amount(len(found), 'run')}{of_host}, so there is no {_back_text(steps)}"
        )

    def _of_release(self, name: str, host: str | None) -> Run:
        found = next(self.runs(host=host, release=name, newest_first=True), None)
        if found is not None:
            return found
        newest = self.runs(host=host, newest_first=True)
        releases = list(dict.fromkeys(each.terms.release for each in newest if each.terms.release))
        there_are = ", ".join(releases[:_SHOWN]) or "none"
        more = f" and {len(releases) - _SHOWN} before" if len(releases) > _SHOWN else ""
        raise NoSuchRun(f"no run of the release {name!r}; there are {there_are}{more}")

    def _of_number(self, number: int, host: str | None) -> Run:
        found = get_kept(self._database, number)
        if found is None or (host is not None and found.run is not None and found.run.host != host):
            raise NoSuchRun(f"{self.location} holds no run {number}; dockmark history list shows those it holds")
        return _usable(found)

    def _of_id(self, reference: str, host: str | None) -> Run:
        if not _PREFIX.fullmatch(reference):
            raise NoSuchRun(
                f"{reference!r} names no run: that is its id or the beginning of it, latest, latest~1, run:17 or release:NAME"
            )
        given = {"beginning": reference, "length": len(reference)}
        statement = "SELECT sequence, host FROM runs WHERE substr(id, 1, :length) = :beginning ORDER BY sequence"
        matching = [number for number, of in self._database.rows(statement, given) if host is None or of == plain(host)]
        kept = (get_kept(self._database, number) for number in matching)
        found = [_usable(each) for each in kept if each is not None]
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
    with ExitStack() as undo:
        undo.callback(database.close)
        _require_tables(database)
        undo.pop_all()
    return Store(database)


def open_store_for_recording(location: str | Location) -> Store:
    """The store at ``location``, made where there is none, its tables brought up to date. Raises StoreError."""
    place = read_location(location) if isinstance(location, str) else location
    database = _open_for_writing(place)
    with ExitStack() as undo:
        undo.callback(database.close)
        _prepare(database)
        undo.pop_all()
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
    require_newest(database, version)


def _prepare(database: Database) -> None:
    migrate(database, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))


def _new_id(recorded_at: str) -> str:
    return f"{recorded_at.replace('-', '').replace(':', '')}-{os.urandom(4).hex()}"


def require_sound(kept: Kept) -> None:
    """Raises StoreDamaged for a row that was changed after it was recorded."""
    if kept.problem:
        raise StoreDamaged(f"{kept.name}: {kept.problem}; dockmark history verify tells more")


def _usable(kept: Kept) -> Run:
    if kept.run is not None:
        return kept.run
    require_sound(kept)
    raise NoSuchRun(f"the run {kept.id} was pruned on {kept.pruned_at}: of it only its place in the chain is kept")


def _back_text(steps: int) -> str:
    return f"latest~{steps}" if steps else "latest"


def _amount(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
