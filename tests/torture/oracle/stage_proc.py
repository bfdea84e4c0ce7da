"""The /proc of a described host: its first process, the daemon, and the processes of containers.

The daemon's number is that of the process which serves the API, so that what the kernel says of the socket's peer leads to it.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from pathlib import Path

from tests.torture.oracle.host import Container, Host

KERNEL = "6.1.0-oracle"
MEMORY_KIB = 4_000_000
_NAMESPACE = "mnt:[4026531841]"


def write_proc(host: Host, top: Path, daemon_pid: int) -> None:
    """Writes /proc below ``top``. The daemon starts now; an hour ago where its file was replaced since."""
    proc = top / "proc"
    _file(proc / "sys/kernel/osrelease", f"{KERNEL}\n")
    _file(proc / "meminfo", f"MemTotal: {MEMORY_KIB} kB\n")
    _mounts(host, proc / "1/mountinfo")
    _process(proc / "1", ["/sbin/init"], "/usr/lib/systemd/systemd", 0)
    _link(proc / "1/ns/mnt", _NAMESPACE)
    _link(proc / "1/ns/pid", "pid:[4026531836]")
    if not host.hidden:
        _daemon(host, proc / str(daemon_pid), top)
    for each in host.containers:
        if each.pid:
            _container(each, proc)


def _daemon(host: Host, proc: Path, top: Path) -> None:
    argv = [host.exe, *(word for flag in host.flags for word in flag.words)]
    _process(proc, argv, host.exe, 1000 if host.rootless else 0)
    boot = time.clock_gettime(time.CLOCK_BOOTTIME)
    hours = 0 if host.later_config is None else min(3600, boot / 2)
    ticks = int((boot - hours) * os.sysconf("SC_CLK_TCK")) + 2
    _file(proc / "stat", f"1 (dockerd) S {' '.join(['0'] * 18)} {ticks} 0 0\n")
    environment = ["HOME=/home/alice" if host.rootless else "HOME=/root"]
    if host.rootless:
        environment += ["ROOTLESSKIT_STATE_DIR=/tmp/x", "XDG_RUNTIME_DIR=/run/user/1000"]
    _file(proc / "environ", "\0".join(environment) + "\0")
    _file(proc / "cgroup", "0::/user.slice\n" if host.rootless else "0::/system.slice/docker.service\n")
    _link(proc / "cwd", "/")
    # RootlessKit gives its daemon a mount namespace; ours shows the same files
    _link(proc / "root", str(top) if host.rootless else "/")
    _link(proc / "ns/mnt", "mnt:[4026532999]" if host.rootless else _NAMESPACE)
    _mounts(host, proc / "mountinfo")
    _file(proc / "net/unix", "Num RefCount Protocol Flags Type St Inode Path\n")
    _sockets(host, proc)


def _container(each: Container, proc: Path) -> None:
    for at, title in enumerate(each.processes):
        here = proc / str(each.pid + 1000 * at)
        name = title.split(":")[0]
        _process(here, [title], f"/usr/bin/{name}", each.uid, no_new_privs=each.kernel_no_new_privs)
        _file(here / "cgroup", f"0::/system.slice/docker-{each.id}.scope\n")
        _file(here / "attr/current", f"{each.kernel_apparmor}\n")


def _process(proc: Path, argv: list[str], exe: str, uid: int, *, no_new_privs: bool = False) -> None:
    _file(proc / "cmdline", "\0".join(argv) + "\0")
    _file(proc / "comm", exe.rsplit("/", 1)[1][:15] + "\n")
    _file(proc / "status", f"Name:\tx\nPPid:\t1\nUid:\t{uid}\t{uid}\t{uid}\t{uid}\nNoNewPrivs:\t{int(no_new_privs)}\n")
    _link(proc / "exe", exe)


def _mounts(host: Host, path: Path) -> None:
    lines = [
        f"{at} 1 {each.device} {each.subtree} {each.point} rw,relatime - ext4 /dev/x rw\n"
        for at, each in enumerate(host.mounts, 20)
    ]
    _file(path, "".join(lines))


def _sockets(host: Host, proc: Path) -> None:
    tables: dict[str, list[str]] = {"tcp": [], "tcp6": [], "udp": [], "udp6": []}
    listening = [*host.swarm.listen] if host.swarm.state == "active" else []
    listening.append(("127.0.0.1", 39999, "tcp"))
    for at, (address, port, protocol) in enumerate(listening):
        version = "6" if ":" in address else ""
        state = "0A" if protocol == "tcp" else "07"
        inode = 70000 + at
        row = f"{at}: {_hex(address)}:{port:04X} {_hex('::' if version else '0.0.0.0')}:0000 {state} 0:0 0:0 0 0 0 {inode} 1"
        tables[protocol + version].append(row)
        _link(proc / f"fd/{10 + at}", f"socket:[{inode}]")
    # a socket of somebody else, on every address
    tables["tcp"].append(f"99: 00000000:{host.swarm.listen_port:04X} 00000000:0000 0A 0:0 0:0 0 0 0 99999 1")
    for name, rows in tables.items():
        _file(proc / "net" / name, "\n".join(["  sl  local_address ...", *rows, ""]))


def _hex(address: str) -> str:
    packed = socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)
    words = [packed[at : at + 4] for at in range(0, len(packed), 4)]
    return "".join((word[::-1] if sys.byteorder == "little" else word).hex() for word in words).upper()


def _file(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _link(path: Path, target: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)
