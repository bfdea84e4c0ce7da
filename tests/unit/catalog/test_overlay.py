"""The organisation's side of a Statement of Applicability: strict, and every error with its place."""

import json

import pytest
import yaml
from jsonschema import Draft202012Validator

from benchmark.catalog.content_error import ContentErrors
from benchmark.catalog.overlay import read_overlay
from benchmark.model.applicability import Decision, Implementation
from benchmark.model.framework import Framework, Reach, Requirement
from tests.command import ROOT

FRAMEWORK = Framework(
    "iso_27001",
    "ISO/IEC 27001",
    ("2013", "2022"),
    {"A.5": "Organisation", "A.8": "Technology"},
    (
        Requirement("one", {"2022": "A.5.1"}, {}, {}, ()),
        Requirement("two", {"2022": "A.8.9", "2013": "A.12.1.2"}, {}, {}, ()),
        Requirement("risk", {"2022": "A.5.9"}, {}, {}, (), reach=Reach.ASKS_NOTHING),
    ),
)
GOOD = """\
framework: iso_27001
version: "2022"
organization: Example
scope: All of it
approved_by: Alice
approved: "2026-11-27"
controls:
  A.5.1:
    applicable: true
    justification: because
    implementation: partly implemented
    owner: Bob
    references: [POL-1, "R-2"]
  A.8.9:
    applicable: false
    justification: no such thing
"""


def read(text, version="2022"):
    return read_overlay(text.encode(), "soa.yaml", FRAMEWORK, version)


def errors(text, version="2022"):
    with pytest.raises(ContentErrors) as caught:
        read(text, version)
    return [str(each) for each in caught.value.errors]


def test_a_whole_overlay():
    found = read(GOOD)
    assert (found.organization, found.scope, found.approved_by, found.approved) == (
        "Example",
        "All of it",
        "Alice",
        "2026-11-27",
    )
    assert found.decisions == {
        "A.5.1": Decision(True, "because", Implementation.PARTLY, "Bob", ("POL-1", "R-2")),
        "A.8.9": Decision(False, "no such thing"),
    }


def test_the_published_schema_takes_what_is_read_and_refuses_the_rest():
    schema = json.loads((ROOT / "reports/schemas/soa-overlay-1.schema.json").read_text())
    validator = Draft202012Validator(schema)
    assert validator.is_valid(yaml.safe_load(GOOD))
    for right, wrong in (("applicable: true", "applicable: 1"), ("partly implemented", "done"), ("owner", "owned")):
        assert not validator.is_valid(yaml.safe_load(GOOD.replace(right, wrong, 1)))


def test_the_shortest_overlay_decides_nothing():
    assert read("framework: iso_27001\ncontrols: {}\n").decisions == {}


def test_the_version_decides_which_ids_there_are():
    old = "framework: iso_27001\ncontrols:\n  A.12.1.2: {applicable: true, justification: x}\n"
    assert read(old, "2013").decisions.keys() == {"A.12.1.2"}
    (only,) = errors(old)
    assert only.startswith("soa.yaml:3:3: no requirement of iso_27001 2022 'A.12.1.2'")


@pytest.mark.parametrize(
    ("right", "wrong", "error"),
    [
        ("iso_27001", "iso_27002", "soa.yaml:1:12: the statement is about framework iso_27001, and not iso_27002"),
        ('"2022"', '"2013"', "soa.yaml:2:10: the statement is about version 2022, and not 2013"),
        ('"2026-11-27"', '"2026-02-30"', "soa.yaml:6:11: approved must be a date such as 2026-11-27"),
        ("A.5.1", "A.5.9", "soa.yaml:8:3: A.5.9 asks nothing itself, so there is nothing to decide about it"),
        ("A.5.1", "A.5.11", "soa.yaml:8:3: no requirement of iso_27001 2022 'A.5.11'; there are A.5.1, A.8.9, A.5.9"),
        ("A.8.9", "A.5.1", "soa.yaml:14:3: the key 'A.5.1' stands twice, first on line 8"),
        ("applicable: true", 'applicable: "yes"', "soa.yaml:9:17: applicable must be true or false, found a string"),
        ("justification: because", "justification: ''", "soa.yaml:10:20: justification is empty"),
        ("partly implemented", "done", "soa.yaml:11:21: no implementation 'done'"),
        ("owner", "owned", "soa.yaml:12:5: no key 'owned'"),
        ('"R-2"', "2", "soa.yaml:13:25: a reference must be a string, found the number 2"),
        ("  A.8.9:\n    applicable: false\n", "  A.8.9:\n", "soa.yaml:15:5: A.8.9 lacks applicable"),
        (
            "applicable: true",
            "applicable: false",
            "soa.yaml:11:21: what is not applicable is not implemented either; leave implementation out",
        ),
    ],
)
def test_what_is_wrong_has_a_place(right, wrong, error):
    assert right in GOOD
    found = errors(GOOD.replace(right, wrong, 1))
    assert any(each.startswith(error) for each in found), found


def test_all_errors_are_told_at_once():
    assert len(errors(GOOD.replace("true", "1").replace("false", "2").replace("A.5.1", "B.1"))) == 3


@pytest.mark.parametrize("text", ["", "[]", "framework: iso_27001\n", "- a\n- b\n", "controls: &x {}\n"])
def test_what_is_no_overlay_is_refused(text):
    assert errors(text)


def test_bounds():
    long = "x" * 4001
    assert "longer than 4000 characters" in errors(GOOD.replace("because", long))[0]
    many = ", ".join(["a"] * 51)
    assert "more than 50 references" in errors(GOOD.replace('POL-1, "R-2"', many))[0]
