"""Every listed difference is needed: a host on which oscap really says the other word, and dockmark the one it is listed with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.openscap.export_exceptions import DIFFERENCES, explained
from tests.openscap.exported import Exported, export, judged_by_dockmark, judged_by_oscap, staged
from tests.torture.oracle.host import Container, File, Flag, Group, Host, HostMount, Service, Swarm, Unit
from tests.torture.oracle_harness import NEEDS_ROOT

pytestmark = [pytest.mark.openscap, NEEDS_ROOT]

LINKED = "/srv/real-daemon.json"


@dataclass(frozen=True)
class Shown:
    """``change`` makes the host from a good one, ``after`` changes its files; then the words about ``control`` are these."""

    name: str
    change: Callable[[Host], None]
    control: str
    ours: str
    theirs: str
    after: Callable[[Path], None] = lambda _: None


def good_host() -> Host:
    return Host(
        number=1,
        config={},
        files=[
            File("/etc/docker", 0o755, kind="directory"),
            File("/etc/docker/daemon.json", 0o644),
            File("/run/docker.sock", 0o660, 0, 999, "socket"),
            File("/usr/bin/dockerd", 0o755),
        ],
        mounts=[HostMount("/"), HostMount("/var/lib/docker", "8:17")],
        containers=[Container("web", "a" * 64, pid=5000)],
    )


def _linked(host: Host) -> None:
    host.links["/etc/docker/daemon.json"] = LINKED
    next(each for each in host.files if each.path == "/etc/docker/daemon.json").path = LINKED


def _linked_and_good(host: Host) -> None:
    _linked(host)
    host.config = {"live-restore": True}


def _set(**changes: object) -> Callable[[Host], None]:
    def change(host: Host) -> None:
        for name, value in changes.items():
            setattr(host, name, value)

    return change


def _hidden_and_loose(host: Host) -> None:
    host.hidden = True
    next(each for each in host.files if each.path == "/etc/docker/daemon.json").mode = 0o666


def _tls(host: Host) -> None:
    host.flags = [Flag("tlsverify", None), Flag("host", "unix:///run/docker.sock")]
    host.files += [File(f"/root/.docker/{name}", 0o400) for name in ("ca.pem", "cert.pem", "key.pem")]


def _container(**changes: object) -> Callable[[Host], None]:
    def change(host: Host) -> None:
        for name, value in changes.items():
            setattr(host.containers[0], name, value)

    return change


def _joined(host: Host) -> None:
    host.containers.append(Container("other", "b" * 64, pid=6000))
    host.containers[0].pid_mode = f"container:{'b' * 64}"


def _task(host: Host) -> None:
    host.swarm = Swarm(state="active", manager=True)
    host.services = [Service("web", "7b04a09c9bad96ed4dfd497c8", condition="none")]
    host.containers[0].service = host.services[0].id


def _old_images(top: Path) -> None:
    (top / "var/lib/docker/image/aufs").mkdir(parents=True)


MASKED = [Unit("docker.service", File("/etc/systemd/system/docker.service"), masked=True)]
LOGS = {"log-driver": "syslog", "log-opts": {"syslog-address": "tcp://192.0.2.4:514"}}
SHOWN = (
    Shown("nothing to judge", _set(containers=[]), "container_not_privileged", "notapplicable", "notchecked"),
    Shown("words for ignorance", _set(hidden=True), "daemon_log_level_info", "error", "unknown"),
    Shown("a link", _linked, "daemon_config_mode", "pass", "unknown"),
    Shown("a masked unit", _set(units=MASKED), "docker_service_unit_mode", "notapplicable", "unknown"),
    Shown(
        "a flag that is given twice or in its short form",
        _set(flags=[Flag("icc", "true"), Flag("icc", "false")]),
        "default_bridge_icc_disabled",
        "pass",
        "unknown",
    ),
    Shown(
        "a flag that is given twice or in its short form",
        _set(flags=[Flag("debug", None, "s")]),
        "daemon_log_level_info",
        "fail",
        "unknown",
    ),
    Shown("a configuration file that is a link", _linked_and_good, "live_restore_enabled", "pass", "unknown"),
    Shown(
        "a configuration file that changed after the start",
        _set(config={"live-restore": True}, later_config={"live-restore": True, "icc": False}),
        "live_restore_enabled",
        "pass",
        "unknown",
    ),
    Shown("a daemon that cannot be seen", _set(hidden=True), "no_insecure_registries", "pass", "unknown"),
    Shown("the places of a daemon that cannot be seen", _set(hidden=True), "daemon_config_mode", "error", "pass"),
    Shown("the places of a daemon that cannot be seen", _hidden_and_loose, "daemon_config_mode", "error", "fail"),
    Shown("TLS files at their default places", _tls, "tls_ca_mode", "pass", "unknown"),
    Shown("where logs go", _set(config=LOGS), "logs_sent_off_host", "pass", "unknown"),
    Shown("the driver that the engine chose", _set(), "storage_driver_not_aufs", "pass", "unknown", _old_images),
    Shown("a container that joins another one", _joined, "container_no_host_pid", "pass", "unknown"),
    Shown(
        "another group than docker",
        _set(config={"group": "dockers"}, groups=[Group("root", 0), Group("docker", 999), Group("dockers", 1500)]),
        "docker_group_members_approved",
        "pass",
        "unknown",
    ),
    Shown(
        "a task of a swarm service",
        _task,
        "container_restart_bounded",
        "pass",
        "unknown",
    ),
    Shown(
        "a seccomp profile of a container's own",
        _container(security_opt=["no-new-privileges", "seccomp=" + '{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[]}']),
        "container_seccomp_enabled",
        "pass",
        "unknown",
    ),
    Shown(
        "a container between two restarts",
        _container(status="restarting", pid=0, asked_ports=[("80/tcp", "192.0.2.7", "8080")]),
        "container_ports_bound_to_address",
        "pass",
        "unknown",
    ),
    Shown(
        "all capabilities but some, or names in small letters",
        _container(cap_add=["ALL"], cap_drop=["NET_RAW"]),
        "container_capabilities_limited",
        "fail",
        "unknown",
    ),
)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return export(tmp_path_factory.mktemp("content"))


def words(
    exported: Exported, host: Host, directory: Path, control: str, after: Callable[[Path], None]
) -> tuple[str, str]:
    with staged(host, directory) as (snapshot, top, places):
        after(top)
        ours = judged_by_dockmark(snapshot, exported.content.checklist)
        return ours[control], judged_by_oscap(exported, places, top)[control]


@pytest.mark.parametrize("shown", SHOWN, ids=lambda each: f"{each.name}-{each.theirs}")
def test_it_is_really_different(exported: Exported, tmp_path: Path, shown: Shown) -> None:
    host = good_host()
    shown.change(host)
    told = words(exported, host, tmp_path / "host", shown.control, shown.after)
    assert told == (shown.ours, shown.theirs)
    listed = [each for each in DIFFERENCES if each.name == shown.name]
    assert any(each.explains(shown.control, *told, host) for each in listed)


def test_every_difference_is_shown() -> None:
    assert {each.name for each in SHOWN} == {each.name for each in DIFFERENCES}
    assert {(each.name, each.theirs) for each in DIFFERENCES} == {(each.name, each.theirs) for each in SHOWN}


def test_a_good_host_is_judged_alike(exported: Exported, tmp_path: Path) -> None:
    with staged(good_host(), tmp_path / "host") as (snapshot, top, places):
        ours = judged_by_dockmark(snapshot, exported.content.checklist)
        theirs = judged_by_oscap(exported, places, top)
    controls = [each.rule.control.id for each in exported.content.exports if each.criteria is not None]
    host = good_host()
    assert {
        each: theirs[each]
        for each in controls
        if explained(each, ours[each], theirs[each], host) not in ("", "nothing to judge")
    } == {}
    assert sum(ours[each] == theirs[each] == "pass" for each in controls) > 30
