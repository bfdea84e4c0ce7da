"""The access report as JSON, version 1: a contract (reports/schemas/access-1.schema.json).

Every key is written down here, so that renaming a field of a model class cannot change a byte.
"""

from __future__ import annotations

import json
from typing import Final

from benchmark.model.access import AccessReport, Grants
from benchmark.model.strict_json import without_lone_surrogates
from benchmark.render.origin import collector_document, target_document

SCHEMA: Final = "dockmark/access/1"


def render_access_json(report: AccessReport) -> str:
    """The document, a newline at its end."""
    document = {
        "schema": SCHEMA,
        "target": target_document(report.target),
        "collector": collector_document(report.collector),
        "collected_at": report.collected_at,
        "counts": {
            **{each.value: sum(access.grants is each for access in report.accesses) for each in Grants},
            "could_not_look": len(report.unseen),
        },
        "accesses": [
            {
                "kind": each.kind.value,
                "who": each.who,
                "grants": each.grants.value,
                "subject": each.subject,
                "evidence": list(each.evidence),
            }
            for each in report.accesses
        ],
        "could_not_look": [
            {"what": each.what, "subject": each.subject, "reason": each.reason.value, "detail": each.detail}
            for each in report.unseen
        ],
        "remarks": list(report.remarks),
        "looked_at": [{"subject": each.subject, "text": each.text} for each in report.looked_at],
    }
    return without_lone_surrogates(json.dumps(document, indent=1, ensure_ascii=True, allow_nan=False)) + "\n"
