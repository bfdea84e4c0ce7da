"""Counts that reconcile: every control that was asked for stands in exactly one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Final

from benchmark.model.facts import JsonValue, Reason

_PLAIN: Final = {
    "pass": "passed",
    "fixed": "passed",
    "unknown": "unknown",
    "notapplicable": "not_applicable",
    "notchecked": "manual",
    "informational": "unscored",
}


@dataclass(frozen=True, slots=True)
class Tally:
    """asked = the sum of all others.

    ``failed`` are failures that nothing excuses, ``waived`` those under a waiver in force. ``unreachable`` are errors because
    no engine answered, ``error`` all others. ``unknown`` are apart from errors: we looked, and nobody can say. ``unscored``
    are controls that a tailoring has judged and not scored; 0 without one.
    """

    asked: int = 0
    passed: int = 0
    failed: int = 0
    waived: int = 0
    not_applicable: int = 0
    manual: int = 0
    error: int = 0
    unreachable: int = 0
    unknown: int = 0
    unscored: int = 0

    def document(self) -> dict[str, JsonValue]:
        """As a JSON object, in the order above."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def count_results(document: Mapping[str, JsonValue]) -> Tally:
    """The tally of an assessment in JSON, version 1. Raises ValueError for a document that is none."""
    rows = document.get("results")
    if not isinstance(rows, list):
        raise ValueError("an assessment without results")  # noqa: TRY004  (one error for what is no assessment)
    counts = dict.fromkeys((each.name for each in fields(Tally)), 0)
    for row in rows:
        counts[_kind(row)] += 1
    return Tally(**{**counts, "asked": len(rows)})


def total_of(tallies: Iterable[Tally]) -> Tally:
    """The sums over several assessments."""
    found = tuple(tallies)
    return Tally(**{each.name: sum(getattr(one, each.name) for one in found) for each in fields(Tally)})


def _kind(row: JsonValue) -> str:
    if not isinstance(row, dict):
        raise ValueError("a result that is no object")  # noqa: TRY004  (the same)
    match row.get("result"):
        case "fail":
            return "failed" if row.get("waiver") is None else "waived"
        case "error":
            return "unreachable" if row.get("reason") == Reason.NO_ENGINE.value else "error"
        case str(result) if result in _PLAIN:
            return _PLAIN[result]
        case other:
            raise ValueError(f"{other!r} is no result of an evaluation")
