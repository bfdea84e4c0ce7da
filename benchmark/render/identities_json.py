"""By what containers are recognised in another assessment: the labels that a snapshot keeps, in the JSON document."""

from __future__ import annotations

from benchmark.model.facts import JsonValue
from benchmark.model.result import Assessment


def identities_document(assessment: Assessment) -> dict[str, JsonValue]:
    """``identities``: the subjects with labels, each once, in the order of the findings; no key where there are none."""
    found: dict[tuple[str, str, str], JsonValue] = {}
    for row in assessment.results:
        for finding in row.findings:
            subject = finding.subject
            labels = subject.facts.get("labels") if subject.kind == "container" else None
            if not isinstance(labels, dict) or not labels:
                continue
            key = (subject.kind, subject.name, subject.id)
            if key not in found:
                texts: dict[str, JsonValue] = {name: str(labels[name]) for name in sorted(labels)}
                found[key] = {"subject": subject.label, "id": subject.id, "labels": texts}
    return {"identities": list(found.values())} if found else {}
