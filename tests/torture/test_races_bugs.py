"""Bugs that only a race shows, put into the product: the races must see each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from benchmark.collect.engine import containers, images, mounts
from benchmark.collect.engine.client import EngineClient, Reply
from benchmark.collect.engine.listing import Listing
from benchmark.model.facts import Reason, Unavailable
from benchmark.model.result import Result
from tests.engine import real_engine
from tests.faulty_daemon import Fault, FaultyDaemon
from tests.torture.ledger import Tally
from tests.torture.races_churn import Journal, standing
from tests.torture.races_harness import HARNESS, race, unlike_the_engine
from tests.torture.races_journal import disputes
from tests.torture.races_points import ONE_BY_ONE, PIPELINED, audit
from tests.torture.races_referee import members
from tests.torture.races_world import ACTIONS, World

assert HARNESS.name

pytestmark = pytest.mark.engine
CONTAINERS, IMAGES = containers.LIST_PATH, images.LIST_PATH
_BY_NAME: Final = {each.name: each for each in ACTIONS}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with real_engine() as engine:
        yield World(engine)


def races(world: World, action: str) -> None:
    """``action`` before the first list that it concerns, and before each request up to the second. Raises AssertionError."""
    paths = audit(world.engine.unix_host).paths
    listed = [number for number, each in enumerate(paths, 1) if each == (IMAGES if "image" in action else CONTAINERS)]
    for at in range(listed[0], max(listed[-1], listed[0] + 4) + 1):
        for depth in (ONE_BY_ONE, PIPELINED):
            race(world, _BY_NAME[action], at, depth)


def _dropped(number: int) -> Callable[[pytest.MonkeyPatch], None]:
    """One part of what settles objects that were listed and not found."""

    def seed(patch: pytest.MonkeyPatch) -> None:
        true = containers.settle

        def settle(*arguments: Any) -> Any:
            parts = list(true(*arguments))
            parts[number] = ()
            return parts

        patch.setattr(containers, "settle", settle)

    return seed


def _second_list_of(module: Any) -> Callable[[pytest.MonkeyPatch], None]:
    def once(patch: pytest.MonkeyPatch) -> None:
        lists: list[Listing] = []
        true = module.read_listing

        def remember(*arguments: Any) -> Listing:
            lists.append(true(*arguments))
            return lists[-1]

        patch.setattr(module, "read_listing", remember)
        patch.setattr(module, "read_again", lambda *_: lists[-1])

    return once


def _replies_move_up(patch: pytest.MonkeyPatch) -> None:
    """What answers 404 leaves no place in the row of replies."""
    true = EngineClient.get_many

    def without_gaps(client: EngineClient, paths: tuple[str, ...], mismatch: Any = None) -> Iterator[Reply]:
        replies = list(true(client, paths, mismatch))
        found = [each for each in replies if getattr(each.value, "reason", None) is not Reason.NOT_FOUND]
        return iter(found + replies[len(found) :])

    patch.setattr(EngineClient, "get_many", without_gaps)


def _the_one_before_speaks(patch: pytest.MonkeyPatch) -> None:
    """A 404 is taken for what the container before it said."""
    true = containers._checked
    last: dict[str, Any] = {}

    def lenient(reply: Reply) -> Any:
        found = true(reply)
        if isinstance(found, dict):
            last["document"] = found
        elif found.reason is Reason.NOT_FOUND and last:
            return last["document"]
        return found

    patch.setattr(containers, "_checked", lenient)


def _young_volumes_are_harmless(patch: pytest.MonkeyPatch) -> None:
    true = mounts.MountReader.__init__

    def blind(reader: Any, context: Any) -> None:
        true(reader, context)
        reader._devices = type("Harmless", (dict,), {"get": lambda self, key: dict.get(self, key, "")})(reader._devices)

    patch.setattr(mounts.MountReader, "__init__", blind)


BUGS: Final = {
    "containers that vanished are dropped": (_dropped(1), "a container is removed"),
    "containers that appeared are dropped": (_dropped(2), "a container is created"),
    "containers are listed once": (_second_list_of(containers), "a container is created"),
    "images are listed once": (_second_list_of(images), "an image is imported"),
    "replies move up where one is missing": (_replies_move_up, "an image is removed"),
    "a 404 is answered by the container before": (_the_one_before_speaks, "a container is removed"),
    "an unknown volume is harmless": (_young_volumes_are_harmless, "a volume and a container with it are created"),
}


@pytest.mark.parametrize("bug", BUGS)
def test_a_bug_is_seen(bug: str, world: World, monkeypatch: pytest.MonkeyPatch, tally: Tally) -> None:
    seed, action = BUGS[bug]
    seed(monkeypatch)
    with pytest.raises(AssertionError):
        races(world, action)
    tally.saw_seeded_bug(bug)


def listed_and_not_found(world: World) -> int:
    """How many findings were looked at. An engine lists a container and does not find it: nobody could look at it."""
    compared = 0
    for name, identifier in world.ids().items():
        fault = Fault("status_404", f"^/containers/{identifier}/json")
        with FaultyDaemon({}, upstream=str(world.engine.socket), faults=[fault]) as relay:
            found = audit(relay.url)
        listed = found.snapshot.enumeration("containers")
        assert listed.vanished == (), name
        subject = members(found.snapshot, "containers")["container", identifier]
        assert isinstance(subject.blocked, Unavailable), name
        assert subject.blocked.reason is Reason.NOT_FOUND, name
        for row in found.results.values():
            for finding in row.findings:
                if finding.subject.id == identifier:
                    assert finding.result is Result.ERROR, (name, row.control.id)
                    assert row.result in (Result.ERROR, Result.FAIL), row.control.id
                    compared += 1
    return compared


def test_a_container_that_is_listed_and_not_found(world: World, tally: Tally) -> None:
    tally.count("findings on objects that are listed and not found", listed_and_not_found(world))


def test_a_404_that_is_passed_over_is_seen(world: World, monkeypatch: pytest.MonkeyPatch, tally: Tally) -> None:
    true = containers.settle

    def trusting(kind: str, first: Listing, again: Listing, gone: Any) -> Any:
        return true(kind, first, Listing({}, (), None, again.source), gone)

    monkeypatch.setattr(containers, "settle", trusting)
    with pytest.raises(AssertionError):
        listed_and_not_found(world)
    tally.saw_seeded_bug("a container that answers 404 counts as gone though it is listed")


def test_replies_out_of_step_are_seen(world: World, monkeypatch: pytest.MonkeyPatch, tally: Tally) -> None:
    true = EngineClient.get_many

    def out_of_step(client: EngineClient, paths: tuple[str, ...], _: Any = None) -> Iterator[Reply]:
        replies = list(true(client, paths))
        step = 2 if paths and paths[0].startswith("/images/") else 0
        return iter(replies[step:] + replies[:step])

    monkeypatch.setattr(EngineClient, "get_many", out_of_step)
    assert unlike_the_engine(world)[1]
    tally.saw_seeded_bug("an image gets the replies about the next one")


def test_a_list_of_yesterday_is_seen(world: World, monkeypatch: pytest.MonkeyPatch, tally: Tally) -> None:
    """By the journal of the busy engine: who was gone before cannot vanish, and who was there must be judged."""
    old: dict[str, Listing] = {}
    true = containers.read_listing
    monkeypatch.setattr(
        containers, "read_listing", lambda client, path, *more: old.setdefault(path, true(client, path, *more))
    )
    world.create("brief", "bare")
    audit(world.engine.unix_host)
    world.remove("brief")
    world.create("later", "bare")
    journal = Journal()
    try:
        for life in standing(world, {"later": "bare"}):
            journal.add(life)
        found = disputes(audit(world.engine.unix_host), journal, (0.0, 1e12), {})
    finally:
        world.restore()
    assert any("brief has not vanished" in each for each in found), found
    assert any("'later'} was there all the time" in each for each in found), found
    tally.saw_seeded_bug("a list is kept from one audit to the next")
