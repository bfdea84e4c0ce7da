"""The chain of evaluations behind the bridge: whatever differs between two runs, it ends where the later one is, and adds up."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.catalog.compiled import decode_catalog, encode_catalog
from benchmark.cli.evaluation import Question
from benchmark.cli.reevaluation import reevaluate
from benchmark.cli.sides import Facts, Side
from benchmark.history.bridge import tally_of
from benchmark.history.compare import Compared, compare_assessments
from benchmark.model.chain import digest_of
from benchmark.model.comparison import Obstacle, Outcome, Term
from benchmark.model.control import Severity, Test
from benchmark.model.facts import Reason, Unavailable
from benchmark.model.run import Terms
from tests.histories import catalog
from tests.policies import waiver, written
from tests.snapshots import DENIED, container, snapshot
from tests.unit.history.assessments import compose

SEEDS = st.integers(0, 10**9)
GAP = Unavailable(Reason.TRUNCATED, "GET /containers/json")
WEAK = (
    {},
    {"HostConfig.Privileged": True},
    {"HostConfig.ReadonlyRootfs": False},
    {"HostConfig.Memory": 0},
    {"HostConfig.Privileged": DENIED},
    {"State.Running": False, "State.Status": "exited"},
)
DAEMON = ({}, {"daemon.icc": True}, {"daemon.icc": DENIED}, {"daemon.live-restore": False})
WAIVERS = written(
    waivers=[
        waiver(id="W-1", expires="2026-11-22"),
        waiver(id="W-2", control="container_memory_limited", scope={"host": "good.example", "subject": "container:c1"}),
    ]
)


@cache
def stricter():
    """Other content: a check that asks more, a control of another severity, one that is no more."""
    own = catalog()
    controls = {name: each for name, each in own.controls.items() if name != "container_memory_limited"}
    check = Test("HostConfig.PidsLimit", "at_most", 50)
    controls["container_pids_limited"] = replace(controls["container_pids_limited"], check=check, version=99)
    controls["live_restore_enabled"] = replace(controls["live_restore_enabled"], severity=Severity.LOW)
    (framework,) = [each for each in own.frameworks.values() if each.id == "cis_docker"]
    requirements = tuple(
        replace(each, controls=tuple(name for name in each.controls if name != "container_memory_limited"), edges=())
        if "container_memory_limited" in each.controls
        else each
        for each in framework.requirements
    )
    return decode_catalog(encode_catalog(controls.values(), [replace(framework, requirements=requirements)]))


def side(dice: random.Random, reference: str) -> Side:
    """A host as it might have been, judged as somebody might have asked."""
    containers = [
        container(
            f"c{number}",
            {**dice.choice(WEAK), "labels": dice.choice(({}, compose("shop", "web", number), {"app": "x"}))},
        )
        for number in dice.sample(range(5), dice.randrange(4))
    ]
    gaps = {"containers": GAP} if dice.random() < 0.2 else None
    waivers = dice.random() < 0.5
    terms = Terms(
        evaluated_at=dice.choice(("2026-11-20T08:00:02Z", "2026-11-25T08:00:02Z")),
        operator="root",
        release=None,
        framework="cis_docker",
        version=dice.choice(("1.6.0", "1.7.0", "1.8.0", "1.8.0")),
        profile=dice.choice(("level_1", "level_2")),
        controls=dice.choice(((), (), (), ("container_not_privileged", "container_pids_limited"))),
        beyond=dice.random() < 0.2,
        waivers=digest_of(WAIVERS) if waivers else None,
    )
    facts = Facts(
        snapshot(containers, daemon=dice.choice(DAEMON), gaps=gaps),
        Question(terms, {digest_of(WAIVERS): WAIVERS}),
        dice.choice((catalog(), catalog(), stricter())),
    )
    judged = facts.judge(facts.question, facts.catalog)
    return Side(Compared(judged, reference, "run", reference), facts, judged)


def compare(before, after):
    return compare_assessments(before.compared, after.compared, reevaluate(before, after), labels=["app"])


@settings(max_examples=60)
@given(SEEDS)
def test_any_two_runs_add_up(seed) -> None:
    dice = random.Random(seed)
    before, after = side(dice, "a"), side(dice, "b")
    between = reevaluate(before, after)
    assert between is not None
    steps = (*between.chain, *between.closing)
    assert all(one.after is other.before for one, other in zip(between.chain, between.chain[1:], strict=False))
    assert {each.terms[0] for each in steps} <= {Term.CONTENT_AND_TOOL, Term.BENCHMARK_VERSION, Term.WAIVERS}
    assert [row.control.id for row in between.like_for_like.results] == [
        row.control.id for row in between.later.results
    ]
    bridge = compare(before, after).bridge
    assert (bridge.before, bridge.after) == (
        tally_of(before.compared.assessment),
        tally_of(after.compared.assessment),
    )
    for points, end in (("points", "percent"), ("points_after", "after_waivers")):
        told = [getattr(each, points) for each in bridge.shares]
        ends = [getattr(each, end) for each in (bridge.before, bridge.after)]
        if None in ends:
            assert told == [None] * len(told)
        else:
            assert sum(told, Fraction()) == ends[1] - ends[0]
    for name in ("passed", "waived", "aside", "scorable"):
        total = sum(getattr(each, name) for each in bridge.shares)
        assert total == getattr(bridge.after, name) - getattr(bridge.before, name)


@settings(max_examples=15)
@given(SEEDS)
def test_a_host_that_did_not_change_has_no_points_of_its_own(seed) -> None:
    """Whatever was asked of it, posture, population and coverage are nothing, and nothing is its fault."""
    dice = random.Random(seed)
    before, after = side(dice, "a"), side(dice, "b")
    facts = replace(before.facts, snapshot=after.facts.snapshot)
    judged = facts.judge(facts.question, facts.catalog)
    before = Side(Compared(judged, "a", "run", "a"), facts, judged)
    comparison = compare(before, after)
    own = {Term.POSTURE, Term.POPULATION, Term.COVERAGE}
    assert not [each for each in comparison.bridge.shares if each.terms[0] in own and (each.points or each.passed)]
    allowed = replace(comparison, allowed=frozenset(Obstacle))
    expired = any(each.state == "waiver expired" for row in comparison.controls for each in (row, *row.findings))
    assert allowed.outcome is (Outcome.REGRESSED if expired else Outcome.SAME_OR_BETTER)


def plain(what=None, content=None, **terms):
    asked = {"evaluated_at": "2026-11-20T08:00:02Z", "operator": "", "release": None, "framework": "cis_docker"}
    asked |= {"version": "1.8.0", "profile": "level_2", **terms}
    facts = Facts(what or snapshot(), Question(Terms(**asked), {digest_of(WAIVERS): WAIVERS}), content or catalog())
    judged = facts.judge(facts.question, facts.catalog)
    return Side(Compared(judged, "x", "run", "x"), facts, judged)


def test_what_differs_is_a_step_and_what_does_not_is_none() -> None:
    assert reevaluate(plain(), plain()).chain == ()
    later = plain(evaluated_at="2026-12-20T08:00:02Z")
    assert [each.terms for each in reevaluate(plain(), later).chain] == [(Term.WAIVERS,)]
    other = plain(content=stricter(), version="1.7.0", waivers=digest_of(WAIVERS))
    assert [each.terms for each in reevaluate(plain(), other).chain] == [
        (Term.CONTENT_AND_TOOL,),
        (Term.BENCHMARK_VERSION,),
        (Term.WAIVERS,),
    ]


def test_stricter_content_is_not_the_hosts_fault() -> None:
    comparison = compare(plain(), plain(content=stricter()))
    row = next(each for each in comparison.controls if each.control == "container_pids_limited")
    assert (row.state, row.by_terms) == ("regressed", True)
    assert comparison.outcome is Outcome.SAME_OR_BETTER
    assert {each.terms for each in comparison.bridge.shares if each.points} == {(Term.CONTENT_AND_TOOL,)}


def test_terms_that_the_other_content_does_not_know_are_one_step_with_the_next() -> None:
    """The earlier run was narrowed to a control that the later content has in no version."""
    before = plain(controls=("container_memory_limited",))
    between = reevaluate(before, plain(content=stricter()))
    assert [each.terms for each in between.chain] == [(Term.CONTENT_AND_TOOL, Term.BENCHMARK_VERSION)]


def test_a_run_that_another_dockmark_judged_differently_has_a_step_at_its_end() -> None:
    before, after = plain(), plain()
    otherwise = replace(after.compared.assessment, results=after.compared.assessment.results[:-40])
    recorded = Side(replace(after.compared, assessment=otherwise), after.facts, after.judged)
    assert [each.terms for each in reevaluate(before, recorded).closing] == [(Term.CONTENT_AND_TOOL,)]
    bridge = compare(before, recorded).bridge
    assert [each.terms for each in bridge.shares if each.scorable] == [(Term.CONTENT_AND_TOOL,)]


@pytest.mark.parametrize("swapped", [False, True])
def test_a_result_file_cannot_be_judged_anew(swapped) -> None:
    file, run = Side(plain().compared), plain()
    assert reevaluate(*((run, file) if swapped else (file, run))) is None
