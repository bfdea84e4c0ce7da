"""ARF 1.1: what was asked, about which assets, and what was found, of any number of hosts in one document (NIST IR 7694)."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from benchmark.model.result import Assessment
from benchmark.model.snapshot import Target
from benchmark.render.options import RenderOptions
from benchmark.render.xccdf_format import distinct, pieces_of_result, xccdf_result_id
from benchmark.scap.benchmark_xml import NO_SETTINGS, Settings
from benchmark.scap.checklist import Checklist
from benchmark.scap.datastream_xml import benchmark_component, datastream_pieces
from benchmark.scap.names import DOCKMARK, XCCDF
from benchmark.scap.xml_text import attributes, element

_NAMESPACES: Final = {
    "xmlns:arf": "http://scap.nist.gov/schema/asset-reporting-format/1.1",
    "xmlns:core": "http://scap.nist.gov/schema/reporting-core/1.1",
    "xmlns:ai": "http://scap.nist.gov/schema/asset-identification/1.1",
    "xmlns:arfvocab": "http://scap.nist.gov/specifications/arf/vocabulary/relationships/1.0#",
}
_REQUEST: Final = "collection"
_HOST_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*")


@dataclass(frozen=True, slots=True)
class _Report:
    """The report of one assessment: the numbers that tie it to its asset, and its text, compressed while others are read."""

    number: int
    target: Target
    text: bytes


def render_arf(assessment: Assessment, options: RenderOptions) -> Iterator[str]:
    """The document in pieces of bounded size. Raises ValueError where ``options`` lend no checklist."""
    return render_several_arf((assessment,), options)


def render_several_arf(assessments: Iterable[Assessment], options: RenderOptions) -> Iterator[str]:
    """One document for all of them, which are of one framework and version.

    Relationships come first and name every report, so the reports are kept, compressed, until the last has been read. Raises
    ValueError for an assessment of another version, and for none at all.
    """
    if options.checklist is None:
        raise ValueError("ARF needs the checklist that the assessment is about")
    checklist: Checklist | None = None
    reports: list[_Report] = []
    taken: set[str] = set()
    time = ""
    settings: Settings = NO_SETTINGS
    for number, each in enumerate(assessments, 1):
        if checklist is None:
            checklist = options.checklist(each.framework, each.benchmark_version)
            settings = {row.control.id: row.arguments for row in each.results}
        if (each.framework, each.benchmark_version) != (checklist.framework, checklist.version):
            raise ValueError(f"one document holds one benchmark: {checklist.version} and {each.benchmark_version}")
        time = max(time, each.evaluated_at)
        reports.append(_Report(number, each.target, _compressed(_result(each, checklist, options, taken))))
    if checklist is None:
        raise ValueError("nothing was judged")
    yield from _document(reports, datastream_pieces(checklist, time, settings))


def _document(reports: Sequence[_Report], datastream: Iterator[str]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f"<arf:asset-report-collection{attributes(_NAMESPACES)}>\n"
    yield "<core:relationships>\n"
    for each in reports:
        yield from _relationship("arfvocab:createdFor", f"report-{each.number}", _REQUEST)
        yield from _relationship("arfvocab:isAbout", f"report-{each.number}", f"asset-{each.number}")
    yield "</core:relationships>\n"
    yield "<arf:report-requests>\n"
    yield f"<arf:report-request{attributes({'id': _REQUEST})}>\n<arf:content>\n"
    yield from datastream
    yield "</arf:content>\n</arf:report-request>\n</arf:report-requests>\n"
    yield "<arf:assets>\n"
    for each in reports:
        yield from _asset(each)
    yield "</arf:assets>\n"
    yield "<arf:reports>\n"
    for each in reports:
        yield f"<arf:report{attributes({'id': f'report-{each.number}'})}>\n<arf:content>\n"
        yield zlib.decompress(each.text).decode("utf-8")
        yield "</arf:content>\n</arf:report>\n"
    yield "</arf:reports>\n"
    yield "</arf:asset-report-collection>\n"


def _result(assessment: Assessment, checklist: Checklist, options: RenderOptions, taken: set[str]) -> Iterator[str]:
    identifier = distinct(xccdf_result_id(assessment), taken, "_{}")
    opening = {"xmlns": XCCDF, "id": identifier}
    return pieces_of_result(assessment, checklist, options, opening, f"#{benchmark_component(checklist)}")


def _relationship(kind: str, subject: str, related: str) -> Iterator[str]:
    yield f"<core:relationship{attributes({'type': kind, 'subject': subject})}>\n"
    yield element("core:ref", related)
    yield "</core:relationship>\n"


def _asset(report: _Report) -> Iterator[str]:
    """The host: by its name where that is one, and by the engine's own id, whatever it is called."""
    target = report.target
    yield f"<arf:asset{attributes({'id': f'asset-{report.number}'})}>\n"
    yield "<ai:computing-device>\n"
    yield element("ai:synthetic-id", resource=f"{DOCKMARK}:engine", id=target.engine_id or target.name or "unknown")
    if _HOST_NAME.fullmatch(target.name):
        yield element("ai:hostname", target.name)
    yield "</ai:computing-device>\n"
    yield "</arf:asset>\n"


def _compressed(pieces: Iterator[str]) -> bytes:
    packer = zlib.compressobj(1)
    return b"".join([*(packer.compress(each.encode("utf-8")) for each in pieces), packer.flush()])
