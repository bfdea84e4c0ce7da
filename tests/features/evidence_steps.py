"""The steps about evidence packs: as the compliance officer who makes them, and as the auditor who verifies them."""

import json
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pytest_bdd import given, parsers, then, when

from benchmark.evidence.envelope import EnvelopeSignature, encode_envelope, signed_bytes
from benchmark.evidence.instructions import write_instructions
from benchmark.evidence.keys import load_signing_key
from benchmark.evidence.manifest import Signer
from tests.command import dockmark
from tests.packs import changed_manifest, contents, make_keys, packed_again
from tests.policies import waiver, written
from tests.snapshots import container, snapshot, snapshot_without_engine, write_snapshot


@dataclass
class Evidence:
    """What the steps of one scenario share."""

    folder: Path
    head: str = ""
    policy: list[str] = field(default_factory=list)
    code: int = -1
    text: str = ""
    message: str = ""
    kept_head: str = ""
    trusted: str = "operator.pub.pem"

    @property
    def pack(self):
        return self.folder / "pack.zip"

    @property
    def manifest(self):
        return json.loads(contents(self.pack)["manifest.json"])

    def record(self, host):
        file = write_snapshot(self.folder / "host.json", host)
        run = dockmark("evaluate", file, "--record", "--store", self.folder / "history.db", *self.policy)
        assert run.returncode in (0, 1, 2), run.stderr.decode()
        self.head = re.findall(r"head (sha256:[0-9a-f]{64})", run.stderr.decode())[0]

    def create(self, *words, key="operator.pem"):
        make_keys(self.folder)
        signed = [] if key is None else ["--sign", self.folder / key]
        run = dockmark("evidence", "create", *words, "--store", self.folder / "history.db", "-o", self.pack, *signed)
        assert run.returncode == 0, run.stderr.decode()
        self.message = run.stderr.decode()

    def verify(self, *words):
        run = dockmark("evidence", "verify", self.pack, *words)
        self.code, self.text = run.returncode, " ".join(run.stdout.decode().split())
        assert self.code in (0, 5), run.stderr.decode()

    def change(self, files):
        packed_again(files, self.pack, self.pack)


@pytest.fixture
def evidence(tmp_path):
    return Evidence(tmp_path)


def billing():
    return snapshot([container("web"), container("billing", {"HostConfig.Privileged": True})])


# Given


@given("a recorded audit of a well-kept host")
def _(evidence):
    evidence.record(snapshot())


@given(parsers.parse('a recorded audit of a host whose container "billing" runs privileged'))
@given(parsers.parse('a recorded audit under that waiver of a host whose container "billing" runs privileged'))
def _(evidence):
    evidence.record(billing())


@given("a recorded audit of a host without an engine")
def _(evidence):
    evidence.record(snapshot_without_engine())


@given('a waiver for the container "billing" that says who accepted it')
def _(evidence):
    path = evidence.folder / "waivers.yaml"
    path.write_bytes(written(waivers=[waiver(scope={"host": "good.example", "subject": "container:billing"})]))
    evidence.policy = ["--waivers", str(path)]


@given("the auditor has kept the head that the last report showed")
def _(evidence):
    evidence.kept_head = evidence.head


# When


@when("the compliance officer packs the latest audit and signs it")
def _(evidence):
    evidence.create("latest")


@when("the compliance officer packs the latest audit and signs it with an SSH key")
def _(evidence):
    evidence.create("latest", key="id_ed25519")
    evidence.trusted = "allowed_signers"


@when("the compliance officer packs the latest audit and does not sign it")
def _(evidence):
    evidence.create("latest", key=None)


@when("the compliance officer packs all audits and signs them")
def _(evidence):
    evidence.create("latest~1", "latest")


@when(parsers.parse('the compliance officer packs the latest audit for requirement "{requirement}" of "{framework}"'))
def _(evidence, requirement, framework):
    evidence.create("latest", "--framework", framework, "--requirement", requirement, "--format", "json")


@when("the auditor verifies the pack with the officer's public key")
def _(evidence):
    evidence.verify("--trusted", evidence.folder / "operator.pub.pem")


@when("the auditor verifies the pack without a key")
def _(evidence):
    evidence.verify()


@when("the auditor verifies the pack and expects that head")
def _(evidence):
    evidence.verify("--trusted", evidence.folder / "operator.pub.pem", "--expect-head", evidence.kept_head)


@when("the auditor types the commands that are in the pack")
def _(evidence):
    text = contents(evidence.pack)["VERIFY.txt"].decode()
    lines = [line[4:] for line in text.splitlines() if line.startswith("    ") and "dockmark evidence" not in line]
    given_by_hand = {"PACK": str(evidence.pack), "TRUSTED": str(evidence.folder / evidence.trusted)}
    environment = {"PATH": "/usr/bin:/bin", "TMPDIR": str(evidence.folder), **given_by_hand}
    script = "\n".join(["set -e", *lines]).encode()
    done = subprocess.run(["sh"], input=script, env=environment, cwd="/", capture_output=True, check=False)
    evidence.code, evidence.message = done.returncode, done.stderr.decode()


@when("somebody begins the history anew with a well-kept host alone")
def _(evidence):
    for each in evidence.folder.glob("history.db*"):
        each.unlink()
    evidence.record(snapshot())


@when("somebody turns the failure on privileged containers to a pass")
def _(evidence):
    files = contents(evidence.pack)
    (path,) = [each for each in files if each.endswith("/assessment.json")]
    document = json.loads(files[path])
    next(each for each in document["results"] if each["control"] == "container_not_privileged")["result"] = "pass"
    evidence.change({**files, path: json.dumps(document).encode()})


@when("somebody changes what was seen of the container")
def _(evidence):
    files = contents(evidence.pack)
    (path,) = [each for each in files if each.endswith("/snapshot.json")]
    data = files[path].replace(b'"HostConfig.Privileged":true', b'"HostConfig.Privileged":false')
    assert data != files[path]
    evidence.change({**files, path: data})


@when("somebody takes a report out")
def _(evidence):
    evidence.change({name: data for name, data in contents(evidence.pack).items() if not name.endswith("/report.txt")})


@when("somebody adds a file")
def _(evidence):
    evidence.change({**contents(evidence.pack), "extra.txt": b"x"})


@when("somebody cuts the file short")
def _(evidence):
    evidence.pack.write_bytes(evidence.pack.read_bytes()[:-100])


@when("somebody signs it anew with a key of their own")
def _(evidence):
    key = load_signing_key((evidence.folder / "stranger.pem").read_bytes(), lambda: b"")
    files = {**contents(evidence.pack), "VERIFY.txt": write_instructions(Signer(key.id, for_ssh=False))}
    files = changed_manifest(files, {"signer": {"keyid": key.id, "ssh": False}})
    made = EnvelopeSignature(key.id, key.sign(signed_bytes(files["statement.json"])))
    evidence.change({**files, "envelope.json": encode_envelope(files["statement.json"], [made])})


@when("somebody takes the signature off")
def _(evidence):
    evidence.change({name: data for name, data in contents(evidence.pack).items() if name != "envelope.json"})


# Then


@then("the pack is verified")
def _(evidence):
    assert evidence.code == 0
    assert " VERIFIED: a trusted key signed this pack" in evidence.text
    assert "NOT VERIFIED" not in evidence.text


@then("the pack is not verified")
def _(evidence):
    assert evidence.code == 5
    assert "NOT VERIFIED" in evidence.text


@then(parsers.parse('the auditor is told "{text}"'))
def _(evidence, text):
    assert text in evidence.text


@then("the auditor is told that the host may not have told the truth")
def _(evidence):
    assert "Not proven by any of this * that the host told the truth" in evidence.text


@then("the auditor is told that nobody knows whether the clocks were right")
def _(evidence):
    assert "that clocks were right" in evidence.text


@then("every verdict was judged again from the facts")
def _(evidence):
    judged = int(re.search(r"(\d+) verdicts judged again from the facts come out the same", evidence.text)[1])
    assert judged == evidence.manifest["totals"]["asked"] > 100


@then("all of them succeed")
def _(evidence):
    assert evidence.code == 0, evidence.message


@then("the compliance officer is told that it is not signed")
def _(evidence):
    assert "NOT SIGNED" in evidence.message


@then("the pack says for each audit whose it was, of which host and when")
def _(evidence):
    for each in evidence.manifest["runs"]:
        assert each["host"] == "good.example"
        assert all(
            each[name] for name in ("operator", "collected_at", "evaluated_at", "recorded_at", "target", "profile")
        )


@then("in each audit every control that was asked is counted once")
def _(evidence):
    for each in evidence.manifest["runs"]:
        counts = dict(each["counts"])
        assert counts.pop("asked") == sum(counts.values()) > 100


@then("controls that no engine answered for are counted as unreachable")
def _(evidence):
    answered, unanswered = (each["counts"]["unreachable"] for each in evidence.manifest["runs"])
    assert (answered, unanswered > 50) == (0, True)


@then("the pack holds a report of the controls for that requirement alone")
def _(evidence):
    (run,) = evidence.manifest["runs"]
    files = contents(evidence.pack)
    excerpt, whole = (json.loads(files[run["files"][kind]["json"]]) for kind in ("excerpts", "reports"))
    assert [each["control"] for each in excerpt["results"] if each["control"] == "container_not_privileged"]
    assert 0 < len(excerpt["results"]) < len(whole["results"])


@then("the pack holds all facts of the host all the same")
def _(evidence):
    (run,) = evidence.manifest["runs"]
    facts = json.loads(contents(evidence.pack)[run["files"]["snapshot"]])
    assert {each["name"] for each in facts["subjects"] if each["kind"] == "container"} == {"web", "billing"}


@then("the waiver is in the pack")
def _(evidence):
    (run,) = evidence.manifest["runs"]
    assert b"carol@example.org" in contents(evidence.pack)[run["files"]["waivers"]]


@then("a failure is counted as waived")
def _(evidence):
    assert evidence.manifest["totals"]["waived"] == 1
