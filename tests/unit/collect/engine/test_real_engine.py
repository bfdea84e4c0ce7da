"""A real dockerd with good and bad containers: what is projected is what its API says, and costs what was promised."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmark.collect.engine.endpoint import parse_url
from benchmark.collect.engine.reports import CollectionReport, ContainerContext, EngineReport
from benchmark.collect.engine.session import EngineSession, connect_engine
from benchmark.model.conform import conform
from benchmark.model.facts import ABSENT, Absent, Reason, Subject, Unavailable
from benchmark.model.vocabulary import KINDS
from tests.engine import IMAGE, Engine, real_engine, why_no_engine

pytestmark = [pytest.mark.engine, pytest.mark.skipif(bool(why_no_engine()), reason=why_no_engine() or "none")]

CONTAINERS = 4


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with real_engine() as engine:
        engine.docker(
            "volume", "create", "-d", "local", "-o", "type=none", "-o", "o=bind", "-o", "device=/etc", "bound"
        )
        hardened = [
            "--cap-drop",
            "ALL",
            "--cap-add",
            "CHOWN",
            "--security-opt",
            "no-new-privileges",
            "--read-only",
            "--memory",
            "64m",
        ]
        engine.run("good", *hardened, "--pids-limit", "20", "--user", "1000", "-v", "bound:/e", "-e", "SECRET=hidden")
        loose = ["-v", "/var/run:/r", "-p", "127.0.0.1:8000-8001:80-81", "--security-opt", "seccomp=unconfined"]
        engine.create("bad", "--privileged", *loose, "--pid", "host", "--health-cmd", "true")
        engine.create(
            "both", "--cap-add", "NET_RAW", "--cap-drop", "NET_RAW", "--ulimit", "nofile=10:20", "--device", "/dev/null"
        )
        engine.create("all", "--cap-add", "ALL", "--restart", "on-failure:5")
        engine.docker("exec", "-d", "--user", "5", "good", "sleep", "100000")
        engine.docker("commit", "--change", "ENV API_TOKEN=hidden2", "--change", "USER 7", "good", "made:1")
        yield engine


@pytest.fixture(scope="module")
def session(engine: Engine) -> Iterator[EngineSession]:
    found = connect_engine(parse_url(engine.unix_host))
    assert isinstance(found, EngineSession)
    with found:
        yield found


@pytest.fixture(scope="module")
def report(session: EngineSession) -> EngineReport:
    return session.read_engine()


@pytest.fixture(scope="module")
def containers(session: EngineSession, report: EngineReport) -> CollectionReport:
    return session.read_containers(
        ContainerContext(
            resolve_path=os.path.realpath,
            api_sockets=("/var/run/docker.sock", os.path.realpath("/var/run/docker.sock")),
            volume_devices=session.volume_devices(),
            daemon_seccomp=report.facts["security.seccomp"],
            daemon_no_new_privileges=False,
            daemon_started_at=None,
            processes=lambda _: ("sleep",),
            processes_seen=lambda _: ("sleep",),
            process_no_new_privs=lambda _: False,
            services=session.read_swarm().services_by_id(),
            daemon_apparmor=report.facts["security.apparmor"],
            process_uid=lambda pid: Path(f"/proc/{pid}").stat().st_uid,
        )
    )


def by_name(report: CollectionReport) -> dict[str, Subject]:
    return {each.name: each for each in report.subjects}


def assert_says_what_the_api_says(
    subject: Subject, document: Any, prefix: str = "", without: tuple[str, ...] = ()
) -> None:
    for name, fact in KINDS[subject.kind].items():
        if fact.derived or not name.startswith(prefix) or name in without:
            continue
        raw: Any = document
        for key in name.removeprefix(prefix).split("."):
            raw = raw.get(key, ABSENT) if isinstance(raw, dict) else ABSENT
        value = subject.facts[name]
        assert value == raw, name
        assert isinstance(value, Absent) or conform(fact, name, value) == value


def test_the_engine(engine: Engine, report: EngineReport) -> None:
    _, info = engine.call("GET", "/info")
    _, version = engine.call("GET", "/version")
    subject = Subject("daemon", "", "", report.facts)
    assert_says_what_the_api_says(subject, info, "info.")
    assert_says_what_the_api_says(subject, version, "version.")
    assert report.facts["security.seccomp"] in {"default", "builtin"}
    assert report.facts["product"] == "docker"
    assert report.peer_pid == engine.pid
    assert {each.name for each in report.networks.subjects} == {"none", "host"}
    assert report.bridge_icc is ABSENT
    assert set(report.facts) == set(report.sources)


def test_containers(engine: Engine, containers: CollectionReport) -> None:
    assert containers.gap is None
    found = by_name(containers)
    assert list(found) == ["all", "bad", "both", "good"]
    for name, subject in found.items():
        status, document = engine.call("GET", f"/containers/{name}/json")
        assert status == 200
        assert set(subject.facts) == set(KINDS["container"])
        assert not [each for each, value in subject.facts.items() if isinstance(value, Unavailable)]
        assert_says_what_the_api_says(subject, document, without=("Mounts",))
    assert "hidden" not in str(containers)


def test_derived_facts(containers: CollectionReport) -> None:
    found = {name: subject.facts for name, subject in by_name(containers).items()}
    good, bad = found["good"], found["bad"]
    assert (good["main_process_uid"], good["runs_as_root"]) == (1000, False)
    assert (bad["main_process_uid"], bad["runs_as_root"]) == (ABSENT, True)  # created, not started
    assert (good["capabilities"], good["seccomp"], good["no_new_privileges"]) == (["CHOWN"], "engine default", True)
    assert (bad["capabilities"], bad["seccomp"], bad["no_new_privileges"]) == (["ALL"], "unconfined", False)
    assert found["all"]["capabilities"] == ["ALL"]
    assert "SECRET" in good["environment_names"]  # type: ignore[operator]
    (bound,) = good["Mounts"]  # type: ignore[misc]
    assert "/etc" in bound["HostPaths"]
    (run,) = bad["Mounts"]  # type: ignore[misc]
    assert run["ApiSockets"]
    assert [(each["HostIp"], each["HostPort"]) for each in bad["published_ports"]] == [
        ("127.0.0.1", 8000),
        ("127.0.0.1", 8001),
    ]  # type: ignore[union-attr]
    (session,) = good["execs"]  # type: ignore[misc]
    assert (session["Running"], session["privileged"], session["user"]) == (True, False, "5")


def test_what_the_kernel_says_about_added_and_dropped(engine: Engine) -> None:
    """The engine drops first and adds then (moby, TweakCapabilities): the container keeps NET_RAW."""
    engine.run("probe", "--cap-add", "NET_RAW", "--cap-drop", "NET_RAW")
    try:
        status = engine.docker("exec", "probe", "busybox", "cat", "/proc/1/status")
    finally:
        engine.docker("rm", "-f", "probe")
    effective = next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapBnd"))
    assert effective >> 13 & 1


def test_added_and_dropped_as_projected(containers: CollectionReport) -> None:
    assert "NET_RAW" in by_name(containers)["both"].facts["capabilities"]  # type: ignore[operator]


def test_images(engine: Engine, session: EngineSession) -> None:
    found = by_name(session.read_images())
    assert set(found) == {IMAGE, "made:1"}
    for name, subject in found.items():
        _, document = engine.call("GET", f"/images/{name}/json")
        assert_says_what_the_api_says(subject, document, without=("history",))
    assert found["made:1"].facts["Config.User"] == "7"
    assert "API_TOKEN" in found["made:1"].facts["environment_names"]  # type: ignore[operator]
    assert "hidden2" not in str(found)


def test_the_budget(engine: Engine) -> None:
    found = connect_engine(parse_url(engine.unix_host))
    assert isinstance(found, EngineSession)
    with found:
        engine_report = found.read_engine()
        services = found.read_swarm().services_by_id()
        context = ContainerContext(
            resolve_path=lambda _: None,
            api_sockets=(),
            volume_devices=found.volume_devices(),
            daemon_seccomp=engine_report.facts["security.seccomp"],
            daemon_no_new_privileges=False,
            daemon_started_at=None,
            processes=lambda _: (),
            processes_seen=lambda _: (),
            process_no_new_privs=lambda _: False,
            services=services,
        )
        containers, images = found.read_containers(context), found.read_images()
        execs = 1
        assert (len(containers.subjects), len(images.subjects)) == (CONTAINERS, 2)
        assert found.requests - execs == CONTAINERS + 2 * 2 + 8 <= CONTAINERS + 2 * 2 + 15


def test_a_container_removed_between_list_and_inspect_has_vanished(engine: Engine, report: EngineReport) -> None:
    """Real timing: containers come and go while we read; whatever happens, it adds up."""
    import threading

    stop = threading.Event()

    def churn() -> None:
        while not stop.is_set():
            for name in ("brief1", "brief2"):
                with contextlib.suppress(Exception):
                    engine.create(name)
            for name in ("brief1", "brief2"):
                with contextlib.suppress(Exception):
                    engine.docker("rm", "-f", name)

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        for _ in range(10):
            found = connect_engine(parse_url(engine.unix_host))
            assert isinstance(found, EngineSession)
            with found:
                context = ContainerContext(
                    lambda _: None,
                    (),
                    {},
                    report.facts["security.seccomp"],
                    False,
                    None,
                    lambda _: (),
                    lambda _: False,
                    {},
                )
                seen = found.read_containers(context)
            assert seen.gap is None
            # One that is on its way out may still be listed when its own address does not know it any more.
            assert {each.blocked.reason for each in seen.subjects if each.blocked} <= {Reason.NOT_FOUND}
            assert {"all", "bad", "both", "good"} <= {each.name for each in seen.subjects}
    finally:
        stop.set()
        thread.join()
        for name in ("brief1", "brief2"):
            with contextlib.suppress(Exception):
                engine.docker("rm", "-f", name)
