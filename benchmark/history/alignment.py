"""Two assessments laid side by side: every control of either, and every finding with its counterpart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmark.history.matching import Pair, SubjectKey, key_of, match_members, members_of
from benchmark.model.comparison import Fate
from benchmark.model.result import Assessment, ControlResult, Finding


@dataclass(frozen=True, slots=True)
class Cell:
    """A finding before and after, and the subjects they are about. At least one of the findings is there."""

    pair: Pair
    before: Finding | None
    after: Finding | None


@dataclass(frozen=True, slots=True)
class Line:
    """A control: its rows, at least one of which is there, and its findings side by side."""

    control: str
    before: ControlResult | None
    after: ControlResult | None
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Alignment:
    """``lines`` are in the order of the later assessment; controls that it does not have follow in the order of the other."""

    before: Assessment
    after: Assessment
    pairs: tuple[Pair, ...]
    lines: tuple[Line, ...]


def align(before: Assessment, after: Assessment, labels: Sequence[str] = ()) -> Alignment:
    """Both side by side; ``labels`` are keys of labels by which the user wants containers recognised."""
    here, there = members_of(before, labels), members_of(after, labels)
    pairs = match_members(here.values(), there.values())
    then = {each.control.id: each for each in before.results}
    now = {each.control.id: each for each in after.results}
    earlier: dict[SubjectKey, list[Pair]] = {}
    later: dict[SubjectKey, Pair] = {}
    for pair in pairs:
        if pair.before is not None:
            earlier.setdefault(pair.before.order, []).append(pair)
        if pair.after is not None:
            later[pair.after.order] = pair
    controls = dict.fromkeys((*now, *then))
    lines = tuple(
        Line(each, then.get(each), now.get(each), tuple(_cells(then.get(each), now.get(each), earlier, later)))
        for each in controls
    )
    return Alignment(before, after, tuple(pairs), lines)


def _cells(
    before: ControlResult | None,
    after: ControlResult | None,
    earlier: dict[SubjectKey, list[Pair]],
    later: dict[SubjectKey, Pair],
) -> Iterator[Cell]:
    """The findings of a control after, each with its counterpart, then those before that have none.

    Where one subject has several findings of a control they are told apart by their order.
    """
    waiting = _by_subject(before)
    told: dict[SubjectKey, list[Finding]] = {}
    used: set[SubjectKey] = set()
    for finding in () if after is None else after.findings:
        pair = later[key_of(finding.subject)]
        counterpart = None
        if pair.before is not None:
            key = pair.before.order
            if pair.fate is Fate.SCALED:
                counterpart = next(iter(told.get(key) or waiting.get(key) or ()), None)
            else:
                counterpart = _taken(waiting.get(key), told.setdefault(key, []))
                used.add(key)
        yield Cell(pair, counterpart, finding)
    for key, findings in waiting.items():
        for finding in findings:
            yield Cell(_own_pair(earlier[key]), finding, None)


def _by_subject(row: ControlResult | None) -> dict[SubjectKey, list[Finding]]:
    found: dict[SubjectKey, list[Finding]] = {}
    for finding in () if row is None else row.findings:
        found.setdefault(key_of(finding.subject), []).append(finding)
    return found


def _taken(waiting: list[Finding] | None, told: list[Finding]) -> Finding | None:
    if not waiting:
        return None
    told.append(waiting.pop(0))
    return told[-1]


def _own_pair(pairs: list[Pair]) -> Pair:
    """The pair in which a subject stands for itself, not as the sibling of a replica that was added."""
    return next((each for each in pairs if each.fate is not Fate.SCALED), pairs[0])
