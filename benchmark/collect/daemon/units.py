"""What systemd's units say of the daemon: the sockets it is handed, and whether its command line has changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmark.collect.daemon.command_line import CommandLine, parse_command_line
from benchmark.collect.daemon.listeners import parse_listen_stream
from benchmark.collect.daemon.process import SETTLED_NS, DaemonProcess
from benchmark.collect.host.root import HostRoot
from benchmark.collect.host.systemd_units import exec_start, listen_streams, read_unit
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
    """The addresses that systemd listens on for docker.service, and where that was read.

    PENDING_RESTART when docker.socket changed after the daemon's start: it was handed what stood there before.
    """
    unit = read_unit(root, "docker.socket")
    if isinstance(unit, Absent):
        return Unavailable(Reason.UNSUPPORTED, "-H fd:// without a docker.socket among the system's units"), ()
    if isinstance(unit, Unavailable):
        return unit, ()
    streams = listen_streams(unit)
    if unit.changed_ns > process.started_ns + SETTLED_NS:
        said = ", ".join(streams)
        detail = f"{unit.files.fragment} or a drop-in is newer than the daemon's start; it says {said}"
        return Unavailable(Reason.PENDING_RESTART, detail), unit.sources
    if not streams or any("%" in each.replace("%t", "") for each in streams):
        return Unavailable(Reason.SYNTAX, f"{unit.files.fragment}: no ListenStream that can be resolved"), unit.sources
    return tuple(parse_listen_stream(each.replace("%t", "/run")) for each in streams), unit.sources
