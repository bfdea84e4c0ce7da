from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.catalog.load import load_catalog
from benchmark.model.framework import Framework, Requirement
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


def test_other_frameworks_need_not_name_every_control(tmp_path: Path) -> None:
    root = write_tree(tmp_path, CONTROLS, MAPPING)
    other = MAPPING.replace("cis_docker", "other").replace("[two]", "[]").replace("[one]", "[]")
    (root / "mappings" / "other.yaml").write_text(other)
    assert list(load_catalog(root).frameworks) == ["cis_docker", "other"]
