"""Conditions as judges: what each outcome rests on, and what becomes of values that are not what they should be."""

import pytest

from benchmark.evaluate.compile import NOT_APPLICABLE, Around, compile_condition, declared, nameable_facts
from benchmark.model.control import AllOf, AnyOf, Each, Not, ParameterRef, Test, WhenAbsent
from benchmark.model.declaration import Fact, Type
from benchmark.model.facts import ABSENT, Reason, Subject, Unavailable
from benchmark.model.seen import Seen

DENIED = Unavailable(Reason.DENIED, "/x")
CONFLICT = Unavailable(Reason.CONFLICT, "two")
OWNER = {"uid": 0, "gid": 0, "user": "root", "group": "root"}
GOOD = {
    Type.BOOL: False,
    Type.INT: 0,
    Type.STRING: "",
    Type.VERSION: "1.0",
    Type.MODE: "0644",
    Type.OWNER: OWNER,
    Type.STRINGS: [],
    Type.PATHS: [],
    Type.MAP: {},
    Type.RECORDS: [],
}
FIELDS = {"RW": Fact(Type.BOOL, "x"), "Source": Fact(Type.STRING, "x")}
TABLE = {each.value: Fact(each, "x", fields=FIELDS) for each in Type} | {
    "other": Fact(Type.BOOL, "x"),
    "nil": Fact(Type.STRINGS, "x", null_is=[]),
    "rows": Fact(Type.RECORDS, "x", null_is=[], fields=FIELDS),
}
DAEMON = Subject("daemon", "", "", {"daemon.icc": False, "product": "docker"})
HOST = Subject("host", "", "", {"kernel": "6.1"})
IS = Test("bool", "equals", True)
OTHER = Test("other", "equals", True)
WRITABLE = Test("RW", "equals", True)


def judge(condition, facts, arguments=None):
    return compile_condition(condition, TABLE, arguments or {})(facts, Around(DAEMON, HOST))


def outcome(condition, **facts):
    return judge(condition, facts)[0]


def reason(found):
    return found.reason if isinstance(found, Unavailable) else None


def test_every_type_has_an_example():
    assert set(GOOD) == set(Type)


@pytest.mark.parametrize("kind", list(Type))
@pytest.mark.parametrize("value", [False, 0, "", {}, [], 1.5, None], ids=repr)
def test_a_value_of_another_type_is_never_judged(kind, value):
    for word, holds in (("present", True), ("absent", False)):
        found = outcome(Test(kind.value, word, True), **{kind.value: value})
        if type(value) is type(GOOD[kind]):
            assert found is holds
        else:
            assert reason(found) is Reason.WRONG_TYPE


def test_null_stands_for_what_the_engine_documents_and_nothing_else_does():
    empty = Test("nil", "equals", [])
    assert judge(empty, {"nil": None}) == (True, (Seen("nil", None, "be empty", True),))
    assert outcome(Test("nil", "contains", "a"), nil=None) is False
    for wrong in ("a", 0, {}):
        assert reason(outcome(empty, nil=wrong)) is Reason.WRONG_TYPE
    assert outcome(empty, nil=DENIED) == DENIED
    assert reason(outcome(empty, nil=ABSENT)) is Reason.UNDEFINED
    assert outcome(Each("rows", "none", WRITABLE), rows=None) is True
    assert outcome(Each("rows", "some", WRITABLE), rows=None) is False
    assert reason(outcome(Each("rows", "none", WRITABLE), rows="a")) is Reason.WRONG_TYPE
    assert reason(outcome(Each("records", "none", WRITABLE), records=None)) is Reason.WRONG_TYPE


@pytest.mark.parametrize(
    ("absent", "expected"),
    [(WhenAbsent.PASS, True), (WhenAbsent.FAIL, False), (WhenAbsent.NOTAPPLICABLE, NOT_APPLICABLE)],
)
def test_absence_means_what_the_control_says(absent, expected):
    assert outcome(Test("bool", "equals", True, absent), bool=ABSENT) is expected
    assert outcome(Each("rows", "some", WRITABLE, absent), rows=ABSENT) is expected
    assert outcome(Test("bool", "present", True, absent), bool=ABSENT) is False
    assert outcome(Test("bool", "absent", True, absent), bool=ABSENT) is True


def test_what_the_facts_do_not_hold_was_not_collected():
    assert reason(outcome(IS)) is Reason.NOT_COLLECTED
    assert reason(outcome(Each("rows", "some", WRITABLE))) is Reason.NOT_COLLECTED
    assert reason(outcome(Each("rows", "some", WRITABLE), rows=[{}])) is Reason.UNDEFINED, "its list was read whole"


@pytest.mark.parametrize(("value", "held"), [(True, True), (False, False), (DENIED, None), (ABSENT, None), ("x", None)])
def test_what_was_seen_tells_whether_it_held(value, held):
    found, seen = judge(IS, {"bool": value})
    assert seen == (Seen("bool", value, "be true", held),)
    assert found is held if held is not None else isinstance(found, Unavailable)


def test_a_word_that_cannot_read_the_value_holds_neither_way():
    for name, facts in (("version", {"version": "dev"}), ("daemon:version.Version", {})):
        around = Around(Subject("daemon", "", "", {"version.Version": "dev"}), HOST)
        found, (seen,) = compile_condition(Test(name, "version_at_least", "1.0"), TABLE, {})(facts, around)
        assert reason(found) is Reason.UNKNOWN_VALUE
        assert seen.held is None


def test_a_prefix_leads_to_the_daemon_the_host_or_a_parameter():
    control_table = TABLE | {"parameter:names": Fact(Type.STRINGS, "x")}
    for name, word, argument, value in (
        ("daemon:daemon.icc", "equals", False, False),
        ("host:kernel", "equals", "6.1", "6.1"),
        ("parameter:names", "contains", "a", ["a", "b"]),
    ):
        compiled = compile_condition(Test(name, word, argument), control_table, {"names": ["a", "b"]})
        found, (seen,) = compiled({}, Around(DAEMON, HOST))
        assert (found, seen.value, seen.held) == (True, value, True)
        opposite = compile_condition(Not(Test(name, word, argument)), control_table, {"names": ["a", "b"]})
        assert opposite({}, Around(DAEMON, HOST))[0] is False
    assert judge(Test("daemon:daemon.icc", "equals", True), {}) == (
        False,
        (Seen("daemon:daemon.icc", False, "be true", False),),
    )
    assert reason(outcome(Test("daemon:daemon.bridge", "equals", ""))) is Reason.NOT_COLLECTED
    assert declared("daemon:daemon.icc", {}).type is Type.BOOL


def test_an_argument_may_be_a_parameter():
    condition = Test("strings", "subset_of", ParameterRef("names"))
    assert judge(condition, {"strings": ["a"]}, {"names": ["a"]})[0] is True
    assert judge(condition, {"strings": ["a"]}, {"names": []})[0] is False


@pytest.mark.parametrize(
    "name", ["Source", "Destination", "ContainerPort", "PathOnHost", "Name", "ID", "path", "layer", "line"]
)
def test_elements_that_decide_are_shown_with_what_names_them(name):
    element = {"RW": True, name: "x", "zzz": 1}
    found, (seen,) = judge(Each("rows", "none", WRITABLE), {"rows": [element, {"RW": False}]})
    assert (found, seen.held) == (False, False)
    assert seen.value == [{"RW": True, name: "x"}]


def test_the_fields_of_every_part_of_a_condition_are_shown():
    element = {"RW": True, "a": 1, "b": 2, "zzz": 3}
    fields = FIELDS | {"a": Fact(Type.INT, "x"), "b": Fact(Type.INT, "x")}
    table = {"rows": Fact(Type.RECORDS, "x", fields=fields)}
    condition = AllOf((WRITABLE, AnyOf((Test("a", "equals", 1), Not(Test("b", "equals", 2))))))
    _, (seen,) = compile_condition(Each("rows", "none", condition), table, {})(
        {"rows": [element]}, Around(DAEMON, HOST)
    )
    assert seen.value == [{"RW": True, "a": 1, "b": 2}]


GOOD_ROW, BAD_ROW, DARK = {"RW": False}, {"RW": True}, {"RW": DENIED}


@pytest.mark.parametrize(
    ("quantifier", "rows", "expected", "shown"),
    [
        ("none", [GOOD_ROW], True, [GOOD_ROW]),
        ("none", [GOOD_ROW, BAD_ROW], False, [BAD_ROW]),
        ("none", [DARK, BAD_ROW], False, [BAD_ROW]),
        ("some", [], False, []),
        ("some", [GOOD_ROW], False, [GOOD_ROW]),
        ("some", [GOOD_ROW, BAD_ROW], True, [BAD_ROW]),
        ("some", [DARK, BAD_ROW], True, [BAD_ROW]),
        ("every", [], True, []),
        ("every", [BAD_ROW], True, [BAD_ROW]),
        ("every", [BAD_ROW, GOOD_ROW], False, [GOOD_ROW]),
        ("every", [DARK, GOOD_ROW], False, [GOOD_ROW]),
    ],
)
def test_a_quantifier_shows_what_decides(quantifier, rows, expected, shown):
    found, (seen,) = judge(Each("rows", quantifier, WRITABLE), {"rows": rows})
    assert (found, seen.held, seen.value) == (expected, expected, shown)


@pytest.mark.parametrize("quantifier", ["none", "some", "every"])
def test_an_element_that_cannot_be_judged_leaves_it_open(quantifier):
    harmless = BAD_ROW if quantifier == "every" else GOOD_ROW
    for row, why in ((DARK, Reason.DENIED), ("x", Reason.WRONG_TYPE), ({}, Reason.UNDEFINED)):
        found, (seen,) = judge(Each("rows", quantifier, WRITABLE), {"rows": [row, harmless]})
        assert reason(found) is why
        assert (seen.value, seen.held) == (found, None)
    inner = Test("RW", "equals", True, WhenAbsent.NOTAPPLICABLE)
    assert reason(outcome(Each("rows", quantifier, inner), rows=[{"RW": ABSENT}])) is Reason.UNDEFINED


def seen_of(condition, **facts):
    return [each.fact for each in judge(condition, facts)[1]]


def test_what_decides_is_told_and_nothing_else():
    both, either = AllOf((IS, OTHER)), AnyOf((IS, OTHER))
    assert seen_of(both, bool=True, other=True) == ["bool", "other"]
    assert seen_of(both, bool=True, other=False) == ["other"]
    assert seen_of(both, bool=False, other=False) == ["bool", "other"]
    assert seen_of(both, bool=DENIED, other=False) == ["other"]
    assert seen_of(both, bool=True, other=DENIED) == ["other"]
    assert seen_of(both, bool=DENIED, other=CONFLICT) == ["bool", "other"]
    assert seen_of(either, bool=False, other=False) == ["bool", "other"]
    assert seen_of(either, bool=False, other=True) == ["other"]
    assert seen_of(either, bool=DENIED, other=True) == ["other"]
    assert seen_of(either, bool=False, other=DENIED) == ["other"]


def test_alternatives_about_one_fact_are_said_once():
    either = AnyOf((Test("string", "equals", "a"), Test("string", "equals", "b"), IS))
    assert judge(either, {"string": "c", "bool": False}) == (
        False,
        (Seen("string", "c", 'be "a" or be "b"', False), Seen("bool", False, "be true", False)),
    )
    assert (
        len(judge(AllOf((Not(Test("string", "equals", "a")), Not(Test("string", "equals", "b")))), {"string": "c"})[1])
        == 2
    )


@pytest.mark.parametrize("join", [AllOf, AnyOf])
def test_could_not_look_weighs_more_than_nobody_knows_and_the_first_of_equals_stands(join):
    later = Unavailable(Reason.TIMEOUT, "2 s")
    condition = join((IS, OTHER))
    for first, second, expected in (
        (DENIED, CONFLICT, DENIED),
        (CONFLICT, DENIED, DENIED),
        (DENIED, later, DENIED),
        (later, DENIED, later),
        (CONFLICT, Unavailable(Reason.UNKNOWN_VALUE), CONFLICT),
    ):
        assert outcome(condition, bool=first, other=second) == expected


def test_not_applicable_inside_a_condition_is_no_answer():
    part = Test("bool", "equals", True, WhenAbsent.NOTAPPLICABLE)
    assert outcome(part, bool=ABSENT) is NOT_APPLICABLE
    assert outcome(Not(part), bool=ABSENT) is NOT_APPLICABLE
    for join in (AllOf, AnyOf):
        found, seen = judge(join((part, part)), {"bool": ABSENT})
        assert reason(found) is Reason.UNDEFINED
        assert len(seen) == 2
    assert outcome(AllOf((part, OTHER)), bool=ABSENT, other=False) is False
    assert outcome(AnyOf((part, OTHER)), bool=ABSENT, other=True) is True


@pytest.mark.parametrize(("value", "expected"), [(True, False), (False, True), (DENIED, DENIED)])
def test_a_negation_turns_what_was_seen_as_well(value, expected):
    held = expected if isinstance(expected, bool) else None
    assert judge(Not(IS), {"bool": value}) == (expected, (Seen("bool", value, "not be true", held),))


def test_a_control_can_name_its_members_facts_and_its_parameters():
    from benchmark.catalog.load import load_catalog

    control = load_catalog().controls["container_no_sensitive_host_mounts"]
    names = nameable_facts(control)
    assert names["parameter:sensitive_paths"].type is Type.STRINGS
    assert names["Mounts"].type is Type.RECORDS
