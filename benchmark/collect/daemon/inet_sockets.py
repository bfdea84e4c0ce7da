"""The TCP and UDP sockets that a process serves on, as the kernel shows them in /proc (proc_pid_net(5))."""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from benchmark.collect.host import processes
from benchmark.collect.host.root import HostRoot
from benchmark.model.facts import Absent, Reason, Unavailable

_CAP: Final = 32 * 1024 * 1024
_SERVES: Final = {"tcp": "0A", "udp": "07"}  # TCP_LISTEN; unconnected
_WITHOUT_IPV6: Final = ("tcp6", "udp6")  # not there on a kernel without IPv6


@dataclass(frozen=True, slots=True)
class InetSocket:
    """``protocol`` is tcp or udp; ``address`` as the ipaddress module writes it, 0.0.0.0 and :: for every address."""

    protocol: str
    address: str
    port: int


def read_inet_sockets(root: HostRoot, pid: int) -> tuple[InetSocket, ...] | Unavailable:
    """The sockets that the process itself holds and listens on, or takes datagrams from anybody on."""
    held = processes.socket_inodes(root, pid)
    if isinstance(held, Unavailable):
        return held
    found: list[InetSocket] = []
    for table in ("tcp", "tcp6", "udp", "udp6"):
        path = f"/proc/{pid}/net/{table}"
        content = root.read(path, _CAP)
        if isinstance(content, Absent) and table in _WITHOUT_IPV6:
            continue
        if isinstance(content, Absent):
            return Unavailable(Reason.NO_PROCESS, f"{path}: no such process is visible from here")
        if isinstance(content, Unavailable):
            return content
        try:
            found += _parsed(content.data.decode("ascii", "replace"), table[:3], held)
        except (ValueError, IndexError):
            return Unavailable(Reason.SYNTAX, f"{path}: not a table of sockets")
    return tuple(found)


def _parsed(text: str, protocol: str, held: frozenset[int]) -> Iterator[InetSocket]:
    """The rows of sockets in ``held``. Raises ValueError or IndexError for what is no such table."""
    for line in text.splitlines()[1:]:
        fields = line.split()  # sl local remote st queues timer retransmits uid timeout inode
        if int(fields[9]) in held and fields[3] == _SERVES[protocol]:
            address, _, port = fields[1].partition(":")
            yield InetSocket(protocol, _address(address), int(port, 16))


def _address(digits: str) -> str:
    """The kernel prints each 32-bit word of the address in the byte order of the machine."""
    words = (bytes.fromhex(digits[at : at + 8]) for at in range(0, len(digits), 8))
    packed = b"".join(word[::-1] if sys.byteorder == "little" else word for word in words)
    address = ipaddress.ip_address(packed)
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
