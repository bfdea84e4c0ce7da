"""What systemd's units say of the daemon: the sockets it is handed, and whether its command line has changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmark.collect.daemon.command_line import CommandLine, parse_command_line
from benchmark.collect.daemon.listeners import parse_listen_stream
from benchmark.collect.daemon.process import SETTLED_NS, DaemonProcess
from benchmark.collect.host.root import HostRoot
from benchmark.collect.host.systemd_units import Unit, exec_start, listen_streams, read_unit
from benchmark.model.facts import Absent, JsonValue, Reason, Source, Unavailable


@dataclass(frozen=True, slots=True)
class ServiceUnit:
    """What docker.service would start now: ``options`` by their names in daemon.json, None where it cannot be told
    (variables, specifiers, a wrapper). ``is_newer`` when one of its files changed after the daemon's start.
    """

    options: Mapping[str, JsonValue] | None = None
    is_newer: bool = False
    path: str = ""
    sources: tuple[Source, ...] = ()
    warnings: tuple[str, ...] = field(default=())


def read_service(root: HostRoot, process: DaemonProcess) -> ServiceUnit:
    """docker.service and its drop-ins; empty for a daemon that does not run in it. Provenance only, never a value."""
    if not process.in_service:
        return ServiceUnit()
    unit = read_unit(root, "docker.service")
    if isinstance(unit, Absent):
        return ServiceUnit()
    if isinstance(unit, Unavailable):
        return ServiceUnit(warnings=(f"docker.service could not be read: {unit}",))
    commands = exec_start(unit)
    is_newer = unit.changed_ns > process.started_ns + SETTLED_NS
    warnings = ("docker.service has changed since the daemon's start",) if is_newer else ()
    options = None
    if (
        not isinstance(commands, Unavailable)
        and len(commands) == 1
        and not any("$" in each or "%" in each for each in commands[0])
    ):
        line = parse_command_line(commands[0])
        options = line.values if isinstance(line, CommandLine) else None
    return ServiceUnit(options, is_newer, unit.files.fragment, unit.sources, warnings)


def read_activated(root: HostRoot, process: DaemonProcess) -> tuple[tuple[str, ...] | Unavailable, tuple[Source, ...]]:
    """The addresses of the sockets that the daemon was handed (``-H fd://``), and where that was read.

    For docker.service they are those of docker.socket: PENDING_RESTART when that changed after the daemon's start,
    CONFLICT when it was handed another number of sockets ($LISTEN_FDS). Handed one socket by anything else, it is the
    socket behind which the daemon was found; handed several, UNSUPPORTED.
    """
    handed = process.variable("LISTEN_FDS")
    if not process.in_service:
        if handed == "1" and process.socket_path is not None:
            return (f"unix://{process.socket_path}",), process.sources
        return Unavailable(Reason.UNSUPPORTED, "-H fd:// with sockets that are not those of docker.socket"), ()
    unit = read_unit(root, "docker.socket")
    if isinstance(unit, Absent):
        return Unavailable(Reason.UNSUPPORTED, "-H fd:// without a docker.socket among the system's units"), ()
    if isinstance(unit, Unavailable):
        return unit, ()
    return _streams(unit, handed, process.started_ns), unit.sources


def _streams(unit: Unit, handed: str | Unavailable, started_ns: int) -> tuple[str, ...] | Unavailable:
    path, streams = unit.files.fragment, listen_streams(unit)
    if unit.changed_ns > started_ns + SETTLED_NS:
        detail = f"{path} or a drop-in is newer than the daemon's start; it says {', '.join(streams)}"
        return Unavailable(Reason.PENDING_RESTART, detail)
    resolved = tuple(each.replace("%t", "/run") for each in streams)
    if not streams or any("%" in each for each in resolved):
        return Unavailable(Reason.SYNTAX, f"{path}: no ListenStream that can be resolved")
    if isinstance(handed, str) and handed and handed != str(len(streams)):
        return Unavailable(Reason.CONFLICT, f"{path} listens on {len(streams)} sockets, the daemon was handed {handed}")
    return tuple(parse_listen_stream(each) for each in resolved)
