"""Addresses of listeners and the four switches of TLS, as dockerd resolves them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.collect.daemon.listeners import parse_host, parse_listen_stream, resolve_hosts
from benchmark.collect.daemon.process import DaemonProcess
from benchmark.collect.daemon.tls import resolve_tls
from benchmark.collect.host.root import HostRoot
from benchmark.model.facts import ABSENT, JsonValue, Reason, Unavailable

_DEFAULT = "/var/run/docker.sock"
_DENIED = Unavailable(Reason.DENIED, "x")


@pytest.mark.parametrize(
    ("word", "address"),
    [
        ("tcp://0.0.0.0:2375", "tcp://0.0.0.0:2375"),
        ("0.0.0.0:4243", "tcp://0.0.0.0:4243"),
        ("0.0.0.0", "tcp://0.0.0.0:2375"),
        (":2375", "tcp://localhost:2375"),
        ("tcp://", "tcp://localhost:2375"),
        ("tcp://:7", "tcp://localhost:7"),
        ("tcp://[::]:2376", "tcp://[::]:2376"),
        ("tcp://[::1]", "tcp://[::1]:2375"),
        ("tcp://[fe80::1%eth0]:1", "tcp://[fe80::1%eth0]:1"),
        ("unix://", "unix:///var/run/docker.sock"),
        ("unix:///run/docker.sock", "unix:///run/docker.sock"),
        ("unix://@abstract", "unix://@abstract"),
    ],
)
def test_an_address_is_completed_as_dockerd_does(word: str, address: str) -> None:
    assert parse_host(word) == address


@pytest.mark.parametrize("word", ["http://x", "tcp://a:b", "tcp://::1:2375", "unix://tcp://x", "tcp://http://x"])
def test_what_is_no_address_is_syntax(word: str) -> None:
    refused = parse_host(word)
    assert isinstance(refused, Unavailable)
    assert refused.reason is Reason.SYNTAX


def test_the_default_depends_on_tls() -> None:
    assert resolve_hosts((), False, _DEFAULT, ()) == ["unix:///var/run/docker.sock"]
    assert resolve_hosts((), True, _DEFAULT, ()) == ["tcp://localhost:2376"]
    assert resolve_hosts((" ",), False, _DEFAULT, ()) == ["unix:///var/run/docker.sock"]
    assert resolve_hosts((), _DENIED, _DEFAULT, ()) == _DENIED
    assert resolve_hosts((), False, _DENIED, ()) == _DENIED
    assert resolve_hosts(("unix:///a",), _DENIED, _DENIED, _DENIED) == ["unix:///a"]


def test_fd_is_replaced_by_what_systemd_listens_on() -> None:
    streams = tuple(parse_listen_stream(each) for each in ("/run/docker.sock", "2375", "[::]:2376", "@x"))
    assert streams == ("unix:///run/docker.sock", "tcp://[::]:2375", "tcp://[::]:2376", "unix://@x")
    assert resolve_hosts(("fd://", "unix:///b", "unix:///b"), False, _DEFAULT, streams) == [*streams, "unix:///b"]
    assert resolve_hosts(("fd://",), False, _DEFAULT, _DENIED) == _DENIED


@given(st.text(max_size=30))
def test_any_word_is_an_address_or_syntax(word: str) -> None:
    found = parse_host(word)
    assert "://" in found if isinstance(found, str) else found.reason is Reason.SYNTAX


def daemon(tmp_path: Path, **environment: str) -> DaemonProcess:
    return DaemonProcess(
        pid=7,
        argv=("dockerd",),
        exe="/usr/sbin/dockerd",
        euid=0,
        started_at="2026-01-01T00:00:00.000Z",
        started_ns=0,
        environment=environment,
        rootless=False,
        cwd="/",
        in_service=False,
        files_root=HostRoot(str(tmp_path)),
        sources=(),
    )


@pytest.mark.parametrize(
    ("given_", "said", "asked", "switches"),
    [
        ({}, {}, "", (False, False)),
        ({}, {}, "1", (False, False)),  # DOCKER_TLS_VERIFY alone switches nothing on
        ({"tls": True}, {}, "", (True, True)),  # tls demands client certificates, unless tlsverify says otherwise
        ({"tls": False}, {}, "", (False, False)),
        ({"tls": False}, {}, "1", (True, True)),
        ({"tlsverify": True}, {}, "", (True, True)),
        ({"tlsverify": False}, {}, "", (True, False)),  # naming tlsverify at all switches TLS on
        ({"tls": True, "tlsverify": False}, {}, "", (True, False)),
        ({}, {"tls": True}, "", (True, True)),
        ({}, {"tls": True, "tlsverify": False}, "", (True, False)),
        ({}, {"tls": False}, "", (False, False)),
        ({}, {"tls": False, "tlsverify": True}, "", (True, True)),
        ({"tls": False}, {"tlsverify": True}, "", (True, True)),
        ({"tls": True}, {"tlsverify": False}, "", (True, False)),
        ({"tlsverify": True}, {"tls": False}, "", (True, True)),
    ],
)
def test_switches(
    tmp_path: Path,
    given_: Mapping[str, JsonValue],
    said: Mapping[str, JsonValue],
    asked: str,
    switches: tuple[bool, bool],
) -> None:
    found = resolve_tls(given_, said, daemon(tmp_path, DOCKER_TLS_VERIFY=asked, HOME="/root"))
    assert (found["tls"], found["tlsverify"]) == switches
    if not switches[0]:
        assert [found[name] for name in ("tlscacert", "tlscert", "tlskey")] == [ABSENT] * 3


def test_paths_by_flag_by_file_and_by_default(tmp_path: Path) -> None:
    place = tmp_path / "certs"
    place.mkdir()
    for name in ("cert.pem", "key.pem"):
        (place / name).touch()
    process = daemon(tmp_path, DOCKER_CERT_PATH="/certs", HOME="/root")
    found = resolve_tls({"tlsverify": True, "tlscert": '"/x.pem"'}, {"tlskey": "/k.pem"}, process)
    assert (found["tlscacert"], found["tlscert"], found["tlskey"]) == ("/certs/ca.pem", "/x.pem", "/k.pem")
    assert resolve_tls({"tls": True}, {}, process)["tlskey"] == "/certs/key.pem"
    missing = resolve_tls({"tls": True}, {}, daemon(tmp_path, HOME="/root"))
    assert missing["tlscacert"] == "/root/.docker/ca.pem"
    assert isinstance(missing["tlskey"], Unavailable)


def test_tls_switched_on_by_the_file_has_no_default_paths(tmp_path: Path) -> None:
    found = resolve_tls({}, {"tls": True, "tlscert": "/c", "tlskey": "/k"}, daemon(tmp_path, HOME="/root"))
    assert (found["tlscacert"], found["tlscert"], found["tlskey"]) == (ABSENT, "/c", "/k")


def test_an_unknown_file_leaves_known_what_the_flags_settle(tmp_path: Path) -> None:
    process = daemon(tmp_path, HOME="/root")
    assert resolve_tls({}, _DENIED, process) == dict.fromkeys(
        ("tls", "tlsverify", "tlscacert", "tlscert", "tlskey"), _DENIED
    )
    found = resolve_tls({"tlsverify": True, "tlskey": "/k"}, _DENIED, process)
    assert (found["tls"], found["tlsverify"], found["tlskey"], found["tlscert"]) == (True, True, "/k", _DENIED)
    found = resolve_tls({"tls": True}, _DENIED, process)
    assert (found["tls"], found["tlsverify"]) == (True, _DENIED)
