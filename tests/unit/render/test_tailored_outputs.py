"""A tailored assessment: every output names the tailoring and lists what it took out."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest

from benchmark.catalog.load import load_catalog
from benchmark.evaluate import EvaluationRequest, evaluate_snapshot
from benchmark.model.control import Severity
from benchmark.model.result import Assessment, Result
from benchmark.model.tailoring import Refinement, Role, Tailoring
from benchmark.render.formats import render_many
from benchmark.render.options import RenderOptions
from tests.snapshots import snapshot

SCHEMA = Path(__file__).parents[3] / "reports/schemas/assessment-1.schema.json"
CATALOG = load_catalog()
PRIVILEGED = "container_not_privileged"


def tailored(*out: str, **refinements: Refinement) -> Assessment:
    tailoring = Tailoring(
        href="site.xml",
        id="xccdf_site_tailoring_1",
        version="3",
        time="2026-11-01T00:00:00",
        profile="xccdf_site_profile_web",
        title="Web hosts",
        extends="level_2",
        selected={control: control not in out for control in CATALOG.controls},
        refinements=refinements,
        group_weights={"5": Decimal(4)},
    )
    host = snapshot(daemon={"daemon.icc": True, "daemon.bridge": ""})
    return evaluate_snapshot(CATALOG, host, EvaluationRequest("2026-11-25T00:00:00Z", tailoring=tailoring))


def document(assessment: Assessment) -> dict:
    return json.loads("".join(render_many("json", [assessment], RenderOptions())))


def row(assessment: Assessment, control: str = PRIVILEGED) -> dict:
    return next(each for each in document(assessment)["results"] if each["control"] == control)


def test_json_names_the_tailoring_and_what_it_took_out():
    made = document(tailored(PRIVILEGED))
    jsonschema.validate(made, json.loads(SCHEMA.read_text()))
    assert made["tailoring"]["file"] == "site.xml"
    assert made["profile"] == made["tailoring"]["profile"] == "xccdf_site_profile_web"
    assert made["deselected"] == [{"control": PRIVILEGED, "requirements": {"cis_docker": ["5.5"]}}]
    assert PRIVILEGED not in [each["control"] for each in made["results"]]


def test_the_table_names_both_too():
    text = "".join(render_many("table", [tailored(PRIVILEGED)], RenderOptions()))
    assert '"Web hosts" of site.xml, version 3 of 2026-11-01T00:00:00' in text
    assert "Taken out by the tailoring: 1 control of the profile, not in the score" in text
    assert "5.5 Containers run without the privileged flag" in text


def test_an_unscored_control_is_judged_and_counts_nowhere():
    plain, made = tailored(), tailored(**{PRIVILEGED: Refinement(role=Role.UNSCORED)})
    shown = row(made)
    assert (shown["result"], shown["refinement"]["role"]) == ("informational", "unscored")
    assert shown["message"].startswith("pass, unscored by the tailoring: ")
    assert [each["result"] for each in shown["findings"]] == ["pass"]
    assert made.score.scorable == plain.score.scorable - 1


def test_an_unchecked_control_is_not_judged():
    shown = row(tailored(**{PRIVILEGED: Refinement(role=Role.UNCHECKED)}))
    assert (shown["result"], shown["findings"]) == ("notchecked", [])


def test_a_refined_severity_is_the_controls():
    shown = row(tailored(**{PRIVILEGED: Refinement(severity=Severity.LOW)}))
    assert (shown["severity"], shown["refinement"]["severity"]) == ("low", "low")


def test_weights_of_rules_and_groups_move_the_xccdf_scores_and_not_the_headline():
    failing = next(each.control.id for each in tailored().results if each.result is Result.FAIL)
    plain, heavy = tailored(), tailored(**{failing: Refinement(weight=Decimal(9))})
    assert heavy.score.percent == plain.score.percent
    scores = [{each.system: each.score for each in made.score.xccdf} for made in (plain, heavy)]
    assert scores[1]["urn:xccdf:scoring:default"] < scores[0]["urn:xccdf:scoring:default"]
    assert scores[1]["urn:xccdf:scoring:flat"] == scores[0]["urn:xccdf:scoring:flat"]


@pytest.mark.parametrize("form", ["json", "table"])
def test_without_a_tailoring_nothing_is_said_of_one(form):
    made = evaluate_snapshot(CATALOG, snapshot(), EvaluationRequest("2026-11-25T00:00:00Z"))
    text = "".join(render_many(form, [made], RenderOptions()))
    assert "ailoring" not in text.replace('"tailoring": null', "")
