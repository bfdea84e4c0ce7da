"""``dockmark notify``: what is told after which runs."""

import json
import sys

import pytest
from jsonschema import Draft202012Validator

from benchmark.cli.run import run_command_line
from tests.command import ROOT
from tests.sample_runs import SampleRuns

SCHEMA = json.loads((ROOT / "reports" / "schemas" / "notification-1.schema.json").read_text())
CONTROL = ("--control", "5.17")
WAIVERS = """waivers:
  - id: W-1
    control: container_no_host_ipc
    broad: true
    reason: the vendor needs it
    category: risk accepted
    requested_by: a@example.org
    approved_by: b@example.org
    created: "2026-01-01"
    expires: "2026-01-10"
"""


@pytest.fixture
def runs(tmp_path, monkeypatch):
    for name in ("SERVICE_RESULT", "EXIT_CODE", "EXIT_STATUS", "DOCKMARK_WEBHOOK"):
        monkeypatch.delenv(name, raising=False)
    return SampleRuns(tmp_path, monkeypatch)


@pytest.fixture
def notify(runs, capsys):
    """``notify(*options)``: the notices and the whole document; no notices and None when there is nothing to tell."""

    def tell(*options):
        capsys.readouterr()
        assert run_command_line(["notify", "--store", str(runs.store), "--timezone", "UTC", *options]) == 0
        captured = capsys.readouterr()
        if not captured.out:
            assert "nothing to tell" in captured.err
            return [], None
        document = json.loads(captured.out)
        Draft202012Validator(SCHEMA).validate(document)
        return [each["occasion"] for each in document["notices"]], document

    return tell


def test_a_regression_is_told_with_its_subject(runs, notify):
    runs.record("2026-01-05T02:00:00Z", options=CONTROL)
    runs.record("2026-01-12T02:00:00Z", options=CONTROL, facts={"HostConfig.IpcMode": "host"})
    occasions, document = notify()
    assert set(occasions) == {"regression"}
    first = document["notices"][0]
    assert first["control"] == "container_no_host_ipc"
    assert first["subject"].startswith("container:")
    assert 'HostConfig.IpcMode is "host"' in first["message"]
    assert document["run"]["sequence"] == 2
    assert document["text"].startswith("dockmark: web: ")


def test_what_persists_or_was_mended_is_not_told(runs, notify):
    runs.record("2026-01-05T02:00:00Z", options=CONTROL, facts={"HostConfig.IpcMode": "host"})
    runs.record("2026-01-12T02:00:00Z", options=CONTROL, facts={"HostConfig.IpcMode": "host"})
    assert notify() == ([], None)
    runs.record("2026-01-19T02:00:00Z", options=CONTROL)
    assert notify() == ([], None)


def test_the_runs_of_another_host_are_not_compared(runs, notify):
    runs.record("2026-01-05T02:00:00Z", options=CONTROL, host="other")
    runs.record("2026-01-12T02:00:00Z", options=CONTROL, facts={"HostConfig.IpcMode": "host"})
    assert notify() == ([], None)


def test_a_look_at_one_control_by_hand_does_not_come_between(runs, notify):
    runs.record("2026-01-05T02:00:00Z", options=CONTROL)
    runs.record("2026-01-06T02:00:00Z", options=("--control", "5.20"))
    runs.record("2026-01-12T02:00:00Z", options=CONTROL, facts={"HostConfig.IpcMode": "host"})
    assert set(notify()[0]) == {"regression"}


def test_an_incomplete_run_is_told(runs, notify):
    runs.record("2026-01-05T02:00:00Z", options=CONTROL, gap=True)
    occasions, document = notify()
    assert occasions == ["incomplete"]
    assert "1 control ended in error or unknown" in document["notices"][0]["message"]


def test_a_missed_run_is_told_once_the_next_took_place(runs, notify):
    runs.record("2026-01-05T02:00:00Z", options=CONTROL)
    runs.record("2026-01-19T02:00:00Z", options=CONTROL)
    occasions, document = notify("--calendar", "2026-01-* 02:00")
    missed = [each for each in document["notices"] if "2026-01-06T02:00:00Z" in each["message"]]
    assert len(missed) == 1
    assert occasions.count("missed") == 13 + 12  # the 6th to the 18th, the 20th to the 31st


def test_only_the_occasions_asked_for_are_told(runs, notify):
    runs.record("2026-01-05T02:00:00Z", options=CONTROL, gap=True)
    assert notify("--notify-on", "regression", "--notify-on", "missed") == ([], None)
    assert notify("--notify-on", "incomplete")[0] == ["incomplete"]


def test_a_waiver_that_expired_is_told(runs, notify, tmp_path, monkeypatch):
    from benchmark.cli import evaluation

    file = tmp_path / "waivers.yaml"
    file.write_text(WAIVERS)
    for day in ("05", "12"):
        monkeypatch.setattr(evaluation, "utc_now", lambda day=day: f"2026-01-{day}T02:00:00Z")
        options = (*CONTROL, "--waivers", str(file))
        runs.record(f"2026-01-{day}T02:00:00Z", options=options, facts={"HostConfig.IpcMode": "host"})
    occasions, _ = notify()
    assert set(occasions) == {"waiver-expired"}


def test_a_run_that_failed_is_told_and_the_one_before_not_again(runs, notify, monkeypatch):
    runs.record("2026-01-05T02:00:00Z", options=CONTROL)
    runs.record("2026-01-12T02:00:00Z", options=CONTROL, facts={"HostConfig.IpcMode": "host"})
    for name, value in (("SERVICE_RESULT", "exit-code"), ("EXIT_CODE", "exited"), ("EXIT_STATUS", "4")):
        monkeypatch.setenv(name, value)
    occasions, document = notify()
    assert occasions == ["failed"]
    assert "exit-code (exited 4)" in document["notices"][0]["message"]


def test_without_a_history_only_a_failure_is_told(notify, monkeypatch):
    assert notify() == ([], None)
    monkeypatch.setenv("SERVICE_RESULT", "signal")
    occasions, document = notify()
    assert (occasions, document["run"]) == (["failed"], None)


def test_a_program_gets_the_document(runs, tmp_path, capsys):
    runs.record("2026-01-05T02:00:00Z", options=CONTROL, gap=True)
    target = tmp_path / "told.json"
    script = tmp_path / "take.py"
    script.write_text(f"import sys; open({str(target)!r}, 'wb').write(sys.stdin.buffer.read())")
    capsys.readouterr()
    words = ["notify", "--store", str(runs.store), "--notify-program", f"{sys.executable} {script}"]
    assert run_command_line(words) == 0
    Draft202012Validator(SCHEMA).validate(json.loads(target.read_text()))
    assert "1 incomplete" in capsys.readouterr().err
    assert run_command_line([*words[:-1], "/no/such/program"]) == 4
    assert run_command_line([*words[:-1], "'"]) == 3


def test_an_address_is_read_from_a_file_and_never_repeated(runs, tmp_path, capsys):
    runs.record("2026-01-05T02:00:00Z", options=CONTROL, gap=True)
    file = tmp_path / "hook"
    file.write_text("http://127.0.0.1:9/t0ken\n")
    assert run_command_line(["notify", "--store", str(runs.store), "--webhook-file", str(file)]) == 4
    captured = capsys.readouterr()
    assert "http://127.0.0.1:9 could not be reached" in captured.err
    assert "t0ken" not in captured.err + captured.out
    file.write_bytes(b"\xff\n")
    assert run_command_line(["notify", "--store", str(runs.store), "--webhook-file", str(file)]) == 3


def test_a_damaged_history_is_told(runs, capsys):
    runs.store.write_bytes(b"not a database, but long enough to be taken for one" * 100)
    runs.store.chmod(0o600)
    assert run_command_line(["notify", "--store", str(runs.store)]) in (4, 5)
    assert str(runs.store) in capsys.readouterr().err
