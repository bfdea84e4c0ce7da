"""What the table of runs holds, a row at a time: runs, what stays of pruned ones, and rows that were tampered with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from benchmark.history.columns import run_of
from benchmark.history.database import Database, Row
from benchmark.history.new_run import plain
from benchmark.history.store_error import StoreDamaged
from benchmark.model.run import Run

_COLUMNS: Final = "sequence, id, recorded_at, host, body, entry, previous, head, pruned_at, retention"
_PAGE: Final = 500
_FIRST: Final = 0
_LAST: Final = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Kept:
    """A row. ``run`` is None where the run was pruned (``pruned_at`` says when, ``retention`` by which), and where the row
    was changed after it was recorded: ``problem`` then says so.
    """

    sequence: int
    id: str
    recorded_at: str
    host: str
    entry: str
    previous: str
    head: str
    run: Run | None
    pruned_at: str | None = None
    retention: str | None = None
    problem: str = ""

    @property
    def name(self) -> str:
        """``run 7 (20261127T142455Z-3f2a9c1b)``."""
        return f"run {self.sequence} ({self.id})"


def list_kept(
    database: Database, *, host: str | None = None, release: str | None = None, newest_first: bool = False
) -> Iterator[Kept]:
    """The rows by their sequence, a page at a time, so that the end of a long history is read quickly."""
    asked = {"host": host, "release_label": release}
    given: dict[str, object] = {name: plain(value) for name, value in asked.items() if value is not None}
    conditions = "".join(f" AND {name} = :{name}" for name in given)
    comparison, order, at = ("<", "DESC", _LAST) if newest_first else (">", "ASC", _FIRST)
    statement = f"SELECT {_COLUMNS} FROM runs WHERE sequence {comparison} :at{conditions} ORDER BY sequence {order} LIMIT {_PAGE}"  # noqa: S608  (our own words)
    while True:
        page = list(database.rows(statement, {**given, "at": at}))
        for row in page:
            yield _kept(row)
        if len(page) < _PAGE:
            return
        at = page[-1][0]


def get_kept(database: Database, sequence: int) -> Kept | None:
    """The row with this number; None where there is none."""
    statement = f"SELECT {_COLUMNS} FROM runs WHERE sequence = :sequence"  # noqa: S608  (the same)
    row = next(database.rows(statement, {"sequence": sequence}), None)
    return None if row is None else _kept(row)


def _kept(row: Row) -> Kept:
    sequence, *texts = row
    if not isinstance(sequence, int) or not all(each is None or isinstance(each, str) for each in texts):
        raise StoreDamaged(f"a row of the runs does not hold what it should: {sequence!r:.40}")
    identity, recorded_at, host, body, entry, previous, head, pruned_at, retention = texts
    told = (sequence, identity or "", recorded_at or "", host or "", entry or "", previous or "", head or "")
    if body is None:
        problem = "" if pruned_at else "what was recorded of it is gone, and it was not pruned"
        return Kept(*told, None, pruned_at, retention, problem)
    try:
        return Kept(*told, run_of(body, entry, previous, head), pruned_at, retention)
    except StoreDamaged as damage:
        return Kept(*told, None, pruned_at, retention, str(damage))
