"""Which programs run in which container: one pass over /proc, no process started, the engine not asked."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from benchmark.collect.host.provenance import utc_now
from benchmark.collect.host.root import HostRoot, failure, printable
from benchmark.collect.host.walk import Entry
from benchmark.model.facts import ABSENT, Reason, Source, Unavailable

# cgroup v1 and v2, cgroupfs and systemd driver, any --cgroup-parent: the id stands somewhere in the path
_CONTAINER_ID: Final = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_TITLE_END: Final = re.compile(rb"[: \0\n]")
_DIRECTORY: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_ENDED: Final = frozenset({errno.ENOENT, errno.ESRCH, errno.ENOTDIR})
_ENOUGH: Final = 4096  # of a command line: only its first word is used
_MOST: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class ProcessTable:
    """Names of the programs in each container, by full id. ``gap`` is set when some processes could not be looked at: the
    names of a container are then not known to be all.
    """

    names: Mapping[str, tuple[str, ...]]
    gap: Unavailable | None
    source: Source

    def names_of(self, container_id: str) -> tuple[str, ...] | Unavailable:
        """Program names in a running container, sorted, each once: what the kernel calls the process, what it calls
        itself, and its executable. NO_PROCESS when none was found, which is no proof that none runs.
        """
        if self.gap is not None:
            return self.gap
        found = self.names.get(container_id)
        if found:
            return found
        return Unavailable(Reason.NO_PROCESS, f"no process of {container_id[:12]} seen in /proc")


def container_processes(root: HostRoot) -> ProcessTable | Unavailable:
    """Every process of every container visible in the target's /proc, nested containers counted to the outer one too."""
    names = root.list("/proc")
    if isinstance(names, Unavailable):
        return names
    with root.entry("/proc") as proc:
        if not isinstance(proc, Entry) or names is ABSENT:
            return Unavailable(Reason.INCOMPLETE, f"no /proc below {printable(root.root)}")
        return _table(proc, [name for name in names if name.isdigit()])


def _table(proc: Entry, pids: list[str]) -> ProcessTable | Unavailable:
    if "1" not in pids:
        what = "process 1 is not visible: another /proc or hidepid" if pids else "not a process file system"
        return Unavailable(Reason.INCOMPLETE, f"/proc: {what}")
    names: dict[bytes, set[str]] = {}
    unseen: list[Unavailable] = []
    for pid in pids:
        try:
            _add_process(proc, pid, names)
        except OSError as error:
            if error.errno not in _ENDED:
                unseen.append(failure(error, f"/proc/{pid}"))
    gap = Unavailable(unseen[0].reason, f"{unseen[0].detail} and {len(unseen) - 1} more processes") if unseen else None
    return ProcessTable(
        {container.decode("ascii"): tuple(sorted(called)) for container, called in names.items()},
        gap,
        Source("proc:/proc/*/cgroup", utc_now(), says=f"{len(pids)} processes"),
    )


def _add_process(proc: Entry, pid: str, names: dict[bytes, set[str]]) -> None:
    """Adds what ``pid`` is called to every container it is in. Raises OSError."""
    directory = os.open(pid, _DIRECTORY, dir_fd=proc.fd)
    try:
        containers = set(_CONTAINER_ID.findall(_read(directory, "cgroup", _MOST)))
        if containers and (called := _names(directory)):
            for container in containers:
                names.setdefault(container, set()).update(called)
    finally:
        os.close(directory)


def _names(directory: int) -> set[str]:
    """What one process is called; nothing for a zombie, which runs no program any more."""
    title = _read(directory, "cmdline", _ENOUGH)
    executable = _executable(directory)
    if not title and not executable:
        return set()
    comm = _read(directory, "comm", _ENOUGH).rstrip(b"\n")
    own = _TITLE_END.split(title, maxsplit=1)[0].rpartition(b"/")[2].lstrip(b"-")  # "sshd: root", "-bash" of a login
    return {printable(os.fsdecode(name)) for name in (comm, own, executable) if name}


def _executable(directory: int) -> bytes:
    """The base name of the executable; empty where it may not be seen (another user's) or is not there (a zombie)."""
    try:
        target = os.fsencode(os.readlink("exe", dir_fd=directory))
    except OSError:
        return b""
    return target.removesuffix(b" (deleted)").rpartition(b"/")[2]


def _read(directory: int, name: str, cap: int) -> bytes:
    """The first ``cap`` bytes at most. Raises OSError."""
    fd = os.open(name, _FILE, dir_fd=directory)
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):  # no process file system then: a FIFO would read as an empty file
            raise OSError(errno.EINVAL, "not a regular file")
        return os.read(fd, cap)  # these files of procfs come whole in one read
    finally:
        os.close(fd)
