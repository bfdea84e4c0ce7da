"""The JSON document, version 1: a contract (design.md, section 8; reports/schemas/assessment-1.schema.json).

Every key is written down here, so that renaming a field of a model class cannot change a byte.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final, TypeAlias

from benchmark.model.facts import ABSENT, FactValue, JsonValue, Unavailable
from benchmark.model.framework import Requirement
from benchmark.model.result import Assessment, ControlResult, Finding, Result, Score
from benchmark.model.snapshot import Enumeration
from benchmark.model.strict_json import without_lone_surrogates
from benchmark.model.vocabulary import COLLECTIONS
from benchmark.render.framework_json import view_document
from benchmark.render.identities_json import identities_document
from benchmark.render.numbering import ids_of, mapped_ids, section_of_result
from benchmark.render.options import RenderOptions
from benchmark.render.origin import collector_document, target_document
from benchmark.render.policy_json import policy_documents
from benchmark.render.provenance import Context, context_of, evidence_of, source_text
from benchmark.render.tailoring_json import deselected_document, refinement_document, tailoring_document

SCHEMA: Final = "dockmark/assessment/1"
_FINDINGS_PER_CHUNK: Final = 500
_ENCODER: Final = json.JSONEncoder(ensure_ascii=True, allow_nan=False)

Object: TypeAlias = "dict[str, JsonValue]"
Reader: TypeAlias = Callable[[Requirement, str], JsonValue]
_STATES: Final = ("at least ", "at most ", "one of ", "outside ", "version ", "empty", "present", "absent")


def render_json(assessment: Assessment, options: RenderOptions) -> Iterator[str]:
    """The document in pieces of bounded size: one top-level key, result and finding a line, in ASCII, a newline at the end.

    Lone surrogates become U+FFFD, as they do when a snapshot is read back. Raises ValueError for a number JSON does not
    know, which no declared fact can hold.
    """
    for piece in _pieces(assessment, options):
        yield without_lone_surrogates(piece)


def render_json_lines(assessments: Iterable[Assessment], options: RenderOptions) -> Iterator[str]:
    """JSON Lines: a document a line. A raw newline never stands inside a JSON string, so leaving them out changes nothing."""
    for each in assessments:
        for piece in render_json(each, options):
            yield piece.replace("\n", "")
        yield "\n"


def _pieces(assessment: Assessment, options: RenderOptions) -> Iterator[str]:
    opening = "{"
    head = _head(assessment)
    if options.views is not None:
        head["framework_views"] = [view_document(each) for each in options.views(assessment)]
    for key, value in head.items():
        yield f"{opening}{_dump(key)}: {_dump(value)}"
        opening = ",\n "
    yield ',\n "results": ['
    context = context_of(assessment)
    separator = "\n  "
    for result in assessment.results:
        yield separator
        yield from _result_pieces(assessment, result, context)
        separator = ",\n  "
    yield "\n ]}\n" if assessment.results else "]}\n"


def _result_pieces(assessment: Assessment, result: ControlResult, context: Context) -> Iterator[str]:
    yield f'{_dump(_row(assessment, result))[:-1]}, "findings": ['
    findings = result.findings
    for start in range(0, len(findings), _FINDINGS_PER_CHUNK):
        yield ",\n    " if start else "\n    "
        yield _one_a_line([_finding(each, context) for each in findings[start : start + _FINDINGS_PER_CHUNK]])
    yield f'], "waiver": {_dump(_copy(result.waiver))}, "attestation": {_dump(_copy(result.attestation))}}}'


def _one_a_line(findings: list[JsonValue]) -> str:
    """Encoded at once, which is twice as fast as one by one. The bare quote cannot stand inside a string, so what is
    replaced is white space between two tokens.
    """
    return _dump(findings)[1:-1].replace('}, {"subject": ', '},\n    {"subject": ')


def _head(assessment: Assessment) -> Object:
    return {
        "schema": SCHEMA,
        "tool": {
            "name": "dockmark",
            "version": assessment.tool_version,
            "content_digest": assessment.content_digest,
        },
        "target": target_document(assessment.target),
        "collector": collector_document(assessment.collector),
        "collected_at": assessment.collected_at,
        "evaluated_at": assessment.evaluated_at,
        "operator": assessment.operator,
        "release": assessment.release,
        "benchmark": {"framework": assessment.framework, "version": assessment.benchmark_version},
        "profile": assessment.profile,
        "tailoring": tailoring_document(assessment),
        "score": _score(assessment.score),
        "counts": _counts(assessment.results),
        "warnings": list(assessment.warnings),
        "not_yet_judged": [
            {"id": each_id, "label": each.label}
            for each in assessment.not_judged
            for each_id in ids_of((each,), assessment.benchmark_version)
        ],
        "deselected": deselected_document(assessment),
        **policy_documents(assessment.policy),
        **identities_document(assessment),
        **_recorded(assessment),
    }


def _recorded(assessment: Assessment) -> Object:
    """The place in the history of a run that was recorded before this was written; nothing else depends on it."""
    recorded = assessment.recorded
    if recorded is None:
        return {}
    return {
        "recorded": {
            "run": recorded.run,
            "sequence": recorded.sequence,
            "previous": recorded.previous,
            "head": recorded.head,
        }
    }


def _score(score: Score) -> Object:
    coverage = score.coverage
    return {
        "percent": _percent(score.percent),
        "passed": score.passed,
        "scorable": score.scorable,
        "after_waivers": _percent(score.after_waivers),
        "coverage": {
            "selected": coverage.selected,
            "judged": coverage.judged,
            "errors": coverage.errors,
            "unknown": coverage.unknown,
            "manual": coverage.manual,
            "notapplicable": coverage.notapplicable,
        },
        "xccdf": {each.system: {"score": _exact(each.score), "maximum": _exact(each.maximum)} for each in score.xccdf},
    }


def _percent(value: Decimal | None) -> JsonValue:
    """One decimal, half to even; None where nothing could be scored."""
    return None if value is None else float(value.quantize(Decimal("0.1"), ROUND_HALF_EVEN))


def _exact(value: Decimal) -> JsonValue:
    """Six decimals, an integer where there are none."""
    rounded = value.quantize(Decimal("0.000001"), ROUND_HALF_EVEN)
    return int(rounded) if rounded == rounded.to_integral_value() else float(rounded)


def _counts(results: Iterable[ControlResult]) -> Object:
    counts = dict.fromkeys(Result, 0)
    for result in results:
        counts[result.result] += 1
    return {
        "pass": counts[Result.PASS],
        "fail": counts[Result.FAIL],
        "error": counts[Result.ERROR],
        "unknown": counts[Result.UNKNOWN],
        "notapplicable": counts[Result.NOTAPPLICABLE],
        "notchecked": counts[Result.NOTCHECKED],
        "notselected": counts[Result.NOTSELECTED],
        "informational": counts[Result.INFORMATIONAL],
        "fixed": counts[Result.FIXED],
    }


def _row(assessment: Assessment, result: ControlResult) -> Object:
    """Everything of a result that stands before its findings."""
    control, version = result.control, assessment.benchmark_version
    return {
        "control": control.id,
        "version": control.version,
        "title": control.title,
        "severity": control.severity.value,
        "automation": control.automation.value,
        "result": result.result.value,
        "reason": None if result.reason is None else result.reason.value,
        "message": result.message,
        "section": section_of_result(result, version),
        "requirements": {
            framework: list(ids) for framework, ids in mapped_ids(result, assessment.framework, version).items()
        },
        "levels": _by_id(result.requirements, version, _levels),
        "assessment": _by_id(result.requirements, version, _published),
        "refinement": refinement_document(result),
        "for_each": control.for_each,
        "enumeration": _enumeration(control.for_each, result.enumeration),
        "remediation": {"text": control.remediation.text, "recreate": control.remediation.recreate.value},
    }


def _by_id(requirements: Iterable[Requirement], version: str, read: Reader) -> JsonValue:
    """What ``read`` says of every requirement that exists in ``version``, by its id there."""
    return {each.ids[version]: read(each, version) for each in requirements if version in each.ids}


def _levels(requirement: Requirement, version: str) -> JsonValue:
    return list(requirement.levels.get(version, ()))


def _published(requirement: Requirement, version: str) -> JsonValue:
    return requirement.assessment.get(version)


def _enumeration(ranged_over: str, enumeration: Enumeration | None) -> JsonValue:
    if enumeration is None:
        return None
    gap = enumeration.gap
    return {
        "collection": COLLECTIONS[ranged_over].base or ranged_over,
        "listed": len(enumeration.members) + len(enumeration.vanished),
        "judged": len(enumeration.members),
        "vanished": list(enumeration.vanished),
        "appeared": list(enumeration.appeared),
        "gap": None if gap is None else {"reason": gap.reason.value, "detail": gap.detail},
        "sources": [source_text(each) for each in enumeration.sources],
    }


def _finding(finding: Finding, context: Context) -> Object:
    subject, seen = finding.subject, finding.seen
    document: Object = {
        "subject": subject.label,
        "id": subject.id,
        "result": finding.result.value,
        "reason": None if finding.reason is None else finding.reason.value,
        "actual": _actual(seen[0].value) if seen else None,
        "expected": _expected(seen[0].expected) if seen else None,
        "message": finding.message,
        "evidence": list(evidence_of(finding, context)),
    }
    for name, entry in (("waiver", finding.waiver), ("attestation", finding.attestation)):
        if entry is not None:
            document[name] = entry
    return document


def _expected(phrase: str) -> str:
    """The contract's way of writing what completes "must …" in messages: ``be false`` is ``equals false`` here."""
    if phrase.startswith("not "):
        return f"not {_expected(phrase[4:])}"
    if not phrase.startswith("be "):
        return phrase
    state = phrase[3:]
    return state if state.startswith(_STATES) else f"equals {state}"


def _actual(value: FactValue) -> JsonValue:
    """A value as it is; null for what is absent or unavailable, which message, reason and evidence tell apart."""
    return None if value is ABSENT or isinstance(value, Unavailable) else _in_order(value)


def _in_order(value: JsonValue) -> JsonValue:
    """The same value with sorted keys: a snapshot that went through a file has them sorted, one in memory need not."""
    if isinstance(value, dict):
        return {key: _in_order(value[key]) for key in sorted(value)}
    return [_in_order(each) for each in value] if isinstance(value, list) else value


def _copy(record: Mapping[str, str] | None) -> JsonValue:
    return None if record is None else dict(record)


def _dump(value: JsonValue) -> str:
    return _ENCODER.encode(value)
