"""Connections that cannot be made, trusted or ended."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import pytest

from benchmark.model.facts import Reason
from tests.certificates import make_certificates
from tests.faulty_daemon import Fault
from tests.torture.faulty_harness import HARNESS, stage
from tests.torture.faulty_run import paths_by_shape
from tests.torture.faulty_stage import Stage, server_context
from tests.torture.ledger import Tally

__all__ = ["HARNESS", "stage"]

_NO_ONE: Final = frozenset({Reason.REFUSED})
_WANTED: Final = {
    "expired": {Reason.PROTOCOL},
    "elsewhere": {Reason.PROTOCOL},
    "stranger": {Reason.PROTOCOL},
    "plain": {Reason.PROTOCOL},
    "silent": {Reason.TIMEOUT},
    "rude": {Reason.RESET, Reason.PROTOCOL},
    "nobody": {Reason.RESET},  # somebody in between answers, and finds nobody
}


@pytest.mark.parametrize("broken", ["expired", "elsewhere", "stranger", "plain", "silent", "rude", "nobody"])
@pytest.mark.parametrize("when", ["at once", "at the second connection"])
def test_a_server_that_cannot_be_trusted_is_told_nothing_from(
    broken: str, when: str, stage: Stage, tally: Tally, tmp_path: Path
) -> None:
    """The certificate is of another authority, out of date or another host's; no TLS at all; a handshake without end."""
    if when == "at once":
        with _listener(broken, stage, tmp_path) as port:
            run = stage.audit("tls", _Address(port), request_timeout=1.0, deadline=3.0)  # type: ignore[arg-type]
        assert run.seconds < 1 + 1 + stage.undamaged("tls").seconds
    else:
        closing = (Fault("close", f"^{paths_by_shape(stage, 'tls')['/networks'][0]}$"),)
        with (
            stage.serve("tls", closing) as daemon,
            _listener(broken, stage, tmp_path) as port,
            _switch(int(daemon.url.rpartition(":")[2]), port) as front,
        ):
            run = stage.audit("tls", _Address(front), request_timeout=1.0, deadline=3.0)  # type: ignore[arg-type]
        assert run.seconds < 3 + 1
    wanted = _NO_ONE if (broken, when) == ("nobody", "at once") else _WANTED[broken]
    for collection in ("containers", "images", "services"):
        gap = run.snapshot.enumeration(collection).gap
        assert gap is not None
        assert gap.reason in wanted, f"{collection}: {gap}"
    assert not [
        name
        for name, row in run.rows.items()
        if row["for_each"] in ("containers", "images") and row["result"] == "pass"
    ]
    tally.count("servers that no client may trust")


def test_a_client_without_a_certificate_is_refused_with_that_reason(stage: Stage, tally: Tally) -> None:
    with stage.serve("tls") as daemon:
        bare = {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(stage.directory / "tls" / "bare")}
        (stage.directory / "tls" / "bare").mkdir(exist_ok=True)
        (stage.directory / "tls" / "bare" / "ca.pem").write_bytes((stage.directory / "tls" / "ca.pem").read_bytes())
        run = stage.audit("tls", daemon, environment=bare)
    gap = run.snapshot.enumeration("containers").gap
    assert gap is not None
    assert gap.reason in (Reason.DENIED, Reason.RESET)  # a reset may overtake the server's alert
    tally.count("clients that no server would trust")


@pytest.mark.parametrize("addresses", [1, 3])
def test_a_listener_that_accepts_nothing_costs_the_time_of_one_request(
    addresses: int, stage: Stage, tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name with three addresses has no more time than one with one."""
    look_up = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda *words, **named: look_up(*words, **named) * addresses)
    with _deaf() as port:
        run = stage.audit("tcp", _Address(port), request_timeout=1.0, deadline=3.0)  # type: ignore[arg-type]
    gap = run.snapshot.enumeration("containers").gap
    assert gap is not None
    assert gap.reason is Reason.TIMEOUT
    assert 0.9 < run.seconds < 1 + 1
    tally.count("listeners that accept nothing")


def test_an_ssh_that_does_not_end_is_not_waited_for(stage: Stage, tally: Tally) -> None:
    """It ignores that it was asked to end, and so does everything that it has started."""
    program = stage.directory / "bin" / "ssh"
    sound = program.read_text()
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\nimport os"
    program.write_text(sound.replace("import os", deaf, 1).replace("del ends[0]", "time.sleep(60)"))
    try:
        with stage.serve("ssh", (Fault("hang", "^/images/[^/]+/json"),)) as daemon:
            run = stage.audit("ssh", daemon, request_timeout=0.3, deadline=1.5)
    finally:
        program.write_text(sound)
    assert run.seconds < 1.5 + 1
    tally.count("programs that do not end")


_MANNERS: Final[dict[str, Callable[[socket.socket], object]]] = {
    "silent": lambda _: None,
    "rude": lambda each: each.close(),
    "plain": lambda each: each.sendall(
        b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent a TLS handshake to an HTTP server.\n"
    ),
}


class _Address:
    """What ``Stage.audit`` asks of a daemon that is not ours."""

    def __init__(self, port: int) -> None:
        self.url = f"tcp://127.0.0.1:{port}"


@contextmanager
def _deaf() -> Iterator[int]:
    """The port of a listener whose queue is full: a connection is neither made nor refused."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        time.sleep(0.05)
        yield listener.getsockname()[1]


@contextmanager
def _listener(broken: str, stage: Stage, directory: Path) -> Iterator[int]:
    """The port of a server that speaks TLS as ``broken`` says, or does not."""
    if broken == "nobody":
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        yield port
        return
    if broken in _MANNERS:
        with _relay_of(_MANNERS[broken]) as port:
            yield port
        return
    tls = stage.directory / "tls"
    options: dict[str, Any] = {}
    if broken == "stranger":
        options["tls"] = server_context(make_certificates(directory))
    elif broken in ("expired", "elsewhere"):
        options["tls"] = server_context(tls, certificate=f"{broken}.pem")
    with stage.serve("tls", **options) as daemon:
        yield int(daemon.url.rpartition(":")[2])


@contextmanager
def _relay_of(meet: Any) -> Iterator[int]:
    """A listener that hands every connection to ``meet`` and keeps it."""
    kept: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                kept.append(connection)
                meet(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            for each in kept:
                each.close()
            thread.join(5)


@contextmanager
def _switch(first: int, then: int) -> Iterator[int]:
    """A port whose first connection leads to the port ``first`` and every other one to ``then``."""
    count = [0]
    kept: list[socket.socket] = []

    def meet(connection: socket.socket) -> None:
        port = first if count[0] == 0 else then
        count[0] += 1
        try:
            there = socket.create_connection(("127.0.0.1", port))
        except OSError:
            connection.shutdown(socket.SHUT_RDWR)
            return
        kept.append(there)
        for source, target in ((connection, there), (there, connection)):
            threading.Thread(target=_pass_on, args=(source, target), daemon=True).start()

    try:
        with _relay_of(meet) as port:
            yield port
    finally:
        for each in kept:
            each.close()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
