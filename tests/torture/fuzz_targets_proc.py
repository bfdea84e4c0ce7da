"""Targets: the files of /proc and of a swarm's node, read by the same functions that find a daemon and its settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from benchmark.collect.daemon.engine_says import EngineSays
from benchmark.collect.daemon.process import DaemonProcess, find_daemon, same_host
from benchmark.collect.daemon.procfs import read_listening_inodes
from benchmark.collect.daemon.settings import api_sockets, containerd_sockets, resolve_settings, tls_paths
from benchmark.collect.daemon.swarm_addresses import swarm_address_facts
from benchmark.collect.host.apparmor import mode_of_process
from benchmark.collect.host.container_processes import container_processes
from benchmark.collect.host.containerd import running_containerd
from benchmark.collect.host.processes import no_new_privs, parent_pid
from benchmark.collect.host.root import HostRoot
from benchmark.model.facts import ABSENT, Unavailable
from benchmark.model.vocabulary import KINDS
from tests.torture.fuzz_run import Target
from tests.torture.fuzz_sound import host_with, require_sound

_PID: Final = 77
_PROC: Final = f"/proc/{_PID}"
_CONTAINER: Final = b"ab" * 32
_TABLE: Final = b"""\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0947 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 101 1 0 100 0 0 10 0
"""
_TABLE6: Final = _TABLE.replace(b"0100007F", b"0000000000000000FFFF00000100007F").replace(b":0947", b":1F0A")
_FILES: Final = {
    f"{_PROC}/cmdline": b"/usr/bin/dockerd\0-H\0fd://\0--icc=false\0--containerd=/run/containerd/containerd.sock\0",
    f"{_PROC}/comm": b"dockerd\n",
    f"{_PROC}/stat": b"77 (dockerd) S 1 77 77 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 9 0 1234 0 0 18446744073709551615\n",
    f"{_PROC}/status": b"Name:\tdockerd\nPPid:\t1\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nNoNewPrivs:\t0\n",
    f"{_PROC}/environ": b"HOME=/root\0LISTEN_FDS=1\0LISTEN_PID=77\0XDG_RUNTIME_DIR=/run/user/1000\0",
    f"{_PROC}/cgroup": b"12:pids:/system.slice/docker.service\n0::/system.slice/docker.service\n",
    f"{_PROC}/mountinfo": b"22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n",
    f"{_PROC}/attr/current": b"docker-default (enforce)\n",
    f"{_PROC}/net/unix": b"Num       RefCount Protocol Flags    Type St Inode Path\n"
    b"ffff: 00000002 00000000 00010000 0001 01 100 /run/docker.sock\n",
    f"{_PROC}/net/tcp": _TABLE,
    f"{_PROC}/net/tcp6": _TABLE6,
    f"{_PROC}/net/udp": _TABLE.replace(b" 0A ", b" 07 "),
    f"{_PROC}/net/udp6": _TABLE6.replace(b" 0A ", b" 07 "),
    "/proc/88/cgroup": b"0::/system.slice/docker-" + _CONTAINER + b".scope\n",
    "/proc/88/cmdline": b"nginx: worker process\0\0\0",
    "/proc/sys/kernel/osrelease": b"6.1.0-1-amd64\n",
    "/proc/meminfo": b"MemTotal:        4000000 kB\nMemFree: 1 kB\n",
    "/run/docker.pid": b"77\n",
    "/sys/fs/cgroup/system.slice/docker.service/cgroup.procs": b"77\n",
    "/run/docker/containerd/containerd.pid": b"88",
    "/var/lib/docker/swarm/docker-state.json": b'{"LocalAddr":"","RemoteAddr":"","ListenAddr":"[::1]:2377",'
    b'"AdvertiseAddr":"192.168.1.5:2377","DataPathAddr":"10.9.0.5"}',
    "/etc/systemd/system/docker.socket": b"[Socket]\nListenStream=/run/docker.sock\n",
    "/etc/systemd/system/docker.service": b"[Service]\nExecStart=/usr/bin/dockerd -H fd:// --icc=false\n",
}
_LINKS: Final = {
    **{f"/proc/{pid}/ns/mnt": "mnt:[4026531841]" for pid in (1, _PID)},
    **{f"{_PROC}/fd/{at}": f"socket:[{100 + at}]" for at in range(3)},
    f"{_PROC}/exe": "/usr/bin/dockerd",
    "/proc/88/exe": "/usr/sbin/nginx",
    f"{_PROC}/root": "/",
    f"{_PROC}/cwd": "/",
    "/var/run": "/run",
}
_ENGINE: Final = {"info.Swarm.LocalNodeState": "active", "info.Swarm.ControlAvailable": True}


def _daemon_with(path: str) -> Callable[[bytes], bool]:
    """A parser: everything that is read of a daemon's process, on a host whose file ``path`` holds the bytes."""

    def parse(data: bytes) -> bool:
        root = host_with(path, data)
        _complete(root)
        process = find_daemon(root, "/run/docker.sock", _PID)
        settings = resolve_settings(process, EngineSays(version="27.0.0"), root)
        swarm, _ = swarm_address_facts(settings, _ENGINE, root)
        facts = {**settings.facts, **swarm}
        require_sound(
            "daemon",
            {name: value for name, value in facts.items() if name in KINDS["daemon"]},
            {name: note for name, note in settings.notes.items() if name in KINDS["daemon"]} or None,
        )
        sockets = api_sockets(settings)
        assert isinstance(sockets, Unavailable) or all(each.startswith("/") for each in sockets), sockets
        containerd_sockets(settings)
        tls_paths(settings)
        running_containerd(root, root, settings.facts)
        assert isinstance(same_host(root, "6.1.0-1-amd64", 4_000_000 * 1024), (bool, Unavailable))
        table = container_processes(root)
        if not isinstance(table, Unavailable):
            table.names_of(_CONTAINER.decode())
        no_new_privs(root, _PID)
        read_listening_inodes(root, _PID, frozenset({"/run/docker.sock"}))
        mode, parent = mode_of_process(root, _PID), parent_pid(root, _PID)
        assert mode is ABSENT or isinstance(mode, (str, Unavailable))
        assert isinstance(parent, Unavailable) or parent >= 0
        return isinstance(process, DaemonProcess)

    return parse


def _complete(root: HostRoot) -> None:
    top = Path(root.root)
    if (top / "proc/1").exists():
        return
    for path, content in _FILES.items():
        place = top / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists():
            place.write_bytes(content)
    for path, aim in _LINKS.items():
        place = top / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(aim)


def _named(path: str) -> str:
    """``proc_net_tcp6`` for /proc/77/net/tcp6."""
    plain = path.replace(f"/{_PID}/", "/").replace("/88/", "/container/").strip("/")
    return "".join(each if each.isalnum() else "_" for each in plain)


_WORDS: Final = (
    *(b"\0", b"\n", b" ", b"\t", b":", b"/", b"[", b"]", b"Uid:\t", b"PPid:\t", b"NoNewPrivs:\t", b"0A", b"0::/"),
    *(b"dockerd", b"(", b")", b"/run/docker.sock", b"00010000", b"ListenStream=", b"LISTEN_FDS=", b"\xd9\xa1"),
    *(b'"ListenAddr"', b'"DataPathAddr"', b"[::]:2377", b"0.0.0.0:7946", b"null"),
)
PROC_TARGETS: Final = tuple(
    Target(_named(path), _daemon_with(path), (), (content, b""), _WORDS, ((content, content, b""),), share=0.1)
    for path, content in _FILES.items()
)
