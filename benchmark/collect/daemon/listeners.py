"""Where the daemon listens: the words of ``-H`` and ``hosts`` as addresses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from benchmark.model.facts import Reason, Unavailable

_ADDRESS: Final = re.compile(r"(\[[0-9A-Fa-f:.%\w]*\]|[^\[\]:/?#]*)(?::(\d{0,5}))?(/.*)?", re.ASCII)
_PLAIN_PORT: Final = "2375"
_TLS_ADDRESS: Final = "tcp://localhost:2376"


def resolve_hosts(
    words: Sequence[str],
    tls: bool | Unavailable,
    default_socket: str | Unavailable,
    activated: tuple[str, ...] | Unavailable,
) -> list[str] | Unavailable:
    """Every address once, in the order given, complete with scheme and port (ParseHost in moby's opts/hosts.go).

    No word, or an empty one, is the default: TCP on port 2376 where TLS is on, else ``default_socket``. ``fd://`` is
    replaced by ``activated``, what systemd listens on for the daemon.
    """
    found: list[str] = []
    for word in words or ("",):
        plain = word.strip()
        if not plain:
            if isinstance(tls, Unavailable):
                return tls
            if not tls and isinstance(default_socket, Unavailable):
                return default_socket
            found.append(_TLS_ADDRESS if tls else f"unix://{default_socket}")
        elif plain.startswith("fd://"):
            if isinstance(activated, Unavailable):
                return activated
            found.extend(activated)
        else:
            address = parse_host(plain)
            if isinstance(address, Unavailable):
                return address
            found.append(address)
    return list(dict.fromkeys(found))


def parse_host(word: str) -> str | Unavailable:
    """``word`` as scheme://address; a word without scheme is TCP, a missing host localhost, a missing port 2375."""
    scheme, separator, rest = word.partition("://")
    if not separator:
        scheme, rest = "tcp", word
    if scheme == "unix" and "://" not in rest:
        return f"unix://{rest or '/var/run/docker.sock'}"
    if scheme == "npipe":
        return word
    found = _ADDRESS.fullmatch(rest) if scheme == "tcp" and "://" not in rest else None
    if found is None:
        return Unavailable(Reason.SYNTAX, f"{word!r} is no address to listen on")
    host, port, path = found.groups("")
    return f"tcp://{host or 'localhost'}:{port or _PLAIN_PORT}{path}"


def parse_listen_stream(word: str) -> str:
    """Systemd's ListenStream= as an address: a path, an abstract name (@x), a port on all addresses, or host:port."""
    plain = word.strip()
    if plain.startswith(("/", "@")):
        return f"unix://{plain}"
    if plain.isdigit():
        return f"tcp://[::]:{plain}"
    return plain if plain.startswith("vsock:") else f"tcp://{plain}"
