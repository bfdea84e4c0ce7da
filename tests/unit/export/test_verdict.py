"""A definition has the order of ``evaluate``: fail before ignorance, ignorance before a person, a person before a pass."""

import itertools

import pytest

from benchmark.evaluate.algebra import worst
from benchmark.export.oval_terms import (
    VARIABLE,
    Certain,
    Constant,
    Entity,
    Every,
    Exists,
    Found,
    Negated,
    Some,
    Undecided,
    every,
    negated,
    some,
)
from benchmark.export.verdict import _Classes, _verdict
from benchmark.model.result import Result

UNKNOWN, NOT_EVALUATED = "unknown", "not evaluated"


def atom(name):
    return Exists(Found(VARIABLE, (Entity("var_ref", Constant((name,))),)), name)


def truth(criteria, values):
    """What OVAL's tables make of the criteria (OVAL 5.11, OperatorEnumeration)."""
    match criteria:
        case Certain(value):
            return value
        case Undecided(person):
            return NOT_EVALUATED if person else UNKNOWN
        case Exists(_, comment):
            return values[comment]
        case Negated(part):
            inner = truth(part, values)
            return not inner if isinstance(inner, bool) else inner
        case Every(parts) | Some(parts):
            decisive = isinstance(criteria, Some)
            told = [truth(each, values) for each in parts]
            if decisive in told:
                return decisive
            return next((word for word in (UNKNOWN, NOT_EVALUATED) if word in told), not decisive)


@pytest.mark.parametrize("there", list(itertools.product((False, True), repeat=4)))
def test_the_weightiest_subject_decides(there):
    failed, unknown, person, passed = there
    values = {"failed": failed, "unknown": unknown or failed, "person": person, "passed": passed, "gap": False}
    classes = _Classes(atom("failed"), atom("unknown"), atom("person"), atom("passed"))
    expected = worst(
        result
        for result, is_there in zip((Result.FAIL, Result.UNKNOWN, Result.NOTCHECKED, Result.PASS), there, strict=True)
        if is_there
    )
    words = {Result.FAIL: False, Result.UNKNOWN: UNKNOWN, Result.PASS: True}
    assert truth(_verdict(classes, atom("gap")), values) == words.get(expected, NOT_EVALUATED)


def test_a_gap_keeps_a_pass_away_and_no_fail():
    classes = _Classes(atom("failed"), atom("unknown"), atom("person"), atom("passed"))
    values = {"failed": False, "unknown": False, "person": False, "passed": True, "gap": True}
    assert truth(_verdict(classes, atom("gap")), values) == UNKNOWN
    assert truth(_verdict(classes, atom("gap")), values | {"failed": True, "unknown": True}) is False


def test_what_goes_without_saying_is_left_out():
    one, two = atom("one"), atom("two")
    assert every(one, Certain(value=True)) == one
    assert every(one, Certain(value=False)) == Certain(value=False)
    assert some(one, Certain(value=False)) == one
    assert some(one, one, two) == Some((one, two))
    assert every(every(one, two), one) == Every((one, two))
    assert negated(negated(one)) == one
    assert negated(Undecided(person=False)) == Undecided(person=False)
