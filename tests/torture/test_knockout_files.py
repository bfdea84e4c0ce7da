"""The files, directories and links by which hosts are seen, each with everything that can be wrong with one."""

from __future__ import annotations

from tests.torture.knockout_files import FAULTS
from tests.torture.knockout_host import Standing
from tests.torture.knockout_matrix import HARNESS, Seen, cases_for, damage_files, file_groups, share_of
from tests.torture.ledger import Tally
from tests.torture.oracle_harness import NEEDS_ROOT

assert HARNESS.name  # the fixture ``tally`` takes it from here

pytestmark = NEEDS_ROOT


def test_damaged_files(tally: Tally) -> None:
    seen = Seen()
    for host in share_of(0):
        with Standing(host) as standing:
            damage_files(standing, cases_for(standing, file_groups(standing), "files", 34), seen)
    assert seen.faults.keys() == FAULTS.keys(), f"never put in: {FAULTS.keys() - seen.faults.keys()}"
    seen.finish(tally)
