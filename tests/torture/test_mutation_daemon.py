"""Mutants of the resolution of the daemon's settings: a file of its own, so that another worker takes it."""

from __future__ import annotations

from tests.torture.ledger import Tally
from tests.torture.mutation_harness import HARNESS, run_group

__all__ = ["HARNESS"]


def test_every_mutant_of_the_settings_is_noticed_or_listed(tally: Tally) -> None:
    run_group("daemon settings", tally, 12)
