"""Finding the process behind a socket, on hosts whose /proc is made of files and on this one."""

from __future__ import annotations

import itertools
import os
import re
import socket
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.collect.daemon.process import DaemonProcess, find_daemon, same_host
from benchmark.collect.daemon.procfs import KEPT_NAMES, read_environment, read_listening_inodes
from benchmark.collect.host.root import HostRoot
from benchmark.model.facts import ABSENT, Reason, Unavailable

_SOCKET = "/run/docker.sock"
_CGROUP = "sys/fs/cgroup/system.slice/docker.service/cgroup.procs"
PIDS = "pid:[4026531836]"  # the kernel's first


class Host:
    """A host whose /proc is a directory of ours: pid 1 is systemd, and sockets listen where a test says so."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.root = HostRoot(str(path))
        self.sockets = ["Num       RefCount Protocol Flags    Type St Inode Path"]
        self.add(1, "/sbin/init", comm="systemd", exe="/lib/systemd/systemd")

    def add(
        self,
        pid: int,
        *argv: str,
        comm: str = "dockerd",
        exe: str = "/usr/sbin/dockerd",
        holds: Sequence[int] = (),
        namespace: int = 1,
        environ: str = "HOME=/root\0SECRET_TOKEN=abc\0",
        cgroup: str = "/system.slice/docker.service",
    ) -> None:
        place = self.path / f"proc/{pid}"
        (place / "fd").mkdir(parents=True)
        (place / "ns").mkdir()
        (place / "net").mkdir()
        files = {
            "cmdline": "\0".join(argv) + "\0",
            "comm": f"{comm}\n",
            "environ": environ,
            "cgroup": f"0::{cgroup}\n",
            "status": "Name:\tx\nUid:\t0\t1000\t0\t0\n",
            "stat": f"{pid} ({comm}) S " + " ".join(str(each) for each in range(4, 22)) + " 500 0 0\n",
        }
        for name, text in files.items():
            (place / name).write_text(text)
        for name, target in {
            "exe": exe,
            "cwd": "/",
            "root": "/",
            "ns/mnt": f"mnt:[{namespace}]",
            "ns/pid": PIDS,
        }.items():
            (place / name).symlink_to(target)
        for number, inode in enumerate(holds):
            (place / f"fd/{number}").symlink_to(f"socket:[{inode}]")
        (place / "net/unix").symlink_to("/unix")

    def listen(self, path: str, inode: int, flags: str = "00010000") -> None:
        self.sockets.append(f"0000000000000000: 00000002 00000000 {flags} 0001 01 {inode} {path}")
        (self.path / "unix").write_text("\n".join(self.sockets) + "\n")

    def write(self, path: str, text: str) -> None:
        (self.path / path).parent.mkdir(parents=True, exist_ok=True)
        (self.path / path).write_text(text)


@pytest.fixture
def host(tmp_path: Path) -> Host:
    made = Host(tmp_path)
    made.listen(_SOCKET, 77)
    return made


def pid_of(found: DaemonProcess | Unavailable) -> int:
    assert isinstance(found, DaemonProcess), found
    return found.pid


def reason_of(found: DaemonProcess | Unavailable) -> Reason:
    assert isinstance(found, Unavailable), found
    return found.reason


def test_a_peer_that_is_dockerd_is_the_daemon(host: Host) -> None:
    host.add(812, "/usr/sbin/dockerd", "--icc=false", holds=[77])
    found = find_daemon(host.root, _SOCKET, 812)
    assert isinstance(found, DaemonProcess)
    assert found.argv == ("/usr/sbin/dockerd", "--icc=false")
    assert found.exe == "/usr/sbin/dockerd"
    assert found.euid == 1000
    assert found.environment == {"HOME": "/root"}
    assert found.rootless is False
    assert found.in_service
    assert found.files_root is host.root
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", found.started_at)
    assert "SO_PEERCRED" in str(found.sources[0].says)


def test_a_peer_by_another_name_needs_its_pid_file(host: Host) -> None:
    host.add(812, "/opt/engine", "--pidfile=/run/e.pid", exe="/opt/engine", comm="engine")
    assert reason_of(find_daemon(host.root, _SOCKET, 812)) is Reason.NO_PROCESS
    host.write("run/e.pid", "812\n")
    assert pid_of(find_daemon(host.root, _SOCKET, 812)) == 812
    host.write("run/e.pid", "8120\n")
    assert reason_of(find_daemon(host.root, _SOCKET, 812)) is Reason.NO_PROCESS


@pytest.mark.parametrize(
    "argv",
    [
        ("ssh", "-L", "/run/docker.sock:/run/docker.sock", "far"),
        ("socat", "UNIX-LISTEN:/run/docker.sock", "TCP:far:2375"),
        ("/usr/bin/forward",),  # without arguments it would pass for a dockerd without options
    ],
)
def test_a_forwarder_is_no_daemon(host: Host, argv: tuple[str, ...]) -> None:
    host.add(812, *argv, exe=f"/usr/bin/{argv[0]}", comm="forwarder", holds=[77])
    host.add(900, "dockerd")  # a daemon of this host, behind another socket
    found = find_daemon(host.root, _SOCKET, 812)
    assert reason_of(found) is Reason.NO_PROCESS
    assert isinstance(found, Unavailable)
    assert argv[0] in found.detail
    assert "far" not in found.detail


@pytest.mark.parametrize("peer", [1, 0, None])
@pytest.mark.parametrize("bound", ["/run/docker.sock", "/var/run/docker.sock"])
def test_under_socket_activation_the_service_holds_the_socket(tmp_path: Path, peer: int | None, bound: str) -> None:
    host = Host(tmp_path)
    host.listen(bound, 77)
    host.write(_CGROUP, "812\n813\n")
    host.add(813, "containerd", comm="containerd", exe="/usr/bin/containerd", holds=[77])
    host.add(812, "dockerd", "-H", "fd://", holds=[5, 77])
    assert pid_of(find_daemon(host.root, _SOCKET, peer)) == 812


def test_a_pid_file_must_lead_to_the_holder_of_the_socket(host: Host) -> None:
    host.write("var/run/docker.pid", "812")
    host.add(812, "dockerd", holds=[78])
    assert reason_of(find_daemon(host.root, _SOCKET, None)) is Reason.NO_PROCESS
    host.listen(_SOCKET, 78, flags="00000000")  # a connection on that path, not the listener
    assert reason_of(find_daemon(host.root, _SOCKET, None)) is Reason.NO_PROCESS
    host.add(813, "dockerd", holds=[77])  # another daemon, in no pid file that we know
    assert pid_of(find_daemon(host.root, _SOCKET, None)) == 813


def test_a_rootless_pid_file_lies_beside_the_socket(host: Host) -> None:
    host.listen("/run/user/7/docker.sock", 90)
    host.write("run/user/7/docker.pid", "812")
    host.add(812, "dockerd", holds=[90], environ="ROOTLESSKIT_STATE_DIR=/x\0")
    found = find_daemon(host.root, "/run/user/7/docker.sock", 0)
    assert isinstance(found, DaemonProcess)
    assert found.rootless is True


def test_an_explicit_pid_file_without_a_socket(host: Host) -> None:
    host.add(812, "dockerd")
    assert reason_of(find_daemon(host.root, None, None, pid_file="/run/e.pid")) is Reason.NO_PROCESS
    host.write("run/e.pid", "812")
    assert pid_of(find_daemon(host.root, None, None, pid_file="/run/e.pid")) == 812


@pytest.mark.parametrize("text", ["", "x", "-1", "1", "99999999999999999999", "\0", "812 813"])
def test_a_pid_file_with_nonsense_leads_nowhere(host: Host, text: str) -> None:
    host.write("var/run/docker.pid", text)
    assert reason_of(find_daemon(host.root, _SOCKET, None)) is Reason.NO_PROCESS


def test_a_daemon_in_another_mount_namespace_sees_other_files(host: Host) -> None:
    host.add(812, "dockerd", namespace=2)
    found = find_daemon(host.root, _SOCKET, 812)
    assert isinstance(found, DaemonProcess)
    assert isinstance(found.files_root, HostRoot)
    assert found.files_root.root == f"{host.path}/proc/812/root"
    (host.path / "proc/812/ns/mnt").unlink()
    found = find_daemon(host.root, _SOCKET, 812)
    assert isinstance(found, DaemonProcess)
    assert isinstance(found.files_root, Unavailable)


def test_a_vanished_peer(host: Host) -> None:
    assert reason_of(find_daemon(host.root, _SOCKET, 4711)) is Reason.NO_PROCESS


def test_the_successor_of_a_vanished_peer_is_not_the_daemon_that_was_asked(host: Host) -> None:
    host.add(900, "dockerd", holds=[77])
    assert pid_of(find_daemon(host.root, _SOCKET, 0)) == 900
    assert reason_of(find_daemon(host.root, _SOCKET, 812)) is Reason.NO_PROCESS


def test_arguments_that_are_no_text_are_not_guessed(host: Host) -> None:
    host.add(812, "dockerd")
    (host.path / "proc/812/cmdline").write_bytes(b"dockerd\0--label=\xff\0")
    assert reason_of(find_daemon(host.root, _SOCKET, 812)) is Reason.NOT_UTF8


@given(st.binary(max_size=80))
def test_no_environment_is_kept_but_the_few_names(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("root")
    (path / "proc/7").mkdir(parents=True)
    (path / "proc/7/environ").write_bytes(data + b"\0HOME=/x\0DOCKER_TOKEN=y\0")
    kept = read_environment(HostRoot(str(path)), 7)
    assert not isinstance(kept, Unavailable)
    assert set(kept) <= KEPT_NAMES
    assert "HOME" in kept


def test_an_ordinary_process_of_this_machine_is_no_daemon(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        listener.listen()
        found = find_daemon(HostRoot("/"), str(tmp_path / "s"), os.getpid())
    assert reason_of(found) is Reason.NO_PROCESS


def test_the_same_host_is_known_by_kernel_and_memory(tmp_path: Path) -> None:
    root = HostRoot("/")
    release = os.uname().release
    kilobytes = int(Path("/proc/meminfo").read_text().split()[1])
    version = release if release.count(".") >= 2 else re.sub(r"^(\d+\.\d+)", r"\1.0", release)
    assert same_host(root, version, kilobytes * 1024)
    assert same_host(root, version, Unavailable(Reason.WRONG_TYPE))
    assert not same_host(root, version, kilobytes * 1024 + 1)
    assert not same_host(root, "1.2.3", kilobytes * 1024)
    assert reason_of(same_host(root, ABSENT, kilobytes * 1024)) is Reason.UNSUPPORTED
    assert reason_of(same_host(root, "", kilobytes * 1024)) is Reason.UNSUPPORTED
    assert reason_of(same_host(HostRoot(str(tmp_path)), version, kilobytes * 1024)) is Reason.INCOMPLETE


def test_a_host_that_cannot_be_read_is_not_another_one(tmp_path: Path) -> None:
    (tmp_path / "proc/sys/kernel").mkdir(parents=True)
    (tmp_path / "proc/sys/kernel/osrelease").write_text("6.1.0\n")
    os.mkfifo(tmp_path / "proc/meminfo")
    assert reason_of(same_host(HostRoot(str(tmp_path)), "6.1.0", 1024)) is Reason.NOT_REGULAR
    (tmp_path / "proc/meminfo").unlink()
    assert reason_of(same_host(HostRoot(str(tmp_path)), "6.1.0", 1024)) is Reason.INCOMPLETE
    (tmp_path / "proc/meminfo").write_text("MemTo")
    assert reason_of(same_host(HostRoot(str(tmp_path)), "6.1.0", 1024)) is Reason.SYNTAX
    (tmp_path / "proc/sys/kernel/osrelease").unlink()
    os.mkfifo(tmp_path / "proc/sys/kernel/osrelease")
    assert reason_of(same_host(HostRoot(str(tmp_path)), "6.1.0", 1024)) is Reason.NOT_REGULAR
    (tmp_path / "proc/sys/kernel/osrelease").unlink()
    (tmp_path / "proc/sys/kernel").rmdir()
    os.mkfifo(tmp_path / "proc/sys/kernel")  # what is not there because its directory is none
    assert reason_of(same_host(HostRoot(str(tmp_path)), "6.1.0", 1024)) is Reason.INCOMPLETE


def test_moby_writes_three_numbers(tmp_path: Path) -> None:
    (tmp_path / "proc/sys/kernel").mkdir(parents=True)
    (tmp_path / "proc/sys/kernel/osrelease").write_text("6.1-custom\n")
    assert same_host(HostRoot(str(tmp_path)), "6.1.0-custom", ABSENT)


@pytest.mark.parametrize("memory", ["MemTotal:", "MemTotal: " + "1" * 5000, "", "x"])
def test_memory_that_cannot_be_read_proves_no_host(tmp_path: Path, memory: str) -> None:
    (tmp_path / "proc/sys/kernel").mkdir(parents=True)
    (tmp_path / "proc/sys/kernel/osrelease").write_text("6.1.0\n")
    (tmp_path / "proc/meminfo").write_text(memory)
    assert same_host(HostRoot(str(tmp_path)), "6.1.0", 4096) is not True


def test_an_inode_of_thousands_of_digits_is_none(tmp_path: Path) -> None:
    (tmp_path / "proc/7/net").mkdir(parents=True)
    row = "ffff: 00000002 00000000 00010000 0001 01"
    (tmp_path / "proc/7/net/unix").write_text(f"Num\n{row} {'1' * 5000} /run/a\n{row} 12 /run/a\n")
    assert read_listening_inodes(HostRoot(str(tmp_path)), 7, frozenset({"/run/a"})) == {12}


def test_clocks_that_are_read_apart_end_no_process(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    host.add(812, "dockerd")
    now = itertools.count(time.time_ns(), 50_000_000)
    monkeypatch.setattr("benchmark.collect.host.processes.time.time_ns", lambda: next(now))
    assert isinstance(find_daemon(host.root, _SOCKET, 812), DaemonProcess)
