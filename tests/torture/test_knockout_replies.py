"""The replies of the engine, each broken off, refused and garbled, and every key in them."""

from __future__ import annotations

from tests.torture.knockout_host import Standing
from tests.torture.knockout_matrix import HARNESS, Seen, chosen_hosts, damage_replies, reply_groups, sample
from tests.torture.knockout_structure import KINDS
from tests.torture.ledger import Tally
from tests.torture.oracle_harness import NEEDS_ROOT
from tests.torture.size import sized

assert HARNESS.name  # the fixture ``tally`` takes it from here

pytestmark = NEEDS_ROOT


def test_damaged_replies(tally: Tally) -> None:
    seen = Seen()
    for host in chosen_hosts()[: sized(3, 8)]:
        with Standing(host) as standing:
            groups = reply_groups(standing)
            damage_replies(standing, sample(groups, f"replies {host.number}", sized(50, 800)), seen)
    assert seen.faults.keys() >= set(KINDS), f"never put in: {set(KINDS) - seen.faults.keys()}"
    seen.finish(tally)
