"""The compiled catalogue: one canonical JSON document that holds the checked model, quick to load.

It is written by the wheel build and into the cache, and read without any check beyond its shape: whoever wrote it has
checked the content. The catalogue's digest is that of these bytes, so it is the same however the catalogue was loaded.

Histories and evidence packs keep it for years: a form that a release has written stays readable, under its own SCHEMA where
another takes its place (tests/unit/history/test_schema.py).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any, Final

from benchmark.model.content import Catalog
from benchmark.model.control import (
    AllOf,
    AnyOf,
    Condition,
    Control,
    Each,
    Fix,
    Not,
    Parameter,
    ParameterRef,
    Recreate,
    Remediation,
    Severity,
    Test,
    WhenAbsent,
)
from benchmark.model.framework import Directness, Edge, Framework, Reach, Relationship, Requirement, Support

SCHEMA: Final = "dockmark/catalogue/2"


def encode_catalog(controls: Iterable[Control], frameworks: Iterable[Framework]) -> bytes:
    """The canonical document: UTF-8, one line, keys in the order written here."""
    document = {
        "schema": SCHEMA,
        "controls": [_control(each) for each in controls],
        "frameworks": [_framework(each) for each in frameworks],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def decode_catalog(data: bytes) -> Catalog:
    """The catalogue that ``encode_catalog`` wrote. Raises ValueError for anything else."""
    try:
        document = json.loads(data)
        if document["schema"] != SCHEMA:
            raise ValueError(f"not {SCHEMA}")
        controls = [_decode_control(each) for each in document["controls"]]
        frameworks = [_decode_framework(each) for each in document["frameworks"]]
    except (LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a compiled catalogue: {error!r}") from None
    return Catalog(
        {each.id: each for each in controls},
        {each.id: each for each in frameworks},
        "sha256:" + hashlib.sha256(data).hexdigest(),
        data,
    )


def _control(control: Control) -> dict[str, object]:
    return {
        "id": control.id,
        "title": control.title,
        "version": control.version,
        "severity": control.severity,
        "for_each": control.for_each,
        "check": _condition(control.check),
        "when": _condition(control.when),
        "review": _condition(control.review),
        "attest": control.attest,
        "parameters": [[each.name, each.type, each.default, each.description] for each in control.parameters],
        "rationale": control.rationale,
        "remediation": _remediation(control.remediation),
        "room": control.room,
    }


def _remediation(remediation: Remediation) -> list[object]:
    fixes = [[each.kind, each.argument] for each in remediation.fixes]
    return [remediation.text, remediation.recreate, fixes, remediation.by_hand]


def _condition(condition: Condition | None) -> list[object] | None:
    """A tagged list: compact, and one dictionary look-up to decode."""
    match condition:
        case None:
            return None
        case Test(fact, word, argument, absent):
            by = ["parameter", argument.name] if isinstance(argument, ParameterRef) else ["value", argument]
            return ["test", fact, word, *by, absent]
        case Each(fact, quantifier, inner, absent):
            return ["each", fact, quantifier, _condition(inner), absent]
        case AllOf(parts):
            return ["all", *map(_condition, parts)]
        case AnyOf(parts):
            return ["any", *map(_condition, parts)]
        case Not(part):
            return ["not", _condition(part)]


def _framework(framework: Framework) -> dict[str, object]:
    return {
        "id": framework.id,
        "title": framework.title,
        "versions": framework.versions,
        "sections": dict(framework.sections),
        "former_sections": {version: dict(each) for version, each in framework.former_sections.items()},
        "complete": framework.complete,
        "about": framework.about,
        "requirements": [_requirement(each) for each in framework.requirements],
    }


def _requirement(requirement: Requirement) -> list[object]:
    return [
        requirement.label,
        dict(requirement.ids),
        dict(requirement.levels),
        dict(requirement.assessment),
        dict(requirement.presets),
        _edges(requirement),
        requirement.reach,
        requirement.reach_reason,
        dict(requirement.corresponds),
    ]


def _edges(requirement: Requirement) -> list[list[object]]:
    """What edges share is written once: neighbours that differ only in the control, in the mapping's order."""
    assert tuple(each.control for each in requirement.edges) == requirement.controls  # noqa: S101  (one list, two views)
    grouped: list[list[object]] = []
    for shared, edges in groupby(requirement.edges, key=_shared):
        grouped.append([[each.control for each in edges], *shared])
    return grouped


def _shared(edge: Edge) -> tuple[object, ...]:
    return (edge.relationship, edge.directness, edge.support, edge.reason, edge.sources)


def _decode_control(entry: dict[str, Any]) -> Control:
    text, recreate, fixes, by_hand = entry["remediation"]
    return Control(
        entry["id"],
        entry["title"],
        entry["version"],
        Severity(entry["severity"]),
        entry["for_each"],
        _decode_condition(entry["check"]),
        _decode_condition(entry["when"]),
        _decode_condition(entry["review"]),
        entry["attest"],
        tuple([Parameter(*each) for each in entry["parameters"]]),
        entry["rationale"],
        Remediation(text, Recreate(recreate), tuple([Fix(*each) for each in fixes]), by_hand),
        entry["room"],
    )


def _decode_condition(entry: list[Any] | None) -> Condition | None:
    return None if entry is None else _decode(entry)


def _decode(entry: list[Any]) -> Condition:
    return _DECODERS[entry[0]](entry)


def _decode_test(entry: list[Any]) -> Test:
    _, fact, word, by, argument, absent = entry
    return Test(fact, word, ParameterRef(argument) if by == "parameter" else argument, _decode_absent(absent))


def _decode_each(entry: list[Any]) -> Each:
    _, fact, quantifier, inner, absent = entry
    return Each(fact, quantifier, _decode(inner), _decode_absent(absent))


def _decode_absent(entry: str | None) -> WhenAbsent | None:
    return None if entry is None else WhenAbsent(entry)


_DECODERS: Final[dict[str, Callable[[list[Any]], Condition]]] = {
    "test": _decode_test,
    "each": _decode_each,
    "all": lambda entry: AllOf(tuple([_decode(each) for each in entry[1:]])),
    "any": lambda entry: AnyOf(tuple([_decode(each) for each in entry[1:]])),
    "not": lambda entry: Not(_decode(entry[1])),
}


def _decode_framework(entry: dict[str, Any]) -> Framework:
    return Framework(
        entry["id"],
        entry["title"],
        tuple(entry["versions"]),
        entry["sections"],
        tuple([_decode_requirement(each) for each in entry["requirements"]]),
        entry["complete"],
        entry["about"],
        entry["former_sections"],
    )


def _decode_requirement(entry: list[Any]) -> Requirement:
    label, ids, levels, assessment, presets, grouped, reach, reach_reason, corresponds = entry
    edges: list[Edge] = []
    for controls, relationship, directness, support, reason, sources in grouped:
        meant = _RELATIONSHIPS[relationship], _DIRECTNESS[directness], _SUPPORT[support], reason, tuple(sources)
        edges += [Edge(each, *meant) for each in controls]
    return Requirement(
        label,
        ids,
        {version: tuple(each) for version, each in levels.items()},
        assessment,
        tuple([each.control for each in edges]),
        presets,
        tuple(edges),
        Reach(reach),
        reach_reason,
        {version: tuple(each) for version, each in corresponds.items()},
    )


_RELATIONSHIPS: Final = {each.value: each for each in Relationship}
_DIRECTNESS: Final = {each.value: each for each in Directness}
_SUPPORT: Final = {each.value: each for each in Support}
