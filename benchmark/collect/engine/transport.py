"""A connection to the engine as one socket, whatever lies below: unix, TCP, TLS, or ssh with ``docker system dial-stdio``.

Every wait ends at a deadline of the monotonic clock, so that a peer that sends one byte a second cannot outlive it.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from typing import IO, TYPE_CHECKING, Any, Final

from benchmark.collect.engine.endpoint import Endpoint, Kind, TlsMaterial
from benchmark.collect.engine.peer import Peer, peer_of
from benchmark.model.facts import Reason

if TYPE_CHECKING:
    import ssl
    import subprocess

_RECEIVE_BYTES: Final = 65536
_DETAIL_BYTES: Final = 400
_BUSY_SECONDS: Final = 0.05
_FAREWELL_SECONDS: Final = 0.2  # an ssh that goes on after that is killed: the run's deadline is not its to use
_SSH_SIGNS: Final = (
    ("permission denied", Reason.DENIED),
    ("host key verification failed", Reason.DENIED),
    ("connection refused", Reason.REFUSED),
    ("timed out", Reason.TIMEOUT),
    ("could not resolve", Reason.NO_ENGINE),
    ("no such file", Reason.NO_ENGINE),
    ("not found", Reason.NO_ENGINE),
)


class WireDefect(Exception):
    """The connection gave no acceptable reply and cannot be used any further.

    ``silent`` is true when not one byte of the reply had come, as when a server has closed an idle connection.
    """

    def __init__(self, reason: Reason, detail: str, *, silent: bool = False) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.silent = silent


class Stream:
    """An open connection. ``send`` and ``receive`` raise WireDefect; ``close`` never does."""

    __slots__ = ("_errors", "_process", "_socket")

    def __init__(
        self, sock: socket.socket, process: subprocess.Popen[bytes] | None = None, errors: IO[bytes] | None = None
    ) -> None:
        self._socket = sock
        self._process = process
        self._errors = errors

    @property
    def peer(self) -> Peer | None:
        """Who listens on the unix socket; None elsewhere, or where it is not visible from here."""
        if self._process is not None or self._socket.family != socket.AF_UNIX:
            return None
        return peer_of(self._socket)

    def send(self, data: bytes, deadline: float) -> None:
        """Write everything, or raise WireDefect."""
        try:
            self._socket.settimeout(_remaining(deadline))
            self._socket.sendall(data)
        except OSError as error:
            raise self._defect(error) from None

    def receive(self, deadline: float) -> bytes:
        """The next bytes; b"" when the peer has closed its side."""
        try:
            self._socket.settimeout(_remaining(deadline))
            return self._socket.recv(_RECEIVE_BYTES)
        except OSError as error:
            if self._process is not None and isinstance(error, ConnectionError):
                return b""  # ssh has ended without reading all we wrote: what counts is what it said
            raise self._defect(error) from None

    def unasked(self) -> bytes | None:
        """What lies on a connection on which nothing is under way: None where it is quiet, b"" where it has ended."""
        try:
            self._socket.settimeout(0)
            return self._socket.recv(1)
        except OSError as error:
            waits = isinstance(error, BlockingIOError) or type(error).__name__ == "SSLWantReadError"
            return None if waits else b""

    def farewell(self) -> WireDefect:
        """Why the peer closed without a reply: what ssh wrote to its standard error, where it is ssh."""
        words = ""
        if self._errors is not None:
            with contextlib.suppress(OSError):
                words = " ".join(os.pread(self._errors.fileno(), _DETAIL_BYTES, 0).decode("utf-8", "replace").split())
        reason = next((each for sign, each in _SSH_SIGNS if sign in words.lower()), Reason.RESET)
        return WireDefect(reason, f"closed without a reply{': ' if words else ''}{words}", silent=True)

    def close(self) -> None:
        """Close the connection and end ssh."""
        with contextlib.suppress(OSError):
            self._socket.close()
        if self._process is not None:
            _end(self._process)
        if self._errors is not None:
            self._errors.close()

    def _defect(self, error: OSError) -> WireDefect:
        if isinstance(error, TimeoutError):
            return WireDefect(Reason.TIMEOUT, "the deadline passed")
        if isinstance(error, (ConnectionError, BrokenPipeError)):
            return WireDefect(Reason.RESET, error.strerror or str(error))
        return _tls_defect(error) or WireDefect(Reason.IO_ERROR, error.strerror or str(error))


def dial(endpoint: Endpoint, deadline: float) -> Stream:
    """A connection to ``endpoint``.

    Raises WireDefect: NO_ENGINE (no such socket, no such host), REFUSED, DENIED, TIMEOUT, TOOL_MISSING (ssh) or, for TLS
    that cannot be agreed upon or trusted, PROTOCOL.
    """
    if endpoint.kind is Kind.SSH:
        return _dial_ssh(endpoint)
    sock: socket.socket | None = None
    try:
        if endpoint.kind is Kind.UNIX:
            sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            _connect_unix(sock, endpoint.address, deadline)
            return Stream(sock)
        sock = _connect_tcp(endpoint, deadline)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if endpoint.tls is not None:
            sock.settimeout(_remaining(deadline))
            sock = _tls_context(endpoint.tls).wrap_socket(sock, server_hostname=endpoint.address)
        return Stream(sock)
    except OSError as error:
        if sock is not None:
            sock.close()
        raise _dial_defect(error, endpoint) from None


def _connect_tcp(endpoint: Endpoint, deadline: float) -> socket.socket:
    """The first address of the host that answers. Looking them up and trying them share the time that there is."""
    found = _look_up(endpoint, deadline)
    for at, (family, kind, protocol, _, address) in enumerate(found, 1):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(_remaining(deadline) / (len(found) - at + 1))
            sock.connect(address)
        except OSError:
            sock.close()
            if at == len(found):
                raise
        else:
            return sock
    raise socket.gaierror(socket.EAI_NONAME, "no address")


def _look_up(endpoint: Endpoint, deadline: float) -> list[Any]:
    """The addresses of the host. The resolver has no time limit of its own, so a thread waits for it, and nobody for the thread.

    Raises OSError, TimeoutError where the deadline passes first.
    """
    told: list[Any] = []

    def ask() -> None:
        try:
            told.append(socket.getaddrinfo(endpoint.address, endpoint.port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            told.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(_remaining(deadline))
    if not told:
        raise TimeoutError(f"the name {endpoint.address} was not found in time")
    if isinstance(told[0], UnicodeError):
        raise socket.gaierror(socket.EAI_NONAME, "no host name")
    if isinstance(told[0], OSError):
        raise told[0]
    addresses: list[Any] = told[0]
    return addresses


def _connect_unix(sock: socket.socket, path: str, deadline: float) -> None:
    """Connect; wait while the listener's queue is full, which a unix socket with a time limit reports at once (EAGAIN)."""
    while True:
        sock.settimeout(_remaining(deadline))
        try:
            sock.connect(path)
        except BlockingIOError:
            time.sleep(min(_BUSY_SECONDS, _remaining(deadline)))
        else:
            return


def _remaining(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _dial_defect(error: OSError, endpoint: Endpoint) -> WireDefect:
    where = endpoint.address if endpoint.kind is Kind.UNIX else endpoint.url
    if isinstance(error, TimeoutError):
        return WireDefect(Reason.TIMEOUT, f"{where}: no connection before the deadline")
    words = error.strerror or str(error)
    if isinstance(error, PermissionError):
        return WireDefect(Reason.DENIED, f"{where}: {words}")
    if isinstance(error, ConnectionRefusedError):
        return WireDefect(Reason.REFUSED, f"{where}: {words}")
    if isinstance(error, ConnectionError):
        return WireDefect(Reason.RESET, f"{where}: {words}")
    tls = _tls_defect(error)
    if tls is not None:
        return WireDefect(tls.reason, f"{where}: {tls.detail}")
    if isinstance(error, (FileNotFoundError, NotADirectoryError, socket.gaierror)) or endpoint.kind is not Kind.UNIX:
        return WireDefect(Reason.NO_ENGINE, f"{where}: {words}")
    return WireDefect(Reason.IO_ERROR, f"{where}: {words}")


def _tls_context(material: TlsMaterial) -> ssl.SSLContext:
    import ssl  # noqa: PLC0415  (14 ms that only TLS should pay)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if not material.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if material.ca:
        context.load_verify_locations(material.ca)
    elif material.verify:
        context.load_default_certs()
    if material.certificate or material.key:
        context.load_cert_chain(material.certificate, material.key or None)
    return context


def _tls_defect(error: OSError) -> WireDefect | None:
    if not type(error).__module__.startswith("ssl"):
        return None
    words = str(error)
    if type(error).__name__ == "SSLEOFError":  # closed without goodbye; what was said before may still be read
        return WireDefect(Reason.RESET, f"TLS: {words}")
    refused_us = "ALERT" in words.upper() and "CERTIFICATE" in words.upper()
    return WireDefect(Reason.DENIED if refused_us else Reason.PROTOCOL, f"TLS: {words}")


def _dial_ssh(endpoint: Endpoint) -> Stream:
    """``ssh … docker system dial-stdio`` with one end of a socket pair as its standard input and output."""
    import subprocess  # noqa: PLC0415  (16 ms that only ssh should pay)
    import tempfile  # noqa: PLC0415

    ours, theirs = socket.socketpair()
    errors = tempfile.TemporaryFile()  # noqa: SIM115  (closed by the Stream)
    try:
        process = subprocess.Popen(ssh_command(endpoint), stdin=theirs.fileno(), stdout=theirs.fileno(), stderr=errors)  # noqa: S603  (argument list, checked parts)
    except OSError as error:
        ours.close()
        errors.close()
        raise WireDefect(Reason.TOOL_MISSING, f"ssh: {os.strerror(error.errno or 0)}") from None
    finally:
        theirs.close()
    return Stream(ours, process, errors)


def ssh_command(endpoint: Endpoint) -> tuple[str, ...]:
    """The argument list; the parts of the endpoint were checked when it was resolved, and ``--`` ends the options."""
    options = ["ssh", "-o", "BatchMode=yes", "-T"]
    if endpoint.user:
        options += ["-l", endpoint.user]
    if endpoint.port:
        options += ["-p", str(endpoint.port)]
    socket_option = ["--host", f"unix://{endpoint.path}"] if endpoint.path else []
    return (*options, "--", endpoint.address, "docker", *socket_option, "system", "dial-stdio")


def _end(process: subprocess.Popen[bytes]) -> None:
    import subprocess  # noqa: PLC0415  (already loaded where there is a process to end)

    process.terminate()
    try:
        process.wait(_FAREWELL_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
