"""``--waivers`` and ``--attestations``: whose files are believed, what is covered in them, and which evidence is there."""

import hashlib
import json
import os

import pytest

from benchmark.cli.entry import main
from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.policy_files import NO_POLICY, file_digest, labels_asked, load_policy, read_evidence, waivers_in
from benchmark.cli.trusted_file import read_trusted
from benchmark.evaluate import EvaluationRequest
from benchmark.render.formats import FORMATS
from tests.policies import attestation, attestations, waiver, waivers, written
from tests.snapshots import container, snapshot, write_snapshot

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root asks who could have written a file")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "waivers.yaml"
    path.write_bytes(written(waivers=[waiver()]))
    path.chmod(0o644)
    return path


def why(path):
    with pytest.raises(OSError, match=r".") as caught:
        read_trusted(str(path), 1000)
    return str(caught.value)


def test_a_file_of_ones_own_is_read(file):
    assert read_trusted(str(file), 1 << 20) == file.read_bytes()
    assert read_trusted(str(file), 3) == file.read_bytes()[:4]


@AS_ROOT
@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666])
def test_root_refuses_a_file_that_others_can_write(file, mode):
    file.chmod(mode)
    assert f"{file} can be written by others (mode {mode:04o}), and this is root" in why(file)


@AS_ROOT
def test_root_refuses_a_file_of_somebody_else(file):
    os.chown(file, 65534, -1)
    assert f"{file} belongs to uid 65534, and this is root" in why(file)


@AS_ROOT
def test_root_refuses_a_directory_that_others_can_write(file):
    inner = file.parent / "a" / "b"
    inner.mkdir(parents=True)
    there = file.rename(inner / file.name)
    inner.parent.chmod(0o777)
    assert f"{inner.parent} can be written by others (mode 0777)" in why(there)
    inner.parent.chmod(0o1777)  # as /tmp: nobody else can replace what root has there
    assert read_trusted(str(there), 10)
    os.chown(inner, 65534, -1)
    assert f"{inner} belongs to uid 65534" in why(there)


@AS_ROOT
def test_root_follows_its_own_links_and_no_others(file):
    elsewhere = file.parent / "elsewhere"
    elsewhere.mkdir()
    real = file.rename(elsewhere / file.name)
    file.symlink_to("elsewhere/../elsewhere/waivers.yaml")
    assert read_trusted(str(file), 1 << 20) == real.read_bytes()
    elsewhere.chmod(0o777)
    assert f"{elsewhere} can be written by others" in why(file)
    elsewhere.chmod(0o755)
    os.lchown(file, 65534, -1)
    assert "is a symbolic link of uid 65534" in why(file)


@AS_ROOT
def test_links_in_a_circle_end(file):
    link = file.parent / "circle"
    link.symlink_to("circle")
    assert why(link) == "too many symbolic links"


def test_a_fifo_neither_hangs_nor_is_read(tmp_path):
    os.mkfifo(tmp_path / "fifo", 0o600)
    assert why(tmp_path / "fifo") == "it is not a regular file"


def test_a_file_that_is_not_there_is_a_refusal(tmp_path):
    with pytest.raises(Refusal, match=r"cannot use .*: No such file or directory"):
        load_policy(str(tmp_path / "none.yaml"), None)


def test_no_files_are_no_policy():
    assert load_policy(None, None) is NO_POLICY


def test_the_mistakes_of_both_files_are_told_at_once(tmp_path):
    for name in ("w.yaml", "a.yaml"):
        (tmp_path / name).write_text("waifers: []\n")
    with pytest.raises(Refusal, match="4 errors in the policy") as caught:
        load_policy(str(tmp_path / "w.yaml"), str(tmp_path / "a.yaml"))
    assert [each.rpartition("/")[2].partition(":")[0] for each in caught.value.more] == ["w.yaml"] * 2 + ["a.yaml"] * 2


def test_what_looks_like_a_secret_in_a_text_is_covered():
    token = "ghp_" + "a1B2" * 9
    data = written(waivers=[waiver(reason=f"It needs {token}.", compensating_controls=[f"x {token}"])])
    (found,) = waivers_in(data, "w").waivers
    assert found.reason == "It needs [redacted:github_token]."
    assert found.compensating_controls == ("x [redacted:github_token]",)


@pytest.mark.parametrize("name", FORMATS)
def test_no_output_holds_a_secret_of_a_policy(tmp_path, capsys, name):
    token = "ghp_" + "a1B2" * 9
    texts = dict.fromkeys(("reason", "requested_by", "approved_by", "risk_reference"), f"by {token}")
    accepted = waiver(id="W-1", compensating_controls=[token], **{**texts, "approved_by": "carol"})
    attested = attestation(scope={"host": "good.example"}, statement=f"with {token}", attested_by=f"dan {token}")
    (tmp_path / "w.yaml").write_bytes(written(waivers=[accepted]))
    (tmp_path / "a.yaml").write_bytes(written(attestations=[attested]))
    target = write_snapshot(tmp_path / "s.json", snapshot([container("web", {"HostConfig.Privileged": True})]))
    signed = ["--waivers", str(tmp_path / "w.yaml"), "--attestations", str(tmp_path / "a.yaml")]
    main(["evaluate", str(target), *signed, "-v", "-o", name, "--fail-on", "never"])
    told = capsys.readouterr()
    assert "W-1" in told.out
    assert token not in told.out + told.err


def test_nor_does_a_complaint(tmp_path):
    token = "ghp_" + "a1B2" * 9
    (tmp_path / "w.yaml").write_bytes(written(waivers=[waiver(category=token, expires=token)]))
    with pytest.raises(Refusal) as caught:
        load_policy(str(tmp_path / "w.yaml"), None)
    assert len(caught.value.more) == 2
    assert token not in "".join(caught.value.more)


def test_evidence_is_looked_for_beside_its_file(tmp_path):
    (tmp_path / "report.txt").write_bytes(b"fine\n")
    os.mkfifo(tmp_path / "fifo")
    digest = hashlib.sha256(b"fine\n").hexdigest()
    entry = attestation(
        evidence=[{"file": name, "sha256": "0" * 63 + "a"} for name in ("report.txt", "none", "fifo", str(tmp_path))]
    )
    found = read_evidence(attestations(entry).attestations, str(tmp_path / "attestations.yaml"))
    assert found == {
        "report.txt": f"sha256:{digest}",
        "none": "No such file or directory",
        "fifo": "it is not a regular file",
        str(tmp_path): "Is a directory",
    }
    assert file_digest(tmp_path / ("x" * 300)) == "File name too long"


def test_labels_that_a_policy_picks_by_are_asked_for():
    request = EvaluationRequest(
        "2026-11-25T00:00:00Z",
        waivers=waivers(waiver(scope={"label": "team=red"}), waiver(id="W-2", scope={"label": "team=blue"})),
        attestations=attestations(attestation(scope={"label": "owner=x"})),
    )
    assert labels_asked(request) == ("team", "owner")
    assert labels_asked(EvaluationRequest("2026-11-25T00:00:00Z")) == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"expires": "2125-12-31", "created": "2125-11-01"}, ExitCode.NOT_MET), ({}, ExitCode.MET)],
)
def test_an_accepted_failure_breaks_no_policy(tmp_path, monkeypatch, capsys, changes, code):
    monkeypatch.setattr("benchmark.cli.evaluation.utc_now", lambda: "2026-11-25T00:00:00Z")
    target = write_snapshot(tmp_path / "s.json", snapshot([container("web", {"HostConfig.Privileged": True})]))
    (tmp_path / "w.yaml").write_bytes(written(waivers=[waiver(**changes)]))
    for policy in ("fail", "score<100"):
        words = ["evaluate", str(target), "--control", "5.5", "--waivers", str(tmp_path / "w.yaml")]
        assert main([*words, "-o", "json", "--fail-on", policy]) == code
        (row,) = json.loads(capsys.readouterr().out)["results"]
        assert row["result"] == "fail"


def test_the_label_of_a_waiver_is_collected(tmp_path, monkeypatch):
    asked = []

    def collect(_, labels):
        asked.append(labels)
        raise Refusal("enough")

    monkeypatch.setattr("benchmark.cli.audit.collect_target", collect)
    (tmp_path / "w.yaml").write_bytes(written(waivers=[waiver(scope={"label": "team=red"})]))
    assert main(["audit", "--no-record", "--waivers", str(tmp_path / "w.yaml")]) == ExitCode.USAGE
    assert asked == [("team",)]
