"""Every fact that every control reads, damaged in every way, on every fixture and on the good host."""

from __future__ import annotations

from typing import Final

import pytest

from benchmark.model.facts import Reason
from tests.controls.test_controls import CATALOG
from tests.snapshots import snapshot_without_engine
from tests.torture.ledger import Tally
from tests.torture.matrix_bases import Base, recorded_bases
from tests.torture.matrix_check import HARNESS, UNDECIDED, Matrix, check_base, check_only
from tests.torture.matrix_damage import damages, places, with_value
from tests.torture.matrix_reads import Read, domain, reads_of
from tests.torture.size import dice, is_big, seed

assert HARNESS.name  # the fixture ``tally`` takes it from here

_FEW: Final = 4  # reasons for enumerations and subjects, on all but the first bases of a control, in a small run
_READS: Final = [(name, each) for name in CATALOG.controls for each in reads_of(name)]


@pytest.fixture(scope="module")
def bases() -> list[Base]:
    return list(recorded_bases())


@pytest.fixture(scope="module")
def matrix(bases: list[Base]) -> Matrix:
    """The whole matrix: every other test of this module looks at what it found."""
    whole = Matrix()
    rolled, seen = dice("matrix reasons"), set()
    for base in bases:
        fresh = base.control not in seen and bool(places(base))
        seen.add(base.control if fresh else "")
        whole.reasons = tuple(Reason) if fresh or is_big() else rolled.sample(tuple(Reason), _FEW)
        check_base(base, whole)
    return whole


def test_no_damage_makes_a_verdict(matrix: Matrix, tally: Tally) -> None:
    matrix.count(tally)
    tally.count("controls", len(CATALOG.controls))


def test_every_fact_that_a_control_names_was_damaged(matrix: Matrix, tally: Tally) -> None:
    missing = [f"{name}: {read}" for name, read in _READS if (name, str(read)) not in matrix.damaged]
    assert not missing, f"no fixture holds {', '.join(missing)}"
    tally.count("facts that a control names", len(_READS))


def test_every_fact_that_a_control_names_can_undo_a_verdict(matrix: Matrix, bases: list[Base], tally: Tally) -> None:
    """Otherwise the control does not need it, or the fixtures are blind."""
    kept = [(name, read) for name, read in _READS if (name, str(read)) not in matrix.knocked_out]
    extra = Matrix()
    idle = [f"{name}: {read}" for name, read in kept if not _can_undo(name, read, bases, extra)]
    assert not idle, f"a verdict never rested on {', '.join(idle)}"
    extra.count(tally)
    tally.count("facts that undid a verdict", len(_READS))


def _can_undo(name: str, read: Read, bases: list[Base], matrix: Matrix) -> bool:
    """True when damage to ``read`` undoes a verdict of a fixture, or of one with one other value in it."""
    for base in bases:
        if base.control != name:
            continue
        for other in places(base):
            for value in domain(other.read.kind, other.read.name, other.read.field):
                changed = Base(f"{base.label} with {other} {value!r}", name, base.parameters,
                               with_value(base.snapshot, other, value))  # fmt: skip
                if any(place.read == read and check_only(changed, place, matrix) for place in places(changed)):
                    return True
    return False


@pytest.mark.parametrize("name", CATALOG.controls)
def test_the_best_verdict_of_every_control_was_undone(name: str, matrix: Matrix, tally: Tally) -> None:
    """A pass, or where only a person's word makes it one, notchecked; and a fail, where there can be one."""
    control = CATALOG.controls[name]
    assert (name, "notchecked" if control.attest else "pass") in matrix.undone, "no fixture with it lost it"
    if control.check is not None and control.review is None:
        assert (name, "fail") in matrix.undone, "no fixture with a fail lost it"
    tally.count("verdicts undone", sum(each == name for each, _ in matrix.undone))


@pytest.mark.parametrize("name", CATALOG.controls)
def test_with_nothing_known_nothing_is_said(name: str, bases: list[Base], tally: Tally) -> None:
    for base in bases:
        if base.control != name:
            continue
        everywhere = [each for each in places(base) if each.element is None]
        for damage in damages(name, reads_of(name)[0])[: len(Reason)] if everywhere else ():
            blind = base.snapshot
            for place in everywhere:
                blind = with_value(blind, place, damage.put(None))
            row = base.judge(blind)
            assert all(each.result in UNDECIDED for each in row.findings), f"{base.label}: {row.message}"
            tally.count("subjects of which nothing is known", len(row.findings))
        row = base.judge(snapshot_without_engine())
        assert row.result in UNDECIDED or CATALOG.controls[name].for_each == "host", row.message
        tally.count("controls judged without an engine")


def test_the_matrix_reads_the_catalogue_and_nothing_else(tally: Tally) -> None:
    """A fact that a control names and the walk does not see would be missing without a trace."""
    for name, control in CATALOG.controls.items():
        text = repr((control.check, control.when, control.review))
        for read in reads_of(name):
            assert read.is_filter or f"{(read.field or read.written)!r}" in text, f"{name}: {read}, seed {seed()}"
        named = {part.split("'")[1] for part in text.split("fact=")[1:]}
        walked = {read.field or read.written for read in reads_of(name)}
        assert {each for each in named if not each.startswith("parameter:")} <= walked
        tally.count("controls walked")
