"""The replies of the engine, each broken off, refused and garbled, and every key in them: the other hosts."""

from __future__ import annotations

from tests.torture.knockout_host import Standing
from tests.torture.knockout_matrix import HARNESS, Seen, cases_for, damage_replies, reply_groups, share_of
from tests.torture.knockout_structure import KINDS
from tests.torture.ledger import Tally
from tests.torture.oracle_harness import NEEDS_ROOT

assert HARNESS.name  # the fixture ``tally`` takes it from here

pytestmark = NEEDS_ROOT


def test_damaged_replies_too(tally: Tally) -> None:
    seen = Seen()
    for host in share_of(1):
        with Standing(host) as standing:
            damage_replies(standing, cases_for(standing, reply_groups(standing), "replies", 38), seen)
    assert seen.faults.keys() >= set(KINDS), f"never put in: {set(KINDS) - seen.faults.keys()}"
    seen.finish(tally)
