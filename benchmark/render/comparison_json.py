"""A comparison as JSON, version 1: a contract (reports/schemas/comparison-1.schema.json).

Every key is written down here, so that renaming a field of a model class cannot change a byte.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Final

from benchmark.model.comparison import (
    Bridge,
    ComparedSide,
    Comparison,
    ControlChange,
    FindingChange,
    Share,
    State,
    Tally,
    got_worse,
)
from benchmark.model.facts import JsonValue
from benchmark.model.strict_json import without_lone_surrogates

SCHEMA: Final = "dockmark/comparison/1"
_ENCODER: Final = json.JSONEncoder(ensure_ascii=True, allow_nan=False)


def render_comparison_json(comparison: Comparison) -> Iterator[str]:
    """The document in pieces, a control a line, in ASCII, a newline at the end."""
    opening = "{"
    for key, value in _head(comparison).items():
        yield f"{opening}{_dump(key)}: {_dump(value)}"
        opening = ",\n "
    yield ',\n "controls": ['
    separator = "\n  "
    for each in comparison.controls:
        yield separator + _dump(_control(each))
        separator = ",\n  "
    yield "\n ]}\n" if comparison.controls else "]}\n"


def _dump(value: JsonValue) -> str:
    return without_lone_surrogates(_ENCODER.encode(value))


def _head(comparison: Comparison) -> dict[str, JsonValue]:
    findings = [each.state for row in comparison.controls for each in row.findings]
    unchanged = sum(row.unchanged for row in comparison.controls)
    return {
        "schema": SCHEMA,
        "outcome": comparison.outcome.value,
        "before": _side(comparison.before),
        "after": _side(comparison.after),
        "bridge": _bridge(comparison.bridge),
        "counts": {
            "controls": _counts(each.state for each in comparison.controls),
            "findings": {**_counts(findings), State.UNCHANGED.value: unchanged},
        },
        "obstacles": [
            {"kind": each.value, "message": told, "allowed": each in comparison.allowed}
            for each, told in comparison.obstacles.items()
        ],
        "remarks": list(comparison.remarks),
    }


def _counts(states: Iterable[State]) -> dict[str, JsonValue]:
    counts = Counter(states)
    return {each.value: counts[each] for each in State}


def _side(side: ComparedSide) -> JsonValue:
    return {
        "reference": side.reference,
        "kind": side.kind,
        "run": side.run or None,
        "host": side.host,
        "engine_id": side.engine_id,
        "release": side.release,
        "collected_at": side.collected_at,
        "evaluated_at": side.evaluated_at,
        "benchmark": {"framework": side.framework, "version": side.benchmark_version},
        "profile": side.profile,
        "tool_version": side.tool_version,
        "content_digest": side.content_digest,
        "coverage": {"selected": side.selected, "judged": side.judged},
    }


def _bridge(bridge: Bridge) -> JsonValue:
    before, after = bridge.before, bridge.after
    return {
        "before": _tally(before),
        "after": _tally(after),
        "difference": {
            "passed": after.passed - before.passed,
            "waived": after.waived - before.waived,
            "waived_aside": after.aside - before.aside,
            "scorable": after.scorable - before.scorable,
            "points": _number(_difference(before.percent, after.percent)),
            "points_exact": _exact(_difference(before.percent, after.percent)),
            "points_after_waivers": _number(_difference(before.after_waivers, after.after_waivers)),
            "points_after_waivers_exact": _exact(_difference(before.after_waivers, after.after_waivers)),
        },
        "terms": [_share(each) for each in bridge.shares],
        "remarks": list(bridge.remarks),
    }


def _tally(tally: Tally) -> JsonValue:
    return {
        "passed": tally.passed,
        "waived": tally.waived,
        "waived_aside": tally.aside,
        "scorable": tally.scorable,
        "percent": _number(tally.percent),
        "percent_exact": _exact(tally.percent),
        "after_waivers": _number(tally.after_waivers),
        "after_waivers_exact": _exact(tally.after_waivers),
    }


def _share(share: Share) -> JsonValue:
    return {
        "terms": [each.value for each in share.terms],
        "passed": share.passed,
        "waived": share.waived,
        "waived_aside": share.aside,
        "scorable": share.scorable,
        "points": _number(share.points),
        "points_exact": _exact(share.points),
        "points_after_waivers": _number(share.points_after),
        "points_after_waivers_exact": _exact(share.points_after),
    }


def _control(row: ControlChange) -> JsonValue:
    return {
        "control": row.control,
        "title": row.title,
        "severity": row.severity.value,
        "requirements": list(row.numbers),
        "scored": row.is_scored,
        "state": row.state.value,
        "before": row.before.value,
        "after": row.after.value,
        "before_message": row.before_message,
        "after_message": row.after_message,
        "failed_already": row.by_terms,
        "worse": got_worse(row),
        "unchanged": row.unchanged,
        "findings": [_finding(each) for each in row.findings],
    }


def _finding(change: FindingChange) -> JsonValue:
    return {
        "state": change.state.value,
        "subject": change.label,
        "identity": change.identity,
        "match": change.fate.value,
        "before_subject": change.before or None,
        "after_subject": change.after or None,
        "before": change.before_standing.value,
        "after": change.after_standing.value,
        "before_message": change.before_message,
        "after_message": change.after_message,
        "failed_already": change.by_terms,
        "worse": got_worse(change),
    }


def _difference(before: Fraction | None, after: Fraction | None) -> Fraction | None:
    return None if before is None or after is None else after - before


def _number(value: Fraction | None) -> JsonValue:
    """Six decimals; the exact value stands beside it."""
    return None if value is None else round(float(value), 6)


def _exact(value: Fraction | None) -> JsonValue:
    """``1900/31`` or ``50``."""
    return None if value is None else str(value)
