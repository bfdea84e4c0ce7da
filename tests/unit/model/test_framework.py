"""How ids of frameworks are ordered, and which section an id lies in."""

from __future__ import annotations

import pytest

from benchmark.model.framework import Framework, Requirement, id_order

SECTIONS = dict.fromkeys(("1", "1.1", "A.8", "AC", "164.312"), "x")
FRAMEWORK = Framework("any", "Any", ("1", "2"), SECTIONS, (), former_sections={"1": {"A.8": "y"}})


@pytest.mark.parametrize(
    "ids",
    [
        ["5.2", "5.10", "164.308(a)(1)", "164.312(a)(1)", "164.312(a)(2)(iv)", "164.312(b)"],
        ["A.5.9", "A.5.10", "A.8.1"],
        ["AC-2", "AC-6", "AC-6(5)", "AC-6(10)", "AC-17", "CM-2"],
        ["", "1", "beyond"],
    ],
)
def test_ids_sort_as_people_count(ids: list[str]) -> None:
    backwards = ids[::-1]
    assert sorted(backwards, key=id_order) == sorted(ids, key=id_order)
    assert [each for each in sorted(backwards, key=id_order) if each not in ("1", "beyond")] == [
        each for each in ids if each not in ("1", "beyond")
    ]


def test_the_pieces_of_an_id_are_its_numbers_and_its_words() -> None:
    assert id_order("AC-6(10)") == ((-1, "AC-"), (6, ""), (10, ""))
    assert id_order("164.312(a)(2)(iv)") == ((164, ""), (312, ""), (-1, "a"), (2, ""), (-1, "iv"))
    assert id_order("A 5.10") == ((-1, "A"), (5, ""), (10, ""))
    assert id_order("x²") == ((-1, "x²"),)  # a digit to Unicode, and no number
    assert id_order("².1") == ((-1, "²"), (1, ""))


@pytest.mark.parametrize(
    ("item", "section"),
    [
        ("1.1.10", "1.1"),
        ("1.10", "1"),
        ("1.1", "1.1"),
        ("A.8.9", "A.8"),
        ("A.80", ""),
        ("AC-6(5)", "AC"),
        ("164.312(a)(1)", "164.312"),
        ("11.1", ""),
        ("ACE-1", ""),
        ("", ""),
    ],
)
def test_an_id_lies_in_the_closest_section_that_holds_it(item: str, section: str) -> None:
    assert FRAMEWORK.section_of(item) == section


def test_a_section_is_called_as_its_version_calls_it() -> None:
    assert FRAMEWORK.section_label("A.8", "1") == "y"
    assert FRAMEWORK.section_label("A.8", "2") == "x"
    assert FRAMEWORK.section_label("1.1", "1") == "x"
    assert FRAMEWORK.section_label("B", "1") == ""


def test_a_framework_is_whole_and_a_requirement_within_reach_unless_said_otherwise() -> None:
    requirement = Requirement("One", {"1": "1.1"}, {"1": (2,)}, {}, ())
    assert (requirement.edges, requirement.reach.value, requirement.reach_reason) == ((), "largely", "")
    assert dict(requirement.corresponds) == {}
    assert (FRAMEWORK.complete, FRAMEWORK.about, FRAMEWORK.newest) == (True, "", "2")
    assert requirement.in_profile("1", 2)
    assert not requirement.in_profile("1", 1)
    assert not requirement.in_profile("2", 2)


def test_digits_of_other_scripts_are_letters_to_the_order() -> None:
    assert sorted(["5.10", "5.¹", "5.2"], key=id_order) == ["5.¹", "5.2", "5.10"]


def test_ids_by_control_are_those_of_one_version_in_order() -> None:
    items = [
        Requirement("one", {"1": "5.10", "2": "5.11"}, {}, {}, ("a", "b")),
        Requirement("two", {"1": "5.9"}, {}, {}, ("a",)),
        Requirement("three", {"2": "5.1"}, {}, {}, ("c",)),
    ]
    made = Framework("f", "F", ("1", "2"), {"5": "five"}, tuple(items))
    assert made.ids_by_control("1") == {"a": ("5.9", "5.10"), "b": ("5.10",)}
    assert made.ids_by_control("2") == {"a": ("5.11",), "b": ("5.11",), "c": ("5.1",)}


def test_the_ids_that_name_a_control_stand_in_order_by_version() -> None:
    items = (
        Requirement("Late", {"1": "1.10", "2": "1.3"}, {}, {}, ("one",)),
        Requirement("Early", {"1": "1.2"}, {}, {}, ("one", "two")),
    )
    framework = Framework("any", "Any", ("1", "2"), SECTIONS, items)
    assert framework.ids_by_control("1") == {"one": ("1.2", "1.10"), "two": ("1.2",)}
    assert framework.ids_by_control("2") == {"one": ("1.3",)}
