"""What a tailoring changes in a row, and what it selects."""

from dataclasses import replace
from decimal import Decimal

import pytest

from benchmark.catalog.load import load_catalog
from benchmark.evaluate import EvaluationRequest, SelectionError, evaluate_snapshot
from benchmark.evaluate.selection import select_controls
from benchmark.evaluate.tailored import NOTHING, refined_control, refined_row
from benchmark.model.control import Severity
from benchmark.model.facts import Reason
from benchmark.model.result import ControlResult, Result
from benchmark.model.tailoring import Refinement, Role, Tailoring
from tests.snapshots import container, snapshot

CATALOG = load_catalog()
FRAMEWORK = CATALOG.frameworks["cis_docker"]
NAME = "container_not_privileged"
CONTROL = CATALOG.controls[NAME]
ROW = ControlResult(CONTROL, (), Result.ERROR, (), "it could not be read", Reason.DENIED)
NOW = "2026-11-20T08:00:00Z"


def tailoring(selected=None, **changes):
    base = Tailoring("f.xml", "id", "1", "t", "xccdf_site_profile_web", "Web", "level_2", {})
    chosen = dict.fromkeys(CATALOG.controls, True) if selected is None else selected
    return replace(base, selected=chosen, **changes)


def selection(made, **changes):
    return select_controls(CATALOG, EvaluationRequest(NOW, tailoring=made, **changes))


def test_a_severity_comes_in_place_of_the_controls():
    assert refined_control(CONTROL, NOTHING) is CONTROL
    assert refined_control(CONTROL, Refinement(role=Role.FULL)) is CONTROL
    assert refined_control(CONTROL, Refinement(severity=Severity.LOW)) == replace(CONTROL, severity=Severity.LOW)


def test_a_role_decides_what_the_row_counts_for():
    assert refined_row(CONTROL, (), NOTHING, lambda: ROW) is ROW
    for kept in (Refinement(role=Role.FULL), Refinement(weight=Decimal(2))):
        assert refined_row(CONTROL, (), kept, lambda: ROW) == replace(ROW, refinement=kept)
    unscored = Refinement(role=Role.UNSCORED)
    assert refined_row(CONTROL, (), unscored, lambda: ROW) == replace(
        ROW,
        result=Result.INFORMATIONAL,
        message="error, unscored by the tailoring: it could not be read",
        reason=None,
        refinement=unscored,
    )


def test_what_is_unchecked_is_not_even_judged():
    unchecked = Refinement(role=Role.UNCHECKED)

    def judge():
        raise AssertionError("judged")

    row = refined_row(CONTROL, FRAMEWORK.requirements[:1], unchecked, judge)
    assert (row.result, row.findings, row.refinement) == (Result.NOTCHECKED, (), unchecked)
    assert (row.control, row.requirements) == (CONTROL, FRAMEWORK.requirements[:1])
    assert row.message == "the tailoring leaves it unchecked"


def test_what_is_not_selected_is_listed_with_its_requirements_and_not_judged():
    made = selection(tailoring({**dict.fromkeys(CATALOG.controls, True), NAME: False}))
    assert NAME not in [each.control.id for each in made.chosen]
    (gone,) = made.deselected
    assert gone.control == CONTROL
    assert [each.ids[FRAMEWORK.newest] for each in gone.requirements] == ["5.5"]
    assert selection(tailoring()).deselected == ()
    assert selection(tailoring(), controls=(NAME,)).deselected == ()
    request = EvaluationRequest(NOW, tailoring=tailoring({NAME: True}))
    assert len(evaluate_snapshot(CATALOG, snapshot(), request).deselected) > 1


def test_what_a_tailoring_does_not_name_is_not_selected():
    made = selection(tailoring({NAME: True}))
    assert [each.control.id for each in made.chosen] == [NAME]
    assert NAME not in [each.control.id for each in made.deselected]
    assert len(made.deselected) == len({control for each in FRAMEWORK.requirements for control in each.controls}) - 1


def test_a_control_outside_the_profile_is_not_taken_out_of_it():
    of_level_2 = next(
        each.controls[0]
        for each in FRAMEWORK.requirements
        if each.controls and FRAMEWORK.newest in each.ids and not each.in_profile(FRAMEWORK.newest, 1)
    )
    nothing = selection(tailoring({}), profile="level_1")
    assert of_level_2 not in [each.control.id for each in nothing.deselected]
    everything = selection(tailoring(), profile="level_1")
    assert of_level_2 in [each.control.id for each in everything.chosen]


@pytest.mark.parametrize("is_selected", [True, False])
def test_a_control_beyond_the_benchmark_may_be_selected(is_selected):
    made = selection(tailoring({"image_entries_stay_inside": is_selected}))
    assert [each.control.id for each in made.chosen] == ["image_entries_stay_inside"] * is_selected


def test_a_narrowed_run_keeps_to_the_tailoring():
    assert [each.control.id for each in selection(tailoring(), controls=(NAME,)).chosen] == [NAME]
    with pytest.raises(SelectionError, match="not part of"):
        selection(tailoring({}), controls=(NAME,))


def test_a_value_set_by_hand_comes_before_the_tailorings_and_that_before_the_preset():
    key = ("container_no_sensitive_host_mounts", "sensitive_paths")

    def paths(**changes):
        made = selection(tailoring(parameters={key: ["/tailored"]}), version="1.6.0", controls=(key[0],), **changes)
        return made.chosen[0].arguments["sensitive_paths"]

    assert paths() == ["/tailored"]
    assert paths(parameters={key: ["/by-hand"]}) == ["/by-hand"]


def test_a_refinement_stands_in_its_row_and_weighs_in_the_scores():
    heavy = Refinement(weight=Decimal(9), severity=Severity.LOW)
    target = snapshot([container("web", {"HostConfig.Privileged": True})])

    def evaluated(**changes):
        request = EvaluationRequest(NOW, controls=(NAME, "5.6"), tailoring=tailoring(**changes))
        return evaluate_snapshot(CATALOG, target, request)

    plain, made = evaluated(), evaluated(refinements={NAME: heavy})
    row = next(each for each in made.results if each.control.id == NAME)
    assert (row.control.severity, row.refinement) == (Severity.LOW, heavy)
    assert made.tailoring is not None
    assert made.profile == "xccdf_site_profile_web"
    flat = [{each.system: each.maximum for each in one.score.xccdf}["urn:xccdf:scoring:flat"] for one in (plain, made)]
    assert flat[1] == flat[0] + 8


def test_a_group_weight_counts_between_groups():
    names = [FRAMEWORK.requirements[0].controls[0], NAME]
    target = snapshot([container("web", {"HostConfig.Privileged": True})])

    def default(weights):
        request = EvaluationRequest(NOW, controls=tuple(names), tailoring=tailoring(group_weights=weights))
        return evaluate_snapshot(CATALOG, target, request).score.xccdf[0].score

    assert default({"5": Decimal(3)}) < default({}) < default({"1": Decimal(3)})
