"""Audits in a loop beside threads that leave nothing on a real engine as it is."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.engine import real_engine
from tests.integration.command import audit as audit_by_command
from tests.torture.ledger import Tally
from tests.torture.races_churn import Churner, Journal, standing
from tests.torture.races_harness import HARNESS
from tests.torture.races_journal import Possible, disputes, possible_verdicts
from tests.torture.races_points import PIPELINED, audit
from tests.torture.races_world import RECIPES, World
from tests.torture.size import dice, seed, sized

assert HARNESS.name

pytestmark = pytest.mark.engine
_THREADS = 2
_BY_COMMAND = 10  # every tenth audit is made by the command line


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with real_engine("--iptables=false", network=True) as engine:
        yield World(engine)


@pytest.fixture(scope="module")
def possible(world: World) -> Possible:
    """What is said of the containers of each recipe: running, paused, ended and limited, with a session and without."""
    calm = []

    def look() -> None:
        calm.append((audit(world.engine.unix_host), {identifier: name for name, identifier in world.ids().items()}))

    look()
    running = [name for name, (_, runs, _) in RECIPES.items() if runs]
    for name in running:
        session = world.call("POST", f"/containers/{name}/exec", {"Cmd": ["sleep", "1000"], "User": "0"})["Id"]
        world.call("POST", f"/exec/{session}/start", {"Detach": True})
    look()
    for verb in ("pause", "unpause", "kill"):
        for name in running:
            world.call("POST", f"/containers/{name}/{verb}")
        look()
    for name in RECIPES:
        world.call("POST", f"/containers/{name}/update", {"Memory": 32 << 20, "MemorySwap": 200 << 20})
    look()
    for name in running:
        world.call("POST", f"/containers/{name}/start")
    look()
    world.restore(*RECIPES)
    return possible_verdicts(calm)


def test_a_busy_engine(world: World, possible: Possible, tally: Tally) -> None:
    journal = Journal()
    for life in standing(world):
        journal.add(life)
    churners = [Churner(number, world, journal, dice(f"churner {number}")) for number in range(_THREADS)]
    for each in churners:
        each.start()
    try:
        ends = time.monotonic() + sized(8, 180)
        number = 0
        while time.monotonic() < ends:
            number += 1
            began = time.monotonic()
            if number % _BY_COMMAND == 0:
                _audit_by_command(world, tally)
                continue
            seen = audit(world.engine.unix_host, depth=PIPELINED)
            found = disputes(seen, journal, (began, time.monotonic()), possible)
            told = "\n  ".join(found[:12])
            assert not found, f"seed {seed()}, audit {number}:\n  {told}"
            tally.count("audits of a busy engine")
            for name in ("containers", "images", "networks"):
                listed = seen.snapshot.enumeration(name)
                tally.count("objects compared with the journal", len(listed.members))
                tally.count("objects that vanished", len(listed.vanished))
                tally.count("objects that appeared", len(listed.appeared))
    finally:
        for each in churners:
            each.finish()
        world.restore()
    assert journal.done.keys() >= {"created", "removed", "renamed", "changed in their state", "updated", "imported"}
    for what, times in journal.done.items():
        tally.count(f"objects {what}", times)


def _audit_by_command(world: World, tally: Tally) -> None:
    """A documented code, a row for every control, no traceback, and enumerations that add up (``check_promises``)."""
    began = time.monotonic()
    done = audit_by_command(world.engine.unix_host, "--deadline", "30")
    assert time.monotonic() - began < 60
    for row in done.report["results"]:
        listed = row["enumeration"]
        assert listed is None or listed["listed"] == listed["judged"] + len(listed["vanished"]), row["control"]
    tally.count("audits of a busy engine")
