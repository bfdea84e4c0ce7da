"""CSV: a row for every finding, and nothing that a spreadsheet would compute."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.model.facts import ABSENT
from benchmark.model.result import Finding, Result
from benchmark.render import RenderOptions, render_many
from benchmark.render.csv_text import csv_line
from tests.unit.render.made_assessments import (
    HOSTILE,
    assessment,
    control,
    erring,
    every_result,
    failing,
    passing,
    row,
    seen,
    subject,
)

OPTIONS = RenderOptions(frameworks=("cis_docker", "iso_27001"))


def records(*assessments, options=OPTIONS):
    text = "".join(render_many("csv", assessments, options))
    assert text.endswith("\r\n")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_golden(golden):
    golden("assessment.csv", "".join(render_many("csv", [every_result()], RenderOptions())))


def test_a_row_for_every_finding_and_one_for_a_control_without():
    made = every_result()
    expected = sum(max(1, len(each.findings)) for each in made.results)
    assert len(records(made)) == expected


def test_what_a_row_says():
    about = subject("container", "web")
    result = row(
        Result.FAIL,
        [failing(about)._replace(waiver="W-1"), passing(subject("container", "db"))],
        mapped={"iso_27001": ("A.8.2", "A.8.9")},
        waiver={"id": "W-1", "reason": "accepted"},
    )
    first, second = records(assessment([result]))
    assert first["target"] == "web-prod-17"
    assert first["benchmark"] == "cis_docker 1.8.0"
    assert (first["cis_docker"], first["iso_27001"]) == ("5.5", "A.8.2 A.8.9")
    assert (first["control"], first["control_result"]) == ("container_not_privileged", "fail")
    assert (first["subject"], first["result"], second["result"]) == ("container:web", "fail", "pass")
    assert (first["actual"], first["expected"]) == ("true", "equal false")
    assert (first["waiver"], second["waiver"]) == ("W-1", "")
    assert "HostConfig.Privileged" in first["evidence"]


def test_absent_and_unavailable_are_words_and_not_values():
    absent = Finding(subject(), Result.PASS, (seen("f", ABSENT, "be absent"),), "m")
    found = records(assessment([row(Result.ERROR, [absent, erring(subject())])]))
    assert [each["actual"] for each in found] == ["absent", "unavailable (denied: /proc/1/cmdline)"]
    assert found[1]["reason"] == "denied"


def test_several_targets_share_a_header():
    one, other = assessment([row(Result.PASS)]), assessment([row(Result.FAIL)])
    assert [each["control_result"] for each in records(one, other)] == ["pass", "fail"]


def test_no_target_leaves_the_header():
    text = "".join(render_many("csv", [], OPTIONS))
    assert text.count("\r\n") == 1
    assert '"cis_docker","iso_27001"' in text


@pytest.mark.parametrize("opening", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", " =", '"=', "'="])
def test_what_would_be_a_formula_is_text(opening):
    (found,) = csv.reader([csv_line([f"{opening}cmd|'/c calc'!A0"])])
    assert found[0].startswith("'")


@pytest.mark.parametrize("opening", ["\t=", "\r=", "\n=", "\x00="])
def test_control_characters_before_a_formula_are_visible(opening):
    (found,) = csv.reader([csv_line([f"{opening}1+1"])])
    assert found[0].startswith("\\")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=5))
def test_every_cell_comes_back_on_one_line(cells):
    line = csv_line(cells)
    assert line.count("\n") == 1
    (found,) = csv.reader([line])
    assert len(found) == len(cells)
    assert not any(each.startswith(("=", "+", "-", "@", "\t", "\r")) for each in found)


def test_hostile_text_is_shown_and_never_obeyed():
    made = control(title=HOSTILE)
    (found,) = records(assessment([row(Result.FAIL, [failing(subject(name=f"=1+1{HOSTILE}"))], made=made)]))
    assert "\\x1b]0;owned" in found["title"]
    assert all(each.isprintable() for each in found.values())
