"""Scores against figures worked out by hand from NIST IR 7275r4, tables 40 to 43."""

from dataclasses import replace
from decimal import Decimal

import pytest

from benchmark.catalog.load import load_catalog
from benchmark.evaluate import EvaluationRequest, evaluate_snapshot
from benchmark.evaluate.scores import Group, Rule, instance_results, score_instances, score_results, xccdf_scores
from benchmark.model.facts import Subject
from benchmark.model.framework import Requirement
from benchmark.model.result import ControlResult, Coverage, Finding, Result
from benchmark.model.tailoring import Refinement, Tailoring
from tests.snapshots import snapshot

PASS, FAIL, ERROR, NA, FIXED = Result.PASS, Result.FAIL, Result.ERROR, Result.NOTAPPLICABLE, Result.FIXED
DEFAULT, FLAT, UNWEIGHTED, ABSOLUTE = range(4)


SUBJECT = Subject("container", "web", "", {})


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


@pytest.mark.parametrize("result", list(Result))
def test_every_result_counts_for_against_or_not_at_all(result):
    scores = figures(rule(PASS), rule(result))
    if result in (PASS, FIXED):
        assert scores == [(100, 100), (2, 2), (2, 2), (1, 1)]
    elif result in (FAIL, ERROR, Result.UNKNOWN):
        assert scores == [(50, 100), (1, 2), (1, 2), (0, 1)]
    else:
        assert scores == [(100, 100), (1, 1), (1, 1), (1, 1)]


def test_the_four_models_by_name_and_in_order():
    assert [each.system for each in xccdf_scores(Group((rule(PASS),)))] == [
        "urn:xccdf:scoring:default", "urn:xccdf:scoring:flat", "urn:xccdf:scoring:flat-unweighted", "urn:xccdf:scoring:absolute",
    ]  # fmt: skip


def test_weights_count_among_siblings_rules_and_groups_alike():
    scores = figures(rule(PASS, weight="3"), Group((rule(FAIL, weight="2"), rule(PASS)), Decimal(2)))
    assert scores[DEFAULT][0] == (Decimal(300) + Decimal(100) / 3 * 2) / 5
    assert scores[FLAT] == (4, 6)
    assert scores[UNWEIGHTED] == (2, 3)


def test_groups_of_no_weight_or_with_nothing_that_counts_are_left_out():
    assert figures(rule(PASS), Group((rule(FAIL),), Decimal(0)))[DEFAULT] == (100, 100)
    assert xccdf_scores(Group((rule(PASS, weight="0"),))) == ()


CONTROL = load_catalog().controls["container_not_privileged"]


def row(result, number="1.1.1", *, weight=None, waiver=None, others=()):
    requirements = tuple(Requirement("x", {"2": each}, {}, {}, ()) for each in ([number] if number else []))
    requirements += tuple(Requirement("x", {"1": each}, {}, {}, ()) for each in others)
    refinement = None if weight is None else Refinement(weight=Decimal(weight))
    return ControlResult(CONTROL, requirements, result, (), "m", waiver=waiver, refinement=refinement)


def test_the_headline_is_passed_over_scorable():
    results = [row(each) for each in (PASS, PASS, PASS, FIXED, FAIL, FAIL, FAIL, ERROR, ERROR, Result.UNKNOWN)]
    results += [row(each) for each in (*[NA] * 5, *[Result.NOTCHECKED] * 2, *[Result.INFORMATIONAL] * 4)]
    score = score_results(results, "2")
    assert (score.passed, score.scorable, score.percent) == (4, 10, 40)
    assert score.coverage == Coverage(selected=21, judged=7, errors=2, unknown=1, manual=6, notapplicable=5)


def test_waivers_move_the_score_after_waivers_only_and_errors_cannot_be_waived():
    waiver = {"id": "w"}
    results = [row(PASS), row(FAIL, waiver=waiver), row(FAIL), row(ERROR, waiver=waiver), row(ERROR, waiver=waiver)]
    score = score_results(results, "2")
    assert (score.percent, score.after_waivers) == (20, 40)
    assert score_results([row(PASS), row(FAIL)], "2").after_waivers == 50


def test_without_anything_to_score_there_is_no_score():
    score = score_results([row(NA)], "2")
    assert (score.percent, score.after_waivers, score.scorable, score.xccdf) == (None, None, 0, ())


def test_results_without_a_requirement_are_nobodys():
    assert score_results([row(PASS), row(FAIL, number="")], "2") == score_results([row(PASS)], "2")


def default(results, version="2", **weights):
    return (
        score_results(results, version, {each.replace("_", "."): Decimal(one) for each, one in weights.items()})
        .xccdf[0]
        .score
    )


def test_rules_are_grouped_by_the_sections_of_their_first_number():
    results = [row(PASS, "1.1.1"), row(FAIL, "1.1.2"), row(PASS, "1.2.1"), row(FAIL, "2.1")]
    assert default(results) == (Decimal(50 + 100) / 2 + 0) / 2
    assert default([*results, row(PASS, "1.9")]) == (Decimal(50 + 100 + 100) / 3 + 0) / 2
    second = [row(PASS, "1.1", others=("9.1",)), row(FAIL, "2.1"), row(FAIL, "2.2", others=("1.2",))]
    assert default(second) == 50, "a number of another version says nothing"
    assert default([row(PASS, "", others=("1.1",)), row(FAIL, "1.1")]) == 50


def test_weights_of_a_tailoring_are_those_of_rules_and_of_sections():
    results = [row(PASS, "1.1.1", weight="3"), row(FAIL, "1.1.2"), row(FAIL, "2.1")]
    assert default(results) == Decimal(75) / 2
    assert score_results([replace(row(PASS), refinement=Refinement())], "2") == score_results([row(PASS)], "2")
    assert default(results, **{"1": 3}) == Decimal(75 * 3) / 4
    assert default([row(PASS, "1.1.1"), row(FAIL, "1.2.1")], **{"1_1": 3}) == 75
    assert default([row(PASS, "1.1.1"), row(FAIL, "1.2.1")], **{"1": 3}) == 50


@pytest.mark.parametrize(
    ("whole", "parts", "expected"),
    [
        (Result.FAIL, (Result.PASS, Result.FAIL), (Result.PASS, Result.FAIL)),
        (Result.ERROR, (Result.PASS,), (Result.PASS, Result.ERROR)),  # a gap in the list
        (Result.NOTAPPLICABLE, (), (Result.NOTAPPLICABLE,)),
        (Result.INFORMATIONAL, (), (Result.INFORMATIONAL,)),  # unscored by a tailoring, and about nothing
        (Result.INFORMATIONAL, (Result.FAIL, Result.PASS), (Result.INFORMATIONAL, Result.INFORMATIONAL)),
    ],
)
def test_the_results_of_a_control_subject_by_subject(whole, parts, expected):
    judged = replace(row(whole), findings=tuple(Finding(SUBJECT, each, ()) for each in parts))
    assert instance_results(judged) == expected


def test_scores_of_subjects_are_shares_of_their_rule():
    half = replace(
        row(Result.FAIL, "5.1"), findings=tuple(Finding(SUBJECT, each, ()) for each in (Result.PASS, Result.FAIL))
    )
    heavy = replace(row(Result.PASS, "5.2", weight=Decimal(3)), findings=(Finding(SUBJECT, Result.PASS, ()),))
    beyond = replace(row(Result.FAIL), requirements=())
    any_assessment = evaluate_snapshot(load_catalog(), snapshot(), EvaluationRequest(now="2026-01-01T00:00:00Z"))
    made = replace(any_assessment, benchmark_version="2", results=(half, heavy, beyond))
    assert {each.system.rpartition(":")[2]: (each.score, each.maximum) for each in score_instances(made)} == {
        "default": (Decimal("87.5"), Decimal(100)),
        "flat": (Decimal("3.5"), Decimal(4)),
        "flat-unweighted": (Decimal("1.5"), Decimal(2)),
        "absolute": (Decimal(0), Decimal(1)),
    }
    tailoring = Tailoring("t", "t", "1", "2026-01-01T00:00:00Z", "p", "", "", {}, group_weights={"5": Decimal(0)})
    assert score_instances(replace(made, tailoring=tailoring)) == ()
