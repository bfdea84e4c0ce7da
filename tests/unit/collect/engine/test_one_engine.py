"""A run is about one engine: who else answers is noticed, and speaks for nobody."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmark.collect.collector import collect_snapshot
from benchmark.collect.engine.client import EngineClient
from benchmark.collect.engine.constancy import compare_info
from benchmark.collect.engine.endpoint import resolve_endpoint
from benchmark.collect.engine.limits import Limits
from benchmark.collect.engine.peer import Peer
from benchmark.collect.engine.transport import Stream
from benchmark.collect.request import CollectRequest
from benchmark.model.facts import Reason, Unavailable
from benchmark.model.snapshot import Snapshot
from tests.command import ROOT
from tests.faulty_daemon import INFO, VERSION, Fault, FaultyDaemon, World, container_id, make_world, reply_bytes

_OF_THE_ENGINE = ("engines", "networks", "containers", "images")


def collect(url: str, **options: Any) -> Snapshot:
    return collect_snapshot(CollectRequest(host=url, environment={}, **options))


def reasons(snapshot: Snapshot, collection: str) -> set[Reason | None]:
    found = snapshot.enumeration(collection)
    blocked = [snapshot.subjects[at].blocked for at in found.members]
    return {None if each is None else each.reason for each in blocked}


def gap_of(snapshot: Snapshot, collection: str) -> Reason | None:
    gap = snapshot.enumeration(collection).gap
    return None if gap is None else gap.reason


def daemon_of(snapshot: Snapshot) -> Any:
    return snapshot.subjects[snapshot.enumeration("engines").members[0]]


@pytest.fixture
def other(tmp_path: Path) -> Iterator[str]:
    """The socket of an engine that is another process."""
    path = tmp_path / "other.sock"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faulty_daemon", "--socket", str(path), "--containers", "5"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield str(path)
    finally:
        process.terminate()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


def test_a_connection_that_leads_to_another_process_is_not_used(other: str, tmp_path: Path) -> None:
    path = tmp_path / "docker.sock"
    with FaultyDaemon(make_world(3), faults=[Fault("close", "^/volumes$")], socket_path=str(path)) as daemon:
        client = EngineClient(resolve_endpoint(daemon.url, environ={}), Limits())
        assert client.get("/version").value == VERSION
        Path(other).replace(path)
        replies = list(client.get_many(["/volumes", "/info", "/networks"]))
        assert [getattr(each.value, "reason", None) for each in replies] == [Reason.ENGINE_CHANGED] * 3
        assert str(os.getpid()) in replies[0].value.detail  # type: ignore[union-attr]
        assert client.get("/info").value.reason is Reason.ENGINE_CHANGED  # type: ignore[union-attr]
        client.close()


def test_the_same_process_may_be_connected_to_again() -> None:
    with FaultyDaemon(make_world(3), close_after=2) as daemon:
        snapshot = collect(daemon.url)
    assert reasons(snapshot, "containers") == {None}
    assert gap_of(snapshot, "containers") is None


def test_a_process_with_the_number_of_the_one_before_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    starts = iter(("100", "100", "200"))
    monkeypatch.setattr(Stream, "peer", property(lambda _: Peer(7, next(starts))))
    with FaultyDaemon(make_world(3)) as daemon:
        client = EngineClient(resolve_endpoint(daemon.url, environ={}), Limits())
        for _ in range(2):
            assert client.get("/version").value == VERSION
            client.close()
        assert client.get("/version").value.reason is Reason.ENGINE_CHANGED  # type: ignore[union-attr]
        client.close()


def test_the_start_of_a_process_is_told() -> None:
    with FaultyDaemon(make_world(1)) as daemon:
        client = EngineClient(resolve_endpoint(daemon.url, environ={}), Limits())
        client.get("/version")
        assert client._stream is not None
        peer = client._stream.peer
        client.close()
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    assert peer == Peer(os.getpid(), fields[19])


@pytest.mark.parametrize("key", ["ID", "Name", "DockerRootDir", "ServerVersion", "KernelVersion"])
@pytest.mark.parametrize("tcp", [False, True])
def test_an_engine_that_calls_itself_otherwise_at_the_end(key: str, tcp: bool) -> None:
    with FaultyDaemon(make_world(3), later={"/info": {**INFO, key: "another"}}, tcp=tcp) as daemon:
        snapshot = collect(daemon.url)
    for each in _OF_THE_ENGINE:
        assert reasons(snapshot, each) == {Reason.ENGINE_CHANGED}
    for each in _OF_THE_ENGINE[1:]:
        assert gap_of(snapshot, each) is Reason.ENGINE_CHANGED


def test_what_seemed_to_have_vanished_is_not_known_when_engines_were_exchanged() -> None:
    world = make_world(3)
    later = {"/info": {**INFO, "ID": "another"}, "/containers/json?all=1": world["/containers/json?all=1"][1:]}
    del world[f"/containers/{container_id(0)}/json"]
    with FaultyDaemon(world, later=later) as daemon:
        found = collect(daemon.url).enumeration("containers")
    assert len(found.members) == 3
    assert found.vanished == ()


def test_security_options_that_change_are_a_restart() -> None:
    later = {"/info": {**INFO, "SecurityOptions": ["name=seccomp,profile=default"]}}
    with FaultyDaemon(make_world(3), later=later) as daemon:
        snapshot = collect(daemon.url)
    assert reasons(snapshot, "containers") == {Reason.ENGINE_CHANGED}


def test_a_setting_that_is_reloaded_is_a_conflict_and_no_more() -> None:
    with FaultyDaemon(make_world(3), later={"/info": {**INFO, "LiveRestoreEnabled": False}}) as daemon:
        snapshot = collect(daemon.url)
    daemon_subject = daemon_of(snapshot)
    assert daemon_subject.fact("info.LiveRestoreEnabled").reason is Reason.CONFLICT
    assert daemon_subject.fact("info.LoggingDriver") == "json-file"
    assert reasons(snapshot, "containers") == {None}


@pytest.mark.parametrize("kind", ["status_500", "close", "bad_json", "null"])
def test_an_end_that_cannot_be_read_costs_nothing_on_one_connection(kind: str) -> None:
    with FaultyDaemon(make_world(3), faults=[Fault(kind, "^/info$", nth=2)], tcp=True) as daemon:
        snapshot = collect(daemon.url)
    assert reasons(snapshot, "containers") == {None}
    assert reasons(snapshot, "engines") == {None}


def test_a_lost_connection_without_a_word_at_the_end_is_not_believed() -> None:
    faults = [Fault("reset", container_id(1)), Fault("status_403", "^/info$", nth=2)]
    with FaultyDaemon(make_world(3), faults=faults, tcp=True) as daemon:
        snapshot = collect(daemon.url)
    for each in _OF_THE_ENGINE:
        assert reasons(snapshot, each) == {Reason.DENIED}


def test_an_engine_that_is_back_at_the_end_was_away_all_the_same() -> None:
    """After a lost connection it is asked at once, not only at the end: two other engines may take turns."""
    replies = iter([INFO, {**INFO, "ID": "another"}, INFO])
    with _Turning(make_world(3), faults=[Fault("reset", container_id(1))], tcp=True, infos=replies) as daemon:
        snapshot = collect(daemon.url)
    assert reasons(snapshot, "containers") == {Reason.ENGINE_CHANGED}


def test_podman_makes_up_an_id_for_each_reply() -> None:
    world = make_world(3)
    world["/version"] = {**VERSION, "Components": [{"Name": "Podman Engine", "Version": "4.3.1"}]}
    with FaultyDaemon(world, later={"/info": {**INFO, "ID": "another"}}) as daemon:
        snapshot = collect(daemon.url)
        assert daemon.requests.count("/info") == 1
    assert reasons(snapshot, "containers") == {None}


@pytest.mark.parametrize("info", [Unavailable(Reason.DENIED, "x"), None, [], "text"])
def test_what_was_not_read_is_not_compared(info: Any) -> None:
    assert compare_info(info, INFO).broken is None
    assert compare_info(INFO, info).broken is None


class _Turning(FaultyDaemon):
    """An engine whose /info changes with every reading."""

    def __init__(self, world: World, *, infos: Iterator[dict[str, Any]], **options: Any) -> None:
        world.pop("/info")
        super().__init__(world, **options)
        self._infos = infos
        self._turn = threading.Lock()

    def _ask_upstream(self, path: str) -> bytes:
        with self._turn:
            return (
                reply_bytes(json.dumps(next(self._infos)).encode()) if path == "/info" else super()._ask_upstream(path)
            )
