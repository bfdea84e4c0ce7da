"""Waivers: which of them count, which failures they cover, and what is said of the others.

A waiver never changes a result. It covers failing findings; a control counts as waived only where every failure is covered and
nothing else about it could not be looked at, so that no error and no gap hides behind a waiver.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from benchmark.evaluate.algebra import worst
from benchmark.evaluate.scope import Defect, Surroundings, breadth, misplaced, unknown_control
from benchmark.model.control import Control
from benchmark.model.facts import Subject
from benchmark.model.policy import Scope, Standing, Waiver, WaiverUse, waiver_record
from benchmark.model.result import ControlResult, Finding, Result

LONGEST_LIFE: Final = timedelta(days=367)  # a year, and the rest of the day on which it ends
_WITHOUT_VERDICT: Final = (Result.ERROR, Result.UNKNOWN)

Rows = Mapping[str, ControlResult]


def waiver_defects(waiver: Waiver, controls: Sequence[Control], now: datetime) -> Iterator[Defect]:
    """Why ``waiver`` counts for nothing at ``now``, the weightiest reason first; none where it counts."""
    if not controls:
        yield unknown_control(waiver)
    else:
        yield from misplaced(waiver.scope, controls)
    if is_same_person(waiver.requested_by, waiver.approved_by):
        yield Standing.SELF_APPROVED, f"{waiver.approved_by} requested and approved it; somebody else must approve"
    wide = breadth(waiver.scope, controls)
    if wide and not waiver.broad:
        yield Standing.TOO_BROAD, f"it covers {wide}: narrow its scope, or say broad: true"
    if waiver.expires.instant - waiver.created.instant > LONGEST_LIFE:
        yield Standing.TOO_LONG, "it lives longer than a year: accept it anew every year"
    if waiver.created.instant > now:
        yield Standing.NOT_YET, f"it was created in the future: {waiver.created.text}"
    if waiver.expires.instant <= now:
        yield Standing.EXPIRED, f"it expired at {waiver.expires.end}"


def is_same_person(one: str, other: str) -> bool:
    """True when both texts can be one person: the same in any case and spacing, with or without a name or a domain."""
    first, second = _person(one), _person(other)
    if first == second:
        return True
    if ("@" in first) is ("@" in second):
        return False
    return first.partition("@")[0] == second.partition("@")[0]


def _person(text: str) -> str:
    """``Alice  <ALICE@example.org>`` is alice@example.org."""
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    address = plain.rpartition("<")[2].removesuffix(">") if plain.endswith(">") and "<" in plain else plain
    return address.strip() or plain


def waived_row(row: ControlResult, waivers: Sequence[Waiver], around: Surroundings) -> ControlResult:
    """``row`` with every failing finding that one of ``waivers`` covers marked; of several the first counts.

    ``waivers`` are those that count and are about the row's control. No result changes.
    """
    used: dict[str, Waiver] = {}
    findings = []
    candidates = _by_subject(waivers)
    for finding in row.findings:
        by = _covering(finding, candidates, around)
        if by is not None:
            used[by.id] = by
        findings.append(finding if by is None else finding._replace(waiver=by.id))
    if not used:
        return row
    record = waiver_record(tuple(used.values())) if _is_accepted(row, findings) else None
    return replace(row, findings=tuple(findings), waiver=record)


def _by_subject(waivers: Sequence[Waiver]) -> dict[str | None, list[tuple[int, Waiver]]]:
    """The waivers and their places, by the subject that they name: there may be thousands, and thousands of subjects."""
    found: dict[str | None, list[tuple[int, Waiver]]] = {None: []}
    for at, each in enumerate(waivers):
        found.setdefault(each.scope.subject, []).append((at, each))
    return found


def _covering(
    finding: Finding, waivers: Mapping[str | None, Sequence[tuple[int, Waiver]]], around: Surroundings
) -> Waiver | None:
    if finding.result is not Result.FAIL:
        return None
    named = waivers.get(finding.subject.label, ())
    first = min(
        (each for each in (*named, *waivers[None]) if around.covers(each[1].scope, finding.subject)),
        key=lambda each: each[0],
        default=None,
    )
    return None if first is None else first[1]


def _is_accepted(row: ControlResult, findings: Sequence[Finding]) -> bool:
    """True when every failure of ``row`` is covered, and nothing is left beside them that nobody could look at."""
    if row.enumeration is not None and row.enumeration.gap is not None:
        return False
    left = worst(each.result for each in findings if each.waiver is None)
    return row.result is Result.FAIL and left not in (Result.FAIL, *_WITHOUT_VERDICT)


class Failures:
    """The failing findings of an evaluation, by control and subject: ``rows`` are its rows by control, made ``around`` a host."""

    def __init__(self, rows: Rows, around: Surroundings) -> None:
        self.rows = rows
        self.around = around
        self._found: dict[str, dict[str, list[Finding]]] = {}

    def meant(self, scope: Scope, control: str) -> list[Finding]:
        """Those of ``control`` that ``scope`` covers."""
        found = self._of(control)
        named = found.values() if scope.subject is None else [found.get(scope.subject, [])]
        return [each for findings in named for each in findings if self.around.covers(scope, each.subject)]

    def _of(self, control: str) -> dict[str, list[Finding]]:
        if control not in self._found:
            here = self._found[control] = {}
            for each in self.rows[control].findings if control in self.rows else ():
                if each.result is Result.FAIL:
                    here.setdefault(each.subject.label, []).append(each)
        return self._found[control]


def waiver_use(waiver: Waiver, controls: Sequence[Control], failures: Failures, now: datetime) -> WaiverUse:
    """What became of ``waiver`` in the evaluation whose failures are ``failures``."""
    rows, around = failures.rows, failures.around
    names = tuple(each.id for each in controls)
    about = [rows[each] for each in names if each in rows]
    if waiver.scope.host is not None and waiver.scope.host != around.host:
        return WaiverUse(waiver, names, Standing.OTHER_HOST, f"it is about the host {waiver.scope.host}")
    if controls and not about:
        return WaiverUse(waiver, names, Standing.NOT_SELECTED, f"{' and '.join(names)} was not judged")
    covered = [each for name in names for each in failures.meant(waiver.scope, name)]
    defects = tuple(waiver_defects(waiver, controls, now))
    if defects:
        told = "; ".join(each for _, each in defects)
        if uncovered := sum(each.waiver is None for each in covered):
            told += f"; {_failures(uncovered)} that it would cover {'counts' if uncovered == 1 else 'count'}"
        return WaiverUse(waiver, names, defects[0][0], told)
    if covered:
        told = f"{_failures(len(covered))} accepted until {waiver.expires.end}"
        return WaiverUse(waiver, names, Standing.APPLIED, told, len(covered))
    if any(_is_open(waiver, row, around) for row in about):
        told = "nothing failed that it covers; what could not be looked at cannot be waived"
        return WaiverUse(waiver, names, Standing.UNDECIDED, told)
    told = f"nothing fails that it covers ({waiver.scope}): remove it"
    if waiver.scope.label is not None:
        told += f"; or its label was not collected (--identity-label {waiver.scope.label[0]})"
    return WaiverUse(waiver, names, Standing.UNUSED, told)


def _is_open(waiver: Waiver, row: ControlResult, around: Surroundings) -> bool:
    """True when something that ``waiver`` may be about has no verdict."""
    if row.enumeration is not None and row.enumeration.gap is not None:
        return True
    return any(each.result in _WITHOUT_VERDICT and _may_be_meant(waiver, each.subject, around) for each in row.findings)


def _may_be_meant(waiver: Waiver, subject: Subject, around: Surroundings) -> bool:
    """A subject that could not be looked at has no known labels and image."""
    named = replace(waiver.scope, label=None, image=None) if subject.blocked is not None else waiver.scope
    return around.covers(named, subject)


def _failures(count: int) -> str:
    return "1 failure" if count == 1 else f"{count} failures"
