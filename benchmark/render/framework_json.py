"""An assessment seen from a framework, as JSON writes it; every key is written down here."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

from benchmark.model.facts import JsonValue
from benchmark.model.framework_view import Backing, FrameworkScore, FrameworkView, RequirementView


def view_document(view: FrameworkView) -> dict[str, JsonValue]:
    """One element of the key ``framework_views``: score, sections, requirements, and what each control says."""
    return {
        "framework": view.framework,
        "title": view.title,
        "version": view.version,
        "complete": view.complete,
        "score": _score(view.score),
        "sections": [
            {
                "number": each.number,
                "label": each.label,
                "requirements": [_requirement(requirement) for requirement in each.requirements],
            }
            for each in view.sections
        ],
    }


def _score(score: FrameworkScore) -> JsonValue:
    return {
        "percent": _percent(score.percent),
        "percent_out_of_reach": _percent(score.percent_out_of_reach),
        "requirements": score.requirements,
        "reachable": score.reachable,
        "supported": score.supported,
        "contradicted": score.contradicted,
        "not_established": score.not_established,
        "touched": score.touched,
        "out_of_reach": score.out_of_reach,
    }


def _requirement(view: RequirementView) -> JsonValue:
    requirement = view.requirement
    return {
        "id": view.id,
        "label": requirement.label,
        "status": view.status.value,
        "why": view.why,
        "reach": requirement.reach.value,
        "reach_reason": requirement.reach_reason,
        "answered_by": list(view.answered_by),
        "controls": [_backing(each) for each in view.backings],
    }


def _backing(backing: Backing) -> JsonValue:
    edge, result = backing.edge, backing.result
    return {
        "control": edge.control,
        "relationship": edge.relationship.value,
        "directness": edge.directness.value,
        "support": edge.support.value,
        "reason": edge.reason,
        "sources": list(edge.sources),
        "result": None if result is None else result.result.value,
        "waived": result is not None and result.waiver is not None,
        "attested": result is not None and result.attestation is not None,
        "evidence": backing.evidence.value,
    }


def _percent(value: Decimal | None) -> JsonValue:
    """One decimal, half to even; None of nothing."""
    return None if value is None else float(value.quantize(Decimal("0.1"), ROUND_HALF_EVEN))
