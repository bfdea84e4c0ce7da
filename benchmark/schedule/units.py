"""The systemd units of a schedule, as text (systemd.service(5), systemd.timer(5), systemd.exec(5))."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

MARK: Final = (
    "# Written by 'dockmark schedule install'; a drop-in (systemctl edit) changes it and survives the next one."
)
PREFIX: Final = "dockmark-"
_SECTION: Final = "[X-Dockmark]"  # systemd passes over sections that begin with X-
_PLAIN: Final = re.compile(r"[A-Za-z0-9_@+=:,./-]+")

# Nothing here makes a mount namespace (ProtectSystem=, PrivateTmp=, PrivateDevices=, … would): dockmark judges the mounts and
# files that the host's own processes see, and says "incomplete" where it cannot prove that it sees the same.
_HARDENING: Final = (
    "NoNewPrivileges=yes",
    "RestrictNamespaces=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "LockPersonality=yes",
    "MemoryDenyWriteExecute=yes",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallErrorNumber=EPERM",
    "UMask=0077",
    "KeyringMode=private",
)
# Reading files and processes of others, asking the kernel for its audit rules: no more of root is needed.
_AS_ROOT: Final = (
    "CapabilityBoundingSet=CAP_DAC_READ_SEARCH CAP_SYS_PTRACE CAP_AUDIT_CONTROL",
    "AmbientCapabilities=",
    "ProtectClock=yes",
)
_LOCAL: Final = "RestrictAddressFamilies=AF_UNIX AF_NETLINK"
_NETWORK: Final = "RestrictAddressFamilies=AF_UNIX AF_NETLINK AF_INET AF_INET6"


@dataclass(frozen=True, slots=True)
class Schedule:
    """What a schedule's units say.

    ``name`` ends the units' names; ``audit`` and ``notify`` are argument lists, the program first (``notify`` empty for
    none). ``delay`` is the most that a start is put off at random, in seconds. ``network`` is True where the audit or the
    notification goes beyond unix sockets. ``system`` is False for units of a user's own manager. ``environment`` are variables
    that the run is given.
    """

    name: str
    calendar: str
    delay: int
    audit: tuple[str, ...]
    notify: tuple[str, ...] = ()
    network: bool = False
    system: bool = True
    environment: tuple[tuple[str, str], ...] = ()

    @property
    def service(self) -> str:
        """The file name of the service."""
        return f"{PREFIX}{self.name}.service"

    @property
    def timer(self) -> str:
        """The file name of the timer."""
        return f"{PREFIX}{self.name}.timer"


class UnitError(Exception):
    """A file that is no unit of ours, or was changed so that it says nothing any more."""


def service_unit(schedule: Schedule) -> str:
    """The service: one audit a start. 1 and 2 are verdicts, not failures of the unit; any other code but 0 is one."""
    commands = [f"ExecStart={command_line(schedule.audit)}"]
    if schedule.notify:  # also after a run that failed: systemd hands over its exit status
        commands.append(f"ExecStopPost={command_line(schedule.notify)}")
    hardening = (*_HARDENING, *(_AS_ROOT if schedule.system else ()), _NETWORK if schedule.network else _LOCAL)
    lines = (
        MARK,
        "[Unit]",
        f"Description=dockmark: audit of this Docker host ({schedule.name})",
        *(("After=docker.service docker.socket network-online.target",) if schedule.system else ()),
        *(("Wants=network-online.target",) if schedule.system and schedule.network else ()),
        "",
        "[Service]",
        "Type=oneshot",
        *(f"Environment={_quoted(f'{name}={value}')}" for name, value in schedule.environment),
        *commands,
        "SuccessExitStatus=1 2",
        *(("StateDirectory=dockmark", "StateDirectoryMode=0700") if schedule.system else ()),
        "TimeoutStartSec=1h",
        "Nice=10",
        "IOSchedulingClass=idle",
        *hardening,
        "",
        _SECTION,
        f"Schedule={_as_json(schedule)}",
    )
    return "\n".join(lines) + "\n"


def timer_unit(schedule: Schedule) -> str:
    """The timer: a start that was missed while the machine was off is made up for as soon as it is on again."""
    lines = (
        MARK,
        "[Unit]",
        f"Description=dockmark: when the Docker host is audited ({schedule.name})",
        "",
        "[Timer]",
        f"OnCalendar={schedule.calendar.replace('%', '%%')}",
        f"RandomizedDelaySec={schedule.delay}",
        "AccuracySec=1min",
        "Persistent=true",
        "",
        "[Install]",
        "WantedBy=timers.target",
    )
    return "\n".join(lines) + "\n"


def read_service(text: str) -> Schedule:
    """The schedule of which ``service_unit`` wrote ``text``. Raises UnitError."""
    lines = text.split("\n")
    if lines[0] != MARK:
        raise UnitError("was not written by dockmark: its first line is another")
    told = [each.removeprefix("Schedule=") for each in lines if each.startswith("Schedule=")]
    try:
        return _schedule(json.loads(told[-1]))
    except (LookupError, ValueError, TypeError, RecursionError):
        raise UnitError(f"its {_SECTION} does not say what is scheduled") from None


def _schedule(found: dict[str, Any]) -> Schedule:
    """Raises LookupError, ValueError or TypeError."""
    schedule = Schedule(
        name=found["name"],
        calendar=found["calendar"],
        delay=found["delay"],
        audit=tuple(found["audit"]),
        notify=tuple(found["notify"]),
        network=found["network"],
        system=found["system"],
        environment=tuple((name, value) for name, value in found["environment"]),
    )
    texts = [schedule.name, schedule.calendar, *schedule.audit, *schedule.notify]
    texts += [each for pair in schedule.environment for each in pair]
    switches = (schedule.network, schedule.system)
    if not all(isinstance(each, str) for each in texts) or not all(isinstance(each, bool) for each in switches):
        raise TypeError
    if type(schedule.delay) is not int or not all(isinstance(found[each], list) for each in ("audit", "notify")):
        raise TypeError
    if not schedule.name.isprintable():
        raise ValueError
    return schedule


def command_line(words: tuple[str, ...]) -> str:
    """Words as systemd divides them again (systemd.service(5), "Command lines"): quoted, without specifiers or variables."""
    return " ".join(_quoted(each).replace("$", "$$") for each in words)


def _quoted(word: str) -> str:
    escaped = word.replace("%", "%%")
    if _PLAIN.fullmatch(word):
        return escaped
    escaped = (
        escaped.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    )
    return f'"{escaped}"'


def _as_json(schedule: Schedule) -> str:
    """One line of ASCII; a backslash at its end would join the next line, and there is none behind the closing brace."""
    told = {
        "name": schedule.name,
        "calendar": schedule.calendar,
        "delay": schedule.delay,
        "audit": schedule.audit,
        "notify": schedule.notify,
        "network": schedule.network,
        "system": schedule.system,
        "environment": schedule.environment,
    }
    return json.dumps(told)
