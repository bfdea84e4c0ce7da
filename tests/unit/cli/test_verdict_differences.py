"""What differs between two assessments: what they decide, or only how they say it."""

import copy
import json

import pytest

from benchmark.cli.verdict_differences import find_differences

ROW = {
    "control": "a",
    "version": 1,
    "title": "A",
    "severity": "high",
    "result": "fail",
    "reason": None,
    "message": "m",
    "findings": [{"subject": "container:web", "id": "1", "result": "fail", "reason": None, "message": "m"}],
    "waiver": {"id": "W-1", "reason": "r"},
    "attestation": None,
}
DOCUMENT = {"score": {"passed": 0}, "counts": {"fail": 1}, "operator": "root", "results": [ROW]}


def differences(change):
    other = copy.deepcopy(DOCUMENT)
    change(other)
    return find_differences(json.dumps(DOCUMENT).encode(), json.dumps(other).encode())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d["results"][0].update(result="pass"), "a is fail in the pack, and pass by its facts"),
        (lambda d: d["results"][0].update(reason="denied"), "with other findings"),
        (lambda d: d["results"][0].update(severity="low"), "with other findings"),
        (lambda d: d["results"][0]["findings"][0].update(result="pass"), "with other findings"),
        (lambda d: d["results"][0]["findings"][0].update(id="2"), "with other findings"),
        (lambda d: d["results"][0]["findings"].clear(), "with other findings"),
        (lambda d: d["results"][0].update(waiver=None), "under another policy"),
        (lambda d: d["results"][0]["waiver"].update(id="W-2"), "under another policy"),
        (lambda d: d["results"][0].update(attestation={"id": "A-1"}), "under another policy"),
        (lambda d: d["results"].clear(), "not among what was asked"),
        (lambda d: d["results"].append({**ROW, "control": "b"}), "b is missing"),
        (lambda d: d["score"].update(passed=1), "score is not what follows"),
        (lambda d: d.update(operator="mallory"), "operator is not what follows"),
    ],
)
def test_another_decision_is_a_verdict(change, says):
    found = differences(change)
    assert len(found.verdicts) == 1
    assert says in found.verdicts[0]


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (lambda d: d["results"][0].update(message="other"), ("a",)),
        (lambda d: d["results"][0].update(requirements={"hipaa": ["x"]}), ("a",)),
        (lambda d: d["results"][0]["findings"][0].update(message="other"), ("a",)),
        (lambda d: d["results"][0]["waiver"].update(reason="in other words"), ("a",)),
        (lambda d: d.update(frameworks=[]), ("frameworks",)),
    ],
)
def test_other_words_are_not(change, names):
    found = differences(change)
    assert (found.verdicts, found.texts) == ((), names)


def test_the_same_is_the_same_and_what_is_no_json_is_a_difference():
    assert differences(lambda _: None) == find_differences(b"x", b"x")
    assert find_differences(b"x", b"{}").verdicts
    assert find_differences(b"{}", b"{} ").texts
