"""The mappings as an OSCAL mapping collection, model 1.2.1: one mapping for each version of a framework.

OSCAL's relationships are those of set theory; ``supports`` has our own namespace. How directly a control speaks to a requirement
and who says so are props, the reason is the remark.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from benchmark.model.content import Catalog
from benchmark.model.facts import JsonValue
from benchmark.model.framework import Edge, Framework, Reach, Relationship, Requirement, Support, id_order
from benchmark.oscal.document import (
    CONTENT_DATE,
    NAMESPACE,
    Object,
    markup,
    metadata,
    plain,
    prop,
    reference,
    resource,
    uuid_of,
    without_empty,
)
from benchmark.scap.names import catalogue_of

EdgesOf = Callable[[Requirement], tuple[Edge, ...]]

_RELATIONSHIPS: Final[Mapping[Relationship, str]] = {
    Relationship.EQUAL: "equal-to",
    Relationship.SUBSET_OF: "subset-of",
    Relationship.SUPERSET_OF: "superset-of",
    Relationship.INTERSECTS_WITH: "intersects-with",
    Relationship.SUPPORTS: "supports",
}
_ABOUT: Final = (
    "Which controls of dockmark speak to which requirement of a framework, how, and who says so. Support is evidence for an"
    " assessor and no finding of compliance."
)


def oscal_mapping(catalog: Catalog, edges_of: EdgesOf, frameworks: Iterable[Framework]) -> str:
    """The mapping collection of ``frameworks``, all their versions; the same for the same content."""
    chosen = tuple(frameworks)
    mappings: list[JsonValue] = [
        _mapping(catalog, framework, version, edges_of)
        for framework in chosen
        for version in reversed(framework.versions)
        if any(edges_of(each) for each in framework.requirements if version in each.ids)
    ]
    resources: list[JsonValue] = [
        resource(
            "catalog", "The controls of dockmark, as `dockmark export oscal-catalog` writes them", href="catalog.json"
        ),
        *(_target(framework, version) for framework in chosen for version in reversed(framework.versions)),
    ]
    body: Object = {
        "metadata": metadata("Mappings of dockmark's controls", CONTENT_DATE, catalog.digest),
        "provenance": {
            "method": "human",
            "matching-rationale": "functional",
            "status": "complete",
            "mapping-description": markup(_ABOUT),
        },
        "mappings": mappings,
        "back-matter": {"resources": resources},
    }
    name = uuid_of("mapping-collection", json.dumps(body))
    return json.dumps({"mapping-collection": {"uuid": name, **body}}, indent=1) + "\n"


def _target(framework: Framework, version: str) -> JsonValue:
    return resource(
        _name(framework, version),
        f"{framework.title} {version}",
        href=catalogue_of(framework.id),
        props=[prop("framework", framework.id), prop("framework-version", version)],
    )


def _name(framework: Framework, version: str) -> str:
    return f"{framework.id} {version}"


def _mapping(catalog: Catalog, framework: Framework, version: str, edges_of: EdgesOf) -> JsonValue:
    listed = sorted(
        (each for each in framework.requirements if version in each.ids), key=lambda each: id_order(each.ids[version])
    )
    maps: list[JsonValue] = [
        _map(framework, version, requirement, edge) for requirement in listed for edge in edges_of(requirement)
    ]
    support = Counter(edge.support for each in listed for edge in edges_of(each))
    mapped = {edge.control for each in listed for edge in edges_of(each)}
    return without_empty(
        {
            "uuid": uuid_of("mapping", framework.id, version, catalog.digest),
            "method": "human",
            "matching-rationale": "functional",
            "status": "complete",
            "source-resource": {"type": "catalog", "href": reference("catalog")},
            "target-resource": {"type": "catalog", "href": reference(_name(framework, version))},
            "maps": maps,
            "props": [prop(f"edges-{each.replace(' ', '-')}", str(support[each])) for each in Support if support[each]],
            "mapping-description": markup(framework.about) if framework.about else None,
            "source-gap-summary": _gap(framework, version, "source", sorted(catalog.controls.keys() - mapped)),
            "target-gap-summary": _gap(framework, version, "target", _unmapped(listed, version, edges_of)),
        }
    )


def _unmapped(listed: Iterable[Requirement], version: str, edges_of: EdgesOf) -> Iterator[str]:
    """The requirements that no control speaks to; what asks nothing itself leaves no gap."""
    return (each.ids[version] for each in listed if not edges_of(each) and each.reach is not Reach.ASKS_NOTHING)


def _gap(framework: Framework, version: str, side: str, names: Iterable[str]) -> JsonValue:
    """By pattern, since the ids of most frameworks ("4.4.3", "164.312(b)") are no tokens."""
    unmapped: list[JsonValue] = [{"matching": [{"pattern": plain(each)}]} for each in names]
    return {"uuid": uuid_of("gap", framework.id, version, side), "unmapped-controls": unmapped} if unmapped else None


def _oscal_id(framework: Framework, item: str) -> str:
    """The id in the framework's own OSCAL catalog, where there is one: NIST writes AC-6(5) as ac-6.5."""
    if framework.id != "nist_sp_800_53":
        return item
    return item.lower().replace("(", ".").replace(")", "")


def _map(framework: Framework, version: str, requirement: Requirement, edge: Edge) -> JsonValue:
    item = requirement.ids[version]
    made: Object = {"uuid": uuid_of("map", framework.id, version, item, edge.control)}
    if edge.relationship is Relationship.SUPPORTS:
        made["ns"] = NAMESPACE
    name = plain(_oscal_id(framework, item))
    target: Object = {"type": "control", "id-ref": name, "remarks": markup(requirement.label)}
    sources: list[JsonValue] = [prop("source", each) for each in edge.sources]
    return {
        **made,
        "relationship": _RELATIONSHIPS[edge.relationship],
        "sources": [{"type": "control", "id-ref": edge.control}],
        "targets": [target],
        "props": [prop("directness", edge.directness.value), prop("support", edge.support.value), *sources],
        "remarks": markup(edge.reason),
    }
