"""A host's file system that the user says is mounted at a directory: believed where it is, and no further.

Of a running host only a part may be mounted there, /etc alone say, or everything without the file systems mounted below. A
name that is missing in such a place does not prove that the host has no such file.
"""

from __future__ import annotations

import os
import posixpath
from functools import cached_property
from typing import Final

from benchmark.collect.host.mounts import MountTable, collect_mounts
from benchmark.collect.host.root import HostRoot, printable
from benchmark.collect.host.walk import Entry, Walk
from benchmark.model.facts import Absent, Reason, Unavailable

_KERNELS: Final = "/proc"  # looked at to find out the rest


class MountedRoot(HostRoot):
    """``HostRoot`` of a target that may be the running host; then every place has to be the one that its first process sees."""

    def _enter(self, walk: Walk, follow: bool) -> Entry | Unavailable | Absent:
        found = super()._enter(walk, follow)
        if isinstance(found, Unavailable) or _is_below(walk.path, _KERNELS) or not self.is_live:
            return found
        return self._doubt(walk.path) or found

    def _doubt(self, path: str) -> Unavailable | None:
        """Why ``path`` is not known to be the host's; None where it is: the same directory of the same file system."""
        theirs, ours = self._tables
        if isinstance(theirs, Unavailable):
            return theirs
        if isinstance(ours, Unavailable):
            return ours
        wanted = _origin(theirs, path)
        if wanted is not None and wanted == _origin(ours, posixpath.normpath(f"{self._real}/{path}")):
            return None
        return Unavailable(
            Reason.INCOMPLETE, f"{printable(path)}: not the host's, of which only a part is mounted at {self.root}"
        )

    @cached_property
    def _real(self) -> str:
        return os.path.realpath(self.root)

    @cached_property
    def _tables(self) -> tuple[MountTable | Unavailable, MountTable | Unavailable]:
        return collect_mounts(HostRoot(self.root)), collect_mounts(HostRoot())


def open_root(path: str) -> HostRoot:
    """The file system of the target at ``path``: our own at "/"."""
    root = HostRoot(path)
    return root if root.is_own else MountedRoot(path)


def _origin(table: MountTable, path: str) -> tuple[str, str] | None:
    """The file system that ``path`` lies on, and where it is in there."""
    mount = table.mount_of(printable(path))
    if mount is None:
        return None
    inside = posixpath.relpath(printable(path), mount.point)
    return mount.device, posixpath.normpath(posixpath.join(mount.subtree, inside))


def _is_below(path: str, directory: str) -> bool:
    return path == directory or path.startswith(directory + "/")
