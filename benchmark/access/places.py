"""Which places of the host give the host to whoever may write there."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import Final

# Programs, accounts, kernel interfaces, schedules and units: what root executes or believes.
_OWNING: Final = (
    "/",
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/lib32",
    "/lib64",
    "/proc",
    "/root",
    "/run/systemd",
    "/sbin",
    "/sys",
    "/usr",
    "/var/lib/docker",
    "/var/lib/containerd",
    "/var/spool/cron",
    # parts that are enough by themselves
    "/etc/cron.d",
    "/etc/crontab",
    "/etc/docker",
    "/etc/docker/daemon.json",
    "/etc/group",
    "/etc/ld.so.preload",
    "/etc/pam.d",
    "/etc/passwd",
    "/etc/shadow",
    "/etc/ssh",
    "/etc/sudoers",
    "/etc/sudoers.d",
    "/etc/systemd",
    "/etc/systemd/system",
    "/proc/sys",
    "/proc/sys/kernel",
    "/proc/sys/kernel/core_pattern",
    "/proc/sysrq-trigger",
    "/root/.ssh",
    "/usr/bin",
    "/usr/lib",
    "/usr/lib/systemd",
    "/usr/local",
    "/usr/local/bin",
    "/usr/sbin",
)
# Below these lies much that matters and much that does not.
_MIXED: Final = ("/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/root", "/sbin", "/bin", "/sys", "/usr")


class Reach(enum.Enum):
    """How far a mounted path reaches."""

    OWNS = enum.auto()  # whoever writes there owns the host
    PART = enum.auto()  # it is a part of such a place: it depends
    NONE = enum.auto()


def reach_of(paths: Iterable[str], data_root: str) -> Reach:
    """How far a mount reaches that is known by all of ``paths``; ``data_root`` is the daemon's, "" to leave it out."""
    owning = (*_OWNING, data_root) if data_root.startswith("/") else _OWNING
    best = Reach.NONE
    for path in paths:
        if any(path in (place, "/") or place.startswith(f"{path}/") for place in owning):
            return Reach.OWNS
        if any(path.startswith(f"{place}/") for place in _MIXED):
            best = Reach.PART
    return best
