"""The rules that a tailoring selects: ours beside those that oscap evaluates, over generated and hand-written tailorings."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest
from lxml import etree

from benchmark.catalog.load import load_catalog
from benchmark.cli.checklist import checklist_of
from benchmark.scap.checklist import ChecklistGroup
from benchmark.scap.tailoring import resolve_tailoring
from benchmark.scap.tailoring_document import read_tailoring
from tests.command import ROOT, dockmark
from tests.torture.size import dice, sized

pytestmark = pytest.mark.openscap

SAMPLE = ROOT / "reports/samples/sample-host.snapshot.json.gz"
XCCDF = "http://checklists.nist.gov/xccdf/1.2"
NS = {"x": XCCDF}
CHECKLIST = checklist_of(load_catalog(), "cis_docker", "1.8.0")
RULES = {each.id: each.control.id for each in CHECKLIST.rules()}


def _groups(groups: tuple[ChecklistGroup, ...]) -> list[str]:
    return [name for each in groups for name in (each.id, *_groups(each.groups))]


GROUPS = _groups(CHECKLIST.groups)
PROFILE = "xccdf_dockmark_profile_mine"


@pytest.fixture(scope="module")
def benchmark(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our document without its results: what oscap can evaluate, though it knows none of the checks."""
    path = tmp_path_factory.mktemp("benchmark") / "benchmark.xml"
    assert dockmark("evaluate", SAMPLE, "-o", f"xccdf={path}", "--fail-on", "never").returncode == 0
    tree = etree.parse(path)
    for each in tree.iterfind("x:TestResult", NS):
        tree.getroot().remove(each)
    tree.write(path)
    return path


def evaluated(
    benchmark: Path, tailoring: Path, results: Path, profile: str = PROFILE
) -> dict[str, tuple[str, str, str]]:
    """Result, weight and severity of each rule, as oscap tells them."""
    done = subprocess.run(
        [
            "oscap",
            "xccdf",
            "eval",
            "--tailoring-file",
            tailoring,
            "--profile",
            profile,
            "--results",
            results,
            benchmark,
        ],
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode in (0, 2), done.stderr
    return {
        str(each.get("idref")): (
            str(each.findtext("x:result", namespaces=NS)),
            str(each.get("weight")),
            str(each.get("severity")),
        )
        for each in etree.parse(results).iterfind(".//x:rule-result", NS)
    }


def random_tailoring(rolls: random.Random) -> str:
    changes = []  # of each kind one an item, as the schema wants it
    for idref in rolls.sample([*RULES, *GROUPS, *GROUPS], rolls.randrange(1, 40)):
        selected = rolls.choice(["true", "false", "1", "0"])
        change = f'<select idref="{idref}" selected="{selected}"/>'
        if change.partition(" selected")[0] not in "".join(changes):
            changes.append(change)
    for idref in rolls.sample([*RULES], rolls.randrange(12)):
        refined = rolls.choice(['weight="2.5"', 'severity="low"', 'weight="0.5" severity="high"', 'role="full"'])
        changes.append(f'<refine-rule idref="{idref}" {refined}/>')
    rolls.shuffle(changes)
    base = rolls.choice(["", *(f' extends="{each.id}"' for each in CHECKLIST.profiles)])
    return "\n".join(
        (
            f'<Tailoring xmlns="{XCCDF}" id="xccdf_dockmark_tailoring_t">',
            f'<benchmark href="x" id="{CHECKLIST.id}"/>',
            '<version time="2026-11-27T00:00:00">1</version>',
            f'<Profile id="{PROFILE}"{base}>',
            "<title>Mine</title>",
            *changes,
            "</Profile>",
            "</Tailoring>\n",
        )
    )


def test_the_same_rules_weights_and_severities(benchmark: Path, tmp_path: Path) -> None:
    rolls = dice("tailorings")
    kept = 0
    for number in range(sized(12, 200)):
        path = tmp_path / "tailoring.xml"
        path.write_text(random_tailoring(rolls))
        ours = resolve_tailoring(read_tailoring(path.read_bytes(), "t"), CHECKLIST, None)
        theirs = evaluated(benchmark, path, tmp_path / "results.xml")
        assert theirs.keys() == RULES.keys()
        for rule, (result, weight, severity) in theirs.items():
            control = RULES[rule]
            assert ours.selected[control] == (result != "notselected"), (number, rule, path.read_text())
            refinement = ours.refinements.get(control)
            if result == "notselected" or refinement is None:
                continue
            kept += 1
            if refinement.weight is not None:
                assert float(weight) == float(refinement.weight), (number, rule)
            if refinement.severity is not None:
                assert severity == refinement.severity.value, (number, rule)
    assert kept


def test_what_we_create_selects_the_same(benchmark: Path, tmp_path: Path) -> None:
    path = tmp_path / "tailoring.xml"
    words = ("--unselect", "4", "--select", "4.1b", "--unselect", "container_not_privileged", "--profile", "level_1")
    assert dockmark("tailoring", "create", *words, "-o", path).returncode == 0
    theirs = evaluated(benchmark, path, tmp_path / "results.xml", "xccdf_dockmark_profile_tailored")
    done = dockmark(
        "evaluate", SAMPLE, "--tailoring", path, "-o", f"xccdf={tmp_path / 'ours.xml'}", "--fail-on", "never"
    )
    assert done.returncode == 0
    ours = {
        str(each.get("idref")): str(each.findtext("x:result", namespaces=NS))
        for each in etree.parse(tmp_path / "ours.xml").iterfind(".//x:rule-result", NS)
    }
    assert {each for each, result in ours.items() if result == "notselected"} == {
        each for each, (result, _, _) in theirs.items() if result == "notselected"
    }
    assert ours["xccdf_dockmark_rule_4.1b"] != "notselected"


@pytest.mark.skipif(shutil.which("autotailor") is None, reason="autotailor is not installed (package openscap-utils)")
def test_what_autotailor_writes_is_read(benchmark: Path, tmp_path: Path) -> None:
    path = tmp_path / "tailoring.xml"
    done = subprocess.run(
        [
            *("autotailor", "--id-namespace", "dockmark", "--output", path, "--unselect", "xccdf_dockmark_rule_5.5"),
            *("--var-value", "xccdf_dockmark_value_container_restart_bounded.most_restarts=3", benchmark),
            "xccdf_dockmark_profile_level_1",
        ],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    ours = resolve_tailoring(read_tailoring(path.read_bytes(), "t"), CHECKLIST, None)
    assert not ours.selected["container_not_privileged"]
    assert ours.selected["container_no_host_pid"]
    assert ours.parameters == {("container_restart_bounded", "most_restarts"): 3}
