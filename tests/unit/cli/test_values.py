from decimal import Decimal

import pytest

from benchmark.cli import values
from benchmark.cli.exit_code import FailOn, Policy
from benchmark.cli.option import BadValue
from benchmark.cli.values import Assignment, Output
from benchmark.render.formats import FORMATS


def test_the_formats_named_are_those_that_exist():
    assert set(values.FORMAT_NAMES) == set(FORMATS)


@pytest.mark.parametrize(
    ("text", "output"),
    [
        ("table", Output("table", "-")),
        ("json", Output("json", "-")),
        ("json=-", Output("json", "-")),
        ("json=a=b.json", Output("json", "a=b.json")),
    ],
)
def test_output(text, output):
    assert values.read_output(text) == output


@pytest.mark.parametrize("text", ["", "=x", "xml", "JSON", "json=", "json=\0", "table ="])
def test_bad_output(text):
    with pytest.raises(BadValue):
        values.read_output(text)


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("never", Policy(FailOn.NEVER)),
        ("fail", Policy(FailOn.FAIL)),
        ("incomplete", Policy(FailOn.INCOMPLETE)),
        ("new", Policy(FailOn.NEW)),
        ("score<0", Policy(FailOn.SCORE, Decimal(0))),
        ("score<80.5", Policy(FailOn.SCORE, Decimal("80.5"))),
        ("score<100", Policy(FailOn.SCORE, Decimal(100))),
    ],
)
def test_policy(text, policy):
    assert values.read_policy(text) == policy


@pytest.mark.parametrize(
    "text", ["", "score", "score<", "score<101", "score<-1", "score<nan", "score<1e1", "score<=80", "score<٨٠", "Fail"]
)
def test_bad_policy(text):
    with pytest.raises(BadValue):
        values.read_policy(text)


@pytest.mark.parametrize(
    ("text", "assignment"),
    [
        ("a_b.c_d=x", Assignment("a_b", "c_d", "x")),
        ("a.b=", Assignment("a", "b", "")),
        ("a.b=c=d.e,f", Assignment("a", "b", "c=d.e,f")),
        ("a.b=two\nlines", Assignment("a", "b", "two\nlines")),
    ],
)
def test_assignment(text, assignment):
    assert values.read_assignment(text) == assignment


@pytest.mark.parametrize("text", ["", "a", "a=b", "a.b", ".b=c", "a.=c", "a.b.c=d", "A.b=c"])
def test_bad_assignment(text):
    with pytest.raises(BadValue):
        values.read_assignment(text)


@pytest.mark.parametrize(("text", "seconds"), [("1", 1.0), ("0.25", 0.25), (" 5 ", 5.0), ("1e2", 100.0)])
def test_seconds(text, seconds):
    assert values.read_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "0", "-1", "nan", "inf", "-inf", "1e9", "ten", "0x10"])
def test_bad_seconds(text):
    with pytest.raises(BadValue):
        values.read_seconds(text)


@pytest.mark.parametrize("read", [values.read_identifier, values.read_text, values.read_path])
def test_nothing_is_not_a_value(read):
    with pytest.raises(BadValue):
        read("")


def test_an_identifier_loses_the_blanks_around_it():
    assert values.read_identifier(" 5.10 ") == "5.10"
