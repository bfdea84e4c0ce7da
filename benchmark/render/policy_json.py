"""What the JSON document says of waivers and attestations (reports/schemas/assessment-1.schema.json)."""

from __future__ import annotations

from typing import TypeAlias

from benchmark.model.facts import JsonValue
from benchmark.model.policy import Attestation, AttestationUse, PolicyReport, Scope, Waiver, WaiverUse

Object: TypeAlias = "dict[str, JsonValue]"


def policy_documents(report: PolicyReport | None) -> Object:
    """``waivers`` and ``attestations``, each only where its file was given."""
    found: Object = {}
    if report is not None and report.waivers_digest is not None:
        found["waivers"] = {
            "digest": report.waivers_digest,
            "entries": [_waiver_use(each) for each in report.waivers],
        }
    if report is not None and report.attestations_digest is not None:
        found["attestations"] = {
            "digest": report.attestations_digest,
            "entries": [_attestation_use(each) for each in report.attestations],
        }
    return found


def waiver_document(waiver: Waiver) -> Object:
    """A waiver as its file says it. ``ends`` is the instant from which it does not count."""
    return {
        "id": waiver.id,
        "control": waiver.control,
        "benchmark": waiver.benchmark,
        "scope": scope_document(waiver.scope),
        "broad": waiver.broad,
        "category": waiver.category.value,
        "reason": waiver.reason,
        "compensating_controls": list(waiver.compensating_controls),
        "requested_by": waiver.requested_by,
        "approved_by": waiver.approved_by,
        "created": waiver.created.text,
        "expires": waiver.expires.text,
        "ends": waiver.expires.instant_text,
        "risk_reference": waiver.risk_reference or None,
    }


def attestation_document(attestation: Attestation) -> Object:
    """An attestation as its file says it. ``ends`` is the instant from which it does not count."""
    return {
        "id": attestation.id,
        "control": attestation.control,
        "benchmark": attestation.benchmark,
        "scope": scope_document(attestation.scope),
        "status": "pass" if attestation.passed else "fail",
        "statement": attestation.statement,
        "attested_by": attestation.attested_by,
        "date": attestation.attested.text,
        "expires": attestation.expires.text,
        "ends": attestation.expires.instant_text,
        "evidence": [
            {"file": each.file, "sha256": each.digest.removeprefix("sha256:")} for each in attestation.evidence
        ],
    }


def scope_document(scope: Scope) -> Object:
    """All four parts, null where it does not ask."""
    return {
        "host": scope.host,
        "subject": scope.subject,
        "label": None if scope.label is None else f"{scope.label[0]}={scope.label[1]}",
        "image": scope.image,
    }


def _waiver_use(use: WaiverUse) -> Object:
    return {**waiver_document(use.waiver), **_standing(use)}


def _attestation_use(use: AttestationUse) -> Object:
    return {**attestation_document(use.attestation), **_standing(use)}


def _standing(use: WaiverUse | AttestationUse) -> Object:
    return {
        "controls": list(use.controls),
        "standing": use.standing.value,
        "problem": use.standing.is_problem,
        "message": use.message,
        "findings": use.findings,
    }
