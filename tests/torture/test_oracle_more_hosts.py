"""The second half of the random hosts, which another worker can take."""

from __future__ import annotations

from typing import Final

from tests.torture.ledger import Tally
from tests.torture.oracle_harness import HARNESS, NEEDS_ROOT, Seen, check_hosts
from tests.torture.size import sized

assert HARNESS.name  # the fixture ``tally`` takes it from here

_NUMBER: Final = sized(100, 1500)


@NEEDS_ROOT
def test_more_hosts(tally: Tally) -> None:
    seen = Seen()
    check_hosts(_NUMBER, _NUMBER, seen)
    seen.count(tally, _NUMBER)
