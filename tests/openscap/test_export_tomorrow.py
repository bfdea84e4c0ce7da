"""A control that is written tomorrow, out of words and facts that there are, is exported tomorrow and judged rightly by oscap."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from benchmark.catalog.load import load_catalog
from benchmark.export.ways import Way
from tests.command import ROOT
from tests.openscap.exported import Exported, export, judged_by_oscap

pytestmark = pytest.mark.openscap

CONTROL = """\
id: {id}
title: Made up
version: 1
severity: low
for_each: {for_each}
{body}
rationale: Made up for a test of the export.
remediation: {{text: Nothing., recreate: recreate container}}
"""


def _running(image: str, rules: list[str] | None, *, user: str = "", running: bool = True) -> dict[str, Any]:
    return {
        "State": {"Running": running},
        "Config": {"Image": image, "User": user},
        "HostConfig": {"DeviceCgroupRules": rules},
    }


TOMORROW = {
    "container_runtime_approved": (
        "containers",
        """\
check: {fact: HostConfig.Runtime, one_of: {parameter: approved}}
parameters:
  approved: {type: strings, default: [runc, crun], description: Runtimes that are approved.}
""",
        [({"HostConfig": {"Runtime": "crun"}}, "pass"), ({"HostConfig": {"Runtime": "kata"}}, "fail"), ({}, "unknown")],
    ),
    "container_swap_limited": (
        "containers",
        """\
when: {not: {fact: HostConfig.Memory, equals: 0}}
check:
  any:
    - all:
        - {fact: HostConfig.MemorySwap, at_least: 1}
        - {fact: HostConfig.MemorySwap, at_most: 8589934592}
    - {fact: HostConfig.CpusetCpus, matches: "[0-9](-[0-9])?"}
""",
        [
            ({"HostConfig": {"Memory": 5, "MemorySwap": 4294967297, "CpusetCpus": ""}}, "pass"),
            ({"HostConfig": {"Memory": 5, "MemorySwap": 8589934593, "CpusetCpus": ""}}, "fail"),
            ({"HostConfig": {"Memory": 5, "MemorySwap": -1, "CpusetCpus": "0-3"}}, "pass"),
            ({"HostConfig": {"Memory": 5, "MemorySwap": -1, "CpusetCpus": "0-33"}}, "fail"),
            ({"HostConfig": {"Memory": 0, "MemorySwap": -1, "CpusetCpus": ""}}, "notchecked"),
            ({"HostConfig": {"Memory": None, "MemorySwap": 1, "CpusetCpus": ""}}, "unknown"),
        ],
    ),
    "container_image_from_us": (
        "running_containers",
        """\
check:
  all:
    - {fact: Config.Image, starts_with_any: ["registry.example.com/"]}
    - {fact: HostConfig.DeviceCgroupRules, disjoint_from: ["a *:* rwm", "c *:* rwm"]}
review: {fact: Config.User, equals: "1000"}
""",
        [
            (_running("registry.example.com/a", None), "pass"),
            (_running("registry.example.com/a", ["x", "a *:* rwm"]), "fail"),
            (_running("registryXexample.com/a", [], user="1000"), "notchecked"),
            (_running("x", [], running=False), "notchecked"),
        ],
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    content = tmp_path_factory.mktemp("content")
    for room in ("controls", "mappings"):
        shutil.copytree(ROOT / room, content / room)
    for name, (for_each, body, _) in TOMORROW.items():
        text = CONTROL.format(id=name, for_each=for_each, body=body.strip())
        (content / f"controls/containers/{name}.yaml").write_text(text)
    mapping = content / "mappings/cis_docker.yaml"
    mapping.write_text(mapping.read_text().replace("\nbeyond: [", f"\nbeyond: [{', '.join(TOMORROW)}, "))
    return export(tmp_path_factory.mktemp("exported"), load_catalog(content))


@pytest.mark.parametrize("name", TOMORROW)
def test_it_is_exported_as_oval(exported: Exported, name: str) -> None:
    found = next(each for each in exported.content.exports if each.rule.control.id == name)
    assert (found.way, found.reason) == (Way.OVAL, "")


@pytest.mark.parametrize(
    ("name", "inspected", "result"), [(name, *case) for name, (_, _, cases) in TOMORROW.items() for case in cases]
)
def test_oscap_judges_it(exported: Exported, tmp_path: Path, name: str, inspected: dict[str, Any], result: str) -> None:
    root = data_root(tmp_path, inspected)
    assert judged_by_oscap(exported, {"place.data_root": str(root)})[name] == result


def test_its_parameter_is_a_value_that_a_tailoring_sets(exported: Exported, tmp_path: Path) -> None:
    values = {"place.data_root": str(data_root(tmp_path, {"HostConfig": {"Runtime": "kata"}}))}
    name = "container_runtime_approved"
    assert judged_by_oscap(exported, values)[name] == "fail"
    assert judged_by_oscap(exported, values | {f"{name}.approved": "runc, kata"})[name] == "pass"
    assert judged_by_oscap(exported, values | {f"{name}.approved": "runc,kata"})[name] == "pass"
    assert judged_by_oscap(exported, values | {f"{name}.approved": ""})[name] == "fail"


def data_root(directory: Path, inspected: dict[str, Any]) -> Path:
    """A data root with one container."""
    here = directory / "docker/containers" / ("a" * 64)
    here.mkdir(parents=True)
    (here / "hostconfig.json").write_text(json.dumps(inspected.get("HostConfig", {})))
    (here / "config.v2.json").write_text(
        json.dumps({key: each for key, each in inspected.items() if key != "HostConfig"})
    )
    return directory / "docker"
