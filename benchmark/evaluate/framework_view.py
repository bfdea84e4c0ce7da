"""An assessment seen from a framework. Pure: the assessment, the framework and the controls are all there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from benchmark.evaluate.framework_algebra import EVIDENCE, SAID, STATUS, UNJUDGED, status_of_several, weightiest
from benchmark.evaluate.selection import PROFILES
from benchmark.model.control import Control
from benchmark.model.framework import Directness, Edge, Framework, Reach, Relationship, Requirement, Support, id_order
from benchmark.model.framework_view import (
    Backing,
    Evidence,
    FrameworkScore,
    FrameworkView,
    RequirementView,
    SectionView,
    Status,
)
from benchmark.model.result import Assessment, ControlResult, Result

_REACHABLE: Final = (Reach.LARGELY, Reach.PARTLY)
_OPEN_BECAUSE: Final[Mapping[Result, str]] = {
    Result.ERROR: "could not be looked at",
    Result.UNKNOWN: "gave nobody an answer",
    Result.NOTCHECKED: "left to a person",
    Result.INFORMATIONAL: "taken out of the score",
    Result.NOTSELECTED: "not selected",
    Result.FAIL: "failed, which does not decide it",
}


def view_framework(
    framework: Framework,
    version: str,
    assessment: Assessment | None,
    controls: Mapping[str, Control],
    beyond: Collection[str] = (),
) -> FrameworkView:
    """``assessment`` seen from ``version`` of ``framework``; ``controls`` are those of the catalogue, ``beyond`` the
    ones among them that lie beyond the benchmark. Without an assessment nothing was judged.

    Of the benchmark's own framework only the profile that was judged is shown.
    """
    results = {} if assessment is None else {each.control.id: each for each in assessment.results}
    listed = [each for each in framework.requirements if version in each.ids]
    if assessment is not None and framework.id == assessment.framework:
        level = PROFILES.get(assessment.profile, max(PROFILES.values()))
        listed = [each for each in listed if each.in_profile(version, level)]
    listed.sort(key=lambda each: id_order(each.ids[version]))
    views = {each.ids[version]: _view(each, version, results, controls, beyond) for each in listed}
    views = {name: _answered(each, version, views) for name, each in views.items()}
    sections = tuple(_sections(framework, version, views))
    score = score_views(views.values())
    return FrameworkView(framework.id, framework.title, version, sections, score, framework.complete)


def edges_of(requirement: Requirement) -> tuple[Edge, ...]:
    """The edges of ``requirement``. Where its framework has none (the benchmark itself), its controls decide it."""
    if requirement.edges:
        return requirement.edges
    return tuple(
        Edge(each, Relationship.EQUAL, Directness.DIRECT, Support.FRAMEWORK_TEXT, "the control decides it")
        for each in requirement.controls
    )


def score_views(views: Iterable[RequirementView]) -> FrameworkScore:
    """The score over ``views``, of which those that ask nothing themselves are left out."""
    counted = [each for each in views if each.requirement.reach is not Reach.ASKS_NOTHING]
    reachable = [each for each in counted if each.requirement.reach in _REACHABLE]
    statuses = Counter(each.status for each in reachable)
    touched = sum(each.requirement.reach is Reach.INCIDENTALLY for each in counted)
    out = len(counted) - len(reachable) - touched
    return FrameworkScore(
        percent=_percent(statuses[Status.SUPPORTED], len(reachable)),
        percent_out_of_reach=_percent(out, len(counted)),
        requirements=len(counted),
        reachable=len(reachable),
        supported=statuses[Status.SUPPORTED],
        contradicted=statuses[Status.CONTRADICTED],
        not_established=statuses[Status.NOT_ESTABLISHED],
        touched=touched,
        out_of_reach=out,
    )


def _percent(part: int, whole: int) -> Decimal | None:
    return Decimal(100) * part / whole if whole else None


def _view(
    requirement: Requirement,
    version: str,
    results: Mapping[str, ControlResult],
    controls: Mapping[str, Control],
    beyond: Collection[str],
) -> RequirementView:
    backings = tuple(_backing(each, results.get(each.control), controls) for each in edges_of(requirement))
    name = requirement.ids[version]
    if requirement.reach in (Reach.NOT_REACHABLE, Reach.ASKS_NOTHING):
        why = requirement.reach_reason or "no technical check of a Docker host speaks to it"
        return RequirementView(name, requirement, Status.NOT_REACHABLE, why, backings)
    evidence = weightiest(each.evidence for each in backings)
    if requirement.reach is Reach.INCIDENTALLY and evidence is Evidence.FOR:
        why = "checks touch it only incidentally, which supports nothing"
        return RequirementView(name, requirement, Status.NOT_ESTABLISHED, why, backings)
    return RequirementView(name, requirement, STATUS[evidence], _why(evidence, backings, beyond), backings)


def _backing(edge: Edge, result: ControlResult | None, controls: Mapping[str, Control]) -> Backing:
    said = UNJUDGED if result is None else SAID[result.result]
    control = controls[edge.control] if result is None else result.control
    return Backing(edge, control, result, EVIDENCE[edge.directness, edge.relationship, said])


def _answered(view: RequirementView, version: str, views: Mapping[str, RequirementView]) -> RequirementView:
    """An item that asks nothing itself has the status of what answers it."""
    requirement = view.requirement
    if requirement.reach is not Reach.ASKS_NOTHING:
        return view
    answers = tuple(each for each in requirement.corresponds.get(version, ()) if each in views)
    if not answers:
        return view
    status = status_of_several(views[each].status for each in answers)
    told = ", ".join(f"{each} is {views[each].status}" for each in answers)
    return RequirementView(view.id, requirement, status, f"answered elsewhere: {told}", view.backings, answers)


def _why(evidence: Evidence, backings: Sequence[Backing], beyond: Collection[str]) -> str:
    decisive = [each for each in backings if each.evidence is evidence]
    match evidence:
        case Evidence.AGAINST:
            return f"failed: {', '.join(map(_named, decisive))}"
        case Evidence.OPEN:
            return "; ".join(_open(decisive, beyond))
        case Evidence.FOR:
            return f"passed: {', '.join(map(_named, decisive))}; nothing that speaks to it failed or is open"
        case Evidence.IN_PART:
            return f"passed, but each is about a part only: {', '.join(map(_named, decisive))}"
        case Evidence.NOTHING if not backings:
            return "no control speaks to it"
        case Evidence.NOTHING:
            heavy = any(each.edge.directness is not Directness.INCIDENTAL for each in backings)
            return "nothing here that its controls apply to" if heavy else "its controls touch it only incidentally"


def _open(backings: Sequence[Backing], beyond: Collection[str]) -> Iterator[str]:
    """Why nobody knows, each reason with the controls that it holds for."""
    reasons: dict[str, list[str]] = {}
    for each in backings:
        unjudged = "not judged without --beyond" if each.control.id in beyond else "not judged in this run"
        because = unjudged if each.result is None else _OPEN_BECAUSE[each.result.result]
        reasons.setdefault(because, []).append(_named(each))
    for because, names in reasons.items():
        yield f"{because}: {', '.join(names)}"


def _named(backing: Backing) -> str:
    waived = backing.result is not None and backing.result.waiver is not None and backing.result.result is Result.FAIL
    return f"{backing.control.id} (waived)" if waived else backing.control.id


def _sections(framework: Framework, version: str, views: Mapping[str, RequirementView]) -> Iterator[SectionView]:
    """The sections, each where its first requirement stands: of SP 800-190, 4.6 comes after the sections 4.1 to 4.5."""
    by_section: dict[str, list[RequirementView]] = {}
    for name, view in views.items():
        by_section.setdefault(framework.section_of(name), []).append(view)
    for section, listed in by_section.items():
        yield SectionView(section, framework.section_label(section, version), tuple(listed))
