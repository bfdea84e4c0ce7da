"""``dockmark waivers`` and ``dockmark attestations``: lint, list, add, and MITRE SAF's file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.catalog.waivers import read_waivers
from benchmark.cli.entry import main
from benchmark.cli.option import BadValue
from benchmark.cli.options_policy import CATEGORIES, read_duration
from benchmark.model.policy import Category
from tests.command import ROOT, command, environment
from tests.policies import GONE, attestation, waiver, written

NOW = "2026-11-25T12:00:00Z"
ADD = ("--reason", "It needs it.", "--category", "risk-accepted", "--requested-by", "alice", "--approved-by", "carol")
SCOPE = ("--on-host", "good.example", "--subject", "container:web")


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch):
    monkeypatch.setattr("benchmark.cli.evaluation.utc_now", lambda: NOW)
    monkeypatch.setattr("benchmark.cli.policy_entries.utc_now", lambda: NOW)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "policy.yaml"
    path.touch(0o600)
    return path


def ended(capsys, *words):
    code = main([str(each) for each in words])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_lint_is_content_with_good_waivers(file, capsys):
    file.write_bytes(written(waivers=[waiver()]))
    assert ended(capsys, "waivers", "lint", file) == (0, "1 waiver, nothing is wrong with them\n", "")


def test_lint_tells_everything_that_would_not_count(file, capsys):
    token = "ghp_" + "a1B2" * 9
    bad = [
        waiver(id="W-1", expires="2026-11-20"),
        waiver(id="W-2", approved_by="alice", scope=GONE),
        waiver(id="W-3", control="nothing"),
        waiver(id="W-4", reason=f"with {token}"),
        waiver(id="W-5"),
    ]
    file.write_bytes(written(waivers=bad))
    code, out, _ = ended(capsys, "waivers", "lint", file)
    assert code == 1
    for told in (
        f"{file}:2: W-1 (container_not_privileged): it expired at the end of 2026-11-20 UTC",
        "W-2 (container_not_privileged): alice requested and approved it",
        "W-2 (container_not_privileged): it covers every host and every container",
        "W-3 (nothing): there is no control nothing",
        "W-4 (container_not_privileged): a text held what looks like a secret",
    ):
        assert told in out
    assert out.endswith("5 waivers, 4 of them must be mended\n")
    assert token not in out


def test_lint_refuses_what_is_no_such_file_with_all_its_errors(file, capsys):
    file.write_text("waivers:\n  - id: 1\n    extra: x\n")
    code, out, err = ended(capsys, "waivers", "lint", file)
    assert (code, out) == (3, "")
    assert f"{file}:2:5: a waiver lacks control" in err
    assert f"{file}:2:9: id must be a string" in err
    assert f"{file}:3:5: no key 'extra'" in err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root asks who could have written a file")
def test_lint_refuses_a_file_that_others_can_write(file, capsys):
    file.write_bytes(written(waivers=[waiver()]))
    file.chmod(0o666)
    code, _, err = ended(capsys, "waivers", "lint", file)
    assert code == 3
    assert "can be written by others" in err


def test_list_shows_what_ends_first_on_top(file, capsys):
    ends = {"W-1": "2026-12-31", "W-2": "2026-12-05", "W-3": "2026-11-20"}
    file.write_bytes(written(waivers=[waiver(id=name, expires=end) for name, end in ends.items()]))
    _, out, _ = ended(capsys, "waivers", "list", file)
    assert [line.split()[0] for line in out.splitlines()[2:5]] == ["W-3", "W-2", "W-1"]
    assert "expired" in out.splitlines()[2]
    assert out.endswith("3 waivers\n")
    code, out, _ = ended(capsys, "waivers", "list", file, "--expiring", "30d", "-o", "json")
    document = json.loads(out)
    assert [(each["id"], each["standing"]) for each in document["waivers"]] == [("W-3", "expired"), ("W-2", "in_force")]
    assert code == 0


def test_list_of_attestations(file, capsys):
    file.write_bytes(written(attestations=[attestation(), attestation(id="A-2", control="live_restore_enabled")]))
    _, out, _ = ended(capsys, "attestations", "list", file)
    assert "in force" in out
    assert "not for people" in out
    _, out, _ = ended(capsys, "attestations", "list", file, "-o", "json")
    assert [each["standing"] for each in json.loads(out)["attestations"]] == ["in_force", "not_for_people"]


def test_add_makes_a_file_and_adds_to_one(file, capsys):
    file.unlink()
    assert ended(capsys, "waivers", "add", file, "5.5", *SCOPE, *ADD, "--expires", "90d")[0] == 0
    text = file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o640)
    commented = text.replace("waivers:\n", "waivers:\n  # the first\n")
    file.write_text(commented)
    more = ("--broad", "--compensating-control", "No network.", "--compensating-control", "No users.", "--id", "W-mine")
    code, out, _ = ended(
        capsys,
        "waivers",
        "add",
        file,
        "container_pids_limited",
        *more,
        *ADD,
        "--expires",
        "2027-02-01",
        "--risk-reference",
        "R-1",
    )
    assert (code, out) == (0, f"{file}: added W-mine, until the end of 2027-02-01 UTC\n")
    assert file.read_text().startswith(commented)
    assert file.stat().st_mode & 0o777 == 0o640
    first, second = read_waivers(file.read_bytes(), "w").waivers
    assert (first.id, first.control, first.benchmark, first.expires.text) == (
        "W-20261125-1",
        "5.5",
        "1.8.0",
        "2027-02-23",
    )
    assert (first.created.text, first.requested_by) == (NOW, "alice")
    assert (second.id, second.broad, second.risk_reference) == ("W-mine", True, "R-1")
    assert second.compensating_controls == ("No network.", "No users.")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("5.5", *SCOPE), "not given: --reason, --category, --approved-by, --expires"),
        (("5.5", *SCOPE, *ADD[:-1], "Alice", "--expires", "90d"), "Alice requested and approved it"),
        (("5.5", *ADD, "--expires", "90d"), "it covers every host and every container"),
        (("5.5", *SCOPE, *ADD, "--expires", "2029-01-01"), "it lives longer than a year"),
        (("5.5", *SCOPE, *ADD, "--expires", "2026-11-01"), "expires is not after created"),
        (("5.5", *SCOPE, *ADD, "--expires", "tomorrow"), "expires must be a date"),
        (("nothing", *SCOPE, *ADD, "--expires", "90d"), "there is no control nothing"),
        (("5.5", *SCOPE, *ADD, "--expires", "90d", "--benchmark", "9"), "no version '9'"),
        (("container_not_privileged", *SCOPE, *ADD, "--expires", "90d", "--benchmark", "1.8.0"), "named by its id"),
        (("5.5", *SCOPE, *ADD, "--expires", "90d", "--id", "W-0"), "the id W-0 stands twice"),
        (("5.5", "--subject", "web", *ADD, "--expires", "90d"), "scope.subject must be a subject"),
        (("5.5", *SCOPE, *ADD[2:], "--reason", "ghp_" + "a1B2" * 9, "--expires", "90d"), "looks like a secret"),
    ],
)
def test_what_would_not_count_is_not_added(file, capsys, words, told):
    file.write_bytes(written(waivers=[waiver(id="W-0")]))
    before = file.read_bytes()
    code, out, err = ended(capsys, "waivers", "add", file, *words)
    assert (code, out) == (3, "")
    assert told in err
    assert file.read_bytes() == before
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_to_a_broken_file_nothing_is_added(file, capsys):
    file.write_text("waivers:\n  - id: W-1\n")
    code, _, err = ended(capsys, "waivers", "add", file, "5.5", *SCOPE, *ADD, "--expires", "90d")
    assert code == 3
    assert "a waiver lacks control" in err


def test_what_cannot_be_added_safely_is_shown(file, capsys):
    file.write_bytes(b'{"waivers": []}\n')
    code, _, err = ended(capsys, "waivers", "add", file, "5.5", *SCOPE, *ADD, "--expires", "90d")
    assert code == 3
    assert "add it by hand" in err
    assert '    control: "5.5"' in err


def test_the_defects_of_others_are_told_and_do_not_hinder(file, capsys):
    file.write_bytes(written(waivers=[waiver(id="W-0", expires="2026-11-20")]))
    code, _, err = ended(capsys, "waivers", "add", file, "5.5", *SCOPE, *ADD, "--expires", "90d")
    assert code == 0
    assert f"{file}:2: W-0: it expired at the end of 2026-11-20 UTC" in err


def test_two_who_add_at_once_lose_nothing(file):
    file.unlink()
    words = ("waivers", "add", file, "5.5", *SCOPE, *ADD, "--expires", "90d")
    running = [subprocess.Popen(command(*words), env=environment(), stdout=subprocess.DEVNULL) for _ in range(4)]
    assert [each.wait(60) for each in running] == [0] * 4
    found = read_waivers(file.read_bytes(), "w").waivers
    assert len({each.id for each in found}) == 4


def test_an_attestation_keeps_the_digest_of_its_evidence(file, capsys):
    evidence = file.parent / "report.txt"
    evidence.write_text("fine\n")
    words = (
        "--status",
        "pass",
        "--statement",
        "Looked.",
        "--expires",
        "52w",
        "--evidence-file",
        evidence,
        "--on-host",
        "good.example",
    )
    assert ended(capsys, "attestations", "add", file, "host_hardened", *words)[0] == 0
    assert "file: report.txt" in file.read_text()
    assert ended(capsys, "attestations", "lint", file)[:2] == (0, "1 attestation, nothing is wrong with them\n")
    evidence.write_text("finer\n")
    code, out, _ = ended(capsys, "attestations", "lint", file)
    assert code == 1
    assert "its evidence report.txt is not the file that was attested any more" in out
    evidence.unlink()
    assert "cannot be read: No such file or directory" in ended(capsys, "attestations", "lint", file)[1]
    code, _, err = ended(capsys, "attestations", "add", file, "host_hardened", *words)
    assert code == 3
    assert "cannot read the evidence" in err


def test_nobody_attests_what_the_program_decides(file, capsys):
    words = ("--status", "pass", "--statement", "Looked.", "--expires", "52w")
    code, _, err = ended(capsys, "attestations", "add", file, "5.5", *words)
    assert code == 3
    assert "container_not_privileged is decided by dockmark alone" in err
    assert file.read_bytes() == b""


def test_saf_there_and_back(file, capsys):
    entries = [
        attestation(id="A-1"),
        attestation(id="A-2", control="1.2.2", benchmark="1.8.0", scope=GONE, status="fail"),
        attestation(id="A-3", scope={"host": "other"}),
        attestation(id="A-4", control="container_no_sensitive_host_mounts", scope={"subject": "container:web"}),
        attestation(id="A-5", expires="2026-11-20"),
    ]
    file.write_bytes(written(attestations=entries))
    code, out, err = ended(capsys, "attestations", "export", file, "--on-host", "good.example")
    assert code == 0
    made = json.loads(out)
    assert [(each["control_id"], each["status"]) for each in made] == [
        ("xccdf_dockmark_rule_1.2.1", "passed"),
        ("xccdf_dockmark_rule_1.2.2", "failed"),
    ]
    assert [line.split()[1] for line in err.splitlines()] == ["A-3", "A-4", "A-5"]
    saf, back = file.parent / "saf.json", file.parent / "back.yaml"
    saf.write_text(out)
    assert ended(capsys, "attestations", "import", saf, back, "--on-host", "good.example")[0] == 0
    _, listed, _ = ended(capsys, "attestations", "list", back, "-o", "json")
    found = {each["control"]: each for each in json.loads(listed)["attestations"]}
    assert (found["host_hardened"]["status"], found["host_hardened"]["scope"]["host"]) == ("pass", "good.example")
    assert found["host_hardened"]["expires"] == "2027-11-01"
    assert len(found) == 2


def test_of_saf_all_is_taken_or_nothing(file, capsys):
    good = {
        "control_id": "1.2.1",
        "explanation": "x",
        "frequency": "annually",
        "status": "passed",
        "updated": "2026-11-01",
        "updated_by": "y",
    }
    for bad, told in (
        ({"control_id": "SV-1"}, "no control 'SV-1'"),
        ({"control_id": "5.5"}, "decided by dockmark alone"),
        ({"updated": "2020-01-01"}, "it expired"),
        ({"status": "maybe"}, "no status 'maybe'"),
    ):
        saf = file.parent / "saf.json"
        saf.write_text(json.dumps([good, {**good, **bad}]))
        code, _, err = ended(capsys, "attestations", "import", saf, file)
        assert code == 3
        assert told in err
        assert file.read_bytes() == b""


def test_a_plain_audit_does_not_load_the_readers():
    """Start-up: what reads policy files is loaded by those who bring one."""
    script = (
        "import sys; from benchmark.cli.entry import main; main(['evaluate', sys.argv[1]]);"
        " print('benchmark.catalog.waivers' in sys.modules)"
    )
    sample = ROOT / "reports/samples/sample-host.snapshot.json.gz"
    done = subprocess.run(
        [sys.executable, "-c", script, sample],
        env=environment(),
        cwd=Path("/"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.rstrip().endswith("False")


def test_the_options_know_every_category():
    assert tuple(Category) == CATEGORIES


@pytest.mark.parametrize("text", ["30", "d", "0x1d", "3651d", "-1d", "1y", "9999w"])
def test_what_is_no_time_from_now_is_refused(text):
    with pytest.raises(BadValue):
        read_duration(text)
