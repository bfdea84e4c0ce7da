"""Where we stand: whose files and processes the ones around us are.

Facts of this host may be used for an engine only where it is known to run on it. A socket proves little: it may be forwarded
from another machine, or handed into the container that we run in. So the process behind it has to be seen, with the same
kernel below it, and the file system has to be the one that this process sees.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from benchmark.collect.daemon.process import DaemonProcess, find_daemon, same_host
from benchmark.collect.engine.endpoint import Endpoint
from benchmark.collect.engine.reports import EngineReport
from benchmark.collect.host.processes import FIRST_PID_NAMESPACE, command_name, pid_namespace, shares_mounts
from benchmark.collect.host.root import FileContent, HostRoot
from benchmark.model.facts import ABSENT, Reason, Unavailable

ELSEWHERE: Final = Unavailable(
    Reason.REMOTE, "the engine does not run on this host, whose files and processes are not its own"
)
_OUTSIDE: Final = Unavailable(
    Reason.REMOTE,
    "the engine runs outside this container, whose files are not the host's; mount the host's root and name it with --host-root",
)
_UNPROVEN: Final = Unavailable(
    Reason.INCOMPLETE,
    "the mounts of this process are not proven to be those of the host's first process: a container or sandbox, perhaps",
)
_CONTAINER_MARKS: Final = ("/.dockerenv", "/run/.containerenv")
_CONTAINER_ID: Final = re.compile(rb"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Standpoint:
    """The daemon's process, and the file system of its host; each Unavailable where it cannot be looked at from here."""

    process: DaemonProcess | Unavailable
    root: HostRoot | Unavailable


def find_standpoint(root: HostRoot, endpoint: Endpoint, engine: EngineReport) -> Standpoint:
    """Where we stand towards ``engine``, whose host's file system the user says is at ``root``."""
    if not endpoint.is_local:
        return Standpoint(ELSEWHERE, ELSEWHERE)
    if isinstance(engine.memory_total, Unavailable):  # without /info nothing is said about where the engine runs
        return Standpoint(engine.memory_total, engine.memory_total)
    here = same_host(root, engine.target.kernel, engine.memory_total)
    if here is not True:
        why = here if isinstance(here, Unavailable) else ELSEWHERE
        return Standpoint(why, why)
    if root.is_own and not engine.peer_pid:
        return Standpoint(_OUTSIDE, _OUTSIDE)
    if engine.target.product != "docker":
        why = Unavailable(Reason.UNSUPPORTED, f"the engine is {engine.target.product}, which has no Docker daemon")
        return Standpoint(why, _beside(root, engine))
    process = find_daemon(root, endpoint.address, engine.peer_pid)
    if not root.is_own:
        return Standpoint(process, root)
    if isinstance(process, Unavailable):
        return Standpoint(process, own_files(root) if process.reason is Reason.DENIED else process)
    if isinstance(process.files_root, Unavailable):
        return Standpoint(process, own_files(root))
    return Standpoint(process, process.files_root)


def _beside(root: HostRoot, engine: EngineReport) -> HostRoot | Unavailable:
    """The file system of an engine other than Docker: ours where its own program, and no forwarder, is behind the socket."""
    if not root.is_own:
        return root
    peer = command_name(root, engine.peer_pid) if engine.peer_pid else _OUTSIDE
    if isinstance(peer, Unavailable):
        return peer
    return own_files(root) if peer in (engine.target.product, "systemd") else ELSEWHERE


def own_files(root: HostRoot) -> HostRoot | Unavailable:
    """Our own file system, where no daemon vouches for it: only where it is proven to be that of the kernel's first process.

    A container or a sandbox may share the host's processes, but not its mounts.
    """
    if pid_namespace(root, "self") == FIRST_PID_NAMESPACE and shares_mounts(root, "self", 1):
        return root
    return _OUTSIDE if _is_marked(root) else _UNPROVEN


def _is_marked(root: HostRoot) -> bool:
    """True where engines have left marks that this is a container; none at all proves nothing."""
    if any(root.lstat(mark) is not ABSENT for mark in _CONTAINER_MARKS):
        return True
    own = root.read("/proc/self/cgroup", 1 << 16)
    return isinstance(own, FileContent) and _CONTAINER_ID.search(own.data) is not None
