"""Real daemons: found through their sockets, and their settings compared with what they do."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from benchmark.collect.daemon.engine_says import EngineSays
from benchmark.collect.daemon.process import DaemonProcess, find_daemon, same_host
from benchmark.collect.daemon.settings import DaemonSettings, api_sockets, containerd_sockets, resolve_settings
from benchmark.collect.host.root import HostRoot
from benchmark.model.facts import FactValue, Reason, Unavailable
from tests.engine import Engine, real_engine

pytestmark = pytest.mark.engine
_ROOT = HostRoot("/")


def peer_of(path: Path) -> int:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        pid, _, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return int(pid)


def reports(engine: Engine) -> EngineSays:
    """The part of /info that the tests here need."""
    info = cast("dict[str, FactValue]", engine.call("GET", "/info")[1])
    options = cast("list[str]", info["SecurityOptions"])
    registries = cast("dict[str, dict[str, dict[str, bool]]]", info["RegistryConfig"])
    cidrs = [each for each in cast("list[str]", registries["InsecureRegistryCIDRs"]) if each != "127.0.0.0/8"]
    names = [name for name, each in registries["IndexConfigs"].items() if not each["Secure"]]
    return EngineSays(
        version=info["ServerVersion"],
        authorization_plugins=[],
        data_root=info["DockerRootDir"],
        debug=info["Debug"],
        experimental=info["ExperimentalBuild"],
        insecure_registries=[*names, *cidrs],
        live_restore=info["LiveRestoreEnabled"],
        log_driver=info["LoggingDriver"],
        rootless="name=rootless" in options,
        storage_driver=info["Driver"],
        userns=any(each.startswith("name=userns") for each in options),
    )


def look(engine: Engine, says: EngineSays | None = None) -> DaemonSettings:
    process = find_daemon(_ROOT, str(engine.socket), peer_of(engine.socket))
    assert isinstance(process, DaemonProcess), process
    assert process.pid == engine.pid
    return resolve_settings(process, reports(engine) if says is None else says, _ROOT)


def test_flags_file_and_reports_of_a_running_daemon() -> None:
    flags = ("--no-new-privileges=false", "--log-level=warn", "--default-ulimit", "nofile=10:20")
    config = '{"userland-proxy": false, "live-restore": true, "insecure-registries": ["r.example:5000", "10.1.2.3/8"]}'
    with real_engine(*flags, config=config, image=False) as engine:
        settings = look(engine)
        facts = settings.facts
        assert facts["daemon.no-new-privileges"] is False
        assert facts["daemon.log-level"] == "warn"
        assert facts["daemon.default-ulimits"] == ["nofile=10:20"]
        assert facts["daemon.userland-proxy"] is False
        assert facts["daemon.live-restore"] is True
        assert facts["daemon.iptables"] is False
        assert facts["daemon.bridge"] == "none"
        assert sorted(map(str, cast("list[str]", facts["daemon.insecure-registries"]))) == [
            "10.0.0.0/8",
            "r.example:5000",
        ]
        assert facts["daemon.data-root"] == str(engine.data_root)
        assert facts["daemon.config-file"] == str(engine.config_file)
        assert facts["daemon.hosts"] == [engine.unix_host]
        assert facts["daemon.icc"] is True
        assert facts["process.euid"] == os.geteuid()
        assert settings.notes == {}
        assert settings.warnings == ()
        assert api_sockets(settings) == (str(engine.socket),)
        paths = containerd_sockets(settings)
        assert isinstance(paths, tuple)
        assert Path(paths[0]).is_socket()
        process = settings.process
        assert isinstance(process, DaemonProcess)
        assert abs(process.started_ns - time.time_ns()) < 120 * 10**9
        assert process.files_root is _ROOT
        info = cast("dict[str, FactValue]", engine.call("GET", "/info")[1])
        assert same_host(_ROOT, info["KernelVersion"], info["MemTotal"])


def test_the_file_of_a_running_daemon_is_changed_damaged_and_removed() -> None:
    flags = ("--no-new-privileges=false", "--log-level=warn")
    with real_engine(*flags, config='{"userland-proxy": false, "live-restore": true}', image=False) as engine:
        assert look(engine).facts["daemon.userland-proxy"] is False
        engine.config_file.write_text('{"userland-proxy": true, "live-restore": false}')
        changed = look(engine)
        assert reason(changed, "userland-proxy") is Reason.PENDING_RESTART
        assert changed.facts["daemon.live-restore"] is True
        assert changed.notes["daemon.live-restore"].startswith("pending restart: ")
        assert changed.facts["daemon.log-level"] == "warn"
        engine.reload()
        reloaded = look(engine)
        assert reloaded.facts["daemon.live-restore"] is False
        assert "daemon.live-restore" not in reloaded.notes
        engine.config_file.write_text('{"userland-proxy": true,}')
        assert reason(look(engine), "userland-proxy") is Reason.SYNTAX
        engine.config_file.unlink()
        assert reason(look(engine), "userland-proxy") is Reason.PENDING_RESTART
        os.mkfifo(engine.config_file)
        assert reason(look(engine), "userland-proxy") is Reason.NOT_REGULAR
        engine.config_file.unlink()

        engine.config_file.write_text('{"no-new-privileges": true}')
        both = look(engine)
        assert both.facts["daemon.no-new-privileges"] is False
        assert both.notes["daemon.no-new-privileges"].startswith("pending restart: ")


def test_a_user_who_may_not_look_gets_no_default_for_an_answer() -> None:
    with real_engine("--log-level=warn", image=False) as engine:
        path, peer, says = str(engine.socket), peer_of(engine.socket), reports(engine)
        engine.config_file.chmod(0o600)
        child = os.fork()
        if child == 0:
            failed = 1
            try:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
                process = find_daemon(_ROOT, path, peer)
                facts = resolve_settings(process, says, _ROOT).facts
                assert facts["daemon.log-level"] == "warn"
                assert facts["daemon.live-restore"] is False
                assert isinstance(hidden := facts["daemon.userland-proxy"], Unavailable)
                assert hidden.reason is Reason.DENIED
                assert isinstance(nobody := find_daemon(_ROOT, path, None), Unavailable)
                assert nobody.reason is Reason.DENIED
                failed = 0
            finally:
                os._exit(failed)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def reason(settings: DaemonSettings, name: str) -> Reason:
    value = settings.facts["daemon." + name]
    assert isinstance(value, Unavailable), value
    return value.reason


def test_a_socket_activated_daemon_is_found_by_the_socket_it_holds() -> None:
    with real_engine(activation=True, image=False) as engine:
        assert peer_of(engine.socket) == os.getpid()
        settings = look(engine)
        assert settings.facts["daemon.iptables"] is False
        assert settings.facts["daemon.hosts"] == [engine.unix_host]


def test_a_rootless_daemon_reads_the_files_of_its_own_namespace() -> None:
    with real_engine(rootless=True, image=False, config='{"log-level": "warn"}') as engine:
        settings = look(engine)
        process = settings.process
        assert isinstance(process, DaemonProcess)
        assert process.rootless is True
        assert process.euid != 0
        assert isinstance(process.files_root, HostRoot)
        assert process.files_root.root == f"/proc/{engine.pid}/root"
        assert settings.facts["daemon.log-level"] == "warn"
        assert settings.facts["daemon.data-root"] == str(engine.data_root)


@pytest.mark.parametrize(
    ("flags", "config", "verifies"),
    [(("--tlsverify",), "{}", True), (("--tls",), "{}", True), (("--tls", "--tlsverify=false"), "{}", False)],
)
def test_tls_switches_do_what_we_say_they_do(
    tmp_path: Path, flags: tuple[str, ...], config: str, verifies: bool
) -> None:
    """What a listener demands is seen from outside: a client without a certificate is turned away, or is not."""
    make = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    subprocess.run(
        [*make, "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=test"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    (tmp_path / "ca.pem").write_bytes((tmp_path / "cert.pem").read_bytes())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    files = [
        f"--{name}={tmp_path}/{file}.pem"
        for name, file in (("tlscacert", "ca"), ("tlscert", "cert"), ("tlskey", "key"))
    ]
    with real_engine("-H", f"tcp://127.0.0.1:{port}", *files, *flags, config=config, image=False) as engine:
        settings = look(engine)
        answer = subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-tls1_2", "-quiet"],
            input=b"GET /_ping HTTP/1.0\r\n\r\n",
            check=False,
            capture_output=True,
            timeout=20,
        )
        assert (b"OK" not in answer.stdout) is verifies
        assert settings.facts["daemon.tlsverify"] is verifies
        assert settings.facts["daemon.tls"] is True
        assert settings.facts["tcp_listeners"] == [f"tcp://127.0.0.1:{port}"]
        assert settings.facts["daemon.tlskey"] == f"{tmp_path}/key.pem"
        remapped = look(engine, replace(reports(engine), userns=True))
        assert reason(remapped, "userns-remap") is Reason.CONFLICT
