"""Requirements as people name them, with frameworks that are made up here."""

import pytest

from benchmark.evaluate import EvaluationRequest, SelectionError, find_requirements, find_section
from benchmark.evaluate.selection import select_controls
from benchmark.model.content import Catalog
from benchmark.model.framework import Framework, Requirement
from tests.unit.render.made_assessments import control

CONTROLS = {name: control(name) for name in ("one", "two", "three")}


def item(ids, *controls, level=1):
    return Requirement("label", ids, dict.fromkeys(ids, (level,)), {}, controls)


OWN = Framework(
    "cis_docker",
    "CIS",
    ("1.6.0", "1.8.0"),
    {"4": "Images", "5": "Containers"},
    (item({"1.6.0": "4.4", "1.8.0": "4.4"}, "one"), item({"1.6.0": "5.4", "1.8.0": "5.5"}, "two", level=2)),
)
NIST = Framework(
    "nist",
    "NIST",
    ("2017",),
    {"4": "Answers", "4.4": "Containers"},
    (item({"2017": "4.4.10"}, "three"), item({"2017": "4.4.9"}, "one", "two"), item({"2017": "4.4.1"})),
)
ISO = Framework(
    "iso",
    "ISO",
    ("2013", "2022"),
    {"A.8": "Technology", "A.12": "Operations"},
    (item({"2013": "A.12.1.2", "2022": "A.8.9"}, "two"), item({"2013": "A.8.9"}, "one"), item({"2022": "4.4"}, "one")),
)
CATALOG = Catalog(CONTROLS, {each.id: each for each in (OWN, NIST, ISO)}, "sha256:x")


def names(name, version="1.8.0"):
    return [each.name for each in find_requirements(CATALOG, OWN, version, name)]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("5.5", ["cis_docker:5.5"]),
        ("4.4", ["cis_docker:4.4", "iso:4.4"]),  # the benchmark first, then the others in the catalogue's order
        ("iso:4.4", ["iso:4.4"]),
        ("a.8.9", ["iso:A.8.9"]),
        ("4.4.9", ["nist:4.4.9"]),
        ("A.8.9", ["iso:A.8.9"]),  # the newest version that has it, and not an older one
        ("iso:2013:A.8.9", ["iso:2013:A.8.9"]),
        ("A.12.1.2", ["iso:2013:A.12.1.2"]),  # an older version where no newer one has it
        ("cis_docker:1.6.0:5.4", ["cis_docker:1.6.0:5.4"]),
        ("5.4", []),  # of the benchmark only the version that is judged
        ("nope:4.4", []),
        ("iso:1999:A.8.9", []),
    ],
)
def test_what_a_name_means(name, found):
    assert names(name) == found


def test_the_full_name_means_the_same_thing():
    for each in ("4.4", "A.8.9", "A.12.1.2", "4.4.9"):
        for found in find_requirements(CATALOG, OWN, "1.8.0", each):
            assert find_requirements(CATALOG, OWN, "1.8.0", found.name) == (found,)


def test_sections_are_in_order_and_the_first_framework_that_has_one_is_taken():
    assert [each.id for each in find_section(CATALOG, OWN, "1.8.0", "4.4")] == ["4.4.1", "4.4.9", "4.4.10"]
    assert [each.id for each in find_section(CATALOG, OWN, "1.8.0", "4")] == ["4.4"]
    assert [each.id for each in find_section(CATALOG, OWN, "1.8.0", "nist:4")] == ["4.4.1", "4.4.9", "4.4.10"]
    assert find_section(CATALOG, OWN, "1.8.0", "9") == ()
    assert find_section(CATALOG, OWN, "1.8.0", "nope:4") == ()


def selected(*controls, **changes):
    request = EvaluationRequest("2026-01-01T00:00:00Z", controls=controls, **changes)
    return [each.control.id for each in select_controls(CATALOG, request).chosen]


def test_a_requirement_of_another_framework_selects_its_controls():
    assert selected("4.4.9") == ["one", "two"]
    assert selected("nist:4.4.9", "one") == ["one", "two"]
    assert selected("A.8.9") == ["two"]


def test_controls_of_it_that_the_profile_lacks_are_left_out_and_none_at_all_is_refused():
    assert selected("4.4.9", profile="level_1") == ["one"]
    with pytest.raises(SelectionError, match=r"not part of cis_docker 1\.8\.0 level_1: two"):
        selected("A.8.9", profile="level_1")


def test_a_control_of_it_that_lies_beyond_the_benchmark_is_judged():
    assert selected("4.4.10") == ["three"]


def test_a_requirement_without_controls_selects_nothing_and_says_so():
    with pytest.raises(SelectionError, match=r"4.4.1 of nist 2017 is not judged by any control yet"):
        selected("4.4.1")
