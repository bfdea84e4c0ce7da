"""From where the real command line is run: accounts, capabilities, namespaces and containers, each as the start of a command.

A standpoint is what a user of dockmark may be; ``outside`` lists those that stand on the host, ``inside`` those that stand in
a container, which has to be there (``make_containers``) before anybody is compared with root.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.engine import Engine

STRANGER: Final = 12345  # owns nothing and is in no group
READER: Final = 12346  # owns nothing; an access control list lets it read (privileges_hosts.py)
NOBODY: Final = 65534
_SYSTEM: Final = ("/usr", "/lib", "/lib64", "/bin")
_SINGLE: Final = ("dac_read_search", "dac_override", "sys_ptrace", "audit_control", "audit_read", "sys_admin", "setuid")
_HIDING: Final = "-t proc -o hidepid=2 proc /proc"
_PAIRS: Final = (("dac_read_search", "dac_override"), ("dac_read_search", "dac_override", "sys_ptrace"))


@dataclass(frozen=True, slots=True)
class Standpoint:
    """``start`` runs the interpreter, ``words`` go to every command about the target."""

    name: str
    start: tuple[str, ...]
    host: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Launcher:
    """A copy of dockmark that every account may run: the directory it lies in, and the words that start it."""

    place: str
    words: tuple[str, ...]


def root_of(engine: Engine, launcher: Launcher) -> Standpoint:
    """Root on the host, in all its powers: with whom the others are compared."""
    return Standpoint("root", launcher.words, engine.unix_host)


def is_core(standpoint: Standpoint) -> bool:
    """True for those that differ most from each other, the ones of the small size."""
    return standpoint.name.removeprefix(_INSIDE_NAME) in _CORE


def outside(engine: Engine, launcher: Launcher) -> tuple[Standpoint, ...]:
    """Everybody on the host itself, root in all its powers left out."""
    group = str(engine.socket.stat().st_gid)
    host = engine.unix_host
    accounts = {
        "member of the socket's group": _account(STRANGER, "--groups", group),
        "stranger": _account(STRANGER, "--clear-groups"),
        "nobody": _account(NOBODY, "--clear-groups"),
        "reader by access control list": _account(READER, "--clear-groups"),
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
    member, nobody = _setpriv(*accounts["member of the socket's group"]), _setpriv(*accounts["nobody"])
    user_namespace = ("unshare", "--user", "--map-root-user")
    namespaces = {
        "root of a user namespace": user_namespace,
        "nobody as root of a user namespace": (*nobody, *user_namespace),
        "a member of the socket's group as root of a user namespace": (*member, *user_namespace),
        "a member of the socket's group in a user namespace": (*member, "unshare", "--user", "--map-current-user"),
        "a member of the socket's group in a sandbox": (
            *member,
            *user_namespace,
            *_after_mounting("-t tmpfs none /etc"),
        ),
        "a stranger in a sandbox": (*nobody, *user_namespace, *_after_mounting("-t tmpfs none /etc")),
        "root in a mount namespace": ("unshare", "--mount"),
        "root in a pid namespace": ("unshare", "--pid", "--fork", "--mount-proc"),
        "root in a pid namespace with the host's /proc": ("unshare", "--pid", "--fork"),
        "root in a network namespace": ("unshare", "--net"),
        "root with another /etc": _after_mounting("-t tmpfs none /etc"),
        "root with another /etc and without capabilities": (
            *_after_mounting("-t tmpfs none /etc"),
            *_setpriv(*_without("all")),
        ),
        "root with an empty /run": _after_mounting("-t tmpfs none /run"),
        "root in a changed root directory": _in_another_root(engine.directory / "elsewhere"),
        # a new /proc each: remounting one changes everybody's
        "root where processes of others hide": (*_after_mounting(_HIDING), *_setpriv(*_without("sys_ptrace"))),
        "a member of the socket's group where processes of others hide": (*_after_mounting(_HIDING), *member),
        "a stranger where processes of others hide": (*_after_mounting(_HIDING), *nobody),
    }
    starts = {**{name: _setpriv(*words) for name, words in setprivs.items()}, **namespaces}
    found = [Standpoint(name, (*start, *launcher.words), host) for name, start in starts.items()]
    forwarded = f"unix://{relay_of(engine)}"
    found.append(Standpoint("root through a forwarder", launcher.words, forwarded))
    found.append(
        Standpoint("a stranger through a forwarder", (*_setpriv(*accounts["stranger"]), *launcher.words), forwarded)
    )
    if engine.host.startswith("tcp:"):
        tls = (
            ()
            if engine.certificates is None
            else ("env", "DOCKER_TLS_VERIFY=1", f"DOCKER_CERT_PATH={engine.certificates}")
        )
        there = ("nsenter", f"--net=/proc/{engine.pid}/ns/net")  # the daemon has a network of its own
        found.append(Standpoint("root over TCP", (*there, *tls, *launcher.words), engine.host))
        stranger = (*there, *_setpriv(*accounts["stranger"]), *tls, *launcher.words)
        found.append(Standpoint("stranger over TCP", stranger, engine.host))
    return tuple(found)


def relay_of(engine: Engine) -> Path:
    """Where a forwarder to the engine listens, which everybody may use (privileges_hosts.py)."""
    return engine.directory / "relay.sock"


@dataclass(frozen=True, slots=True)
class _Inside:
    """A container to stand in: options of docker run and exec, words for dockmark; ``unmarked``: what engines leave as
    marks of a container is taken away.
    """

    run: str = ""
    execute: str = ""
    words: tuple[str, ...] = ()
    unmarked: bool = False


_SOCKET: Final = "-v {socket}:{socket} "
_HOST: Final = _SOCKET + "-v /:/host:ro "
_AT: Final = ("--host-root", "/host")
_INSIDE: Final[dict[str, _Inside]] = {
    "nothing": _Inside(),
    "nothing-unmarked": _Inside("--cgroupns private", unmarked=True),
    "socket": _Inside(_SOCKET),
    "socket-unmarked": _Inside(_SOCKET + "--cgroupns private", unmarked=True),
    "socket-pid": _Inside(_SOCKET + "--pid host"),
    "socket-pid-unmarked": _Inside(_SOCKET + "--pid host --cgroupns private", unmarked=True),
    "socket-nobody": _Inside(_SOCKET, "-u 65534:65534"),
    "socket-member": _Inside(_SOCKET, "-u 65534:{group}"),
    "socket-usual": _Inside("-v {socket}:/run/docker.sock"),
    "socket-etc": _Inside(_SOCKET + "-v /etc:/etc:ro"),
    "socket-ptrace": _Inside(_SOCKET + "--pid host --cap-add SYS_PTRACE"),
    "host": _Inside(_HOST, "", _AT),
    "host-silent": _Inside("-v /:/host:ro", "", _AT),
    "host-pid": _Inside(_HOST + "--pid host", "", _AT),
    "host-nobody": _Inside(_HOST + "--pid host", "-u 65534:{group}", _AT),
    "host-unnamed": _Inside(_HOST + "--pid host"),
    "host-ptrace": _Inside(_HOST + "--pid host --cap-add SYS_PTRACE", "", _AT),
    "host-auditor": _Inside(
        _HOST + "--pid host --cap-add SYS_PTRACE --cap-add AUDIT_CONTROL --cap-add DAC_READ_SEARCH", "", _AT
    ),
    "host-filtered": _Inside(_HOST + "--pid host --security-opt seccomp={filter}", "", _AT),
    "part-etc": _Inside(_SOCKET + "-v /etc:/host/etc:ro", "", _AT),
    "part-etc-proc": _Inside(_SOCKET + "-v /etc:/host/etc:ro -v /proc:/host/proc:ro", "", _AT),
    "part-etc-proc-pid": _Inside(
        _SOCKET + "-v /etc:/host/etc:ro -v /proc:/host/proc:ro --pid host --cap-add SYS_PTRACE", "", _AT
    ),
    "part-flat": _Inside(
        _SOCKET + "--mount type=bind,src=/,dst=/host,readonly,bind-recursive=disabled -v /proc:/host/proc:ro", "", _AT
    ),
}
_INSIDE_NAME: Final = "inside a container: "
_CORE: Final = frozenset(
    {
        "root without capabilities",
        "root without audit_control",
        "member of the socket's group",
        "nobody",
        "a member of the socket's group as root of a user namespace",
        "a member of the socket's group in a sandbox",
        "a stranger where processes of others hide",
        "root over TCP",
        "root through a forwarder",
        "reader by access control list",
        "nothing",
        "nothing-unmarked",
        "socket",
        "socket-pid-unmarked",
        "host",
        "host-pid",
        "host-ptrace",
        "part-etc-proc",
    }
)
# What a sandbox may forbid, and what is then not known.
_FILTER: Final = {
    "defaultAction": "SCMP_ACT_ALLOW",
    "syscalls": [
        {
            "names": ["getxattr", "fgetxattr", "lgetxattr"],
            "action": "SCMP_ACT_ERRNO",
            "errnoRet": 1,
        },
        {"names": ["openat2", "statx"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38},
    ],
}


def make_containers(engine: Engine, launcher: Launcher, *, core: bool) -> tuple[Standpoint, ...]:
    """Starts a container for each standpoint inside one; in each a session by root runs, so that one more changes nothing."""
    places = {*_SYSTEM, sys.base_prefix, sys.prefix, launcher.place}
    borrowed = [word for each in sorted(places) if Path(each).exists() for word in ("-v", f"{each}:{each}:ro")]
    rules = engine.directory / "filter.json"
    rules.write_text(json.dumps(_FILTER))
    filling = {"socket": str(engine.socket), "group": str(engine.socket.stat().st_gid), "filter": str(rules)}
    found = []
    for name, each in _INSIDE.items():
        container = f"inside-{name}"
        if core and name not in _CORE:
            continue
        engine.run(container, *borrowed, *each.run.format(**filling).split())
        engine.docker("exec", "-d", "-u", "0", container, "sleep", "100000")
        if each.unmarked:
            engine.docker("exec", container, "sh", "-c", "rm /.dockerenv")
        client = ("docker", "-H", engine.unix_host, "exec", *each.execute.format(**filling).split())
        host = "unix:///run/docker.sock" if name == "socket-usual" else engine.unix_host
        found.append(Standpoint(_INSIDE_NAME + name, (*client, container, *launcher.words), host, each.words))
    return tuple(found)


def _account(number: int, *groups: str) -> tuple[str, ...]:
    return (f"--reuid={number}", f"--regid={number}", *groups)


def _without(*capabilities: str) -> tuple[str, ...]:
    listed = ",".join(f"-{each}" for each in capabilities)
    return (f"--bounding-set={listed}", f"--inh-caps={listed}")


def _setpriv(*words: str) -> tuple[str, ...]:
    return ("setpriv", *words, "--")


def _after_mounting(what: str) -> tuple[str, ...]:
    """In a mount namespace of its own, where ``mount WHAT`` was done."""
    return ("unshare", "--mount", "sh", "-c", f'mount {what} && exec "$@"', "sh")


def _in_another_root(place: Path) -> tuple[str, ...]:
    """Below a directory that shows the host's files, but not its /etc."""
    place.mkdir()
    script = f'mount --rbind / {place} && mount -t tmpfs none {place}/etc && exec chroot {place} "$@"'
    return ("unshare", "--mount", "sh", "-c", script, "sh")
