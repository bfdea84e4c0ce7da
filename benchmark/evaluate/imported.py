"""Results that were written elsewhere, or earlier, as an assessment: for reports and comparison, never for a verdict of ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Final

from benchmark.evaluate.algebra import ORDER, worst
from benchmark.evaluate.scores import score_results
from benchmark.model.control import Control
from benchmark.model.facts import JsonValue, Reason, Subject
from benchmark.model.result import Assessment, ControlResult, Finding, Result
from benchmark.model.snapshot import Collector, Target
from benchmark.model.tailoring import Refinement, Role
from benchmark.model.vocabulary import COLLECTIONS, KINDS
from benchmark.scap.checklist import Checklist, ChecklistRule
from benchmark.scap.names import DOCKMARK, is_place
from benchmark.scap.results_document import ResultsDocument, WrittenInstance, WrittenResult, WrittenTest
from benchmark.scap.tailoring import read_value

_CLOSE: Final = Decimal("0.001")


class ImportRefused(Exception):
    """Results that cannot be what dockmark, or oscap with our content, wrote: ``path:line: message``, all of them."""


def import_results(document: ResultsDocument, test: WrittenTest, checklist: Checklist) -> Assessment:
    """``test`` as an assessment of ``checklist``. Its verdicts are those of the document; scores are computed anew.

    A rule of the checklist without a result becomes an error, one that was not selected is left out. Raises ImportRefused for
    rules that there are not, and for a rule-result that is better than what it says of its instances.
    """
    rules = {each.id: each for each in checklist.rules()}
    written: dict[str, list[WrittenResult]] = {}
    for each in test.results:
        written.setdefault(each.rule, []).append(each)
    errors = [
        f"{document.path}:{each.line}: no rule {each.rule} in {checklist.id}"
        for each in test.results
        if each.rule not in rules
    ]
    errors += [f"{document.path}:{each.line}: {told}" for each in test.results for told in _contradictions(each)]
    if errors:
        raise ImportRefused("\n".join(errors))
    values = _arguments(document, test, checklist)
    rows = tuple(
        replace(row, arguments=values.get(row.control.id, {}), mapped=_elsewhere(rule, checklist))
        for rule in rules.values()
        for row in _row(rule, written.get(rule.id, []), _is_expected(rule, test, checklist))
    )
    score = score_results(rows, checklist.version)
    facts, about = test.facts, test.about
    profile = next((each.name for each in checklist.profiles if each.id == test.profile), test.profile)
    return Assessment(
        tool_version=facts.get("urn:xccdf:fact:scanner:version", ""),
        content_digest=about.get("content", ""),
        target=Target(
            name=test.target,
            endpoint=facts.get(f"{DOCKMARK}:endpoint", ""),
            product=facts.get(f"{DOCKMARK}:engine_product", ""),
            engine_id=facts.get(f"{DOCKMARK}:engine_id", ""),
            engine_version=facts.get(f"{DOCKMARK}:engine_version", ""),
            api_version=facts.get(f"{DOCKMARK}:engine_api_version", ""),
            os=facts.get(f"{DOCKMARK}:operating_system", ""),
            kernel=facts.get(f"{DOCKMARK}:kernel", ""),
        ),
        collector=Collector(
            facts.get("urn:xccdf:fact:scanner:version", ""), 0 if test.is_privileged else -1, test.user
        ),
        collected_at=test.started or test.ended,
        evaluated_at=test.ended,
        operator=about.get("operator", ""),
        release=about.get("release"),
        framework=checklist.framework,
        benchmark_version=checklist.version,
        profile=profile,
        score=score,
        results=rows,
        not_judged=(),
        warnings=tuple(_warnings(document, test, rows, score.xccdf[0].score if score.xccdf else Decimal(0))),
        policy=test.policy,
    )


def _elsewhere(rule: ChecklistRule, checklist: Checklist) -> dict[str, tuple[str, ...]]:
    """The ids of the rule in frameworks other than the checklist's."""
    found: dict[str, tuple[str, ...]] = {}
    for each in rule.references:
        if each.framework != checklist.framework:
            found[each.framework] = (*found.get(each.framework, ()), each.item)
    return found


def _row(rule: ChecklistRule, written: list[WrittenResult], is_expected: bool) -> Iterator[ControlResult]:
    """The row of a rule, which may have a rule-result for each of its instances; none where it was not selected."""
    if not written:
        if is_expected:
            told = f"{rule.id} has no result in the document"
            yield ControlResult(rule.control, rule.requirements, Result.ERROR, (), told, Reason.INCOMPLETE)
        return
    result = worst(each.result for each in written)
    if result is Result.NOTSELECTED:
        return
    decisive = next(each for each in written if each.result is result)
    findings = tuple(_finding(rule.control, each) for one in written for each in one.instances)
    yield ControlResult(
        rule.control,
        rule.requirements,
        result,
        findings,
        decisive.message or "the document gives no message",
        decisive.reason if result in (Result.ERROR, Result.UNKNOWN) else None,
        waiver=_waiver(result, written),
        attestation=next((each.attestation for each in written if each.attestation is not None), None),
        refinement=_refinement(decisive),
    )


def _waiver(result: Result, written: list[WrittenResult]) -> Mapping[str, str] | None:
    """The waiver of the whole: where a rule has a result for each instance, every failure must have one, and no error be left."""
    if result is not Result.FAIL or any(each.result in (Result.ERROR, Result.UNKNOWN) for each in written):
        return None
    found = [each.waiver for each in written if each.result is Result.FAIL]
    return next((each for each in found if each is not None), None) if all(found) else None


def _refinement(written: WrittenResult) -> Refinement | None:
    """What the rule-result shows of a tailoring: weights and roles that are not the benchmark's own."""
    try:
        weight = Decimal(written.weight or "1")
    except InvalidOperation:
        weight = Decimal(1)
    role = Role(written.role) if written.role in (Role.UNSCORED, Role.UNCHECKED) else None
    return None if weight == 1 and role is None else Refinement(weight, None, role)


def _arguments(document: ResultsDocument, test: WrittenTest, checklist: Checklist) -> dict[str, dict[str, JsonValue]]:
    """The values of parameters that were in force, by control. Raises ImportRefused for one that does not fit."""
    known = {each.id: each for each in checklist.values}
    found: dict[str, dict[str, JsonValue]] = {}
    for idref, text in test.values.items():
        if is_place(idref):
            continue
        if idref not in known:
            raise ImportRefused(f"{document.path}:{test.line}: no value {idref} in {checklist.id}")
        try:
            value = read_value(known[idref].parameter, text)
        except ValueError as error:
            raise ImportRefused(f"{document.path}:{test.line}: {idref}: {error}") from None
        found.setdefault(known[idref].control, {})[known[idref].parameter.name] = value
    return found


def _finding(control: Control, written: WrittenInstance) -> Finding:
    kind, _, name = written.context.partition(":")
    if kind not in KINDS:
        kind, name = COLLECTIONS[control.for_each].kind, written.context
    is_label = written.id == written.context or written.context.startswith(f"{written.id} (")
    identifier = "" if is_label else written.id
    return Finding(
        Subject(kind, name, identifier, {}),
        written.result,
        (),
        written.message,
        written.reason,
        written.waiver,
        written.attestation,
    )


def _is_expected(rule: ChecklistRule, test: WrittenTest, checklist: Checklist) -> bool:
    """True when the profile of the test selects the rule; a tailored profile may select any."""
    known = next((each for each in checklist.profiles if each.id == test.profile), None)
    return known is not None and rule.id in known.selected


def _contradictions(written: WrittenResult) -> Iterator[str]:
    if written.result in (Result.INFORMATIONAL, Result.NOTCHECKED) or not written.instances:
        return
    of_instances = worst(each.result for each in written.instances)
    if ORDER.index(written.result) > ORDER.index(of_instances):
        yield f"{written.rule} is {written.result.value}, but one of its instances is {of_instances.value}"


def _warnings(
    document: ResultsDocument, test: WrittenTest, rows: Iterable[ControlResult], score: Decimal
) -> Iterator[str]:
    yield f"read from {document.path}: the verdicts are those written there, and their evidence is not in it"
    missing = sum(each.reason is Reason.INCOMPLETE and not each.findings for each in rows)
    if missing:
        yield f"{missing} selected rules have no result in {document.path}"
    try:
        written = Decimal(test.default_score)
    except InvalidOperation:
        yield f"{document.path} holds no default score"
        return
    if abs(written - score) > _CLOSE:
        yield f"{document.path} says that the default score is {written}; its results give {score:.6f}"
