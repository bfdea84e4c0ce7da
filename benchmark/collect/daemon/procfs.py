"""What /proc says of a daemon beyond what it says of any process (host/processes.py)."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Final

from benchmark.collect.host.root import FileContent, HostRoot, failure
from benchmark.collect.host.walk import Entry
from benchmark.model.facts import Absent, Reason, Unavailable

# All that is kept of a daemon's environment: they move defaults. Nothing else is kept.
KEPT_NAMES: Final = frozenset(
    {
        "DOCKER_CERT_PATH",
        "DOCKER_CONFIG",
        "DOCKER_TLS_VERIFY",
        "HOME",
        "LISTEN_FDS",
        "NOTIFY_SOCKET",
        "ROOTLESSKIT_STATE_DIR",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_RUNTIME_DIR",
    }
)
_CAP: Final = 8 * 1024 * 1024
_NUMBER: Final = re.compile(r"[0-9]{1,20}")
_LISTENS: Final = 0x10000  # __SO_ACCEPTCON in the Flags column of /proc/net/unix


def read_environment(root: HostRoot, pid: int) -> Mapping[str, str] | Unavailable:
    """The few variables of ``KEPT_NAMES`` that the process was started with."""
    content = _read(root, pid, "environ")
    if isinstance(content, Unavailable):
        return content
    if content.data and not content.data.endswith(b"\0"):  # the kernel ends every variable
        return Unavailable(Reason.TRUNCATED, f"/proc/{pid}/environ: ends within a variable")
    kept: dict[str, str] = {}
    for each in content.data.split(b"\0"):
        name, equals, value = each.partition(b"=")
        spelled = name.decode("utf-8", "replace")
        if equals and spelled in KEPT_NAMES:
            kept.setdefault(spelled, value.decode("utf-8", "replace"))
    return kept


def read_cgroups(root: HostRoot, pid: int) -> frozenset[str] | Unavailable:
    """The paths of the control groups that the process is in."""
    content = _read(root, pid, "cgroup")
    if isinstance(content, Unavailable):
        return content
    lines = content.data.decode("utf-8", "replace").splitlines()
    return frozenset(line.split(":", 2)[2] for line in lines if line.count(":") >= 2)


def read_link(root: HostRoot, pid: int, name: str) -> str | Unavailable:
    """The text of ``cwd`` or ``root`` of the process: procfs' own links lead out of any root and are not followed."""
    path = f"/proc/{pid}/{name}"
    with root.entry(path, follow=False) as found:
        if isinstance(found, Unavailable):
            return found
        if not isinstance(found, Entry):
            return _gone(path)
        try:
            target = os.readlink("", dir_fd=found.fd)
        except FileNotFoundError:
            return _gone(path)
        except OSError as error:
            return failure(error, path)
        return target if target.startswith("/") else Unavailable(Reason.SYNTAX, f"{path}: not the path of a directory")


def read_listening_inodes(root: HostRoot, pid: int, paths: frozenset[str]) -> frozenset[int] | Unavailable:
    """The inodes of the unix sockets that listen at one of ``paths`` in the network namespace of the process."""
    content = _read(root, pid, "net/unix")
    if isinstance(content, Unavailable):
        return content
    found = set()
    for line in os.fsdecode(content.data).splitlines()[1:]:
        fields = line.split(None, 7)  # Num RefCount Protocol Flags Type St Inode Path
        if len(fields) == 8 and fields[7] in paths and _listens(fields[3]) and _NUMBER.fullmatch(fields[6]):
            found.add(int(fields[6]))
    return frozenset(found)


def _listens(flags: str) -> bool:
    try:
        return bool(int(flags, 16) & _LISTENS)
    except ValueError:
        return False


def _read(root: HostRoot, pid: int, name: str) -> FileContent | Unavailable:
    path = f"/proc/{pid}/{name}"
    content = root.read(path, _CAP)
    if isinstance(content, Absent) or (isinstance(content, Unavailable) and content.reason is Reason.VANISHED):
        return _gone(path)
    return content


def _gone(path: str) -> Unavailable:
    return Unavailable(Reason.NO_PROCESS, f"{path}: no such process is visible from here")
