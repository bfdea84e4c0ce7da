"""Another engine comes to answer before every request of an audit in turn; and engines are restarted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from benchmark.collect.engine import session
from benchmark.collect.engine.client import EngineClient
from benchmark.collect.engine.constancy import Constancy
from tests.engine import Engine, real_engine
from tests.integration.command import INCOMPLETE
from tests.integration.command import audit as audit_by_command
from tests.torture.ledger import Tally
from tests.torture.races_harness import HARNESS
from tests.torture.races_points import ONE_BY_ONE, PIPELINED, Audit, audit
from tests.torture.races_swap import Door, Relay, break_connection, disputes, make_door, unnoticed
from tests.torture.races_world import RECIPES, World
from tests.torture.size import dice, is_big, seed, sized

assert HARNESS.name

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def first() -> Iterator[Engine]:
    with real_engine() as engine:
        World(engine)
        yield engine


@pytest.fixture(scope="module")
def other() -> Iterator[Engine]:
    """The same names on an engine with other settings; what is good on the first one is bad here."""
    with real_engine("--log-level=debug") as engine:
        world = World(engine)
        for name, recipe in (("admin", "limited"), ("bare", "admin"), ("limited", "host")):
            world.remove(name)
            world.create(name, recipe)
        world.create("more", "admin")
        yield engine


def moments(calm: Audit, few: int, *, start: int = 1) -> list[int]:
    """Request numbers: all of an audit in a big run, else the first ones and some others."""
    everywhere = range(start, len(calm.paths) + 1)
    return list(everywhere) if is_big() else sorted(dice("swaps").sample(everywhere, few))


def exchange_on_the_socket(first: Engine, other: Engine, at: int, depth: int, tally: Tally) -> None:
    """Raises AssertionError with what to repeat."""
    with make_door() as door:
        door.lead_to(first)
        calm = audit(door.url)

        def swap(client: EngineClient) -> None:
            door.lead_to(other)
            break_connection(client)

        during = audit(door.url, at=at, depth=depth, action=swap)
    _agree(during, [calm], f"exchanged on the socket before request {at}, depth {depth}")
    missed = unnoticed(during, at + depth - 1)
    assert not missed, f"seed {seed()}, request {at}, depth {depth}: {missed}"
    tally.count("exchanges of engines")


def _agree(during: Audit, calm: list[Audit], what: str) -> None:
    found = disputes(during, calm)
    told = "\n  ".join(found[:12])
    assert not found, f"seed {seed()}: {what}:\n  {told}"
    assert during.results.keys() == calm[0].results.keys()


def test_exchanged_on_the_socket(first: Engine, other: Engine, tally: Tally) -> None:
    for at in moments(audit(first.unix_host), 10, start=2):  # before the first reply there is no engine yet
        for depth in (ONE_BY_ONE, PIPELINED):
            exchange_on_the_socket(first, other, at, depth, tally)


@pytest.mark.parametrize("what", [Door.lead_to, break_connection], ids=["renamed only", "broken only"])
def test_half_of_it_disturbs_nothing(what: Callable[..., None], first: Engine, other: Engine, tally: Tally) -> None:
    """A kept connection leads where it led, and a new one to the same engine is as good."""
    with make_door() as door:
        door.lead_to(first)
        calm = audit(door.url)
        for at in moments(calm, 5, start=2):
            door.lead_to(first)
            action = break_connection if what is break_connection else lambda _: door.lead_to(other)
            during = audit(door.url, at=at, action=action)
            assert during.snapshot.subjects[-1].fact("info.DockerRootDir") == str(first.data_root)
            _agree(during, [calm], f"half an exchange before request {at}")
            assert [row.result for row in during.results.values()] == [row.result for row in calm.results.values()]
            tally.count("disturbances that change nothing")


def exchange_behind_a_relay(first: Engine, other: Engine, at: int, tally: Tally, *, tcp: bool) -> None:
    """Raises AssertionError with what to repeat."""
    with Relay(first, other, 10_000, tcp=tcp) as relay, Relay(other, first, 10_000, tcp=tcp) as their_relay:
        calm = [audit(relay.url), audit(their_relay.url)]
    with Relay(first, other, at, tcp=tcp) as relay:
        during = audit(relay.url)
    _agree(during, calm, f"exchanged behind a relay before request {at}, tcp {tcp}")
    missed = unnoticed(during, at)
    assert at <= 2 or not missed, f"seed {seed()}, request {at}, tcp {tcp}: {missed}"
    tally.count("exchanges of engines")


@pytest.mark.parametrize("tcp", [False, True], ids=["unix", "tcp"])
def test_exchanged_behind_a_relay(tcp: bool, first: Engine, other: Engine, tally: Tally) -> None:
    for at in moments(audit(first.unix_host), 6):
        exchange_behind_a_relay(first, other, at, tally, tcp=tcp)


def restart(world: World, at: int, depth: int, tally: Tally) -> None:
    """A real restart: running containers end. Raises AssertionError with what to repeat."""
    engine = world.engine
    calm = audit(engine.unix_host)
    during = audit(engine.unix_host, at=at, depth=depth, action=lambda _: engine.restart())
    _agree(during, [calm], f"restarted before request {at}, depth {depth}")
    missed = unnoticed(during, at + depth - 1)
    assert not missed, f"seed {seed()}, restarted before request {at}, depth {depth}: {missed}"
    tally.count("restarts")
    world.restore(*RECIPES)


@pytest.fixture(scope="module")
def lives() -> Iterator[World]:
    """An engine that may be restarted, behind a unix socket and TCP."""
    with real_engine(tcp="plain") as engine:
        (engine.directory / "everything.json").write_text(json.dumps({"defaultAction": "SCMP_ACT_ALLOW"}))
        yield World(engine)


def test_restarted(lives: World, tally: Tally) -> None:
    for at in sorted(dice("restarts").sample(range(2, len(audit(lives.engine.unix_host).paths)), sized(1, 12))):
        restart(lives, at, dice(f"restart {at}").choice((ONE_BY_ONE, PIPELINED)), tally)


def test_a_restart_that_goes_unnoticed_is_seen(lives: World, monkeypatch: pytest.MonkeyPatch, tally: Tally) -> None:
    monkeypatch.setattr(EngineClient, "_recognise", lambda _client, _peer: None)
    with pytest.raises(AssertionError):
        restart(lives, 6, ONE_BY_ONE, tally)
    lives.restore(*RECIPES)
    tally.saw_seeded_bug("a restarted engine is read on as if nothing had happened")


def test_restarted_behind_tcp_with_another_configuration(lives: World, tally: Tally) -> None:
    """What the kernel says of a unix socket, the engine's own word has to say here."""
    engine = lives.engine
    settings = [{"seccomp-profile": str(engine.directory / "everything.json")}, {}]
    for number, at in enumerate(dice("tcp restarts").sample(range(4, len(audit(engine.host).paths) + 1), sized(1, 4))):
        calm = audit(engine.host)
        engine.config_file.write_text(json.dumps(settings[number % 2]))
        during = audit(engine.host, at=at, action=lambda _: engine.restart())
        _agree(during, [calm], f"restarted with another configuration before request {at}")
        assert not (missed := unnoticed(during, at)), missed
        tally.count("restarts")
        lives.restore(*RECIPES)


def test_the_command_says_what_happened(first: Engine, other: Engine, tally: Tally) -> None:
    """A documented code, a row for every control, and a reason that names the exchange."""
    at = dice("command").randrange(3, len(audit(first.unix_host).paths))
    with Relay(first, other, at) as relay:
        done = audit_by_command(relay.url)
    assert done.code == INCOMPLETE
    for row in done.report["results"]:
        for finding in row["findings"]:
            if not finding["subject"].startswith(("host", "file", "dockerfile")):
                assert (finding["result"], finding["reason"]) == ("error", "engine_changed"), (row["control"], finding)
                tally.count("findings that name the exchange")


def test_an_exchange_that_the_end_does_not_look_for_is_seen(
    first: Engine, other: Engine, monkeypatch: pytest.MonkeyPatch, tally: Tally
) -> None:
    monkeypatch.setattr(session, "compare_info", lambda _first, _last: Constancy())
    with pytest.raises(AssertionError):
        exchange_behind_a_relay(first, other, 6, tally, tcp=False)
    tally.saw_seeded_bug("/info at the end of a run is not compared with the beginning")


def test_a_connection_that_is_made_anew_without_a_look_is_seen(
    first: Engine, other: Engine, monkeypatch: pytest.MonkeyPatch, tally: Tally
) -> None:
    monkeypatch.setattr(EngineClient, "_recognise", lambda _client, _peer: None)
    monkeypatch.setattr(session, "compare_info", lambda _first, _last: Constancy())
    with pytest.raises(AssertionError):
        exchange_on_the_socket(first, other, 6, ONE_BY_ONE, tally)
    tally.saw_seeded_bug("a new connection may lead to another engine")
