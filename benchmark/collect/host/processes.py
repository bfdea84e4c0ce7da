"""Single processes of the target, as its /proc shows them."""

from __future__ import annotations

import os
import re
import stat
import time
from typing import Final

from benchmark.collect.host.root import HostRoot, failure
from benchmark.collect.host.walk import Entry
from benchmark.model.facts import ABSENT, Reason, Unavailable

FIRST_PID_NAMESPACE: Final = "pid:[4026531836]"  # on every kernel: PROC_PID_INIT_INO in include/linux/proc_ns.h
_CAP: Final = 8 * 1024 * 1024
_STATUS: Final = re.compile(rb"^(\w+):[ \t]*(.*)$", re.MULTILINE)
_NAMESPACE: Final = re.compile(r"[a-z_]{2,16}:\[[0-9]{1,20}\]")
_SOCKET: Final = re.compile(r"socket:\[([0-9]{1,20})\]")
_LATEST_START: Final = 60_000_000_000  # nanoseconds from now
_START_FIELD: Final = 22 - 3  # of stat's fields after the name, which begin with field 3


def command_line(root: HostRoot, pid: int) -> tuple[str, ...] | Unavailable:
    """The arguments the process was started with, program first; bytes that are no UTF-8 as surrogate escapes."""
    data = _read(root, pid, "cmdline")
    if isinstance(data, Unavailable):
        return data
    if not data:
        return Unavailable(Reason.NO_PROCESS, f"/proc/{pid}/cmdline: empty, as of a zombie or a kernel thread")
    if not data.endswith(b"\0"):  # the kernel ends every argument; only a title longer than a page has no end
        return Unavailable(Reason.TRUNCATED, f"/proc/{pid}/cmdline: ends within an argument")
    return tuple(os.fsdecode(word) for word in data[:-1].split(b"\0"))


def command_name(root: HostRoot, pid: int) -> str | Unavailable:
    """The kernel's name of the process: at most 15 bytes."""
    data = _read(root, pid, "comm")
    return data if isinstance(data, Unavailable) else os.fsdecode(data.removesuffix(b"\n"))


def executable(root: HostRoot, pid: int) -> str | Unavailable:
    """Path of the program, as the process sees it; also when the file was replaced since."""
    target = _link(root, pid, "exe")
    return target if isinstance(target, Unavailable) else target.removesuffix(" (deleted)")


def mount_namespace(root: HostRoot, pid: int | str) -> str | Unavailable:
    """The mount namespace, as ``mnt:[4026531841]``; equal names are the same namespace."""
    return _namespace(root, pid, "mnt")


def shares_mounts(root: HostRoot, pid: int | str, other: int | str) -> bool:
    """True when both processes are proven to see the same file system from its top; "self" is this process.

    For those who may not read the names of namespaces: mountinfo is open to all, and no two mount namespaces have a mount of
    the same number (proc_pid_mountinfo(5)). A process whose root directory is no mount point has no line for "/".
    """
    tables = [_read(root, each, "mountinfo") for each in (pid, other)]
    ours, theirs = (None if isinstance(each, Unavailable) else _mount_numbers(each) for each in tables)
    return ours is not None and ours == theirs and any(point == b"/" for _, point in ours)


def _mount_numbers(table: bytes) -> frozenset[tuple[bytes, bytes]] | None:
    lines = [line.split(b" ", 5) for line in table.split(b"\n") if line]
    return frozenset((each[0], each[4]) for each in lines) if all(len(each) == 6 for each in lines) else None


def pid_namespace(root: HostRoot, pid: int | str) -> str | Unavailable:
    """The pid namespace, as ``pid:[4026531836]``."""
    return _namespace(root, pid, "pid")


def effective_uid(root: HostRoot, pid: int) -> int | Unavailable:
    """The effective user id; INCOMPLETE where our user namespace does not show the target's numbers."""
    value = _status(root, pid, b"Uid")
    if isinstance(value, Unavailable):
        return value
    numbers = value.split()
    if len(numbers) != 4 or not numbers[1].isdigit():
        return Unavailable(Reason.SYNTAX, f"/proc/{pid}/status: Uid")
    uid = int(numbers[1])
    return root.numbers.hidden_user(uid) or uid


def parent_pid(root: HostRoot, pid: int) -> int | Unavailable:
    """The parent's process id; 0 where it has none in our namespace."""
    value = _status(root, pid, b"PPid")
    if isinstance(value, Unavailable):
        return value
    return int(value) if value.isdigit() else Unavailable(Reason.SYNTAX, f"/proc/{pid}/status: PPid")


def no_new_privs(root: HostRoot, pid: int) -> bool | Unavailable:
    """The no_new_privs flag (prctl(2)). UNSUPPORTED before Linux 4.10, which does not show it."""
    value = _status(root, pid, b"NoNewPrivs")
    if isinstance(value, Unavailable):
        return value
    return value == b"1" if value in (b"0", b"1") else Unavailable(Reason.SYNTAX, f"/proc/{pid}/status: NoNewPrivs")


def start_time(root: HostRoot, pid: int) -> int | Unavailable:
    """When the process started, in nanoseconds since the epoch, precise to a clock tick (10 ms), never later than it was."""
    ticks = start_ticks(root, pid)
    if isinstance(ticks, Unavailable):
        return ticks
    now = time.time_ns()  # before the other clock: whatever happens in between makes the start earlier
    boot = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    since_boot = ticks * 1_000_000_000 // os.sysconf("SC_CLK_TCK")
    if since_boot > boot + _LATEST_START:
        return Unavailable(Reason.SYNTAX, f"/proc/{pid}/stat: field 22 lies in the future")
    return now - boot + since_boot


def start_ticks(root: HostRoot, pid: int) -> int | Unavailable:
    """When the process started, in clock ticks since boot, suspend included (CLOCK_BOOTTIME; field 22, proc_pid_stat(5)).

    Together with its number this is the same for one process, and for no other.
    """
    data = _read(root, pid, "stat")
    if isinstance(data, Unavailable):
        return data
    fields = data.rpartition(b")")[2].split()  # the name before may hold blanks and parentheses
    ticks = fields[_START_FIELD] if len(fields) > _START_FIELD else b""
    if not ticks.isdigit() or len(ticks) > 20:
        return Unavailable(Reason.SYNTAX, f"/proc/{pid}/stat: field 22")
    return int(ticks)


def socket_inodes(root: HostRoot, pid: int) -> frozenset[int] | Unavailable:
    """Inode numbers of the sockets that the process holds open: all of them."""
    found, gap = _socket_inodes(root, pid)
    return found if gap is None else gap


def holds_any_socket(root: HostRoot, pid: int, inodes: frozenset[int]) -> bool | Unavailable:
    """Whether the process holds one of the sockets ``inodes`` open; what it holds besides need not be known for that."""
    found, gap = _socket_inodes(root, pid)
    if found & inodes:
        return True
    return False if gap is None else gap


def _socket_inodes(root: HostRoot, pid: int) -> tuple[frozenset[int], Unavailable | None]:
    """Those that can be seen, and why there may be others."""
    names = root.list(f"/proc/{pid}/fd")
    if isinstance(names, Unavailable) or names is ABSENT:
        return frozenset(), _gone(pid) if names is ABSENT else names
    inodes: set[int] = set()
    gap: Unavailable | None = None
    for name in names:
        target = _link(root, pid, f"fd/{name}")
        if isinstance(target, Unavailable):
            # one that was closed meanwhile is held no more
            gap = target if gap is None and target.reason is not Reason.NO_PROCESS else gap
        elif found := _SOCKET.fullmatch(target):
            inodes.add(int(found[1]))
    return frozenset(inodes), gap


def _status(root: HostRoot, pid: int, name: bytes) -> bytes | Unavailable:
    data = _read(root, pid, "status")
    if isinstance(data, Unavailable):
        return data
    for found in _STATUS.finditer(data):
        if found[1] == name:
            return found[2].strip()
    return Unavailable(Reason.UNSUPPORTED, f"/proc/{pid}/status: no {name.decode('ascii')}")


def _read(root: HostRoot, pid: int | str, name: str) -> bytes | Unavailable:
    content = root.read(f"/proc/{pid}/{name}", _CAP)
    if content is ABSENT:
        return _gone(pid)
    if isinstance(content, Unavailable):
        return _gone(pid) if content.reason is Reason.VANISHED else content
    return content.data


def _namespace(root: HostRoot, pid: int | str, kind: str) -> str | Unavailable:
    name = _link(root, pid, f"ns/{kind}")
    if isinstance(name, str) and not _NAMESPACE.fullmatch(name):
        return Unavailable(Reason.SYNTAX, f"/proc/{pid}/ns/{kind}: not the name of a namespace")
    return name


def _link(root: HostRoot, pid: int | str, name: str) -> str | Unavailable:
    path = f"/proc/{pid}/{name}"
    with root.entry(path, follow=False) as found:
        if isinstance(found, Unavailable):
            return found
        if not isinstance(found, Entry):
            return _gone(pid)
        if not stat.S_ISLNK(found.status.st_mode):
            return Unavailable(Reason.INCOMPLETE, f"{path}: no link, so not of a process file system")
        try:
            return os.readlink("", dir_fd=found.fd)
        except FileNotFoundError:
            return _gone(pid)
        except OSError as error:
            return failure(error, path)


def _gone(pid: int | str) -> Unavailable:
    return Unavailable(Reason.NO_PROCESS, f"no process {pid} in /proc")
