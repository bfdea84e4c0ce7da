"""Reads an assessment back from its JSON document, version 1: for comparisons, never for a verdict.

The file may be anybody's: it is bounded, JSON with one reading only, and whatever this reads of it must have the documented
shape; all errors are told, each with its place. Keys that version 1 may have been given since are passed over. A document
that contradicts itself (a control that passes though a finding fails, a score that its results do not give) is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from benchmark.history.document import DocumentErrors, Place
from benchmark.model.algebra import ORDER, worst
from benchmark.model.control import Control, Recreate, Remediation, Severity
from benchmark.model.facts import JsonValue, Reason, Subject
from benchmark.model.framework import Requirement
from benchmark.model.result import Assessment, ControlResult, Coverage, Finding, Result, Score
from benchmark.model.seen import Seen
from benchmark.model.snapshot import Collector, Target
from benchmark.model.strict_json import JsonDefect, parse_json
from benchmark.model.vocabulary import COLLECTIONS, KINDS

SCHEMA: Final = "dockmark/assessment/1"
MOST_BYTES: Final = 512 * 1024 * 1024
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?Z")
_HUNDRED: Final = Decimal(100)


class AssessmentRefused(Exception):
    """Not an assessment that could be trusted to be one: a line for each error, ``path: place: what was expected``."""


def read_assessment(data: bytes, path: str) -> Assessment:
    """The assessment in ``data``; ``path`` is what errors call it. Its verdicts are the document's, its evidence is not read.

    Raises AssessmentRefused.
    """
    if len(data) > MOST_BYTES:
        raise AssessmentRefused(f"{path}: larger than {MOST_BYTES} bytes")
    try:
        document = parse_json(data)
    except JsonDefect as defect:
        place = f"{path}:{defect.line}:{defect.column}" if defect.line else path
        raise AssessmentRefused(f"{place}: {defect.reason.value}: {defect.detail}") from None
    errors = DocumentErrors(path)
    made = _assessment(Place(document, "", errors))
    if not errors.found:
        for told in _contradictions(Place(document, "", errors), made):
            errors.add("", told)
    if errors.found:
        raise AssessmentRefused("\n".join(errors.lines()))
    return made


def with_subjects(read: Assessment, judged: Assessment) -> Assessment:
    """``read`` with the subjects of ``judged``, which knows all facts of the same host, where it has them."""
    known = {
        (each.subject.kind, each.subject.name, each.subject.id): each.subject
        for row in judged.results
        for each in row.findings
    }
    rows = (
        replace(
            row,
            findings=tuple(
                each._replace(subject=known.get((each.subject.kind, each.subject.name, each.subject.id), each.subject))
                for each in row.findings
            ),
        )
        for row in read.results
    )
    return replace(read, results=tuple(rows))


def _assessment(top: Place) -> Assessment:
    schema = top.at("schema").text()
    if schema != SCHEMA:
        top.at("schema").expected(f"{SCHEMA!r}")
        return _EMPTY
    tool, target, benchmark = top.at("tool"), top.at("target"), top.at("benchmark")
    framework, version = benchmark.at("framework").text(), benchmark.at("version").text()
    labels = _labels(top)
    rows: dict[str, ControlResult] = {}
    for each in top.at("results").elements():
        row = _row(each, framework, version, labels)
        if row.control.id in rows:
            each.at("control").expected(f"every control once; {row.control.id!r} stands twice")
        rows[row.control.id] = row
    results = tuple(rows.values())
    collector = top.at("collector")
    return Assessment(
        tool_version=tool.at("version").text(),
        content_digest=tool.at("content_digest").text(),
        target=Target(
            name=target.at("name").text(),
            endpoint=target.at("endpoint").text(),
            product=target.at("product").text(),
            engine_id=target.at("engine_id").text(),
            engine_version=target.at("engine_version").text(),
            api_version=target.at("api_version").text(),
            os=target.at("os").text(),
            kernel=target.at("kernel").text(),
        ),
        collector=Collector(collector.at("version").text(), collector.at("uid").integer(), collector.at("user").text()),
        collected_at=_time(top, "collected_at"),
        evaluated_at=_time(top, "evaluated_at"),
        operator=top.at("operator").text(),
        release=top.at("release").text_or_null(),
        framework=framework,
        benchmark_version=version,
        profile=top.at("profile").text(),
        score=_score(results),
        results=results,
        not_judged=(),
        warnings=(),
    )


def _row(place: Place, framework: str, version: str, labels: Mapping[tuple[str, str], Subject]) -> ControlResult:
    identifier = place.at("control").text()
    for_each = place.at("for_each").text()
    if for_each not in COLLECTIONS:
        place.at("for_each").expected("a collection that dockmark knows")
        for_each = "host"
    remediation = place.at("remediation")
    control = Control(
        id=identifier,
        title=place.at("title").text(),
        version=place.at("version").integer(),
        severity=place.at("severity").one_of(Severity, Severity.MEDIUM),
        for_each=for_each,
        check=None,
        when=None,
        review=None,
        attest=None,
        parameters=(),
        rationale="",
        remediation=Remediation(
            remediation.at("text").text(), remediation.at("recreate").one_of(Recreate, Recreate.NOTHING)
        ),
        room="",
    )
    requirements = place.at("requirements")
    numbers = [each.text() for each in requirements.at(framework).elements()] if requirements.has(framework) else []
    return ControlResult(
        control=control,
        requirements=tuple(Requirement("", {version: each}, {}, {}, (identifier,)) for each in numbers),
        result=place.at("result").one_of(Result, Result.ERROR),
        findings=tuple(_finding(each, labels) for each in place.at("findings").elements()),
        message=place.at("message").text(),
        reason=place.at("reason").one_of_or_null(Reason),
        waiver=_record(place, "waiver"),
        attestation=_record(place, "attestation"),
    )


def _finding(place: Place, labels: Mapping[tuple[str, str], Subject]) -> Finding:
    label, identifier = place.at("subject").text(), place.at("id").text()
    expected = place.at("expected").text_or_null()
    actual = place.at("actual").value
    seen = () if expected is None else (Seen("", actual, expected, None),)
    subject = labels.get((label, identifier)) or _subject(place.at("subject"), label, identifier, {})
    return Finding(
        subject,
        place.at("result").one_of(Result, Result.ERROR),
        seen,
        place.at("message").text(),
        place.at("reason").one_of_or_null(Reason),
        _identifier(place, "waiver"),
        _identifier(place, "attestation"),
    )


def _subject(place: Place, label: str, identifier: str, facts: Mapping[str, JsonValue]) -> Subject:
    kind, _, name = label.partition(":")
    if kind not in KINDS:
        place.expected(f"a subject, KIND:NAME; the kinds are {', '.join(KINDS)}")
    return Subject(kind, name, identifier, dict(facts))


def _labels(top: Place) -> dict[tuple[str, str], Subject]:
    """The subjects of which the document holds the labels they are recognised by."""
    found = {}
    for each in top.at("identities").elements() if top.has("identities") else ():
        label, identifier = each.at("subject").text(), each.at("id").text()
        values = {key: value.text() for key, value in each.at("labels").entries()}
        found[label, identifier] = _subject(each.at("subject"), label, identifier, {"labels": dict(values)})
    return found


def _record(place: Place, key: str) -> Mapping[str, str] | None:
    """The waiver or attestation of a control: an object, or null; whatever it holds besides texts is passed over."""
    found = place.at(key).object_or_null()
    return None if found is None else {name: text for name, text in found.items() if isinstance(text, str)}


def _identifier(place: Place, key: str) -> str | None:
    """The id of a waiver; documents that were written before findings had any have no such key."""
    return place.at(key).text_or_null() if place.has(key) else None


def _time(place: Place, key: str) -> str:
    text = place.at(key).text()
    if not _TIME.fullmatch(text):
        place.at(key).expected("a time in UTC, such as 2026-11-22T20:46:10Z")
    return text


def _contradictions(top: Place, made: Assessment) -> Iterator[str]:
    for row in made.results:
        if row.result in (Result.INFORMATIONAL, Result.NOTCHECKED) or not row.findings:
            continue
        below = worst(each.result for each in row.findings)
        if ORDER.index(row.result) > ORDER.index(below):
            yield f"{row.control.id} is {row.result.value}, but one of its findings is {below.value}"
    score = top.at("score")
    for key, computed in (("passed", made.score.passed), ("scorable", made.score.scorable)):
        written = score.at(key).integer()
        if written != computed:
            yield f"score.{key} is {written}, and the results give {computed}"


def _score(results: tuple[ControlResult, ...]) -> Score:
    """The headline of the results that count; XCCDF's models are not read, nor computed here."""
    counted = [each for each in results if each.requirements]
    passed = sum(each.result in (Result.PASS, Result.FIXED) for each in counted)
    failed = sum(each.result is Result.FAIL for each in counted)
    errors = sum(each.result is Result.ERROR for each in counted)
    unknown = sum(each.result is Result.UNKNOWN for each in counted)
    scorable = passed + failed + errors + unknown
    waived = [each.accepted for each in counted if each.accepted is not each.result]
    after = _percent(passed + waived.count(Result.PASS), scorable - waived.count(Result.NOTCHECKED))
    coverage = Coverage(
        selected=len(counted),
        judged=passed + failed,
        errors=errors,
        unknown=unknown,
        manual=sum(each.result in (Result.NOTCHECKED, Result.INFORMATIONAL) for each in counted),
        notapplicable=sum(each.result is Result.NOTAPPLICABLE for each in counted),
    )
    return Score(_percent(passed, scorable), passed, scorable, after, coverage, ())


def _percent(part: int, whole: int) -> Decimal | None:
    return _HUNDRED * part / whole if whole else None


_EMPTY: Final = Assessment("", "", Target(""), Collector("", 0, ""), "", "", "", None, "", "", "", _score(()), (), ())
