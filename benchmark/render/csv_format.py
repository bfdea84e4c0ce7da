"""CSV: a row for every finding, for spreadsheets; a control without findings has one row."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Final

from benchmark.model.facts import ABSENT, FactValue, Unavailable
from benchmark.model.result import Assessment, ControlResult, Finding
from benchmark.model.strict_json import without_lone_surrogates
from benchmark.render.csv_text import csv_line
from benchmark.render.numbering import mapped_ids
from benchmark.render.options import RenderOptions
from benchmark.render.provenance import context_of, evidence_of

_OF_TARGET: Final = ("target", "engine_id", "collected_at", "evaluated_at", "release", "benchmark", "profile")
_OF_CONTROL: Final = ("control", "control_version", "title", "severity", "control_result")
_OF_FINDING: Final = (
    "subject",
    "subject_id",
    "result",
    "waiver",
    "attestation",
    "reason",
    "actual",
    "expected",
    "message",
    "evidence",
)
_LAST: Final = ("remediation", "recorded_run", "history_head")  # the last two are empty where no run was recorded
_TEXT: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True)


def render_csv(assessment: Assessment, options: RenderOptions) -> Iterator[str]:
    """The header and a record for every finding. Each framework has a column, which holds the control's ids in it."""
    return render_several_csv((assessment,), options)


def render_several_csv(assessments: Iterable[Assessment], options: RenderOptions) -> Iterator[str]:
    """The same for many targets under one header: each row names its target."""
    source = iter(assessments)
    first = next(source, None)
    frameworks = options.frameworks if first is None else _frameworks(first, options)
    yield csv_line((*_OF_TARGET, *frameworks, *_OF_CONTROL, *_OF_FINDING, *_LAST))
    for each in chain(() if first is None else (first,), source):
        yield from _records(each, frameworks)


def _frameworks(assessment: Assessment, options: RenderOptions) -> tuple[str, ...]:
    """The columns: the benchmark, those of the catalogue, and what else the results name."""
    named = (name for each in assessment.results for name in each.mapped)
    return tuple(dict.fromkeys((assessment.framework, *options.frameworks, *named)))


def _records(assessment: Assessment, frameworks: tuple[str, ...]) -> Iterator[str]:
    target = (
        assessment.target.name,
        assessment.target.engine_id,
        assessment.collected_at,
        assessment.evaluated_at,
        assessment.release or "",
        f"{assessment.framework} {assessment.benchmark_version}",
        assessment.profile,
    )
    place = assessment.recorded
    recorded = ("", "") if place is None else (place.run, place.head)
    context = context_of(assessment)
    for result in assessment.results:
        ids = mapped_ids(result, assessment.framework, assessment.benchmark_version)
        control = (
            result.control.id,
            str(result.control.version),
            result.control.title,
            result.control.severity.value,
            result.result.value,
        )
        opening = (*target, *(" ".join(ids.get(each, ())) for each in frameworks), *control)
        last = (result.control.remediation.text.strip(), *recorded)
        for cells in _findings(result, lambda finding: "; ".join(evidence_of(finding, context))):
            yield csv_line(without_lone_surrogates(each) for each in (*opening, *cells, *last))


def _findings(result: ControlResult, evidence: Callable[[Finding], str]) -> Iterator[tuple[str, ...]]:
    for each in result.findings:
        first = each.seen[0] if each.seen else None
        yield (
            each.subject.label,
            each.subject.id,
            each.result.value,
            each.waiver or "",
            each.attestation or "",
            "" if each.reason is None else each.reason.value,
            "" if first is None else _actual(first.value),
            "" if first is None else first.expected,
            each.message,
            evidence(each),
        )
    if not result.findings:
        reason = "" if result.reason is None else result.reason.value
        waiver, attestation = ((record or {}).get("id", "") for record in (result.waiver, result.attestation))
        yield ("", "", result.result.value, waiver, attestation, reason, "", "", result.message, "")


def _actual(value: FactValue) -> str:
    """A value in JSON's spelling; the words absent and unavailable for what is none."""
    if value is ABSENT:
        return "absent"
    if isinstance(value, Unavailable):
        return f"unavailable ({value})"
    return _TEXT.encode(value)
