"""Something happens to a real engine before every request of an audit in turn, and the audit says only what was true."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engine import real_engine
from tests.torture.ledger import Tally
from tests.torture.races_harness import HARNESS, race, unlike_the_engine
from tests.torture.races_points import ONE_BY_ONE, PIPELINED, audit
from tests.torture.races_referee import OF_THE_ENGINE, members
from tests.torture.races_world import ACTIONS, Action, World
from tests.torture.size import dice, is_big

assert HARNESS.name

pytestmark = pytest.mark.engine
_POINTS = 2  # of each action in a small run


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with real_engine("--iptables=false", network=True) as engine:
        yield World(engine)


def points(world: World, action: Action) -> list[int]:
    """Request numbers before which the action is tried: all of them in a big run."""
    most = len(audit(world.engine.unix_host).paths) + 4  # of an active swarm
    everywhere = range(1, most + 1)
    return list(everywhere) if is_big() else sorted(dice(f"points {action.name}").sample(everywhere, _POINTS))


@pytest.mark.parametrize("action", ACTIONS, ids=lambda each: each.name)
def test_every_moment(action: Action, world: World, tally: Tally) -> None:
    for at in points(world, action):
        compared = race(world, action, at, dice(f"depth {action.name} {at}").choice((ONE_BY_ONE, PIPELINED)))
        for what, number in compared.items():
            tally.count(f"{what} compared in races", number)
        tally.count("moments at which something happened", bool(compared))


@pytest.mark.parametrize("action", [each for each in ACTIONS if "image" in each.name], ids=lambda each: each.name)
def test_every_moment_of_an_audit_that_goes_deep(action: Action, world: World, tally: Tally) -> None:
    paths = audit(world.engine.unix_host, deep=True).paths
    last = range(len(paths) - 5, len(paths) + 1)
    for at in last if is_big() else dice(f"deep {action.name}").sample(last, 1):
        for what, number in race(world, action, at, ONE_BY_ONE, deep=True).items():
            tally.count(f"{what} compared in races", number)
        tally.count("moments at which something happened")


def test_the_world_has_every_collection_of_the_engine_that_needs_no_swarm(world: World, tally: Tally) -> None:
    calm = audit(world.engine.unix_host).snapshot
    for name in set(OF_THE_ENGINE) - {"swarm", "services", "nodes"}:
        assert members(calm, name), name
        tally.count("collections that are not empty")


def test_at_rest_it_says_what_the_engine_says(world: World, tally: Tally) -> None:
    """The two audits that the referee goes by are compared with replies that dockmark had no hand in."""
    compared, wrong = unlike_the_engine(world)
    assert not wrong, wrong
    tally.count("facts at rest compared with the engine's own replies", compared)
