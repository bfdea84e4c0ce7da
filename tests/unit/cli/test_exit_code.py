from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest

from benchmark.cli.exit_code import ExitCode, FailOn, Outcome, Policy, choose

NEVER, FAIL, INCOMPLETE = (Policy(each) for each in (FailOn.NEVER, FailOn.FAIL, FailOn.INCOMPLETE))
SCORE_80 = Policy(FailOn.SCORE, Decimal(80))

CLEAN = Outcome(failed=False, incomplete=False, percent=Decimal(100))
FAILED = Outcome(failed=True, incomplete=False, percent=Decimal("79.9"))
FAILED_BUT_GOOD = Outcome(failed=True, incomplete=False, percent=Decimal(80))
BLIND = Outcome(failed=False, incomplete=True, percent=Decimal(90))
FAILED_AND_BLIND = Outcome(failed=True, incomplete=True, percent=Decimal(10))
NOTHING_SCORABLE = Outcome(failed=False, incomplete=False, percent=None)

TABLE = [
    # policy, clean, failed, failed with 80 %, incomplete, failed and incomplete, nothing scorable
    (NEVER, 0, 0, 0, 0, 0, 0),
    (FAIL, 0, 1, 1, 2, 2, 0),
    (INCOMPLETE, 0, 0, 0, 2, 2, 0),
    (SCORE_80, 0, 1, 0, 2, 2, 1),
]
OUTCOMES = (CLEAN, FAILED, FAILED_BUT_GOOD, BLIND, FAILED_AND_BLIND, NOTHING_SCORABLE)
CASES = [(row[0], outcome, code) for row in TABLE for outcome, code in zip(OUTCOMES, row[1:], strict=True)]


@pytest.mark.parametrize(("policy", "outcome", "code"), CASES)
def test_one_assessment(policy, outcome, code):
    assert choose(policy, (outcome,)) == code


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("policy", [NEVER, FAIL, INCOMPLETE, SCORE_80])
def test_bad_input_and_an_unreachable_target_come_first_whatever_the_policy(policy, outcome):
    assert choose(policy, (outcome,), refused=True) == ExitCode.USAGE
    assert choose(policy, (outcome,), refused=True, unreachable=True) == ExitCode.USAGE
    assert choose(policy, (outcome,), unreachable=True) == ExitCode.UNREACHABLE


@pytest.mark.parametrize("policy", [NEVER, FAIL, INCOMPLETE, SCORE_80])
def test_of_several_assessments_the_gravest_counts_in_any_order(policy):
    rank = {0: 0, 1: 1, 2: 2}
    for one, other in product(OUTCOMES, repeat=2):
        both = choose(policy, (one, other))
        assert both == choose(policy, (other, one))
        assert rank[both] == max(rank[choose(policy, (one,))], rank[choose(policy, (other,))])


def test_the_score_is_compared_exactly():
    below = Outcome(failed=True, incomplete=False, percent=Decimal("79.99999999999999999"))
    assert choose(SCORE_80, (below,)) == ExitCode.NOT_MET


def test_the_numbers_are_a_contract():
    assert {each.name: each.value for each in ExitCode} == {
        "MET": 0,
        "NOT_MET": 1,
        "INCOMPLETE": 2,
        "USAGE": 3,
        "UNREACHABLE": 4,
        "UNVERIFIED": 5,
        "INTERNAL": 70,
        "INTERRUPTED": 130,
        "TERMINATED": 143,
    }


def test_new_looks_at_what_the_baseline_does_not_hold_alone():
    new = Policy(FailOn.NEW)
    known = Outcome(failed=True, incomplete=True, percent=None)
    assert choose(new, [known]) is ExitCode.MET
    assert choose(new, [replace(known, new_failures=True)]) is ExitCode.NOT_MET
    assert choose(new, [replace(known, new_failures=True, newly_incomplete=True)]) is ExitCode.INCOMPLETE
    assert choose(FAIL, [replace(known, incomplete=False, newly_incomplete=True)]) is ExitCode.NOT_MET
