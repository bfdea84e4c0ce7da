"""TLS where something is not known, words in quotes, and what counts as newer than the daemon's start."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmark.collect.daemon.engine_says import EngineSays, agrees, report_of, shown
from benchmark.collect.daemon.listeners import parse_host, parse_listen_stream, resolve_hosts
from benchmark.collect.daemon.process import SETTLED_NS, DaemonProcess
from benchmark.collect.daemon.tls import TLS_NAMES, resolve_tls
from benchmark.collect.host.root import HostRoot
from benchmark.model.facts import ABSENT, FactValue, Reason, Source, Unavailable
from tests.unit.collect.daemon.test_daemon_settings import _ENGINE, Host

_DENIED = Unavailable(Reason.DENIED, "x")
_LATER = Unavailable(Reason.TIMEOUT, "2 s")
_CONFIG, _SERVICE = "/etc/docker/daemon.json", "/lib/systemd/system/docker.service"
_SOCKET = "/lib/systemd/system/docker.socket"


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def daemon(host: Host, **changes: Any) -> DaemonProcess:
    return replace(host.process, **changes)


def reason(value: FactValue) -> Reason | None:
    return value.reason if isinstance(value, Unavailable) else None


def test_a_switch_that_cannot_be_read_is_not_guessed(host: Host) -> None:
    process = daemon(host)
    by_file = resolve_tls({}, {"tlsverify": _DENIED}, process)
    assert by_file == dict.fromkeys(TLS_NAMES, _DENIED)
    assert resolve_tls({}, {"tls": _DENIED}, process) == dict.fromkeys(TLS_NAMES, _DENIED)
    by_flag = resolve_tls({"tls": True}, {"tlsverify": _DENIED, "tlscert": "/c", "tlskey": _LATER}, process)
    assert (by_flag["tls"], by_flag["tlsverify"], by_flag["tlscert"], by_flag["tlskey"]) == (
        True,
        _DENIED,
        "/c",
        _LATER,
    )


def test_an_environment_that_cannot_be_read_leaves_open_what_it_decides(host: Host) -> None:
    dark = daemon(host, environment=_DENIED)
    assert resolve_tls({"tls": False}, {}, dark) == dict.fromkeys(TLS_NAMES, _DENIED)
    by_file = resolve_tls({}, {"tls": True, "tlscert": "/c"}, dark)
    assert (by_file["tls"], by_file["tlscert"], by_file["tlskey"]) == (True, "/c", _DENIED)
    assert resolve_tls({"tlscert": "/g"}, {"tls": True}, dark)["tlscert"] == _DENIED
    by_flag = resolve_tls({"tlsverify": True}, {}, dark)
    assert [by_flag[name] for name in ("tlscacert", "tlscert", "tlskey")] == [_DENIED] * 3


def test_a_path_given_by_a_flag_counts_where_a_flag_switched_tls_on(host: Host) -> None:
    process = daemon(host, cwd="/work")
    assert resolve_tls({"tlscert": "/g"}, {"tls": True}, process)["tlscert"] is ABSENT
    asked = daemon(host, environment={"DOCKER_TLS_VERIFY": "1", "HOME": "/root"})
    assert resolve_tls({"tlscert": "/g"}, {"tls": True}, asked)["tlscert"] == "/g"
    assert resolve_tls({}, {"tls": True}, asked)["tlscacert"] == "/root/.docker/ca.pem"
    assert resolve_tls({"tls": True, "tlscert": "c.pem"}, {}, process)["tlscert"] == "/work/c.pem"
    assert resolve_tls({}, {"tls": True, "tlscert": "c.pem"}, process)["tlscert"] == "/work/c.pem"


@pytest.mark.parametrize(
    ("word", "path"),
    [
        ('"/x"', "/x"), ("'/x'", "/x"), ("'/x\"", "/cwd/'/x\""), ("~x~", "/cwd/~x~"), ('"', '/cwd/"'), ('""', "/cwd"),
        ('"a', '/cwd/"a'), ("aba", "/cwd/aba"),
    ],
)  # fmt: skip
def test_one_pair_of_quotes_is_taken_off(host: Host, word: str, path: str) -> None:
    assert resolve_tls({"tls": True, "tlscert": word}, {}, daemon(host, cwd="/cwd"))["tlscert"] == path


def test_default_paths_of_certificates(host: Host) -> None:
    for name in ("cert.pem", "ca.pem"):
        host.write(f"/cfg/{name}", "")
    process = daemon(host, environment={"DOCKER_CONFIG": "/cfg", "HOME": "/root"})
    found = resolve_tls({"tls": True}, {}, process)
    assert (found["tlscacert"], found["tlscert"]) == ("/cfg/ca.pem", "/cfg/cert.pem")
    assert reason(found["tlskey"]) is Reason.PENDING_RESTART
    (host.path / "cfg/key.pem").symlink_to("nowhere")
    assert reason(resolve_tls({"tls": True}, {}, process)["tlskey"]) is Reason.PENDING_RESTART
    unseen = resolve_tls({"tls": True}, {}, replace(process, files_root=_LATER))
    assert (unseen["tlscacert"], unseen["tlskey"]) == ("/cfg/ca.pem", _LATER)
    lost = resolve_tls({"tls": True}, {}, daemon(host, environment={"DOCKER_CERT_PATH": "certs"}, cwd=_LATER))
    assert [lost[name] for name in ("tlscacert", "tlscert", "tlskey")] == [_LATER] * 3


def age(host: Host, path: str, after_start: int) -> int:
    """Makes a file that changed ``after_start`` nanoseconds after the start, and returns the start."""
    file = host.path / path.lstrip("/")
    changed = (file.stat().st_ctime_ns // 10**9 + 10_000) * 10**9
    os.utime(file, ns=(changed, changed))
    return changed - after_start


@pytest.mark.parametrize(
    ("after_start", "is_newer"), [(0, False), (1, False), (SETTLED_NS, False), (SETTLED_NS + 1, True)]
)
def test_what_changed_while_the_daemon_settled_may_still_have_been_read(
    host: Host, after_start: int, is_newer: bool
) -> None:
    host.write(_CONFIG, {"log-level": "warn"})
    started = age(host, _CONFIG, after_start)
    config = resolve(host, started)
    assert (reason(config["daemon.log-level"]) is Reason.PENDING_RESTART) is is_newer
    (host.path / _CONFIG.lstrip("/")).unlink()
    host.write(_SERVICE, "[Service]\nExecStart=/usr/bin/dockerd --icc=true\n")
    started = age(host, _SERVICE, after_start)
    settings = settle(host, started)
    assert ("docker.service has changed since the daemon's start" in settings.warnings) is is_newer
    host.write(_SOCKET, "[Socket]\nListenStream=/run/docker.sock\n")
    started = age(host, _SOCKET, after_start)
    hosts = resolve(host, started, "-H", "fd://")["daemon.hosts"]
    assert hosts == ["unix:///run/docker.sock"] if not is_newer else reason(hosts) is Reason.PENDING_RESTART


def settle(host: Host, started: int, *words: str) -> Any:
    from benchmark.collect.daemon.settings import resolve_settings

    process = daemon(host, argv=("dockerd", *words), started_ns=started, in_service=True)
    return resolve_settings(process, _ENGINE, host.root)


def resolve(host: Host, started: int, *words: str) -> Any:
    return settle(host, started, *words).facts


@pytest.mark.parametrize(
    ("unit", "handed", "expected"),
    [
        ("ListenStream=/a\nListenStream=8080", "", ["unix:///a", "tcp://[::]:8080"]),
        ("ListenStream=/a", "1", ["unix:///a"]),
        ("ListenStream=/a", "2", Reason.CONFLICT),
        ("ListenStream=%t/a", "1", ["unix:///run/a"]),
        ("ListenStream=%i/a", "1", Reason.SYNTAX),
        ("ListenStream=/a\nListenStream=%i/a", "2", Reason.SYNTAX),
        ("", "1", Reason.SYNTAX),
    ],
)
def test_the_sockets_that_systemd_hands_over(host: Host, unit: str, handed: str, expected: object) -> None:
    host.write(_SOCKET, f"[Socket]\n{unit}\n")
    hosts = host.resolve("-H", "fd://", in_service=True, environment={"LISTEN_FDS": handed}).facts["daemon.hosts"]
    assert (reason(hosts) if isinstance(hosts, Unavailable) else hosts) == expected


def test_one_socket_handed_over_by_somebody_else_is_the_one_behind_which_the_daemon_was_found(host: Host) -> None:
    source = (Source("proc:/proc/812/fd"),)
    for handed, path, known in (
        ("1", "/x.sock", True),
        ("1", None, False),
        ("2", "/x.sock", False),
        ("", "/x.sock", False),
    ):
        settings = host.resolve("-H", "fd://", environment={"LISTEN_FDS": handed}, socket_path=path, sources=source)
        hosts = settings.facts["daemon.hosts"]
        assert hosts == ["unix:///x.sock"] if known else reason(hosts) is Reason.UNSUPPORTED
        assert (source[0] in settings.sources["daemon.hosts"][1:]) is known


def test_a_socket_unit_that_is_not_there_or_not_readable(host: Host) -> None:
    assert reason(host.resolve("-H", "fd://", in_service=True).facts["daemon.hosts"]) is Reason.UNSUPPORTED
    (host.path / _SOCKET.lstrip("/")).mkdir(parents=True)
    unreadable = host.resolve("-H", "fd://", in_service=True).facts["daemon.hosts"]
    assert reason(unreadable) is Reason.NOT_REGULAR
    (host.path / _SERVICE.lstrip("/")).mkdir(parents=True)
    (warning,) = host.resolve(in_service=True).warnings
    assert warning.startswith("docker.service could not be read: not_regular")


@pytest.mark.parametrize(
    "commands",
    [
        "ExecStart=/usr/bin/dockerd\nExecStart=/usr/bin/dockerd --icc=true",
        "ExecStart=",
        "",
        'ExecStart="/usr/bin/dockerd',
    ],
)
def test_a_unit_of_several_commands_or_none_says_nothing_about_options(host: Host, commands: str) -> None:
    host.write(_SERVICE, f"[Service]\n{commands}\n")
    settings = host.resolve("--icc=true", newer=True, in_service=True)
    assert "daemon.icc" not in settings.notes


@pytest.mark.parametrize("word", ["$LEVEL", "%i", "x$LEVEL", "a%%b"])
def test_a_command_that_systemd_completes_says_nothing(host: Host, word: str) -> None:
    host.write(_SERVICE, f"[Service]\nExecStart=/usr/bin/dockerd --log-level={word}\n")
    settings = host.resolve("--log-level=info", newer=True, in_service=True)
    assert "daemon.log-level" not in settings.notes
    assert all("ExecStart" not in str(each.says) for each in settings.sources["daemon.log-level"])


@pytest.mark.parametrize(
    ("word", "address"),
    [
        ("tcp://a.example/path", "tcp://a.example:2375/path"),
        ("tcp://a.example:/path", "tcp://a.example:2375/path"),
        ("tcp://a.example:65535", "tcp://a.example:65535"),
        ("npipe:////./pipe/docker", "npipe:////./pipe/docker"),
        ("npipe://a://b", "npipe://a://b"),
        ("unix://x://y", None),
        ("tcp://a:123456", None),
        ("tcp://a b?c", None),
        ("tcp://[::1]x", None),
        ("fd://", None),
    ],
)
def test_addresses_and_what_is_none(word: str, address: str | None) -> None:
    assert parse_host(word) == address if address else reason(parse_host(word)) is Reason.SYNTAX


def test_a_stream_is_written_as_an_address() -> None:
    assert [parse_listen_stream(each) for each in (" /a ", "@x", "80", "127.0.0.1:80", "[::]:80", "vsock:2:9")] == [
        "unix:///a", "unix://@x", "tcp://[::]:80", "tcp://127.0.0.1:80", "tcp://[::]:80", "vsock:2:9",
    ]  # fmt: skip


def test_words_are_trimmed_and_the_first_that_is_none_ends_it() -> None:
    assert resolve_hosts((" tcp://a:1 ", "", " fd:// "), True, "/d", ("unix:///s",)) == [
        "tcp://a:1", "tcp://localhost:2376", "unix:///s",
    ]  # fmt: skip
    refused = resolve_hosts(("http://x", "fd://"), False, "/d", _DENIED)
    assert reason(refused) is Reason.SYNTAX  # type: ignore[arg-type]
    assert resolve_hosts(("",), True, _DENIED, ()) == ["tcp://localhost:2376"]


_ROOT = HostRoot("/nonexistent")


@pytest.mark.parametrize(
    ("name", "configured", "reported", "expected"),
    [
        ("userns-remap", "default", True, True), ("userns-remap", "", False, True),
        ("userns-remap", "default", False, False), ("userns-remap", "", True, False),
        ("seccomp-profile", "", "builtin", True), ("seccomp-profile", "default", "builtin", True),
        ("seccomp-profile", "builtin", "default", True), ("seccomp-profile", "/p", ABSENT, True),
        ("seccomp-profile", "/p", "/p", True), ("seccomp-profile", "/p", "default", False),
        ("seccomp-profile", "default", "unconfined", False),
        ("selinux-enabled", True, True, True), ("selinux-enabled", True, False, True),
        ("selinux-enabled", False, False, True), ("selinux-enabled", False, True, False),
        ("storage-driver", "overlay2", "overlay2", True), ("storage-driver", "overlay2", "overlayfs", True),
        ("storage-driver", "overlayfs", "overlay2", True), ("storage-driver", "vfs", "overlayfs", False),
        ("data-root", "/var/lib/docker", "/var/lib/docker", True), ("data-root", "/a", "/b", False),
        ("data-root", "/a/", "/a", True), ("data-root", "/a", "/a/100000.100000", True), ("data-root", "/a", "/a/x", False),
        ("data-root", "/a", "/a/1.1x", False), ("data-root", "/a", "/b/1.1", False), ("data-root", "/a", "/ab", False),
        ("data-root", "/a~", "/a", False),
        ("insecure-registries", ["a", "b"], ["b", "a"], True), ("insecure-registries", ["a"], ["a", "b"], False),
        ("insecure-registries", ["HTTPS://a"], ["a"], True), ("insecure-registries", ["http://a"], ["a"], True),
        ("insecure-registries", ["index.docker.io"], ["docker.io"], True), ("insecure-registries", ["a/b"], ["a/b"], True),
        ("insecure-registries", ["a/b"], ["c/d"], False),
        ("insecure-registries", ["10.1.2.3/8"], ["10.0.0.0/8"], True),
        ("insecure-registries", ["10.0.0.0"], ["10.0.0.0/32"], False),
        ("insecure-registries", ["ahttp://a"], ["aa"], False), ("authorization-plugins", ["a", "b"], ["b", "a"], True),
        ("authorization-plugins", ["a"], [], False), ("authorization-plugins", [], [], True),
        ("log-driver", "syslog", "syslog", True), ("log-driver", "syslog", "json-file", False),
        ("live-restore", False, True, False),
    ],
)  # fmt: skip
def test_configuration_and_report_agree_however_they_are_written(
    name: str, configured: Any, reported: FactValue, expected: bool
) -> None:
    assert agrees(name, configured, reported, _ROOT) is expected


def test_a_data_root_behind_a_link_agrees_and_one_that_cannot_be_followed_may(host: Host) -> None:
    (host.path / "data").symlink_to("/var/lib/docker")
    assert agrees("data-root", "/data", "/var/lib/docker", host.root)
    assert agrees("data-root", "/data/", "/var/lib/docker/1.1", host.root)
    assert not agrees("data-root", "/data", "/srv", host.root)
    assert agrees("data-root", "/data", "/srv", _DENIED)
    assert agrees("data-root", "/data", "/data", _DENIED)
    (host.path / "tilde~").mkdir()
    (host.path / "link").symlink_to("/tilde~")
    (host.path / "loop").symlink_to("loop")
    assert agrees("data-root", "/link", "/tilde~", host.root)
    assert not agrees("data-root", "/link", "/tilde", host.root)
    assert not agrees("data-root", "/loop", "/srv", host.root)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (ABSENT, "nothing"), (True, "true"), (False, "false"), ([], "[]"), (["a", 1], "a, 1"), ({}, "{}"),
        ({"a": "1", "b": "2"}, "a=1, b=2"), ("", '""'), ("x", "x"), (0, "0"),
    ],
)  # fmt: skip
def test_a_value_as_notes_write_it(value: FactValue, text: str) -> None:
    assert shown(value) == text


_REPORTED = {
    "authorization-plugins": "authorization_plugins", "data-root": "data_root", "debug": "debug", "experimental": "experimental",
    "icc": "icc", "insecure-registries": "insecure_registries", "live-restore": "live_restore", "log-driver": "log_driver",
    "no-new-privileges": "no_new_privileges", "seccomp-profile": "seccomp_profile", "selinux-enabled": "selinux",
    "storage-driver": "storage_driver", "userns-remap": "userns",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(_REPORTED))
def test_what_the_engine_reports_has_its_request_as_source(name: str) -> None:
    engine = replace(EngineSays(read_at="t"), **{_REPORTED[name]: "x"})
    where = "GET /networks/bridge" if name == "icc" else "GET /info"
    assert report_of(engine, name) == ("x", Source(where, "t", says="x"))
    silent = report_of(EngineSays(), name)
    assert silent is not None
    assert isinstance(silent[0], Unavailable)
    assert silent[1].says is None
    nothing = report_of(replace(EngineSays(), **{_REPORTED[name]: ABSENT}), name)
    assert (nothing is None) is (name != "seccomp-profile")
    assert report_of(engine, "iptables") is None
