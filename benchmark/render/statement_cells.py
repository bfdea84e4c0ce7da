"""A Statement of Applicability as plain texts, which every format lays out and escapes for itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from benchmark.model.applicability import Statement, StatementRow
from benchmark.model.framework import Edge, Reach
from benchmark.model.framework_view import Backing, RequirementView, Status
from benchmark.model.result import Result


@dataclass(frozen=True, slots=True)
class Cells:
    """The texts of a row. ``checks`` has a text for each control, ``targets`` one for each target."""

    id: str
    label: str
    section: str
    applicable: str
    justification: str
    implementation: str
    owner: str
    references: str
    reach: str
    reach_reason: str
    status: str
    why: str
    targets: tuple[str, ...]
    checks: tuple[str, ...]
    remark: str


def row_cells(statement: Statement, row: StatementRow) -> Cells:
    """What is written of ``row``."""
    decision, requirement = row.decision, row.view.requirement
    implementation = "" if decision is None or decision.implementation is None else decision.implementation.value
    return Cells(
        row.view.id,
        requirement.label,
        row.section,
        "undecided" if decision is None else "yes" if decision.applicable else "no",
        "" if decision is None else decision.justification,
        implementation,
        "" if decision is None else decision.owner,
        "" if decision is None else "; ".join(decision.references),
        requirement.reach.value,
        requirement.reach_reason,
        _status(row),
        "; ".join(dict.fromkeys(each.why for each in row.seen)) if len(row.seen) == 1 else "",
        tuple(_target_texts(statement, row)),
        tuple(_check_text(statement, row, at, each.edge) for at, each in enumerate(row.view.backings)),
        row.remark,
    )


def summary_texts(statement: Statement) -> Iterator[tuple[str, str]]:
    """What stands at the head: a name and a text."""
    overlay = statement.overlay
    applicable = Counter("undecided" if each.decision is None else each.decision.applicable for each in statement.rows)
    statuses = Counter(each.status for each in statement.rows if each.status is not None)
    reach = Counter(each.view.requirement.reach for each in statement.rows)
    yield from (
        (name, text)
        for name, text in (
            ("Organisation", overlay.organization),
            ("Scope", overlay.scope),
            ("Approved by", overlay.approved_by),
            ("Approved", overlay.approved),
        )
        if text
    )
    yield (
        "Controls",
        f"{len(statement.rows)}: {applicable[True]} applicable, {applicable[False]} not, {applicable['undecided']} undecided",
    )
    yield (
        "Reach of checks",
        (
            f"{reach[Reach.LARGELY]} largely, {reach[Reach.PARTLY]} partly, {reach[Reach.INCIDENTALLY]} incidentally,"
            f" {reach[Reach.NOT_REACHABLE]} not at all"
        ),
    )
    if statement.assessed:
        told = ", ".join(f"{statuses[each]} {each.value}" for each in Status if statuses[each])
        yield "Results", told or "none"
    else:
        yield "Results", "none given: --snapshot, --result or --run puts them beside the decisions"
    yield "Made by", f"dockmark {statement.tool_version}, content {statement.content_digest}"


def assessed_texts(statement: Statement) -> tuple[tuple[str, str, str, str], ...]:
    """Target, benchmark, time of the facts and time of the verdicts, for each target."""
    return tuple((each.target, each.benchmark, each.collected_at, each.evaluated_at) for each in statement.assessed)


def _status(row: StatementRow) -> str:
    return "no results" if row.status is None else row.status.value


def _target_texts(statement: Statement, row: StatementRow) -> Iterator[str]:
    for about, seen in zip(statement.assessed, row.seen, strict=False):
        yield f"{about.target}: {seen.status.value} ({seen.why})"


def _check_text(statement: Statement, row: StatementRow, at: int, edge: Edge) -> str:
    """``container_not_privileged (5.5), direct: fail on web, pass on db``."""
    numbers = ", ".join(statement.numbers.get(edge.control, ()))
    named = f"{edge.control} ({numbers})" if numbers else edge.control
    results = [_result_text(each, at) for each in row.seen]
    if not results:
        return f"{named}, {edge.directness}"
    if len(set(results)) == 1:
        return f"{named}, {edge.directness}: {results[0]}"
    told = (f"{result} on {about.target}" for about, result in zip(statement.assessed, results, strict=False))
    return f"{named}, {edge.directness}: {', '.join(told)}"


def _result_text(view: RequirementView, at: int) -> str:
    backing: Backing = view.backings[at]
    result = backing.result
    if result is None:
        return "not judged"
    waived = ", waived" if result.waiver is not None and result.result is Result.FAIL else ""
    attested = ", attested" if result.attestation is not None else ""
    return f"{result.result.value}{waived}{attested}"
