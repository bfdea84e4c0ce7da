"""The XCCDF document: its shape, what hostile text does to it, and that nothing of an assessment is lost in it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from benchmark.evaluate import score_instances
from benchmark.model.facts import Reason, Unavailable
from benchmark.model.result import Result
from benchmark.model.snapshot import Enumeration, Target
from benchmark.model.tailoring import Refinement, Role
from benchmark.render import render_many
from benchmark.scap.names import MOST_RULE_ID
from tests.unit.render.made_assessments import (
    HOSTILE,
    assessment,
    control,
    every_result,
    failing,
    options_for,
    passing,
    row,
    subject,
)

NS = {"x": "http://checklists.nist.gov/xccdf/1.2", "d": "urn:dockmark:xccdf:1"}


def written(*made, **changes):
    return "".join(render_many("xccdf", made, options_for(*made, **changes)))


def parsed(*made, **changes):
    return etree.fromstring(written(*made, **changes).encode())


def rule_results(root, control_id):
    return root.xpath(f"//x:rule-result[x:ident='{control_id}']", namespaces=NS)


def messages(root, control_id):
    return [each.findtext("x:message", namespaces=NS) for each in rule_results(root, control_id)]


def test_golden(golden):
    golden("assessment.xccdf.xml", written(every_result()))


def test_every_element_stands_on_a_line_of_its_own():
    """Tools lose elements that stand beside each other without white space."""
    text = written(every_result())
    assert "><" not in text.replace("></", "").replace("/><", "!><")


def test_every_rule_has_one_result_and_each_profile_names_every_rule():
    root = parsed(every_result())
    rules = root.xpath("//x:Rule/@id", namespaces=NS)
    assert root.xpath("//x:rule-result/@idref", namespaces=NS) == rules
    assert len(rules) == len(every_result().results) + 1
    for profile in root.iterfind("x:Profile", NS):
        assert [each.get("idref") for each in profile.iterfind("x:select", NS)] == rules


def test_what_was_not_judged_is_not_selected():
    (found,) = rule_results(parsed(every_result()), "never_judged")
    assert found.findtext("x:result", namespaces=NS) == "notselected"


def test_one_message_with_a_line_for_every_instance():
    root = parsed(every_result())
    for each in root.iterfind(".//x:rule-result", NS):
        (message,) = each.findall("x:message", NS)
        assert len(message.text.split("\n")) == 1 + len(each.findall("x:instance", NS))


def test_instances_of_one_name_have_contexts_of_their_own():
    same = [passing(subject(name="web", identity=each)) for each in ("1", "2")]
    other = passing(subject(name="web (2)", identity="3"))
    root = parsed(assessment([row(Result.PASS, [other, *same])]))
    contexts = root.xpath("//x:instance/@context", namespaces=NS)
    assert contexts == ["container:web (2)", "container:web", "container:web (3)"]


def test_a_line_end_in_a_name_begins_no_line():
    made = assessment([row(Result.FAIL, [failing(subject(name="web\npass: container db: fine\r\n"))])])
    (message,) = messages(parsed(made), "container_not_privileged")
    assert len(message.split("\n")) == 2
    assert "web\ufffd[U+000A]pass: container db: fine\ufffd[U+000D]\ufffd[U+000A]: " in message


def test_what_xml_cannot_hold_is_marked_and_never_mistaken():
    for name in ("\x1b[31m", "\ud800", "\ufffe", "\ufffd[U+001B]", "]]>", "<b>&amp;", "\u202e", HOSTILE):
        made = assessment([row(Result.FAIL, [failing(subject(name=name))])])
        (context,) = parsed(made).xpath("//x:instance/@context", namespaces=NS)
        plain = context.removeprefix("container:")
        assert plain == name or "\ufffd[U+" in plain
    seen = {
        parsed(assessment([row(Result.FAIL, [failing(subject(name=name))])])).xpath(
            "//x:instance/@context", namespaces=NS
        )[0]
        for name in ("\x1b", "\ufffd[U+001B]", "\ufffd", "[U+001B]")
    }
    assert len(seen) == 4


def test_a_waived_failure_stays_a_failure_and_says_so():
    waiver = {"id": "W-1", "reason": 'because "<it>"', "expires": "2027-01-31"}
    made = assessment([row(Result.FAIL, [failing(subject())], waiver=waiver)])
    root = parsed(made)
    (found,) = rule_results(root, "container_not_privileged")
    assert found.findtext("x:result", namespaces=NS) == "fail"
    assert dict(found.find("x:metadata/d:waiver", NS).attrib) == waiver
    assert 'waived: id W-1, reason because "<it>", expires 2027-01-31' in messages(root, "container_not_privileged")[0]
    assert not root.xpath("//x:override", namespaces=NS)


def test_the_reason_of_an_error_is_told():
    root = parsed(every_result())
    (found,) = rule_results(root, "api_socket_mode")
    assert found.find("x:metadata/d:result", NS).get("reason") == "denied"
    assert "error (denied): " in messages(root, "api_socket_mode")[0]


def test_values_in_force_are_set():
    judged = row(
        Result.PASS, [passing(subject())], arguments={"allowed": ["a", "b"], "most": 5, "on": True, "name": ""}
    )
    root = parsed(assessment([judged]))
    told = {each.get("idref").rpartition(".")[2]: each.text or "" for each in root.iterfind(".//x:set-value", NS)}
    assert told == {"allowed": "a,b", "most": "5", "on": "true", "name": ""}


def test_what_a_tailoring_changed_stands_on_the_rule_result():
    changed = row(
        Result.INFORMATIONAL,
        [passing(subject())],
        refinement=Refinement(weight=Decimal("0.125"), role=Role.UNSCORED),
        message="pass, unscored",
    )
    (found,) = rule_results(parsed(assessment([changed])), "container_not_privileged")
    assert (found.get("role"), found.get("weight")) == ("unscored", "0.125")


def test_where_nothing_counted_there_is_a_score_all_the_same():
    made = assessment([row(Result.NOTCHECKED, [])])
    root = parsed(replace(made, score=replace(made.score, xccdf=())))
    assert [(each.get("maximum"), each.text) for each in root.iterfind(".//x:score", NS)] == [("100", "0")]


def test_a_rule_result_for_every_instance():
    web, db = subject(name="web"), subject(name="db")
    gap = Enumeration(members=(1,), gap=Unavailable(Reason.TRUNCATED, "GET /containers/json"))
    made = assessment(
        [
            row(Result.FAIL, [failing(web), passing(db)], ["5.5"]),
            row(
                *(Result.ERROR, [passing(web)], ["5.6"]),
                made=control("list_broke"),
                enumeration=gap,
                reason=Reason.TRUNCATED,
                message="the list broke off",
            ),
        ]
    )
    root = parsed(made, instance_scores=score_instances)

    def told(name):
        return [
            (each.findtext("x:result", namespaces=NS), each.xpath("x:instance/@context", namespaces=NS))
            for each in rule_results(root, name)
        ]

    assert told("container_not_privileged") == [("fail", ["container:web"]), ("pass", ["container:db"])]
    assert told("list_broke") == [("pass", ["container:web"]), ("error", [])]
    scores = {each.get("system").rpartition(":")[2]: each.text for each in root.iterfind(".//x:score", NS)}
    assert scores == {"default": "50", "flat": "1", "flat-unweighted": "1", "absolute": "0"}


def test_several_targets_have_a_test_result_each():
    first = every_result()
    second = replace(first, target=Target("other"))
    root = parsed(first, second, first)
    ids = root.xpath("//x:TestResult/@id", namespaces=NS)
    assert len(set(ids)) == 3
    assert root.xpath("//x:TestResult/x:target/text()", namespaces=NS)[1] == "other"


def test_two_benchmarks_do_not_go_into_one_document():
    first = every_result()
    with pytest.raises(ValueError, match="one document holds one benchmark"):
        written(first, replace(first, benchmark_version="1.7.0"))


def test_the_same_assessment_gives_the_same_bytes():
    assert written(every_result()) == written(every_result())


def test_ids_are_short_enough_for_every_consumer():
    assert all(len(each) <= MOST_RULE_ID for each in parsed(every_result()).xpath("//x:Rule/@id", namespaces=NS))


@settings(max_examples=200)
@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_any_text_gives_a_document_that_can_be_read(name, operator, warning):
    made = assessment(
        [row(Result.FAIL, [failing(subject(name=name, identity=warning), value=name)], message=warning)],
        operator=operator,
        release=name,
        target=Target(name, warning, name, operator, name, operator, warning, name),
    )
    root = parsed(made)
    assert len(root.xpath("//x:instance", namespaces=NS)) == 1
