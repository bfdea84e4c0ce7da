"""A SCAP 1.3 source data stream: the benchmark, and the documents that its checks point to (NIST SP 800-126r3, 3.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from benchmark.scap.benchmark_xml import NO_SETTINGS, Settings, benchmark_end, benchmark_pieces, control_check
from benchmark.scap.checklist import Checklist, ChecklistRule
from benchmark.scap.names import stem
from benchmark.scap.ocil_xml import ocil_check, ocil_pieces, questionnaires
from benchmark.scap.xml_text import attributes, content, element

_NAMESPACES: Final = {
    "xmlns:ds": "http://scap.nist.gov/schema/scap/source/1.2",
    "xmlns:xlink": "http://www.w3.org/1999/xlink",
    "xmlns:cat": "urn:oasis:names:tc:entity:xmlns:xml:catalog",
}
_DECLARATION: Final = "<?xml"
_OCIL_FILE: Final = "dockmark-ocil.xml"
_SCRIPT: Final = "http://open-scap.org/page/SCE_xccdf_stream"


@dataclass(frozen=True, slots=True)
class Component:
    """A document of the stream: the file name under which checks point to it, and its text without an XML declaration."""

    name: str
    pieces: Iterable[str]


def benchmark_component(checklist: Checklist) -> str:
    """The id of the component that holds the benchmark."""
    return f"scap_dockmark_comp_{stem(checklist.framework, checklist.version)}-xccdf.xml"


def datastream_pieces(checklist: Checklist, time: str, settings: Settings = NO_SETTINGS) -> Iterator[str]:
    """The data stream collection that results refer to, without an XML declaration. ``time`` is when its parts were made,
    ``settings`` are those of ``benchmark_pieces``.

    What only people can judge points to a question in OCIL; every other rule to the control that dockmark itself evaluates.
    """
    own = stem(checklist.framework, checklist.version)
    asked = questionnaires(checklist)
    components = (
        Component(f"{own}-xccdf.xml", _benchmark(checklist, asked, settings)),
        Component(f"{own}-ocil.xml", ocil_pieces(checklist, time)),
    )
    return stream_pieces(own, time, components, names={f"{own}-ocil.xml": _OCIL_FILE})


def stream_pieces(
    own: str,
    time: str,
    components: tuple[Component, ...],
    scripts: tuple[tuple[str, str], ...] = (),
    names: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """A collection of one stream, without an XML declaration: the benchmark first, then what it points to, then ``scripts``.

    ``own`` is what its ids end in; ``names`` are those under which checks point to components, where they are not the
    components' own.
    """
    called = names or {}
    benchmark, *others = components
    opening = {**_NAMESPACES, "id": f"scap_dockmark_collection_{own}", "schematron-version": "1.3"}
    yield f"<ds:data-stream-collection{attributes(opening)}>\n"
    stream = {"id": f"scap_dockmark_datastream_{own}", "scap-version": "1.3", "use-case": "CONFIGURATION"}
    yield f"<ds:data-stream{attributes({**stream, 'timestamp': time})}>\n"
    pointed = {each.name: called.get(each.name, each.name) for each in others}
    yield from _references(benchmark.name, pointed, tuple(name for name, _ in scripts))
    yield "</ds:data-stream>\n"
    for each in components:
        yield f"<ds:component{attributes({'id': _component_id(each.name), 'timestamp': time})}>\n"
        yield from each.pieces
        yield "</ds:component>\n"
    for name, text in scripts:
        yield f"<ds:extended-component{attributes({'id': _script_id(name), 'timestamp': time})}>\n"
        yield f"<sce:script{attributes({'xmlns:sce': _SCRIPT})}>{content(text)}</sce:script>\n"
        yield "</ds:extended-component>\n"
    yield "</ds:data-stream-collection>\n"


def _references(benchmark: str, pointed: Mapping[str, str], scripts: tuple[str, ...]) -> Iterator[str]:
    """In the catalogue nothing stands between the entries: openscap's schematron walks from one child to the next (SRC-346-1)."""
    yield "<ds:checklists>\n"
    yield f"<ds:component-ref{attributes(_reference(benchmark))}>\n"
    named = {**pointed, **dict(zip(scripts, scripts, strict=True))}
    uris = "".join(
        element("cat:uri", name=name, uri=f"#{_reference_id(part)}").rstrip("\n") for part, name in named.items()
    )
    yield f"<cat:catalog>\n{uris}</cat:catalog>\n"
    yield "</ds:component-ref>\n"
    yield "</ds:checklists>\n"
    yield "<ds:checks>\n"
    for part in pointed:
        yield f"<ds:component-ref{attributes(_reference(part))}/>\n"
    yield "</ds:checks>\n"
    if scripts:
        yield "<ds:extended-components>\n"
        for name in scripts:
            yield element("ds:component-ref", id=_reference_id(name), xlink__href=f"#{_script_id(name)}")
        yield "</ds:extended-components>\n"


def _reference_id(part: str) -> str:
    return f"scap_dockmark_cref_{part}"


def _component_id(part: str) -> str:
    return f"scap_dockmark_comp_{part}"


def _script_id(name: str) -> str:
    return f"scap_dockmark_ecomp_{name}"


def _reference(part: str) -> dict[str, str]:
    return {"id": _reference_id(part), "xlink:href": f"#{_component_id(part)}"}


def _benchmark(checklist: Checklist, asked: Mapping[str, str], settings: Settings) -> Iterator[str]:
    def check(rule: ChecklistRule) -> Iterator[str]:
        return ocil_check(asked[rule.id], _OCIL_FILE) if rule.id in asked else control_check(rule)

    for piece in benchmark_pieces(checklist, check, settings):
        if not piece.startswith(_DECLARATION):
            yield piece
    yield benchmark_end()
