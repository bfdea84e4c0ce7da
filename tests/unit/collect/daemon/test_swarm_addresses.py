"""Addresses of a swarm's node: from the daemon's own sockets and from the file that it keeps, on real files and sockets."""

import json
import os
import socket
from contextlib import closing

import pytest

from benchmark.collect.daemon.inet_sockets import InetSocket, read_inet_sockets
from benchmark.collect.daemon.process import DaemonProcess
from benchmark.collect.daemon.settings import DaemonSettings
from benchmark.collect.daemon.swarm_addresses import SWARM_ADDRESS_FACTS, swarm_address_facts
from benchmark.collect.host.root import HostRoot
from benchmark.model.conform import conform
from benchmark.model.facts import ABSENT, Reason, Unavailable
from benchmark.model.facts_daemon import DAEMON_FACTS

OWN = HostRoot("/")
DENIED = Unavailable(Reason.DENIED, "x")
ACTIVE = {"info.Swarm.LocalNodeState": "active", "info.Swarm.ControlAvailable": True, "info.Swarm.NodeAddr": "10.0.0.9"}


def settings(data_root, process=True):
    found = DaemonProcess(
        pid=os.getpid(), argv=("dockerd",), exe="/usr/bin/dockerd", euid=0, started_at="", started_ns=0, environment={},
        rootless=False, cwd="/", in_service=False, files_root=OWN, sources=(),
    )  # fmt: skip
    return DaemonSettings({"daemon.data-root": str(data_root)}, {}, {}, (), found if process else DENIED)


def write(data_root, text):
    (data_root / "swarm").mkdir(exist_ok=True)
    (data_root / "swarm" / "docker-state.json").write_text(text if isinstance(text, str) else json.dumps(text))


def read(data_root, engine=ACTIVE, process=True):
    facts, _ = swarm_address_facts(settings(data_root, process), engine, OWN)
    assert set(facts) == set(SWARM_ADDRESS_FACTS)
    for name, value in facts.items():
        assert value is ABSENT or isinstance(value, Unavailable) or conform(DAEMON_FACTS[name], name, value) == value
    return [facts[f"swarm.{name}"] for name in ("advertise_address", "data_path_address", "planes_separated")]


@pytest.mark.parametrize(
    ("advertise", "data_path", "expected"),
    [
        ("10.0.0.1:2377", "", ["10.0.0.1", "", False]),
        ("10.0.0.1:2377", "10.1.0.1", ["10.0.0.1", "10.1.0.1", True]),
        ("10.0.0.1:2377", "10.0.0.1", ["10.0.0.1", "10.0.0.1", False]),
        ("[fd00::1]:2377", "fd00:0::1", ["fd00::1", "fd00:0::1", False]),
        ("[fd00::1]:2377", "fd00::2", ["fd00::1", "fd00::2", True]),
        ("", "10.0.0.9", ["10.0.0.9", "10.0.0.9", False]),
        ("", "10.0.0.8", ["10.0.0.9", "10.0.0.8", True]),
    ],
)
def test_addresses_are_compared_as_addresses(tmp_path, advertise, data_path, expected):
    write(tmp_path, {"ListenAddr": "0.0.0.0:2377", "AdvertiseAddr": advertise, "DataPathAddr": data_path})
    assert read(tmp_path) == expected


def test_a_name_of_an_interface_cannot_be_compared(tmp_path):
    write(tmp_path, {"AdvertiseAddr": "10.0.0.1:2377", "DataPathAddr": "eth1"})
    assert read(tmp_path)[2].reason is Reason.UNKNOWN_VALUE


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", Reason.SYNTAX),
        ("[]", Reason.WRONG_TYPE),
        ('{"DataPathAddr": 7}', Reason.WRONG_TYPE),
        ('{"DataPathAddr": null}', Reason.WRONG_TYPE),
        ('{"DataPathAddr": "", "DataPathAddr": "10.1.0.1"}', Reason.DUPLICATE_KEY),
        ("{" + " " * 300_000 + "}", Reason.OVERSIZE),
        (None, Reason.INCOMPLETE),
    ],
)
def test_a_broken_file_is_no_evidence(tmp_path, text, reason):
    if text is not None:
        write(tmp_path, text)
    assert {each.reason for each in read(tmp_path)} == {reason}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("inactive", None),
        ("pending", Reason.INCOMPLETE),
        ("locked", Reason.INCOMPLETE),
        ("error", Reason.INCOMPLETE),
        ("", Reason.UNKNOWN_VALUE),
        (ABSENT, Reason.UNSUPPORTED),
        (DENIED, Reason.DENIED),
    ],
)
def test_only_off_proves_that_there_are_no_addresses(tmp_path, state, expected):
    write(tmp_path, {"DataPathAddr": "10.1.0.1"})
    values = read(tmp_path, {**ACTIVE, "info.Swarm.LocalNodeState": state})
    assert {None if each is ABSENT else each.reason for each in values} == {expected}


def test_without_a_process_nothing_is_known(tmp_path):
    assert read(tmp_path, process=False) == [DENIED] * 3


def test_sockets_of_this_very_process_and_no_others():
    with (
        closing(socket.create_server(("127.0.0.1", 0))) as tcp,
        closing(socket.create_server(("::", 0), family=socket.AF_INET6)) as wild,
        closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as udp,
    ):
        udp.bind(("0.0.0.0", 0))
        with closing(socket.create_connection(tcp.getsockname())) as client:
            found = read_inet_sockets(OWN, os.getpid())
            assert InetSocket("tcp", "127.0.0.1", client.getsockname()[1]) not in found, "a client's end is no listener"
        assert InetSocket("tcp", "127.0.0.1", tcp.getsockname()[1]) in found
        assert InetSocket("tcp", "::", wild.getsockname()[1]) in found
        assert InetSocket("udp", "0.0.0.0", udp.getsockname()[1]) in found
        assert InetSocket("tcp", "127.0.0.1", tcp.getsockname()[1]) not in read_inet_sockets(OWN, os.getppid())
    assert read_inet_sockets(OWN, 2**22 + 1).reason is Reason.NO_PROCESS


def test_a_manager_that_listens_nowhere_is_a_gap_and_its_own_port_counts(tmp_path):
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
        write(tmp_path, {"ListenAddr": f"127.0.0.1:{port}", "AdvertiseAddr": "127.0.0.1:1", "DataPathAddr": ""})
        facts, sources = swarm_address_facts(settings(tmp_path), ACTIVE, OWN)
        assert facts["swarm.listen_addresses"] == [f"127.0.0.1:{port}/tcp"]
        assert [each.locator.partition(":")[0] for each in sources["swarm.listen_addresses"]] == ["proc", "file"]
    facts, _ = swarm_address_facts(settings(tmp_path), ACTIVE, OWN)
    assert facts["swarm.listen_addresses"].reason is Reason.INCOMPLETE
    worker = {**ACTIVE, "info.Swarm.ControlAvailable": False}
    facts, _ = swarm_address_facts(settings(tmp_path), worker, OWN)
    assert facts["swarm.listen_addresses"].reason is Reason.INCOMPLETE
