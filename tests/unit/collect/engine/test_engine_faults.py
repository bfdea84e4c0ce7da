"""Whatever breaks, breaks alone: the right reason on exactly the subject concerned, in time, everything else identical."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from benchmark.collect.engine.endpoint import resolve_endpoint
from benchmark.collect.engine.limits import Limits
from benchmark.collect.engine.reports import CollectionReport, ContainerContext, EngineReport, SwarmReport
from benchmark.collect.engine.session import EngineSession, connect_engine
from benchmark.model.facts import Reason, Subject, Unavailable
from benchmark.model.snapshot import Enumeration
from tests.faulty_daemon import Fault, FaultyDaemon, World, container_id, image_id, make_container, make_world

CONTAINERS, IMAGES = 20, 3
BUDGET = CONTAINERS + 2 * IMAGES + 15
LIMITS = Limits(request_seconds=0.5, run_seconds=20, list_bytes=16_000_000)

EXPECTED = {
    "hang": Reason.TIMEOUT,
    "drip": Reason.TIMEOUT,
    "truncate": Reason.TRUNCATED,
    "close": Reason.RESET,
    "huge": Reason.OVERSIZE,
    "huge_announced": Reason.OVERSIZE,
    "bad_json": Reason.SYNTAX,
    "duplicate_key": Reason.DUPLICATE_KEY,
    "nan": Reason.SYNTAX,
    "deep": Reason.TOO_DEEP,
    "not_utf8": Reason.NOT_UTF8,
    "wrong_type": Reason.WRONG_TYPE,
    "null": Reason.WRONG_TYPE,
    "gzip_bomb": Reason.PROTOCOL,
    "chunk_flood": Reason.PROTOCOL,
    "bad_chunk": Reason.PROTOCOL,
    "negative_chunk": Reason.PROTOCOL,
    "both_lengths": Reason.PROTOCOL,
    "two_lengths": Reason.PROTOCOL,
    "negative_length": Reason.PROTOCOL,
    "no_length": Reason.PROTOCOL,
    "header_flood": Reason.PROTOCOL,
    "not_http": Reason.PROTOCOL,
    "redirect": Reason.REDIRECT,
    "status_401": Reason.DENIED,
    "status_403": Reason.DENIED,
    "status_404": Reason.NOT_FOUND,
    "status_500": Reason.HTTP_ERROR,
}


@dataclass(frozen=True)
class Everything:
    engine: EngineReport
    swarm: SwarmReport
    containers: CollectionReport
    images: CollectionReport
    requests: int
    repeated: int
    seconds: float


def context(session: EngineSession, engine: EngineReport, **changes: Any) -> ContainerContext:
    plain = ContainerContext(
        resolve_path=lambda _: None,
        api_sockets=("/var/run/docker.sock",),
        volume_devices=session.volume_devices(),
        daemon_seccomp=engine.facts["security.seccomp"],
        daemon_no_new_privileges=False,
        daemon_started_at=None,
        processes=lambda _: ("sleep",),
        process_no_new_privs=lambda _: True,
        services={},
    )
    return replace(plain, **changes)


def read_everything(url: str, limits: Limits = LIMITS) -> Everything | Unavailable:
    started = time.monotonic()
    session = connect_engine(resolve_endpoint(url, environ={}), limits)
    if isinstance(session, Unavailable):
        return session
    with session:
        engine = session.read_engine()
        swarm = session.read_swarm()
        containers = session.read_containers(context(session, engine))
        images = session.read_images()
        return Everything(
            engine, swarm, containers, images, session.requests, session.repeated, time.monotonic() - started
        )


def read_with(*faults: Fault, world: World | None = None, limits: Limits = LIMITS, **options: Any) -> Everything:
    with FaultyDaemon(world or make_world(CONTAINERS, IMAGES), faults=faults, **options) as daemon:
        found = read_everything(daemon.url, limits)
    assert isinstance(found, Everything), found
    return found


def facts_of(report: CollectionReport) -> dict[str, Any]:
    return {each.id: (each.name, each.facts, each.blocked) for each in report.subjects}


@pytest.fixture(scope="module")
def sound() -> Everything:
    return read_with()


def test_a_sound_engine_is_read_completely_and_cheaply(sound: Everything) -> None:
    assert len(sound.containers.subjects) == CONTAINERS
    assert len(sound.images.subjects) == IMAGES
    assert len(sound.engine.networks.subjects) == 2
    assert not any(each.blocked for each in sound.containers.subjects + sound.images.subjects)
    assert [each.name for each in sound.containers.subjects] == sorted(f"web-{number}" for number in range(CONTAINERS))
    for report in (sound.containers, sound.images, sound.engine.networks, sound.swarm.swarm, sound.swarm.services):
        assert report.gap is None
        assert report.sources
    assert sound.requests == CONTAINERS + 2 * IMAGES + 8 <= BUDGET
    assert sound.repeated == 0
    assert sound.engine.facts["product"] == "docker"
    assert sound.engine.target.engine_version == "20.10.24"
    assert sound.engine.bridge_icc is False
    assert sound.engine.peer_pid == os.getpid()


def test_a_report_becomes_an_enumeration(sound: Everything) -> None:
    found = sound.images.enumeration(7)
    assert found == Enumeration((7, 8, 9), sources=sound.images.sources)


@pytest.mark.parametrize("kind", EXPECTED)
def test_version_broken(kind: str) -> None:
    with FaultyDaemon(make_world(1, 1), faults=[Fault(kind, "^/version$")]) as daemon:
        started = time.monotonic()
        found = read_everything(daemon.url)
    assert isinstance(found, Unavailable)
    assert found.reason is (Reason.PROTOCOL if kind in {"wrong_type", "null"} else EXPECTED[kind])
    assert time.monotonic() - started < LIMITS.request_seconds + 1


@pytest.mark.parametrize("kind", EXPECTED)
def test_info_broken(kind: str, sound: Everything) -> None:
    found = read_with(Fault(kind, "^/info$"))
    assert reason_of(found.engine.facts["info.SecurityOptions"]) is EXPECTED[kind]
    assert reason_of(found.engine.facts["security.seccomp"]) is EXPECTED[kind]
    assert reason_of(found.swarm.swarm.gap) is EXPECTED[kind]
    assert found.engine.facts["version.Version"] == "20.10.24"
    assert facts_of(found.engine.networks) == facts_of(sound.engine.networks)
    assert facts_of(found.images) == facts_of(sound.images)
    for mine, theirs in zip(found.containers.subjects, sound.containers.subjects, strict=True):
        assert reason_of(mine.facts["seccomp"]) is EXPECTED[kind]
        assert {**mine.facts, "seccomp": None} == {**theirs.facts, "seccomp": None}
    assert_cheap(found, faults=1)


@pytest.mark.parametrize("kind", EXPECTED)
def test_list_broken(kind: str, sound: Everything) -> None:
    found = read_with(Fault(kind, "^/containers/json"))
    assert found.containers.subjects == ()
    assert reason_of(found.containers.gap) is EXPECTED[kind]
    assert facts_of(found.images) == facts_of(sound.images)
    assert_cheap(found, faults=1)


@pytest.mark.parametrize("kind", EXPECTED)
def test_second_list_broken(kind: str, sound: Everything) -> None:
    found = read_with(Fault(kind, "^/containers/json", nth=2))
    if kind == "close":  # asked once more on a new connection, and answered
        assert found.containers.gap is None
    else:
        assert reason_of(found.containers.gap) is EXPECTED[kind]
    assert facts_of(found.containers) == facts_of(sound.containers)
    assert_cheap(found, faults=1)


@pytest.mark.parametrize("place", [0, CONTAINERS // 2, CONTAINERS - 1])
@pytest.mark.parametrize("kind", EXPECTED)
def test_inspect_broken(kind: str, place: int, sound: Everything) -> None:
    broken = container_id(place)
    found = read_with(Fault(kind, f"^/containers/{broken}/json"))
    assert found.containers.gap is None
    assert found.containers.vanished == ()
    mine, theirs = facts_of(found.containers), facts_of(sound.containers)
    name, facts, blocked = mine.pop(broken)
    assert name == f"web-{place}"
    assert facts == {}
    assert reason_of(blocked) is EXPECTED[kind]
    del theirs[broken]
    assert mine == theirs
    assert facts_of(found.images) == facts_of(sound.images)
    assert_cheap(found, faults=1)


@pytest.mark.parametrize("kind", EXPECTED)
def test_image_inspect_and_history_broken(kind: str, sound: Everything) -> None:
    found = read_with(Fault(kind, f"^/images/{image_id(1)}/history"), Fault(kind, f"^/images/{image_id(2)}/json"))
    mine, theirs = facts_of(found.images), facts_of(sound.images)
    assert mine[image_id(0)] == theirs[image_id(0)]
    assert reason_of(mine[image_id(2)][2]) is EXPECTED[kind]
    if kind == "status_404":
        assert reason_of(mine[image_id(1)][2]) is Reason.NOT_FOUND
    else:
        assert reason_of(mine[image_id(1)][1]["history"]) is EXPECTED[kind]
        assert mine[image_id(1)][1]["Config.User"] == "1000"
    assert facts_of(found.containers) == facts_of(sound.containers)
    assert_cheap(found, faults=2)


def test_reset_by_a_tcp_peer() -> None:
    found = read_with(Fault("reset", container_id(3)), tcp=True)
    blocked = [each for each in found.containers.subjects if each.blocked]
    assert [(each.id, reason_of(each.blocked)) for each in blocked] == [(container_id(3), Reason.RESET)]
    assert found.engine.peer_pid is None


def test_a_reply_closed_once_is_asked_for_again(sound: Everything) -> None:
    found = read_with(Fault("close", container_id(5), nth=1))
    assert facts_of(found.containers) == facts_of(sound.containers)


def test_a_daemon_that_dies_half_way_costs_no_deadline_per_object() -> None:
    started = time.monotonic()
    found = read_with(Fault("die", container_id(7)), limits=replace(LIMITS, request_seconds=5))
    assert time.monotonic() - started < 4
    assert len(found.containers.subjects) == CONTAINERS
    reasons = {reason_of(each.blocked) for each in found.containers.subjects if each.blocked}
    assert reasons <= {Reason.RESET, Reason.TRUNCATED, Reason.REFUSED, Reason.NO_ENGINE}
    assert sum(1 for each in found.containers.subjects if not each.blocked) == 7
    assert found.containers.gap is not None
    assert found.images.gap is not None


def test_an_engine_that_hangs_on_everything_ends_soon() -> None:
    limits = replace(LIMITS, request_seconds=0.3)
    found = read_with(Fault("hang", "^/containers/.{64}/json"), limits=limits)
    assert {reason_of(each.blocked) for each in found.containers.subjects} == {Reason.TIMEOUT}
    assert found.seconds < 3


def test_the_run_has_a_deadline_of_its_own() -> None:
    limits = Limits(request_seconds=5, run_seconds=1)
    found = read_with(Fault("hang", container_id(4)), limits=limits)
    assert found.seconds < 2
    assert sum(1 for each in found.containers.subjects if not each.blocked) == 4
    assert "run" in found.containers.subjects[-1].blocked.detail  # type: ignore[union-attr]
    assert reason_of(found.images.gap) is Reason.TIMEOUT


def test_an_engine_that_closes_every_connection_still_works(sound: Everything) -> None:
    found = read_with(announce_close=True)
    assert facts_of(found.containers) == facts_of(sound.containers)
    assert facts_of(found.images) == facts_of(sound.images)


@pytest.mark.parametrize("replies", [1, 2, 5])
def test_an_engine_that_closes_connections_without_a_word_still_works(replies: int, sound: Everything) -> None:
    found = read_with(close_after=replies, limits=replace(LIMITS, stalls=3))
    assert facts_of(found.containers) == facts_of(sound.containers)
    assert facts_of(found.images) == facts_of(sound.images)


def test_a_container_that_vanished_is_named_and_not_judged() -> None:
    world = make_world(CONTAINERS, IMAGES)
    later = {
        "/containers/json?all=1": [each for each in world["/containers/json?all=1"] if each["Id"] != container_id(2)]
    }
    del world[f"/containers/{container_id(2)}/json"]
    found = read_with(world=world, later=later)
    assert found.containers.vanished == ("web-2",)
    assert found.containers.gap is None
    assert len(found.containers.subjects) == CONTAINERS - 1


def test_a_container_that_appeared_is_named() -> None:
    world = make_world(CONTAINERS, IMAGES)
    new = {"Id": "f" * 64, "Names": ["/a/link", "/late"], "State": "running"}
    found = read_with(world=world, later={"/containers/json?all=1": [*world["/containers/json?all=1"], new]})
    assert found.containers.appeared == ("late",)
    assert len(found.containers.subjects) == CONTAINERS


def test_a_vanished_container_stays_blocked_when_the_second_list_fails() -> None:
    found = read_with(Fault("status_404", container_id(2)), Fault("status_500", "^/containers/json", nth=2))
    blocked = [each for each in found.containers.subjects if each.blocked]
    assert [each.id for each in blocked] == [container_id(2)]
    assert reason_of(found.containers.gap) is Reason.HTTP_ERROR


def test_a_reply_about_another_container_is_no_witness() -> None:
    world = make_world(3, 1)
    world[f"/containers/{container_id(1)}/json"] = make_container(2)
    found = read_with(world=world)
    assert {each.id: reason_of(each.blocked) for each in found.containers.subjects if each.blocked} == {
        container_id(1): Reason.PROTOCOL
    }


def test_elements_without_an_id_leave_a_gap_and_the_others_stay() -> None:
    world = make_world(3, 1)
    world["/containers/json?all=1"] += [{"Names": ["/x"]}, {"Id": "../../info"}, 7, {"Id": None}]
    world["/networks"] = [*world["/networks"], {"Name": "nameless"}]
    found = read_with(world=world)
    assert len(found.containers.subjects) == 3
    assert reason_of(found.containers.gap) is Reason.WRONG_TYPE
    assert reason_of(found.engine.networks.gap) is Reason.WRONG_TYPE
    assert len(found.engine.networks.subjects) == 2


def test_a_container_with_a_label_of_64_megabytes_blinds_only_itself() -> None:
    heavy = make_container(1, Config__Labels={"x": "\\" * 3 + "y" * 64_000_000})
    found = read_with(world=make_world([make_container(0), heavy, make_container(2)], 1), limits=Limits())
    assert found.containers.gap is None
    assert {each.name: reason_of(each.blocked) for each in found.containers.subjects} == {
        "web-0": None,
        "web-1": Reason.OVERSIZE,
        "web-2": None,
    }


def test_all_documents_of_a_run_have_a_limit_together() -> None:
    """Eight megabytes for each of a thousand containers would fill any memory."""
    heavy = [make_container(each, Config__Env=["X=" + "y" * 50_000]) for each in range(10)]
    found = read_with(world=make_world(heavy, 1), limits=replace(LIMITS, run_bytes=300_000))
    blocked = [each for each in found.containers.subjects if each.blocked]
    assert {reason_of(each) for each in blocked} == {Reason.OVERSIZE}
    assert len(blocked) == 4
    assert reason_of(found.images.gap) is Reason.OVERSIZE


def test_hostile_names_are_carried_unchanged() -> None:
    name = "/\x1b[31m{0}%s\x00<script>\u202e"
    found = read_with(world=make_world([make_container(0, Name=name)], 0))
    assert found.containers.subjects[0].name == name[1:]


def test_something_that_is_no_docker_api() -> None:
    for body in (
        {"hello": 1},
        {"Version": "1"},
        {"Version": 1, "ApiVersion": "1.41"},
        {"Version": "1", "ApiVersion": "new"},
    ):
        with FaultyDaemon({"/version": body}) as daemon:
            assert reason_of(read_everything(daemon.url)) is Reason.PROTOCOL


def test_podman_is_named_as_such() -> None:
    world = make_world(1, 1)
    world["/version"] = {**world["/version"], "Components": [{"Name": "Podman Engine", "Version": "4.3.1"}]}
    found = read_with(world=world)
    assert found.engine.target.product == "podman"
    assert found.engine.facts["product"] == "podman"


@pytest.mark.parametrize(
    ("newest", "oldest", "used"),
    [
        ("1.41", "1.12", "/v1.41"),
        ("1.52", "1.44", "/v1.47"),
        ("1.60", "1.50", "/v1.50"),
        ("1.24", "1.12", "/v1.24"),
        ("1.9", "1.1", ""),
    ],
)
def test_the_api_version_is_negotiated(newest: str, oldest: str, used: str) -> None:
    world = make_world(1, 1)
    world["/version"] = {**world["/version"], "ApiVersion": newest, "MinAPIVersion": oldest}
    with FaultyDaemon(world) as daemon:
        session = connect_engine(resolve_endpoint(daemon.url, environ={}), LIMITS)
        if not used:
            assert reason_of(session) is Reason.UNSUPPORTED
            return
        assert isinstance(session, EngineSession)
        with session:
            assert session.api_version == used.removeprefix("/v")


def test_nobody_there(tmp_path: Path) -> None:
    assert reason_of(read_everything(f"unix://{tmp_path}/none.sock")) is Reason.NO_ENGINE
    with FaultyDaemon(make_world(1, 1), socket_path=str(tmp_path / "dead.sock")):
        pass
    assert reason_of(read_everything(f"unix://{tmp_path}/dead.sock")) is Reason.REFUSED
    (tmp_path / "file").write_text("")
    assert reason_of(read_everything(f"unix://{tmp_path}/file")) is Reason.REFUSED
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert reason_of(read_everything(f"tcp://127.0.0.1:{port}")) is Reason.REFUSED


def test_a_listener_that_never_answers(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "deaf.sock"))
        listener.listen(1)
        started = time.monotonic()
        assert reason_of(read_everything(f"unix://{tmp_path}/deaf.sock")) is Reason.TIMEOUT
        assert time.monotonic() - started < LIMITS.request_seconds + 1


def test_a_full_queue_is_waited_for(tmp_path: Path) -> None:
    path = str(tmp_path / "busy.sock")
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket(socket.AF_UNIX))
        listener.bind(path)
        listener.listen(0)
        waiting = stack.enter_context(socket.socket(socket.AF_UNIX))
        waiting.connect(path)
        started = time.monotonic()
        assert reason_of(read_everything(f"unix://{path}")) is Reason.TIMEOUT
        assert LIMITS.request_seconds <= time.monotonic() - started < LIMITS.request_seconds + 1


def test_exec_sessions_are_asked_for_and_counted() -> None:
    busy = make_container(0, ExecIDs=["e1", "e2", "gone"])
    many = make_container(1, ExecIDs=[f"x{number}" for number in range(65)])
    world = make_world([busy, many], 0)
    for identifier, process in (("e1", {"privileged": True, "user": "0:0"}), ("e2", {"privileged": False})):
        world[f"/exec/{identifier}/json"] = {"ID": identifier, "Running": True, "ProcessConfig": process, "Pid": 7}
    later = {f"/containers/{busy['Id']}/json": {**busy, "ExecIDs": ["e1", "e2"]}}
    found = read_with(world=world, later=later)
    first, second = found.containers.subjects
    assert first.facts["execs"] == [
        {"ID": "e1", "Running": True, "privileged": True, "user": "0:0"},
        {"ID": "e2", "Running": True, "privileged": False, "user": ""},
    ]
    assert reason_of(second.facts["execs"]) is Reason.OVERSIZE
    assert found.requests == 8 + 2 + 3 + 1


def test_a_broken_exec_session_blinds_only_that_fact() -> None:
    world = make_world([make_container(0, ExecIDs=["e1"]), make_container(1)], 0)
    found = read_with(Fault("status_500", "^/exec/e1/json"), world=world)
    first, second = found.containers.subjects
    assert reason_of(first.facts["execs"]) is Reason.HTTP_ERROR
    assert first.facts["HostConfig.Privileged"] is False
    assert second.facts["execs"] == []


@pytest.mark.parametrize(
    ("fault", "reason"), [(None, Reason.NOT_FOUND), ("status_500", Reason.HTTP_ERROR), ("status_404", None)]
)
def test_an_exec_session_that_is_not_found_has_ended_only_when_its_container_says_so(
    fault: str | None, reason: Reason | None
) -> None:
    """It is asked again: it still lists the session, cannot be asked, or has vanished itself."""
    busy = make_container(0, ExecIDs=["e1"])
    faults = [Fault(fault, f"^/containers/{busy['Id']}/json", nth=2)] if fault else []
    found = read_with(*faults, world=make_world([busy], 0))
    assert reason_of(found.containers.subjects[0].facts["execs"]) is reason


@pytest.mark.parametrize(
    "pattern", ["^/info$", "^/networks$", "^/containers/json", f"^/images/{image_id(0)}/json", container_id(3)]
)
def test_a_reply_too_many_is_taken_for_no_other(pattern: str, sound: Everything) -> None:
    def send_twice(_: FaultyDaemon, connection: socket.socket, reply: bytes) -> bool:
        connection.sendall(reply + reply)
        return True

    found = read_with(Fault("twice", pattern), breakdowns={"twice": send_twice})
    assert facts_of(found.engine.networks) == facts_of(sound.engine.networks)
    assert facts_of(found.containers) == facts_of(sound.containers)
    assert facts_of(found.images) == facts_of(sound.images)
    assert found.engine.facts == sound.engine.facts


@pytest.mark.parametrize("status", [b"200 OK", b"204 No Content"])
def test_a_body_longer_than_it_says_is_not_the_beginning_of_the_next_reply(status: bytes, sound: Everything) -> None:
    """Neither where the length is too small, nor where there may be no body at all."""

    def send_more(_: FaultyDaemon, connection: socket.socket, __: bytes) -> bool:
        connection.sendall(b"HTTP/1.1 " + status + b'\r\nContent-Length: 5\r\n\r\n{"Id": "a"}')
        return True

    found = read_with(Fault("more", container_id(3)), breakdowns={"more": send_more})
    mine, theirs = facts_of(found.containers), facts_of(sound.containers)
    assert reason_of(mine.pop(container_id(3))[2]) in (Reason.SYNTAX, Reason.HTTP_ERROR)
    del theirs[container_id(3)]
    assert mine == theirs


def test_an_image_is_not_told_by_what_is_said_of_another() -> None:
    world = make_world(1, 3)
    world[f"/images/{image_id(1)}/json"] = world[f"/images/{image_id(2)}/json"]
    found = read_with(world=world)
    assert {each.id: reason_of(each.blocked) for each in found.images.subjects} == {
        image_id(0): None,
        image_id(1): Reason.PROTOCOL,
        image_id(2): None,
    }


def assert_cheap(found: Everything, faults: int) -> None:
    assert found.seconds < faults * LIMITS.request_seconds + 1
    assert found.requests - found.repeated <= BUDGET
    assert found.repeated <= 2 * faults * LIMITS.depth


def reason_of(value: Any) -> Reason | None:
    if isinstance(value, Subject):
        value = value.blocked
    return value.reason if isinstance(value, Unavailable) else None
