"""Which program the running containerd is."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import Final

from benchmark.collect.host import processes
from benchmark.collect.host.root import FileContent, HostRoot
from benchmark.model.facts import ABSENT, Absent, FactValue, Unavailable

_NAME: Final = "containerd"
_SERVICE: Final = (
    "/sys/fs/cgroup/system.slice/containerd.service/cgroup.procs",
    "/sys/fs/cgroup/systemd/system.slice/containerd.service/cgroup.procs",
    "/sys/fs/cgroup/unified/system.slice/containerd.service/cgroup.procs",
)
_MOST_MEMBERS: Final = 1_000


def running_containerd(
    root: HostRoot, files_root: HostRoot, settings: Mapping[str, FactValue]
) -> str | Unavailable | Absent:
    """Path of its program: of the one that the daemon started, else of containerd.service; ABSENT when neither is found.

    ``root`` shows the processes, ``files_root`` the daemon's pid files; ``settings`` are the facts of the daemon. The shims
    of containers are in containerd.service too and have names of their own.
    """
    for pid in _candidates(root, files_root, settings):
        if processes.command_name(root, pid) == _NAME:
            return processes.executable(root, pid)
    return ABSENT


def _candidates(root: HostRoot, files_root: HostRoot, settings: Mapping[str, FactValue]) -> Iterator[int]:
    exec_root = settings["daemon.exec-root"]
    if settings["daemon.containerd"] is ABSENT and isinstance(exec_root, str):
        yield from _numbers(files_root.read(posixpath.join(exec_root, "containerd/containerd.pid"), 64))
    for path in _SERVICE:
        yield from _numbers(root.read(path, 1 << 20))


def _numbers(content: FileContent | Unavailable | Absent) -> Iterator[int]:
    words = content.data.split()[:_MOST_MEMBERS] if isinstance(content, FileContent) else []
    return (int(each) for each in words if each.isdigit() and len(each) < 10)
