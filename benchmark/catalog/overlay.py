"""The organisation's side of a Statement of Applicability, in strict YAML; the format is described in docs/statement.md."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from benchmark.catalog.content_error import ContentError, ContentErrors
from benchmark.catalog.positioned import (
    Report,
    kind_of,
    no_such,
    quote_hint,
    read_entries,
    read_items,
    read_line,
    read_table,
    read_text,
)
from benchmark.catalog.yaml_source import Node, Scalar, read_yaml
from benchmark.model.applicability import Decision, Implementation, Overlay
from benchmark.model.framework import Framework, Reach

LONGEST: Final = 4_000
MOST_REFERENCES: Final = 50
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def read_overlay(data: bytes, path: str, framework: Framework, version: str) -> Overlay:
    """The overlay of ``version`` of ``framework``. An id of no requirement is an error; a requirement without an entry is none.

    Raises ContentErrors with everything that is wrong; ``path`` is what the errors call the file.
    """
    errors: list[ContentError] = []
    report = Report(path, errors)
    document = read_yaml(data, path, errors)
    overlay = None if document is None else _overlay(report, document, framework, version)
    if errors or overlay is None:
        raise ContentErrors(errors)
    return overlay


def _overlay(report: Report, document: Node, framework: Framework, version: str) -> Overlay:
    table = read_table(
        report,
        document,
        "the file",
        ("framework", "controls"),
        ("version", "organization", "scope", "approved_by", "approved"),
    )
    entries = table.entries
    for name, wanted in (("framework", framework.id), ("version", version)):
        if name in entries and (stated := read_line(report, entries[name], name)) not in ("", wanted):
            report.at(entries[name], f"the statement is about {name} {wanted}, and not {stated}")
    known = {each.ids[version]: each for each in framework.requirements if version in each.ids}
    decisions: dict[str, Decision] = {}
    listed = read_entries(report, entries["controls"], "controls") if "controls" in entries else {}
    for name, (key, node) in listed.items():
        if name not in known:
            report.at(key, no_such(f"requirement of {framework.id} {version}", name, known))
        elif known[name].reach is Reach.ASKS_NOTHING:
            report.at(key, f"{name} asks nothing itself, so there is nothing to decide about it")
        decisions[name] = _decision(report, node, name)
    texts = {
        name: _bounded(report, entries[name], name) if name in entries else ""
        for name in ("organization", "scope", "approved_by")
    }
    approved = _day(report, entries["approved"]) if "approved" in entries else ""
    return Overlay(
        framework.id, version, texts["organization"], texts["scope"], texts["approved_by"], approved, decisions
    )


def _decision(report: Report, node: Node, name: str) -> Decision:
    table = read_table(report, node, name, ("applicable", "justification"), ("implementation", "owner", "references"))
    entries = table.entries
    applicable = _truth(report, entries["applicable"]) if "applicable" in entries else None
    implementation = _implementation(report, entries)
    if implementation is not None and applicable is False:
        report.at(
            entries["implementation"], "what is not applicable is not implemented either; leave implementation out"
        )
    return Decision(
        applicable is True,
        _bounded(report, entries["justification"], "justification") if "justification" in entries else "",
        implementation,
        _bounded(report, entries["owner"], "owner") if "owner" in entries else "",
        _references(report, entries["references"]) if "references" in entries else (),
    )


def _implementation(report: Report, entries: Mapping[str, Node]) -> Implementation | None:
    node = entries.get("implementation")
    if node is None:
        return None
    text = read_line(report, node, "implementation")
    words = [each.value for each in Implementation]
    if text and text not in words:
        report.at(node, no_such("implementation", text, words))
        return None
    return Implementation(text) if text else None


def _truth(report: Report, node: Node) -> bool | None:
    if isinstance(node, Scalar) and isinstance(node.value, bool):
        return node.value
    report.at(node, f"applicable must be true or false, found {kind_of(node)}")
    return None


def _references(report: Report, node: Node) -> tuple[str, ...]:
    items = read_items(report, node, "references")
    if len(items) > MOST_REFERENCES:
        report.at(node, f"more than {MOST_REFERENCES} references")
        return ()
    return tuple(_bounded(report, each, "a reference") for each in items)


def _day(report: Report, node: Node) -> str:
    text = read_line(report, node, "approved")
    if not text or (_DAY.fullmatch(text) and _is_day(text)):
        return text
    report.at(node, f"approved must be a date such as 2026-11-27{quote_hint(node)}")
    return ""


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _bounded(report: Report, node: Node, what: str) -> str:
    text = read_text(report, node, what)
    if len(text) > LONGEST:
        report.at(node, f"{what} is longer than {LONGEST} characters")
        return ""
    return text
