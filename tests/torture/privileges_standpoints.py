"""From where the real command line is run: accounts, capabilities, namespaces and containers, each as the start of a command.

A standpoint is what a user of dockmark may be; ``outside`` lists those that stand on the host, ``inside`` those that stand in
a container, which has to be there (``make_containers``) before anybody is compared with root.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.engine import Engine

STRANGER: Final = 12345  # owns nothing and is in no group
READER: Final = 12346  # owns nothing; an access control list lets it read (``let_read``)
NOBODY: Final = 65534
_SYSTEM: Final = ("/usr", "/lib", "/lib64", "/bin")
_SINGLE: Final = ("dac_read_search", "dac_override", "sys_ptrace", "audit_control", "audit_read", "sys_admin", "setuid")
_PAIRS: Final = (("dac_read_search", "dac_override"), ("dac_read_search", "dac_override", "sys_ptrace"))


@dataclass(frozen=True, slots=True)
class Standpoint:
    """``start`` runs the interpreter, ``words`` go to every command, ``by_files``: audit rules are those of files."""

    name: str
    start: tuple[str, ...]
    host: str
    words: tuple[str, ...] = ()
    by_files: bool = False


@dataclass(frozen=True, slots=True)
class Launcher:
    """A copy of dockmark that every account may run: the directory it lies in, and the words that start it."""

    place: str
    words: tuple[str, ...]


def launcher_of(as_nobody: Sequence[str]) -> Launcher:
    """The launcher inside the fixture ``as_nobody``: what stands behind the change of account."""
    words = tuple(as_nobody[as_nobody.index("--") + 1 :])
    place = next(each for each in words if each.startswith("PYTHONPATH=")).partition("=")[2]
    return Launcher(place, words)


def outside(engine: Engine, launcher: Launcher) -> tuple[Standpoint, ...]:
    """Everybody on the host itself, root in all its powers left out."""
    group = str(engine.socket.stat().st_gid)
    host = engine.unix_host
    accounts = {
        "member of the socket's group": _account(STRANGER, "--groups", group),
        "stranger": _account(STRANGER, "--clear-groups"),
        "nobody": _account(NOBODY, "--clear-groups"),
        "root by number, in no group, without capabilities": (*_account(0, "--clear-groups"), *_without("all")),
        "a member of the socket's group that may ptrace": (
            *_account(STRANGER, "--groups", group),
            *("--inh-caps=+sys_ptrace", "--ambient-caps=+sys_ptrace"),
        ),
        "a stranger that may read everything": (
            *_account(STRANGER, "--clear-groups"),
            *("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"),
        ),
    }
    lessened = {
        f"root without {' and '.join(each)}": _without(*each) for each in (*((one,) for one in _SINGLE), *_PAIRS)
    }
    setprivs = {"root without capabilities": _without("all"), **lessened, **accounts}
    namespaces = {
        "root of a user namespace": ("unshare", "--user", "--map-root-user"),
        "nobody as root of a user namespace": (*_setpriv(*accounts["nobody"]), "unshare", "--user", "--map-root-user"),
        "a member of the socket's group as root of a user namespace": (
            *_setpriv(*accounts["member of the socket's group"]),
            *("unshare", "--user", "--map-root-user"),
        ),
        "root in a mount namespace": ("unshare", "--mount"),
        "root in a pid namespace": ("unshare", "--pid", "--fork", "--mount-proc"),
        "root in a pid namespace with the host's /proc": ("unshare", "--pid", "--fork"),
        "root in a network namespace": ("unshare", "--net"),
        "root with another /etc": ("unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /etc && exec "$@"', "sh"),
        "root where processes of others hide": (
            *("unshare", "--mount", "sh", "-c"),
            'mount -o remount,hidepid=2 /proc 2>/dev/null || mount -t proc -o hidepid=2 proc /proc; exec "$@"',
            *("sh", *_setpriv(*_without("sys_ptrace"))),
        ),
    }
    starts = {**{name: _setpriv(*words) for name, words in setprivs.items()}, **namespaces}
    found = [Standpoint(name, (*start, *launcher.words), host) for name, start in starts.items()]
    if engine.host.startswith("tcp:"):
        stranger = (*_setpriv(*accounts["stranger"]), *launcher.words)
        found.append(Standpoint("root over TCP", launcher.words, engine.host))
        found.append(Standpoint("stranger over TCP", stranger, engine.host))
    return tuple(found)


def reader(engine: Engine, launcher: Launcher) -> Standpoint:
    """The account that ``let_read`` lets in."""
    return Standpoint(
        "reader by ACL", (*_setpriv(*_account(READER, "--clear-groups")), *launcher.words), engine.unix_host
    )


# name -> options of docker run, options of docker exec, words for dockmark
_INSIDE: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]]] = {
    "nothing": ((), (), ()),
    "socket": (("-v", "{socket}:{socket}"), (), ()),
    "socket-pid": (("-v", "{socket}:{socket}", "--pid", "host"), (), ()),
    "socket-nobody": (("-v", "{socket}:{socket}"), ("-u", "65534:65534"), ()),
    "socket-member": (("-v", "{socket}:{socket}"), ("-u", "65534:{group}"), ()),
    "socket-usual": (("-v", "{socket}:/run/docker.sock"), (), ()),
    "socket-etc": (("-v", "{socket}:{socket}", "-v", "/etc:/etc:ro"), (), ()),
    "host": (("-v", "{socket}:{socket}", "-v", "/:/host:ro"), (), ("--host-root", "/host")),
    "host-pid": (("-v", "{socket}:{socket}", "-v", "/:/host:ro", "--pid", "host"), (), ("--host-root", "/host")),
    "host-nobody": (
        ("-v", "{socket}:{socket}", "-v", "/:/host:ro", "--pid", "host"),
        ("-u", "65534:{group}"),
        ("--host-root", "/host"),
    ),
    "host-unnamed": (("-v", "{socket}:{socket}", "-v", "/:/host:ro", "--pid", "host"), (), ()),
    "host-ptrace": (
        ("-v", "{socket}:{socket}", "-v", "/:/host:ro", "--pid", "host", "--cap-add", "SYS_PTRACE"),
        (),
        ("--host-root", "/host"),
    ),
}


def make_containers(engine: Engine, launcher: Launcher) -> tuple[Standpoint, ...]:
    """Starts a container for each standpoint inside one; in each a session by root runs, so that one more changes nothing."""
    places = {*_SYSTEM, sys.base_prefix, sys.prefix, launcher.place}
    borrowed = [word for each in sorted(places) if Path(each).exists() for word in ("-v", f"{each}:{each}:ro")]
    filling = {"socket": str(engine.socket), "group": str(engine.socket.stat().st_gid)}
    found = []
    for name, (run, execute, words) in _INSIDE.items():
        container = f"inside-{name}"
        engine.run(container, *borrowed, *(each.format(**filling) for each in run))
        engine.docker("exec", "-d", "-u", "0", container, "sleep", "100000")
        client = ("docker", "-H", engine.unix_host, "exec", *(each.format(**filling) for each in execute))
        host = "unix:///run/docker.sock" if name == "socket-usual" else engine.unix_host
        start = (*client, container, *launcher.words)
        found.append(Standpoint(f"inside a container: {name}", start, host, words, "--host-root" in words))
    return tuple(found)


def let_read(paths: Sequence[Path]) -> list[tuple[str, ...]]:
    """Commands that let READER read ``paths`` and search the directories on the way; a socket may be written to as well."""
    commands: list[tuple[str, ...]] = []
    for path in paths:
        right = "rw" if path.is_socket() else "rx" if path.is_dir() else "r"
        commands.append(("setfacl", "-m", f"u:{READER}:{right}", str(path)))
    return commands


def _account(number: int, *groups: str) -> tuple[str, ...]:
    return (f"--reuid={number}", f"--regid={number}", *groups)


def _without(*capabilities: str) -> tuple[str, ...]:
    listed = ",".join(f"-{each}" for each in capabilities)
    return (f"--bounding-set={listed}", f"--inh-caps={listed}")


def _setpriv(*words: str) -> tuple[str, ...]:
    return ("setpriv", *words, "--")


def is_root() -> bool:
    """Root can do all of this; nobody else can."""
    return os.geteuid() == 0
