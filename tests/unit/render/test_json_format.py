"""JSON version 1: the contract, its bytes, and what hostile text does to it."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.model.facts import ABSENT, Reason, Source, Subject, Unavailable
from benchmark.model.framework import Requirement
from benchmark.model.result import Finding, Result, XccdfScore
from benchmark.model.seen import Seen
from benchmark.model.snapshot import Enumeration
from benchmark.model.strict_json import parse_json
from benchmark.render import RenderOptions, json_format, origin, render_many
from benchmark.render.formats import FORMATS
from tests.unit.render.made_assessments import (
    DIGEST,
    HOSTILE,
    READ_AT,
    VERSION,
    assessment,
    control,
    every_result,
    failing,
    options_for,
    passing,
    requirement,
    row,
    seen,
    subject,
)

OPTIONS = RenderOptions()


def written(*assessments):
    return "".join(render_many("json", assessments, OPTIONS))


def document(made):
    return parse_json(written(made).encode())


def only_finding(finding, **changes):
    return document(assessment([row(finding.result, [finding], **changes)]))["results"][0]["findings"][0]


def test_golden(golden):
    golden("assessment.json", written(every_result()))


def test_options_do_not_change_a_byte():
    odd = RenderOptions(width=40, colour=True, verbose=True, unicode=False, sections={"5": "x"}, framework="y")
    assert "".join(render_many("json", [every_result()], odd)) == written(every_result())


def test_top_level_keys_in_order():
    keys = "schema tool target collector collected_at evaluated_at operator release benchmark profile tailoring score counts"
    more = "warnings not_yet_judged deselected results"
    assert list(document(every_result())) == [*keys.split(), *more.split()]


def test_result_keys_in_order():
    keys = "control version title severity automation result reason message section requirements levels assessment"
    more = "refinement for_each enumeration remediation findings waiver attestation"
    assert list(document(every_result())["results"][0]) == [*keys.split(), *more.split()]


def test_finding_keys_in_order():
    keys = "subject id result reason actual expected message evidence"
    assert list(document(every_result())["results"][0]["findings"][0]) == keys.split()


def test_counts_name_all_nine_results():
    counts = document(every_result())["counts"]
    assert set(counts) == {each.value for each in Result}
    assert counts["error"] == 2
    assert sum(counts.values()) == len(every_result().results)


def test_results_and_findings_keep_their_order():
    made = every_result()
    results = document(made)["results"]
    assert [each["control"] for each in results] == [each.control.id for each in made.results]
    names = [each["id"] for each in results[2]["findings"]]
    assert names == [each.subject.id for each in made.results[2].findings]


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        (Decimal("61.25"), "61.2"),
        (Decimal("61.35"), "61.4"),
        (Decimal(100) / Decimal(3), "33.3"),
        (Decimal(100), "100.0"),
        (Decimal(0), "0.0"),
        (None, "null"),
    ],
)
def test_percent_is_rounded_half_to_even(exact, shown):
    score = dataclasses.replace(assessment().score, percent=exact)
    assert f'"percent": {shown}, ' in written(assessment(score=score))


def test_scores_of_xccdf_have_six_decimals_and_no_noise():
    scores = (
        XccdfScore("urn:xccdf:scoring:default", Decimal(200) / Decimal(3), Decimal(100)),
        XccdfScore("urn:xccdf:scoring:flat", Decimal("2.50"), Decimal("1E+2")),
    )
    text = written(assessment(score=dataclasses.replace(assessment().score, xccdf=scores)))
    assert '"urn:xccdf:scoring:default": {"score": 66.666667, "maximum": 100}' in text
    assert '"urn:xccdf:scoring:flat": {"score": 2.5, "maximum": 100}' in text


def test_an_empty_assessment_is_a_document():
    assert document(assessment())["results"] == []
    assert document(assessment())["score"]["percent"] is None


def test_several_assessments_are_a_document_a_line():
    first, second = every_result(), assessment(profile="level_1")
    lines = written(first, second).splitlines()
    assert [json.loads(each) for each in lines] == [document(first), document(second)]


def test_the_deciding_fact_is_actual_and_expected():
    finding = Finding(subject(), Result.FAIL, (seen("a", 7, "be at most 3", held=False), seen("b", 8)), "m")
    assert {"actual": 7, "expected": "at most 3"}.items() <= only_finding(finding).items()


def test_absent_null_and_unavailable_are_told_apart_by_the_evidence():
    values = (
        ("a", ABSENT),
        ("b", None),
        ("c", Unavailable(Reason.TIMEOUT, "GET /info")),
        ("d", "x\n"),
        ("e", [1, {"k": "ä"}]),
    )
    about = subject(sources={name: () for name, _ in values})
    finding = Finding(about, Result.ERROR, tuple(seen(name, value) for name, value in values), "m", Reason.TIMEOUT)
    shown = only_finding(finding)
    assert shown["actual"] is None
    assert shown["evidence"] == [
        "a is absent",
        "b = null",
        "c could not be established: timeout: GET /info",
        'd = "x\\n"',
        'e = [1, {"k": "ä"}]',
    ]


def test_evidence_names_source_digest_time_and_remark():
    sources = {
        "daemon.icc": (Source("GET /networks/bridge", READ_AT, DIGEST, "true"), Source("default:20.10", says="true"))
    }
    about = subject("daemon", "docker", sources=sources, notes={"daemon.icc": "restart"})
    finding = Finding(about, Result.FAIL, (seen("daemon.icc", True, held=False),), "m")
    assert only_finding(finding)["evidence"] == [
        f"daemon.icc = true (GET /networks/bridge says true, {DIGEST}, read at {READ_AT}; default:20.10 says true; restart)"
    ]


def test_a_fact_of_the_daemon_is_never_given_the_containers_source():
    finding = Finding(subject(), Result.PASS, (seen("daemon:security.apparmor", True),), "m")
    assert only_finding(finding)["evidence"] == ["daemon:security.apparmor = true"]


def test_a_fact_of_the_daemon_has_the_daemons_source_where_the_daemon_is_at_hand():
    finding = Finding(subject(), Result.PASS, (seen("daemon:security.apparmor", True),), "m")
    daemon = Subject("daemon", "docker", "", {}, source=Source("GET /info"))
    results = document(assessment([row(Result.PASS, [passing(daemon)]), row(Result.PASS, [finding])]))["results"]
    assert results[1]["findings"][0]["evidence"] == ["daemon:security.apparmor = true (GET /info)"]


def test_an_enumeration_adds_up_and_says_why_it_is_incomplete():
    listed = Enumeration(
        (3, 4), Unavailable(Reason.RESET, "cut"), ("a",), ("b", "c"), (Source("GET /containers/json"),)
    )
    made = control(for_each="running_containers")
    shown = document(assessment([row(Result.ERROR, made=made, enumeration=listed)]))["results"][0]
    assert shown["for_each"] == "running_containers"
    assert shown["enumeration"] == {
        "collection": "containers",
        "listed": 3,
        "judged": 2,
        "vanished": ["a"],
        "appeared": ["b", "c"],
        "gap": {"reason": "reset", "detail": "cut"},
        "sources": ["GET /containers/json"],
    }


def test_a_shared_control_lists_every_requirement_of_this_version():
    other = Requirement("gone", {"1.6.0": "2.7"}, {"1.6.0": (1,)}, {"1.6.0": "manual"}, ())
    made = dataclasses.replace(
        row(Result.PASS, [passing(subject())]),
        requirements=(requirement("5.10", level=2), requirement("5.9", published="automated"), other),
    )
    shown = document(assessment([made]))["results"][0]
    assert shown["requirements"] == {"cis_docker": ["5.9", "5.10"]}
    assert shown["section"] == "5"
    assert shown["levels"] == {"5.10": [2], "5.9": [1]}
    assert shown["assessment"] == {"5.10": "manual", "5.9": "automated"}


def test_a_control_beyond_the_benchmark_has_no_requirement_and_no_section():
    (found,) = document(assessment([row(Result.PASS, [passing(subject())], ())]))["results"]
    assert (found["section"], found["requirements"], found["levels"], found["assessment"]) == ("", {}, {}, {})


def test_waiver_and_attestation_are_carried():
    made = row(Result.FAIL, [failing(subject())], waiver={"reason": "legacy"}, attestation={"by": "bob"})
    shown = document(assessment([made]))["results"][0]
    assert (shown["waiver"], shown["attestation"]) == ({"reason": "legacy"}, {"by": "bob"})


def test_not_yet_judged_names_ids_of_this_version_only():
    gone = Requirement("gone", {"1.6.0": "9.9"}, {}, {}, ())
    made = assessment(not_judged=(requirement("1.2", "Host"), gone))
    assert document(made)["not_yet_judged"] == [{"id": "1.2", "label": "Host"}]
    assert VERSION in made.not_judged[0].ids


def test_every_key_is_a_literal_of_the_writer():
    """So renaming a field of a model class breaks the type check, and never the contract."""
    source = inspect.getsource(json_format) + inspect.getsource(origin).replace(
        "from __future__ import annotations", ""
    )
    literals = {each.value for each in ast.walk(ast.parse(source)) if isinstance(each, ast.Constant)}
    pieces = " ".join(each for each in literals if isinstance(each, str))
    assert [
        key for key in keys_of(document(every_result())) if key not in literals and f'"{key}": ' not in pieces
    ] == []
    for introspection in ("asdict", "__slots__", "getattr", "vars(", "fields(", "__dict__", "_asdict"):
        assert introspection not in source


def keys_of(node, inside=""):
    """Every key, save those that are data: ids, names of frameworks and scoring systems, fields of values."""
    if isinstance(node, dict):
        for key, value in node.items():
            if inside not in {"levels", "assessment", "requirements", "xccdf", "actual"}:
                yield key
            yield from keys_of(value, key)
    elif isinstance(node, list):
        for each in node:
            yield from keys_of(each, inside)


def test_findings_beyond_a_chunk_are_all_written_one_a_line():
    subjects = [subject(name=f"c{n}") for n in range(1203)]
    text = written(assessment([row(Result.PASS, [passing(each) for each in subjects])]))
    assert [each["subject"] for each in json.loads(text)["results"][0]["findings"]] == [each.label for each in subjects]
    assert sum(line.lstrip().startswith('{"subject": ') for line in text.splitlines()) == 1203


def test_hostile_text_cannot_forge_a_line_or_a_finding():
    forged = 'x"}, {"subject": "container:y'
    text = written(assessment([row(Result.PASS, [passing(subject(name=forged, identity=HOSTILE))])]))
    findings = json.loads(text)["results"][0]["findings"]
    assert [each["subject"] for each in findings] == [f"container:{forged}"]
    assert findings[0]["id"] == HOSTILE.replace("\ud800", "\ufffd")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("\ud800", "\ufffd"),
        ("\udcff\udcfe", "\ufffd\ufffd"),
        ("\\ud800", "\\ud800"),
        ("\\\ud800", "\\\ufffd"),
        ("\U0001f600", "\U0001f600"),
        ("\ud83d\U0001f600\ude00", "\ufffd\U0001f600\ufffd"),
    ],
)
def test_only_lone_surrogates_are_replaced(text, read):
    shown = document(assessment(operator=text))
    assert shown["operator"] == read


def test_a_number_json_does_not_know_is_refused():
    finding = Finding(subject(), Result.PASS, (seen("a", float("nan")),), "m")
    with pytest.raises(ValueError, match="JSON"):
        written(assessment([row(Result.PASS, [finding])]))


ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=30)
ANY_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(text=ANY_TEXT, value=ANY_VALUE)
def test_whatever_a_host_says_the_document_is_strict_ascii_json(text, value):
    finding = Finding(subject(name=text, identity=text), Result.PASS, (Seen(text, value, text, held=True),), text)
    made = assessment([row(Result.PASS, [finding])], warnings=(text,), operator=text)
    whole = written(made)
    assert whole.isascii()
    shown = parse_json(whole.encode())
    assert shown["operator"] == text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert len(shown["results"][0]["findings"]) == 1


@pytest.mark.parametrize(
    ("phrase", "written"),
    [
        ("be false", "equals false"),
        ("be root:root", "equals root:root"),
        ("be at least 1", "at least 1"),
        ("be one of a, b", "one of a, b"),
        ("not be empty", "not empty"),
        ("hold none of sshd", "hold none of sshd"),
    ],
)
def test_expected_is_written_as_the_contract_has_it(phrase, written):
    finding = Finding(subject(), Result.FAIL, (Seen("HostConfig.Memory", 0, phrase, False),), "m")
    assert only_finding(finding)["expected"] == written


def test_the_order_of_keys_within_a_value_changes_nothing():
    devices = [{"Driver": "nvidia", "Count": -1}]
    turned = [dict(reversed(each.items())) for each in devices]
    one, other = (
        assessment(
            [
                row(
                    Result.FAIL,
                    [failing(subject(), "HostConfig.DeviceRequests", each, "must be empty")._replace(text="")],
                )
            ]
        )
        for each in (devices, turned)
    )
    for name in FORMATS:
        for options in (options_for(one), options_for(one, verbose=True)):
            assert list(render_many(name, [one], options)) == list(render_many(name, [other], options))
