"""The exported benchmark as documents: XCCDF with its OVAL, OCIL and scripts beside it, or all of them in one data stream."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from benchmark.export.bound_values import settings_of
from benchmark.export.oval_document import OVAL, OvalDocument
from benchmark.export.oval_terms import Criteria
from benchmark.export.places import PLACES, Place
from benchmark.export.sce_scripts import SCE, SceScript
from benchmark.export.ways import Export, Way, exports_of
from benchmark.model.control import Parameter
from benchmark.scap.benchmark_xml import benchmark_end, benchmark_pieces
from benchmark.scap.checklist import Checklist, ChecklistRule, ChecklistValue
from benchmark.scap.datastream_xml import Component, stream_pieces
from benchmark.scap.names import stem
from benchmark.scap.ocil_xml import ocil_check, ocil_pieces, questionnaires
from benchmark.scap.xml_text import attributes, element

_FIRST_DEFINITION: Final = 100
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file of the export: its name below the directory, its text, and whether it is a program."""

    name: str
    text: str
    runs: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """A checklist with the way of each of its rules, and the OVAL document that the definitions are in."""

    checklist: Checklist
    exports: tuple[Export, ...]
    oval: OvalDocument


def make_content(checklist: Checklist) -> Content:
    """Every rule of ``checklist`` translated; the places of a host are Values beside the controls' parameters."""
    exports = exports_of(checklist)
    oval = OvalDocument()
    for number, each in enumerate(exports):
        if each.criteria is not None:
            oval.add(definition_id(number), each.rule.control.title, each.criteria)
    values = tuple(_place(each) for each in PLACES)
    return Content(replace(checklist, values=(*checklist.values, *values)), exports, oval)


def definition_id(number: int) -> str:
    """The id of the definition of the rule that is the ``number``-th of the checklist, from 0."""
    return f"oval:dockmark:def:{_FIRST_DEFINITION + number}"


def xccdf_files(content: Content, time: str, *, strict: bool = False) -> Iterator[WrittenFile]:
    """The files, that of the benchmark last, so that what it points to is there before it. ``time`` is when they were made."""
    named = _names(content.checklist)
    for each in content.exports:
        if each.script is not None:
            yield WrittenFile(each.script.name, each.script.text, runs=True)
    yield WrittenFile(named["oval"], _DECLARATION + "".join(content.oval.pieces(time)))
    yield WrittenFile(named["ocil"], _DECLARATION + "".join(ocil_pieces(content.checklist, time, _asked(content))))
    yield WrittenFile(named["xccdf"], "".join(_benchmark(content, strict=strict)))


def datastream_text(content: Content, time: str, *, strict: bool = False) -> Iterator[str]:
    """One SCAP 1.3 source data stream that holds the same."""
    named = _names(content.checklist)
    benchmark = (each for each in _benchmark(content, strict=strict) if not each.startswith("<?xml"))
    components = (
        Component(named["xccdf"], benchmark),
        Component(named["oval"], content.oval.pieces(time)),
        Component(named["ocil"], ocil_pieces(content.checklist, time, _asked(content))),
    )
    scripts = tuple((each.script.name, each.script.text) for each in content.exports if each.script is not None)
    yield _DECLARATION
    yield from stream_pieces(stem(content.checklist.framework, content.checklist.version), time, components, scripts)


def _benchmark(content: Content, *, strict: bool) -> Iterator[str]:
    numbers = {each.rule.id: (number, each) for number, each in enumerate(content.exports)}
    named = _names(content.checklist)
    asked = questionnaires(content.checklist, _asked(content))

    def check(rule: ChecklistRule) -> Iterator[str]:
        number, export = numbers[rule.id]
        match export.way:
            case Way.OVAL if export.criteria is not None:
                return _oval_check(content.oval, export.criteria, named["oval"], definition_id(number))
            case Way.SCE if export.script is not None:
                return _sce_check(export.script, strict=strict)
            case _:
                return ocil_check(asked[rule.id], named["ocil"])

    yield from benchmark_pieces(content.checklist, check)
    yield benchmark_end()


def _oval_check(oval: OvalDocument, criteria: Criteria, href: str, definition: str) -> Iterator[str]:
    yield f'<check system="{OVAL}">\n'
    for each in settings_of(criteria):
        yield f"<check-export{attributes({'value-id': each.value, 'export-name': oval.variable_id(each)})}/>\n"
    yield element("check-content-ref", href=href, name=definition)
    yield "</check>\n"


def _sce_check(script: SceScript, *, strict: bool) -> Iterator[str]:
    """In a complex-check where the SCAP 1.3 schematron looks on: it forbids scripts anywhere else (SRC-118-1)."""
    if strict:
        yield '<complex-check operator="AND">\n'
    yield f'<check system="{SCE}">\n'
    yield '<check-import import-name="stdout"/>\n'
    for value, name in script.exports.items():
        yield f"<check-export{attributes({'value-id': value, 'export-name': name})}/>\n"
    yield element("check-content-ref", href=script.name, name=script.name)
    yield "</check>\n"
    if strict:
        yield "</complex-check>\n"


def _asked(content: Content) -> frozenset[str]:
    return frozenset(each.rule.id for each in content.exports if each.way is Way.OCIL)


def _names(checklist: Checklist) -> dict[str, str]:
    of = stem(checklist.framework, checklist.version)
    return {part: f"{of}-{part}.xml" for part in ("xccdf", "oval", "ocil")}


def _place(place: Place) -> ChecklistValue:
    parameter = Parameter(place.name, "string", place.usual, place.description)
    return ChecklistValue(place.id, "place", parameter, place.usual)
