"""The door: what scanners say of the images of an engine.

reports = read_vulnerability_reports(request.vulnerabilities)
images = with_vulnerabilities(session.read_images(), reports, started)
warnings += reports.warnings
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from benchmark.collect.engine.reports import CollectionReport
from benchmark.collect.scanners.binding import Bond, bond_between
from benchmark.collect.scanners.reader import VulnerabilityReports
from benchmark.collect.scanners.report import UNGRADED, Report
from benchmark.model.facts import ABSENT, FactValue, Reason, Source, Subject, Unavailable
from benchmark.model.facts_vulnerabilities import SEVERITIES, VULNERABILITY_FACTS

_REPORTED: Final = "vulnerabilities.reported"
_VERSION_CHARACTERS: Final = 100
_DAY: Final = 86_400
_LEEWAY: Final = _DAY  # clocks differ; a time further ahead is no clock's fault


def with_vulnerabilities(
    images: CollectionReport, reports: VulnerabilityReports, collected_at: str
) -> CollectionReport:
    """``images`` with what the reports say of each; ``collected_at`` is RFC 3339 UTC, and what ages are counted to."""
    return replace(images, subjects=tuple(_told(each, reports, collected_at) for each in images.subjects))


def vulnerability_facts(reports: VulnerabilityReports, image: Subject, collected_at: str) -> Mapping[str, FactValue]:
    """Every fact of ``VULNERABILITY_FACTS`` for ``image``.

    Without a report about this image: false and absent when all files were read, unavailable when one could not be, or
    when one names the image by a tag alone. Of several reports the worst count of each severity is taken.
    """
    bonds = [(bond_between(each, image), each) for each in reports.reports]
    same = [report for bond, report in bonds if bond is Bond.SAME]
    if same:
        return _facts(same, collected_at)
    why = _doubt(reports, image, [report for bond, report in bonds if bond is Bond.TAG_ONLY])
    if why is not None:
        return dict.fromkeys(VULNERABILITY_FACTS, why)
    return {**dict.fromkeys(VULNERABILITY_FACTS, ABSENT), _REPORTED: False, "vulnerabilities.reports": 0}


def _told(image: Subject, reports: VulnerabilityReports, collected_at: str) -> Subject:
    if image.blocked is not None:
        return image
    facts = vulnerability_facts(reports, image, collected_at)
    bonds = [(bond_between(each, image), each) for each in reports.reports]
    said = tuple(Source(f"file:{each.path}", "", each.digest) for bond, each in bonds if bond is Bond.SAME)
    sources = {**(image.sources or {}), **(dict.fromkeys(facts, said) if said else {})}
    notes = dict(image.notes or {})
    if facts[_REPORTED] is False:
        notes[_REPORTED] = _remark([each for bond, each in bonds if bond is Bond.OTHER_CONTENT])
    elif facts["vulnerabilities.complete"] is False:
        notes["vulnerabilities.complete"] = _omitted([each for bond, each in bonds if bond is Bond.SAME])
    return replace(image, facts={**image.facts, **facts}, sources=sources or None, notes=notes or None)


def _remark(others: list[Report]) -> str:
    if not others:
        return "no report is about this image: run with --vulnerabilities FILE"
    return f"{others[0].path} names this image's tag or index, but is about an image with another digest"


def _omitted(reports: list[Report]) -> str:
    return "; ".join(f"{each.path}: {each.omits}" for each in reports if each.omits)


def _doubt(reports: VulnerabilityReports, image: Subject, tag_only: list[Report]) -> Unavailable | None:
    digests = image.facts.get("RepoDigests")
    if reports.reports and isinstance(digests, Unavailable):
        return digests
    if reports.broken:
        first = reports.broken[0]
        return Unavailable(first.why.reason, f"{first.path}, which may be about this image: {first.why.detail}")
    if tag_only:
        detail = f"{tag_only[0].path} names this image by its tag only, which may have meant another image then"
        return Unavailable(Reason.UNKNOWN_VALUE, detail)
    return None


def _facts(reports: list[Report], collected_at: str) -> Mapping[str, FactValue]:
    leading = max(reports, key=lambda each: (not each.omits, each.written_at, each.database_built))
    counts = {each: max(report.counts[each] for report in reports) for each in SEVERITIES}
    facts: dict[str, FactValue] = {
        _REPORTED: True,
        "vulnerabilities.reports": len(reports),
        "vulnerabilities.scanner": leading.scanner,
        "vulnerabilities.scanner_version": leading.version[:_VERSION_CHARACTERS] or ABSENT,
        "vulnerabilities.reported_at": leading.written_at or ABSENT,
        "vulnerabilities.report_age_days": _age(leading.written_at, collected_at, "the report"),
        "vulnerabilities.database_built": leading.database_built or ABSENT,
        "vulnerabilities.database_age_days": _age(leading.database_built, collected_at, "the database"),
        "vulnerabilities.complete": not leading.omits,
        "vulnerabilities.worst_severity": _worst(counts),
    }
    for severity in SEVERITIES:
        facts[f"vulnerabilities.{severity}"] = counts[severity]
        facts[f"vulnerabilities.fixable_{severity}"] = max(report.fixable[severity] for report in reports)
    return facts


def _worst(counts: Mapping[str, int]) -> str:
    """An ungraded finding may be of any severity, but is named only where nothing worse is known."""
    return next(
        (each for each in SEVERITIES if counts[each] and each != UNGRADED), UNGRADED if counts[UNGRADED] else "none"
    )


def _age(moment: str, collected_at: str, what: str) -> FactValue:
    """Whole days; CONFLICT for a time that lies after the collection."""
    if not moment:
        return ABSENT
    seconds = _seconds(collected_at) - _seconds(moment)
    if seconds < -_LEEWAY:
        return Unavailable(Reason.CONFLICT, f"{what} is of {moment}, after this collection")
    return max(0, int(seconds // _DAY))


def _seconds(moment: str) -> float:
    return dt.datetime.fromisoformat(moment).timestamp()
