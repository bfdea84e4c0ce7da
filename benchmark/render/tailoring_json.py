"""What the JSON document says about a tailoring: which one, what it took out, and what it changed in a row."""

from __future__ import annotations

from benchmark.model.facts import JsonValue
from benchmark.model.result import Assessment, ControlResult
from benchmark.render.numbering import ids_of


def tailoring_document(assessment: Assessment) -> JsonValue:
    """The tailoring that chose the controls; null where the profile alone did."""
    tailoring = assessment.tailoring
    if tailoring is None:
        return None
    return {
        "file": tailoring.href,
        "id": tailoring.id,
        "version": tailoring.version,
        "time": tailoring.time,
        "profile": tailoring.profile,
        "title": tailoring.title,
        "extends": tailoring.extends,
    }


def deselected_document(assessment: Assessment) -> JsonValue:
    """The controls that the tailoring took out of the profile, with the ids they would have decided."""
    version = assessment.benchmark_version
    return [
        {"control": each.control.id, "requirements": {assessment.framework: list(ids_of(each.requirements, version))}}
        for each in assessment.deselected
    ]


def refinement_document(result: ControlResult) -> JsonValue:
    """What the tailoring changed about a control; null where it changed nothing. A weight is a decimal in text."""
    refinement = result.refinement
    if refinement is None:
        return None
    return {
        "weight": None if refinement.weight is None else str(refinement.weight),
        "severity": None if refinement.severity is None else refinement.severity.value,
        "role": None if refinement.role is None else refinement.role.value,
    }
