"""The mount table of the target."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from benchmark.collect.host.provenance import content_source
from benchmark.collect.host.root import HostRoot, printable
from benchmark.model.facts import ABSENT, Reason, Source, Unavailable

_CAP: Final = 32 * 1024 * 1024
_OCTAL: Final = re.compile(rb"\\([0-3][0-7]{2})")


@dataclass(frozen=True, slots=True)
class Mount:
    """One line of mountinfo (proc_pid_mountinfo(5)). ``point`` is absolute on the target; ``read_only`` holds when the
    mount or its file system is.
    """

    point: str
    kind: str  # ext4, overlay, tmpfs, …
    origin: str  # device or name
    read_only: bool
    device: str  # major:minor of the file system
    subtree: str  # the directory of the file system that is mounted, "/" for all of it


@dataclass(frozen=True, slots=True)
class MountTable:
    """Every mount, in the kernel's order."""

    mounts: tuple[Mount, ...]
    source: Source

    @property
    def mount_points(self) -> tuple[str, ...]:
        """Mount points, sorted, each once."""
        return tuple(sorted({mount.point for mount in self.mounts}))

    def mount_of(self, path: str) -> Mount | None:
        """The mount that ``path`` (absolute, links resolved) lies on: the longest mount point above it, the last one
        mounted there. None when even ``/`` is not in the table.
        """
        best: Mount | None = None
        for mount in self.mounts:
            under = mount.point in ("/", path) or path.startswith(mount.point + "/")
            if under and (best is None or len(mount.point) >= len(best.point)):
                best = mount
        return best


def collect_mounts(root: HostRoot) -> MountTable | Unavailable:
    """The mounts of this mount namespace; below another root those of the target's process 1, where its /proc is there."""
    path = "/proc/self/mountinfo" if root.is_own else "/proc/1/mountinfo"
    content = root.read(path, _CAP)
    if isinstance(content, Unavailable):
        return content
    if content is ABSENT:
        return Unavailable(Reason.INCOMPLETE, f"{path}: the target's /proc is not mounted below {printable(root.root)}")
    mounts = parse_mountinfo(content.data)
    if mounts is None:
        return Unavailable(Reason.SYNTAX, f"{path}: not a mount table")
    return MountTable(mounts, content_source(path, content))


def parse_mountinfo(data: bytes) -> tuple[Mount, ...] | None:
    """The mounts in ``data``, octal escapes decoded; None when a line is not one of mountinfo's."""
    mounts: list[Mount] = []
    for line in data.split(b"\n"):
        if not line:
            continue
        head, separator, tail = line.partition(b" - ")
        fields, after = head.split(b" "), tail.split(b" ")
        if not separator or len(fields) < 6 or len(after) < 3:
            return None
        options = fields[5].split(b",") + after[2].split(b",")
        point, kind, origin = _decode(fields[4]), _decode(after[0]), _decode(after[1])
        mounts.append(Mount(point, kind, origin, b"ro" in options, _decode(fields[2]), _decode(fields[3])))
    return tuple(mounts)


def _decode(word: bytes) -> str:
    plain = _OCTAL.sub(lambda found: bytes([int(found[1], 8)]), word) if b"\\" in word else word
    return printable(plain.decode("utf-8", "surrogateescape"))
