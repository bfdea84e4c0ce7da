"""A name that nobody answers about: the time limit holds for the resolver too, which has none of its own."""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

import pytest

from benchmark.collect.engine.endpoint import resolve_endpoint
from benchmark.collect.engine.limits import Limits
from benchmark.collect.engine.session import connect_engine
from benchmark.model.facts import Reason, Unavailable
from tests.faulty_daemon import FaultyDaemon, make_world


def outcome(host: str, seconds: float = 0.3) -> Reason | None:
    session = connect_engine(resolve_endpoint(host, None, {}), Limits(request_seconds=seconds, run_seconds=seconds))
    if isinstance(session, Unavailable):
        return session.reason
    session.close()
    return None


def test_a_resolver_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: let_go.wait(30))
    began = time.monotonic()
    try:
        assert outcome("tcp://slow.example:2375") is Reason.TIMEOUT
        assert time.monotonic() - began < 10  # the limit is 0.3 s, and 30 s would be the resolver's own
    finally:
        let_go.set()


@pytest.mark.parametrize("error", [socket.gaierror(socket.EAI_NONAME, "no such name"), UnicodeError("label too long")])
def test_a_name_that_is_none_is_no_engine(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert outcome("tcp://nobody.example:2375") is Reason.NO_ENGINE


def test_a_name_that_is_known_is_connected_to() -> None:
    with FaultyDaemon(make_world(), tcp=True) as daemon:
        assert outcome(daemon.url.replace("127.0.0.1", "localhost"), 10) is None
