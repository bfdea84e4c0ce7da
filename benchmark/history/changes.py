"""From an alignment to what became of every control and finding."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final, TypeAlias

from benchmark.history.alignment import Alignment, Cell, Line
from benchmark.history.identity import describe
from benchmark.history.matching import SubjectKey
from benchmark.history.states import STANDINGS, state_of
from benchmark.model.comparison import ControlChange, FindingChange, Standing, State
from benchmark.model.facts import ABSENT, Unavailable
from benchmark.model.framework import id_order
from benchmark.model.result import ControlResult, Finding, Result

_Place: TypeAlias = "tuple[str, SubjectKey | None]"
_FAILS: Final = frozenset({Standing.FAIL, Standing.WAIVED})


def list_changes(alignment: Alignment, like_for_like: Alignment | None = None) -> Iterator[ControlChange]:
    """Every control of either assessment, with all of its findings that are not as they were.

    ``like_for_like`` has the earlier facts judged as the later ones were, where that could be done.
    """
    versions = alignment.before.benchmark_version, alignment.after.benchmark_version
    failed_already = frozenset() if like_for_like is None else _failed_already(like_for_like)
    for line in alignment.lines:
        yield _control_change(line, *versions, failed_already)


def standing_of(finding: Finding) -> Standing:
    """How a finding stands."""
    return _standing(finding.result, is_waived=finding.waiver is not None)


def standing_of_row(row: ControlResult | None) -> Standing:
    """How a control stands; NOT_ASKED without a row."""
    return Standing.NOT_ASKED if row is None else _standing(row.result, is_waived=row.waiver is not None)


def _standing(result: Result, *, is_waived: bool) -> Standing:
    return Standing.WAIVED if result is Result.FAIL and is_waived else STANDINGS[result]


def _failed_already(alignment: Alignment) -> frozenset[_Place]:
    """Where the earlier facts fail too: controls, and findings by control and later subject."""
    controls = {(line.control, None) for line in alignment.lines if standing_of_row(line.before) in _FAILS}
    findings = {
        (line.control, cell.pair.after.order)
        for line in alignment.lines
        for cell in line.cells
        if cell.pair.after is not None and cell.before is not None and standing_of(cell.before) in _FAILS
    }
    return frozenset(controls | findings)


def _control_change(
    line: Line, version_before: str, version_after: str, failed_already: frozenset[_Place]
) -> ControlChange:
    row = line.after or line.before
    if row is None:
        raise AssertionError("a line without a row")
    before, after = standing_of_row(line.before), standing_of_row(line.after)
    changes = [_finding_change(line, cell, failed_already) for cell in line.cells]
    findings = tuple(each for each in changes if each.state is not State.UNCHANGED)
    tells_the_same = all(each.state is State.PERSISTING for each in findings)
    version = version_before if line.after is None else version_after
    numbers = sorted({each.ids[version] for each in row.requirements if version in each.ids}, key=id_order)
    return ControlChange(
        control=line.control,
        title=row.control.title,
        severity=row.control.severity,
        numbers=tuple(numbers),
        is_scored=bool(row.requirements),
        state=state_of(before, after, tells_the_same=tells_the_same),
        before=before,
        after=after,
        before_message="" if line.before is None else line.before.message,
        after_message="" if line.after is None else line.after.message,
        findings=findings,
        unchanged=len(changes) - len(findings),
        by_terms=(line.control, None) in failed_already,
    )


def _finding_change(line: Line, cell: Cell, failed_already: frozenset[_Place]) -> FindingChange:
    pair = cell.pair
    before = _side(line.before, cell.before, is_there=pair.before is not None)
    after = _side(line.after, cell.after, is_there=pair.after is not None)
    is_failure = cell.before is not None and cell.after is not None and {before, after} <= _FAILS
    state = state_of(before, after, tells_the_same=not is_failure or _tell_the_same(cell))
    known = pair.after or pair.before
    return FindingChange(
        state=state,
        before_standing=before,
        after_standing=after,
        fate=pair.fate,
        before="" if pair.before is None else pair.before.subject.label,
        after="" if pair.after is None else pair.after.subject.label,
        identity="" if known is None else describe(known.identity.kind, pair.key),
        before_message="" if cell.before is None or state is State.UNCHANGED else cell.before.message,
        after_message="" if cell.after is None or state is State.UNCHANGED else cell.after.message,
        by_terms=pair.after is not None and (line.control, pair.after.order) in failed_already,
    )


def _side(row: ControlResult | None, finding: Finding | None, *, is_there: bool) -> Standing:
    if row is None:
        return Standing.NOT_ASKED
    if finding is not None:
        return standing_of(finding)
    return Standing.NOT_APPLICABLE if is_there else Standing.ABSENT


def _tell_the_same(cell: Cell) -> bool:
    return cell.before is None or cell.after is None or _evidence(cell.before) == _evidence(cell.after)


def _evidence(finding: Finding) -> tuple[str, str]:
    """What was seen and what was asked of it, by what a JSON document holds of both."""
    if not finding.seen:
        return "", ""
    first = finding.seen[0]
    actual = None if first.value is ABSENT or isinstance(first.value, Unavailable) else first.value
    return json.dumps(actual, sort_keys=True), _bare(first.expected)


def _bare(expected: str) -> str:
    """``be false`` as findings have it and ``equals false`` as documents write it are the same."""
    denied = ""
    while expected.startswith("not "):
        denied, expected = f"{denied}not ", expected[4:]
    return denied + expected.removeprefix("be ").removeprefix("equals ")
