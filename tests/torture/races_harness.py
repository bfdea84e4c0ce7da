"""What the races prove and what they leave out; one race, and a look at the engine that dockmark has no hand in."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from benchmark.model.facts_container import CONTAINER_FACTS
from benchmark.model.facts_image import IMAGE_FACTS
from tests.torture.ledger import Harness
from tests.torture.races_points import audit
from tests.torture.races_referee import Referee, members
from tests.torture.races_world import Action, World
from tests.torture.size import dice, seed

HARNESS: Final = Harness(
    "races",
    "Whatever happens to a real engine while it is audited, every object is judged, vanished or appeared, every verdict was "
    "true at some moment of the audit, and facts of two engines are never mixed.",
    (
        "Two exchanges of engines between two readings of /info over TCP or behind an HTTP proxy, where no kernel tells.",
        "An engine behind TCP that is restarted with the same configuration: its facts are of both its lives.",
        "Swarms of several nodes, and tasks that a manager moves between them.",
        "Podman, and engines newer than the one that this machine has.",
    ),
)


def race(world: World, action: Action, at: int, depth: int, *, deep: bool = False) -> Counter[str]:
    """What was compared. Raises AssertionError with what to repeat."""
    rolled = dice(f"race {action.name} {at} {depth}")
    url = world.engine.unix_host
    spoiled: list[str] = []
    if action.prepare is not None:
        action.prepare(world)
    try:
        before = audit(url, deep=deep)
        if at > len(before.paths):
            spoiled.extend(action.run(world, rolled))  # so that it can be undone
            return Counter()
        during = audit(url, at=at, depth=depth, deep=deep, action=lambda _: spoiled.extend(action.run(world, rolled)))
        after = audit(url, deep=deep)
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


def unlike_the_engine(world: World) -> tuple[int, list[str]]:
    """How many facts of containers and images at rest were compared with their inspect replies, and which are otherwise."""
    compared, wrong = 0, []
    snapshot = audit(world.engine.unix_host).snapshot
    for collection, facts in (("containers", CONTAINER_FACTS), ("images", IMAGE_FACTS)):
        for subject in members(snapshot, collection).values():
            document = world.call("GET", f"/{collection}/{subject.id}/json")
            names = [document["Name"][1:]] if "Name" in document else document["RepoTags"]
            if names and subject.name not in names:
                wrong.append(f"{subject.title}: the engine calls it {names}")
            for name, fact in facts.items():
                true = _at(document, name)
                if fact.derived or not isinstance(true, (bool, int, str)):
                    continue
                compared += 1
                if subject.fact(name) != true:
                    wrong.append(f"{subject.title}: {name} is {subject.fact(name)!r}, the engine says {true!r}")
    return compared, wrong


def _at(document: Any, path: str) -> Any:
    for key in path.split("."):
        document = document.get(key) if isinstance(document, dict) else None
    return document
