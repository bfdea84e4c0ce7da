"""Images beyond what every audit reads: their content (--deep), and what scanners wrote of them (--vulnerabilities).

What was not asked for is said as such; the readers are loaded only when there is something for them to read.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from benchmark.collect.engine.images import resolve_users
from benchmark.collect.engine.reports import CollectionReport
from benchmark.collect.engine.session import EngineSession
from benchmark.collect.request import CollectRequest
from benchmark.model.facts import ABSENT, FactValue
from benchmark.model.facts_vulnerabilities import VULNERABILITY_FACTS

_CLOSED: Final[dict[str, FactValue]] = {"content.read": False}
_UNSCANNED: Final[dict[str, FactValue]] = {
    **dict.fromkeys(VULNERABILITY_FACTS, ABSENT),
    "vulnerabilities.reported": False,
    "vulnerabilities.reports": 0,
}
_NOT_ASKED: Final = {
    "content.read": "the image's content was not read: run with --deep",
    "vulnerabilities.reported": "no report is about this image: run with --vulnerabilities FILE",
}


def with_evidence(
    images: CollectionReport, session: EngineSession, request: CollectRequest, collected_at: str
) -> tuple[CollectionReport, tuple[str, ...]]:
    """``images`` with the facts of ``IMAGE_CONTENT_FACTS`` and ``VULNERABILITY_FACTS``, and warnings about broken reports."""
    images = resolve_users(session.deepen(images)) if request.deep else _saying(images, _CLOSED)
    if not request.vulnerabilities:
        return _saying(images, _UNSCANNED), ()
    from benchmark.collect.scanners.reader import read_vulnerability_reports  # noqa: PLC0415  (loaded when asked for)
    from benchmark.collect.scanners.vulnerabilities import with_vulnerabilities  # noqa: PLC0415

    reports = read_vulnerability_reports(request.vulnerabilities)
    return with_vulnerabilities(images, reports, collected_at), reports.warnings


def _saying(images: CollectionReport, facts: dict[str, FactValue]) -> CollectionReport:
    notes = {name: _NOT_ASKED[name] for name in facts if name in _NOT_ASKED}
    subjects = (
        replace(each, facts={**each.facts, **facts}, notes={**(each.notes or {}), **notes})
        if each.blocked is None
        else each
        for each in images.subjects
    )
    return replace(images, subjects=tuple(subjects))
