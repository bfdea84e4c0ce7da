"""Which value of a setting is in force, and what is said when that cannot be told."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmark.collect.daemon.engine_says import EngineSays
from benchmark.collect.daemon.process import DaemonProcess
from benchmark.collect.daemon.settings import (
    DaemonSettings,
    api_sockets,
    containerd_sockets,
    resolve_settings,
    tls_paths,
)
from benchmark.collect.host.root import HostRoot
from benchmark.model.conform import conform
from benchmark.model.facts import ABSENT, Absent, FactValue, Reason, Unavailable
from benchmark.model.facts_daemon import DAEMON_FACTS, DAEMON_SETTINGS

_HOUR = 3600 * 10**9
_PATH = "/etc/docker/daemon.json"
_ENGINE = EngineSays(
    version="20.10.24+dfsg1",
    product="docker",
    authorization_plugins=[],
    cgroup_driver="cgroupfs",
    data_root="/var/lib/docker",
    debug=False,
    experimental=False,
    icc=True,
    insecure_registries=[],
    live_restore=False,
    log_driver="json-file",
    rootless=False,
    seccomp_profile="default",
    selinux=False,
    storage_driver="overlay2",
    userns=False,
    read_at="2026-01-01T00:00:00Z",
)


class Host:
    """A host made of files, and a dockerd on it that started an hour from now (files older) or ago (files newer)."""

    def __init__(self, tmp_path: Path) -> None:
        self.path = tmp_path
        self.root = HostRoot(str(tmp_path))
        self.process = DaemonProcess(
            pid=812,
            argv=("/usr/sbin/dockerd",),
            exe="/usr/sbin/dockerd",
            euid=0,
            started_at="2026-01-01T00:00:00.000Z",
            started_ns=time.time_ns() + _HOUR,
            environment={"HOME": "/root"},
            rootless=False,
            cwd="/",
            in_service=False,
            files_root=self.root,
            sources=(),
        )
        (tmp_path / "etc/docker").mkdir(parents=True)
        (tmp_path / "var/lib/docker").mkdir(parents=True)

    def write(self, path: str, text: str | dict[str, object]) -> None:
        file = self.path / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text if isinstance(text, str) else json.dumps(text))

    def resolve(self, *words: str, newer: bool = False, engine: EngineSays = _ENGINE, **changes: Any) -> DaemonSettings:
        started = self.process.started_ns - (2 * _HOUR if newer else 0)
        process = replace(self.process, argv=("dockerd", *words), started_ns=started, **changes)
        settings = resolve_settings(process, engine, self.root)
        check(settings)
        return settings


def check(settings: DaemonSettings) -> None:
    """What holds for every result: all facts, each of its declared type, each with a source unless unavailable."""
    expected = {*DAEMON_SETTINGS, "tcp_listeners", "process.euid", "process.exe", "process.started_at"}
    assert set(settings.facts) == expected
    for name, value in settings.facts.items():
        if not isinstance(value, Unavailable | Absent):
            assert conform(DAEMON_FACTS[name], name, value) == value


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def reason(value: FactValue) -> Reason | None:
    return value.reason if isinstance(value, Unavailable) else None


def test_defaults_of_a_daemon_that_nobody_configured(host: Host) -> None:
    settings = host.resolve()
    facts = settings.facts
    assert {name: facts["daemon." + name] for name in ("iptables", "ip6tables", "userland-proxy", "log-level")} == {
        "iptables": True,
        "ip6tables": False,
        "userland-proxy": True,
        "log-level": "info",
    }
    assert facts["daemon.cgroup-parent"] is ABSENT
    assert facts["daemon.containerd"] is ABSENT
    assert facts["daemon.hosts"] == ["unix:///var/run/docker.sock"]
    assert facts["tcp_listeners"] == []
    assert facts["daemon.default-ulimits"] == []
    assert facts["daemon.tlscacert"] is ABSENT
    assert facts["daemon.config-file"] == _PATH
    assert facts["process.euid"] == 0
    said = settings.sources["daemon.log-level"]
    assert [(each.locator, each.says) for each in said] == [
        ("file:/etc/docker/daemon.json", "absent (ENOENT)"),
        ("default:20.10.24+dfsg1", "info"),
    ]
    assert settings.warnings == ()
    assert api_sockets(settings) == ("/var/run/docker.sock",)
    assert containerd_sockets(settings) == (
        "/var/run/docker/containerd/containerd.sock",
        "/run/containerd/containerd.sock",
    )


def test_defaults_follow_the_version(host: Host) -> None:
    no_report = replace(_ENGINE, seccomp_profile=Unavailable(Reason.HTTP_ERROR, "500"))
    for version, ip6tables, seccomp in (
        ("26.1.4", False, "builtin"),
        ("27.0.1", True, "builtin"),
        ("28.5", True, "builtin"),
    ):
        facts = host.resolve(engine=replace(no_report, version=version)).facts
        assert (facts["daemon.ip6tables"], facts["daemon.seccomp-profile"]) == (ip6tables, seccomp)
    assert host.resolve(engine=no_report).facts["daemon.seccomp-profile"] == "default"
    old = host.resolve(engine=replace(_ENGINE, version="19.03.15")).facts
    assert reason(old["daemon.log-level"]) is Reason.UNKNOWN_VALUE
    new = host.resolve(engine=replace(_ENGINE, version="31.0.0"))
    assert new.facts["daemon.log-level"] == "info"
    assert "newer than the defaults" in new.warnings[0]


def test_a_flag_that_says_false_is_false(host: Host) -> None:
    facts = host.resolve("--no-new-privileges=false", "--userland-proxy=false").facts
    assert facts["daemon.no-new-privileges"] is False
    assert facts["daemon.userland-proxy"] is False


def test_the_file_counts_where_no_flag_does(host: Host) -> None:
    host.write(
        _PATH, {"no-new-privileges": True, "log-level": "warn", "default-ulimits": {"nofile": {"Soft": 1, "Hard": 2}}}
    )
    settings = host.resolve("--userland-proxy=false")
    assert settings.facts["daemon.no-new-privileges"] is True
    assert settings.facts["daemon.log-level"] == "warn"
    assert settings.facts["daemon.default-ulimits"] == ["nofile=1:2"]
    source = settings.sources["daemon.log-level"][0]
    assert source.locator == f"file:{_PATH}"
    assert source.says == "log-level: warn"
    assert source.digest is not None


@pytest.mark.parametrize("form", [("--config-file", "/my/d.json"), ("--config-file=/my/d.json",)])
def test_the_file_that_the_command_line_names_is_the_one(host: Host, form: tuple[str, ...]) -> None:
    host.write(_PATH, {"log-level": "debug"})
    host.write("/my/d.json", {"log-level": "warn"})
    settings = host.resolve(*form)
    assert settings.facts["daemon.log-level"] == "warn"
    assert settings.facts["daemon.config-file"] == "/my/d.json"
    relative = host.resolve("--config-file=d.json", cwd="/my")
    assert relative.facts["daemon.log-level"] == "warn"
    (host.path / "my/d.json").unlink()
    assert reason(host.resolve(*form).facts["daemon.log-level"]) is Reason.PENDING_RESTART
    off = host.resolve("--config-file=")
    assert off.facts["daemon.log-level"] == "info"
    assert off.facts["daemon.config-file"] is ABSENT


def test_a_rootless_daemon_has_its_own_paths(host: Host) -> None:
    host.write("/home/ann/.config/docker/daemon.json", {"log-level": "warn"})
    environment = {"HOME": "/home/ann", "XDG_RUNTIME_DIR": "/run/user/7", "ROOTLESSKIT_STATE_DIR": "/tmp/x"}
    silent = replace(_ENGINE, data_root=Unavailable(Reason.TIMEOUT))
    facts = host.resolve(engine=silent, environment=environment, rootless=True, euid=7).facts
    assert facts["daemon.log-level"] == "warn"
    assert facts["daemon.data-root"] == "/home/ann/.local/share/docker"
    assert facts["daemon.exec-root"] == "/run/user/7/docker"
    assert facts["daemon.pidfile"] == "/run/user/7/docker.pid"
    assert facts["daemon.hosts"] == ["unix:///run/user/7/docker.sock"]
    host.write("/etc/passwd", "ann:x:7:7:Ann:/home/ann:/bin/sh\n")
    facts = host.resolve(environment={"ROOTLESSKIT_STATE_DIR": "x"}, rootless=True, euid=7).facts
    assert facts["daemon.log-level"] == "warn"
    assert reason(facts["daemon.pidfile"]) is Reason.UNKNOWN_VALUE
    denied = Unavailable(Reason.DENIED, "/proc/812/environ")
    facts = host.resolve(environment=denied, rootless=denied).facts  # the engine says that it is not rootless
    assert facts["daemon.pidfile"] == "/var/run/docker.pid"
    facts = host.resolve(environment=denied, rootless=denied, engine=EngineSays()).facts
    assert facts["daemon.pidfile"] == denied
    assert facts["daemon.log-level"] == denied


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"icc": false,}', Reason.SYNTAX),
        ('{"a": 1, "a": 2}', Reason.DUPLICATE_KEY),
        ("[]", Reason.WRONG_TYPE),
        ("", Reason.SYNTAX),
    ],
)
def test_a_damaged_file_hides_what_only_it_could_say(host: Host, text: str, expected: Reason) -> None:
    host.write(_PATH, text)
    settings = host.resolve("--no-new-privileges")
    assert reason(settings.facts["daemon.log-level"]) is expected
    assert reason(settings.facts["daemon.hosts"]) is expected
    assert reason(settings.facts["tcp_listeners"]) is expected
    assert reason(settings.facts["daemon.tlsverify"]) is expected
    assert settings.facts["daemon.no-new-privileges"] is True  # a flag stands
    assert settings.facts["daemon.live-restore"] is False  # the engine itself says so
    assert settings.facts["daemon.userns-remap"] == ""
    assert any("not known" in each for each in settings.warnings)


def test_a_wrong_type_hides_its_own_setting_only(host: Host) -> None:
    host.write(_PATH, {"log-level": 1, "iptables": False, "live-restore": "yes"})
    facts = host.resolve().facts
    assert reason(facts["daemon.log-level"]) is Reason.WRONG_TYPE
    assert facts["daemon.iptables"] is False
    assert facts["daemon.live-restore"] is False


def test_a_file_newer_than_the_daemon_is_no_witness(host: Host) -> None:
    host.write(_PATH, {"no-new-privileges": True, "live-restore": True, "log-level": "info"})
    settings = host.resolve("--iptables=false", newer=True)
    hidden = settings.facts["daemon.no-new-privileges"]
    assert reason(hidden) is Reason.PENDING_RESTART
    assert isinstance(hidden, Unavailable)
    assert hidden.detail == f"{_PATH} is newer than the daemon's start; it says true"
    assert reason(settings.facts["daemon.userland-proxy"]) is Reason.PENDING_RESTART
    assert reason(settings.facts["daemon.hosts"]) is Reason.PENDING_RESTART
    assert reason(settings.facts["daemon.tls"]) is Reason.PENDING_RESTART
    assert settings.facts["daemon.iptables"] is False
    assert settings.facts["daemon.live-restore"] is False
    assert settings.notes["daemon.live-restore"] == f"pending restart: {_PATH} says true"
    assert "daemon.debug" not in settings.notes
    assert any("pending restart" in each for each in settings.warnings)


def test_a_flag_beside_the_same_key_in_a_newer_file_stands(host: Host) -> None:
    host.write(_PATH, {"no-new-privileges": False})
    settings = host.resolve("--no-new-privileges", newer=True)
    assert settings.facts["daemon.no-new-privileges"] is True
    assert settings.notes["daemon.no-new-privileges"].startswith("pending restart: ")
    older = host.resolve("--no-new-privileges")
    assert older.facts["daemon.no-new-privileges"] is True
    assert "is it the file" in older.notes["daemon.no-new-privileges"]


@pytest.mark.parametrize(
    ("words", "text", "name", "report"),
    [
        (("--live-restore",), {}, "live-restore", {}),
        ((), {"live-restore": True}, "live-restore", {}),
        (("--icc=false",), {}, "icc", {}),
        (("--log-driver=syslog",), {}, "log-driver", {}),
        ((), {"userns-remap": "default"}, "userns-remap", {}),
        ((), {}, "userns-remap", {"userns": True}),
        (("--seccomp-profile=unconfined",), {}, "seccomp-profile", {}),
        (("--data-root=/other",), {}, "data-root", {}),
        (("--insecure-registry=a.example",), {}, "insecure-registries", {}),
        ((), {"insecure-registries": ["10.0.0.0/8"]}, "insecure-registries", {"insecure_registries": ["10.0.0.0/16"]}),
        (("--no-new-privileges",), {}, "no-new-privileges", {"no_new_privileges": False}),
        (("--selinux-enabled=false",), {}, "selinux-enabled", {"selinux": True}),
    ],
)
def test_a_report_that_contradicts_the_configuration_is_a_conflict(
    host: Host, words: tuple[str, ...], text: dict[str, object], name: str, report: dict[str, object]
) -> None:
    host.write(_PATH, text)
    settings = host.resolve(*words, engine=replace(_ENGINE, **report))  # type: ignore[arg-type]
    value = settings.facts["daemon." + name]
    assert reason(value) is Reason.CONFLICT
    assert isinstance(value, Unavailable)
    assert " says " in value.detail
    assert settings.sources["daemon." + name][0].locator.startswith("GET ")


@pytest.mark.parametrize(
    ("words", "text", "report", "expected"),
    [
        (("--userns-remap=100000",), {}, {"userns": True}, ("userns-remap", "100000")),
        ((), {"userns-remap": "default"}, {"userns": True}, ("userns-remap", "default")),
        (("--userns-remap=1:1",), {}, {"userns": True, "data_root": "/var/lib/docker/1.1"}, ("data-root", "/var/lib/docker/1.1")),
        (("--data-root=/data/",), {}, {"data_root": "/var/lib/docker"}, ("data-root", "/var/lib/docker")),  # a link
        (("--seccomp-profile=builtin",), {}, {}, ("seccomp-profile", "default")),
        (("--seccomp-profile=/p.json",), {}, {"seccomp_profile": ABSENT}, ("seccomp-profile", ABSENT)),
        (("--selinux-enabled",), {}, {}, ("selinux-enabled", False)),  # a kernel without SELinux
        ((), {"storage-driver": "overlay2"}, {"storage_driver": "overlayfs"}, ("storage-driver", "overlayfs")),
        (
            ("--insecure-registry=http://a.example:5000", "--insecure-registry=10.1.2.3/8"),
            {},
            {"insecure_registries": ["10.0.0.0/8", "a.example:5000"]},
            ("insecure-registries", ["10.0.0.0/8", "a.example:5000"]),
        ),
        ((), {"insecure-registries": ["FD00::/8"]}, {"insecure_registries": ["fd00::/8"]}, ("insecure-registries", ["fd00::/8"])),
        ((), {}, {"no_new_privileges": True}, ("no-new-privileges", True)),
    ],
)  # fmt: skip
def test_other_spellings_of_the_same_value_are_no_conflict(
    host: Host,
    words: tuple[str, ...],
    text: dict[str, object],
    report: dict[str, object],
    expected: tuple[str, object],
) -> None:
    (host.path / "data").symlink_to("/var/lib/docker")
    host.write(_PATH, text)
    settings = host.resolve(*words, engine=replace(_ENGINE, **report))  # type: ignore[arg-type]
    assert settings.facts["daemon." + expected[0]] == expected[1]


def test_without_a_default_bridge_the_configuration_says_what_icc_is(host: Host) -> None:
    assert host.resolve("--icc=false", engine=replace(_ENGINE, icc=ABSENT)).facts["daemon.icc"] is False


def test_remapping_that_only_an_unreadable_file_could_explain_is_not_known(host: Host) -> None:
    host.write(_PATH, "{,}")
    assert reason(host.resolve(engine=replace(_ENGINE, userns=True)).facts["daemon.userns-remap"]) is Reason.SYNTAX


def test_without_a_process_only_reports_are_known(host: Host) -> None:
    remote = Unavailable(Reason.REMOTE, "tcp://10.0.0.1:2376")
    settings = resolve_settings(remote, _ENGINE, host.root)
    check(settings)
    assert settings.facts["daemon.live-restore"] is False
    assert settings.facts["daemon.userns-remap"] == ""
    assert settings.facts["daemon.storage-driver"] == "overlay2"
    unknown = {name for name, value in settings.facts.items() if value == remote}
    assert {"daemon.hosts", "tcp_listeners", "daemon.tlsverify", "daemon.no-new-privileges", "process.euid"} <= unknown
    assert api_sockets(settings) == remote
    assert containerd_sockets(settings) == remote
    assert set(tls_paths(settings).values()) == {remote}
    remapped = resolve_settings(remote, replace(_ENGINE, userns=True), host.root)
    assert remapped.facts["daemon.userns-remap"] == remote


def test_without_an_engine_flags_and_file_are_known(host: Host) -> None:
    host.write(_PATH, {"live-restore": True})
    facts = host.resolve("--icc=false", engine=EngineSays()).facts
    assert facts["daemon.icc"] is False
    assert facts["daemon.live-restore"] is True
    assert facts["daemon.log-level"] == "info"
    assert reason(facts["daemon.ip6tables"]) is Reason.NO_ENGINE  # its default depends on the version
    assert reason(facts["daemon.storage-driver"]) is Reason.NO_ENGINE


def test_an_option_that_nobody_knows_hides_everything_configured(host: Host) -> None:
    settings = host.resolve("--frobnicate")
    value = settings.facts["daemon.log-level"]
    assert value == Unavailable(Reason.SYNTAX, "/proc/812/cmdline: unknown option '--frobnicate'")
    assert settings.facts["daemon.live-restore"] is False
    assert settings.facts["process.euid"] == 0


def test_files_that_may_be_others_are_not_read(host: Host) -> None:
    host.write(_PATH, {"no-new-privileges": True})
    denied = Unavailable(Reason.DENIED, "/proc/812/ns/mnt: EACCES")
    facts = host.resolve("-H", "fd://", "--iptables=false", files_root=denied).facts
    assert facts["daemon.no-new-privileges"] == denied
    assert facts["daemon.iptables"] is False


def test_secrets_among_log_options_never_get_out(host: Host) -> None:
    secret = "s3cr3t-0123456789"
    host.write(_PATH, {"log-opts": {"splunk-token": secret, "splunk-url": "https://s"}})
    host.write(
        "/lib/systemd/system/docker.service", f"[Service]\nExecStart=/usr/bin/dockerd --log-opt splunk-token={secret}\n"
    )
    for newer in (False, True):
        for words in ((), ("--log-opt", f"splunk-token={secret}")):
            settings = host.resolve(*words, newer=newer, in_service=True)
            assert secret not in repr((settings.facts, settings.sources, settings.notes, settings.warnings))
    opts = host.resolve().facts["daemon.log-opts"]
    assert isinstance(opts, dict)
    assert opts["splunk-url"] == "https://s"
    assert str(opts["splunk-token"]).startswith("[redacted")


def test_listeners_of_a_socket_activated_daemon(host: Host) -> None:
    def listeners(*, newer: bool = False, handed: str = "") -> DaemonSettings:
        return host.resolve("-H", "fd://", newer=newer, in_service=True, environment={"LISTEN_FDS": handed})

    socket_unit = "/lib/systemd/system/docker.socket"
    assert reason(listeners().facts["daemon.hosts"]) is Reason.UNSUPPORTED
    host.write(socket_unit, "[Socket]\nListenStream=/run/docker.sock\n")
    settings = listeners(handed="1")
    assert settings.facts["daemon.hosts"] == ["unix:///run/docker.sock"]
    assert any(each.locator == f"file:{socket_unit}" for each in settings.sources["daemon.hosts"])
    assert reason(listeners(handed="2").facts["tcp_listeners"]) is Reason.CONFLICT
    host.write("/etc/systemd/system/docker.socket.d/tcp.conf", "[Socket]\nListenStream=2375\n")
    assert listeners().facts["tcp_listeners"] == ["tcp://[::]:2375"]
    host.write("/etc/systemd/system/docker.socket.d/tcp.conf", "[Socket]\nListenStream=%t/x.sock\n")
    assert api_sockets(listeners(handed="2")) == ("/run/docker.sock", "/run/x.sock")
    assert reason(listeners(newer=True).facts["daemon.hosts"]) is Reason.PENDING_RESTART


def test_listeners_handed_over_by_something_else_than_systemd(host: Host) -> None:
    host.write("/lib/systemd/system/docker.socket", "[Socket]\nListenStream=/run/docker.sock\n")
    one = {"environment": {"LISTEN_FDS": "1"}, "socket_path": "/x.sock"}
    assert host.resolve("-H", "fd://", **one).facts["daemon.hosts"] == ["unix:///x.sock"]
    two = one | {"environment": {"LISTEN_FDS": "2"}}
    assert reason(host.resolve("-H", "fd://", **two).facts["daemon.hosts"]) is Reason.UNSUPPORTED


def test_a_changed_unit_is_a_pending_restart_and_no_value(host: Host) -> None:
    host.write(
        "/lib/systemd/system/docker.service", "[Service]\nExecStart=/usr/bin/dockerd --icc=false --log-level=debug\n"
    )
    settings = host.resolve("--log-level=info", newer=True, in_service=True)
    assert settings.facts["daemon.log-level"] == "info"
    assert settings.notes["daemon.log-level"].endswith("docker.service says debug")
    assert any("docker.service has changed" in each for each in settings.warnings)
    assert host.resolve("--log-level=info", in_service=True).notes == {}
    assert host.resolve("--log-level=info", newer=True).notes == {}


def test_listeners_and_tls_together(host: Host) -> None:
    settings = host.resolve("-H", "fd://", "--tlsverify", "--tlscacert=/ca", "--tlscert=/c", "--tlskey=/k", "-H=:2376")
    assert reason(settings.facts["daemon.hosts"]) is Reason.UNSUPPORTED
    host.write(
        _PATH, {"hosts": ["unix:///a.sock", "tcp://0.0.0.0:2376"], "tlsverify": True, "tlscert": "/c", "tlskey": "/k"}
    )
    settings = host.resolve()
    assert settings.facts["tcp_listeners"] == ["tcp://0.0.0.0:2376"]
    assert settings.facts["daemon.tls"] is True
    assert settings.facts["daemon.tlsverify"] is True
    assert tls_paths(settings) == {"tlscacert": ABSENT, "tlscert": "/c", "tlskey": "/k"}
    assert api_sockets(settings) == ("/a.sock",)
    assert host.resolve("--containerd=/x.sock").facts["daemon.containerd"] == "/x.sock"
    assert containerd_sockets(host.resolve("--containerd=unix:///x.sock")) == ("/x.sock",)
