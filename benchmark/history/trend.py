"""How scores and results went over time, and what else changed that could have moved them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from benchmark.history.database import Database
from benchmark.model.run import Run


@dataclass(frozen=True, slots=True)
class Step:
    """A run on its host's way. ``change`` is in points of the score since the host's run before, None for the first and
    where one of them has no score. ``also`` says what changed besides the host: an officer should not take that for its doing.
    """

    run: Run
    change: Decimal | None
    also: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """A control's result in a run. ``failing`` names subjects that failed, ``judged`` counts all that were looked at."""

    run: Run
    result: str
    waived: bool
    version: int
    message: str
    judged: int
    failing: tuple[str, ...]
    also: tuple[str, ...]


def trend_of_scores(runs: Iterable[Run]) -> Iterator[Step]:
    """The runs, the oldest first, each beside its host's one before."""
    before: dict[str, Run] = {}
    for each in runs:
        last = before.get(each.host)
        yield Step(each, _change(last, each), () if last is None else tuple(_also(last, each)))
        before[each.host] = each


def trend_of_control(database: Database, runs: Iterable[Run], control: str) -> Iterator[Turn]:
    """The control in each of the runs that judged it."""
    before: dict[str, Run] = {}
    for each in runs:
        given = {"sequence": each.sequence, "control": control}
        found = next(database.rows(_RESULT, given), None)
        if found is None:
            continue
        position, version, result, waived, message = found
        subjects = list(database.rows(_SUBJECTS, {"sequence": each.sequence, "position": position}))
        failing = tuple(f"{kind} {name}".rstrip() for kind, name, verdict in subjects if verdict == "fail")
        last = before.get(each.host)
        also = () if last is None else tuple(_also(last, each))
        yield Turn(each, result, bool(waived), version, message, len(subjects), failing, also)
        before[each.host] = each


_RESULT = (
    "SELECT position, version, result, waived, message FROM results WHERE sequence = :sequence AND control = :control"
)
_SUBJECTS = (
    "SELECT kind, name, findings.result FROM findings JOIN subjects ON subject = number"
    " WHERE findings.sequence = :sequence AND position = :position ORDER BY place"
)


def _change(last: Run | None, run: Run) -> Decimal | None:
    if last is None or last.percent is None or run.percent is None:
        return None
    return Decimal(run.percent) - Decimal(last.percent)


def _also(last: Run, run: Run) -> Iterator[str]:
    """What is not the host's doing, or says that it is another host's engine."""
    before, now = last.terms, run.terms
    for what, old, new in (
        ("benchmark", before.version, now.version),
        ("profile", _profile(last), _profile(run)),
        ("dockmark", last.tool_version, run.tool_version),
    ):
        if old != new:
            yield f"{what} {old} → {new}"
    others: tuple[tuple[str, object, object], ...] = (
        ("content", last.content_digest, run.content_digest),
        ("tailoring", before.tailoring, now.tailoring),
        ("parameters", before.parameters, now.parameters),
        ("choice of controls", (before.controls, before.beyond), (now.controls, now.beyond)),
        ("waivers", before.waivers, now.waivers),
        ("attestations", before.attestations, now.attestations),
        ("mappings", before.mappings, now.mappings),
        ("engine", last.engine_id, run.engine_id),
        ("build of dockmark", *_builds(last, run)),
    )
    for what, one, other in others:
        if one != other:
            yield f"other {what}"
    if run.recorded_at < last.recorded_at:
        yield "clock put back"


def _builds(last: Run, run: Run) -> tuple[str, str]:
    """What to tell apart where the version is the same, as in a checkout, and both were recorded."""
    known = last.tool_version == run.tool_version and last.tool_digest and run.tool_digest
    return (last.tool_digest, run.tool_digest) if known else ("", "")


def _profile(run: Run) -> str:
    return run.terms.tailoring_profile or run.terms.profile
