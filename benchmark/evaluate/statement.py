"""A Statement of Applicability from an overlay and assessments. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from benchmark import __version__
from benchmark.evaluate.framework_algebra import status_of_several
from benchmark.evaluate.framework_view import view_framework
from benchmark.model.applicability import Assessed, Decision, Implementation, Overlay, Statement, StatementRow
from benchmark.model.content import Catalog
from benchmark.model.framework import Framework, Reach
from benchmark.model.framework_view import FrameworkView, RequirementView, Status
from benchmark.model.result import Assessment


def make_statement(
    catalog: Catalog,
    framework: Framework,
    overlay: Overlay,
    assessments: Sequence[Assessment],
    numbers: Mapping[str, tuple[str, ...]],
) -> Statement:
    """The statement about the overlay's version of ``framework``, with a row for every requirement that asks something, in order.

    ``numbers`` are those of the benchmark, by control.
    """
    version = overlay.version
    views = [view_framework(framework, version, each, catalog.controls) for each in assessments]
    listed = _unjudged(catalog, framework, version) if not views else views[0]
    seen: dict[str, list[RequirementView]] = {}
    for view in views:
        for each in view.requirements():
            seen.setdefault(each.id, []).append(each)
    rows = tuple(
        _row(each, f"{section.number} {section.label}".strip(), overlay.decisions.get(each.id), seen.get(each.id, []))
        for section in listed.sections
        for each in section.requirements
        if each.requirement.reach is not Reach.ASKS_NOTHING
    )
    return Statement(
        overlay,
        f"{framework.title} {version}",
        __version__,
        catalog.digest,
        tuple(_assessed(each) for each in assessments),
        rows,
        numbers,
        tuple(_remarks(catalog, assessments)),
    )


def _unjudged(catalog: Catalog, framework: Framework, version: str) -> FrameworkView:
    """The framework as no result sees it."""
    return view_framework(framework, version, None, catalog.controls)


def _row(
    view: RequirementView, section: str, decision: Decision | None, seen: Sequence[RequirementView]
) -> StatementRow:
    status = status_of_several(each.status for each in seen) if seen else None
    return StatementRow(view, section, decision, tuple(seen), status, _remark(decision, status))


def _remark(decision: Decision | None, status: Status | None) -> str:
    """Where the decision and the results do not fit; "" where they do, or say nothing of each other."""
    if decision is None:
        return "undecided: the overlay has no entry"
    if status is not Status.CONTRADICTED:
        return ""
    if not decision.applicable:
        return "stated as not applicable, but results speak to it and contradict it: look at the justification again"
    if decision.implementation is Implementation.IMPLEMENTED:
        return "stated as implemented, and contradicted by results"
    return ""


def _assessed(assessment: Assessment) -> Assessed:
    return Assessed(
        assessment.target.name,
        assessment.collected_at,
        assessment.evaluated_at,
        f"{assessment.framework} {assessment.benchmark_version}, {assessment.profile}",
        assessment.content_digest,
    )


def _remarks(catalog: Catalog, assessments: Iterable[Assessment]) -> Iterator[str]:
    for each in assessments:
        if each.content_digest != catalog.digest:
            yield (
                f"{each.target.name}: judged with other content ({each.content_digest or 'not told'}) than the mappings"
                f" used here ({catalog.digest})"
            )
        yield from (f"{each.target.name}: {warning}" for warning in each.warnings)
