from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.catalog.edges import derived_edges
from benchmark.catalog.load import load_catalog
from benchmark.model.framework import Directness, Edge, Framework, Reach, Relationship, Requirement, Support
from tests.unit.catalog.synthetic import CONTROL, errors_of, write_tree

MAPPING = """\
framework: cis_docker
title: A framework of the tests
versions: ["1.6.0", "1.8.0"]
sections: {"2": Daemon}
beyond: [two]
requirements:
  - label: One
    id: "2.10"
    levels: {"1.6.0": [1, 2], "1.8.0": 1}
    assessment: {"1.6.0": manual, "1.8.0": automated}
    controls: [one]
  - label: New
    ids: {"1.8.0": "2.7"}
    level: 2
    assessment: manual
    controls: []
"""
CONTROLS = {"containers/one": CONTROL, "containers/two": CONTROL}


def test_a_framework_carries_its_versions_side_by_side(tmp_path: Path) -> None:
    framework = load_catalog(write_tree(tmp_path, CONTROLS, MAPPING)).frameworks["cis_docker"]
    assert framework == Framework(
        "cis_docker",
        "A framework of the tests",
        ("1.6.0", "1.8.0"),
        {"2": "Daemon"},
        (
            Requirement(
                "One",
                {"1.6.0": "2.10", "1.8.0": "2.10"},
                {"1.6.0": (1, 2), "1.8.0": (1,)},
                {"1.6.0": "manual", "1.8.0": "automated"},
                ("one",),
                edges=derived_edges(("one",)),
                reach=Reach.LARGELY,
                reach_reason="A program decides it wherever the facts can be read.",
            ),
            Requirement("New", {"1.8.0": "2.7"}, {"1.8.0": (2,)}, {"1.8.0": "manual"}, ()),
        ),
    )
    assert framework.newest == "1.8.0"


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("framework: cis_docker", "framework: cis", "1:12: the framework is 'cis', but the file is cis_docker.yaml"),
        ('["1.6.0", "1.8.0"]', '["1.6.0", 1.8]', "3:21: a version must be a string, found the number 1.8; quote it"),
        ('["1.6.0", "1.8.0"]', '["1.8.0", "1.6.0", "1.8.0"]', "3:30: the version 1.8.0 stands twice"),
        ('id: "2.10"', "id: 2.10", '8:9: id must be a string, found the number 2.10; quote it: "2.10"'),
        ('id: "2.10"', 'id: "3.10"', "7:5: 3.10 lies in section '3', which has no label under sections"),
        ('id: "2.10"', 'id: "2.7"', "12:5: 2.7 of 1.8.0 stands twice, first in line 7"),
        ('id: "2.10"', 'id: "2.10"\n    ids: {"1.6.0": "2.1"}', "7:5: a requirement has either id or ids"),
        ('    id: "2.10"\n', "", "7:5: a requirement has either id or ids"),
        ('ids: {"1.8.0": "2.7"}', 'ids: {"1.9.0": "2.7"}', "13:11: no version '1.9.0'; there are 1.6.0, 1.8.0"),
        ('{"1.8.0": "2.7"}', "{}", "13:10: ids needs at least one version"),
        ("level: 2", "level: 3", "14:12: levels are out of 1, 2, each once"),
        ("level: 2", "level: [1, 1]", "14:12: levels are out of 1, 2, each once"),
        ("level: 2", "level: []", "14:12: levels are out of 1, 2, each once"),
        ("level: 2", 'levels: {"1.6.0": 1, "1.8.0": 1}', "14:14: levels for 1.6.0, in which the requirement has no id"),
        ("    level: 2\n", "", "12:5: a requirement has either level or levels"),
        ('levels: {"1.6.0": [1, 2], "1.8.0": 1}', 'levels: {"1.6.0": 1}', "9:13: levels lacks 1.8.0"),
        ("assessment: manual", "assessment: auto", "15:17: no assessment 'auto'; there are automated, manual"),
        ("assessment: manual", "assessment: Manual", "15:17: no assessment 'Manual'; there are automated, manual"),
        ('{"1.6.0": manual, "1.8.0": automated}', "{}", "10:17: assessment lacks 1.6.0, 1.8.0"),
        ("controls: [one]", "controls: [one, one]", "11:21: one stands twice"),
        ("controls: [one]", "controls: one", "11:15: controls must be a list, found a string"),
        ("controls: [one]", "controls: [one, thre]", "11:21: no control 'thre'; there are one, two"),
        ("beyond: [two]", "beyond: [two, one]", "5:15: one is mapped in line 11, so it is not beyond this framework"),
        ("beyond: [two]", "beyond: [two, six]", "5:15: no control 'six'; there are one, two"),
        (
            "controls: [one]",
            'controls: [one]\n    presets: {"1.7.0": {}}',
            "12:15: presets for 1.7.0, in which the requirement has no id",
        ),
        (
            "controls: [one]",
            'controls: [one]\n    presets: {"1.8.0": {two.limit: 1}}',
            "12:25: a preset is named CONTROL.PARAMETER, with a control of this requirement",
        ),
        (
            "controls: [one]",
            'controls: [one]\n    presets: {"1.8.0": {one.limit: 1}}',
            "12:25: no parameter of one 'limit'; there are",
        ),
        ("title: A framework of the tests", "titel: x", "2:1: no key 'titel'; there are framework, title, "),
        ("  - label: New\n    ids", "  - lable: New\n    ids", "12:5: no key 'lable'; there are label, "),
    ],
)
def test_a_wrong_mapping_is_an_error_at_its_place(tmp_path: Path, old: str, new: str, error: str) -> None:
    assert old in MAPPING
    found = errors_of(write_tree(tmp_path, CONTROLS, MAPPING.replace(old, new)))
    assert any(each.startswith(f"mappings/cis_docker.yaml:{error}") for each in found), found


def test_every_control_is_mapped_or_said_to_be_beyond(tmp_path: Path) -> None:
    found = errors_of(write_tree(tmp_path, CONTROLS, MAPPING.replace("[two]", "[]")))
    assert found == [
        "controls/containers/two.yaml:1:5: no requirement in mappings/cis_docker.yaml names two; list it there under beyond"
    ]


def test_a_control_with_errors_is_still_known_to_the_mapping(tmp_path: Path) -> None:
    broken = {"containers/one": CONTROL.replace("equals", "equal"), "containers/two": "a: ["}
    found = errors_of(write_tree(tmp_path, broken, MAPPING))
    assert [each.split(": ")[0] for each in found] == [
        "controls/containers/one.yaml:8:3",
        "controls/containers/two.yaml:2:1",
    ]


def test_the_same_id_may_stand_for_different_items_in_different_versions(tmp_path: Path) -> None:
    text = MAPPING.replace('id: "2.10"', 'ids: {"1.6.0": "2.7", "1.8.0": "2.8"}')
    assert errors_of(write_tree(tmp_path, CONTROLS, text)) == []


OTHER = """\
framework: other
title: Another framework
versions: ["2013", "2022"]
complete: false
about: >
  Two of its items,
  chosen for the tests.
sections: {"A.5": {"2013": Policies, "2022": Organisation}, "A.12": Operation}
requirements:
  - label: Said in two places before
    ids: {"2022": "A.5.1"}
    reach: partly
    reach_reason: The rest is on paper.
    corresponds: {"2013": ["A.12.1", "A.5.1"]}
    edges:
      - controls: [one, two]
        relationship: intersects-with
        directness: direct
        support: published
        sources: [A public table]
        reason: >
          Both are about
          the same thing.
      - controls: [three]
        relationship: supports
        directness: incidental
        support: own judgement
        reason: It helps.
  - label: One half
    ids: {"2013": "A.12.1"}
    reach: not reachable
    reach_reason: People do it.
    corresponds: {"2022": ["A.5.1"]}
  - label: The other half
    ids: {"2013": "A.5.1"}
    reach: asks nothing
    reach_reason: It only describes.
    corresponds: {"2022": ["A.5.1"]}
"""
OTHER_CONTROLS = {"containers/one": CONTROL, "containers/two": CONTROL, "containers/three": CONTROL}


def other_tree(root: Path, text: str) -> Path:
    write_tree(root, OTHER_CONTROLS, MAPPING.replace("[two]", "[two, three]"))
    (root / "mappings" / "other.yaml").write_text(text)
    return root


def test_other_frameworks_say_of_each_control_how_it_is_meant_and_why(tmp_path: Path) -> None:
    framework = load_catalog(other_tree(tmp_path, OTHER)).frameworks["other"]
    merged, half, _ = framework.requirements
    shared = (Relationship.INTERSECTS_WITH, Directness.DIRECT, Support.PUBLISHED, "Both are about the same thing.")
    assert merged.edges == (
        Edge("one", *shared, ("A public table",)),
        Edge("two", *shared, ("A public table",)),
        Edge("three", Relationship.SUPPORTS, Directness.INCIDENTAL, Support.OWN_JUDGEMENT, "It helps."),
    )
    assert merged.controls == ("one", "two", "three")
    assert (merged.reach, merged.reach_reason) == (Reach.PARTLY, "The rest is on paper.")
    assert merged.corresponds == {"2013": ("A.12.1", "A.5.1")}
    assert (half.edges, half.reach, half.levels) == ((), Reach.NOT_REACHABLE, {})
    assert not framework.complete
    assert framework.about == "Two of its items, chosen for the tests."
    assert framework.section_label("A.5", "2013") == "Policies"
    assert framework.section_label("A.5", "2022") == "Organisation"
    assert framework.section_label("A.12", "2013") == "Operation"


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("complete: false", "complete: no", "4:11: complete must be true or false, found a string"),
        ('"2013": Policies', '"2014": Policies', "8:20: no version '2014'; there are 2013, 2022"),
        (
            '"A.12": Operation',
            '"A.1": Operation',
            "29:5: A.12.1 lies in section 'A.12', which has no label under sections",
        ),
        ("    reach: partly\n", "", "10:5: a requirement lacks reach, which says how far checks can go"),
        ("reach: partly", "reach: mostly", "12:12: no reach 'mostly'; there are largely, partly, incidentally, "),
        ("reach: partly", "reach: incidentally", "12:12: reach is incidentally, but an edge is direct or partial"),
        ("reach: partly", "reach: not reachable", "12:12: reach is not reachable, but controls have edges to it"),
        ("reach: partly", "reach: asks nothing", "12:12: reach is asks nothing, but controls have edges to it"),
        ("directness: direct", "directness: incidental", "12:12: reach is partly, but every edge is incidental"),
        ("reach: not reachable", "reach: partly", "31:12: reach is partly, but no control has an edge to it"),
        ("    reach_reason: People do it.\n", "", "29:5: a requirement with reach lacks reach_reason"),
        ("[one, two]", "[one, twoo]", "16:25: no control 'twoo'; there are one, three, two"),
        ("[one, two]", "[one, three]", "24:20: three stands twice, first in line 16"),
        ("[one, two]", "[one, one]", "16:25: one stands twice"),
        ("[one, two]", "[]", "16:19: controls needs at least one"),
        (
            "intersects-with",
            "intersects",
            "17:23: no relationship 'intersects'; there are equal, subset-of, superset-of, ",
        ),
        (
            "directness: direct",
            "directness: full",
            "18:21: no directness 'full'; there are direct, partial, incidental",
        ),
        ("support: published", "support: public", "19:18: no support 'public'; there are published, framework text, "),
        ("        sources: [A public table]\n", "", "16:9: an edge whose support is published lacks sources"),
        ("[A public table]", "[x, x]", "20:22: the source 'x' stands twice"),
        ("        reason: It helps.\n", "", "24:9: an edge lacks reason"),
        ("reason: It helps.", "reason: ' '", "28:17: reason is empty"),
        (
            '    corresponds: {"2022": ["A.5.1"]}\n  - label: The',
            "  - label: The",
            "10:5: it corresponds to A.12.1 of 2013, which does not say so in line 29",
        ),
        ('["A.12.1", "A.5.1"]', '["A.12.1", "A.12.9"]', "10:5: it corresponds to A.12.9 of 2013, which does not exist"),
        ('["A.12.1", "A.5.1"]', '["A.12.1", "A.12.1"]', "14:38: A.12.1 stands twice"),
        ('corresponds: {"2013"', 'corresponds: {"2014"', "14:19: no version '2014'; there are 2013, 2022"),
        (
            "    reach: not reachable\n",
            "    controls: [one]\n    reach: not reachable\n",
            "31:5: controls stand below edges, each with a reason",
        ),
    ],
)
def test_a_wrong_edge_is_an_error_at_its_place(tmp_path: Path, old: str, new: str, error: str) -> None:
    assert old in OTHER
    found = errors_of(other_tree(tmp_path, OTHER.replace(old, new, 1)))
    assert any(each.startswith(f"mappings/other.yaml:{error}") for each in found), found


def test_no_error_follows_from_another_one(tmp_path: Path) -> None:
    """Edges that could not be read say nothing of how far checks reach."""
    found = errors_of(other_tree(tmp_path, OTHER.replace("directness: direct", "directness: full")))
    assert len(found) == 1, found


def test_the_benchmark_may_say_more_of_a_control_than_that_it_decides(tmp_path: Path) -> None:
    edges = """\
    reach: partly
    reach_reason: The rest is for people.
    edges:
      - controls: [one]
        relationship: subset-of
        directness: direct
        support: framework text
        reason: It asks the half that a program sees."""
    root = write_tree(tmp_path, CONTROLS, MAPPING.replace("    controls: [one]", edges))
    requirement = load_catalog(root).frameworks["cis_docker"].requirements[0]
    assert requirement.controls == ("one",)
    assert requirement.edges[0].relationship is Relationship.SUBSET_OF
    assert requirement.reach is Reach.PARTLY


@pytest.mark.parametrize(
    ("text", "reach"),
    [
        (CONTROL, Reach.LARGELY),
        (CONTROL + "attest: A person looks as well.\n", Reach.PARTLY),
        (
            CONTROL.replace("check:\n  fact: HostConfig.Privileged\n  equals: false", "attest: A person says."),
            Reach.PARTLY,
        ),
    ],
    ids=["by a program", "by both", "by a person"],
)
def test_how_an_item_of_the_benchmark_is_reached_follows_from_how_it_is_decided(
    tmp_path: Path, text: str, reach: Reach
) -> None:
    root = write_tree(tmp_path, {"containers/one": text, "containers/two": CONTROL}, MAPPING)
    decided, undecided = load_catalog(root).frameworks["cis_docker"].requirements
    assert decided.reach is reach
    assert decided.reach_reason.endswith(".")
    assert (undecided.edges, undecided.reach_reason) == ((), "")
