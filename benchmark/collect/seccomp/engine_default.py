"""What the engine's default seccomp profile keeps from a container, as a table of facts.

Source: moby's profiles/seccomp (default_linux.go) from 19.03 to 29, later github.com/moby/profiles, and the list in Docker's
documentation of what the default profile blocks. Calls that no kernel implements any more, and calls that were missing from
an old profile only because they were newer than it, are left out: a profile that lets them through is not weaker.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

Version: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Denied:
    """A call that the default profile denies, unless the container holds one of ``unlocked_by``.

    ``since`` is the first engine version that denies it, ``until`` the first that does so no more. Where ``by_argument`` is
    set, the call itself is allowed and only some of its arguments are denied.
    """

    unlocked_by: tuple[str, ...] = ()
    since: Version = (0,)
    until: Version | None = None
    by_argument: bool = False


_ALWAYS: Final = Denied()
_ADMIN: Final = Denied(("SYS_ADMIN",))
_MODULE: Final = Denied(("SYS_MODULE",))
_PTRACE: Final = Denied(("SYS_PTRACE",))
_NICE: Final = Denied(("SYS_NICE",))
_RAWIO: Final = Denied(("SYS_RAWIO",))
_TIME: Final = Denied(("SYS_TIME",))
_IO_URING: Final = Denied(since=(25,))
_OTHERS_MEMORY: Final = Denied(("SYS_PTRACE",), until=(23,))

DEFAULT_DENIES: Final[Mapping[str, Denied]] = {
    "_sysctl": _ALWAYS,
    "acct": Denied(("SYS_PACCT",)),
    "add_key": _ALWAYS,
    "bpf": Denied(("SYS_ADMIN", "BPF")),
    "chroot": Denied(("SYS_CHROOT",)),
    "clock_settime": _TIME,
    "clock_settime64": _TIME,
    "clone": Denied(("SYS_ADMIN",), by_argument=True),  # with flags that make namespaces
    "clone3": _ADMIN,
    "create_module": _ALWAYS,
    "delete_module": _MODULE,
    "fanotify_init": _ADMIN,
    "finit_module": _MODULE,
    "fsconfig": _ADMIN,
    "fsmount": _ADMIN,
    "fsopen": _ADMIN,
    "fspick": _ADMIN,
    "get_kernel_syms": _ALWAYS,
    "get_mempolicy": _NICE,
    "init_module": _MODULE,
    "io_uring_enter": _IO_URING,
    "io_uring_register": _IO_URING,
    "io_uring_setup": _IO_URING,
    "ioperm": _RAWIO,
    "iopl": _RAWIO,
    "kcmp": _PTRACE,
    "kexec_file_load": _ALWAYS,
    "kexec_load": _ALWAYS,
    "keyctl": _ALWAYS,
    "lookup_dcookie": _ADMIN,
    "mbind": _NICE,
    "migrate_pages": _ALWAYS,
    "mount": _ADMIN,
    "mount_setattr": _ADMIN,
    "move_mount": _ADMIN,
    "move_pages": _ALWAYS,
    "nfsservctl": _ALWAYS,
    "open_by_handle_at": Denied(("DAC_READ_SEARCH",)),
    "open_tree": _ADMIN,
    "perf_event_open": Denied(("SYS_ADMIN", "PERFMON")),
    "personality": Denied(by_argument=True),  # other execution domains
    "pidfd_getfd": _PTRACE,
    "pivot_root": _ALWAYS,
    "process_madvise": _PTRACE,
    "process_vm_readv": _OTHERS_MEMORY,
    "process_vm_writev": _OTHERS_MEMORY,
    "query_module": _ALWAYS,
    "quotactl": _ADMIN,
    "quotactl_fd": _ADMIN,
    "reboot": Denied(("SYS_BOOT",)),
    "request_key": _ALWAYS,
    "set_mempolicy": _NICE,
    "set_mempolicy_home_node": _NICE,
    "setdomainname": _ADMIN,
    "sethostname": _ADMIN,
    "setns": _ADMIN,
    "settimeofday": _TIME,
    "socket": Denied(since=(23,), by_argument=True),  # of the family that reaches the hypervisor
    "stime": _TIME,
    "swapoff": _ALWAYS,
    "swapon": _ALWAYS,
    "sysfs": _ALWAYS,
    "syslog": Denied(("SYS_ADMIN", "SYSLOG")),
    "umount": _ADMIN,
    "umount2": _ADMIN,
    "unshare": _ADMIN,
    "uselib": _ALWAYS,
    "userfaultfd": _ALWAYS,
    "ustat": _ALWAYS,
    "vhangup": Denied(("SYS_TTY_CONFIG",)),
    "vm86": _ALWAYS,
    "vm86old": _ALWAYS,
}


def default_denies(version: Version | None, capabilities: Iterable[str]) -> Mapping[str, Denied]:
    """What the default profile of an engine ``version`` (None: the newest known) keeps from a container with
    ``capabilities``, written without ``CAP_``; ``ALL`` stands for every one.
    """
    held = frozenset(capabilities)
    return {
        name: each
        for name, each in DEFAULT_DENIES.items()
        if _in_version(each, version) and not ("ALL" in held and each.unlocked_by) and held.isdisjoint(each.unlocked_by)
    }


def _in_version(each: Denied, version: Version | None) -> bool:
    if version is None:
        return each.until is None
    return each.since <= version and (each.until is None or version < each.until)
