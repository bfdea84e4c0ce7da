"""The Statement of Applicability: decisions and results side by side, and where they do not fit."""

from __future__ import annotations

import json

import pytest

from benchmark.evaluate import RecordRefused, make_statement, recorded_assessment
from benchmark.model.applicability import Decision, Implementation, Overlay
from benchmark.model.content import Catalog
from benchmark.model.framework import Directness, Edge, Framework, Reach, Relationship, Requirement, Support
from benchmark.model.framework_view import Status
from benchmark.model.result import Result
from benchmark.render import RenderOptions, render_many
from tests.unit.render.made_assessments import assessment, control, failing, passing, row, subject

CONTROLS = {name: control(name, f"The title of {name}") for name in ("one", "two")}
YES = Decision(True, "because", Implementation.IMPLEMENTED)
NO = Decision(False, "none here")


def item(name, *controls, reach=Reach.PARTLY):
    edges = tuple(Edge(each, Relationship.SUPPORTS, Directness.DIRECT, Support.OWN_JUDGEMENT, "r") for each in controls)
    return Requirement(f"label {name}", {"2022": name}, {}, {}, controls, edges=edges, reach=reach, reach_reason="why")


FRAMEWORK = Framework(
    "iso_27001",
    "ISO/IEC 27001",
    ("2022",),
    {"A.5": "Organisation", "A.8": "Technology"},
    (
        item("A.8.10", "two"),
        item("A.8.9", "one"),
        item("A.5.1", reach=Reach.NOT_REACHABLE),
        item("A.5.2", reach=Reach.ASKS_NOTHING),
    ),
)
CATALOG = Catalog(CONTROLS, {"iso_27001": FRAMEWORK}, "sha256:" + "cd" * 32)


def judged(name="web", **results):
    findings = {Result.FAIL: failing, Result.PASS: passing}
    made = assessment(
        [
            row(result, [findings[result](subject())] if result in findings else [], made=CONTROLS[control])
            for control, result in results.items()
        ]
    )
    return made.__class__(
        **{each: getattr(made, each) for each in made.__slots__ if each != "target"},
        target=made.target.__class__(name=name),
    )


def statement(decisions, *assessments):
    overlay = Overlay("iso_27001", "2022", "Example", "", "", "", decisions)
    return make_statement(CATALOG, FRAMEWORK, overlay, assessments, {"one": ("5.5",)})


def rows(decisions, *assessments):
    return {each.view.id: each for each in statement(decisions, *assessments).rows}


def test_a_row_for_every_requirement_that_asks_something_in_order():
    assert list(rows({})) == ["A.5.1", "A.8.9", "A.8.10"]


def test_what_nobody_decided_is_undecided_and_said_so():
    found = rows({"A.8.9": YES})
    assert (found["A.8.10"].decision, found["A.8.10"].remark) == (None, "undecided: the overlay has no entry")
    assert (found["A.8.9"].decision, found["A.8.9"].remark) == (YES, "")


def test_without_results_there_is_no_status():
    assert rows({})["A.8.9"].status is None
    assert rows({})["A.8.9"].view.backings[0].result is None


@pytest.mark.parametrize(
    ("decision", "result", "remark"),
    [
        (YES, Result.FAIL, "stated as implemented, and contradicted by results"),
        (YES, Result.PASS, ""),
        (YES, Result.ERROR, ""),
        (Decision(True, "x", Implementation.PLANNED), Result.FAIL, ""),
        (NO, Result.FAIL, "stated as not applicable, but results speak to it and contradict it"),
        (NO, Result.PASS, ""),
    ],
)
def test_where_decision_and_results_do_not_fit(decision, result, remark):
    found = rows({"A.8.9": decision}, judged(one=result))["A.8.9"]
    assert found.remark.startswith(remark)
    assert bool(found.remark) is bool(remark)


def test_of_several_targets_the_weightiest_status_counts():
    found = rows({}, judged("web", one=Result.PASS, two=Result.PASS), judged("db", one=Result.FAIL, two=Result.PASS))
    assert (found["A.8.9"].status, found["A.8.10"].status) == (Status.CONTRADICTED, Status.SUPPORTED)
    assert [each.status for each in found["A.8.9"].seen] == [Status.SUPPORTED, Status.CONTRADICTED]
    assert found["A.5.1"].status is Status.NOT_REACHABLE


def test_results_of_other_content_are_told():
    assert statement({}, judged(one=Result.PASS)).remarks == ()
    other = Catalog(CONTROLS, {"iso_27001": FRAMEWORK}, "sha256:other")
    overlay = Overlay("iso_27001", "2022", "", "", "", "", {})
    (remark,) = make_statement(other, FRAMEWORK, overlay, [judged(one=Result.PASS)], {}).remarks
    assert "judged with other content" in remark


def saved(made):
    return json.loads("".join(render_many("json", [made], RenderOptions())))


def known(made):
    return Catalog({each.control.id: each.control for each in made.results}, {}, "sha256:x")


def test_a_saved_assessment_is_read_back_as_far_as_a_statement_needs():
    made = assessment(
        [
            row(Result.FAIL, [failing(subject())], made=CONTROLS["one"], waiver={"id": "W-1"}),
            row(Result.PASS, [passing(subject())], made=CONTROLS["two"], attestation={"id": "A-1"}),
        ]
    )
    found = recorded_assessment(saved(made), known(made), "r.json")
    assert [(each.control.id, each.result) for each in found.results] == [("one", Result.FAIL), ("two", Result.PASS)]
    assert (found.results[0].waiver, found.results[1].attestation) == ({"id": "W-1"}, {"id": "A-1"})
    assert (found.target.name, found.collected_at, found.content_digest) == (
        made.target.name,
        made.collected_at,
        made.content_digest,
    )
    assert found.warnings == ()


def test_controls_that_the_content_does_not_know_are_told():
    found = recorded_assessment(saved(judged(one=Result.PASS)), Catalog({}, {}, "sha256:x"), "r.json")
    assert found.results == ()
    assert found.warnings == ("r.json has controls that this content does not know: one",)


def changed(document, path, value):
    *way, last = path
    inner = document
    for each in way:
        inner = inner[each]
    inner[last] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "error"),
    [
        (("schema",), "dockmark/assessment/2", "it is no dockmark/assessment/1"),
        (("schema",), None, "schema must be a string"),
        (("results",), {}, "results must be a list"),
        (("results", 0), 3, r"results\[0\] must be an object"),
        (("results", 0, "result"), "ok", r"results\[0\].result must be one of XCCDF's nine results"),
        (("results", 0, "waiver"), {"id": 3}, r"results\[0\].waiver must be null or an object of strings"),
        (("target",), None, "target must be an object"),
    ],
)
def test_what_is_no_assessment_is_refused_with_its_place(path, value, error):
    made = judged(one=Result.PASS)
    with pytest.raises(RecordRefused, match=f"^r.json: {error}"):
        recorded_assessment(changed(saved(made), path, value), known(made), "r.json")


def test_a_control_that_stands_twice_is_refused():
    made = assessment([row(Result.PASS, made=CONTROLS["one"])] * 2)
    with pytest.raises(RecordRefused, match="a control stands twice"):
        recorded_assessment(saved(made), known(made), "r.json")
