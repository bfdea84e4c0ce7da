"""audit, collect and doctor, on this host: without an engine, and with one of our own."""

import gzip
import json
import os
import signal
import socket
import subprocess

import pytest

from benchmark.model.snapshot_file import decode_snapshot
from tests.command import ROOT, command, dockmark, environment
from tests.engine import real_engine
from tests.terminal import on_a_terminal

NOBODY = "unix:///nonexistent/docker.sock"


@pytest.mark.parametrize(
    ("words", "env"),
    [
        (["--host", NOBODY], {}),
        ([], {"DOCKMARK_HOST": NOBODY}),
        ([], {"DOCKER_HOST": NOBODY}),
        (["--host", NOBODY], {"DOCKMARK_CONTEXT": "nowhere", "DOCKER_HOST": "tcp://also:nowhere"}),
        (["--host", NOBODY, "--fail-on", "never"], {}),
    ],
)
def test_without_an_engine_the_host_is_audited_and_the_code_is_4(words, env):
    run = dockmark("audit", *words, "-o", "json", env=env)
    assert run.returncode == 4, run.stderr
    document = json.loads(run.stdout)
    assert document["target"]["product"] == ""
    assert document["target"]["endpoint"] == NOBODY
    containers = next(each for each in document["results"] if each["control"] == "container_not_privileged")
    assert containers["result"] == "error"
    assert run.stderr.decode().startswith(f"dockmark: no engine answered at {NOBODY}")
    assert run.stderr.count(b"\n") == 1


@pytest.mark.parametrize(
    ("words", "env", "told"),
    [
        (["--host", "carrier-pigeon://loft"], {}, "carrier-pigeon"),
        (["--context", "nowhere"], {}, "nowhere"),
        ([], {"DOCKER_CONTEXT": "nowhere"}, "nowhere"),
        (["--host", "ssh://root:hunter2@example"], {}, "password"),
        (["--host-root", "/nowhere/at/all"], {}, "--host-root"),
        (["--host-root", "/etc/passwd"], {}, "--host-root"),
    ],
)
@pytest.mark.parametrize("command", ["audit", "collect", "doctor"])
def test_a_target_that_cannot_be_named_is_wrong_usage(command, words, env, told):
    run = dockmark(command, *words, env=env)
    assert run.returncode == 3
    assert run.stdout == b""
    assert told in run.stderr.decode()
    assert b"hunter2" not in run.stderr


def test_collect_writes_the_host_alone_where_no_engine_answers(tmp_path):
    packed, plain = tmp_path / "s.json.gz", tmp_path / "s.json"
    assert dockmark("collect", "--host", NOBODY, "-o", packed).returncode == 4
    assert dockmark("collect", "--host", NOBODY, env={"DOCKMARK_SNAPSHOT": str(plain)}).returncode == 4
    assert decode_snapshot(gzip.decompress(packed.read_bytes())).enumeration("host").members
    assert decode_snapshot(plain.read_bytes()).target.product == ""
    run = dockmark("collect", "--host", NOBODY)
    assert run.returncode == 4
    assert decode_snapshot(run.stdout).target.endpoint == NOBODY


def test_doctor_tells_what_is_missing_without_an_engine():
    run = dockmark("doctor", "--host", NOBODY)
    assert run.returncode == 4
    text = run.stdout.decode()
    assert f"(uid {os.geteuid()})" in text
    assert "start the engine" in text
    assert "container_not_privileged" in text
    document = json.loads(dockmark("doctor", "--host", NOBODY, "-o", "json").stdout)
    assert document["schema"] == "dockmark/doctor/1"
    assert {each["what"]: each["seen"] for each in document["sights"]}["engine"] is False
    blind = {control for each in document["blind"] for control in each["controls"]}
    assert "container_not_privileged" in blind
    assert len(blind) == document["without_verdict"]


def test_doctor_of_a_single_control():
    document = json.loads(
        dockmark("doctor", "--host", NOBODY, "--control", "container_not_privileged", "-o", "json").stdout
    )
    assert document["selected"] == document["without_verdict"] == 1


@pytest.fixture
def silent(tmp_path):
    """An engine's socket that takes connections and never says a word."""
    path = tmp_path / "silent.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(8)
        yield f"unix://{path}"


def test_progress_is_shown_on_a_terminal_after_a_second_and_wiped_away(silent):
    seen = on_a_terminal(["audit", "--host", silent, "--timeout", "2.5", "-o", "json"])
    assert b"collecting facts, 1 s" in seen
    assert seen.index(b"\r\x1b[2K", seen.rindex(b"collecting facts")) < seen.index(b"dockmark/assessment/1")


def test_no_progress_without_a_terminal(silent):
    run = dockmark("audit", "--host", silent, "--timeout", "1.5", "-o", "json")
    assert run.returncode == 4
    assert b"collecting" not in run.stderr
    assert b"timeout" in run.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_collection_leaves_no_file(number, code, tmp_path):
    path = tmp_path / "s.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(1)
        listener.settimeout(30)
        line = command("collect", "--host", f"unix://{path}", "-o", tmp_path / "s.json")
        with subprocess.Popen(line, env=environment(), cwd=ROOT, stderr=subprocess.PIPE) as run:
            connection, _ = listener.accept()
            with connection:
                run.send_signal(number)
                _, err = run.communicate(timeout=30)
    assert run.returncode == code
    assert b"Traceback" not in err
    assert [each.name for each in tmp_path.iterdir()] == ["s.sock"]


@pytest.mark.engine
def test_with_an_engine(tmp_path):
    with real_engine() as engine:
        engine.create("web", "--privileged")
        report = tmp_path / "report.json"
        run = dockmark("audit", "--host", engine.host, "-o", "table", "-o", f"json={report}", "--release", "7")
        document = json.loads(report.read_text())
        assert document["release"] == "7"
        assert "container web: HostConfig.Privileged is true, must be false" in run.stdout.decode()
        coverage = document["score"]["coverage"]
        assert run.returncode == (2 if coverage["errors"] + coverage["unknown"] else 1), run.stderr

        only = ("--control", "container_not_privileged", "--host", engine.host)
        assert dockmark("audit", *only).returncode == 1
        assert dockmark("audit", *only, "--fail-on", "never").returncode == 0
        assert dockmark("doctor", *only).returncode == 0

        snapshot = tmp_path / "s.json.gz"
        assert dockmark("collect", "--host", engine.host, "-o", snapshot).returncode == 0
        later = json.loads(dockmark("evaluate", snapshot, "-o", "json").stdout)
        verdicts = {each["control"]: each["result"] for each in document["results"]}
        assert {each["control"]: each["result"] for each in later["results"]} == verdicts

        seen = {
            each["what"]: each["seen"]
            for each in json.loads(dockmark("doctor", "--host", engine.host, "-o", "json").stdout)["sights"]
        }
        assert seen["engine"]
        assert seen["daemon's process"]
