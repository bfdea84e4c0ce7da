"""Comparisons as a whole: outcomes, what stands in their way, and what is said beside them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmark.history.compare import Compared, Reevaluated, compare_assessments
from benchmark.model.comparison import Obstacle, Outcome, Standing, State, Term
from benchmark.model.result import Result
from tests.unit.history.assessments import RECORD, about, compose, container, finding, judged, of

PASS, FAIL, ERROR, INAPPLICABLE, MANUAL = (
    Result.PASS,
    Result.FAIL,
    Result.ERROR,
    Result.NOTAPPLICABLE,
    Result.NOTCHECKED,
)
WEB, DB = container("web", {}), container("db", {})


def compare(before, after, between=None, **changes):
    return compare_assessments(
        Compared(before, "a.json", "result file"), Compared(after, "b.json", "result file"), between, **changes
    )


def states(comparison):
    return {(row.control, each.label): each.state for row in comparison.controls for each in row.findings}


@pytest.mark.parametrize(
    ("before", "after", "state", "outcome"),
    [
        ([(WEB, PASS)], [(WEB, FAIL)], State.REGRESSED, Outcome.REGRESSED),
        ([(WEB, INAPPLICABLE)], [(WEB, FAIL)], State.NEW, Outcome.REGRESSED),
        ([(WEB, ERROR)], [(WEB, FAIL)], State.NEW, Outcome.REGRESSED),
        ([(WEB, FAIL)], [(WEB, PASS)], State.FIXED, Outcome.SAME_OR_BETTER),
        ([(WEB, FAIL)], [(WEB, FAIL)], State.PERSISTING, Outcome.SAME_OR_BETTER),
        ([(WEB, ERROR)], [(WEB, PASS)], State.NEWLY_CHECKED, Outcome.SAME_OR_BETTER),
        ([(WEB, PASS)], [(WEB, ERROR)], State.NO_LONGER_KNOWN, Outcome.NOT_COMPARABLE),
        ([(WEB, PASS)], [(WEB, MANUAL)], State.NO_LONGER_CHECKED, Outcome.NOT_COMPARABLE),
        ([(WEB, PASS)], [(WEB, INAPPLICABLE)], State.NO_LONGER_CHECKED, Outcome.SAME_OR_BETTER),
    ],
)
def test_states_and_outcomes_of_one_finding(before, after, state, outcome) -> None:
    comparison = compare(about(*before), about(*after))
    assert states(comparison) == {("container_not_privileged", "container:web"): state}
    assert comparison.outcome is outcome
    assert comparison.controls[0].state is state


def test_a_new_subject_that_fails_is_worse_and_one_that_passes_is_not() -> None:
    assert compare(about((WEB, PASS)), about((WEB, PASS), (DB, FAIL))).outcome is Outcome.REGRESSED
    better = compare(about((WEB, PASS)), about((WEB, PASS), (DB, PASS)))
    assert better.outcome is Outcome.SAME_OR_BETTER
    assert states(better)["container_not_privileged", "container:db"] is State.APPEARED


def test_a_subject_that_the_control_was_not_about_is_not_new() -> None:
    """db ran neither then nor now; it is the control that is about it now."""
    before = of(judged("a", finding(WEB, PASS)), judged("b", finding(DB, PASS), ids=("5.6",)))
    after = of(judged("a", finding(WEB, PASS), finding(DB, FAIL)), judged("b", finding(DB, PASS), ids=("5.6",)))
    assert states(compare(before, after)) == {("a", "container:db"): State.NEW}


def test_a_known_failure_of_one_more_replica_is_not_worse() -> None:
    one, two = (container(f"w{each}", compose("shop", "web", each)) for each in (1, 2))
    comparison = compare(about((one, FAIL)), about((one, FAIL), (two, FAIL)))
    assert set(states(comparison).values()) == {State.PERSISTING}
    assert comparison.outcome is Outcome.SAME_OR_BETTER
    assert compare(about((one, PASS)), about((one, PASS), (two, FAIL))).outcome is Outcome.REGRESSED


def test_a_waiver_that_ends_is_worse() -> None:
    waived = of(judged("a", finding(WEB, FAIL, waiver="W-1")))
    comparison = compare(waived, of(judged("a", finding(WEB, FAIL))))
    assert states(comparison) == {("a", "container:web"): State.WAIVER_EXPIRED}
    assert comparison.outcome is Outcome.REGRESSED
    back = compare(of(judged("a", finding(WEB, FAIL))), waived)
    assert states(back) == {("a", "container:web"): State.WAIVED_NOW}
    assert back.outcome is Outcome.SAME_OR_BETTER


def test_what_fails_in_another_way_has_changed() -> None:
    before, after = (of(judged("a", finding(WEB, FAIL, actual))) for actual in ([1, 2], [1, 3]))
    assert states(compare(before, after)) == {("a", "container:web"): State.CHANGED}
    assert compare(before, after).outcome is Outcome.SAME_OR_BETTER
    ordered, other = (of(judged("a", finding(WEB, FAIL, actual))) for actual in ({"x": 1, "y": 2}, {"y": 2, "x": 1}))
    assert states(compare(ordered, other)) == {("a", "container:web"): State.PERSISTING}


def test_a_gap_is_less_coverage_though_no_finding_has_changed() -> None:
    comparison = compare(about((WEB, PASS)), of(judged("container_not_privileged", finding(WEB, PASS), result=ERROR)))
    assert comparison.outcome is Outcome.NOT_COMPARABLE
    assert comparison.obstacles == {
        Obstacle.COVERAGE: "less was looked at: container_not_privileged (no verdict)",
    }
    assert comparison.controls[0].state is State.NO_LONGER_KNOWN


def test_a_finding_that_is_no_longer_known_beside_a_failure_is_less_coverage() -> None:
    comparison = compare(about((WEB, FAIL), (DB, PASS)), about((WEB, FAIL), (DB, ERROR)))
    assert comparison.obstacles == {
        Obstacle.COVERAGE: "less was looked at: container_not_privileged of container:db (no verdict)"
    }


@pytest.mark.parametrize(
    ("changes", "obstacle"),
    [
        ({"target": "other"}, Obstacle.HOST),
        ({"profile": "level_1"}, Obstacle.PROFILE),
        ({"benchmark_version": "1.7.0"}, Obstacle.BENCHMARK),
    ],
)
def test_what_cannot_be_compared_can_be_allowed(changes, obstacle) -> None:
    before = about((WEB, FAIL))
    if "target" in changes:
        changes = {"target": replace(before.target, name="other")}
    after = about((WEB, FAIL), **changes)
    assert [*compare(before, after).obstacles] == [obstacle]
    assert compare(before, after).outcome is Outcome.NOT_COMPARABLE
    assert compare(before, after, allowed=[obstacle]).outcome is Outcome.SAME_OR_BETTER
    others = set(Obstacle) - {obstacle}
    assert compare(before, after, allowed=others).outcome is Outcome.NOT_COMPARABLE


def test_controls_that_were_not_selected_are_less_coverage_under_the_same_benchmark_only() -> None:
    before = of(judged("a", finding(WEB, PASS)), judged("b", finding(WEB, PASS), ids=("5.6",)))
    after = of(judged("a", finding(WEB, PASS)))
    assert compare(before, after).obstacles == {Obstacle.COVERAGE: "less was looked at: b (not asked)"}
    other = replace(after, benchmark_version="1.9.0")
    assert [*compare(before, other).obstacles] == [Obstacle.BENCHMARK]


def test_another_version_can_be_compared_where_the_facts_were_judged_anew() -> None:
    before, after = about((WEB, PASS), benchmark_version="1.7.0"), about((WEB, PASS))
    between = Reevaluated(about((WEB, PASS)), after)
    from benchmark.history.bridge import Step

    between = replace(between, chain=(Step((Term.BENCHMARK_VERSION,), before, between.like_for_like),))
    assert compare(before, after, between).obstacles == {}


def test_a_failure_that_the_earlier_facts_have_too_is_not_the_hosts() -> None:
    """The content asks more now: under it the earlier facts fail as well."""
    from benchmark.history.bridge import Step

    before, after, anew = about((WEB, PASS)), about((WEB, FAIL)), about((WEB, FAIL))
    between = Reevaluated(anew, after, (Step((Term.CONTENT_AND_TOOL,), before, anew),))
    comparison = compare(before, after, between)
    assert states(comparison) == {("container_not_privileged", "container:web"): State.REGRESSED}
    assert comparison.controls[0].findings[0].by_terms
    assert comparison.outcome is Outcome.SAME_OR_BETTER


def test_a_waiver_that_ended_counts_though_the_earlier_facts_fail_without_it_too() -> None:
    from benchmark.history.bridge import Step

    before = of(judged("a", finding(WEB, FAIL, waiver="W-1"), waiver=RECORD))
    after = anew = of(judged("a", finding(WEB, FAIL)))
    between = Reevaluated(anew, after, (Step((Term.WAIVERS,), before, anew),))
    assert compare(before, after, between).outcome is Outcome.REGRESSED


def test_a_lower_score_alone_is_no_regression() -> None:
    before = of(judged("a", finding(WEB, PASS)), judged("b", finding(WEB, FAIL), ids=("5.6",)))
    after = of(judged("a", finding(WEB, INAPPLICABLE)), judged("b", finding(WEB, FAIL), ids=("5.6",)))
    comparison = compare(before, after)
    assert {each.terms: each.points for each in comparison.bridge.shares if each.points} == {(Term.POSTURE,): -50}
    assert comparison.outcome is Outcome.SAME_OR_BETTER


def test_newly_checked_failures_are_not_worse() -> None:
    before = of(judged("a", finding(WEB, PASS)))
    after = of(judged("a", finding(WEB, PASS)), judged("b", finding(WEB, FAIL), ids=("5.6",)))
    comparison = compare(before, after)
    assert comparison.controls[1].state is State.NEWLY_CHECKED
    assert comparison.controls[1].before is Standing.NOT_ASKED
    assert comparison.outcome is Outcome.SAME_OR_BETTER


def test_a_container_that_seems_renamed_is_told() -> None:
    before, after = about((container("web", {}, "1"), FAIL)), about((container("shop", {}, "1"), FAIL))
    assert compare(before, after).remarks == (
        "container web seems to have been renamed to shop; a label chosen with --identity-label would keep the two together",
    )


def test_what_had_to_go_by_name_is_told() -> None:
    before, after = about((container("web"), PASS)), about((container("web", {}), PASS))
    assert compare(before, after).remarks == (
        "1 container of a.json could be recognised by name alone: its labels are not known",
    )


def test_another_engine_on_the_same_host_is_told() -> None:
    before = about((WEB, PASS))
    after = about((WEB, PASS), target=replace(before.target, engine_id="other"))
    assert compare(before, after).remarks == ("another engine answered on the same host: its id is not the same",)


def test_controls_beyond_the_benchmark_are_compared_and_not_scored() -> None:
    before, after = (of(judged("a", finding(WEB, each), ids=())) for each in (PASS, FAIL))
    comparison = compare(before, after)
    assert comparison.outcome is Outcome.REGRESSED
    assert not comparison.controls[0].is_scored
    assert comparison.bridge.after.scorable == 0
