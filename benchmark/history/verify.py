"""Is the history what was recorded? The storage, the chain, every blob, and the rows beside them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from benchmark.history.blobs import read_blob
from benchmark.history.columns import columns_of
from benchmark.history.database import Database
from benchmark.history.kept import Kept, list_kept
from benchmark.history.new_run import plain
from benchmark.history.retention import read_period
from benchmark.history.store_error import StoreError
from benchmark.model.chain import NO_HEAD, head_after
from benchmark.model.facts import Subject
from benchmark.model.run import Run

_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(slots=True)
class Verified:
    """What was looked at and what was found. ``problems`` are in the order of the runs, the first broken one first.

    ``remarks`` are no problem of the history: a clock that was put back. ``head`` is that of the last run.
    """

    runs: int = 0
    pruned: int = 0
    blobs: int = 0
    head: str = NO_HEAD
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def verify_history(database: Database, expected_heads: Iterable[str] = (), now: str = "") -> Verified:
    """Reads all of the store. ``expected_heads`` are those that reports say: a run with each must be in the chain.

    A head that is not in it shows that runs were taken from the end of the history, or that it is another one. ``now``
    (RFC 3339 UTC) is the time that nothing in it can be after; "" where that is not asked.
    """
    found = Verified(problems=[f"the storage: {each}" for each in database.check()])
    blobs: dict[str, str] = {}
    heads = set[str]()
    before: Kept | None = None
    for each in list_kept(database):
        _verify_link(found, before, each)
        _verify_clock(found, before, each, now)
        if each.run is not None:
            found.runs += 1
            found.problems += (f"{each.name}: {problem}" for problem in _problems(database, each.run, blobs))
        elif each.problem:
            found.problems.append(f"{each.name}: {each.problem}")
        else:
            found.pruned += 1
            found.problems += (f"{each.name}: {problem}" for problem in _pruned_early(each))
        heads.add(each.head)
        before = each
    found.blobs = len(blobs)
    found.head = NO_HEAD if before is None else before.head
    for head in expected_heads:
        if head not in heads:
            found.problems.append(
                f"no run has the head {head}: runs were taken from the end of this history, or it is another one"
            )
    return found


def _verify_link(found: Verified, before: Kept | None, each: Kept) -> None:
    number, head = (0, NO_HEAD) if before is None else (before.sequence, before.head)
    if each.sequence != number + 1:
        missing = f"run {number + 1}" if each.sequence == number + 2 else f"runs {number + 1} to {each.sequence - 1}"
        found.problems.append(f"{missing}: not there, between {number or 'the beginning'} and {each.sequence}")
    elif each.previous != head:
        found.problems.append(f"{each.name}: it follows the head {each.previous}, and the run before it has {head}")
    if each.head != head_after(each.previous, each.entry):
        found.problems.append(f"{each.name}: its head is not that of what was recorded")


def _verify_clock(found: Verified, before: Kept | None, each: Kept, now: str) -> None:
    """A clock that was wrong when a run was recorded is remarked; one that let a run be pruned too early is a problem."""
    if before is not None and each.recorded_at < before.recorded_at:
        found.remarks.append(
            f"{each.name}: recorded at {each.recorded_at}, before the run before it: the clock was put back"
        )
    if now and each.recorded_at > now:
        found.remarks.append(f"{each.name}: recorded at {each.recorded_at}, which is still to come")
    if now and each.pruned_at and each.pruned_at > now:
        found.problems.append(
            f"{each.name}: pruned at {each.pruned_at}, which is still to come: by a clock that was wrong"
        )


def _pruned_early(each: Kept) -> Iterator[str]:
    """A run may be emptied only when the retention that was in force then had passed."""
    try:
        kept_since = read_period(each.retention or "").before(_moment(each.pruned_at or ""))
    except ValueError:
        yield "what was recorded of it is gone, and when it was pruned does not say so as dockmark says it"
        return
    if each.recorded_at >= kept_since.strftime(_TIME).rjust(20, "0"):
        yield f"pruned at {each.pruned_at}, before the {each.retention} had passed for which it was to be kept"


def _problems(database: Database, run: Run, blobs: dict[str, str]) -> Iterator[str]:
    """What does not fit in one run. ``blobs`` remembers what is wrong with each digest; "" for nothing."""
    yield from _differing_columns(database, run)
    listed = {str(digest) for (digest,) in database.rows(_BLOBS, {"sequence": run.sequence})}
    if listed != set(run.files):
        yield "the list of what it needs was changed"
    for digest in run.files:
        if digest not in blobs:
            blobs[digest] = _wrong_with(database, digest)
        if blobs[digest]:
            yield blobs[digest]
    if not blobs[run.assessment]:
        try:
            yield from _differing_results(database, run)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            yield "its recorded assessment is no report of dockmark's"


_BLOBS = "SELECT digest FROM run_blobs WHERE sequence = :sequence"
_RESULTS = "SELECT position, control, version, result, reason FROM results WHERE sequence = :sequence ORDER BY position"
_FINDINGS = (
    "SELECT position, place, kind, name, id, result, reason FROM findings JOIN subjects ON subject = number"
    " WHERE sequence = :sequence ORDER BY position, place"
)


def _differing_columns(database: Database, run: Run) -> Iterator[str]:
    wanted = columns_of(run)
    statement = f"SELECT {', '.join(wanted)} FROM runs WHERE sequence = :sequence"  # noqa: S608  (our own names)
    (row,) = database.rows(statement, {"sequence": run.sequence})
    differing = [name for (name, value), seen in zip(wanted.items(), row, strict=True) if seen != value]
    if differing:
        yield f"changed after it was recorded: {', '.join(differing)}"


def _wrong_with(database: Database, digest: str) -> str:
    try:
        read_blob(database, digest)
    except StoreError as error:
        return str(error)
    return ""


def _differing_results(database: Database, run: Run) -> Iterator[str]:
    """The rows of results and findings against the recorded assessment, from which they were made."""
    document = json.loads(read_blob(database, run.assessment))
    wanted = [
        (position, row["control"], row["version"], row["result"], row["reason"])
        for position, row in enumerate(document["results"])
    ]
    if wanted != list(database.rows(_RESULTS, {"sequence": run.sequence})):
        yield "its rows of results are not those of the recorded assessment"
    verdicts = [
        (position, place, plain(finding["subject"]), plain(finding["id"]), finding["result"], finding["reason"])
        for position, row in enumerate(document["results"])
        for place, finding in enumerate(row["findings"])
    ]
    rows = [
        (position, place, Subject(kind, name, identity, {}).label, identity, result, reason)
        for position, place, kind, name, identity, result, reason in database.rows(
            _FINDINGS, {"sequence": run.sequence}
        )
    ]
    if verdicts != rows:
        yield "its rows of findings are not those of the recorded assessment"


def _moment(text: str) -> datetime:
    return datetime.strptime(text, _TIME).replace(tzinfo=UTC)
