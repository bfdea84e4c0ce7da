"""Reading an assessment back from its JSON document: the same comparison, or a refusal that says where."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.evaluate import EvaluationRequest, evaluate_snapshot
from benchmark.evaluate.scores import score_results
from benchmark.history import assessment_file
from benchmark.history.alignment import align
from benchmark.history.assessment_file import AssessmentRefused, read_assessment, with_subjects
from benchmark.history.bridge import tally_of
from benchmark.history.changes import list_changes
from benchmark.model.facts import Reason, Unavailable
from benchmark.model.result import Result
from benchmark.render import RenderOptions, render_many
from tests.histories import catalog
from tests.snapshots import DENIED, snapshot
from tests.snapshots import container as made_container
from tests.unit.history.assessments import about, compose, container, roll
from tests.unit.render.made_assessments import HOSTILE, every_result

GAP = Unavailable(Reason.TRUNCATED, "GET /containers/json")


def written(made):
    return "".join(render_many("json", [made], RenderOptions())).encode()


def again(made):
    return read_assessment(written(made), "results.json")


def scored(made):
    return replace(made, score=score_results(made.results, made.benchmark_version))


def evaluated(what, **changes):
    return evaluate_snapshot(catalog(), what, EvaluationRequest("2026-11-20T08:00:02Z", version="1.8.0", **changes))


def document():
    return json.loads(written(about((container("web"), Result.FAIL))))


def refusal(data):
    if not isinstance(data, bytes):
        data = json.dumps(data).encode()
    with pytest.raises(AssessmentRefused) as told:
        read_assessment(data, "results.json")
    return str(told.value).split("\n")


@pytest.mark.parametrize(
    "what",
    [
        snapshot(),
        snapshot([made_container("web", {"HostConfig.Privileged": True}), made_container(HOSTILE)]),
        snapshot(daemon={"daemon.icc": DENIED}),
        snapshot(gaps={"containers": GAP}),
    ],
    ids=["good", "failing", "unread", "gap"],
)
def test_what_we_write_we_read(what) -> None:
    made = evaluated(what)
    read = again(made)
    assert [(each.control.id, each.result) for each in read.results] == [
        (each.control.id, each.result) for each in made.results
    ]
    assert tally_of(read) == tally_of(made)
    assert read.score.coverage == made.score.coverage
    assert (read.target, read.profile, read.content_digest) == (made.target, made.profile, made.content_digest)
    assert not [each for each in list_changes(align(made, read)) if each.state != "unchanged" or each.findings][0:0]


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_file_compares_as_what_it_was_written_from(one, other) -> None:
    before, after = (scored(roll(each, odd=False)) for each in (one, other))
    nameless = [*list_changes(align(_by_name(before), _by_name(after)))]
    assert [*list_changes(align(again(_by_name(before)), again(_by_name(after))))] == nameless


def _by_name(made):
    """Without labels, as a document of ours without any holds it."""
    rows = tuple(
        replace(
            row,
            findings=tuple(each._replace(subject=replace(each.subject, facts={})) for each in row.findings),
        )
        for row in made.results
    )
    return replace(made, results=rows)


def test_labels_come_back() -> None:
    made = scored(about((container("web", compose("shop", "web", 1)), Result.PASS)))
    subject = again(made).results[0].findings[0].subject
    assert subject.facts["labels"] == compose("shop", "web", 1)


def test_what_was_read_can_be_given_the_subjects_of_its_facts() -> None:
    made = scored(
        about((container("web", compose("shop", "web", 1)), Result.PASS), (container("gone", {}), Result.PASS))
    )
    read = replace(again(made), results=again(_by_name(made)).results)
    only_web = about((container("web", compose("shop", "web", 1)), Result.FAIL))
    web, gone = (each.subject.facts for each in with_subjects(read, only_web).results[0].findings)
    assert web["labels"] == compose("shop", "web", 1)
    assert gone == {}
    assert [each.result for each in with_subjects(read, only_web).results[0].findings] == [Result.PASS] * 2


def test_every_result_and_hostile_names_come_back() -> None:
    made = every_result()
    refused = refusal(written(made))  # two results in it are better than their findings: it is made for formats
    assert all("one of its findings is" in each or "the results give" in each for each in refused)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda it: it.update(schema="dockmark/assessment/2"), "schema: expected 'dockmark/assessment/1'"),
        (lambda it: it.pop("schema"), "schema: is missing"),
        (lambda it: it.pop("target"), "target: is missing"),
        (lambda it: it["target"].pop("name"), "target.name: is missing"),
        (lambda it: it["target"].update(name=5), "target.name: expected a string"),
        (lambda it: it.update(target=[]), "target: expected an object"),
        (lambda it: it.update(results={}), "results: expected a list"),
        (lambda it: it["results"].append(5), "results[1]: expected an object"),
        (lambda it: it["results"].append(it["results"][0]), "expected every control once"),
        (lambda it: it["results"][0].update(result="passed"), "results[0].result: expected one of pass, fail"),
        (lambda it: it["results"][0].update(reason="tired"), "results[0].reason: expected null or one of"),
        (lambda it: it["results"][0].update(version="1"), "results[0].version: expected an integer"),
        (lambda it: it["results"][0].update(version=True), "results[0].version: expected an integer"),
        (lambda it: it["results"][0].update(waiver="W-1"), "results[0].waiver: expected an object or null"),
        (lambda it: it["results"][0].update(for_each="pods"), "results[0].for_each: expected a collection"),
        (
            lambda it: it["results"][0]["findings"][0].update(subject="pod:web"),
            "results[0].findings[0].subject: expected a subject",
        ),
        (lambda it: it["results"][0]["findings"][0].pop("actual"), "results[0].findings[0].actual: is missing"),
        (lambda it: it["results"][0]["findings"][0].update(waiver=5), "findings[0].waiver: expected a string or null"),
        (
            lambda it: it["results"][0]["requirements"].update(cis_docker="5.5"),
            "requirements.cis_docker: expected a list",
        ),
        (lambda it: it.update(collected_at="yesterday"), "collected_at: expected a time in UTC"),
        (lambda it: it["results"][0].update(result="pass"), "is pass, but one of its findings is fail"),
        (lambda it: it["score"].update(passed=1), "score.passed is 1, and the results give 0"),
        (lambda it: it["score"].update(scorable=2), "score.scorable is 2, and the results give 1"),
        (
            lambda it: it.update(identities=[{"subject": "container:web", "id": "", "labels": {"a": 5}}]),
            "labels.a: expected a string",
        ),
    ],
)
def test_what_is_not_an_assessment_is_refused_with_its_place(spoil, told) -> None:
    made = document()
    spoil(made)
    lines = refusal(made)
    assert all(each.startswith("results.json: ") for each in lines)
    assert any(told in each for each in lines), lines


def test_all_errors_are_told_up_to_a_bound() -> None:
    made = document()
    made["profile"] = made["operator"] = 5
    assert len(refusal(made)) == 2
    made["results"] = [{}] * 10
    lines = refusal(made)
    assert len(lines) == 21
    assert "more errors" in lines[-1]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "results.json:1:1: syntax"),
        (b'{"schema": "dockmark/assessment/1",\n "schema": 1}', "results.json:2:2: duplicate_key"),
        (b"\xff", "results.json: not_utf8"),
        (b"[" * 300 + b"]" * 300, "results.json: too_deep"),
        (b"5", "results.json: expected an object"),
        (b"NaN", "results.json: syntax"),
    ],
)
def test_what_is_not_json_as_we_accept_it(data, told) -> None:
    assert refusal(data)[0].startswith(told)


def test_a_file_is_bounded(monkeypatch) -> None:
    monkeypatch.setattr(assessment_file, "MOST_BYTES", 10)
    assert refusal(b" " * 11) == ["results.json: larger than 10 bytes"]


def test_keys_that_version_1_may_be_given_are_passed_over() -> None:
    made = document()
    made["added"] = made["results"][0]["added"] = made["results"][0]["findings"][0]["added"] = {"x": 1}
    assert read_assessment(json.dumps(made).encode(), "x").results
