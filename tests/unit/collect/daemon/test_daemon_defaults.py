"""What dockerd does when nothing says otherwise, as its reference documents it for each version."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.collect.daemon.defaults import NEWEST, OLDEST, default_of, version_numbers
from benchmark.collect.daemon.process import DaemonProcess
from benchmark.collect.host.root import HostRoot
from benchmark.model.facts import ABSENT, FactValue, Reason, Unavailable

_DENIED = Unavailable(Reason.DENIED, "/proc/7/environ")
_EVERYWHERE: dict[str, FactValue] = {
    "authorization-plugins": [],
    "bridge": "",
    "cgroup-parent": ABSENT,
    "containerd": ABSENT,
    "debug": False,
    "default-ulimits": [],
    "experimental": False,
    "group": "docker",
    "icc": True,
    "insecure-registries": [],
    "iptables": True,
    "live-restore": False,
    "log-driver": "json-file",
    "log-level": "info",
    "log-opts": {},
    "no-new-privileges": False,
    "selinux-enabled": False,
    "storage-opts": [],
    "userland-proxy": True,
    "userns-remap": "",
    "data-root": "/var/lib/docker",
    "exec-root": "/var/run/docker",
    "pidfile": "/var/run/docker.pid",
}


def process(environment: dict[str, str] | Unavailable) -> DaemonProcess:
    return DaemonProcess(
        pid=7, argv=("dockerd",), exe="/dockerd", euid=7, started_at="", started_ns=0, environment=environment, rootless=False,
        cwd="/", in_service=False, files_root=HostRoot("/nonexistent"), sources=(),
    )  # fmt: skip


def default(name: str, version: FactValue = "20.10.24", *, rootless: Any = False, environment: Any = None) -> FactValue:
    return default_of(name, version, process({} if environment is None else environment), rootless)


def reason(value: FactValue) -> Reason | None:
    return value.reason if isinstance(value, Unavailable) else None


@pytest.mark.parametrize("version", ["20.10.0", "23.0.0", "26.1.4", "27.0.0", "29.0.0", _DENIED])
@pytest.mark.parametrize("name", sorted(_EVERYWHERE))
def test_most_defaults_hold_in_every_version(name: str, version: FactValue) -> None:
    assert default(name, version) == _EVERYWHERE[name]


@pytest.mark.parametrize(
    ("version", "ip6tables", "seccomp"),
    [
        ("20.10.0", False, "default"),
        ("22.6.0", False, "default"),
        ("23.0.0", False, "builtin"),
        ("26.9.9", False, "builtin"),
        ("27.0.0", True, "builtin"),
        ("29.1.0", True, "builtin"),
    ],
)
def test_two_defaults_changed(version: str, ip6tables: bool, seccomp: str) -> None:
    assert default("ip6tables", version) is ip6tables
    assert default("seccomp-profile", version) == seccomp


def test_what_only_the_engine_could_tell_is_not_guessed() -> None:
    for name in ("ip6tables", "seccomp-profile"):
        assert reason(default(name, _DENIED)) is Reason.NO_ENGINE
    assert reason(default("storage-driver")) is Reason.NO_ENGINE
    assert reason(default("log-level", "20.9.9")) is Reason.UNKNOWN_VALUE


@pytest.mark.parametrize(
    ("version", "numbers"),
    [
        ("20.10.24+dfsg1", (20, 10, 24)),
        ("27.1", (27, 1, 0)),
        ("27", None),
        ("dev", None),
        (None, None),
        (ABSENT, None),
        ("12345.1", None),
        ("1234.1234.123456", (1234, 1234, 123456)),
    ],
)
def test_the_numbers_of_a_version(version: FactValue, numbers: tuple[int, ...] | None) -> None:
    assert version_numbers(version) == numbers


def test_the_versions_that_the_table_knows() -> None:
    assert OLDEST == (20, 10)
    assert NEWEST == (29,)


def test_a_rootless_daemon_keeps_its_files_with_its_user() -> None:
    places = {"XDG_DATA_HOME": "/data", "XDG_RUNTIME_DIR": "/run/user/7"}
    assert default("data-root", rootless=True, environment=places) == "/data/docker"
    assert default("data-root", rootless=True, environment={"HOME": "/home/a"}) == "/home/a/.local/share/docker"
    assert default("exec-root", rootless=True, environment=places) == "/run/user/7/docker"
    assert default("pidfile", rootless=True, environment=places) == "/run/user/7/docker.pid"
    assert reason(default("pidfile", rootless=True)) is Reason.UNKNOWN_VALUE
    for name in ("data-root", "exec-root", "pidfile"):
        assert default(name, rootless=_DENIED) == _DENIED
        assert default(name, rootless=True, environment=_DENIED) == _DENIED
