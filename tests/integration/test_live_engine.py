"""An engine that changes while it is looked at, and what an audit asks of it and of this machine."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import environment
from tests.engine import DockerRefused, Engine, real_engine
from tests.faulty_daemon import FaultyDaemon
from tests.integration.command import Done, audit, dockmark

pytestmark = pytest.mark.engine

_AUDITS = 12

# Runs dockmark and appends every process that it starts to the file named first.
_WATCHED = """
import json, sys
log = open(sys.argv.pop(1), "w", buffering=1)
def watch(event, arguments):
    if event in ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "os.system", "pty.spawn"):
        log.write(json.dumps([event, [str(each) for each in arguments[1]] if event == "subprocess.Popen" else []]) + "\\n")
sys.addaudithook(watch)
from benchmark.__main__ import main
sys.exit(main())
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with real_engine() as engine:
        yield engine


def test_containers_that_come_and_go_spoil_nothing(engine: Engine, tmp_path: Path) -> None:
    engine.run("stays")
    stop = threading.Event()

    def churn() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            try:
                engine.create(f"brief-{number}")
                engine.docker("rm", "-f", f"brief-{number}")
            except DockerRefused:
                return

    threads = [threading.Thread(target=churn) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for number in range(_AUDITS):
            done = audit(engine.unix_host)
            findings = done.findings("container_not_privileged")
            assert findings["container:stays"] == "pass"
            # For a moment the engine lists a container that it no longer finds (404): that one could not be judged.
            assert set(findings.values()) <= {"pass", "error"}, findings
            assert {reason for reasons in done.reasons().values() for reason in reasons} <= {"not_found"}
            saved = tmp_path / f"{number}.json"
            assert dockmark("collect", "--host", engine.unix_host, "-o", saved).code == 0
            _adds_up(json.loads(saved.read_bytes()))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        engine.remove_containers()


def _adds_up(snapshot: dict[str, object]) -> None:
    """Listed containers were inspected or have vanished; those that came later are named."""
    enumerations = snapshot["enumerations"]
    assert isinstance(enumerations, dict)
    containers = enumerations["containers"]
    assert "gap" not in containers
    assert len(set(containers["members"])) == len(containers["members"])
    assert not set(containers.get("vanished", [])) & set(containers.get("appeared", []))


@pytest.mark.parametrize("size", [0, 8])
def test_requests_stay_within_the_bound(engine: Engine, size: int) -> None:
    for number in range(size):
        engine.create(f"counted-{number}", "--label", f"number={number}")
    images = len(engine.docker("images", "-aq").split())
    try:
        with FaultyDaemon({}, upstream=str(engine.socket)) as counting:
            audit(counting.url)
            asked = list(counting.requests)
    finally:
        engine.remove_containers()
    assert len(asked) <= size + 2 * images + 15, asked
    assert not [each for each in asked if "size=1" in each or "/system/df" in each or each.endswith("/top")]
    inspected = [each for each in asked if each.startswith("/containers/") and each != "/containers/json?all=1"]
    assert len(inspected) == len(set(inspected)) == size


def test_the_snapshot_counts_its_requests(engine: Engine, tmp_path: Path) -> None:
    engine.create("one")
    try:
        with FaultyDaemon({}, upstream=str(engine.socket)) as counting:
            dockmark("collect", "--host", counting.url, "-o", tmp_path / "host.json")
            asked = len(counting.requests)
    finally:
        engine.remove_containers()
    assert json.loads((tmp_path / "host.json").read_bytes())["collector"]["requests"] == asked


def test_the_only_program_it_runs_is_auditctl(engine: Engine, tmp_path: Path) -> None:
    without = _programs(engine, tmp_path)
    for number in range(5):
        engine.run(f"watched-{number}")
    try:
        beside_five = _programs(engine, tmp_path)
    finally:
        engine.remove_containers()
    assert beside_five == without
    assert [Path(each[0]).name for each in without] == ["auditctl"] * len(without)
    assert all(each[1:] in (["-l"], ["-s"]) for each in without)


def _programs(engine: Engine, tmp_path: Path) -> list[list[str]]:
    log = tmp_path / "programs"
    done = subprocess.run(
        [sys.executable, "-c", _WATCHED, str(log), "audit", "--host", engine.unix_host, "-o", "json"],
        capture_output=True,
        check=False,
        env=environment(),
        timeout=120,
    )
    assert done.returncode in (0, 1, 2), done.stderr
    started = [json.loads(line) for line in log.read_text().splitlines()]
    # Popen announces itself, and then the fork or spawn that it is made of.
    others = [event for event, _ in started if event != "subprocess.Popen"]
    words = [words for event, words in started if event == "subprocess.Popen"]
    assert len(others) <= len(words), started
    return words


def test_two_audits_of_the_same_engine_say_the_same(engine: Engine) -> None:
    engine.run("web")
    engine.create("admin", "--privileged")
    try:
        first, second = audit(engine.unix_host), audit(engine.unix_host)
    finally:
        engine.remove_containers()
    assert _without_evidence(first) == _without_evidence(second)
    assert first.report["score"] == second.report["score"]


def _without_evidence(done: Done) -> list[object]:
    """The verdicts; evidence holds times of reading and digests of answers that contain the clock."""
    dropped = ("evidence", "enumeration", "findings")
    return [
        ({key: value for key, value in part.items() if key not in dropped})
        for row in done.report["results"]
        for part in (row, *row["findings"])
    ]


def test_a_snapshot_judged_later_says_what_the_audit_said(engine: Engine, tmp_path: Path) -> None:
    engine.run("web")
    saved = tmp_path / "host.snapshot.json.gz"
    try:
        at_once = audit(engine.unix_host)
        assert dockmark("collect", "--host", engine.unix_host, "-o", saved).code == 0
    finally:
        engine.remove_containers()
    later = dockmark("evaluate", saved, "-o", "json")
    assert later.code == at_once.code
    assert later.results() == at_once.results()
    again = dockmark("evaluate", saved, "-o", "json")
    assert later.report["results"] == again.report["results"]


def test_environment_values_and_labels_are_nowhere(engine: Engine, tmp_path: Path) -> None:
    secret = "hunter2-do-not-tell"
    engine.run("web", "--env", f"PASSWORD={secret}", "--label", f"token={secret}")
    saved = tmp_path / "host.snapshot.json"
    try:
        done = audit(engine.unix_host)
        dockmark("collect", "--host", engine.unix_host, "-o", saved)
    finally:
        engine.remove_containers()
    assert secret not in done.out
    assert secret.encode() not in saved.read_bytes()
    assert b"PASSWORD" in saved.read_bytes()
