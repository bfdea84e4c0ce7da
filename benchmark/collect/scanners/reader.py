"""Report files: which scanner wrote each, and what could not be read."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from benchmark.collect.host.root import HostRoot
from benchmark.collect.scanners.anchore import is_anchore, read_anchore
from benchmark.collect.scanners.grype import is_grype, read_grype
from benchmark.collect.scanners.report import Report, ReportDefect
from benchmark.collect.scanners.scout import is_sarif, read_scout
from benchmark.collect.scanners.trivy import is_trivy, read_trivy
from benchmark.model.facts import Absent, JsonValue, Reason, Unavailable
from benchmark.model.strict_json import JsonDefect, parse_json

MOST_BYTES: Final = 64 * 1024 * 1024

_Document: TypeAlias = dict[str, JsonValue]
FORMATS: Final[tuple[tuple[Callable[[_Document], bool], Callable[[_Document], Report]], ...]] = (
    (is_grype, read_grype),
    (is_trivy, read_trivy),
    (is_sarif, read_scout),
    (is_anchore, read_anchore),
)


@dataclass(frozen=True, slots=True)
class Broken:
    """A file that could not be read as a report."""

    path: str
    why: Unavailable


@dataclass(frozen=True, slots=True)
class VulnerabilityReports:
    """What the given files hold. Nobody knows which images a ``broken`` file was about."""

    reports: tuple[Report, ...] = ()
    broken: tuple[Broken, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """One line for every file that cannot serve as evidence, for the snapshot."""
        lines = [f"vulnerability report {each.path}: {each.why}" for each in self.broken]
        lines += [
            f"vulnerability report {each.path}: {each.scanner} names no image by its digest, so it is bound to none"
            for each in self.reports
            if not each.image_ids and not each.digests
        ]
        return tuple(lines)


def read_vulnerability_reports(paths: Sequence[str]) -> VulnerabilityReports:
    """The reports in these files of this machine, in the order given; the same file twice counts once."""
    found: dict[str, Report] = {}
    broken: dict[str, Broken] = {}
    for path in map(os.path.abspath, paths):
        try:
            report = _read(path)
        except ReportDefect as defect:
            broken[path] = Broken(path, Unavailable(defect.reason, defect.detail))
        else:
            found.setdefault(report.digest, report)
    return VulnerabilityReports(tuple(found.values()), tuple(broken.values()))


def parse_report(data: bytes) -> Report:
    """The report in ``data``. Raises ReportDefect, UNSUPPORTED for JSON that no known scanner wrote."""
    try:
        document = parse_json(data)
    except JsonDefect as defect:
        raise ReportDefect(defect.reason, defect.detail) from None
    if isinstance(document, dict):
        for is_own, read in FORMATS:
            if is_own(document):
                return read(document)
    raise ReportDefect(Reason.UNSUPPORTED, "not a report of Grype, Trivy, Docker Scout or Anchore")


def _read(path: str) -> Report:
    content = HostRoot().read(path, MOST_BYTES)
    if isinstance(content, Absent):
        raise ReportDefect(Reason.NOT_FOUND, "there is no such file")
    if isinstance(content, Unavailable):
        raise ReportDefect(content.reason, content.detail)
    return replace(parse_report(content.data), path=path, digest=content.digest)
