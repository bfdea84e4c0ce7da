"""What dockerd does when nothing says otherwise, per engine version.

Sources: cmd/dockerd and daemon/config of moby, and the dockerd reference, for the versions named in flags.py.
"""

from __future__ import annotations

import posixpath
import re
from typing import Final

from benchmark.collect.daemon.process import DaemonProcess
from benchmark.model.facts import ABSENT, FactValue, Reason, Unavailable

OLDEST: Final = (20, 10)
NEWEST: Final = (29,)
_NUMBERS: Final = re.compile(r"(\d{1,4})\.(\d{1,4})(?:\.(\d{1,6}))?", re.ASCII)

# setting -> values with the version from which each holds, oldest first. An engine chooses its storage driver itself,
# and the TLS options and the listeners depend on each other (tls.py, listeners.py).
_DEFAULTS: Final[dict[str, tuple[tuple[tuple[int, ...], FactValue], ...]]] = {
    "authorization-plugins": ((OLDEST, []),),
    "bridge": ((OLDEST, ""),),
    "cgroup-parent": ((OLDEST, ABSENT),),
    "containerd": ((OLDEST, ABSENT),),
    "debug": ((OLDEST, False),),
    "default-ulimits": ((OLDEST, []),),
    "experimental": ((OLDEST, False),),
    "group": ((OLDEST, "docker"),),
    "icc": ((OLDEST, True),),
    "insecure-registries": ((OLDEST, []),),
    "ip6tables": ((OLDEST, False), ((27,), True)),
    "iptables": ((OLDEST, True),),
    "live-restore": ((OLDEST, False),),
    "log-driver": ((OLDEST, "json-file"),),
    "log-level": ((OLDEST, "info"),),
    "log-opts": ((OLDEST, {}),),
    "no-new-privileges": ((OLDEST, False),),
    "seccomp-profile": ((OLDEST, "default"), ((23,), "builtin")),
    "selinux-enabled": ((OLDEST, False),),
    "storage-opts": ((OLDEST, []),),
    "userland-proxy": ((OLDEST, True),),
    "userns-remap": ((OLDEST, ""),),
}
_SYSTEM_PATHS: Final = {
    "data-root": "/var/lib/docker",
    "exec-root": "/var/run/docker",
    "pidfile": "/var/run/docker.pid",
}


def version_numbers(version: FactValue) -> tuple[int, ...] | None:
    """(20, 10, 24) of "20.10.24+dfsg1"; None where it is no version."""
    found = _NUMBERS.match(version) if isinstance(version, str) else None
    return tuple(int(each) for each in found.groups("0")) if found else None


def default_of(name: str, version: FactValue, process: DaemonProcess, rootless: bool | Unavailable) -> FactValue:
    """The documented default; ABSENT where a setting has none.

    UNKNOWN_VALUE for engines older than the table, NO_ENGINE where it depends on a version or a choice that only the
    engine can tell.
    """
    if name in _SYSTEM_PATHS:
        return _path(name, process, rootless)
    if name == "storage-driver":
        return Unavailable(Reason.NO_ENGINE, "the engine chooses its storage driver, and none was asked")
    table = _DEFAULTS[name]
    numbers = version_numbers(version)
    if numbers is None:
        if len(table) == 1:
            return table[0][1]
        return Unavailable(
            Reason.NO_ENGINE, f"the default of {name} depends on the engine's version, which is not known"
        )
    known = [value for since, value in table if numbers >= since]
    if known:
        return known[-1]
    return Unavailable(Reason.UNKNOWN_VALUE, f"the default of {name} in engine {version} is not known here")


def _path(name: str, process: DaemonProcess, rootless: bool | Unavailable) -> str | Unavailable:
    if isinstance(rootless, Unavailable):
        return rootless
    if not rootless:
        return _SYSTEM_PATHS[name]
    if name == "data-root":
        base = process.directory("XDG_DATA_HOME", ".local/share")
    else:
        base = process.variable("XDG_RUNTIME_DIR")
        base = base or Unavailable(Reason.UNKNOWN_VALUE, "XDG_RUNTIME_DIR is not set")
    return base if isinstance(base, Unavailable) else posixpath.join(base, posixpath.basename(_SYSTEM_PATHS[name]))
