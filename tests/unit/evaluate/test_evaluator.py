"""The assessment as a whole: whose words stand in it, and what the daemon and the host look like to other controls."""

from dataclasses import replace

import pytest

from benchmark import __version__
from benchmark.catalog.load import load_catalog
from benchmark.evaluate import EvaluationRequest, evaluate_snapshot, prepare_evaluator
from benchmark.model.facts import Reason, Subject, Unavailable
from benchmark.model.snapshot import Enumeration
from tests.snapshots import snapshot

CATALOG = load_catalog()
NOW = "2026-11-25T00:00:00Z"
DENIED = Unavailable(Reason.DENIED, "/x")


def evaluated(target, **changes):
    return evaluate_snapshot(CATALOG, target, EvaluationRequest(NOW, **changes))


def test_an_assessment_says_whose_it_is():
    target = replace(snapshot(), warnings=("mind the gap",))
    made = evaluated(target, operator="ann", release="7.1", profile="level_1", version="1.7.0")
    assert (made.tool_version, made.content_digest) == (__version__, CATALOG.digest)
    assert (made.target, made.collector, made.collected_at) == (target.target, target.collector, target.collected_at)
    assert (made.evaluated_at, made.operator, made.release) == (NOW, "ann", "7.1")
    assert (made.framework, made.benchmark_version, made.profile) == ("cis_docker", "1.7.0", "level_1")
    assert (made.warnings, made.tailoring, made.deselected, made.not_judged) == (("mind the gap",), None, (), ())
    assert made.context["daemon"].facts["product"] == "docker"
    assert made.context["host"].facts["kernel"] == "6.1.0"
    assert made.score.coverage.selected == len(made.results)
    assert (evaluated(target).operator, evaluated(target).release) == ("", None)


def test_a_daemon_that_could_not_be_seen_is_blocked_with_the_reason():
    context = evaluated(snapshot(gaps={"engines": DENIED, "host": DENIED})).context
    assert {name: (each.kind, each.blocked) for name, each in context.items()} == {
        "daemon": ("daemon", DENIED),
        "host": ("host", DENIED),
    }


@pytest.mark.parametrize("members", [(), (0, 0)])
def test_none_or_several_are_nobodys_daemon(members):
    target = snapshot()
    enumerations = {**target.enumerations, "engines": Enumeration(members)}
    daemon = evaluated(replace(target, enumerations=enumerations)).context["daemon"]
    why = Unavailable(Reason.INCOMPLETE, f"{len(members)} engines instead of one")
    assert daemon == Subject("daemon", "", "", {}, blocked=why)


def test_a_selected_control_that_leaves_no_row_ends_the_run():
    evaluator = prepare_evaluator(CATALOG, EvaluationRequest(NOW))
    with pytest.raises(AssertionError, match="left no row"):
        replace(evaluator, deciders=evaluator.deciders[:-1]).evaluate(snapshot())


def test_a_row_says_with_which_values_of_its_parameters_it_was_judged():
    chosen = prepare_evaluator(CATALOG, EvaluationRequest(NOW)).selection.chosen
    rows = evaluated(snapshot()).results
    assert [each.arguments for each in rows] == [each.arguments for each in chosen]
    with_some = {each.control.id: dict(each.arguments) for each in rows if each.arguments}
    assert {"most_restarts": 5} in with_some.values()
    assert any(not each.arguments for each in rows)
