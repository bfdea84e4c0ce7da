"""OSCAL assessment results: valid to others, deterministic, and with nothing more or less than the assessment."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.model.result import Result
from benchmark.render import RenderOptions, render_many
from tests.unit.oscal_judges import judged
from tests.unit.render.made_assessments import (
    HOSTILE,
    assessment,
    control,
    every_result,
    failing,
    passing,
    row,
    subject,
)

OPTIONS = RenderOptions(framework="CIS Docker Benchmark")
WAIVER = {"id": "W-1", "reason": "accepted", "ends": "2026-12-31T00:00:00Z", "risk_reference": ""}


def written(*assessments):
    return "".join(render_many("oscal", assessments, OPTIONS))


def result_of(*rows):
    (found,) = judged(written(assessment(rows)))["results"]
    return found


def props(item):
    return {each["name"]: each["value"] for each in item["props"]}


def test_golden(golden):
    golden("assessment.oscal.json", written(every_result()))


def test_every_result_is_valid_and_the_same_twice():
    text = written(every_result())
    judged(text)
    assert written(every_result()) == text


def test_an_observation_for_every_finding_and_a_finding_for_every_verdict():
    made = every_result()
    (found,) = judged(written(made))["results"]
    assert len(found["observations"]) == sum(max(1, len(each.findings)) for each in made.results)
    verdicts = [each for each in made.results if each.result not in (Result.NOTAPPLICABLE, Result.NOTSELECTED)]
    assert [each["target"]["target-id"] for each in found["findings"]] == [
        f"{each.control.id}_obj" for each in verdicts
    ]
    assert [props(each)["result"] for each in found["findings"]] == [each.result.value for each in verdicts]
    selected = found["reviewed-controls"]["control-selections"][0]["include-controls"]
    assert [each["control-id"] for each in selected] == [each.control.id for each in made.results]


@pytest.mark.parametrize(
    ("result", "state", "reason"),
    [
        (Result.PASS, "satisfied", "pass"),
        (Result.FAIL, "not-satisfied", "fail"),
        (Result.ERROR, "not-satisfied", "other"),
        (Result.UNKNOWN, "not-satisfied", "other"),
        (Result.NOTCHECKED, "not-satisfied", "other"),
    ],
)
def test_what_could_not_be_judged_is_never_satisfied_and_never_failed(result, state, reason):
    (finding,) = result_of(row(result, [passing(subject())] if result is Result.PASS else []))["findings"]
    status = finding["target"]["status"]
    assert (status["state"], status["reason"]) == (state, reason)
    assert ("is not known" in status.get("remarks", "")) is (reason == "other")


def test_what_does_not_apply_has_an_observation_and_no_finding():
    found = result_of(row(Result.NOTAPPLICABLE, message="there are no containers"))
    assert "findings" not in found
    assert found["observations"][0]["description"] == "there are no containers"


def test_a_failure_is_an_open_risk_with_its_remedy_and_observations():
    found = result_of(row(Result.FAIL, [failing(subject(name="web")), passing(subject(name="db"))]))
    (risk,) = found["risks"]
    assert (risk["status"], risk["statement"]) == ("open", "because")
    assert risk["description"] == "container web: HostConfig.Privileged is true, must equal false"
    assert risk["remediations"][0]["description"] == "Start the container without --privileged."
    assert risk["characterizations"][0]["facets"][0]["value"] == "high"
    bad, _ = found["observations"]
    assert [each["observation-uuid"] for each in risk["related-observations"]] == [bad["uuid"]]
    (finding,) = found["findings"]
    assert finding["related-risks"] == [{"risk-uuid": risk["uuid"]}]
    assert len(finding["related-observations"]) == 2


def test_of_many_failures_the_first_are_told_and_the_others_counted():
    (risk,) = result_of(row(Result.FAIL, [failing(subject(name=f"c{at}")) for at in range(8)]))["risks"]
    assert risk["description"].count("HostConfig.Privileged is true") == 5
    assert risk["description"].endswith("; and 3 more")
    assert len(risk["related-observations"]) == 8


def test_a_waived_failure_stays_not_satisfied_and_its_risk_is_accepted_until_the_waiver_ends():
    found = result_of(row(Result.FAIL, [failing(subject())], waiver=WAIVER))
    (risk,), (finding,) = found["risks"], found["findings"]
    assert (risk["status"], risk["deadline"]) == ("deviation-approved", "2026-12-31T00:00:00Z")
    assert props(risk)["waiver-id"] == "W-1"
    assert "waiver-risk_reference" not in props(risk)
    assert finding["target"]["status"]["state"] == "not-satisfied"
    assert props(finding)["waived"] == "yes"


def test_an_attestation_is_kept_as_one():
    attested = {"id": "A-1", "statement": "seen", "attested_by": "alice"}
    found = result_of(row(Result.PASS, [passing(subject())], made=control(check=None), attestation=attested))
    (part,) = found["attestations"][0]["parts"]
    assert "attested_by: alice" in part["prose"]
    assert found["observations"][0]["methods"] == ["EXAMINE", "INTERVIEW"]


def test_observations_name_a_subject_of_the_inventory_and_their_evidence():
    found = result_of(row(Result.FAIL, [failing(subject(name="web"))]))
    (observation,) = found["observations"]
    items = {each["uuid"]: each for each in found["local-definitions"]["inventory-items"]}
    about = items[observation["subjects"][0]["subject-uuid"]]
    assert props(about) == {"kind": "container", "subject": "container:web", "identifier": "web-id"}
    assert observation["relevant-evidence"][0]["description"].startswith(
        "HostConfig.Privileged = true (GET /containers/"
    )


def test_findings_carry_the_ids_of_every_framework():
    (finding,) = result_of(row(Result.PASS, [passing(subject())], mapped={"iso_27001": ("A.8.9",)}))["findings"]
    mapped = [(each["class"], each["value"]) for each in finding["props"] if each["name"] == "requirement"]
    assert mapped == [("cis_docker", "5.5"), ("iso_27001", "A.8.9")]


def test_many_targets_are_results_of_one_document():
    other = assessment([row(Result.PASS, [passing(subject())])])
    other = replace(other, target=replace(other.target, name="other"))
    document = judged(written(every_result(), other))
    assert len({each["uuid"] for each in document["results"]}) == 2
    assert document["results"][1]["title"] == "CIS Docker Benchmark 1.8.0, level\\_2: other".replace("\\_", "_")


def test_the_same_target_twice_has_identifiers_of_its_own():
    one = assessment([row(Result.FAIL, [failing(subject())])])
    first, second = judged(written(one, one))["results"]
    assert first["findings"][0]["uuid"] != second["findings"][0]["uuid"]


def test_a_subject_is_the_same_in_every_run():
    rows = [row(Result.FAIL, [failing(subject())])]
    runs = (assessment(rows), assessment(rows, collected_at="2026-11-23T00:00:00Z"))
    one, other = (judged(written(each))["results"][0] for each in runs)
    assert one["observations"][0]["subjects"] == other["observations"][0]["subjects"]
    assert one["observations"][0]["uuid"] != other["observations"][0]["uuid"]


def test_no_target_is_a_valid_document_that_reviewed_nothing():
    (found,) = judged(written())["results"]
    assert "findings" not in found


def test_nothing_selected_is_valid():
    (found,) = judged(written(assessment([])))["results"]
    assert found["reviewed-controls"]["control-selections"] == [{"include-all": {}}]


def test_another_verdict_makes_another_document():
    one, other = (judged(written(assessment([row(each)]))) for each in (Result.ERROR, Result.UNKNOWN))
    assert one["uuid"] != other["uuid"]
    assert one["results"][0]["uuid"] != other["results"][0]["uuid"]
    assert one["results"][0]["observations"][0]["uuid"] == other["results"][0]["observations"][0]["uuid"]


@settings(max_examples=20, deadline=None)
@given(st.text(max_size=40) | st.just(HOSTILE))
def test_whatever_a_host_says_the_document_is_valid(text):
    about = subject(name=text, identity=text)
    made = assessment(
        [row(Result.FAIL, [failing(about, message=text)], message=text, waiver={"reason": text})],
        operator=text,
        release=text,
        warnings=(text,),
    )
    judged(written(replace(made, target=replace(made.target, name=text, engine_id=text))))
