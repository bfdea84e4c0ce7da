"""Scores against figures worked out by hand from NIST IR 7275r4, tables 40 to 43."""

from decimal import Decimal

import pytest

from benchmark.evaluate.scores import Group, Rule, xccdf_scores
from benchmark.model.result import Result

PASS, FAIL, ERROR, NA, FIXED = Result.PASS, Result.FAIL, Result.ERROR, Result.NOTAPPLICABLE, Result.FIXED
DEFAULT, FLAT, UNWEIGHTED, ABSOLUTE = range(4)


def rule(*results, weight="1"):
    return Rule(results, Decimal(weight))


def figures(*children):
    return [(each.score, each.maximum) for each in xccdf_scores(Group(children))]


def test_all_pass_is_exactly_full_whatever_the_weights():
    scores = figures(rule(PASS), rule(PASS, weight="0.1"), rule(PASS, weight="0.2"))
    assert scores[DEFAULT] == (100, 100)
    assert scores[FLAT] == (Decimal("1.3"), Decimal("1.3"))
    assert scores[ABSOLUTE] == (1, 1)


def test_groups_average_first():
    scores = figures(Group((rule(PASS), rule(FAIL))), Group((rule(PASS),)))
    assert scores[DEFAULT] == (75, 100)
    assert scores[FLAT] == (2, 3)


def test_errors_count_against_and_what_does_not_apply_does_not_count():
    scores = figures(rule(PASS), rule(ERROR), rule(NA), Group((rule(NA),)))
    assert scores[DEFAULT] == (50, 100)
    assert scores[FLAT] == (1, 2)
    assert scores[ABSOLUTE] == (0, 1)


def test_fixed_is_good():
    assert figures(rule(FIXED))[ABSOLUTE] == (1, 1)


def test_weight_zero_counts_nowhere():
    scores = figures(rule(PASS), rule(FAIL, weight="0"))
    assert scores[DEFAULT] == (100, 100)
    assert scores[UNWEIGHTED] == (1, 1)


def test_several_results_of_a_rule_share_its_weight():
    scores = figures(rule(PASS, FAIL, NA), rule(FAIL))
    assert scores[FLAT] == (Decimal("0.5"), 2)
    assert scores[DEFAULT] == (25, 100)


@pytest.mark.parametrize("children", [(), (rule(NA),), (Group(()),)])
def test_undefined_without_anything_that_counts(children):
    assert xccdf_scores(Group(children)) == ()
