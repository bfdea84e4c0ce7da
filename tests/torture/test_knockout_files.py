"""The files, directories and links by which hosts are seen, each with everything that can be wrong with one."""

from __future__ import annotations

from tests.torture.knockout_files import FAULTS
from tests.torture.knockout_host import Standing
from tests.torture.knockout_matrix import HARNESS, Seen, chosen_hosts, damage_files, file_groups, sample
from tests.torture.ledger import Tally
from tests.torture.oracle_harness import NEEDS_ROOT
from tests.torture.size import sized

assert HARNESS.name  # the fixture ``tally`` takes it from here

pytestmark = NEEDS_ROOT


def test_damaged_files(tally: Tally) -> None:
    seen = Seen()
    for host in chosen_hosts()[: sized(3, 6)]:
        with Standing(host) as standing:
            groups = file_groups(standing)
            damage_files(standing, sample(groups, f"files {host.number}", sized(45, 700)), seen)
    assert seen.faults.keys() == FAULTS.keys(), f"never put in: {FAULTS.keys() - seen.faults.keys()}"
    seen.finish(tally)
