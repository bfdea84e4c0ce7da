"""What holds a container in: capabilities and no_new_privs, each as the engine computes it from what was asked for."""

from __future__ import annotations

import re
from typing import Final

from benchmark.collect.engine.projection import known, part
from benchmark.collect.engine.reports import ContainerContext
from benchmark.collect.redaction import redact
from benchmark.model.facts import FactValue, JsonValue, Reason, Unavailable

ALL: Final = "ALL"
DEFAULT_CAPABILITIES: Final = frozenset(
    {
        "CHOWN",
        "DAC_OVERRIDE",
        "FSETID",
        "FOWNER",
        "MKNOD",
        "NET_RAW",
        "SETGID",
        "SETUID",
        "SETFCAP",
        "SETPCAP",
        "NET_BIND_SERVICE",
        "SYS_CHROOT",
        "KILL",
        "AUDIT_WRITE",
    }
)  # moby, oci/caps/defaults.go
KNOWN_CAPABILITIES: Final = DEFAULT_CAPABILITIES | frozenset(
    {
        "DAC_READ_SEARCH",
        "LINUX_IMMUTABLE",
        "NET_BROADCAST",
        "NET_ADMIN",
        "IPC_LOCK",
        "IPC_OWNER",
        "SYS_MODULE",
        "SYS_RAWIO",
        "SYS_PTRACE",
        "SYS_PACCT",
        "SYS_ADMIN",
        "SYS_BOOT",
        "SYS_NICE",
        "SYS_RESOURCE",
        "SYS_TIME",
        "SYS_TTY_CONFIG",
        "LEASE",
        "AUDIT_CONTROL",
        "MAC_OVERRIDE",
        "MAC_ADMIN",
        "SYSLOG",
        "WAKE_ALARM",
        "BLOCK_SUSPEND",
        "AUDIT_READ",
        "PERFMON",
        "BPF",
        "CHECKPOINT_RESTORE",
    }
)  # capabilities(7), Linux 5.9: 41 of them

INLINE_PROFILE: Final = "seccomp=<inline profile>"
_INSTANT: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z")
_TRUE: Final = frozenset({"1", "t", "T", "TRUE", "true", "True"})  # Go's strconv.ParseBool, which the engine uses
_FALSE: Final = frozenset({"0", "f", "F", "FALSE", "false", "False"})
# another host's kernel, and one before 4.10, which does not show it
_KERNEL_SILENT: Final = frozenset((Reason.REMOTE, Reason.UNSUPPORTED))


def parse_go_bool(text: str) -> bool | None:
    """``text`` as the engine reads a boolean; None when it would refuse it."""
    if text in _TRUE:
        return True
    return False if text in _FALSE else None


def cut_inline_profile(option: str) -> str:
    """A security option without the text of a seccomp profile that the docker command line puts into it."""
    name, value = split_option(option)
    return INLINE_PROFILE if name == "seccomp" and value.lstrip().startswith("{") else option


def split_option(option: str) -> tuple[str, str]:
    """Name and value of a security option: split at "=", or in the old spelling at ":" (moby, parseSecurityOpt)."""
    name, separator, value = option.partition("=")
    if not separator:
        name, _, value = option.partition(":")
    return name, value


def capabilities(document: dict[str, JsonValue]) -> FactValue:
    """The fact ``capabilities``: the order of moby's TweakCapabilities, where what is added wins over what is dropped."""
    privileged = is_privileged(document)
    if isinstance(privileged, Unavailable):
        return privileged
    if privileged:
        return [ALL]
    added = _names(document, "CapAdd")
    if isinstance(added, Unavailable):
        return added
    dropped = _names(document, "CapDrop")
    if isinstance(dropped, Unavailable):
        return dropped
    if ALL in added:
        left = dropped & KNOWN_CAPABILITIES  # "drop ALL" names no capability here, and the engine drops none
        return list[JsonValue](sorted(KNOWN_CAPABILITIES - left)) if left else [ALL]
    if ALL in dropped:
        return list[JsonValue](sorted(added))
    return list[JsonValue](sorted((DEFAULT_CAPABILITIES - dropped) | added))


def no_new_privileges(document: dict[str, JsonValue], context: ContainerContext) -> FactValue:
    """The fact ``no_new_privileges``: own option, else the kernel's word, else what the daemon's setting says for sure."""
    options = security_options(document)
    if isinstance(options, Unavailable):
        return options
    own = [value for name, value in map(split_option, options) if name == "no-new-privileges"]
    if own:
        said = True if own[-1] == "" else parse_go_bool(own[-1])
        return Unavailable(Reason.UNKNOWN_VALUE, f"no-new-privileges={own[-1]!r}") if said is None else said
    kernel = _kernels_word(document, context)
    if isinstance(kernel, bool):
        return kernel
    if kernel is not None and kernel.reason not in _KERNEL_SILENT:
        return kernel  # it would have decided: what the daemon was set to is no witness in its place
    daemon = context.daemon_no_new_privileges
    if daemon is True and _not_before(part(document, "Created"), context.daemon_started_at):
        return True
    if kernel is not None:  # a program may have set the flag for itself, or the daemon when its setting was another
        return kernel
    if daemon is False:
        return False
    if isinstance(daemon, Unavailable):
        return daemon
    return Unavailable(
        Reason.UNKNOWN_VALUE, "it was created before the daemon started: the setting of that time is not known"
    )


def _kernels_word(document: dict[str, JsonValue], context: ContainerContext) -> bool | Unavailable | None:
    """None for a container without a process."""
    pid = running_pid(document)
    return context.process_no_new_privs(pid) if isinstance(pid, int) else pid


def running_pid(document: dict[str, JsonValue]) -> int | Unavailable | None:
    """The process of a container that runs; None without one. Unavailable where the engine does not tell which it is."""
    running, pid = part(document, "State", "Running"), part(document, "State", "Pid")
    if running is False or (running is True and type(pid) is int and pid == 0):  # 0: between two restarts
        return None
    if running is not True or type(pid) is not int or pid < 0:
        return Unavailable(Reason.INCOMPLETE, "the engine does not report State.Running and State.Pid")
    return pid


def security_options(document: dict[str, JsonValue]) -> list[str] | Unavailable:
    """HostConfig.SecurityOpt; null is none."""
    return _strings(document, "SecurityOpt")


def is_privileged(document: dict[str, JsonValue]) -> bool | Unavailable:
    """HostConfig.Privileged."""
    value = known(part(document, "HostConfig", "Privileged"), "HostConfig.Privileged")
    if isinstance(value, (bool, Unavailable)):
        return value
    return Unavailable(Reason.WRONG_TYPE, "HostConfig.Privileged is not a boolean")


def _names(document: dict[str, JsonValue], key: str) -> set[str] | Unavailable:
    names = _strings(document, key)
    return names if isinstance(names, Unavailable) else {redact(each).upper().removeprefix("CAP_") for each in names}


def _strings(document: dict[str, JsonValue], key: str) -> list[str] | Unavailable:
    value = known(part(document, "HostConfig", key), f"HostConfig.{key}")
    if value is None:
        return []
    if isinstance(value, Unavailable):
        return value
    if not isinstance(value, list):
        return Unavailable(Reason.WRONG_TYPE, f"HostConfig.{key} is not a list")
    strings = [each for each in value if isinstance(each, str)]
    if len(strings) != len(value):
        return Unavailable(Reason.WRONG_TYPE, f"HostConfig.{key} has an element that is not a string")
    return strings


def _not_before(created: FactValue, started: str | None) -> bool:
    """True when both instants are known and the container is not older than the daemon's process."""
    first = _INSTANT.fullmatch(created) if isinstance(created, str) else None
    second = _INSTANT.fullmatch(started) if started is not None else None
    return first is not None and second is not None and _instant(first) >= _instant(second)


def _instant(match: re.Match[str]) -> tuple[str, str]:
    return match[1], (match[2] or "").ljust(9, "0")
