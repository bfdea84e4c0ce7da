"""The daemon's data root as it was configured, and whether it lies on a mount of its own."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import Final

from benchmark.collect.daemon.process import DaemonProcess
from benchmark.collect.daemon.settings import DaemonSettings
from benchmark.collect.host.mounts import Mount, MountTable, parse_mountinfo
from benchmark.collect.host.provenance import content_source
from benchmark.collect.host.root import HostRoot, printable
from benchmark.model.facts import ABSENT, FactValue, Reason, Source, Unavailable

_REMAPPED: Final = re.compile(r"(.+)/[0-9]+\.[0-9]+/*")
_CAP: Final = 32 * 1024 * 1024
_FACT: Final = "data_root.is_mount_point"


def configured_data_root(settings: Mapping[str, FactValue]) -> str | Unavailable:
    """``daemon.data-root`` without the ``<uid>.<gid>`` that an engine with user namespaces works in and reports."""
    path = settings["daemon.data-root"]
    if not isinstance(path, str):
        return path if isinstance(path, Unavailable) else Unavailable(Reason.WRONG_TYPE, "daemon.data-root is no path")
    remapped = _REMAPPED.fullmatch(path) if settings["daemon.userns-remap"] != "" else None
    return remapped[1] if remapped else path


def data_root_facts(
    settings: DaemonSettings, root: HostRoot
) -> tuple[Mapping[str, FactValue], Mapping[str, tuple[Source, ...]]]:
    """``data_root.is_mount_point`` and its sources. ``root`` is where the daemon's process was found, for its /proc.

    A daemon whose data root lies on a mount that is not shared binds the directory onto itself when it starts
    (setupDaemonRootPropagation in moby): such a mount brings no file system of its own and does not count.
    """
    configured = settings.sources.get("daemon.data-root", ())
    found = _own_mount(settings, root)
    if isinstance(found, Unavailable):
        return {_FACT: found}, {_FACT: configured}
    value, source = found
    return {_FACT: value}, {_FACT: (source, *configured)}


def _own_mount(settings: DaemonSettings, root: HostRoot) -> tuple[bool, Source] | Unavailable:
    process, path = settings.process, configured_data_root(settings.facts)
    if not isinstance(process, DaemonProcess):
        return process
    if isinstance(path, Unavailable):
        return path
    if isinstance(process.files_root, Unavailable):
        return process.files_root
    real = process.files_root.resolve(path)
    if isinstance(real, Unavailable):
        return real
    if real is ABSENT:
        return Unavailable(Reason.VANISHED, f"{printable(path)}: in use by the daemon, but not there")
    table = f"/proc/{process.pid}/mountinfo"
    content = root.read(table, _CAP)
    if isinstance(content, Unavailable):
        return content
    mounts = None if content is ABSENT else parse_mountinfo(content.data)
    if content is ABSENT or mounts is None:
        return Unavailable(Reason.NO_PROCESS if content is ABSENT else Reason.SYNTAX, f"{table}: not a mount table")
    source = content_source(table, content)
    return is_own_mount(MountTable(mounts, source), printable(real)), source


def is_own_mount(table: MountTable, path: str) -> bool:
    """True when something else than the directory itself is mounted at ``path`` (absolute, links resolved)."""
    mounts = table.mounts
    there = table.mount_of(path)
    while there is not None and there.point == path:
        mounts = tuple(each for each in mounts if each is not there)
        above = MountTable(mounts, table.source).mount_of(path)
        if above is None or not _is_itself(there, above):
            return True
        there = above
    return False


def _is_itself(there: Mount, above: Mount) -> bool:
    """The mount shows what would be there without it: same file system, same directory of it."""
    below = posixpath.relpath(there.point, above.point)
    return there.device == above.device and there.subtree == posixpath.normpath(posixpath.join(above.subtree, below))
