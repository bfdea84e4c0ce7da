"""Every word, with the traps it was made for; and the table as a whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.evaluate.operators import OPERATORS
from benchmark.model.declaration import Type
from benchmark.model.facts import Reason

ROOT = {"uid": 0, "gid": 0, "user": "root", "group": "root"}


def holds(word, argument, value):
    return OPERATORS[word].predicate(argument)(value)


@pytest.mark.parametrize(
    ("word", "argument", "value", "expected"),
    [
        ("equals", False, False, True),
        ("equals", [], [], True),
        ("equals", ["a", "b"], ["b", "a"], False),
        ("equals", "", "", True),
        ("one_of", ["", "no"], "", True),
        ("one_of", ["", "no"], "No", False),
        ("one_of", [1, 2], 3, False),
        ("one_of", [1, 2], 2, True),
        ("matches", "[a-z]+", "abc", True),
        ("matches", "[a-z]+", "abc\n", False),
        ("matches", "a|b", "ab", False),
        ("starts_with_any", ["container:"], "container:x", True),
        ("starts_with_any", ["container:"], "xcontainer:", False),
        ("starts_with_any", ["dm.basesize"], ["x", "dm.basesize=1"], True),
        ("starts_with_any", ["dm.basesize"], [], False),
        ("at_least", 1, 0, False),
        ("at_least", 1, -1, False),
        ("at_least", 1, 1, True),
        ("at_most", 5, 6, False),
        ("at_most", 5, 5, True),
        ("version_at_least", "20.10", "20.10.24+dfsg1", True),
        ("version_at_least", "20.10.3", "20.10", False),
        ("version_at_least", "9.0", "20.10", True),
        ("version_at_least", "20.10.0", "20.10", True),
        ("version_at_least", "20.10.1", "20.10", False),
        ("contains", "encrypted", {"encrypted": ""}, True),
        ("contains", "bridge", ["bridge2"], False),
        ("contains_any", ["a", "b"], {"b": "1"}, True),
        ("contains_any", ["a"], [], False),
        ("subset_of", ["A", "B"], [], True),
        ("subset_of", ["A"], ["A", "C"], False),
        ("subset_of", [], ["A"], False),
        ("disjoint_from", ["sshd"], ["bash"], True),
        ("disjoint_from", ["sshd"], ["bash", "sshd"], False),
        ("under_none_of", ["/etc"], "/etcetera", True),
        ("under_none_of", ["/etc"], "/etc/docker", False),
        ("under_none_of", ["/etc"], "/srv/../etc/x", False),
        ("under_none_of", ["/etc"], "//etc", False),
        ("under_none_of", ["/etc/"], "/etc", False),
        ("under_none_of", ["//etc"], "/etc/x", False),
        ("under_none_of", ["/etc", "/usr"], "/usr/lib", False),
        ("under_none_of", ["/root"], "/~root", True),
        ("under_none_of", ["/"], "/", False),
        ("under_none_of", ["/"], "/srv", True),
        ("under_none_of", ["/usr"], ["/srv", "/usr/lib"], False),
        ("under_none_of", ["/usr"], [], True),
        ("mode_at_most", "0644", "0600", True),
        ("mode_at_most", "0644", "0622", False),
        ("mode_at_most", "0644", "0611", False),
        ("mode_at_most", "0644", "4644", False),
        ("mode_at_most", "0400", "0000", True),
        ("mode_at_most", "0660", "0640", True),
        ("owned_by", "root:root", ROOT, True),
        ("owned_by", "root:docker", {**ROOT, "gid": 998, "group": "docker"}, True),
        ("owned_by", "root:docker", {**ROOT, "gid": 998, "group": None}, False),
        ("owned_by", "root:root", {**ROOT, "user": "toor"}, True),
        ("owned_by", "root:root", {**ROOT, "uid": 1000, "user": "root"}, False),
        ("owned_by", "0:998", {**ROOT, "gid": 998, "group": None}, True),
    ],
)
def test_word(word, argument, value, expected):
    assert holds(word, argument, value) is expected


@pytest.mark.parametrize("word", ["under_none_of"])
def test_a_relative_path_is_not_judged(word):
    assert holds(word, ["/etc"], "etc").reason is Reason.UNKNOWN_VALUE


def test_a_version_without_digits_is_not_judged():
    assert holds("version_at_least", "1.0", "dev").reason is Reason.UNKNOWN_VALUE


@pytest.mark.parametrize(
    ("word", "argument", "fact_type"),
    [
        ("equals", "true", Type.BOOL),
        ("equals", True, Type.INT),
        ("equals", 5, Type.STRING),
        ("equals", "a", Type.STRINGS),
        ("one_of", [], Type.STRING),
        ("one_of", [1], Type.STRING),
        ("matches", "(", Type.STRING),
        ("matches", "(?=x)", Type.STRING),
        ("at_least", True, Type.INT),
        ("at_least", "1", Type.INT),
        ("version_at_least", "new", Type.VERSION),
        ("contains", 1, Type.STRINGS),
        ("subset_of", "a", Type.STRINGS),
        ("under_none_of", ["etc"], Type.PATHS),
        ("under_none_of", [], Type.PATHS),
        ("mode_at_most", 420, Type.MODE),
        ("mode_at_most", "644", Type.MODE),
        ("mode_at_most", "0888", Type.MODE),
        ("owned_by", "root", Type.OWNER),
        ("present", False, Type.STRING),
        ("absent", None, Type.STRING),
    ],
)
def test_unfit_arguments_are_named(word, argument, fact_type):
    error = OPERATORS[word].check_argument(argument, fact_type)
    assert error
    assert isinstance(error, str)


@pytest.mark.parametrize(
    ("word", "argument", "phrase"),
    [
        ("equals", [], "be empty"),
        ("equals", "", "be empty"),
        ("equals", 0, "be 0"),
        ("equals", ["a", "b"], "be a, b"),
        ("one_of", ["a", ""], 'be one of a, ""'),
        ("subset_of", ["a"], "hold nothing but a"),
        ("subset_of", [], "be empty"),
        ("version_at_least", "20.10", "be version 20.10 or newer"),
        ("mode_at_most", "0644", "be 0644 or stricter"),
        ("absent", True, "be absent"),
    ],
)
def test_what_must_be_is_said(word, argument, phrase):
    assert OPERATORS[word].phrase(argument) == phrase


def test_table_is_complete():
    for name, operator in OPERATORS.items():
        assert operator.name == name
        assert operator.fact_types
        assert operator.argument, name
        assert operator.meaning, name


ARGUMENTS = {
    "equals": st.one_of(st.booleans(), st.integers(), st.text(), st.lists(st.text())),
    "one_of": st.lists(st.text(), min_size=1),
    "starts_with_any": st.lists(st.text(min_size=1), min_size=1),
    "at_least": st.integers(),
    "at_most": st.integers(),
    "contains": st.text(),
    "contains_any": st.lists(st.text(), min_size=1),
    "subset_of": st.lists(st.text()),
    "disjoint_from": st.lists(st.text(), min_size=1),
    "mode_at_most": st.integers(0, 0o777).map("{:04o}".format),
}


@given(st.data())
def test_phrases_exist_for_any_fit_argument(data):
    word = data.draw(st.sampled_from(sorted(ARGUMENTS)))
    argument = data.draw(ARGUMENTS[word])
    assert OPERATORS[word].phrase(argument)


@given(st.integers(0, 0o7777), st.integers(0, 0o7777))
def test_a_mode_passes_exactly_when_it_adds_no_bit(mode, most):
    assert holds("mode_at_most", f"{most:04o}", f"{mode:04o}") is (mode | most == most)


def test_a_minimum_that_nobody_has_set_is_met_by_no_version():
    assert OPERATORS["version_at_least"].predicate("")("20.10.0") is False
    assert OPERATORS["version_at_least"].phrase("") == "meet a minimum version, of which none is set"
