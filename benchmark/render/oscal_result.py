"""One assessment as a ``result`` of OSCAL's assessment results: observations, risks and findings, in pieces.

An observation for every finding of ours, with its evidence; a finding of OSCAL's for every control that has a verdict; a risk
for every failure. What does not apply leaves observations, and no finding: OSCAL knows only satisfied and not satisfied, and it
is neither. What could not be judged is not satisfied for the reason "other", and says so.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from benchmark.model.facts import JsonValue, Subject
from benchmark.model.result import Assessment, ControlResult, Finding, Result
from benchmark.oscal.document import NAMESPACE, Object, markup, objective_id, prop, token, uuid_of, without_empty
from benchmark.render.numbering import mapped_ids
from benchmark.render.oscal_head import Identifiers, ResultHead
from benchmark.render.provenance import Context, context_of, evidence_of

_FAILURES_TOLD: Final = 5
_STATES: Final[Mapping[Result, tuple[str, str]]] = {
    Result.PASS: ("satisfied", "pass"),
    Result.FIXED: ("satisfied", "pass"),
    Result.FAIL: ("not-satisfied", "fail"),
    Result.ERROR: ("not-satisfied", "other"),
    Result.UNKNOWN: ("not-satisfied", "other"),
    Result.NOTCHECKED: ("not-satisfied", "other"),
    Result.INFORMATIONAL: ("not-satisfied", "other"),
}
_UNDECIDED: Final[Mapping[Result, str]] = {
    Result.ERROR: "It could not be looked at; whether it is satisfied is not known.",
    Result.UNKNOWN: "It was looked at, and nobody can say; whether it is satisfied is not known.",
    Result.NOTCHECKED: "A person has to judge it; whether it is satisfied is not known.",
    Result.INFORMATIONAL: "A tailoring took it out of the score.",
}


def result_pieces(assessment: Assessment, title: str, occurrence: int = 0) -> Iterator[str]:
    """The result as JSON text; its UUID, which is made of all that stands before it, is the last entry.

    ``occurrence`` counts the results of the same target that stand before it in the document, whose identifiers differ.
    """
    made = _Result(assessment, title, occurrence)
    digest = hashlib.sha256()
    for piece in made.pieces():
        digest.update(piece.encode())
        yield piece
    yield f',\n   "uuid": {dump(uuid_of("result", digest.hexdigest()))}}}'


def dump(value: JsonValue) -> str:
    """``value`` as JSON in ASCII; lone surrogates were made visible before."""
    return json.dumps(value, ensure_ascii=True, allow_nan=False)


class _Result:
    """Builds one result."""

    def __init__(self, assessment: Assessment, title: str, occurrence: int) -> None:
        self._assessment = assessment
        self._context: Context = context_of(assessment)
        self._identifiers = Identifiers(assessment, occurrence)
        self._head = ResultHead(assessment, title, self._identifiers)
        self._origin: JsonValue = {"actors": [{"type": "tool", "actor-uuid": self._identifiers.tool}]}

    def pieces(self) -> Iterator[str]:
        opening = "{"
        for key, value in self._head.document().items():
            yield f"{opening}{dump(key)}: {dump(value)}"
            opening = ",\n   "
        for key, items in (
            ("observations", self._observations()),
            ("risks", self._risks()),
            ("findings", self._findings()),
        ):
            yield from _list_pieces(key, items)

    def _observations(self) -> Iterator[Object]:
        for result in self._assessment.results:
            for at, finding in enumerate(result.findings):
                yield self._observation(result, finding, at)
            if not result.findings:
                yield self._observation(result, None, 0)

    def _observation(self, result: ControlResult, finding: Finding | None, at: int) -> Object:
        """What was seen of one subject; or why there was nothing to see."""
        verdict = result.result if finding is None else finding.result
        reason = result.reason if finding is None else finding.reason
        props = [prop("control", result.control.id), prop("result", verdict.value)]
        policy = (None, None) if finding is None else (finding.waiver, finding.attestation)
        told = (("reason", reason), ("waiver", policy[0]), ("attestation", policy[1]))
        props += [prop(name, text) for name, text in told if text]
        subject = Subject("host", "", "", {}) if finding is None else finding.subject
        evidence: list[JsonValue] = []
        if finding is not None:
            evidence = [{"description": markup(each)} for each in evidence_of(finding, self._context)]
        elif result.enumeration is not None:
            evidence = [{"description": markup(each.locator)} for each in result.enumeration.sources]
        methods: list[JsonValue] = ["EXAMINE" if result.control.check is None else "TEST"]
        return without_empty(
            {
                "uuid": self._observation_uuid(result, at),
                "title": markup(f"{result.control.title}: {subject.title}"),
                "description": markup(result.message if finding is None else finding.message),
                "props": [*props],
                "methods": [*methods, "INTERVIEW"] if result.attestation is not None else methods,
                "types": ["control-objective"],
                "origins": [self._origin],
                "subjects": [
                    {
                        "subject-uuid": self._identifiers.of_subject(subject),
                        "type": "inventory-item",
                        "title": markup(subject.title),
                    }
                ],
                "relevant-evidence": evidence,
                "collected": self._assessment.collected_at,
            }
        )

    def _risks(self) -> Iterator[Object]:
        for result in self._assessment.results:
            if result.result is Result.FAIL:
                yield self._risk(result)

    def _risk(self, result: ControlResult) -> Object:
        """A failure: open, or accepted where a waiver covers it."""
        control = result.control
        waived = result.waiver is not None
        props = [prop("control", control.id)]
        waiver = result.waiver or {}
        props += [prop(f"waiver-{token(name)}", text) for name, text in waiver.items() if text]
        failed = [at for at, each in enumerate(result.findings) if each.result is Result.FAIL]
        remediation = control.remediation
        return without_empty(
            {
                "uuid": self._identifiers.of("risk", result),
                "title": markup(f"Not so: {control.title}"),
                "description": markup(_what_failed(result)),
                "statement": markup(control.rationale),
                "props": [*props],
                "status": "deviation-approved" if waived else "open",
                "origins": [self._origin],
                "characterizations": [
                    {
                        "origin": self._origin,
                        "facets": [{"name": "severity", "system": NAMESPACE, "value": control.severity.value}],
                    }
                ],
                "deadline": waiver.get("ends"),
                "remediations": [
                    {
                        "uuid": self._identifiers.of("remediation", result),
                        "lifecycle": "recommendation",
                        "title": markup(f"Applying it means: {remediation.recreate.value}"),
                        "description": markup(remediation.text),
                    }
                ],
                "related-observations": [self._related(result, at) for at in failed],
            }
        )

    def _findings(self) -> Iterator[Object]:
        for result in self._assessment.results:
            if result.result in _STATES:
                yield self._finding(result)

    def _finding(self, result: ControlResult) -> Object:
        assessment, control = self._assessment, result.control
        state, reason = _STATES[result.result]
        status: Object = {"state": state, "reason": reason}
        if result.result in _UNDECIDED:
            status["remarks"] = _UNDECIDED[result.result]
        ids = mapped_ids(result, assessment.framework, assessment.benchmark_version)
        props = [prop("result", result.result.value), prop("severity", control.severity.value)]
        props += [prop("requirement", each, class_=name) for name, listed in ids.items() for each in listed]
        props += [prop("waived", "yes")] if result.waiver is not None else []
        props += [prop("attested", "yes")] if result.attestation is not None else []
        risks: list[JsonValue] = (
            [{"risk-uuid": self._identifiers.of("risk", result)}] if result.result is Result.FAIL else []
        )
        return without_empty(
            {
                "uuid": self._identifiers.of("finding", result),
                "title": markup(control.title),
                "description": markup(result.message),
                "props": [*props],
                "origins": [self._origin],
                "target": {"type": "objective-id", "target-id": objective_id(control.id), "status": status},
                "related-observations": [self._related(result, at) for at in range(max(1, len(result.findings)))],
                "related-risks": risks,
            }
        )

    def _related(self, result: ControlResult, at: int) -> JsonValue:
        return {"observation-uuid": self._observation_uuid(result, at)}

    def _observation_uuid(self, result: ControlResult, at: int) -> str:
        """``at`` is the place of the finding; where there is none, the observation is about the control as a whole."""
        if not result.findings:
            return self._identifiers.of("observation", result)
        subject = result.findings[at].subject
        return uuid_of("observation", *self._identifiers.run, result.control.id, subject.label, subject.id, str(at))


def _what_failed(result: ControlResult) -> str:
    """The messages of the first failures, and how many there are besides; of a control without findings its own."""
    messages = [each.message for each in result.findings if each.result is Result.FAIL]
    more = f"; and {len(messages) - _FAILURES_TOLD} more" if len(messages) > _FAILURES_TOLD else ""
    return "; ".join(messages[:_FAILURES_TOLD]) + more if messages else result.message


def _list_pieces(key: str, items: Iterable[Object]) -> Iterator[str]:
    """An entry that holds a list, an item a line; nothing at all for an empty one."""
    opening = f",\n   {dump(key)}: [\n    "
    for each in items:
        yield opening + dump(each)
        opening = ",\n    "
    if not opening.startswith(',\n   "'):
        yield "]"
