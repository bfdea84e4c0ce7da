"""Which programs run in which container: one pass over /proc, no process started, the engine not asked."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator, Mapping
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
_HIDDEN: Final = frozenset({errno.EACCES, errno.EPERM, errno.ENOENT})
_ENOUGH: Final = 4096  # of a command line: only its first word is used
_EVERY: Final = ""  # whose processes are not all known: those of every container
_MOST: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class ProcessTable:
    """Names of the programs in each container, by full id. ``gaps`` has the containers of which a process could not be looked
    at, with the reason; "" stands for every container, since nobody can tell in which such a process runs.
    """

    names: Mapping[str, tuple[str, ...]]
    gaps: Mapping[str, Unavailable]
    source: Source

    def names_of(self, container_id: str) -> tuple[str, ...] | Unavailable:
        """All program names in a running container, sorted, each once: what the kernel calls the process, what it calls
        itself, and its executable. NO_PROCESS when none was found, which is no proof that none runs.
        """
        return self.gaps.get(container_id) or self.gaps.get(_EVERY) or self.seen_in(container_id)

    def seen_in(self, container_id: str) -> tuple[str, ...] | Unavailable:
        """The same of the processes that could be looked at: proof that these run, and none that no others do."""
        found = self.names.get(container_id)
        if found:
            return found
        return (
            self.gaps.get(container_id)
            or self.gaps.get(_EVERY)
            or Unavailable(Reason.NO_PROCESS, f"no process of {container_id[:12]} seen in /proc")
        )


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
    unseen: dict[str, list[Unavailable]] = {}
    for pid in pids:
        for container, why in _add_process(proc, pid, names):
            unseen.setdefault(container, []).append(why)
    return ProcessTable(
        {container.decode("ascii"): tuple(sorted(called)) for container, called in names.items()},
        {
            container: Unavailable(each[0].reason, f"{each[0].detail} and {len(each) - 1} more processes")
            for container, each in unseen.items()
        },
        Source("proc:/proc/*/cgroup", utc_now(), says=f"{len(pids)} processes"),
    )


def _add_process(proc: Entry, pid: str, names: dict[bytes, set[str]]) -> Iterator[tuple[str, Unavailable]]:
    """Adds what ``pid`` is called to every container it is in. Yields the containers of which not all is known then, and why."""
    containers: set[bytes] | None = None
    called: set[str] = set()
    try:
        directory = os.open(pid, _DIRECTORY, dir_fd=proc.fd)
        try:
            containers = set(_CONTAINER_ID.findall(_read_whole(directory, "cgroup")))
            if containers:
                _add_names(directory, called)
        finally:
            os.close(directory)
    except OSError as error:
        if error.errno in _ENDED:
            return
        why = failure(error, f"/proc/{pid}")
        yield from ((_EVERY if containers is None else each.decode("ascii"), why) for each in containers or {b""})
    for container in containers or () if called else ():
        names.setdefault(container, set()).update(called)


def _add_names(directory: int, called: set[str]) -> None:
    """Adds what one process is called; nothing for a zombie, which runs no program any more. Raises OSError, with all added that
    could be read.
    """
    failed: OSError | None = None
    title = executable = b""
    try:
        title = _read_title(directory)
    except OSError as error:
        failed = error
    try:
        executable = _executable(directory)
    except OSError as error:
        failed = error
    if title or executable or failed:
        # "sshd: root", "-bash" of a login
        own = _TITLE_END.split(title, maxsplit=1)[0].rpartition(b"/")[2].lstrip(b"-")
        called |= {printable(os.fsdecode(name)) for name in (own, executable) if name}
        comm = _read_whole(directory, "comm").rstrip(b"\n")
        called |= {printable(os.fsdecode(comm))} if comm else set()
    if failed is not None:
        raise failed


def _read_title(directory: int) -> bytes:
    """Its command line, or as much of it as holds the first word: what it calls itself. Raises OSError."""
    title = _read(directory, "cmdline", _ENOUGH)
    if title and not _TITLE_END.search(title):  # the word was cut off, or is longer than any path
        raise OSError(errno.EIO, "ends within its first word")
    return title


def _executable(directory: int) -> bytes:
    """The base name of the executable; empty where it may not be seen (another user's) or is not there (a zombie).

    Raises OSError.
    """
    try:
        target = os.fsencode(os.readlink("exe", dir_fd=directory))
    except OSError as error:
        if error.errno in _HIDDEN:
            return b""
        raise
    return target.removesuffix(b" (deleted)").rpartition(b"/")[2]


def _read_whole(directory: int, name: str) -> bytes:
    """All of it. Raises OSError, also for more than such a file can hold."""
    data = _read(directory, name, _MOST)
    if len(data) == _MOST:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    return data


def _read(directory: int, name: str, cap: int) -> bytes:
    """The first ``cap`` bytes at most. Raises OSError."""
    fd = os.open(name, _FILE, dir_fd=directory)
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):  # no process file system then: a FIFO would read as an empty file
            raise OSError(errno.EINVAL, "not a regular file")
        return os.read(fd, cap)  # these files of procfs come whole in one read
    finally:
        os.close(fd)
