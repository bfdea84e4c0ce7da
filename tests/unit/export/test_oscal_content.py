"""The catalog and the mappings as OSCAL: valid to others, complete, and the same for the same content."""

from __future__ import annotations

import json

import pytest

from benchmark.catalog.load import load_catalog
from benchmark.cli.checklist import checklist_of
from benchmark.evaluate import edges_of
from benchmark.export.oscal_catalog import oscal_catalog
from benchmark.export.oscal_mapping import oscal_mapping
from benchmark.model.framework import Directness, Edge, Framework, Reach, Relationship, Requirement, Support
from tests.command import dockmark
from tests.unit.oscal_judges import judged

CATALOG = load_catalog()


def controls_of(group):
    yield from group.get("controls", ())
    for each in group.get("groups", ()):
        yield from controls_of(each)


@pytest.mark.parametrize("version", ["1.6.0", "1.7.0", "1.8.0"])
def test_the_catalog_holds_every_control_once(version):
    document = judged(oscal_catalog(checklist_of(CATALOG, "cis_docker", version)))
    listed = [each for group in document["groups"] for each in controls_of(group)]
    own = CATALOG.frameworks["cis_docker"].ids_by_control(version)
    assert len(listed) == len({each["id"] for each in listed})
    assert own.keys() <= {each["id"] for each in listed}
    privileged = next(each for each in listed if each["id"] == "container_not_privileged")
    assert privileged["props"][0] == {"name": "label", "value": own["container_not_privileged"][0]}
    assert [each["name"] for each in privileged["parts"]] == [
        "statement",
        "guidance",
        "assessment-objective",
        "remediation",
    ]


def test_the_mapping_holds_every_edge_of_every_version():
    document = judged(oscal_mapping(CATALOG, edges_of, CATALOG.frameworks.values()))
    written = sum(len(each["maps"]) for each in document["mappings"])
    expected = sum(
        len(edges_of(requirement)) * len(requirement.ids)
        for framework in CATALOG.frameworks.values()
        for requirement in framework.requirements
    )
    assert written == expected
    hrefs = {f"#{each['uuid']}" for each in document["back-matter"]["resources"]}
    assert {each["target-resource"]["href"] for each in document["mappings"]} <= hrefs
    assert {each["source-resource"]["href"] for each in document["mappings"]} <= hrefs


def test_gaps_are_named_on_both_sides():
    items = (
        Requirement(
            "AC label",
            {"5": "AC-6(5)"},
            {},
            {},
            ("container_not_privileged",),
            edges=(
                Edge(
                    "container_not_privileged",
                    Relationship.SUPPORTS,
                    Directness.DIRECT,
                    Support.CHAINED,
                    "r",
                    ("a", "b"),
                ),
            ),
        ),
        Requirement("b", {"5": "AC-7"}, {}, {}, (), reach=Reach.NOT_REACHABLE),
        Requirement("c", {"5": "AC-8"}, {}, {}, (), reach=Reach.ASKS_NOTHING),
    )
    framework = Framework("nist_sp_800_53", "SP 800-53", ("5",), {"AC": "Access"}, items, about="rests on this")
    (mapping,) = judged(oscal_mapping(CATALOG, edges_of, [framework]))["mappings"]
    (only,) = mapping["maps"]
    assert (only["relationship"], only["ns"]) == ("supports", "urn:dockmark:oscal:1")
    assert only["targets"][0]["id-ref"] == "ac-6.5", "as NIST's own OSCAL catalog writes it"
    assert [each["value"] for each in only["props"]] == ["direct", "chained", "a", "b"]
    assert [each["matching"][0]["pattern"] for each in mapping["target-gap-summary"]["unmapped-controls"]] == ["AC-7"]
    assert len(mapping["source-gap-summary"]["unmapped-controls"]) == len(CATALOG.controls) - 1


@pytest.mark.parametrize("kind", ["oscal-catalog", "oscal-mapping"])
def test_the_command_writes_the_same_bytes_twice(kind, tmp_path):
    first = dockmark("export", kind)
    assert first.returncode == 0, first.stderr
    done = dockmark("export", kind, "-o", tmp_path / "file.json")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "file.json").read_bytes() == first.stdout
    judged(json.dumps(json.loads(first.stdout)))
