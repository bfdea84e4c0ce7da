"""Decisions for one subject and over many: where each of the results comes from, and what a pass rests on."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.evaluate.compile import Around
from benchmark.evaluate.parameters import check_value
from benchmark.evaluate.phrases import describe
from benchmark.evaluate.verdict import _passed, decider, judge_control
from benchmark.model.control import (
    AllOf,
    AnyOf,
    Control,
    Each,
    Not,
    Parameter,
    ParameterRef,
    Recreate,
    Remediation,
    Severity,
    Test,
    WhenAbsent,
)
from benchmark.model.facts import ABSENT, Reason, Source, Subject, Unavailable
from benchmark.model.result import Result
from benchmark.model.seen import Seen
from benchmark.model.snapshot import Collector, Enumeration, Snapshot, Target

DENIED = Unavailable(Reason.DENIED, "/etc/shadow")
CONFLICT = Unavailable(Reason.CONFLICT, "two words for it")
PRIVILEGED = Test("HostConfig.Privileged", "equals", False)
LIMITED = Test("HostConfig.Memory", "at_least", 1)
BLOCKED = Subject("daemon", "", "", {}, blocked=Unavailable(Reason.NO_ENGINE, "nobody listens"))


def control(check=PRIVILEGED, **changes):
    base = Control(
        id="c", title="t", version=1, severity=Severity.HIGH, for_each="containers", check=check, when=None, review=None,
        attest=None, parameters=(), rationale="r", remediation=Remediation("x", Recreate.NOTHING), room="containers",
    )  # fmt: skip
    return replace(base, **changes)


def container(name="web", **facts):
    return Subject(
        "container", name, "ab" * 32, {key.replace("__", "."): value for key, value in facts.items()}, Source("GET /x")
    )


def around(daemon=BLOCKED):
    return Around(daemon, BLOCKED)


def decide(subject, **changes):
    return decider(control(**changes), {})(subject, around())


def judged(*subjects, enumeration=None, **changes):
    chosen = control(**changes)
    snapshot = Snapshot(
        Target("h"), Collector("1", 0, "root"), "t", "t", subjects,
        {"containers": enumeration or Enumeration(tuple(range(len(subjects))))},
    )  # fmt: skip
    return judge_control(chosen, (), decider(chosen, {}), snapshot, around())


@pytest.mark.parametrize(
    ("value", "result", "reason"),
    [
        (False, Result.PASS, None),
        (True, Result.FAIL, None),
        (None, Result.ERROR, Reason.WRONG_TYPE),
        ("false", Result.ERROR, Reason.WRONG_TYPE),
        (0, Result.ERROR, Reason.WRONG_TYPE),
        (ABSENT, Result.ERROR, Reason.UNDEFINED),
        (DENIED, Result.ERROR, Reason.DENIED),
        (CONFLICT, Result.UNKNOWN, Reason.CONFLICT),
    ],
)
def test_one_fact_one_result(value, result, reason):
    finding = decide(container(HostConfig__Privileged=value))
    assert (finding.result, finding.reason) == (result, reason)
    assert "container web: " in finding.message


def test_a_fact_that_was_never_collected_is_an_error():
    finding = decide(container())
    assert (finding.result, finding.reason) == (Result.ERROR, Reason.NOT_COLLECTED)


def test_message_has_subject_actual_and_expected():
    assert decide(container(HostConfig__Privileged=True)).message == (
        "container web: HostConfig.Privileged is true, must be false"
    )


def test_null_is_read_only_where_the_engine_documents_it():
    assert (
        decide(container(HostConfig__PidsLimit=None), check=Test("HostConfig.PidsLimit", "at_least", 1)).result
        is Result.FAIL
    )
    assert (
        decide(container(HostConfig__CapAdd=None), check=Test("HostConfig.CapAdd", "equals", [])).result is Result.PASS
    )
    assert decide(container(HostConfig__Memory=None), check=LIMITED).result is Result.ERROR


@pytest.mark.parametrize(
    ("absent", "result"),
    [(WhenAbsent.PASS, Result.PASS), (WhenAbsent.FAIL, Result.FAIL), (WhenAbsent.NOTAPPLICABLE, Result.NOTAPPLICABLE)],
)
def test_a_control_may_say_what_absence_means(absent, result):
    check = Test("State.Health.Status", "equals", "healthy", absent)
    assert decide(container(State__Health__Status=ABSENT), check=check).result is result
    assert decide(container(State__Health__Status=DENIED), check=check).result is Result.ERROR


def test_present_and_absent_are_words_about_proofs():
    for word, value, result in [
        ("present", ABSENT, Result.FAIL),
        ("absent", ABSENT, Result.PASS),
        ("present", "x", Result.PASS),
        ("absent", "x", Result.FAIL),
        ("absent", DENIED, Result.ERROR),
    ]:
        finding = decide(container(State__Health__Status=value), check=Test("State.Health.Status", word, True))
        assert finding.result is result, (word, value)


TRUE, FALSE = container(HostConfig__Privileged=False), container(HostConfig__Privileged=True)
KLEENE = {True: PRIVILEGED, False: Not(PRIVILEGED), None: LIMITED}


def outcome(condition):
    result = decide(container(HostConfig__Privileged=False, HostConfig__Memory=DENIED), check=condition).result
    return {Result.PASS: True, Result.FAIL: False, Result.ERROR: None}[result]


@given(st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=5))
def test_all_and_any_are_kleenes(values):
    parts = tuple(KLEENE[each] for each in values)
    assert outcome(AllOf(parts)) == (False if False in values else None if None in values else True)
    assert outcome(AnyOf(parts)) == (True if True in values else None if None in values else False)
    assert outcome(Not(AllOf(parts))) == outcome(AnyOf(tuple(Not(each) for each in parts)))


def test_could_not_look_weighs_more_than_nobody_knows():
    subject = container(HostConfig__Privileged=CONFLICT, HostConfig__Memory=DENIED)
    assert decide(subject, check=AllOf((PRIVILEGED, LIMITED))).reason is Reason.DENIED
    assert decide(subject, check=AnyOf((LIMITED, PRIVILEGED))).reason is Reason.DENIED


def mounts(*elements, **changes):
    condition = Each("Mounts", changes.pop("quantifier", "none"), Test("RW", "equals", True))
    return decide(container(Mounts=list(elements)), check=condition)


def test_the_elements_that_decide_are_named_with_the_layer_and_the_line_they_come_from():
    element = {"kind": "x", "path": "/a", "layer": "sha256:aa", "line": 3, "other": 1}
    condition = Each("Mounts", "none", Test("RW", "equals", True))
    failed = decide(container(Mounts=[{**element, "RW": True}]), check=condition)
    assert failed.seen[0].value == [{"path": "/a", "layer": "sha256:aa", "line": 3, "RW": True}]


def test_quantifiers_name_the_elements_that_decide():
    good, bad, broken = {"RW": False}, {"RW": True, "Source": "/etc"}, {"Source": "/x"}
    assert mounts().result is Result.PASS
    assert mounts(good).result is Result.PASS
    failed = mounts(good, bad)
    assert failed.result is Result.FAIL
    assert failed.seen[0].value == [bad]
    assert mounts(good, broken).result is Result.ERROR, "a field that is not there cannot be judged"
    assert mounts(bad, broken).result is Result.FAIL, "a proven offender stands"
    assert mounts(good, quantifier="some").result is Result.FAIL
    assert mounts(bad, broken, quantifier="some").result is Result.PASS
    assert mounts(bad, good, quantifier="every").result is Result.FAIL
    assert mounts(bad, bad, quantifier="every").result is Result.PASS


def test_of_two_doubts_in_a_list_the_same_weighs_more_in_either_order():
    """Could not look (error) before nobody can say (unknown)."""
    relative, without = {"HostPaths": ["relative"]}, {"Source": "/x"}
    condition = Each("Mounts", "every", Test("HostPaths", "under_none_of", ["/etc"]))
    for elements in ([relative, without], [without, relative]):
        assert decide(container(Mounts=elements), check=condition).result is Result.ERROR
    assert decide(container(Mounts=[relative]), check=condition).result is Result.UNKNOWN


def test_when_review_and_attest():
    when = Test("HostConfig.Memory", "equals", 0)
    subject = container(HostConfig__Privileged=True, HostConfig__Memory=5)
    assert decide(subject, when=when).result is Result.NOTAPPLICABLE
    assert decide(container(HostConfig__Privileged=True), when=when).result is Result.ERROR
    assert decide(subject, review=LIMITED).result is Result.NOTCHECKED
    assert decide(subject, review=when).result is Result.FAIL
    assert (
        decide(container(HostConfig__Privileged=True, HostConfig__Memory=DENIED), review=LIMITED).result is Result.ERROR
    )
    assert decide(container(HostConfig__Privileged=False), attest="ask").result is Result.NOTCHECKED
    assert decide(container(HostConfig__Privileged=True), attest="ask").result is Result.FAIL
    assert decide(container(), check=None, attest="ask").result is Result.NOTCHECKED


APPROVED = Parameter("approved", "strings", [], "x")
FLOOR = Parameter("floor", "int", 0, "x")
SWITCH = Parameter("switch", "bool", False, "x")
MODE = Parameter("mode", "string", "", "x")


@pytest.mark.parametrize(("value", "result"), [([], Result.NOTCHECKED), (["A"], Result.FAIL)])
def test_a_condition_looks_at_a_parameter_as_at_a_fact(value, result):
    chosen = control(
        check=Test("capabilities", "subset_of", ParameterRef("approved")),
        review=Test("parameter:approved", "equals", []),
        parameters=(APPROVED,),
    )
    subject = container(capabilities=["B"])
    assert decider(chosen, {"approved": value})(subject, around()).result is result


@pytest.mark.parametrize(
    ("parameter", "value", "word", "argument"),
    [
        (APPROVED, ["A"], "contains", "A"),
        (FLOOR, 3, "at_least", 3),
        (SWITCH, True, "equals", True),
        (MODE, "strict", "one_of", ["strict", "stricter"]),
    ],
)
def test_a_parameter_has_the_type_that_it_was_declared_with(parameter, value, word, argument):
    when = Test(f"parameter:{parameter.name}", word, argument)
    subject = container(HostConfig__Privileged=False)
    chosen = control(when=when, parameters=(parameter,))
    assert decider(chosen, {parameter.name: value})(subject, around()).result is Result.PASS
    off = decider(chosen, {parameter.name: parameter.default})(subject, around())
    assert off.result is Result.NOTAPPLICABLE
    assert off.seen[0].value == parameter.default


def test_a_value_is_checked_against_what_is_asked_of_the_parameter_as_a_fact_too():
    chosen = control(
        check=Test("daemon:version.Version", "version_at_least", ParameterRef("mode")),
        review=Test("parameter:mode", "equals", ""),
        parameters=(MODE,),
    )
    assert check_value(chosen, MODE, "") is None, "the default always fits"
    assert check_value(chosen, MODE, "20.10") is None
    assert check_value(chosen, MODE, "new") is not None
    assert describe(chosen.review) == "the parameter mode must be empty"


def test_a_condition_reaches_the_daemon_and_fails_safe_without_one():
    chosen = control(when=Test("daemon:security.apparmor", "equals", True))
    daemon = Subject("daemon", "", "", {"security.apparmor": False})
    subject = container(HostConfig__Privileged=True)
    assert decider(chosen, {})(subject, around(daemon)).result is Result.NOTAPPLICABLE
    assert decider(chosen, {})(subject, around()).reason is Reason.NO_ENGINE


def test_over_subjects():
    good, bad = container("a", HostConfig__Privileged=False), container("b", HostConfig__Privileged=True)
    dark = container("c", HostConfig__Privileged=DENIED)
    assert judged(good).result is Result.PASS
    assert judged(good, bad, dark).result is Result.FAIL
    row = judged(good, dark)
    assert (row.result, row.reason) == (Result.ERROR, Reason.DENIED)
    assert judged().result is Result.NOTAPPLICABLE
    assert len(judged(good, bad, dark).findings) == 3


def test_a_gap_is_an_error_even_over_passes_and_never_hides_a_fail():
    good, bad = container("a", HostConfig__Privileged=False), container("b", HostConfig__Privileged=True)
    gap = Enumeration((0,), gap=DENIED)
    assert judged(good, enumeration=gap).result is Result.ERROR
    assert judged(bad, enumeration=gap).result is Result.FAIL
    assert judged(enumeration=Enumeration(gap=DENIED)).reason is Reason.DENIED


def test_a_blocked_subject_is_an_error_of_its_own():
    why = Unavailable(Reason.TIMEOUT, "2 s")
    row = judged(Subject("container", "x", "", {}, blocked=why))
    assert row.findings[0].reason is Reason.TIMEOUT
    assert row.findings[0].seen == (Seen("the subject itself", why, "be readable", None),)
    assert row.message == "container x: the subject itself could not be established: timeout: 2 s"


def test_the_reason_of_the_whole_is_the_same_in_any_order_of_the_subjects():
    refused = Unavailable(Reason.REFUSED, "nobody listens")
    subjects = [container("a", HostConfig__Privileged=refused), container("b", HostConfig__Privileged=DENIED)]
    assert judged(*subjects).reason is judged(*reversed(subjects)).reason is Reason.DENIED


@pytest.mark.parametrize("state", [DENIED, ABSENT, None, "true", 1, 0, [], {}])
def test_a_container_whose_state_is_not_known_is_not_left_out(state):
    row = judged(container(State__Running=state, HostConfig__Privileged=False), for_each="running_containers")
    assert row.result is Result.ERROR


def test_running_containers_are_those_that_run():
    rows = judged(
        container("a", State__Running=True, HostConfig__Privileged=False),
        container("b", State__Running=False, HostConfig__Privileged=True),
        for_each="running_containers",
    )
    assert [each.subject.name for each in rows.findings] == ["a"]


VALUES = st.sampled_from([False, True, None, "x", 0, ABSENT, DENIED, CONFLICT])


@given(
    VALUES,
    VALUES,
    st.sampled_from(["all", "any", "not", "single"]),
    st.sampled_from([None, "review", "attest", "when"]),
)
def test_a_pass_always_has_a_witness(first, second, shape, extra):
    parts = (PRIVILEGED, Test("HostConfig.ReadonlyRootfs", "equals", True))
    check = {"all": AllOf(parts), "any": AnyOf(parts), "not": Not(parts[0]), "single": parts[0]}[shape]
    changes = {} if extra is None else {extra: "ask" if extra == "attest" else parts[1]}
    finding = decide(container(HostConfig__Privileged=first, HostConfig__ReadonlyRootfs=second), check=check, **changes)
    if finding.result is Result.PASS:
        assert finding.seen
        assert all(type(each.value) is bool for each in finding.seen)


GOOD, BAD = container("a", HostConfig__Privileged=False), container("b", HostConfig__Privileged=True)
DARK = container("c", HostConfig__Privileged=DENIED)
OPEN = container("d", HostConfig__Privileged=CONFLICT)


def test_a_reason_is_given_for_what_is_not_known_and_for_nothing_else():
    assert [judged(*each).reason for each in ((), (GOOD,), (BAD, DARK), (GOOD, DARK), (OPEN, GOOD), (OPEN, DARK))] == [
        None, None, None, Reason.DENIED, Reason.CONFLICT, Reason.DENIED,
    ]  # fmt: skip


def test_what_could_not_be_established_is_named_once_each():
    check = AllOf((PRIVILEGED, LIMITED, PRIVILEGED))
    finding = decide(container(HostConfig__Privileged=DENIED, HostConfig__Memory=DENIED), check=check)
    assert finding.message == (
        "container web: HostConfig.Privileged, HostConfig.Memory could not be established: denied: /etc/shadow"
    )


def test_a_pass_without_a_witness_or_on_what_was_not_seen_cannot_be_built():
    with pytest.raises(AssertionError, match="without a witness: container:a"):
        _passed(GOOD, ())
    with pytest.raises(AssertionError, match="on what was not seen: container:a"):
        _passed(GOOD, (Seen("x", False, "be false", True), Seen("y", DENIED, "be false", True)))


def test_what_a_person_is_asked_stands_in_the_message():
    assert decide(container(), check=None, attest="ask the owner").message == "container web: ask the owner"
    assert decide(GOOD, attest="ask").message == "container a: HostConfig.Privileged is false, as required; ask"
    assert decide(BAD, review=PRIVILEGED).message == "container b: HostConfig.Privileged is true, must be false"
    reviewed = decide(container(HostConfig__Privileged=True, HostConfig__Memory=5), review=LIMITED)
    assert reviewed.message == "container web: HostConfig.Privileged is true, must be false; a person must judge"


def test_a_note_on_a_fact_that_was_looked_at_is_told():
    noted = replace(GOOD, notes={"HostConfig.Privileged": "pending restart", "HostConfig.Memory": "something else"})
    assert decide(noted).message == "container a: HostConfig.Privileged is false, as required; pending restart"
    assert decide(noted, attest="ask").message.endswith("as required; ask; pending restart")
    assert decide(replace(noted, notes={"HostConfig.Memory": "something else"})).text == ""
    assert decide(replace(noted, notes={})).text == ""
    assert decide(GOOD).text == ""


def test_a_row_over_several_counts_their_results():
    assert judged(GOOD).message == judged(GOOD).findings[0].message
    assert judged(GOOD, GOOD, BAD, DARK).message == "4 containers: 2 pass, 1 fail, 1 error"
    gap = Enumeration((0,), gap=DENIED)
    assert judged(GOOD, enumeration=gap).message == (
        "1 containers: 1 pass; containers could not be listed completely (denied: /etc/shadow)"
    )
    nothing = Enumeration(gap=DENIED)
    assert judged(enumeration=nothing).message == "containers could not be listed (denied: /etc/shadow)"
    assert judged(for_each="running_containers", enumeration=nothing).message.startswith("running containers could not")


def test_a_row_about_nothing_says_what_proves_it():
    assert judged().message == "there are no containers"
    assert judged(for_each="running_containers").message == "there are no running containers"
    proof = Enumeration(sources=(Source("GET /containers/json", says="[]"), Source("GET /info")))
    assert judged(enumeration=proof).message == "there are no containers (GET /containers/json [], GET /info)"


@pytest.mark.parametrize(
    ("product", "message"),
    [
        ("podman", "no Docker daemon: the engine is podman (GET /version)"),
        ("docker", "there are no daemon (GET /version)"),
        ("", "there are no daemon (GET /version)"),
    ],
)
def test_another_engine_is_no_docker_daemon(product, message):
    chosen = control(for_each="daemon", check=Test("daemon.icc", "equals", False))
    nobody = {"engines": Enumeration(sources=(Source("GET /version"),))}
    snapshot = Snapshot(Target("h", product=product), Collector("1", 0, "root"), "t", "t", (), nobody)
    row = judge_control(chosen, (), decider(chosen, {}), snapshot, around())
    assert (row.result, row.message) == (Result.NOTAPPLICABLE, message)


def test_a_collection_without_podman_names_it_in_the_plain_way():
    snapshot = Snapshot(
        Target("h", product="podman"), Collector("1", 0, "root"), "t", "t", (), {"containers": Enumeration()}
    )
    assert judge_control(control(), (), decider(control(), {}), snapshot, around()).message == "there are no containers"


@pytest.mark.parametrize(
    ("running", "reason", "detail"),
    [
        (DENIED, Reason.DENIED, DENIED.detail),
        (ABSENT, Reason.UNDEFINED, "State.Running is missing"),
        ("true", Reason.WRONG_TYPE, "State.Running"),
    ],
)
def test_a_member_whose_filter_cannot_be_read_leaves_an_error_with_the_reason(running, reason, detail):
    subjects = (container("a", HostConfig__Privileged=False), container("b", HostConfig__Privileged=False))
    subjects = tuple(
        replace(each, facts={**each.facts, "State.Running": value})
        for each, value in zip(subjects, (True, running), strict=True)
    )
    row = judged(*subjects, for_each="running_containers")
    assert [each.result for each in row.findings] == [Result.PASS, Result.ERROR]
    assert (row.result, row.reason) == (Result.ERROR, reason)
    assert detail in row.findings[1].message
    assert row.findings[1].subject.blocked.reason is reason
