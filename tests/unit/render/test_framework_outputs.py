"""An assessment seen from a framework: the terminal report, JSON, and many targets."""

from __future__ import annotations

import json
from dataclasses import replace

from jsonschema import Draft202012Validator

from benchmark.evaluate import view_framework
from benchmark.model.framework import Directness, Edge, Framework, Reach, Relationship, Requirement, Support
from benchmark.model.result import Result
from benchmark.render import RenderOptions, render_many
from tests.command import ROOT
from tests.unit.render.made_assessments import HOSTILE, assessment, control, failing, passing, row, subject

CONTROLS = {name: control(name, f"The title of {name}") for name in ("one", "two", "three", "four")}


def edge(name, directness=Directness.DIRECT):
    return Edge(name, Relationship.SUPPORTS, directness, Support.OWN_JUDGEMENT, f"why {name}")


def item(name, *edges, label="", reach=Reach.PARTLY, reason="", answered=()):
    return Requirement(
        label or f"The label of {name}",
        {"2017": name},
        {},
        {},
        tuple(each.control for each in edges),
        edges=edges,
        reach=reach,
        reach_reason=reason,
        corresponds={"2017": answered} if answered else {},
    )


FRAMEWORK = Framework(
    "made_up",
    "Made up",
    ("2017",),
    {"3": "Risks", "4": "Countermeasures", "5": "Out of reach"},
    (
        item("3.1", reach=Reach.ASKS_NOTHING, answered=("4.1",)),
        item("4.1", edge("one"), edge("two")),
        item("4.2", edge("one"), edge("three", Directness.PARTIAL)),
        item("4.3", edge("two"), reason="the rest is a matter of procedure"),
        item("4.4", edge("four")),
        item("5.1", reach=Reach.NOT_REACHABLE, reason="a matter of contracts"),
        item("5.2", reach=Reach.NOT_REACHABLE, reason="a matter of people"),
        item("5.3", reach=Reach.NOT_REACHABLE, reason="a matter of walls"),
        item("5.4", edge("one", Directness.INCIDENTAL), reach=Reach.INCIDENTALLY),
    ),
)


def judged(name="web"):
    return assessment(
        [
            row(
                Result.FAIL,
                [failing(subject(name=name))._replace(waiver="W-1")],
                made=CONTROLS["one"],
                waiver={"id": "W-1"},
            ),
            row(Result.PASS, [passing(subject(name=name))], made=CONTROLS["two"]),
            row(Result.NOTCHECKED, made=CONTROLS["three"]),
        ]
    )


def options(framework=FRAMEWORK, **changes):
    return RenderOptions(views=lambda made: (view_framework(framework, "2017", made, CONTROLS),), **changes)


def written(name, *assessments, **changes):
    return "".join(render_many(name, assessments, options(**changes)))


def test_golden_table(golden):
    golden("framework.txt", written("table", judged()))


def test_golden_verbose_table(golden):
    golden("framework_verbose.txt", written("table", judged(), verbose=True, unicode=False))


def test_golden_overview(golden):
    golden("framework_overview.txt", written("table", judged(), judged("db")))


def test_the_benchmarks_own_sections_make_room():
    text = written("table", judged())
    assert "4 Countermeasures (" in text
    assert "Section 5" not in text
    assert "\nSummary\n" in text, "the benchmark's own score stays"


def test_a_waived_failure_is_shown_as_waived_and_contradicts():
    text = written("table", judged())
    assert "✗ contradicted     4.1" in text
    assert "failed: one (waived)" in text
    assert "fail, waived: 5.5 The title of one" in text


def test_findings_stand_once_and_are_referred_to():
    text = written("table", judged())
    assert text.count("container web: [waived by W-1] HostConfig.Privileged is true") == 1
    assert "findings of one see 4.1" in text


def test_what_is_out_of_reach_is_one_line_and_explained_on_demand():
    assert "not reachable    5.1-5.3 (--verbose says why)\n" in written("table", judged())
    assert "a matter of contracts" in written("table", judged(), verbose=True)


def test_no_status_says_compliant():
    for each in (written("table", judged(), verbose=True), written("json", judged())):
        words = each.lower().replace("no finding of compliance", "")
        assert "complian" not in words
        assert '"met"' not in words


def test_json_holds_the_view_and_follows_the_schema():
    document = json.loads(written("json", judged()))
    schema = json.loads((ROOT / "reports/schemas/assessment-1.schema.json").read_text())
    Draft202012Validator(schema).validate(document)
    (view,) = document["framework_views"]
    assert (view["framework"], view["version"]) == ("made_up", "2017")
    assert view["score"] == {
        "percent": 25.0,
        "percent_out_of_reach": 37.5,
        "requirements": 8,
        "reachable": 4,
        "supported": 1,
        "contradicted": 2,
        "not_established": 1,
        "touched": 1,
        "out_of_reach": 3,
    }
    found = {each["id"]: each for section in view["sections"] for each in section["requirements"]}
    assert {name: each["status"] for name, each in found.items()} == {
        "3.1": "contradicted",
        "4.1": "contradicted",
        "4.2": "contradicted",
        "4.3": "supported",
        "4.4": "not established",
        "5.1": "not reachable",
        "5.2": "not reachable",
        "5.3": "not reachable",
        "5.4": "not established",
    }
    assert found["4.1"]["controls"][0] == {
        "control": "one",
        "relationship": "supports",
        "directness": "direct",
        "support": "own judgement",
        "reason": "why one",
        "sources": [],
        "result": "fail",
        "waived": True,
        "attested": False,
        "evidence": "against",
    }
    assert found["4.4"]["controls"][0]["result"] is None


def test_of_a_selection_of_a_framework_no_share_is_one_of_the_whole():
    some = replace(FRAMEWORK, complete=False)
    assert "3 of 8 requirements listed (the framework has more)" in " ".join(
        written("table", judged(), framework=some).split()
    )
    assert json.loads(written("json", judged(), framework=some))["framework_views"][0]["complete"] is False
    assert "the framework has more" not in written("table", judged())


def test_without_a_framework_json_has_no_view():
    assert "framework_views" not in json.loads("".join(render_many("json", [judged()], RenderOptions())))


def test_hostile_labels_of_a_users_own_framework_are_shown_and_never_obeyed():
    hostile = Framework("made_up", HOSTILE, ("2017",), {"4": HOSTILE}, (item("4.1", edge("one"), label=HOSTILE),))
    for verbose in (False, True):
        text = written("table", judged(), framework=hostile, verbose=verbose)
        assert all(line.isprintable() for line in text.splitlines())
