"""One structure repeated until the file is long: the CPU time may grow with the length, and no faster."""

from __future__ import annotations

import time

import pytest

from benchmark.collect.host import mounts
from tests.torture.fuzz_mutate import stretched
from tests.torture.fuzz_run import Target, attempt, growth, long_input
from tests.torture.fuzz_targets import HARNESS, TARGETS
from tests.torture.ledger import Tally
from tests.torture.size import dice, seed, sized

__all__ = ["HARNESS"]
_SUSPECT = 0.4  # seconds of CPU time at 64 KiB that make a rolled structure worth measuring


@pytest.mark.parametrize("target", [each for each in TARGETS if each.shapes], ids=lambda each: each.name)
def test_known_structures_grow_no_faster_than_their_length(target: Target, tally: Tally) -> None:
    for shape in target.shapes:
        found = growth(target, shape, sized(64, 256) * 1024)
        assert not found, found
        tally.count("repeated structures")


@pytest.mark.parametrize("target", TARGETS, ids=lambda each: each.name)
def test_rolled_structures_grow_no_faster_than_their_length(target: Target, tally: Tally) -> None:
    rolled = dice(f"growth {target.name}")
    for number in range(sized(3, max(3, int(100 * target.share)))):
        shape = stretched(rolled, target.seeds, target.words)
        started = time.process_time()
        attempt(target, long_input(shape, 64 * 1024), f"seed {seed()}, structure {number}: {shape!r}", 20.0)
        if time.process_time() - started > _SUSPECT:
            found = growth(target, shape, 64 * 1024)
            assert not found, found
        tally.count("repeated structures")


def test_quadratic_code_is_seen(monkeypatch: pytest.MonkeyPatch, tally: Tally) -> None:
    true = mounts.parse_mountinfo

    def quadratic(data: bytes) -> object:
        lines = data.split(b"\n")
        assert all(lines.count(each) for each in lines)
        return true(data)

    monkeypatch.setattr(mounts, "parse_mountinfo", quadratic)
    target = next(each for each in TARGETS if each.name == "mountinfo")
    # It is told by CPU time, which a busy machine stretches now and then, for the short text too.
    assert any(growth(target, target.shapes[0], 256 * 1024) for _ in range(5))
    tally.saw_seeded_bug("every line of the mount table is compared with all others")
