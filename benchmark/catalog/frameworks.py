"""Frameworks: mappings/*.yaml becomes ``model.Framework``, and what it says about controls is checked against them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from benchmark.catalog.controls import SNAKE_CASE
from benchmark.catalog.edges import derived_edges, read_control_list, read_edges, read_reach
from benchmark.catalog.framework_ids import check_items, read_corresponding, read_sections
from benchmark.catalog.positioned import (
    Report,
    kind_of,
    no_such,
    plain,
    read_choice,
    read_entries,
    read_integer,
    read_items,
    read_line,
    read_table,
    read_text,
    read_truth,
)
from benchmark.catalog.yaml_source import Listing, Node, Scalar, Table
from benchmark.model.control import Control
from benchmark.model.facts import JsonValue
from benchmark.model.framework import Edge, Framework, Reach, Requirement

ASSESSMENTS: Final = ("automated", "manual")
FILE_KEYS: Final = ("framework", "title", "versions", "sections", "requirements", "beyond", "complete", "about")
_NEEDED: Final = 5  # so many of them stand in every file
ITEM_KEYS: Final = (
    "label", "id", "ids", "level", "levels", "assessment", "controls", "edges", "presets", "reach", "reach_reason",
    "corresponds",
)  # fmt: skip
LEVELS: Final = (1, 2)


@dataclass(frozen=True, slots=True)
class Mapped:
    """A framework, and the places where it names controls: those it maps, those declared to be beyond it, and the
    parameters ("control.parameter") that it presets.
    """

    framework: Framework
    named: Mapping[str, Node]
    beyond: Mapping[str, Node]
    presets: Mapping[str, Node]


def read_framework(
    report: Report, node: Node, name: str | None, control_ids: Collection[str], *, graded: bool
) -> Mapped | None:
    """The framework in a mapping file; None when it has errors, all of which are reported.

    ``name`` is what the file's name says the framework is, None where it may be called anything. ``control_ids`` are the
    controls that exist, those with errors of their own included. In a ``graded`` framework every requirement has levels
    and a published assessment, and a requirement may name its controls without edges: they were written for it.
    """
    before = len(report.errors)
    if not isinstance(node, Table):
        report.at(node, "a mapping file is a mapping")
        return None
    table = read_table(report, node, "the file", FILE_KEYS[:_NEEDED], FILE_KEYS[_NEEDED:])
    entries = table.entries
    stated = _id(report, entries["framework"], name) if "framework" in entries else ""
    title = read_line(report, entries["title"], "title") if "title" in entries else ""
    about = " ".join(read_text(report, entries["about"], "about").split()) if "about" in entries else ""
    complete = read_truth(report, entries["complete"], "complete") if "complete" in entries else True
    versions = _versions(report, entries["versions"]) if "versions" in entries else ()
    sections, former = read_sections(report, entries["sections"], versions) if "sections" in entries else ({}, {})
    named: dict[str, Node] = {}
    presets: dict[str, Node] = {}
    items = read_items(report, entries["requirements"], "requirements") if "requirements" in entries else ()
    read = [(each, _requirement(report, each, (versions, graded), (named, presets))) for each in items]
    framework = Framework(stated, title, versions, sections, tuple(each for _, each in read), complete, about, former)
    check_items(report, framework, read)
    beyond: dict[str, Node] = {}
    if "beyond" in entries:
        read_control_list(report, entries["beyond"], "beyond", beyond)
    for control, place in {**named, **beyond}.items():
        if control not in control_ids:
            report.at(place, no_such("control", control, control_ids))
    for control in beyond.keys() & named.keys():
        report.at(
            beyond[control], f"{control} is mapped in line {named[control].line}, so it is not beyond this framework"
        )
    return None if len(report.errors) > before else Mapped(framework, named, beyond, presets)


def check_presets(report: Report, mapped: Mapped, controls: Mapping[str, Control]) -> None:
    """Presets name parameters that exist; whether a value fits is checked like one that a user sets."""
    for name, place in mapped.presets.items():
        control, _, parameter = name.partition(".")
        if control in controls:
            known = [each.name for each in controls[control].parameters]
            if parameter not in known:
                report.at(place, no_such(f"parameter of {control}", parameter, known))


def _id(report: Report, node: Node, name: str | None) -> str:
    stated = read_line(report, node, "framework")
    if name is not None and stated and stated != name:
        report.at(node, f"the framework is {stated!r}, but the file is {name}.yaml; they must be the same")
    if stated and not SNAKE_CASE.fullmatch(stated):
        report.at(node, f"the framework {stated!r} is not snake_case")
    return stated


def _versions(report: Report, node: Node) -> tuple[str, ...]:
    versions: list[str] = []
    for each in read_items(report, node, "versions"):
        version = read_line(report, each, "a version")
        if version in versions:
            report.at(each, f"the version {version} stands twice")
        elif version:
            versions.append(version)
    if isinstance(node, Listing) and not node.items:
        report.at(node, "versions needs at least one")
    return tuple(versions)


def _requirement(
    report: Report,
    node: Node,
    scope: tuple[tuple[str, ...], bool],
    places: tuple[dict[str, Node], dict[str, Node]],
) -> Requirement:
    """``scope``: versions, and whether the framework is graded. ``places`` collect where controls are named and where
    their parameters are preset.
    """
    (versions, graded), (named, preset) = scope, places
    required = ("label", "assessment") if graded else ("label",)
    table = read_table(
        report, node, "a requirement", required, tuple(each for each in ITEM_KEYS if each not in required)
    )
    entries = table.entries
    if isinstance(node, Table):
        for one, many in (("id", "ids"), ("level", "levels")):
            needed = one == "id" or graded
            if (one in entries and many in entries) or (needed and {one, many}.isdisjoint(entries)):
                report.at(node, f"a requirement has either {one} or {many}")
    label = read_line(report, entries["label"], "label") if "label" in entries else ""
    ids = _ids(report, entries, versions)
    levels = _levels(report, entries, ids)
    assessment = _assessment(report, entries["assessment"], ids) if "assessment" in entries else {}
    before = len(report.errors)
    controls, edges = _edges(report, table, graded, named)
    readable = edges if len(report.errors) == before else None
    presets = _presets(report, entries["presets"], (ids, controls), preset) if "presets" in entries else {}
    derived = graded and "controls" in entries and "reach" not in entries
    reach, reach_reason = (Reach.LARGELY, "") if derived else read_reach(report, table, readable)
    corresponds = read_corresponding(report, entries["corresponds"], versions) if "corresponds" in entries else {}
    return Requirement(label, ids, levels, assessment, controls, presets, edges, reach, reach_reason, corresponds)


def _edges(
    report: Report, table: Table, graded: bool, named: dict[str, Node]
) -> tuple[tuple[str, ...], tuple[Edge, ...]]:
    """The controls of a requirement and their edges: stated, or derived where the framework is graded."""
    entries = table.entries
    here: dict[str, Node] = {}
    if "controls" in entries:
        if not graded:
            report.at(table.keys["controls"], "controls stand below edges, each with a reason")
        if "edges" in entries:
            report.at(table.keys["edges"], "a requirement has either controls or edges")
        edges = derived_edges(read_control_list(report, entries["controls"], "controls", here))
    elif "edges" in entries:
        edges = read_edges(report, entries["edges"], here)
    else:
        edges = ()
        if graded:
            report.at(table, "a requirement has either controls or edges")
    for control, place in here.items():
        named.setdefault(control, place)
    return tuple(each.control for each in edges), edges


def _ids(report: Report, entries: Mapping[str, Node], versions: tuple[str, ...]) -> dict[str, str]:
    if "id" in entries:
        stated = read_line(report, entries["id"], "id")
        return dict.fromkeys(versions, stated) if stated else {}
    if "ids" not in entries:
        return {}
    ids: dict[str, str] = {}
    for version, (key, each) in read_entries(report, entries["ids"], "ids").items():
        if version not in versions:
            report.at(key, no_such("version", version, versions))
        ids[version] = read_line(report, each, "an id")
    if isinstance(entries["ids"], Table) and not ids:
        report.at(entries["ids"], "ids needs at least one version")
    return {version: ids[version] for version in versions if ids.get(version)}


def _levels(report: Report, entries: Mapping[str, Node], ids: Mapping[str, str]) -> dict[str, tuple[int, ...]]:
    if "level" in entries:
        return dict.fromkeys(ids, _level(report, entries["level"]))
    if "levels" not in entries:
        return {}
    per_version = _per_version(report, entries["levels"], "levels", ids)
    return {version: _level(report, each) for version, each in per_version.items()}


def _level(report: Report, node: Node) -> tuple[int, ...]:
    numbers = node.items if isinstance(node, Listing) else (node,)
    levels = tuple(read_integer(report, each, "a level") for each in numbers)
    if any(each not in LEVELS for each in levels) or not levels or len(set(levels)) != len(levels):
        report.at(node, f"levels are out of {', '.join(map(str, LEVELS))}, each once")
    return tuple(sorted(levels))


def _assessment(report: Report, node: Node, ids: Mapping[str, str]) -> dict[str, str]:
    if isinstance(node, Scalar):
        return dict.fromkeys(ids, read_choice(report, node, "assessment", ASSESSMENTS))
    if isinstance(node, Listing):
        report.at(node, f"assessment must be one word or one per version, found {kind_of(node)}")
        return {}
    per_version = _per_version(report, node, "assessment", ids)
    return {version: read_choice(report, each, "assessment", ASSESSMENTS) for version, each in per_version.items()}


def _per_version(report: Report, node: Node, what: str, ids: Mapping[str, str]) -> dict[str, Node]:
    """One value for exactly the versions in which the requirement exists, in their order."""
    stated = read_entries(report, node, what)
    for version, (key, _) in stated.items():
        if version not in ids:
            report.at(key, f"{what} for {version}, in which the requirement has no id")
    missing = [version for version in ids if version not in stated]
    if missing and isinstance(node, Table):
        report.at(node, f"{what} lacks {', '.join(missing)}")
    return {version: stated[version][1] for version in ids if version in stated}


def _presets(
    report: Report, node: Node, scope: tuple[Mapping[str, str], Collection[str]], places: dict[str, Node]
) -> dict[str, dict[str, JsonValue]]:
    """What a version asks of a parameter: version -> "control.parameter" -> value. ``scope``: ids and controls of the item."""
    ids, controls = scope
    presets: dict[str, dict[str, JsonValue]] = {}
    for version, (key, values) in read_entries(report, node, "presets").items():
        if version not in ids:
            report.at(key, f"presets for {version}, in which the requirement has no id")
        presets[version] = {}
        for name, (place, value) in read_entries(report, values, "the presets of a version").items():
            control, dot, parameter = name.partition(".")
            if not dot or not parameter or control not in controls:
                report.at(place, "a preset is named CONTROL.PARAMETER, with a control of this requirement")
            places.setdefault(name, place)
            presets[version][name] = plain(value)
    return presets
