"""The matrix on subjects put together from values, and several facts damaged at once; snapshot files among them."""

from __future__ import annotations

import random
from typing import Any, Final

from benchmark.model.conform import conform
from benchmark.model.facts import Reason, Unavailable
from benchmark.model.snapshot_file import decode_snapshot, encode_snapshot
from tests.controls.test_controls import CATALOG
from tests.torture.ledger import Tally
from tests.torture.matrix_bases import Base, recorded_bases, rolled_bases
from tests.torture.matrix_check import HARNESS, Matrix, check_base, check_several
from tests.torture.matrix_damage import GONE, Place, damages, places, with_value
from tests.torture.matrix_reads import KINDS
from tests.torture.size import dice, is_big, seed, sized

assert HARNESS.name  # the fixture ``tally`` takes it from here

_OF_EACH: Final = sized(1, 20)
_MOST_PAIRS: Final = sized(2, 60)


def test_rolled_subjects(tally: Tally) -> None:
    rolled, matrix = dice("matrix rolled"), Matrix()
    for base in rolled_bases(rolled, _OF_EACH):
        matrix.reasons = tuple(Reason) if is_big() else rolled.sample(tuple(Reason), 2)
        check_base(base, matrix)
    matrix.count(tally)
    tally.count("rolled subjects", _OF_EACH * len(CATALOG.controls))


def test_several_facts_at_once(tally: Tally) -> None:
    """Of every base every pair of facts, or as many as there is time for, and some larger sets."""
    rolled, matrix = dice("matrix pairs"), Matrix()
    for base in (*recorded_bases(), *rolled_bases(rolled, _OF_EACH)):
        for chosen in _sets(places(base), rolled):
            check_several(base, chosen, [_damage(base, place, rolled) for place in chosen], matrix)
    matrix.count(tally)


def _sets(found: list[Place], rolled: random.Random) -> list[list[Place]]:
    """Places that can be damaged together: not a list and a field of its elements."""
    whole = [each for each in found if each.element is None]
    pairs = [[one, other] for at, one in enumerate(whole) for other in whole[:at] + whole[at + 1 :]]
    if len(pairs) > _MOST_PAIRS:
        pairs = rolled.sample(pairs, _MOST_PAIRS)
    fields = [each for each in found if each.element is not None]
    if len(fields) > 1:
        pairs.append(rolled.sample(fields, 2))
    if len(whole) > 2:
        pairs.append(rolled.sample(whole, rolled.randint(3, len(whole))))
    return pairs


def _damage(base: Base, place: Place, rolled: random.Random) -> Any:
    return rolled.choice(damages(base.control, place.read)).put(place.value(base.snapshot))


def test_a_damaged_snapshot_file_says_what_a_damaged_snapshot_says(tally: Tally) -> None:
    """Values of a wrong type, of a wrong shape and unknown words, written to a file and read again."""
    rolled = dice("matrix files")
    for base in recorded_bases():
        found = [each for each in places(base) if each.element is None]
        for place in found if is_big() else rolled.sample(found, min(1, len(found))):
            for value in _as_written(base, place, rolled):
                damaged = with_value(base.snapshot, place, value)
                told = base.judge(decode_snapshot(encode_snapshot(damaged)))
                read = conform(KINDS[place.read.kind][place.read.name], place.read.name, value)
                known = base.judge(with_value(base.snapshot, place, read))
                where = f"seed {seed()}, {base.control}, {base.label}, {place}: {value!r}"
                assert (told.result, told.reason, told.message) == (known.result, known.reason, known.message), where
                tally.count("facts damaged in a snapshot file")


def _as_written(base: Base, place: Place, rolled: random.Random) -> list[Any]:
    values = [each.put(place.value(base.snapshot)) for each in damages(base.control, place.read)]
    plain = [each for each in values if each is not GONE and not isinstance(each, Unavailable)]
    words = ["a-word-of-tomorrow", *rolled.sample((True, 0, 1.5, "x", [None], {"x": 1}, [{"x": None}], 2**63), 3)]
    return [*rolled.sample(plain, min(2, len(plain))), *words]
