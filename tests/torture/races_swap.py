"""Engines that are exchanged or restarted during an audit: on the socket itself, and behind a relay."""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from benchmark.collect.engine.client import EngineClient
from benchmark.model.facts import Reason, Subject
from benchmark.model.result import Result
from tests.engine import Engine
from tests.faulty_daemon import FaultyDaemon
from tests.torture.races_points import Audit
from tests.torture.races_referee import OF_THE_ENGINE, key_of, members, same_facts

_BORNE_OUT: Final = frozenset({Result.PASS, Result.FAIL, Result.NOTAPPLICABLE, Result.NOTCHECKED})


class Door:
    """A path at which the socket of one engine or another is found."""

    def __init__(self, directory: str) -> None:
        self.path = Path(directory) / "docker.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.path}"

    def lead_to(self, engine: Engine) -> None:
        """Renames a link to the engine's socket over the path: at no moment is there none."""
        beside = self.path.with_name("beside")
        beside.unlink(missing_ok=True)
        os.link(engine.socket, beside)
        beside.replace(self.path)


@contextlib.contextmanager
def make_door() -> Iterator[Door]:
    """A door in a directory of its own, on the file system of the engines."""
    with tempfile.TemporaryDirectory(prefix="dm-door-", dir="/tmp") as directory:
        yield Door(directory)


def break_connection(client: EngineClient) -> None:
    """As an idle limit, a dying daemon or a cut line does it: without a word."""
    if client._stream is not None:
        client._stream._socket.shutdown(socket.SHUT_RDWR)


class Relay(FaultyDaemon):
    """Hands every request to a real engine, and from number ``at`` on to another one."""

    def __init__(self, first: Engine, other: Engine, at: int, **options: Any) -> None:
        super().__init__({}, upstream=str(first.socket), **options)
        self._first, self._other = str(first.socket), str(other.socket)
        self._at = at

    def _ask_upstream(self, path: str) -> bytes:
        self._upstream = self._other if len(self.requests) >= self._at else self._first
        return super()._ask_upstream(path)


def disputes(during: Audit, engines: list[Audit]) -> list[str]:
    """What of ``during`` is not of one of the engines at rest, the same one throughout. Blocked subjects say nothing."""
    found = [_of_one(during, each) for each in engines]
    return min(found, key=len)


def _of_one(during: Audit, calm: Audit) -> list[str]:
    said: list[str] = []
    for name in OF_THE_ENGINE:
        listed = during.snapshot.enumeration(name)
        true = members(calm.snapshot, name)
        if listed.vanished or listed.appeared:
            said.append(f"{name}: {listed.vanished} vanished and {listed.appeared} appeared, and nothing did")
        judged = members(during.snapshot, name)
        if listed.gap is None and calm.snapshot.enumeration(name).gap is None and judged.keys() != true.keys():
            said.append(f"{name}: no gap, and {sorted(judged.keys() ^ true.keys())} differ")
        for key, subject in judged.items():
            said += _facts(subject, true.get(key))
    for control, row in during.results.items():
        rest = calm.results[control]
        findings = {key_of(each.subject): each.result for each in rest.findings}
        for finding in row.findings:
            possible = findings.get(key_of(finding.subject))
            if finding.subject.kind in ("host", "file", "dockerfile"):
                break
            if finding.result in _BORNE_OUT and finding.result is not possible:
                said.append(f"{control}: {finding.subject.title} is {finding.result}, and was {possible}")
        else:
            if row.result in _BORNE_OUT - {Result.FAIL} and row.result is not rest.result:
                said.append(f"{control} is {row.result}, and was {rest.result}")
    return said


def _facts(subject: Subject, true: Subject | None) -> list[str]:
    if subject.blocked is not None:
        return []
    if true is None:
        return [f"{subject.title} was never there"]
    if same_facts(subject, true):
        return []
    return [
        f"{subject.title}: {name} is {value!r}, and was {true.facts.get(name)!r}"
        for name, value in subject.facts.items()
        if value != true.facts.get(name) and not hasattr(value, "reason")
    ]


def unnoticed(during: Audit, at: int) -> list[str]:
    """Collections that were listed from request number ``at`` on, and neither have a gap nor blocked members."""
    found = []
    for name in OF_THE_ENGINE:
        listed = during.snapshot.enumeration(name)
        path = listed.sources[0].locator.removeprefix("GET ") if listed.sources else ""
        first = during.paths.index(path) + 1 if path in during.paths else 0
        blocked = [each.blocked for each in members(during.snapshot, name).values()]
        reasons = {each.reason for each in (*blocked, listed.gap) if each is not None}
        if first >= at and reasons != {Reason.ENGINE_CHANGED}:
            found.append(f"{name}: {sorted(reasons)}")
    return found
