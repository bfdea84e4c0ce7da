"""A SCAP 1.3 source data stream: the benchmark, and the documents that its checks point to (NIST SP 800-126r3, 3.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from benchmark.scap.benchmark_xml import benchmark_end, benchmark_pieces, control_check
from benchmark.scap.checklist import Checklist, ChecklistRule
from benchmark.scap.ocil_xml import ocil_check, ocil_pieces, questionnaires
from benchmark.scap.xml_text import attributes, element

_NAMESPACES: Final = {
    "xmlns:ds": "http://scap.nist.gov/schema/scap/source/1.2",
    "xmlns:xlink": "http://www.w3.org/1999/xlink",
    "xmlns:cat": "urn:oasis:names:tc:entity:xmlns:xml:catalog",
}
_DECLARATION: Final = "<?xml"
_OCIL_FILE: Final = "dockmark-ocil.xml"


def benchmark_component(checklist: Checklist) -> str:
    """The id of the component that holds the benchmark."""
    return f"scap_dockmark_comp_{_stem(checklist)}-xccdf.xml"


def datastream_pieces(checklist: Checklist, time: str) -> Iterator[str]:
    """The data stream collection, without an XML declaration. ``time`` is when its parts were made.

    What only people can judge points to a question in OCIL; every other rule to the control that dockmark itself evaluates.
    """
    stem = _stem(checklist)
    parts = {"xccdf": f"{stem}-xccdf.xml", "ocil": f"{stem}-ocil.xml"}
    opening = {**_NAMESPACES, "id": f"scap_dockmark_collection_{stem}", "schematron-version": "1.3"}
    yield f"<ds:data-stream-collection{attributes(opening)}>\n"
    stream = {"id": f"scap_dockmark_datastream_{stem}", "scap-version": "1.3", "use-case": "CONFIGURATION"}
    yield f"<ds:data-stream{attributes({**stream, 'timestamp': time})}>\n"
    yield from _references(parts)
    yield "</ds:data-stream>\n"
    asked = questionnaires(checklist)
    yield from _component(parts["xccdf"], time, _benchmark(checklist, asked))
    yield from _component(parts["ocil"], time, ocil_pieces(checklist, time))
    yield "</ds:data-stream-collection>\n"


def _references(parts: Mapping[str, str]) -> Iterator[str]:
    """In the catalogue nothing stands between the entries: openscap's schematron walks from one child to the next."""
    yield "<ds:checklists>\n"
    yield f"<ds:component-ref{attributes(_reference(parts['xccdf']))}>\n"
    yield "<cat:catalog>\n"
    yield element("cat:uri", name=_OCIL_FILE, uri=f"#scap_dockmark_cref_{parts['ocil']}")
    yield "</cat:catalog>\n"
    yield "</ds:component-ref>\n"
    yield "</ds:checklists>\n"
    yield "<ds:checks>\n"
    yield f"<ds:component-ref{attributes(_reference(parts['ocil']))}/>\n"
    yield "</ds:checks>\n"


def _reference(part: str) -> dict[str, str]:
    return {"id": f"scap_dockmark_cref_{part}", "xlink:href": f"#scap_dockmark_comp_{part}"}


def _component(part: str, time: str, pieces: Iterator[str]) -> Iterator[str]:
    yield f"<ds:component{attributes({'id': f'scap_dockmark_comp_{part}', 'timestamp': time})}>\n"
    yield from pieces
    yield "</ds:component>\n"


def _benchmark(checklist: Checklist, asked: Mapping[str, str]) -> Iterator[str]:
    def check(rule: ChecklistRule) -> Iterator[str]:
        return ocil_check(asked[rule.id], _OCIL_FILE) if rule.id in asked else control_check(rule)

    for piece in benchmark_pieces(checklist, check):
        if not piece.startswith(_DECLARATION):
            yield piece
    yield benchmark_end()


def _stem(checklist: Checklist) -> str:
    return f"{checklist.framework.replace('_', '-')}-{checklist.version}"
