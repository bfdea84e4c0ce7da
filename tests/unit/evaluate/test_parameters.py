"""Whether a value that somebody sets is fit for every word that uses it, wherever in a control the word stands."""

from dataclasses import replace

import pytest

from benchmark.catalog.load import load_catalog
from benchmark.evaluate.parameters import check_value
from benchmark.model.control import AllOf, AnyOf, Each, Not, Parameter, ParameterRef, Test

PATHS = Parameter("paths", "strings", ["/etc"], "x")
PLAIN = Test("HostConfig.Privileged", "equals", False)
USES = Each("Mounts", "none", Test("Source", "under_none_of", ParameterRef("paths")))
BASE = replace(load_catalog().controls["container_not_privileged"], parameters=(PATHS,))


@pytest.mark.parametrize(
    ("kind", "default", "fit", "unfit", "error"),
    [
        ("strings", [], [["a"], ["a", "b"]], ["a", [1], ["a", 1], {}, None], "expected a list of strings"),
        ("string", "", ["a"], [1, ["a"], None], "expected a string"),
        ("int", 0, [1, -1], [True, "1", 1.5], "expected an integer"),
        ("bool", False, [True], [0, "true"], "expected true or false"),
    ],
)
def test_a_value_has_the_type_of_its_parameter(kind, default, fit, unfit, error):
    parameter = Parameter("p", kind, default, "x")
    control = replace(BASE, check=PLAIN, parameters=(parameter,))
    assert check_value(control, parameter, default) is None
    for each in fit:
        assert check_value(control, parameter, each) is None
    for each in unfit:
        assert check_value(control, parameter, each) == error


@pytest.mark.parametrize("place", ["when", "check", "review"])
@pytest.mark.parametrize(
    "shape",
    [USES, Not(USES), AllOf((PLAIN, USES)), AnyOf((PLAIN, Not(USES))), AllOf((AnyOf((PLAIN, USES)), PLAIN))],
    ids=["each", "not", "all", "any", "deep"],
)
def test_a_value_must_suit_the_word_that_uses_it(place, shape):
    control = replace(BASE, **{"check": PLAIN, place: shape})
    assert check_value(control, PATHS, ["/srv"]) is None
    assert check_value(control, PATHS, ["srv"]) == '"srv" is not an absolute path'
    assert check_value(control, PATHS, []) == "expected at least one string"


def test_the_default_fits_though_a_word_would_not_take_it():
    nothing = Parameter("paths", "strings", [], "x")
    control = replace(BASE, check=USES, parameters=(nothing,))
    assert check_value(control, nothing, []) is None
    assert check_value(control, nothing, ["srv"]) is not None


def test_a_word_that_uses_another_parameter_says_nothing_about_this_one():
    other = Parameter("names", "strings", [], "x")
    control = replace(BASE, check=USES, parameters=(PATHS, other))
    assert check_value(control, other, ["srv"]) is None
    assert check_value(control, PATHS, ["srv"]) is not None


def test_the_first_use_that_it_does_not_suit_is_told_and_a_later_one_too():
    control = replace(BASE, check=AllOf((Test("capabilities", "subset_of", ParameterRef("paths")), USES)))
    assert check_value(control, PATHS, ["srv"]) == '"srv" is not an absolute path'
