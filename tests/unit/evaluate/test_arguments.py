"""Which arguments a word takes, and how values are written for people."""

import pytest

from benchmark.evaluate.arguments import release, show
from benchmark.evaluate.operators import OPERATORS
from benchmark.model.declaration import Type


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([], "[]"),
        (["a"], "a"),
        (["a", "", "b c"], 'a, "", b c'),
        (["a", 1], '["a", 1]'),
        ([1, 2], "[1, 2]"),
        ("grün", '"grün"'),
        (True, "true"),
        (None, "null"),
        ({"a": "b"}, '{"a": "b"}'),
    ],
)
def test_values_are_written_as_json_and_lists_of_strings_as_an_enumeration(value, text):
    assert show(value) == text


@pytest.mark.parametrize(
    ("version", "numbers"),
    [
        ("20.10.24+dfsg1", (20, 10, 24)),
        ("v1.2", (1, 2)),
        ("5", (5,)),
        ("dev", ()),
        ("", ()),
        (" 1.0", ()),
        ("1." * 9 + "1", (1,) * 10),
        ("1." * 10 + "1", (1,) * 10),
        ("123456789.1", (123456789, 1)),
        ("1234567890.1", (123456789,)),
    ],
)
def test_the_numbers_that_lead_a_version(version, numbers):
    assert release(version) == numbers


FIT = [
    ("equals", False, Type.BOOL),
    ("equals", 0, Type.INT),
    ("equals", "", Type.STRING),
    ("equals", "20.10", Type.VERSION),
    ("equals", [], Type.STRINGS),
    ("equals", ["a", "b"], Type.PATHS),
    ("equals", [], Type.RECORDS),
    ("one_of", ["a"], Type.STRING),
    ("one_of", [1, 2], Type.INT),
    ("matches", "a.*", Type.STRING),
    ("starts_with_any", ["a", "b"], Type.STRINGS),
    ("at_least", 0, Type.INT),
    ("at_most", -1, Type.INT),
    ("version_at_least", "20.10", Type.VERSION),
    ("contains", "a", Type.MAP),
    ("subset_of", [], Type.STRINGS),
    ("disjoint_from", ["a"], Type.STRINGS),
    ("under_none_of", ["/etc", "/usr"], Type.PATHS),
    ("mode_at_most", "0644", Type.MODE),
    ("mode_at_most", "7777", Type.MODE),
    ("owned_by", "root:docker", Type.OWNER),
    ("present", True, Type.BOOL),
]


@pytest.mark.parametrize(("word", "argument", "fact_type"), FIT)
def test_a_fit_argument_is_taken(word, argument, fact_type):
    assert OPERATORS[word].check_argument(argument, fact_type) is None


@pytest.mark.parametrize(
    ("word", "argument", "fact_type", "error"),
    [
        ("equals", 1, Type.BOOL, "expected true or false"),
        ("equals", "1", Type.INT, "expected an integer"),
        ("equals", False, Type.INT, "expected an integer"),
        ("equals", 1, Type.VERSION, "expected a string"),
        ("equals", ["a"], Type.STRING, "expected a string"),
        ("equals", [{}], Type.RECORDS, "expected []"),
        ("equals", "", Type.RECORDS, "expected []"),
        ("equals", ["a", 1], Type.STRINGS, "expected a list of strings"),
        ("equals", [1], Type.PATHS, "expected a list of strings"),
        ("one_of", "a", Type.STRING, "expected a list of at least one value"),
        ("one_of", {}, Type.STRING, "expected a list of at least one value"),
        ("one_of", [], Type.STRING, "expected a list of at least one value"),
        ("one_of", ["a", 2], Type.STRING, "2 is not of type string"),
        ("matches", 1, Type.STRING, "expected a string"),
        ("matches", "(", Type.STRING, "not an RE2 expression"),
        ("starts_with_any", "ab", Type.STRINGS, "expected a list of strings"),
        ("starts_with_any", ["a", 1], Type.STRINGS, "expected a list of strings"),
        ("starts_with_any", [], Type.STRINGS, "expected at least one string"),
        ("version_at_least", 20.1, Type.VERSION, "expected a string"),
        ("version_at_least", "new", Type.VERSION, "expected a version"),
        ("under_none_of", "/etc", Type.PATHS, "expected a list of strings"),
        ("under_none_of", ["/etc", "usr", "lib"], Type.PATHS, '"usr" is not an absolute path'),
        ("mode_at_most", "00644", Type.MODE, "expected a mode"),
        ("mode_at_most", "0644\n", Type.MODE, "expected a mode"),
        ("mode_at_most", 644, Type.MODE, "expected a mode"),
        ("owned_by", "root", Type.OWNER, "expected"),
        ("owned_by", "root:", Type.OWNER, "expected"),
        ("owned_by", "a:b:c", Type.OWNER, "expected"),
        ("owned_by", 0, Type.OWNER, "expected"),
        ("present", 1, Type.STRING, "expected true"),
    ],
)
def test_an_unfit_argument_is_named(word, argument, fact_type, error):
    assert str(OPERATORS[word].check_argument(argument, fact_type)).startswith(error)
