"""The bridge between two scores adds up exactly, and each cause is put down to its own term."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.evaluate.scores import score_results
from benchmark.history import bridge as module
from benchmark.history.alignment import align
from benchmark.history.bridge import Step, build_bridge, compose, part_of, remainder_of, tally_of
from benchmark.history.compare import Compared, Reevaluated, compare_assessments
from benchmark.model.comparison import Tally, Term
from benchmark.model.result import Result
from tests.unit.history.assessments import (
    RECORD,
    about,
    container,
    finding,
    judged,
    of,
    roll,
)
from tests.unit.history.assessments import (
    compose as compose_labels,
)

PASS, FAIL, ERROR, INAPPLICABLE, MANUAL = (
    Result.PASS,
    Result.FAIL,
    Result.ERROR,
    Result.NOTAPPLICABLE,
    Result.NOTCHECKED,
)
SEEDS = st.integers(0, 10**9)
WEB, DB = container("web", {}), container("db", {})


def by_results(before, after):
    return compare_assessments(Compared(before, "a", "result file"), Compared(after, "b", "result file")).bridge


def add_up(bridge):
    """Every term once, and every column the difference of its ends."""
    assert sorted(term for each in bridge.shares for term in each.terms) == sorted(Term)
    for name in ("passed", "waived", "aside", "scorable"):
        ends = getattr(bridge.after, name) - getattr(bridge.before, name)
        assert sum(getattr(each, name) for each in bridge.shares) == ends
    for points, score in (("points", "percent"), ("points_after", "after_waivers")):
        told = [getattr(each, points) for each in bridge.shares]
        one, other = getattr(bridge.before, score), getattr(bridge.after, score)
        if one is None or other is None:
            assert told == [None] * len(told)
        else:
            assert sum(told, Fraction()) == other - one


def points(bridge, name="points"):
    return {term: getattr(each, name) for each in bridge.shares for term in each.terms if getattr(each, name)}


@given(SEEDS, SEEDS, st.sampled_from(["1.7.0", "1.8.0"]), st.sampled_from(["sha256:1", "sha256:2"]))
def test_results_alone_add_up(one, other, version, digest) -> None:
    before = roll(one, content_digest="sha256:1")
    after = roll(other, content_digest=digest, benchmark_version=version)
    bridge = by_results(before, after)
    assert (bridge.before, bridge.after) == (tally_of(before), tally_of(after))
    add_up(bridge)


@given(st.lists(SEEDS, min_size=2, max_size=6), st.lists(st.sampled_from([*Term][:3]), min_size=5, max_size=5))
def test_any_chain_of_evaluations_adds_up(seeds, terms) -> None:
    assessments = [roll(each) for each in seeds]
    *earlier, last = assessments
    chain = tuple(Step((term,), one, other) for term, one, other in zip(terms, earlier, earlier[1:], strict=False))
    bridge = build_bridge(chain, align(earlier[-1], last))
    add_up(bridge)


@given(SEEDS)
def test_a_bridge_to_itself_has_no_points(seed) -> None:
    bridge = by_results(roll(seed), roll(seed))
    assert not points(bridge)
    assert not points(bridge, "points_after")


@given(SEEDS)
def test_the_tally_is_the_score(seed) -> None:
    made = roll(seed)
    score = score_results(made.results, made.benchmark_version)
    tally = tally_of(made)
    assert (tally.passed, tally.scorable) == (score.passed, score.scorable)
    for exact, decimal in ((tally.percent, score.percent), (tally.after_waivers, score.after_waivers)):
        assert (exact is None) is (decimal is None)
        if exact is not None and decimal is not None:
            assert abs(exact - Fraction(decimal)) < Fraction(1, 10**20)


@given(SEEDS)
def test_every_verdict_is_its_findings_and_its_remainder(seed) -> None:
    for row in roll(seed).results:
        made = compose([part_of(each) for each in row.findings], remainder_of(row))
        assert (made.result, made.accepted) == (row.result, row.accepted)


def test_steps_that_do_not_meet_are_a_bug() -> None:
    one, other = about((WEB, PASS)), about((WEB, FAIL))
    with pytest.raises(AssertionError, match="do not meet"):
        build_bridge((Step((Term.WAIVERS,), one, other),), align(one, other))


def test_a_seeded_bug_is_seen(monkeypatch) -> None:
    """A compose that forgets what findings do not explain no longer gives the verdicts that it should."""
    monkeypatch.setattr(module, "remainder_of", lambda _: None)
    gap = of(judged("a", finding(WEB, PASS), result=ERROR), judged("b", finding(WEB, PASS), ids=("5.6",)))
    with pytest.raises(AssertionError):
        assert points(by_results(gap, gap)) == {}


def test_what_a_host_does_is_posture() -> None:
    assert points(by_results(about((WEB, PASS)), about((WEB, FAIL)))) == {Term.POSTURE: -100}


def test_what_comes_and_goes_is_population() -> None:
    assert points(by_results(about((WEB, PASS)), about((WEB, PASS), (DB, FAIL)))) == {Term.POPULATION: -100}
    assert points(by_results(about((WEB, PASS), (DB, FAIL)), about((WEB, PASS)))) == {Term.POPULATION: 100}


def test_one_more_replica_is_population() -> None:
    one, two = (container(f"w{each}", compose_labels("shop", "web", each)) for each in (1, 2))
    assert points(by_results(about((one, PASS)), about((one, PASS), (two, FAIL)))) == {Term.POPULATION: -100}


def test_what_could_not_be_looked_at_is_coverage() -> None:
    assert points(by_results(about((WEB, PASS)), about((WEB, ERROR)))) == {Term.COVERAGE: -100}
    gap = of(judged("container_not_privileged", finding(WEB, PASS), result=ERROR))
    assert points(by_results(about((WEB, PASS)), gap)) == {Term.COVERAGE: -100}
    assert points(by_results(about((WEB, PASS)), about((WEB, PASS), (DB, ERROR)))) == {Term.COVERAGE: -100}


def test_a_waiver_moves_only_the_score_after_waivers() -> None:
    before = about((WEB, FAIL))
    after = of(judged("container_not_privileged", finding(WEB, FAIL, waiver="W-1")))
    bridge = by_results(before, after)
    assert not points(bridge)
    assert points(bridge, "points_after") == {Term.WAIVERS: 100}


def test_a_waived_control_that_a_person_must_still_judge_is_left_out() -> None:
    before = of(judged("a", finding(WEB, FAIL), finding(DB, MANUAL)), judged("b", finding(WEB, PASS), ids=("5.6",)))
    after = of(
        judged("a", finding(WEB, FAIL, waiver="W-1"), finding(DB, MANUAL)),
        judged("b", finding(WEB, PASS), ids=("5.6",)),
    )
    bridge = by_results(before, after)
    assert bridge.after == Tally(1, 0, 1, 2)
    assert points(bridge, "points_after") == {Term.WAIVERS: 50}


def test_what_a_person_attests_is_policy() -> None:
    before = of(judged("a", finding(WEB, MANUAL)), judged("b", finding(WEB, FAIL), ids=("5.6",)))
    after = of(
        judged("a", finding(WEB, PASS, attestation="A-1"), attestation=RECORD),
        judged("b", finding(WEB, FAIL), ids=("5.6",)),
    )
    assert points(by_results(before, after)) == {Term.WAIVERS: 50}


def test_controls_of_one_side_alone_are_told_apart_from_the_rest() -> None:
    first = judged("a", finding(WEB, PASS))
    before = of(first, benchmark_version="1.7.0")
    after = of(first, judged("b", finding(WEB, FAIL), ids=("5.6",)), benchmark_version="1.8.0")
    bridge = by_results(replace(before, results=(_in(first, "1.7.0"),)), after)
    assert points(bridge) == {Term.BENCHMARK_VERSION: -50}
    both = replace(after, content_digest="sha256:other")
    told = [each.terms for each in by_results(replace(before, results=(_in(first, "1.7.0"),)), both).shares]
    assert (Term.CONTENT_AND_TOOL, Term.BENCHMARK_VERSION) in told
    assert len(told) == 5


def _in(row, version):
    requirements = tuple(replace(each, ids={version: "5.5"}) for each in row.requirements)
    return replace(row, requirements=requirements)


def test_a_narrower_selection_is_no_waiver() -> None:
    both = of(judged("a", finding(WEB, PASS)), judged("b", finding(WEB, FAIL), ids=("5.6",)))
    one = of(judged("a", finding(WEB, PASS)))
    assert points(by_results(both, one)) == {Term.BENCHMARK_VERSION: 50}


def test_the_steps_of_a_chain_go_to_their_terms_and_the_tool_stands_at_both_ends() -> None:
    ends = [about((WEB, PASS)), about((WEB, FAIL))]
    chain = (
        Step((Term.CONTENT_AND_TOOL,), ends[0], ends[1]),
        Step((Term.BENCHMARK_VERSION,), ends[1], ends[0]),
        Step((Term.WAIVERS,), ends[0], ends[0]),
    )
    closing = (Step((Term.CONTENT_AND_TOOL,), ends[0], ends[1]),)
    between = Reevaluated(ends[0], ends[0], chain, closing)
    told = compare_assessments(Compared(ends[0], "a", "run"), Compared(ends[1], "b", "run"), between)
    assert points(told.bridge) == {Term.CONTENT_AND_TOOL: -200, Term.BENCHMARK_VERSION: 100}
    add_up(told.bridge)


def test_steps_that_could_not_be_told_apart_take_in_the_term_that_could_in_another_place() -> None:
    ends = [about((WEB, PASS)), about((WEB, FAIL))]
    chain = (Step((Term.CONTENT_AND_TOOL, Term.BENCHMARK_VERSION), ends[0], ends[1]),)
    bridge = build_bridge(chain, align(ends[1], ends[1]), (Step((Term.CONTENT_AND_TOOL,), ends[1], ends[0]),))
    assert [each.terms for each in bridge.shares] == [
        (Term.CONTENT_AND_TOOL, Term.BENCHMARK_VERSION),
        (Term.WAIVERS,),
        (Term.POPULATION,),
        (Term.POSTURE,),
        (Term.COVERAGE,),
    ]
    add_up(bridge)


@pytest.mark.parametrize(
    ("before", "after"),
    [(about((WEB, INAPPLICABLE)), about((WEB, FAIL))), (about((WEB, PASS)), about((WEB, MANUAL))), (of(), of())],
)
def test_where_an_end_has_no_score_the_counts_add_up(before, after) -> None:
    add_up(by_results(before, after))
    assert not points(by_results(before, after))


def test_points_are_carried_over_a_step_with_nothing_to_score() -> None:
    """web goes, and with it all there was to score, before db's verdict counts: the whole is put down to what comes after."""
    before = of(judged("a", finding(WEB, PASS)))
    after = of(judged("a", finding(DB, ERROR)))
    bridge = by_results(before, after)
    assert points(bridge) == {Term.COVERAGE: -100}
    add_up(bridge)
