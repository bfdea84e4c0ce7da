"""Something happens to a real engine before every request of an audit in turn, and the audit says only what was true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.engine import real_engine
from tests.torture.ledger import Harness, Tally
from tests.torture.races_harness import HARNESS
from tests.torture.races_points import ONE_BY_ONE, PIPELINED, audit
from tests.torture.races_referee import OF_THE_ENGINE, Referee, members
from tests.torture.races_world import ACTIONS, Action, World
from tests.torture.size import dice, is_big, seed

assert isinstance(HARNESS, Harness)

pytestmark = pytest.mark.engine
_POINTS = 4  # of each action in a small run


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with real_engine("--iptables=false", network=True) as engine:
        yield World(engine)


def race(world: World, action: Action, at: int, depth: int) -> Counter[str]:
    """What was compared. Raises AssertionError with what to repeat."""
    rolled = dice(f"race {action.name} {at} {depth}")
    url = world.engine.unix_host
    spoiled: list[str] = []
    if action.prepare is not None:
        action.prepare(world)
    try:
        before = audit(url)
        if at > len(before.paths):
            return Counter()
        during = audit(url, at=at, depth=depth, action=lambda _: spoiled.extend(action.run(world, rolled)))
        after = audit(url)
    finally:
        if action.undo is not None:
            action.undo(world)
        world.restore(*spoiled)
    referee = Referee(before, after, during, at, action.steps, action.gaps)
    found = referee.disputes()
    place = during.paths[at - 1] if at <= len(during.paths) else "the end"
    told = "\n  ".join(found[:12])
    assert not found, f"seed {seed()}: {action.name} before request {at} ({place}), depth {depth}:\n  {told}"
    return referee.compared


def points(world: World, action: Action) -> list[int]:
    """Request numbers before which the action is tried: all of them in a big run."""
    most = len(audit(world.engine.unix_host).paths) + 4  # of an active swarm
    everywhere = range(1, most + 1)
    return list(everywhere) if is_big() else sorted(dice(f"points {action.name}").sample(everywhere, _POINTS))


@pytest.mark.parametrize("action", ACTIONS, ids=lambda each: each.name)
def test_every_moment(action: Action, world: World, tally: Tally) -> None:
    for at in points(world, action):
        for depth in (
            (ONE_BY_ONE, PIPELINED) if is_big() else (dice(f"depth {action.name} {at}").choice((1, PIPELINED)),)
        ):
            compared = race(world, action, at, depth)
            for what, number in compared.items():
                tally.count(f"{what} compared in races", number)
            tally.count("moments at which something happened", bool(compared))


def test_the_world_has_every_collection_of_the_engine_that_needs_no_swarm(world: World, tally: Tally) -> None:
    calm = audit(world.engine.unix_host).snapshot
    for name in set(OF_THE_ENGINE) - {"swarm", "services", "nodes"}:
        assert members(calm, name), name
        tally.count("collections that are not empty")
