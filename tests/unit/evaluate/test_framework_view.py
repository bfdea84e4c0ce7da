"""An assessment seen from frameworks that are made up here."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from benchmark.evaluate import edges_of, view_framework
from benchmark.model.framework import Directness, Edge, Framework, Reach, Relationship, Requirement, Support
from benchmark.model.framework_view import Evidence, Status
from benchmark.model.result import Result
from tests.unit.render.made_assessments import assessment, control, row

DIRECT, PARTIAL, INCIDENTAL = Directness
WAIVER = {"id": "W-1", "reason": "accepted", "until": "2027-01-01"}
NAMES = ("one", "two", "three")
CONTROLS = {name: control(name) for name in NAMES}


def edge(name, directness=DIRECT, relationship=Relationship.SUPPORTS):
    return Edge(name, relationship, directness, Support.OWN_JUDGEMENT, "because")


def item(name, *edges, reach=Reach.PARTLY, reason="", answered=()):
    return Requirement(
        f"the label of {name}",
        {"1": name},
        {},
        {},
        tuple(each.control for each in edges),
        edges=edges,
        reach=reach,
        reach_reason=reason,
        corresponds={"1": answered} if answered else {},
    )


def framework(*items):
    return Framework("made_up", "Made up", ("1",), {"3": "Risks", "4": "Answers", "4.1": "More answers"}, items)


def judged(**results):
    waived = {"two": WAIVER}
    return assessment(
        [
            row(result, made=CONTROLS[name], waiver=waived.get(name) if result is Result.FAIL else None)
            for name, result in results.items()
        ]
    )


def view(*items, **results):
    return view_framework(framework(*items), "1", judged(**results), CONTROLS)


def only(*edges, **results):
    (found,) = view(item("4.1.1", *edges), **results).requirements()
    return found


def test_supported_by_a_direct_pass():
    found = only(edge("one"), one=Result.PASS)
    assert found.status is Status.SUPPORTED
    assert found.why == "passed: one; nothing that speaks to it failed or is open"


def test_contradicted_by_a_direct_failure_beside_passes():
    found = only(edge("one"), edge("three"), one=Result.PASS, three=Result.FAIL)
    assert (found.status, found.why) == (Status.CONTRADICTED, "failed: three")
    assert [each.evidence for each in found.backings] == [Evidence.FOR, Evidence.AGAINST]


def test_a_waived_failure_stays_a_contradiction_and_says_that_it_is_waived():
    found = only(edge("two"), two=Result.FAIL)
    assert (found.status, found.why) == (Status.CONTRADICTED, "failed: two (waived)")


def test_an_incidental_failure_changes_nothing():
    found = only(edge("one"), edge("two", INCIDENTAL), one=Result.PASS, two=Result.FAIL)
    assert found.status is Status.SUPPORTED
    alone = only(edge("two", INCIDENTAL), two=Result.FAIL)
    assert (alone.status, alone.why) == (Status.NOT_ESTABLISHED, "its controls touch it only incidentally")


def test_an_incidental_pass_supports_nothing():
    assert only(edge("one", INCIDENTAL), one=Result.PASS).status is Status.NOT_ESTABLISHED


def test_partial_support_is_named_and_establishes_nothing():
    found = only(edge("one", PARTIAL), edge("two", PARTIAL), one=Result.PASS, two=Result.PASS)
    assert (found.status, found.why) == (
        Status.NOT_ESTABLISHED,
        "passed, but each is about a part only: one, two",
    )


def test_what_is_open_is_said_by_reason():
    found = only(edge("one"), edge("two"), edge("three"), one=Result.PASS, two=Result.NOTCHECKED, three=Result.ERROR)
    assert found.status is Status.NOT_ESTABLISHED
    assert found.why == "left to a person: two; could not be looked at: three"


def test_a_control_that_was_not_judged_leaves_it_open():
    found = only(edge("one"), edge("two"), one=Result.PASS)
    assert (found.status, found.why) == (Status.NOT_ESTABLISHED, "not judged in this run: two")
    assert found.backings[1].result is None
    assert found.backings[1].control is CONTROLS["two"]


def test_of_a_control_beyond_the_benchmark_the_way_to_judge_it_is_told():
    requirement = item("4.1.1", edge("one"), edge("two"))
    (found,) = view_framework(framework(requirement), "1", judged(), CONTROLS, ["two"]).requirements()
    assert found.why == "not judged in this run: one; not judged without --beyond: two"


def test_nothing_that_its_controls_apply_to():
    found = only(edge("one"), one=Result.NOTAPPLICABLE)
    assert (found.status, found.why) == (Status.NOT_ESTABLISHED, "nothing here that its controls apply to")
    assert only(edge("one"), edge("two"), one=Result.NOTAPPLICABLE, two=Result.PASS).status is Status.SUPPORTED
    beside = only(edge("one"), edge("two", INCIDENTAL), one=Result.NOTAPPLICABLE, two=Result.PASS)
    assert beside.why == "nothing here that its controls apply to"


def test_a_requirement_without_controls():
    assert only().why == "no control speaks to it"


def test_out_of_reach_whatever_its_controls_say():
    (found,) = view(
        item("4.1.1", edge("one"), reach=Reach.NOT_REACHABLE, reason="a matter of contracts"), one=Result.PASS
    ).requirements()
    assert (found.status, found.why) == (Status.NOT_REACHABLE, "a matter of contracts")


def test_what_checks_touch_only_incidentally_is_never_supported():
    (found,) = view(item("4.1.1", edge("one"), reach=Reach.INCIDENTALLY), one=Result.PASS).requirements()
    assert found.status is Status.NOT_ESTABLISHED


def test_a_risk_has_the_worst_status_of_what_answers_it():
    found = {
        each.id: each
        for each in view(
            item("3.1", reach=Reach.ASKS_NOTHING, answered=("4.1.1", "4.1.2")),
            item("3.2", reach=Reach.ASKS_NOTHING, reason="nothing answers it"),
            item("4.1.1", edge("one")),
            item("4.1.2", edge("two")),
            one=Result.PASS,
            two=Result.FAIL,
        ).requirements()
    }
    assert (found["3.1"].status, found["3.1"].answered_by) == (Status.CONTRADICTED, ("4.1.1", "4.1.2"))
    assert found["3.1"].why == "answered elsewhere: 4.1.1 is supported, 4.1.2 is contradicted"
    assert (found["3.2"].status, found["3.2"].why) == (Status.NOT_REACHABLE, "nothing answers it")


def test_the_score_counts_what_is_reachable_and_names_the_rest():
    made = view(
        item("3.1", reach=Reach.ASKS_NOTHING, answered=("4.1.1",)),
        item("4.1.1", edge("one")),
        item("4.1.2", edge("two"), reach=Reach.LARGELY),
        item("4.1.3", edge("three")),
        item("4.1.4", edge("one", INCIDENTAL), reach=Reach.INCIDENTALLY),
        item("4.1.5", reach=Reach.NOT_REACHABLE),
        one=Result.PASS,
        two=Result.FAIL,
        three=Result.UNKNOWN,
    )
    score = made.score
    assert (score.requirements, score.reachable, score.touched, score.out_of_reach) == (5, 3, 1, 1)
    assert (score.supported, score.contradicted, score.not_established) == (1, 1, 1)
    assert score.percent == Decimal(100) / 3
    assert score.percent_out_of_reach == 20


def test_an_empty_framework_has_no_score():
    assert view().score.percent is None
    assert view().score.percent_out_of_reach is None


def test_sections_and_requirements_are_in_the_frameworks_order():
    made = view(item("4.1.10"), item("4.1.9"), item("4.2"), item("3.1"), item("9"))
    assert [(each.number, [one.id for one in each.requirements]) for each in made.sections] == [
        ("3", ["3.1"]),
        ("4.1", ["4.1.9", "4.1.10"]),
        ("4", ["4.2"]),
        ("", ["9"]),
    ]
    assert [each.label for each in made.sections] == ["Risks", "More answers", "Answers", ""]


def test_controls_without_edges_decide_their_requirement():
    plain = Requirement("label", {"1": "5.5"}, {}, {}, ("one",))
    (found,) = edges_of(plain)
    assert (found.control, found.relationship, found.directness) == ("one", Relationship.EQUAL, DIRECT)


@pytest.mark.parametrize(("profile", "shown"), [("level_1", ["5.1"]), ("level_2", ["5.1", "5.2"])])
def test_of_the_benchmark_itself_only_the_profile_is_shown(profile, shown):
    items = [
        Requirement(name, {"1.8.0": name}, {"1.8.0": (level,)}, {}, ("one",))
        for name, level in (("5.1", 1), ("5.2", 2))
    ]
    own = Framework("cis_docker", "CIS", ("1.8.0",), {"5": "Containers"}, tuple(items))
    made = view_framework(own, "1.8.0", assessment([row(Result.PASS, made=CONTROLS["one"])], profile=profile), CONTROLS)
    assert [each.id for each in made.requirements()] == shown


@pytest.mark.parametrize(
    ("result", "directness", "why"),
    [
        (Result.INFORMATIONAL, DIRECT, "taken out of the score: one"),
        (Result.NOTSELECTED, DIRECT, "not selected: one"),
        (Result.UNKNOWN, DIRECT, "gave nobody an answer: one"),
        (Result.FAIL, PARTIAL, "failed, which does not decide it: one"),
    ],
)
def test_every_reason_for_being_open_has_its_words(result, directness, why):
    found = only(edge("one", directness), one=result)
    assert (found.status, found.why) == (Status.NOT_ESTABLISHED, why)


def test_without_an_assessment_nothing_was_judged():
    (found,) = view_framework(framework(item("4.1.1", edge("one"))), "1", None, CONTROLS).requirements()
    assert (found.status, found.why) == (Status.NOT_ESTABLISHED, "not judged in this run: one")
    own = replace(framework(item("4.1.1", edge("one"))), id=judged().framework)
    assert len(view_framework(own, "1", None, CONTROLS).requirements()) == 1


def test_requirements_of_another_version_are_not_shown():
    other = replace(item("4.1.2", edge("one")), ids={"2": "4.1.2"})
    assert [each.id for each in view(item("4.1.1"), other).requirements()] == ["4.1.1"]


def test_of_an_unknown_profile_every_level_of_the_benchmark_is_shown():
    requirement = replace(item("4.1.1", edge("one")), levels={"1": (2,)})
    own = replace(framework(requirement), id=judged().framework)
    for profile, shown in (("level_1", 0), ("level_2", 1), ("ours", 1)):
        made = replace(judged(), profile=profile)
        assert len(view_framework(own, "1", made, CONTROLS).requirements()) == shown


def test_what_decides_a_recommendation_is_in_the_text_of_the_benchmark():
    (found,) = edges_of(replace(item("4.1.1"), controls=("one",)))
    assert (found.control, found.support, found.directness) == ("one", Support.FRAMEWORK_TEXT, DIRECT)
    assert found.relationship is Relationship.EQUAL


def test_a_score_counts_each_kind_by_itself():
    score = view(
        *(item(f"4.1.{number}", edge("one")) for number in range(1, 4)),
        item("4.1.4", edge("three")),
        *(item(f"4.1.{number}", edge("two", PARTIAL)) for number in range(5, 7)),
        item("3.1", edge("one", INCIDENTAL), reach=Reach.INCIDENTALLY),
        *(item(f"3.{number}", reach=Reach.NOT_REACHABLE) for number in range(2, 7)),
        item("3.7", reach=Reach.ASKS_NOTHING),
        one=Result.PASS,
        two=Result.PASS,
        three=Result.FAIL,
    ).score
    assert (score.requirements, score.reachable, score.touched, score.out_of_reach) == (12, 6, 1, 5)
    assert (score.supported, score.contradicted, score.not_established) == (3, 1, 2)
    assert score.percent == Decimal(50)
    assert score.percent_out_of_reach == Decimal(500) / 12


def test_what_is_out_of_reach_says_why():
    plain, told = view(
        item("4.1.1", reach=Reach.NOT_REACHABLE), item("4.1.2", reach=Reach.NOT_REACHABLE, reason="It is on paper.")
    ).requirements()
    assert plain.why == "no technical check of a Docker host speaks to it"
    assert told.why == "It is on paper."


def test_a_requirement_that_is_touched_only_has_the_status_of_what_was_found():
    """Whatever its edges say, it is never supported."""
    passed, failed = (
        view(item("4.1.1", edge("one"), reach=Reach.INCIDENTALLY), one=each).requirements()[0]
        for each in (Result.PASS, Result.FAIL)
    )
    assert (passed.status, passed.why) == (
        Status.NOT_ESTABLISHED,
        "checks touch it only incidentally, which supports nothing",
    )
    assert (failed.status, failed.why) == (Status.CONTRADICTED, "failed: one")


def test_a_control_of_the_assessment_is_shown_as_it_was_judged():
    older = control("one", "An older title")
    made = assessment([row(Result.PASS, made=older)])
    (found,) = view_framework(framework(item("4.1.1", edge("one"))), "1", made, CONTROLS).requirements()
    assert found.backings[0].control is older


def test_only_items_that_ask_nothing_are_answered_by_others_and_only_by_what_there_is():
    asked, answered, answer = view(
        item("3.1", edge("three"), answered=("4.1.1",)),
        item("3.2", reach=Reach.ASKS_NOTHING, answered=("4.9.9", "4.1.1")),
        item("4.1.1", edge("one")),
        one=Result.PASS,
        three=Result.FAIL,
    ).requirements()
    assert asked.status is Status.CONTRADICTED
    assert (answered.status, answered.answered_by) == (Status.SUPPORTED, ("4.1.1",))
    assert answer.status is Status.SUPPORTED


def test_a_control_that_passed_is_not_called_waived():
    made = assessment([row(Result.PASS, made=CONTROLS["two"], waiver=WAIVER)])
    (found,) = view_framework(framework(item("4.1.1", edge("two"))), "1", made, CONTROLS).requirements()
    assert found.why.startswith("passed: two; ")
