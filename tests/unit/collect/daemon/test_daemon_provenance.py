"""What stands beside a setting: where it was read, what waits for a restart, and who contradicts whom."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.collect.daemon.engine_says import EngineSays
from benchmark.collect.daemon.settings import DaemonSettings, api_sockets, containerd_sockets, resolve_settings
from benchmark.collect.daemon.units import ServiceUnit, read_service
from benchmark.collect.host.root import HostRoot
from benchmark.model.facts import ABSENT, Reason, Source, Unavailable
from tests.unit.collect.daemon.test_daemon_settings import _ENGINE, Host

_PATH = "/etc/docker/daemon.json"
_UNIT = "/lib/systemd/system/docker.service"
_PROCESS = (Source("proc:/proc/812/stat", "2026-01-01T00:00:00Z"),)
_DENIED = Unavailable(Reason.DENIED, "/proc/812/environ")
_SILENT = Unavailable(Reason.HTTP_ERROR, "500")


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def said(settings: DaemonSettings, name: str) -> list[tuple[str, str | None]]:
    return [(each.locator, each.says) for each in settings.sources[name]]


def test_every_fact_that_is_known_has_a_source(host: Host) -> None:
    settings = host.resolve("-H", "tcp://0.0.0.0:2375", sources=_PROCESS)
    assert set(settings.sources) == set(settings.facts)
    for name, sources in settings.sources.items():
        assert sources, name
    assert settings.sources["tcp_listeners"] == settings.sources["daemon.hosts"] != _PROCESS
    for name in ("process.euid", "process.exe", "process.started_at"):
        assert settings.sources[name] == _PROCESS
    assert settings.facts["process.exe"] == "/usr/sbin/dockerd"
    assert settings.facts["process.started_at"] == "2026-01-01T00:00:00.000Z"


def test_sources_stand_in_the_order_in_which_they_count(host: Host) -> None:
    host.write(_PATH, {"log-level": "warn"})
    host.write(_UNIT, "[Service]\nExecStart=/usr/bin/dockerd --log-level=debug\n")
    flag = ("proc:/proc/812/cmdline", "log-level: error")
    file, unit = (f"file:{_PATH}", "log-level: warn"), (f"file:{_UNIT}", "ExecStart: log-level: debug")
    settings = host.resolve("--log-level=error", in_service=True)
    assert said(settings, "daemon.log-level") == [flag, file, unit]
    settings = host.resolve(in_service=True)
    assert said(settings, "daemon.log-level") == [file, unit, ("default:20.10.24+dfsg1", "info")]
    assert said(settings, "daemon.bridge") == [(f"file:{_PATH}", None), ("default:20.10.24+dfsg1", '""')]
    assert said(settings, "daemon.live-restore")[0] == ("GET /info", "false")
    assert settings.sources["daemon.live-restore"][0].read_at == "2026-01-01T00:00:00Z"
    unknown = host.resolve(engine=EngineSays())
    assert said(unknown, "daemon.bridge")[-1] == ("default:20.10 and later", '""')
    assert not any(each.startswith("default:") for each, _ in said(unknown, "daemon.ip6tables")), (
        "it depends on the version"
    )


def test_a_file_that_could_not_be_read_says_why(host: Host) -> None:
    host.write(_PATH, "{,}")
    (file, default) = said(host.resolve(), "daemon.bridge")
    assert file[0] == f"file:{_PATH}"
    assert file[1] is not None
    assert file[1].startswith("syntax: ")
    assert default[0].startswith("default:")


def test_settings_that_depend_on_each_other_share_what_was_looked_at(host: Host) -> None:
    settings = host.resolve("--tlsverify", "--tlscacert=/ca", "-H", "unix:///x")
    absent = (f"file:{_PATH}", "absent (ENOENT)")
    line = "proc:/proc/812/cmdline"
    assert said(settings, "daemon.tlscacert") == [(line, "tlscacert: /ca"), absent, (line, "tlsverify: true")]
    assert said(settings, "daemon.hosts") == [(line, "hosts: unix:///x"), absent]
    settings = host.resolve("--tls", "--config-file=", sources=_PROCESS)
    assert said(settings, "daemon.tlscacert") == [(_PROCESS[0].locator, None), ("proc:/proc/812/cmdline", "tls: true")]
    assert said(settings, "daemon.config-file") == [("proc:/proc/812/cmdline", 'config-file: ""')]
    assert settings.sources["daemon.hosts"] == _PROCESS, "no default is named: which one holds depends on tls"


@pytest.mark.parametrize(
    ("unit", "words", "newer", "note"),
    [
        ("--icc=false", ("--icc=false",), True, None),
        ("--icc=true", ("--icc=false",), True, f"pending restart: {_UNIT} says true"),
        ("", ("--icc=false",), True, f"pending restart: {_UNIT} no longer names it"),
        ("--icc=true", ("--icc=false",), False, None),
        ("--icc=true $OPTIONS", ("--icc=false",), True, None),
        ("--icc=true %i", ("--icc=false",), True, None),
        ("--frobnicate", ("--icc=false",), True, None),
    ],
)
def test_a_unit_that_has_changed_is_a_note(
    host: Host, unit: str, words: tuple[str, ...], newer: bool, note: str | None
) -> None:
    host.write(_UNIT, f"[Service]\nExecStart=/usr/bin/dockerd {unit}\n")
    engine = replace(_ENGINE, icc=_SILENT)
    settings = host.resolve(*words, newer=newer, in_service=True, engine=engine)
    assert settings.facts["daemon.icc"] is False
    assert settings.notes.get("daemon.icc") == note
    assert ("docker.service has changed since the daemon's start" in settings.warnings) is newer


def test_a_daemon_outside_its_service_has_no_unit(host: Host) -> None:
    host.write(_UNIT, "[Service]\nExecStart=/usr/bin/dockerd --icc=true\n")
    assert read_service(host.root, host.process) == ServiceUnit(None, False, "", (), ())
    inside = read_service(host.root, replace(host.process, in_service=True))
    assert (inside.options, inside.path) == ({"icc": True}, _UNIT)


def test_a_flag_beside_the_same_key_is_a_note(host: Host) -> None:
    host.write(_PATH, {"log-level": "warn"})
    note = f"{_PATH} names it too, with which dockerd does not start: is it the file that the daemon read?"
    assert host.resolve("--log-level=info").notes == {"daemon.log-level": note}
    newer = f"pending restart: {_PATH} names it too, and dockerd refuses to start with both"
    assert host.resolve("--log-level=info", newer=True).notes["daemon.log-level"] == newer
    assert host.resolve("--debug=false").notes == {}
    host.write(_PATH, {"live-restore": False})
    reported = host.resolve("--live-restore", newer=True, engine=replace(_ENGINE, live_restore=True))
    assert reported.facts["daemon.live-restore"] is True
    assert reported.notes == {"daemon.live-restore": newer}


def test_what_a_newer_file_says_is_told_and_not_taken(host: Host) -> None:
    host.write(_PATH, {"log-level": "warn", "hosts": ["unix:///a", "unix:///b"], "tls": True})

    def detail(name: str, *words: str) -> str:
        value = host.resolve(*words, newer=True).facts[name]
        assert isinstance(value, Unavailable)
        assert value.reason is Reason.PENDING_RESTART
        return value.detail.removeprefix(f"{_PATH} is newer than the daemon's start; it ")

    assert detail("daemon.log-level") == "says warn"
    assert detail("daemon.bridge") == "does not name this setting"
    assert detail("daemon.hosts") == "says hosts: unix:///a, unix:///b, tls: true"
    host.write(_PATH, {"log-level": "warn"})
    assert detail("daemon.hosts") == "does not name hosts, tls or tlsverify"
    host.write(_PATH, {"tlsverify": False})
    assert detail("daemon.hosts") == "says tlsverify: false"
    assert host.resolve("-H", "unix:///x", newer=True).facts["daemon.hosts"] == ["unix:///x"]


@pytest.mark.parametrize(
    ("text", "report", "note"),
    [
        ({}, True, f"pending restart: {_PATH} says false"),
        ({}, False, None),
        ({"live-restore": True}, False, f"pending restart: {_PATH} says true"),
        ({"live-restore": True}, True, None),
        ({"live-restore": "yes"}, True, None),
    ],
)
def test_a_report_stands_beside_a_newer_file(
    host: Host, text: dict[str, object], report: bool, note: str | None
) -> None:
    host.write(_PATH, text)
    settings = host.resolve(newer=True, engine=replace(_ENGINE, live_restore=report))
    assert settings.facts["daemon.live-restore"] is report
    assert settings.notes.get("daemon.live-restore") == note


@pytest.mark.parametrize(
    ("words", "text", "where"),
    [
        (("--live-restore",), {}, "the command line"),
        ((), {"live-restore": True}, _PATH),
    ],
)
def test_a_conflict_names_both_sides(host: Host, words: tuple[str, ...], text: dict[str, object], where: str) -> None:
    host.write(_PATH, text)
    settings = host.resolve(*words)
    assert settings.facts["daemon.live-restore"] == Unavailable(
        Reason.CONFLICT, f"{where} says true, GET /info says false"
    )
    assert len(settings.sources["daemon.live-restore"]) > 1


def test_a_report_against_a_mere_default_is_no_conflict(host: Host) -> None:
    settings = host.resolve(engine=replace(_ENGINE, live_restore=True, log_driver="journald"))
    assert settings.facts["daemon.live-restore"] is True
    assert settings.facts["daemon.log-driver"] == "journald"
    assert settings.notes == {}
    remapped = host.resolve("--config-file=", engine=replace(_ENGINE, userns=True))
    assert remapped.facts["daemon.userns-remap"] == Unavailable(
        Reason.CONFLICT, 'the configuration says "", GET /info says true'
    )


@pytest.mark.parametrize(("words", "text"), [(("--storage-driver=vfs",), {}), ((), {"storage-driver": "vfs"})])
def test_the_storage_driver_is_the_engines_choice_unless_somebody_made_it(
    host: Host, words: tuple[str, ...], text: dict[str, object]
) -> None:
    silent = replace(_ENGINE, storage_driver=_SILENT)
    host.write(_PATH, text)
    assert host.resolve(*words, engine=silent).facts["daemon.storage-driver"] == "vfs"
    host.write(_PATH, {})
    assert host.resolve(engine=silent).facts["daemon.storage-driver"] == _SILENT
    nothing = host.resolve(engine=replace(_ENGINE, storage_driver=ABSENT)).facts["daemon.storage-driver"]
    assert isinstance(nothing, Unavailable)
    assert nothing.reason is Reason.NO_ENGINE
    assert host.resolve(engine=replace(_ENGINE, log_driver=_SILENT)).facts["daemon.log-driver"] == "json-file"


@pytest.mark.parametrize(
    ("version", "is_newer"), [("29.9.9", False), ("30.0.0", True), ("dev", False), (_DENIED, False)]
)
def test_an_engine_newer_than_the_defaults_is_a_warning(host: Host, version: str, is_newer: bool) -> None:
    warnings = host.resolve(engine=replace(_ENGINE, version=version)).warnings
    told = f"engine {version} is newer than the defaults known here, which are those of 29"
    assert list(warnings) == [told] * is_newer


def test_remapping_that_a_newer_file_may_explain_is_not_known_and_needs_no_note(host: Host) -> None:
    host.write(_PATH, {})
    settings = host.resolve(newer=True, engine=replace(_ENGINE, userns=True))
    value = settings.facts["daemon.userns-remap"]
    assert isinstance(value, Unavailable)
    assert value.reason is Reason.PENDING_RESTART
    assert "daemon.userns-remap" not in settings.notes
    assert said(settings, "daemon.userns-remap")[0] == ("GET /info", "true")


def test_warnings_of_the_file_and_about_it(host: Host) -> None:
    host.write(_PATH, {"nope": 1})
    settings = host.resolve()
    assert settings.warnings == (f"{_PATH}: unknown key 'nope'; dockerd refuses to start with it",)
    newer = host.resolve(newer=True)
    assert newer.warnings == (*settings.warnings, f"{_PATH} is newer than the daemon's start: pending restart")
    host.write(_PATH, "{,}")
    (problem,) = host.resolve(newer=True).warnings
    assert problem.startswith("the configuration file in force is not known: syntax: ")


def test_sockets_of_the_api_are_files(host: Host) -> None:
    settings = host.resolve(
        "-H", "unix:///run/a.sock", "-H", "unix://@abstract", "-H", "tcp://127.0.0.1:2375", "-H", "unix://"
    )
    assert api_sockets(settings) == ("/run/a.sock", "/var/run/docker.sock")
    assert settings.facts["tcp_listeners"] == ["tcp://127.0.0.1:2375"]


def test_where_containerd_may_be_depends_on_the_exec_root(host: Host) -> None:
    own = host.resolve("--exec-root=/x")
    assert containerd_sockets(own) == ("/x/containerd/containerd.sock", "/run/containerd/containerd.sock")
    host.write(_PATH, {"exec-root": 1})
    unknown = containerd_sockets(host.resolve())
    assert isinstance(unknown, Unavailable)
    assert unknown.reason is Reason.WRONG_TYPE
    host.write(_PATH, {"containerd": 1})
    assert isinstance(containerd_sockets(host.resolve()), Unavailable)


def test_a_setting_of_a_wrong_type_is_not_taken_for_its_default(host: Host) -> None:
    host.write(_PATH, {"hosts": 1})
    settings = host.resolve()
    for name in ("daemon.hosts", "tcp_listeners"):
        value = settings.facts[name]
        assert isinstance(value, Unavailable)
        assert value.reason is Reason.WRONG_TYPE
    host.write(_PATH, "{,}")
    assert host.resolve().facts["daemon.config-file"] == _PATH
    host.write(_PATH, {"tls": 1, "log-level": 1})
    for name in ("daemon.hosts", "daemon.tls", "daemon.log-level"):
        value = host.resolve(newer=name == "daemon.log-level").facts[name]
        assert isinstance(value, Unavailable)
        assert value.reason is Reason.WRONG_TYPE


def test_a_default_socket_that_depends_on_the_environment(host: Host) -> None:
    dark = host.resolve("--config-file=", environment=_DENIED, rootless=True)
    assert dark.facts["daemon.hosts"] == _DENIED
    unknown = host.resolve(
        "--config-file=", environment={"XDG_RUNTIME_DIR": "/run"}, rootless=_SILENT, engine=EngineSays()
    )
    assert unknown.facts["daemon.hosts"] == _SILENT


def test_sockets_of_systemd_are_looked_at_where_they_are_asked_for(host: Host) -> None:
    host.write("/lib/systemd/system/docker.socket", "[Socket]\nListenStream=/run/docker.sock\n")
    asked = host.resolve("-H", "fd://3", in_service=True)
    assert asked.facts["daemon.hosts"] == ["unix:///run/docker.sock"]
    assert asked.sources["daemon.hosts"][-1].locator == "file:/lib/systemd/system/docker.socket"
    plain = host.resolve("-H", "unix:///x", in_service=True)
    assert not any("docker.socket" in each.locator for each in plain.sources["daemon.hosts"])


def test_what_only_the_engine_says_has_it_as_its_source(host: Host) -> None:
    remote = Unavailable(Reason.REMOTE, "tcp://10.0.0.1:2376")
    settings = resolve_settings(remote, replace(_ENGINE, log_driver=_SILENT), host.root)
    assert said(settings, "daemon.live-restore") == [("GET /info", "false")]
    assert said(settings, "daemon.icc") == [("GET /networks/bridge", "true")]
    assert settings.facts["daemon.log-driver"] == remote
    assert "daemon.log-driver" not in settings.sources
    assert (settings.notes, settings.warnings, settings.process, settings.config) == ({}, (), remote, None)
    unreadable = host.resolve("--frobnicate", sources=_PROCESS)
    assert unreadable.sources["daemon.log-level"] == unreadable.sources["process.euid"] == _PROCESS
    assert said(unreadable, "daemon.live-restore") == [("GET /info", "false")]
    assert unreadable.config is None
    assert isinstance(unreadable.facts["daemon.userns-remap"], str)


def test_the_process_and_its_file_come_with_the_settings(host: Host) -> None:
    host.write(_PATH, {"log-level": "warn"})
    settings = host.resolve()
    assert settings.config is not None
    assert settings.config.path == _PATH
    assert not isinstance(settings.process, Unavailable)
    assert settings.process.pid == 812


def test_a_rootless_daemon_looks_where_its_environment_says(host: Host) -> None:
    host.write("/cfg/docker/daemon.json", {"log-level": "warn"})
    places = {"HOME": "/home/ann", "XDG_CONFIG_HOME": "/cfg", "XDG_RUNTIME_DIR": "/run/user/7"}
    settings = host.resolve(environment=places, rootless=True, euid=7)
    assert settings.facts["daemon.config-file"] == "/cfg/docker/daemon.json"
    assert settings.facts["daemon.log-level"] == "warn"
    dark = host.resolve(environment=_DENIED, rootless=True)
    for name in ("config-file", "log-level", "hosts", "pidfile"):
        assert dark.facts[f"daemon.{name}"] == _DENIED, name
    unknown = host.resolve(environment=places, rootless=_DENIED, engine=EngineSays())
    for name in ("config-file", "log-level", "hosts", "pidfile"):
        assert unknown.facts[f"daemon.{name}"] == _DENIED, name
    engine = replace(_ENGINE, rootless=True)
    assert host.resolve(environment=places, rootless=_DENIED, engine=engine).facts["daemon.log-level"] == "warn"
    assert host.resolve(environment=places, rootless=False, engine=engine).facts["daemon.config-file"] == _PATH


def test_a_socket_handed_over_needs_its_environment_only_to_be_counted(host: Host) -> None:
    host.write("/lib/systemd/system/docker.socket", "[Socket]\nListenStream=/run/docker.sock\n")
    settings = host.resolve("-H", "fd://", in_service=True, environment=_DENIED)
    assert settings.facts["daemon.hosts"] == ["unix:///run/docker.sock"]
    both = host.resolve("-H", " fd://", "-H", "unix:///x", in_service=True, environment={})
    assert both.facts["daemon.hosts"] == ["unix:///run/docker.sock", "unix:///x"]


def test_a_root_that_may_not_be_looked_at_hides_the_units_only(host: Host) -> None:
    nowhere = HostRoot(str(host.path / "nowhere"))
    process = replace(host.process, in_service=True)
    settings = resolve_settings(process, _ENGINE, nowhere)
    assert settings.facts["daemon.log-level"] == "info"
    (warning,) = settings.warnings
    assert warning.startswith("docker.service could not be read: ")


def test_without_a_config_file_the_setting_is_absent(host: Host) -> None:
    assert host.resolve("--config-file=").facts["daemon.config-file"] is ABSENT
    assert host.resolve().facts["daemon.config-file"] == _PATH
