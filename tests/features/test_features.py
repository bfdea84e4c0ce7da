"""The steps of all features: every one goes through the public command line, on snapshots made by tests/snapshots.py."""

import json
import re
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from pytest_bdd import given, parsers, scenarios, then, when

from benchmark.model.facts import Reason, Unavailable
from benchmark.model.snapshot import Enumeration, Snapshot
from tests.command import ROOT, dockmark
from tests.snapshots import DENIED, container, snapshot, write_snapshot

# Features whose steps have a module of their own, beside this one.
ELSEWHERE = frozenset({"auditing_by_the_calendar.feature"})
scenarios(*sorted(each.name for each in Path(__file__).parent.glob("*.feature") if each.name not in ELSEWHERE))

CUT_OFF = Unavailable(Reason.TRUNCATED, "GET /containers/json: fewer bytes than announced")
PENDING = Unavailable(Reason.PENDING_RESTART, "/etc/docker/daemon.json is newer than the daemon's start")
SETTINGS = (
    "daemon.icc",
    "daemon.live-restore",
    "daemon.userland-proxy",
    "daemon.no-new-privileges",
    "daemon.log-level",
)


HOUSE = """\
framework: house
title: Our house standard
versions: ["2026"]
sections: {H: Hosts}
requirements:
  - label: No container does what the host's root does
    id: H-7
    reach: largely
    reach_reason: Rights that a container gets later are not seen.
    edges:
      - controls: [container_not_privileged]
        relationship: subset-of
        directness: direct
        support: own judgement
        reason: The privileged flag hands over all of root's rights at once.
"""


@dataclass
class World:
    """What the steps of one scenario share."""

    folder: Path
    hosts: list[Snapshot] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    content: Path | None = None
    words: list[str] = field(default_factory=list)
    code: int = -1
    text: str = ""
    message: str = ""
    document: dict = field(default_factory=dict)
    documents: list[dict] = field(default_factory=list)

    def snapshot_files(self):
        """The files of the hosts, written when first asked for."""
        for number, host in enumerate(self.hosts[len(self.files) :], len(self.files)):
            self.files.append(write_snapshot(self.folder / f"host{number}.json", host))
        return self.files

    def judge(self, *words):
        """Runs ``dockmark evaluate`` with a table for people and JSON for the steps."""
        report = self.folder / "report.json"
        report.unlink(missing_ok=True)
        self.words = list(words)
        run = dockmark("evaluate", *self.snapshot_files(), *words, "-o", "table", "-o", f"json={report}")
        self._keep(run)
        self.document = json.loads(report.read_text()) if report.exists() and len(self.files) == 1 else {}
        self.documents.append(self.document)

    def run(self, *words):
        """Runs any other command."""
        self._keep(dockmark(*words))

    def _keep(self, run):
        self.code, self.text, self.message = run.returncode, run.stdout.decode(), run.stderr.decode()
        assert "Traceback" not in self.message

    def row(self, number):
        """The result that stands under a CIS number."""
        return next(each for each in self.document["results"] if number in each["requirements"].get("cis_docker", ()))


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


# Given


@given("the snapshot of a well-kept host")
def _(world):
    world.hosts.append(snapshot())


@given(parsers.parse('the snapshot of a host whose container "{name}" runs privileged'))
def _(world, name):
    name = name.replace("\\e", "\x1b").replace("\\r", "\r")
    world.hosts.append(snapshot([container("web"), container(name, {"HostConfig.Privileged": True})]))


@given(parsers.parse('the snapshot of a host whose stopped container "{name}" runs privileged'))
def _(world, name):
    stopped = {"State.Status": "exited", "State.Running": False, "HostConfig.Privileged": True}
    world.hosts.append(snapshot([container("web"), container(name, stopped)]))


@given(parsers.parse('the snapshot of a host whose container "{name}" may set the time'))
def _(world, name):
    world.hosts.append(snapshot([container(name, {"HostConfig.CapAdd": ["SYS_TIME"], "capabilities": ["SYS_TIME"]})]))


@given("the snapshot of a host whose daemon.json could not be read")
def _(world):
    world.hosts.append(snapshot(daemon=dict.fromkeys(SETTINGS, DENIED)))


@given("the snapshot of a host whose daemon.json is newer than the running daemon")
def _(world):
    world.hosts.append(snapshot(daemon=dict.fromkeys(SETTINGS, PENDING)))


@given("the snapshot of a host whose list of containers broke off")
def _(world):
    world.hosts.append(snapshot(gaps={"containers": CUT_OFF}))


@given("whose list of containers broke off")
def _(world):
    host = world.hosts.pop()
    listed = host.enumeration("containers")
    broken = {**host.enumerations, "containers": Enumeration(listed.members, gap=CUT_OFF, sources=listed.sources)}
    world.hosts.append(replace(host, enumerations=broken))


@given("somebody cut the file short")
def _(world):
    (file,) = world.snapshot_files()
    data = file.read_bytes()
    file.write_bytes(data[: len(data) * 2 // 3])


@given("somebody wrote a second answer beside the first")
def _(world):
    (file,) = world.snapshot_files()
    data = file.read_bytes()
    changed = data.replace(
        b'"HostConfig.Privileged":false', b'"HostConfig.Privileged":true,"HostConfig.Privileged":false'
    ).replace(b'"HostConfig.Privileged": false', b'"HostConfig.Privileged": true, "HostConfig.Privileged": false')
    assert changed != data
    file.write_bytes(changed)


@given("a copy of the controls and mappings")
def _(world):
    world.content = world.folder / "content"
    for each in ("controls", "mappings"):
        shutil.copytree(ROOT / each, world.content / each)


@given("a mapping file of our house standard")
def _(world):
    (world.folder / "house.yaml").write_text(HOUSE)


@given(parsers.parse('a mapping file of our house standard that names a control "{control}"'))
def _(world, control):
    (world.folder / "house.yaml").write_text(HOUSE.replace("container_not_privileged", control))


@given(parsers.parse('a mapping file of our house standard that calls itself "{name}"'))
def _(world, name):
    (world.folder / "house.yaml").write_text(HOUSE.replace("framework: house", f"framework: {name}"))


@given(parsers.parse('the control "{control}" says "{wrong}" instead of "{right}"'))
def _(world, control, wrong, right):
    (file,) = world.content.rglob(f"{control}.yaml")
    text = file.read_text()
    assert f"{right}:" in text
    file.write_text(text.replace(f"{right}:", f"{wrong}:", 1))


# When


@when("I judge the snapshot")
@when("I judge the snapshots together")
def _(world):
    world.judge()


@when("I judge the snapshot twice")
def _(world):
    world.judge()
    world.judge()


@when(parsers.parse("I judge the snapshot under benchmark {version} and profile {profile}"))
def _(world, version, profile):
    world.judge("--benchmark", version, "--profile", profile)


@when(parsers.parse("I judge the snapshot for recommendation {number} alone"))
def _(world, number):
    world.judge("--control", number)


@when(parsers.parse('I judge it again with "{parameter}" set to "{value}"'))
def _(world, parameter, value):
    world.judge(*world.words, "--set", f"{parameter}={value}")


@when(parsers.parse('I judge the snapshot with the rule "{rule}"'))
def _(world, rule):
    world.judge("--fail-on", rule)


@when("I judge the snapshot with that mapping")
def _(world):
    world.judge("--mapping", world.folder / "house.yaml")


@when("I judge the snapshot with that copy")
def _(world):
    world.judge("--content", str(world.content))


@when(parsers.parse('I ask for the explanation of "{name}"'))
def _(world, name):
    world.run("controls", "show", name)


@when(parsers.parse('I ask for the explanation of "{name}" with that mapping'))
def _(world, name):
    world.run("controls", "show", name, "--mapping", world.folder / "house.yaml")


@when(parsers.parse("I list the controls of benchmark {version} and profile {profile}"))
def _(world, version, profile):
    world.run("controls", "list", "--benchmark", version, "--profile", profile)


# Then


@then("the policy is met")
def _(world):
    assert world.code == 0


@then("the policy is not met")
def _(world):
    assert world.code == 1


@then("the evaluation is incomplete")
def _(world):
    assert world.code == 2
    assert "incomplete" in world.text.lower()


@then("the run is refused")
def _(world):
    assert world.code == 3


@then(parsers.parse("the exit code is {code:d}"))
def _(world, code):
    assert world.code == code


@then("there is no report")
def _(world):
    assert world.text == ""
    assert not (world.folder / "report.json").exists()


@then("the message names the file")
def _(world):
    assert str(world.files[0]) in world.message


@then(parsers.parse('the message says "{text}"'))
def _(world, text):
    assert text in world.message


@then(parsers.parse('the message gives file, line and column of "{name}"'))
def _(world, name):
    assert re.search(rf"^\S*{re.escape(name)}:[1-9]\d*:[1-9]\d*: .+", world.message, re.MULTILINE)


@then(parsers.parse("the score is {percent} percent"))
def _(world, percent):
    assert f"{percent} %" in world.text
    assert world.document["score"]["percent"] == float(percent)


@then("the coverage counts every selected control")
def _(world):
    coverage = world.document["score"]["coverage"]
    counted = sum(count for name, count in coverage.items() if name != "selected")
    assert coverage["selected"] == counted == len(world.document["results"])
    assert f"{coverage['judged']} of {coverage['selected']} controls judged" in world.text


@then("the report says which recommendations nothing judges yet")
def _(world):
    assert ("Not yet judged" in world.text) is bool(world.document["not_yet_judged"])


@then(parsers.re(r'recommendation (?P<number>[\d.]+) is reported as "(?P<result>\w+)"'))
def _(world, number, result):
    row = world.row(number)
    assert row["result"] == result
    assert re.search(rf"\b{result} +{re.escape(number)} ", world.text)
    assert row["title"] in world.text


@then(parsers.re(r'recommendation (?P<number>[\d.]+) is reported as "(?P<result>\w+)" because .*"(?P<reason>\w+)"'))
def _(world, number, result, reason):
    row = world.row(number)
    assert row["result"] == result
    reasons = {row["reason"], *(each["reason"] for each in row["findings"])}
    assert reason in reasons
    assert reason.replace("_", " ") in world.text.replace("_", " ")


@then(parsers.parse('no control that rests on an unread setting is reported as "{result}"'))
def _(world, result):
    resting = [
        row for row in world.document["results"] if any(each in json.dumps(row["findings"]) for each in SETTINGS)
    ]
    assert len(resting) == len(SETTINGS)
    assert all(row["result"] != result for row in resting)


@then(parsers.parse('the report names the container "{name}"'))
def _(world, name):
    assert f"container {name}:" in world.text


@then(parsers.parse('the report says that "{sentence}"'))
@then(parsers.parse('it says that "{sentence}"'))
def _(world, sentence):
    assert sentence in " ".join(world.text.split())


@then("the report holds no control characters")
def _(world):
    assert re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", world.text) is None
    assert r"\x1b[2J" in world.text


@then("both reports hold the same results")
def _(world):
    one, other = world.documents
    assert one["results"] == other["results"]
    assert one["score"] == other["score"]


@then(parsers.parse("the report is about benchmark {version} and profile {profile}"))
def _(world, version, profile):
    assert world.document["benchmark"]["version"] == version
    assert world.document["profile"] == profile
    assert f"{version}, {profile}" in world.text


@then("exactly the recommendations of that version and profile are in the report")
def _(world):
    version, profile = world.document["benchmark"]["version"], world.document["profile"]
    reported = {number for row in world.document["results"] for number in row["requirements"]["cis_docker"]}
    waiting = {each["id"] for each in world.document["not_yet_judged"]}
    assert not reported & waiting
    document = json.loads(
        dockmark("controls", "list", "--benchmark", version, "--profile", profile, "-o", "json").stdout
    )
    listed = [each for each in document["controls"] if each["number"]]  # the others are beyond the benchmark
    assert reported == {each["number"] for each in listed if each["control"]}
    assert waiting == {each["number"] for each in listed if not each["control"]}
    levels = {1} if profile == "level_1" else {1, 2}
    assert all(levels & set(each["levels"]) for each in listed)


@then(parsers.parse('control "{control}" stands under number {number}'))
def _(world, control, number):
    assert world.row(number)["control"] == control


@then(parsers.parse('the report holds control "{control}" alone'))
def _(world, control):
    assert [each["control"] for each in world.document["results"]] == [control]


@then(parsers.parse("the report has a row for each of {count:d} hosts"))
def _(world, count):
    assert world.text.count("good.example") == count


@then(parsers.parse('the explanation is about "{control}"'))
def _(world, control):
    assert world.code == 0
    assert world.text.startswith(control)


@then("it says why the control exists, how it is checked and how to mend a failure")
def _(world):
    for heading in ("Why", "How it is checked", "How to mend a failure"):
        assert f"\n{heading}\n  " in world.text


@then("it gives the number in every version of the benchmark")
def _(world):
    rows = [line.split()[:2] for line in world.text.splitlines() if re.match(r"  1\.\d\.0 ", line)]
    assert rows == [["1.6.0", "5.5"], ["1.7.0", "5.5"], ["1.8.0", "5.5"]]


@then(parsers.parse("{count:d} recommendations are listed"))
def _(world, count):
    assert f"{count} recommendations" in world.text


@then("those that nothing judges yet are marked")
def _(world):
    counted = int(re.search(r"(\d+) of them not judged yet", world.text)[1])
    assert world.text.count("not judged yet") == counted + 1


@then(parsers.parse('it names rule "{rule}" of our house standard'))
def _(world, rule):
    assert re.search(rf"Our house standard\n.*\b{rule}\b", world.text, re.DOTALL)
