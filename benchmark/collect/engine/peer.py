"""The process at the other end of a unix socket, told from a later one with the same number."""

from __future__ import annotations

import socket
import struct
from typing import Final, NamedTuple

_PEERCRED: Final = struct.Struct("3i")  # pid, uid, gid: struct ucred, unix(7)


class Peer(NamedTuple):
    """A process: its number, and its start in clock ticks since boot ("" where /proc does not tell)."""

    pid: int
    started: str


def peer_of(sock: socket.socket) -> Peer | None:
    """Who listens on the unix socket that ``sock`` is connected to (SO_PEERCRED); None where it is not visible from here."""
    pid: int = _PEERCRED.unpack(sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEERCRED.size))[0]
    return Peer(pid, _start_ticks(pid)) if pid else None


def _start_ticks(pid: int) -> str:
    """Field 22 of /proc/PID/stat; the name of the program before it is in brackets and may hold anything."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123  (pathlib would cost more than the read, once a connection)
            fields = file.read(4096).rpartition(b")")[2].split()
    except OSError:
        return ""
    return fields[19].decode("ascii", "replace") if len(fields) > 19 else ""
