"""Edges: what a mapping file says of each control that it names, and how far a requirement can be reached at all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from benchmark.catalog.positioned import Report, read_choice, read_items, read_line, read_table, read_text
from benchmark.catalog.yaml_source import Listing, Node, Table
from benchmark.model.control import Automation
from benchmark.model.framework import Directness, Edge, Reach, Relationship, Support

EDGE_KEYS: Final = ("controls", "relationship", "directness", "support", "reason")
EDGE_MAY: Final = ("sources",)
_WITHOUT_EDGES: Final = (Reach.NOT_REACHABLE, Reach.ASKS_NOTHING)


def read_edges(report: Report, node: Node, named: dict[str, Node]) -> tuple[Edge, ...]:
    """One edge for each control of every entry at ``node``, in the file's order; ``named`` collects where each stands.

    An entry names several controls where one reason holds for all of them. A control stands once in a requirement.
    """
    edges: list[Edge] = []
    for entry in read_items(report, node, "edges"):
        edges += _entry(report, entry, named)
    if isinstance(node, Listing) and not node.items:
        report.at(node, "edges needs at least one; leave it out where no control speaks to the requirement")
    return tuple(edges)


def read_control_list(report: Report, node: Node, what: str, named: dict[str, Node]) -> tuple[str, ...]:
    """The control ids at ``node``; those already in ``named`` are reported, the others noted there."""
    controls: list[str] = []
    for each in read_items(report, node, what):
        control = read_line(report, each, "a control")
        if control in named:
            report.at(each, f"{control} stands twice" + _where(named[control], each))
        elif control:
            named[control] = each
            controls.append(control)
    return tuple(controls)


def derived_edges(controls: tuple[str, ...]) -> tuple[Edge, ...]:
    """The edges of a benchmark's item that names its controls and says no more: they were written for it.

    One control asks what the item asks; one of several asks a part of it.
    """
    if len(controls) == 1:
        relationship, reason = (
            Relationship.EQUAL,
            "Written for this item alone: it asks what the item asks, no less, no more.",
        )
    else:
        relationship, reason = (
            Relationship.SUBSET_OF,
            "Written for this item: one of the controls that ask it together.",
        )
    return tuple(Edge(each, relationship, Directness.DIRECT, Support.FRAMEWORK_TEXT, reason) for each in controls)


def decided_reach(automations: Iterable[Automation]) -> tuple[Reach, str]:
    """How far checks reach an item that its controls were written for, by how these are decided."""
    found = set(automations)
    if found == {Automation.FULL}:
        return Reach.LARGELY, "A program decides it wherever the facts can be read."
    if found == {Automation.ATTESTED}:
        return Reach.PARTLY, "Only a person can say it; their attestation counts until it expires."
    return Reach.PARTLY, "A program decides most cases, and puts the others before a person."


def read_reach(report: Report, place: Table, edges: tuple[Edge, ...] | None) -> tuple[Reach, str]:
    """How far checks reach, and why not further. What is stated must agree with ``edges``; see ``_contradiction``.

    None stands for edges that could not be read whole, of which nothing follows.
    """
    entries = place.entries
    if "reach" not in entries:
        report.at(place, "a requirement lacks reach, which says how far checks can go, and reach_reason")
        return Reach.NOT_REACHABLE, ""
    stated = read_choice(report, entries["reach"], "reach", [each.value for each in Reach])
    reason = read_text(report, entries["reach_reason"], "reach_reason") if "reach_reason" in entries else ""
    if "reach_reason" not in entries:
        report.at(place, "a requirement with reach lacks reach_reason")
    if not stated:
        return Reach.NOT_REACHABLE, reason
    reach = Reach(stated)
    if edges is not None and (found := _contradiction(reach, edges)):
        report.at(entries["reach"], f"reach is {reach.value}, but {found}")
    return reach, " ".join(reason.split())


def _contradiction(reach: Reach, edges: tuple[Edge, ...]) -> str:
    """What of ``edges`` speaks against ``reach``; "" when they agree.

    No edge: not reachable, or nothing is asked. Incidental edges alone: incidentally. Largely needs a direct edge.
    Whether it is largely or partly is a judgement, and stays with the file.
    """
    found = {each.directness for each in edges}
    if not edges:
        return "" if reach in _WITHOUT_EDGES else "no control has an edge to it"
    if reach in _WITHOUT_EDGES:
        return "controls have edges to it"
    if (found == {Directness.INCIDENTAL}) != (reach is Reach.INCIDENTALLY):
        return "every edge is incidental" if reach is not Reach.INCIDENTALLY else "an edge is direct or partial"
    if reach is Reach.LARGELY and Directness.DIRECT not in found:
        return "no edge is direct"
    return ""


def _entry(report: Report, node: Node, named: dict[str, Node]) -> Iterable[Edge]:
    entries = read_table(report, node, "an edge", EDGE_KEYS, EDGE_MAY).entries
    controls = read_control_list(report, entries["controls"], "controls", named) if "controls" in entries else ()
    if "controls" in entries and isinstance(entries["controls"], Listing) and not entries["controls"].items:
        report.at(entries["controls"], "controls needs at least one")
    stated = {
        name: read_choice(report, entries[name], name, [each.value for each in kind])
        for name, kind in (("relationship", Relationship), ("directness", Directness), ("support", Support))
        if name in entries
    }
    reason = " ".join(read_text(report, entries["reason"], "reason").split()) if "reason" in entries else ""
    sources = _sources(report, entries["sources"]) if "sources" in entries else ()
    if stated.get("support") in (Support.PUBLISHED, Support.CHAINED) and not sources:
        report.at(node, f"an edge whose support is {stated['support']} lacks sources")
    if len(stated) < len(EDGE_KEYS) - 2 or not all(stated.values()):
        return ()
    relationship = Relationship(stated["relationship"])
    directness, support = Directness(stated["directness"]), Support(stated["support"])
    return [Edge(each, relationship, directness, support, reason, sources) for each in controls]


def _sources(report: Report, node: Node) -> tuple[str, ...]:
    sources: list[str] = []
    for each in read_items(report, node, "sources"):
        source = read_line(report, each, "a source")
        if source in sources:
            report.at(each, f"the source {source!r} stands twice")
        elif source:
            sources.append(source)
    return tuple(sources)


def _where(first: Node, again: Node) -> str:
    return "" if first.line == again.line else f", first in line {first.line}"
