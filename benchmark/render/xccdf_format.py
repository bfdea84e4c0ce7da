"""XCCDF 1.2: the benchmark with its results in it, in the one shape that every consumer we know reads without losing a verdict.

One rule-result for each rule, with one message; a subject is an ``instance``, and the message has a line for each of them in
the same order. ``docs/xccdf.md`` says which consumer asks for what.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from benchmark.model.policy import PolicyReport, attestation_record, waiver_record
from benchmark.model.result import Assessment, ControlResult, Finding, Result, XccdfScore
from benchmark.render.options import RenderOptions
from benchmark.scap.benchmark_xml import benchmark_end, benchmark_pieces, control_check, idents, value_text
from benchmark.scap.checklist import Checklist, ChecklistRule
from benchmark.scap.names import DOCKMARK, profile_id, result_id, value_id
from benchmark.scap.policy_xml import policy_pieces
from benchmark.scap.xml_text import attributes, content, element, line

_SEVERITY_OF_MESSAGE: Final[Mapping[Result, str]] = {
    Result.PASS: "info",
    Result.FAIL: "error",
    Result.ERROR: "warning",
    Result.UNKNOWN: "warning",
    Result.NOTAPPLICABLE: "info",
    Result.NOTCHECKED: "info",
    Result.NOTSELECTED: "info",
    Result.INFORMATIONAL: "info",
    Result.FIXED: "info",
}
_SIX_PLACES: Final = Decimal("0.000001")


def render_xccdf(assessment: Assessment, options: RenderOptions) -> Iterator[str]:
    """The document in pieces of bounded size. Raises ValueError where ``options`` lend no checklist."""
    return render_several_xccdf((assessment,), options)


def render_several_xccdf(assessments: Iterable[Assessment], options: RenderOptions) -> Iterator[str]:
    """One benchmark with a TestResult for each assessment, which are of one framework and version.

    Raises ValueError for one of another, and for none at all: a benchmark without a result is what ``export`` writes.
    """
    if options.checklist is None:
        raise ValueError("XCCDF needs the checklist that the assessment is about")
    checklist: Checklist | None = None
    taken: set[str] = set()
    for each in assessments:
        about = (each.framework, each.benchmark_version)
        if checklist is None:
            checklist = options.checklist(*about)
            settings = {row.control.id: row.arguments for row in each.results}
            yield from benchmark_pieces(checklist, control_check, settings)
        if about != (checklist.framework, checklist.version):
            raise ValueError(f"one document holds one benchmark: {checklist.version} and {each.benchmark_version}")
        identifier = distinct(xccdf_result_id(each), taken, "_{}")
        yield from pieces_of_result(each, checklist, options, {"id": identifier})
    if checklist is None:
        raise ValueError("nothing was judged")
    yield benchmark_end()


def pieces_of_result(
    assessment: Assessment,
    checklist: Checklist,
    options: RenderOptions,
    opening: Mapping[str, str],
    benchmark: str = "",
) -> Iterator[str]:
    """The TestResult of ``assessment``. ``opening`` are its first attributes: its id, and namespaces where it stands alone.

    ``benchmark`` is where the benchmark is, from there; "" for the document that it stands in.
    """
    rules = tuple(checklist.rules())
    told = {
        **opening,
        "start-time": assessment.collected_at,
        "end-time": assessment.evaluated_at,
        "version": assessment.benchmark_version,
        "test-system": f"dockmark {assessment.tool_version}",
    }
    yield f"<TestResult{attributes(told)}>\n"
    own = f"dockmark-{checklist.framework.replace('_', '-')}.xml"
    yield element("benchmark", href=benchmark or own, id=checklist.id)
    yield from _about_the_run(assessment)
    results = {each.control.id: each for each in assessment.results}
    for each in assessment.results:
        for name, value in each.arguments.items():
            yield f"<set-value{attributes({'idref': value_id(each.control.id, name)})}>{content(value_text(value))}</set-value>\n"
    by_instance = options.instance_scores is not None
    for rule in rules:
        row = results.get(rule.control.id)
        for part in (row,) if row is None or not by_instance else _by_instance(row, assessment.policy):
            yield from _rule_result(rule, part, assessment)
    yield from _scores(
        assessment.score.xccdf if options.instance_scores is None else options.instance_scores(assessment)
    )
    yield from _summary(assessment)
    yield "</TestResult>\n"


def xccdf_result_id(assessment: Assessment) -> str:
    """The id of the TestResult: the same for the same facts, content, selection and time."""
    target = assessment.target
    return result_id(
        *(target.name, target.engine_id, target.endpoint, assessment.collected_at, assessment.evaluated_at),
        *(assessment.content_digest, assessment.benchmark_version, assessment.profile),
    )


def _about_the_run(assessment: Assessment) -> Iterator[str]:
    target, collector, tailoring = assessment.target, assessment.collector, assessment.tailoring
    if tailoring is not None:
        yield element(
            "tailoring-file", href=tailoring.href, id=tailoring.id, version=tailoring.version, time=tailoring.time
        )
    yield f'<title xml:lang="en">{content(f"dockmark on {target.name or target.endpoint}")}</title>\n'
    privileged = "true" if collector.uid == 0 else "false"
    who = {"authenticated": "false", "privileged": privileged}
    yield f"<identity{attributes(who)}>{content(collector.user)}</identity>\n"
    profile = profile_id(assessment.profile) if tailoring is None else tailoring.profile
    yield element("profile", idref=profile)
    yield element("target", target.name or target.endpoint or "unknown")
    yield "<target-facts>\n"
    for name, value in _facts(assessment):
        if value:
            yield f"<fact{attributes({'name': name, 'type': 'string'})}>{content(value)}</fact>\n"
    yield "</target-facts>\n"


def _facts(assessment: Assessment) -> tuple[tuple[str, str], ...]:
    target, recorded = assessment.target, assessment.recorded
    return (
        ("urn:xccdf:fact:scanner:name", "dockmark"),
        ("urn:xccdf:fact:scanner:version", assessment.tool_version),
        ("urn:xccdf:fact:asset:identifier:host_name", target.name),
        (f"{DOCKMARK}:engine_id", target.engine_id),
        (f"{DOCKMARK}:engine_product", target.product),
        (f"{DOCKMARK}:engine_version", target.engine_version),
        (f"{DOCKMARK}:engine_api_version", target.api_version),
        (f"{DOCKMARK}:endpoint", target.endpoint),
        (f"{DOCKMARK}:operating_system", target.os),
        (f"{DOCKMARK}:kernel", target.kernel),
        (f"{DOCKMARK}:recorded_run", "" if recorded is None else recorded.run),
        (f"{DOCKMARK}:history_head", "" if recorded is None else recorded.head),
    )


def _rule_result(rule: ChecklistRule, row: ControlResult | None, assessment: Assessment) -> Iterator[str]:
    result = Result.NOTSELECTED if row is None else row.result
    refinement = None if row is None else row.refinement
    weight = "1.0" if refinement is None or refinement.weight is None else f"{refinement.weight:f}"
    told = {
        "idref": rule.id,
        "role": "full" if refinement is None or refinement.role is None else refinement.role.value,
        "time": assessment.evaluated_at,
        "severity": (rule.control if row is None else row.control).severity.value,
        "version": str(rule.control.version),
        "weight": weight,
    }
    yield f"<rule-result{attributes(told)}>\n"
    yield element("result", result.value)
    yield from idents(rule, rule.version)
    if row is not None:
        yield from _metadata(row)
    yield f"<message{attributes({'severity': _SEVERITY_OF_MESSAGE[result]})}>"
    yield from _message(row)
    yield "</message>\n"
    if row is not None:
        yield from _instances(row.findings)
    yield from control_check(rule)
    yield "</rule-result>\n"


def _metadata(row: ControlResult) -> Iterator[str]:
    """What XCCDF has no place for. A waiver stands here and in the message: ``override`` on one result breaks the others."""
    told = {"control": row.control.id, "version": str(row.control.version)}
    if row.reason is not None:
        told["reason"] = row.reason.value
    yield "<metadata>\n"
    yield f"<dockmark:result{attributes({'xmlns:dockmark': DOCKMARK, **told})}/>\n"
    for kind, record in (("waiver", row.waiver), ("attestation", row.attestation)):
        if record is not None:
            yield f"<dockmark:{kind}{attributes({'xmlns:dockmark': DOCKMARK, **record})}/>\n"
    yield from _marked_instances(row.findings)
    yield "</metadata>\n"


def _marked_instances(findings: tuple[Finding, ...]) -> Iterator[str]:
    """Which waiver covers which instance, and which attestation decided it."""
    for context, each in zip(_contexts(findings), findings, strict=True):
        marks = {"waiver": each.waiver, "attestation": each.attestation}
        told = {name: text for name, text in marks.items() if text is not None}
        if told:
            yield f"<dockmark:instance{attributes({'xmlns:dockmark': DOCKMARK, 'context': context, **told})}/>\n"


def _message(row: ControlResult | None) -> Iterator[str]:
    """A line on the whole, then a line for each instance: ``fail: container web: HostConfig.Privileged is true, …``."""
    if row is None:
        yield "not selected"
        return
    yield line(row.message)
    for each in row.findings:
        reason = f" ({each.reason.value})" if each.reason is not None else ""
        yield f"\n{each.result.value}{reason}: {line(each.message)}"
    for kind, record in (("waived", row.waiver), ("attested", row.attestation)):
        if record is not None:
            yield f"\n{kind}: {line(', '.join(f'{name} {text}' for name, text in record.items()))}"
    covered: dict[str, list[str]] = {}
    for each in row.findings:
        if each.waiver is not None:
            covered.setdefault(each.waiver, []).append(each.subject.label)
    for waiver, labels in covered.items():
        yield f"\nwaiver {line(waiver)} covers: {line(', '.join(labels))}"


def _instances(findings: tuple[Finding, ...]) -> Iterator[str]:
    """One for each subject, in the order of the message's lines. The context must differ within a rule-result; the text is
    the subject's full id, or the label again where its name is its id.
    """
    for context, each in zip(_contexts(findings), findings, strict=True):
        yield element("instance", each.subject.id or each.subject.label, context=context)


def _contexts(findings: tuple[Finding, ...]) -> Iterator[str]:
    taken: set[str] = set()
    for each in findings:
        yield distinct(each.subject.label, taken, " ({})")


def _by_instance(row: ControlResult, policy: PolicyReport | None) -> Iterator[ControlResult]:
    """A row for each subject, and one for the verdict on the whole where no subject has it: a gap in the list, say.

    A subject's row carries the waiver that covers it and the attestation that decided it, not those of others.
    """
    report = policy or PolicyReport()
    waivers = {each.waiver.id: each.waiver for each in report.waivers}
    attestations = {each.attestation.id: each.attestation for each in report.attestations}
    unscored = row.result is Result.INFORMATIONAL
    for each in row.findings:
        result = Result.INFORMATIONAL if unscored else each.result
        waiver, attestation = waivers.get(each.waiver or ""), attestations.get(each.attestation or "")
        yield replace(
            row,
            result=result,
            findings=(each,),
            message=each.message,
            reason=each.reason,
            waiver=None if waiver is None else waiver_record((waiver,)),
            attestation=None if attestation is None else attestation_record((attestation,)),
        )
    if not row.findings or not (unscored or any(each.result is row.result for each in row.findings)):
        yield replace(row, findings=())


def distinct(name: str, taken: set[str], suffix: str) -> str:
    """``name``, with a number in ``suffix`` when it is taken; what comes out is taken from then on."""
    found, number = name, 1
    while found in taken:
        number += 1
        found = name + suffix.format(number)
    taken.add(found)
    return found


def _scores(scores: tuple[XccdfScore, ...]) -> Iterator[str]:
    """The default score first, which is the one that some read. Where nothing counted it is undefined, and XCCDF wants one."""
    if not scores:
        yield element("score", "0", system="urn:xccdf:scoring:default", maximum="100")
    for each in scores:
        yield element("score", _decimal(each.score), system=each.system, maximum=_decimal(each.maximum))


def _summary(assessment: Assessment) -> Iterator[str]:
    coverage = assessment.score.coverage
    counts = {
        "selected": coverage.selected,
        "judged": coverage.judged,
        "errors": coverage.errors,
        "unknown": coverage.unknown,
        "manual": coverage.manual,
        "notapplicable": coverage.notapplicable,
    }
    told = {name: str(number) for name, number in counts.items()}
    told |= {"content": assessment.content_digest, "operator": assessment.operator, "profile": assessment.profile}
    told |= {} if assessment.release is None else {"release": assessment.release}
    if assessment.policy is not None and assessment.score.after_waivers is not None:
        told |= {"after_waivers": _decimal(assessment.score.after_waivers)}
    yield "<metadata>\n"
    yield f"<dockmark:assessment{attributes({'xmlns:dockmark': DOCKMARK, **told})}/>\n"
    if assessment.policy is not None:
        yield from policy_pieces(assessment.policy)
    yield "</metadata>\n"


def _decimal(value: Decimal) -> str:
    """At most six places, none of them idle, never an exponent."""
    text = f"{value.quantize(_SIX_PLACES, ROUND_HALF_EVEN):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
