"""What /info, /networks, /volumes and the swarm say, as facts; and engines behind TLS and ssh."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from benchmark.collect.engine.endpoint import Endpoint, Kind, TlsMaterial, parse_url
from benchmark.collect.engine.engine_facts import info_facts
from benchmark.collect.engine.limits import Limits
from benchmark.collect.engine.networks import with_cluster_networks
from benchmark.collect.engine.reports import EngineReport
from benchmark.collect.engine.session import EngineSession, connect_engine
from benchmark.collect.engine.transport import ssh_command
from benchmark.model.facts import ABSENT, Reason, Unavailable
from tests.faulty_daemon import INFO, NETWORKS, Fault, FaultyDaemon, World, make_world

LIMITS = Limits(request_seconds=2, run_seconds=10)


def read(world: World) -> tuple[EngineReport, Any, Any]:
    with FaultyDaemon(world) as daemon:
        session = connect_engine(parse_url(daemon.url), LIMITS)
        assert isinstance(session, EngineSession)
        with session:
            return session.read_engine(), session.read_swarm(), session.volume_devices()


def world(**replies: Any) -> World:
    return make_world(0, 0) | {f"/{path}": value for path, value in replies.items()}


def reason(value: Any) -> Reason | None:
    return value.reason if isinstance(value, Unavailable) else None


def test_security_options_new_and_old() -> None:
    new = info_facts(
        {**INFO, "SecurityOptions": ["name=seccomp,profile=builtin", "name=rootless", "name=cgroupns", "name=selinux"]}
    )
    assert new["security.seccomp"] == "builtin"
    assert [new[f"security.{each}"] for each in ("rootless", "selinux", "apparmor", "userns")] == [
        True,
        True,
        False,
        False,
    ]
    old = info_facts({**INFO, "SecurityOptions": ["apparmor", "seccomp"]})
    assert old["security.apparmor"] is True
    assert reason(old["security.seccomp"]) is Reason.UNSUPPORTED
    none = info_facts({**INFO, "SecurityOptions": None})
    assert none["security.seccomp"] is ABSENT
    assert none["security.userns"] is False
    assert reason(info_facts({**INFO, "SecurityOptions": "x"})["security.apparmor"]) is Reason.WRONG_TYPE
    assert reason(info_facts({})["security.apparmor"]) is Reason.UNSUPPORTED


def test_registries() -> None:
    indexes = {"a": {"Secure": False}, "b": {"Secure": True}, "c": {"Secure": False}}
    found = info_facts({**INFO, "RegistryConfig": {"IndexConfigs": indexes, "InsecureRegistryCIDRs": ["b", "a"]}})
    assert found["info.RegistryConfig.InsecureIndexes"] == ["a", "c"]
    assert found["info.RegistryConfig.InsecureRegistryCIDRs"] == ["a", "b"]
    damaged = info_facts({**INFO, "RegistryConfig": {"IndexConfigs": {"a": {"Secure": "no"}}}})
    assert reason(damaged["info.RegistryConfig.InsecureIndexes"]) is Reason.WRONG_TYPE
    assert info_facts({**INFO, "RegistryConfig": None})["info.RegistryConfig.InsecureIndexes"] is ABSENT


@pytest.mark.parametrize(
    ("option", "expected"),
    [("true", True), ("false", False), ("maybe", Reason.UNKNOWN_VALUE), (None, Reason.UNSUPPORTED)],
)
def test_icc_of_the_default_bridge(option: str | None, expected: Any) -> None:
    options = {"com.docker.network.bridge.default_bridge": "true", "com.docker.network.bridge.enable_icc": option}
    bridge = {**NETWORKS[0], "Options": {key: value for key, value in options.items() if value is not None}}
    found = read(world(networks=[bridge]))[0].bridge_icc
    assert (reason(found) or found) == expected


def test_icc_without_a_default_bridge() -> None:
    assert read(world(networks=[NETWORKS[1]]))[0].bridge_icc is ABSENT
    assert reason(read(world(networks={}))[0].bridge_icc) is Reason.WRONG_TYPE
    assert reason(read(world(networks=[{**NETWORKS[1], "Options": {"a": 1}}]))[0].bridge_icc) is Reason.WRONG_TYPE


def test_network_options() -> None:
    found = read(world(networks=[{**NETWORKS[1], "Options": {"encrypted": "", "api_token": "x"}}]))[
        0
    ].networks.subjects[0]
    assert found.facts["Options"] == {"encrypted": "", "api_token": "[redacted:token]"}


def test_volume_devices() -> None:
    volumes = [
        {"Name": "bind", "Driver": "local", "Options": {"type": "none", "o": "bind", "device": "/etc"}},
        {"Name": "disk", "Driver": "local", "Options": {"type": "ext4", "device": "/dev/sda1"}},
        {"Name": "nfs", "Driver": "local", "Options": {"type": "nfs", "o": "addr=10.0.0.1", "device": ":/export"}},
        {"Name": "plain", "Driver": "local", "Options": None},
        {"Name": "other", "Driver": "rexray", "Options": {"device": "/etc"}},
    ]
    assert read(world(volumes={"Volumes": volumes}))[2] == {
        "bind": "/etc",
        "disk": "/dev/sda1",
        "nfs": "",
        "plain": "",
        "other": "",
    }
    assert read(world(volumes={"Volumes": None}))[2] == {}
    for damaged in (
        [],
        {},
        {"Volumes": [{}]},
        {"Volumes": [{"Name": "a", "Driver": "local"}]},
        {"Volumes": [{"Name": "a", "Driver": 5, "Options": {"device": "/etc"}}]},
        {"Volumes": [{"Name": "a", "Driver": "local", "Options": {"device": 1}}]},
    ):
        assert reason(read(world(volumes=damaged))[2]) is Reason.WRONG_TYPE


def swarm_info(state: Any, manager: Any) -> dict[str, Any]:
    return {**INFO, "Swarm": {"LocalNodeState": state, "ControlAvailable": manager}}


def test_an_active_manager() -> None:
    spec = {
        "Name": "default",
        "EncryptionConfig": {"AutoLockManagers": True},
        "CAConfig": {"NodeCertExpiry": 7776000000000000},
    }
    cluster = {
        "ID": "c1",
        "Spec": spec,
        "DataPathPort": 4789,
        "JoinTokens": {"Worker": "SWMTKN-1-x", "Manager": "SWMTKN-1-y"},
    }
    template = {"RestartPolicy": {"Condition": "any", "MaxAttempts": 0}, "ContainerSpec": {"Env": ["A=hidden"]}}
    services = [{"ID": "s1", "Spec": {"Name": "web", "TaskTemplate": template}}, {"ID": "s2", "Spec": {"Name": "api"}}]
    node = {
        "ID": "n1",
        "Spec": {"Role": "manager", "Availability": "active"},
        "Description": {"Hostname": "h"},
        "Status": {"State": "ready"},
    }
    _, found, _ = read(world(info=swarm_info("active", True), swarm=cluster, services=services, nodes=[node]))
    facts = dict(found.swarm.subjects[0].facts)
    assert reason(facts.pop("secrets")) is Reason.NOT_FOUND, "this engine was recorded without"
    assert facts == {
        "Spec.EncryptionConfig.AutoLockManagers": True,
        "Spec.CAConfig.NodeCertExpiry": 7776000000000000,
        "Spec.CAConfig.ForceRotate": ABSENT,
        "RootRotationInProgress": ABSENT,
        "DataPathPort": 4789,
        "managers": 1,
        "managers_odd": True,
        "secret_like_environment": [],
    }
    assert [each.name for each in found.services.subjects] == ["api", "web"]
    assert found.services.subjects[0].facts["Spec.TaskTemplate.RestartPolicy.Condition"] is ABSENT
    assert found.nodes.subjects[0].facts == {
        "ID": "n1",
        "Spec.Role": "manager",
        "Spec.Availability": "active",
        "Status.State": "ready",
    }
    assert "SWMTKN" not in str(found)
    assert "hidden" not in str(found)
    assert set(found.services_by_id()) == {"s1", "s2"}


CLUSTER = {"ID": "c1", "Spec": {"Name": "default"}}


def node(role: Any, number: int = 1) -> dict[str, Any]:
    return {"ID": f"n{number}", "Spec": {"Role": role}}


@pytest.mark.parametrize(
    ("nodes", "managers", "odd"),
    [
        ([node("manager")], 1, True),
        ([node("manager", 1), node("manager", 2), node("worker", 3)], 2, False),
        ([node("manager"), {"ID": "n2", "Spec": {}}], Reason.UNSUPPORTED, Reason.UNSUPPORTED),
        ([node(7)], Reason.WRONG_TYPE, Reason.WRONG_TYPE),
        ([node("manager"), {}], Reason.WRONG_TYPE, Reason.WRONG_TYPE),
        ({}, Reason.WRONG_TYPE, Reason.WRONG_TYPE),
    ],
)
def test_managers_are_counted_among_the_nodes(nodes: Any, managers: Any, odd: Any) -> None:
    replies = {"swarm": CLUSTER, "services": [], "secrets": [], "nodes": nodes}
    _, found, _ = read(world(info=swarm_info("active", True), **replies))
    facts = found.swarm.subjects[0].facts
    assert (reason(facts["managers"]) or facts["managers"]) is managers
    assert (reason(facts["managers_odd"]) or facts["managers_odd"]) is odd


def test_secrets_are_counted_and_variables_named() -> None:
    def service(number: int, env: Any) -> dict[str, Any]:
        return {"ID": f"s{number}", "Spec": {"Name": f"w{number}", "TaskTemplate": {"ContainerSpec": {"Env": env}}}}

    env = [
        "DB_PASSWORD=hunter2",
        "DB_PASSWORD_FILE=/run/secrets/x",
        "PATH=/bin",
        "api_key",
        "TOKEN=",
        "COMPASS=n",
        "PWD=/",
    ]
    replies = {"swarm": CLUSTER, "nodes": [], "secrets": [{"ID": "x1", "Spec": {"Name": "hidden"}}, {"ID": "x2"}]}
    _, found, _ = read(world(info=swarm_info("active", True), services=[service(1, env), service(2, None)], **replies))
    facts = found.swarm.subjects[0].facts
    assert facts["secrets"] == 2
    assert facts["secret_like_environment"] == ["w1: DB_PASSWORD", "w1: TOKEN", "w1: api_key"]
    assert "hunter2" not in str(found)
    assert "hidden" not in str(found)
    for damaged in ([7], {"A": 1}, "A=b"):
        _, found, _ = read(world(info=swarm_info("active", True), services=[service(1, damaged)], **replies))
        assert reason(found.swarm.subjects[0].facts["secret_like_environment"]) is Reason.WRONG_TYPE


@pytest.mark.parametrize(
    ("options", "value"),
    [
        ({"encrypted": ""}, ""),
        ({"encrypted": "false"}, "false"),
        ({"com.docker.network.driver.overlay.vxlanid_list": "4097"}, ABSENT),
        ({"Encrypted": ""}, ABSENT),
        ({}, ABSENT),
        (None, ABSENT),
        ({"encrypted": None}, Reason.WRONG_TYPE),
        ([], Reason.WRONG_TYPE),
    ],
)
def test_the_option_that_encrypts_by_being_there(options: Any, value: Any) -> None:
    network = {"Id": "o1", "Name": "back", "Driver": "overlay", "Scope": "swarm", "Options": options}
    engine, _, _ = read(world(networks=[network]))
    found = engine.networks.subjects[0].facts["encryption_option"]
    assert (reason(found) or found) == value


@pytest.mark.parametrize("state", ["locked", "pending", "error"])
def test_a_node_that_is_not_ready_hides_the_networks_of_the_cluster(state: str) -> None:
    engine, found, _ = read(world(info=swarm_info(state, False)))
    assert engine.networks.gap is None
    networks = with_cluster_networks(engine.networks, engine.facts["info.Swarm.LocalNodeState"])
    assert reason(networks.gap) is Reason.INCOMPLETE
    assert networks.subjects == engine.networks.subjects
    assert found.swarm.gap == networks.gap


@pytest.mark.parametrize(("state", "manager"), [("inactive", False), ("active", False), ("active", True)])
def test_otherwise_the_networks_that_are_listed_are_all_there_are(state: str, manager: bool) -> None:
    engine, found, _ = read(world(info=swarm_info(state, manager)))
    assert with_cluster_networks(engine.networks, engine.facts["info.Swarm.LocalNodeState"]) is engine.networks
    if not manager:
        assert found.swarm.sources[0].says is not None


@pytest.mark.parametrize(
    ("state", "manager", "swarm", "services"),
    [
        ("inactive", False, None, None),
        ("active", False, None, Reason.UNSUPPORTED),
        ("locked", False, Reason.INCOMPLETE, Reason.INCOMPLETE),
        ("dreaming", False, Reason.UNKNOWN_VALUE, Reason.UNKNOWN_VALUE),
        ("active", "yes", Reason.WRONG_TYPE, Reason.WRONG_TYPE),
        (7, False, Reason.WRONG_TYPE, Reason.WRONG_TYPE),
        ("active", True, Reason.NOT_FOUND, Reason.NOT_FOUND),
    ],
)
def test_other_states_of_a_swarm(state: Any, manager: Any, swarm: Any, services: Any) -> None:
    _, found, _ = read(world(info=swarm_info(state, manager)))
    assert found.swarm.subjects == found.services.subjects == found.nodes.subjects == ()
    assert reason(found.swarm.gap) is swarm
    assert reason(found.services.gap) is services
    assert found.swarm.sources
    assert reason(found.services_by_id()) is services


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl")
    directory = tmp_path_factory.mktemp("tls")
    for name in ("good", "stranger"):
        command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=h -addext subjectAltName=IP:127.0.0.1"
        files = ["-keyout", f"{directory}/{name}.key", "-out", f"{directory}/{name}.pem"]
        subprocess.run([*command.split(), *files], check=True, capture_output=True)
    return directory


def serve_tls(certificates: Path, daemon: FaultyDaemon, count: int, *, clients: bool) -> tuple[int, threading.Thread]:
    """A TLS front for ``count`` connections to a daemon on TCP; with ``clients`` it asks for a certificate."""
    import socket

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "good.pem", certificates / "good.key")
    if clients:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(certificates / "good.pem")
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with server:
            for _ in range(count):
                plain, _ = server.accept()
                try:
                    with context.wrap_socket(plain, server_side=True) as secure:
                        _relay(secure, int(daemon.url.rpartition(":")[2]))
                except OSError:
                    plain.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return server.getsockname()[1], thread


def _relay(secure: ssl.SSLSocket, port: int) -> None:
    import socket

    with socket.create_connection(("127.0.0.1", port)) as back:
        while request := secure.recv(65536):
            back.sendall(request)
            back.settimeout(0.3)
            try:
                while piece := back.recv(65536):
                    secure.sendall(piece)
            except TimeoutError:
                continue


def test_tls(certificates: Path) -> None:
    good = TlsMaterial(f"{certificates}/good.pem", f"{certificates}/good.pem", f"{certificates}/good.key")
    cases = [
        (good, None),
        (TlsMaterial(verify=False, certificate=good.certificate, key=good.key), None),
        (TlsMaterial(f"{certificates}/stranger.pem", good.certificate, good.key), Reason.PROTOCOL),
        (TlsMaterial(good.ca), {Reason.DENIED, Reason.RESET}),  # a reset may overtake the server's alert
        (TlsMaterial(f"{certificates}/missing.pem"), Reason.NO_ENGINE),
    ]
    for material, expected in cases:
        with FaultyDaemon(make_world(0, 0), tcp=True) as daemon:
            port, thread = serve_tls(certificates, daemon, 1, clients=True)
            endpoint = Endpoint(f"tcp://127.0.0.1:{port}", Kind.TLS, "127.0.0.1", port, tls=material)
            found = connect_engine(endpoint, LIMITS)
            if isinstance(found, EngineSession):
                with found:
                    assert found.read_engine().target.name == "fake"
            assert reason(found) in (expected if isinstance(expected, set) else {expected})
            thread.join(3)


def test_ssh_command_is_a_list_that_no_host_can_turn_into_options() -> None:
    assert ssh_command(parse_url("ssh://me@host:22/run/x.sock")) == (
        "ssh", "-o", "BatchMode=yes", "-T", "-l", "me", "-p", "22", "--", "host", "docker", "--host", "unix:///run/x.sock",
        "system", "dial-stdio",
    )  # fmt: skip


SSH = """#!{python}
import os, socket, sys, threading
if {words!r}:
    sys.exit({words!r})
engine = socket.socket(socket.AF_UNIX)
engine.connect({path!r})
def up():
    while data := os.read(0, 65536):
        engine.sendall(data)
threading.Thread(target=up, daemon=True).start()
while data := engine.recv(65536):
    os.write(1, data)
"""


def fake_ssh(directory: Path, path: str, words: str = "") -> None:
    import sys

    program = directory / "ssh"
    program.write_text(SSH.format(python=sys.executable, path=path, words=words))
    program.chmod(0o755)


def test_ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with FaultyDaemon(make_world(2, 1)) as daemon:
        fake_ssh(tmp_path, daemon.url.removeprefix("unix://"))
        session = connect_engine(parse_url("ssh://host"), LIMITS)
        assert isinstance(session, EngineSession)
        with session:
            assert session.read_engine().target.name == "fake"
            assert len(session.read_images().subjects) == 1
            assert session.peer_pid is None


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("me@host: Permission denied (publickey).", Reason.DENIED),
        ("ssh: Could not resolve hostname host: Name or service not known", Reason.NO_ENGINE),
        ("ssh: connect to host host port 22: Connection refused", Reason.REFUSED),
        ("something else", Reason.RESET),
    ],
)
def test_ssh_says_why(words: str, expected: Reason, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    fake_ssh(tmp_path, "/nowhere", words)
    found = connect_engine(parse_url("ssh://host"), LIMITS)
    assert reason(found) is expected
    assert words[:20] in str(found)


def test_ssh_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert reason(connect_engine(parse_url("ssh://host"), LIMITS)) is Reason.TOOL_MISSING


def test_the_fake_daemon_on_its_own_and_as_a_proxy(tmp_path: Path) -> None:
    import sys

    socket_path = f"{tmp_path}/proxy.sock"
    with FaultyDaemon(make_world(1, 1)) as real:
        command = [
            sys.executable,
            "tests/faulty_daemon.py",
            "--socket",
            socket_path,
            "--upstream",
            real.url.removeprefix("unix://"),
        ]
        with subprocess.Popen(
            [*command, "--fault", "status_500@^/info$"], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == f"ready unix://{socket_path}\n"
            session = connect_engine(parse_url(f"unix://{socket_path}"), LIMITS)
            assert isinstance(session, EngineSession)
            with session:
                assert reason(session.read_engine().facts["info.Driver"]) is Reason.HTTP_ERROR
                assert len(session.read_images().subjects) == 1
            process.terminate()
        assert json.loads(json.dumps(real.requests))[0] == "/version"


def test_a_fault_that_is_not_met_changes_nothing() -> None:
    with FaultyDaemon(make_world(1, 0), faults=[Fault("status_500", "^/images", nth=9)]) as daemon:
        session = connect_engine(parse_url(daemon.url), LIMITS)
        assert isinstance(session, EngineSession)
        with session:
            assert session.read_images().gap is None
