"""Steps about releases (hosts judged at a date, kept in a history, compared; the clock is Debian's faketime's), and about
frameworks and versions of the benchmark. Those that other features share are in test_features.py.
"""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from pytest_bdd import given, parsers, then, when

from benchmark.model.facts import Reason, Unavailable
from tests.command import ROOT, command, environment
from tests.policies import waiver, written
from tests.snapshots import container, snapshot, write_snapshot
from tests.unit.history.assessments import compose
from tests.unit.oscal_judges import judged

WEAKNESSES = {"": {}, "privileged": {"HostConfig.Privileged": True}, "writable": {"HostConfig.ReadonlyRootfs": False}}
CUT_OFF = Unavailable(Reason.TRUNCATED, "GET /containers/json: fewer bytes than announced")
ENDS = {0: "same or better", 1: "regressed", 2: "not comparable"}


@dataclass
class Releases:
    """A history of releases, and what was last said about it."""

    folder: Path
    waivers: Path | None = None
    hosts: list[Path] = field(default_factory=list)
    comparison: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    markdown: str = ""
    run: subprocess.CompletedProcess[bytes] | None = None

    @property
    def store(self) -> Path:
        return self.folder / "history.db"

    def at(self, day, *words):
        """Runs dockmark at noon of a day."""
        return subprocess.run(
            ["faketime", "-f", f"@{day} 12:00:00", *command(*words)],
            env=environment({"TZ": "UTC"}),
            cwd=ROOT,
            capture_output=True,
            timeout=120,
            check=False,
        )

    def judge(self, name, day, table, *words, gaps=None):
        """Judges a host as it was on a day, and keeps the run."""
        host = write_snapshot(self.folder / f"host{len(self.hosts)}.json.gz", snapshot(_containers(table), gaps=gaps))
        self.hosts.append(host)
        policy = () if self.waivers is None else ("--waivers", self.waivers)
        run = self.at(day, "evaluate", host, "--record", "--store", self.store, "--release", name, *policy, *words)
        assert run.returncode in (0, 1, 2), run.stderr
        assert b"recorded as" in run.stderr

    def compare(self, before, after, *words):
        report, paste = self.folder / "comparison.json", self.folder / "comparison.md"
        outputs = ("-o", "table", "-o", f"json={report}", "-o", f"markdown={paste}")
        self.run = self.at("2026-12-01", "compare", before, after, "--store", self.store, *words, *outputs)
        assert self.run.returncode in ENDS, self.run.stderr
        self.comparison, self.markdown = json.loads(report.read_text()), paste.read_text()
        self.text = self.run.stdout.decode()

    def points(self, name="points_exact"):
        terms = self.comparison["bridge"]["terms"]
        return {", ".join(each["terms"]): Fraction(each[name]) for each in terms if Fraction(each[name])}


def _containers(table):
    heading, *rows = table
    made = []
    for row in rows:
        entry = dict(zip(heading, row, strict=True))
        project, _, service = entry.get("service", "").partition("/")
        number = int(re.search(r"[0-9]*$", entry["container"])[0] or 1)
        labels = compose(project, service, number) if service else {}
        if entry.get("label"):
            labels = {**labels, "app": entry["label"]}
        made.append(container(entry["container"], {**WEAKNESSES[entry["weakness"]], "labels": labels}))
        if entry.get("label"):  # the same container under another name
            made[-1] = _with_id(made[-1], entry["label"])
    return made


def _with_id(subject, text):
    from dataclasses import replace

    return replace(subject, id=(text.encode().hex() + "0" * 64)[:64])


@pytest.fixture
def releases(tmp_path):
    return Releases(tmp_path)


@given(parsers.parse("release {name} on {day:S} ran the containers"))
def _(releases, name, day, datatable):
    releases.judge(name, day, datatable)


@given(parsers.parse("release {name} on {day:S}, judged by version {version}, ran the containers"))
def _(releases, name, day, version, datatable):
    releases.judge(name, day, datatable, "--benchmark", version)


@given(parsers.parse("release {name} on {day:S} ran the containers, but its list of them broke off"))
def _(releases, name, day, datatable):
    releases.judge(name, day, datatable, gaps={"containers": CUT_OFF})


@given(parsers.parse('a waiver for 5.5 of the container "{name}" until {day}'))
def _(releases, name, day):
    releases.waivers = releases.folder / "waivers.yaml"
    entries = [
        waiver(
            id=f"W-{number}",
            control=control,
            scope={"host": "good.example", "subject": f"container:{name}"},
            created="2026-01-01",
            expires=day,
        )
        for number, control in enumerate(
            ("container_not_privileged", "container_capabilities_limited", "container_no_host_devices")
        )
    ]
    releases.waivers.write_bytes(written(waivers=entries))


@when(parsers.parse("I compare {before:S} with {after:S}"))
def _(releases, before, after):
    releases.compare(before, after)


@when(parsers.parse('I compare {before:S} with {after:S} by the label "{label}"'))
def _(releases, before, after, label):
    releases.compare(before, after, "--identity-label", label)


@when(parsers.parse("the build judges the same containers against {reference:S}"))
def _(releases, reference):
    releases.run = releases.at(
        "2026-03-01", "evaluate", releases.hosts[-1], "--baseline", reference, "--store", releases.store
    )


@when(parsers.parse("the build judges these containers against {reference:S}"))
def _(releases, reference, datatable):
    releases.hosts.append(write_snapshot(releases.folder / "build.json", snapshot(_containers(datatable))))
    releases.run = releases.at(
        "2026-03-01", "evaluate", releases.hosts[-1], "--baseline", reference, "--store", releases.store
    )


@then(parsers.parse('the outcome is "{outcome}"'))
def _(releases, outcome):
    assert releases.comparison["outcome"] == ENDS[releases.run.returncode] == outcome
    assert outcome in releases.text


@then(parsers.parse('{number:S} is "{state}" for the container "{name}"'))
def _(releases, number, state, name):
    row = next(each for each in releases.comparison["controls"] if number in each["requirements"])
    found = {each["subject"]: each["state"] for each in row["findings"]}
    assert found[f"container:{name}"] == state


@then("the terms of the bridge add up to the difference")
def _(releases):
    bridge = releases.comparison["bridge"]
    for name in ("points_exact", "points_after_waivers_exact"):
        assert sum(releases.points(name).values()) == Fraction(bridge["difference"][name])
    printed = dict(re.findall(r"^  ([a-z ]+?)  +([-+0-9.]+)  +[-+0-9.]+$", releases.text, re.MULTILINE))
    ends = float(printed.pop("after")) - float(printed.pop("before"))
    assert round(float(printed.pop("difference")), 2) == round(ends, 2)
    assert round(sum(map(float, printed.values())), 2) == round(ends, 2)


@then(parsers.parse('all of the difference is put down to "{term}"'))
def _(releases, term):
    assert set(releases.points()) <= {term}
    assert set(releases.points("points_after_waivers_exact")) <= {term}
    assert releases.comparison["bridge"]["terms"]


@then(parsers.parse('after waivers the difference is put down to "{term}" alone'))
def _(releases, term):
    assert set(releases.points("points_after_waivers_exact")) == {term}
    assert releases.points() == {}


@then("the report can be pasted into a merge request")
def _(releases):
    assert releases.markdown.startswith("## Docker benchmark: what changed\n\n**Same or better")
    assert "| posture |" in releases.markdown


@then("the report says what was not looked at")
def _(releases):
    assert "less was looked at" in releases.text


@then("the build goes on")
def _(releases):
    assert releases.run.returncode == 0, releases.run.stderr


@then("the build breaks")
def _(releases):
    assert releases.run.returncode == 1, releases.run.stderr


@then(parsers.parse('it names the new failure of "{name}" and no other'))
def _(releases, name):
    lines = releases.run.stderr.decode().splitlines()
    assert [each for each in lines if each.startswith("  ")]
    assert all(f"container {name}:" in each for each in lines if each.startswith("  "))


# Frameworks, and versions of the benchmark

VERSIONS = ("1.6.0", "1.7.0", "1.8.0")
WAIVERS = """\
waivers:
  - id: W-1
    control: {control}
    category: risk accepted
    reason: it is being replaced
    requested_by: bob@example.org
    approved_by: alice@example.org
    created: "2026-01-01"
    expires: "2026-12-31"
    broad: true
"""
OVERLAY = """\
framework: nist_sp_800_190
controls:
  "{implemented}":
    applicable: true
    justification: it runs here
    implementation: implemented
  "{left_out}":
    applicable: false
    justification: one sensitivity only
"""


def view_of(world):
    (view,) = world.document["framework_views"]
    return view


def requirement_of(world, name):
    return next(
        each for section in view_of(world)["sections"] for each in section["requirements"] if each["id"] == name
    )


# Given


@given(parsers.parse('a waiver for the control "{control}"'))
def _(world, control):
    waivers = world.folder / "waivers.yaml"
    waivers.write_text(WAIVERS.format(control=control))


@given(parsers.parse('an organisation that states "{implemented}" as implemented and "{left_out}" as not applicable'))
def _(world, implemented, left_out):
    (world.folder / "soa.yaml").write_text(OVERLAY.format(implemented=implemented, left_out=left_out))


# When


@when(parsers.parse('I look at the results from the framework "{name}"'))
def _(world, name):
    waivers = world.folder / "waivers.yaml"
    words = ("--waivers", str(waivers)) if waivers.exists() else ()
    world.judge("--framework", name, *words)


@when(parsers.parse('I look at the control "{control}" alone from the framework "{name}"'))
def _(world, control, name):
    world.judge("--framework", name, "--control", control)


@when(parsers.parse('I ask for the coverage of "{name}"'))
def _(world, name):
    world.run("frameworks", "coverage", name, "-o", "json")
    world.document = json.loads(world.text)
    world.run("frameworks", "coverage", name)


@when(parsers.parse('I ask for its statement about "{name}"'))
def _(world, name):
    world.run("frameworks", "soa", name, "--overlay", world.folder / "soa.yaml", "-o", "json")


@when(parsers.parse('I ask for its statement about "{name}" with the results of that host'))
def _(world, name):
    (host,) = world.snapshot_files()
    world.run("frameworks", "soa", name, "--overlay", world.folder / "soa.yaml", "--snapshot", host, "-o", "json")
    world.document = json.loads(world.text)


@when("I write the results as OSCAL")
def _(world):
    (host,) = world.snapshot_files()
    world.run("evaluate", host, "-o", "oscal")


@when("I judge the snapshot under each version of the benchmark")
def _(world):
    for version in VERSIONS:
        world.judge("--benchmark", version)


# Then


@then(parsers.parse('requirement "{name}" is "{status}"'))
def _(world, name, status):
    assert requirement_of(world, name)["status"] == status
    assert re.search(rf"^  \S {status} .*\b{re.escape(name)}\b", world.text, re.MULTILINE)


@then(parsers.parse('it is contradicted by the control "{control}"'))
def _(world, control):
    against = [
        each
        for section in view_of(world)["sections"]
        for requirement in section["requirements"]
        for each in requirement["controls"]
        if each["evidence"] == "against"
    ]
    assert control in {each["control"] for each in against}
    assert all(each["result"] == "fail" and each["directness"] != "incidental" for each in against)


@then(parsers.parse('the risk "{risk}" has the status of "{answer}"'))
def _(world, risk, answer):
    found = requirement_of(world, risk)
    assert found["answered_by"] == [answer]
    assert found["status"] == requirement_of(world, answer)["status"]


@then("the score of the framework counts only what checks can reach")
def _(world):
    score = view_of(world)["score"]
    counted = [
        each
        for section in view_of(world)["sections"]
        for each in section["requirements"]
        if each["reach"] in ("largely", "partly")
    ]
    assert score["reachable"] == len(counted)
    assert score["supported"] == sum(each["status"] == "supported" for each in counted)
    assert f"{score['supported']} of {score['reachable']} reachable requirements" in world.text


@then("the share out of reach stands beside it")
def _(world):
    score = view_of(world)["score"]
    assert score["out_of_reach"] > 0
    assert (
        f"{score['percent_out_of_reach']} %: {score['out_of_reach']} of {score['requirements']} requirements"
        in world.text
    )


@then("no requirement is called compliant or met")
def _(world):
    statuses = {each["status"] for section in view_of(world)["sections"] for each in section["requirements"]}
    assert statuses <= {"supported", "contradicted", "not established", "not reachable"}
    assert "complian" not in world.text.replace("it is no finding of compliance", "")


@then("every requirement is listed with its controls or with the reason why there are none")
def _(world):
    assert len(world.document["requirements"]) > 50
    for each in world.document["requirements"]:
        assert each["controls"] or each["reach_reason"], each["id"]
        assert all(edge["reason"] for edge in each["controls"])
        assert re.search(rf"^  {re.escape(each['id'])}  ", world.text, re.MULTILINE)


@then(parsers.parse('"{name}" is stated as applicable, with the remark "{remark}"'))
def _(world, name, remark):
    row = next(each for each in world.document["controls"] if each["id"] == name)
    assert (row["applicable"], row["remark"]) == ("yes", remark)
    assert row["status"] == "contradicted"


@then(parsers.parse('"{name}" is stated as not applicable, with its justification'))
def _(world, name):
    row = next(each for each in world.document["controls"] if each["id"] == name)
    assert (row["applicable"], row["justification"]) == ("no", "one sensitivity only")


@then("every other requirement is shown as undecided")
def _(world):
    others = [each for each in world.document["controls"] if each["applicable"] != "undecided"]
    assert {each["id"] for each in others} == {"4.4.3", "4.3.4"}


@then("compliance-trestle accepts the document")
def _(world):
    world.document = judged(world.text)


@then("the privileged container is an open risk in it")
def _(world):
    (result,) = world.document["results"]
    risks = {each["value"]: risk for risk in result["risks"] for each in risk["props"] if each["name"] == "control"}
    risk = risks["container_not_privileged"]
    assert risk["status"] == "open"
    assert "HostConfig.Privileged is true" in risk["description"]


@then(parsers.parse("there are {count:d} recommendations in the report"))
def _(world, count):
    numbers = {number for row in world.document["results"] for number in row["requirements"]["cis_docker"]}
    assert len(numbers | {each["id"] for each in world.document["not_yet_judged"]}) == count


@then(parsers.parse('the control "{control}" is judged under {version} alone'))
def _(world, control, version):
    found = [
        each["benchmark"]["version"]
        for each in world.documents
        if control in {row["control"] for row in each["results"]}
    ]
    assert found == [version]


@then("a control that two versions share has the same result in both")
def _(world):
    results = [{row["control"]: row["result"] for row in each["results"]} for each in world.documents]
    assert len(results) == len(VERSIONS)
    for one in results:
        for other in results:
            assert all(one[name] == other[name] for name in one.keys() & other.keys())
