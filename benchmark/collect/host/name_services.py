"""Which sources of accounts the target's C library asks, besides /etc/passwd and /etc/group (nsswitch.conf(5))."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from benchmark.collect.host.root import HostRoot
from benchmark.model.facts import ABSENT, Unavailable

_FILES: Final = ("/etc/nsswitch.conf", "/usr/etc/nsswitch.conf")
_DATABASES: Final = frozenset({"passwd", "group"})
_LOCAL: Final = frozenset({"files", "compat", "systemd"})
_ACTION: Final = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True, slots=True)
class NameServices:
    """``foreign`` are the sources of accounts other than the two files, sorted; ``compat`` is true when lines that start
    with ``+`` bring in accounts from NIS.
    """

    foreign: tuple[str, ...]
    compat: bool


def read_name_services(root: HostRoot) -> NameServices | Unavailable:
    """What nsswitch.conf says about passwd and group; without the file the C library reads the files.

    ``sss`` does not count where sssd is not configured: it stands in the default file of Fedora and RHEL and then has
    no accounts of its own.
    """
    named = _named_services(root)
    if isinstance(named, Unavailable):
        return named
    foreign = named - _LOCAL
    if "sss" in foreign:
        configured = _sssd_configured(root)
        if isinstance(configured, Unavailable):
            return configured
        foreign -= frozenset() if configured else {"sss"}
    return NameServices(tuple(sorted(foreign)), "compat" in named)


def _named_services(root: HostRoot) -> frozenset[str] | Unavailable:
    for path in _FILES:
        content = root.read(path)
        if isinstance(content, Unavailable):
            return content
        if content is not ABSENT:
            return parse_nsswitch(content.data)
    return frozenset({"compat"})


def parse_nsswitch(data: bytes) -> frozenset[str]:
    """Every service named for passwd or group in ``data``, actions in brackets left out."""
    services: set[str] = set()
    for line in data.decode("utf-8", "replace").splitlines():
        database, colon, named = line.partition("#")[0].partition(":")
        if colon and database.strip() in _DATABASES:
            services.update(_ACTION.sub(" ", named).split())
    return frozenset(services)


def _sssd_configured(root: HostRoot) -> bool | Unavailable:
    main = root.stat("/etc/sssd/sssd.conf")
    if isinstance(main, Unavailable):
        return main
    snippets = root.list("/etc/sssd/conf.d")
    if isinstance(snippets, Unavailable):
        return snippets
    return main is not ABSENT or (snippets is not ABSENT and any(name.endswith(".conf") for name in snippets))
