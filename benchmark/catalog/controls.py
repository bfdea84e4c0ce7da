"""Controls: positioned YAML becomes ``model.Control``, or errors that say where and what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from benchmark.catalog.conditions import Scope, read_condition
from benchmark.catalog.positioned import (
    Report,
    no_such,
    plain,
    quote_hint,
    read_choice,
    read_entries,
    read_integer,
    read_line,
    read_table,
    read_text,
)
from benchmark.catalog.yaml_source import Listing, Node, Scalar, Table
from benchmark.model.control import Condition, Control, Fix, Parameter, Recreate, Remediation, Severity
from benchmark.model.vocabulary import COLLECTIONS, collection_facts
from benchmark.scap.fix.kinds import FIXES
from benchmark.scap.fix.step import Scope as FixScope

ROOMS: Final = ("host", "daemon", "files", "images", "containers", "operations", "swarm")
SNAKE_CASE: Final = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_REQUIRED: Final = ("id", "title", "version", "severity", "for_each", "rationale", "remediation")
_OPTIONAL: Final = ("check", "when", "review", "attest", "parameters")
_PARAMETER_TYPES: Final = {
    "strings": lambda value: isinstance(value, list) and all(isinstance(each, str) for each in value),
    "string": lambda value: isinstance(value, str),
    "int": lambda value: type(value) is int,
    "bool": lambda value: isinstance(value, bool),
}


def read_control(report: Report, node: Node, room: str, name: str) -> Control | None:
    """The control in a file ``controls/ROOM/NAME.yaml``; None when it has errors, all of which are reported."""
    before = len(report.errors)
    if not isinstance(node, Table):
        report.at(node, "a control is a mapping")
        return None
    table = read_table(report, node, "the control", _REQUIRED, _OPTIONAL)
    entries = table.entries
    _check_id(report, table, name)
    parameters = _parameters(report, entries.get("parameters"))
    for_each = _collection(report, entries["for_each"]) if "for_each" in entries else ""
    conditions = _conditions(report, table, for_each, parameters)
    _check_parts(report, table)
    version = _version(report, entries.get("version"))
    severity = _choice(report, entries.get("severity"), "severity", tuple(Severity))
    texts = {part: read_text(report, entries[part], part) for part in ("rationale", "attest") if part in entries}
    title = read_line(report, entries["title"], "title") if "title" in entries else ""
    scope = FixScope(for_each, {each.name: each.type for each in parameters.values() if each is not None})
    remediation = _remediation(report, entries.get("remediation"), scope)
    if len(report.errors) > before or remediation is None:
        return None
    return Control(
        id=name,
        title=title,
        version=version,
        severity=Severity(severity),
        for_each=for_each,
        check=conditions.get("check"),
        when=conditions.get("when"),
        review=conditions.get("review"),
        attest=texts.get("attest"),
        parameters=tuple(each for each in parameters.values() if each is not None),
        rationale=texts["rationale"],
        remediation=remediation,
        room=room,
    )


def _check_id(report: Report, table: Table, name: str) -> None:
    node = table.entries.get("id")
    if node is None:
        return
    stated = read_line(report, node, "id")
    if stated and stated != name:
        report.at(node, f"the id is {stated!r}, but the file is {name}.yaml; they must be the same")
    if stated and not SNAKE_CASE.fullmatch(stated):
        report.at(node, f"the id {stated!r} is not snake_case")


def _collection(report: Report, node: Node) -> str:
    name = read_line(report, node, "for_each")
    if name and name not in COLLECTIONS:
        report.at(node, no_such("collection", name, COLLECTIONS))
        return ""
    return name


def _conditions(
    report: Report, table: Table, for_each: str, parameters: Mapping[str, Parameter | None]
) -> dict[str, Condition | None]:
    before = len(report.errors)
    used: set[str] = set()
    facts = collection_facts(for_each) if for_each else None
    conditions: dict[str, Condition | None] = {
        part: read_condition(
            report,
            table.entries[part],
            Scope(facts, for_each, parameters, used, sole=part == "check", check=part == "check"),
        )
        for part in ("check", "when", "review")
        if part in table.entries
    }
    if len(report.errors) == before:  # with broken conditions nobody can tell what they use
        declared = table.entries.get("parameters")
        for unused in [each for each in parameters if each not in used]:
            place = declared.keys[unused] if isinstance(declared, Table) else table
            report.at(place, f"the parameter {unused!r} is not used by any condition")
    return conditions


def _check_parts(report: Report, table: Table) -> None:
    """The rules about which parts stand together."""
    if "check" not in table.entries and "attest" not in table.entries:
        report.at(table, "the control decides nothing; it needs check, attest or both")
    if "review" in table.entries and "check" not in table.entries:
        report.at(table.keys["review"], "'review' says which failures a person judges; without check there are none")


def _version(report: Report, node: Node | None) -> int:
    if node is None:
        return 0
    before = len(report.errors)
    version = read_integer(report, node, "version")
    if version < 1 and len(report.errors) == before:
        report.at(node, "version counts from 1")
    return version


def _choice(report: Report, node: Node | None, what: str, known: tuple[str, ...]) -> str:
    return "" if node is None else read_choice(report, node, what, known)


def _remediation(report: Report, node: Node | None, scope: FixScope) -> Remediation | None:
    if node is None:
        return None
    table = read_table(report, node, "remediation", ("text", "recreate"), ("fix", "by_hand"))
    text = read_text(report, table.entries["text"], "text") if "text" in table.entries else ""
    recreate = _choice(report, table.entries.get("recreate"), "recreate", tuple(Recreate))
    fixes = _fixes(report, table.entries["fix"], scope) if "fix" in table.entries else ()
    by_hand = read_text(report, table.entries["by_hand"], "by_hand") if "by_hand" in table.entries else ""
    if "fix" in table.entries and "by_hand" in table.entries:
        report.at(table.keys["by_hand"], "'by_hand' says why there is no fix, and there is one")
    if "fix" in table.entries and recreate in (Recreate.CONTAINER, Recreate.IMAGE):
        report.at(table.keys["fix"], "no script makes containers or images anew")
    return Remediation(text, Recreate(recreate), fixes, by_hand) if text and recreate else None


def _fixes(report: Report, node: Node, scope: FixScope) -> tuple[Fix, ...]:
    entries = read_entries(report, node, "fix")
    if isinstance(node, Table) and not entries:
        report.at(node, "fix is empty")
    found = []
    for kind, (key, argument) in entries.items():
        if kind not in FIXES:
            report.at(key, no_such("fix", kind, FIXES))
            continue
        for fault in FIXES[kind].faults(plain(argument), scope):
            report.at(argument, f"{kind} {fault}")
        found.append(Fix(kind, plain(argument)))
    return tuple(found)


def _parameters(report: Report, node: Node | None) -> dict[str, Parameter | None]:
    """The declared parameters; None for one that has errors."""
    declared = {} if node is None else read_entries(report, node, "parameters")
    return {name: _parameter(report, name, key, each) for name, (key, each) in declared.items()}


def _parameter(report: Report, name: str, key: Scalar, node: Node) -> Parameter | None:
    before = len(report.errors)
    if not SNAKE_CASE.fullmatch(name):
        report.at(key, f"the parameter {name!r} is not snake_case")
    entries = read_table(report, node, f"the parameter {name!r}", ("type", "default", "description")).entries
    kind = _choice(report, entries.get("type"), "type", tuple(_PARAMETER_TYPES))
    description = read_line(report, entries["description"], "description") if "description" in entries else ""
    default = entries.get("default")
    if default is None or not kind:
        return None
    if not _PARAMETER_TYPES[kind](plain(default)):
        _report_default(report, default, kind)
    return None if len(report.errors) > before else Parameter(name, kind, plain(default), description)


def _report_default(report: Report, default: Node, kind: str) -> None:
    report.at(default, f"the default is not of type {kind}{quote_hint(default) if kind == 'string' else ''}")
    for each in default.items if kind == "strings" and isinstance(default, Listing) else ():
        if isinstance(each, Scalar) and not isinstance(each.value, str):
            report.at(each, f"not a string{quote_hint(each)}")
