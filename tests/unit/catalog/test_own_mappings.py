"""The shipped mappings: whole where they say so, honest about who says what, and with a reason for everything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

from benchmark.catalog.load import load_catalog
from benchmark.model.framework import Edge, Framework, Reach, Relationship, Requirement, Support, id_order

CHECKOUT: Final = Path(__file__).parents[3]
CATALOG: Final = load_catalog(CHECKOUT)
FRAMEWORKS: Final = tuple(CATALOG.frameworks.values())
MAPPED: Final = tuple(each for each in FRAMEWORKS if each.id != "cis_docker")
# ISO/IEC 27001: how many controls each section of annex A has
SECTIONS_2022: Final = {"A.5": 37, "A.6": 8, "A.7": 14, "A.8": 34}
SECTIONS_2013: Final = {
    "A.5.1": 2, "A.6.1": 5, "A.6.2": 2, "A.7.1": 2, "A.7.2": 3, "A.7.3": 1, "A.8.1": 4, "A.8.2": 3, "A.8.3": 3, "A.9.1": 2,
    "A.9.2": 6, "A.9.3": 1, "A.9.4": 5, "A.10.1": 2, "A.11.1": 6, "A.11.2": 9, "A.12.1": 4, "A.12.2": 1, "A.12.3": 1,
    "A.12.4": 4, "A.12.5": 1, "A.12.6": 2, "A.12.7": 1, "A.13.1": 3, "A.13.2": 4, "A.14.1": 3, "A.14.2": 9, "A.14.3": 1,
    "A.15.1": 3, "A.15.2": 2, "A.16.1": 7, "A.17.1": 3, "A.17.2": 1, "A.18.1": 5, "A.18.2": 3,
}  # fmt: skip
NEW_IN_2022: Final = {
    "A.5.7", "A.5.23", "A.5.30", "A.7.4", "A.8.9", "A.8.10", "A.8.11", "A.8.12", "A.8.16", "A.8.23", "A.8.28",
}  # fmt: skip
_CONTROL_OF_800_53: Final = re.compile(r"\b[A-Z]{2}-\d+(?:\(\d+\))?")


def ids(framework: Framework, version: str) -> list[str]:
    return sorted((each.ids[version] for each in framework.requirements if version in each.ids), key=id_order)


def all_edges(framework: Framework) -> Iterator[tuple[Requirement, Edge]]:
    for each in framework.requirements:
        for edge in each.edges:
            yield each, edge


def numbered(sections: dict[str, int]) -> list[str]:
    found = [f"{section}.{number}" for section, count in sections.items() for number in range(1, count + 1)]
    return sorted(found, key=id_order)


def test_iso_27001_has_every_id_of_both_editions() -> None:
    framework = CATALOG.frameworks["iso_27001"]
    assert framework.complete
    assert ids(framework, "2022") == numbered(SECTIONS_2022)
    assert ids(framework, "2013") == numbered(SECTIONS_2013)
    assert (len(numbered(SECTIONS_2022)), len(numbered(SECTIONS_2013))) == (93, 114)


def test_every_control_of_2013_lives_on_in_2022_and_eleven_are_new() -> None:
    new = set()
    for each in CATALOG.frameworks["iso_27001"].requirements:
        if "2013" in each.ids and "2022" in each.ids:
            assert each.corresponds == {}, each.label
        elif "2013" in each.ids:
            assert set(each.corresponds) == {"2022"}, each.label
        elif not each.corresponds:
            new.add(each.ids["2022"])
        else:
            assert len(each.corresponds["2013"]) > 1, f"{each.label}: one control that became one is one item"
    assert new == NEW_IN_2022


def test_sp_800_190_has_every_item_and_each_risk_its_countermeasure() -> None:
    framework = CATALOG.frameworks["nist_sp_800_190"]
    risks = {"3.1": 5, "3.2": 3, "3.3": 5, "3.4": 5, "3.5": 5}
    countermeasures = {section.replace("3", "4", 1): count for section, count in risks.items()}
    expected = [
        *numbered(risks),
        *numbered(countermeasures),
        "4.6",
        "5.1",
        "5.2",
        "5.3",
        "6.1",
        "6.2",
        "6.3",
        "6.4",
        "6.5",
    ]
    assert ids(framework, "2017") == sorted(expected, key=id_order)
    for each in framework.requirements:
        number = each.ids["2017"]
        if number.startswith("3."):
            assert each.corresponds == {"2017": (number.replace("3", "4", 1),)}
        assert (each.reach is Reach.ASKS_NOTHING) == (number[0] in "35")


@pytest.mark.parametrize("framework", FRAMEWORKS, ids=lambda each: each.id)
def test_only_real_frameworks_call_themselves_whole(framework: Framework) -> None:
    assert framework.complete == (framework.id in {"cis_docker", "nist_sp_800_190", "iso_27001"})
    assert framework.about or framework.id == "cis_docker"


@pytest.mark.parametrize("framework", FRAMEWORKS, ids=lambda each: each.id)
def test_every_edge_has_a_reason_that_can_be_disputed(framework: Framework) -> None:
    for requirement, edge in all_edges(framework):
        assert edge.reason.endswith("."), (requirement.ids, edge.reason)
        assert len(edge.reason.split()) >= 5, (requirement.ids, edge.reason)
        assert "complian" not in edge.reason.lower()


@pytest.mark.parametrize("framework", MAPPED, ids=lambda each: each.id)
def test_a_reason_belongs_to_one_requirement(framework: Framework) -> None:
    """Text that fits every requirement says nothing of any. DISA's rules on files differ in the file alone."""
    if framework.id == "disa_docker_stig":
        return
    owners: dict[str, Requirement] = {}
    for requirement, edge in all_edges(framework):
        assert owners.setdefault(edge.reason, requirement) is requirement, edge.reason


@pytest.mark.parametrize("framework", MAPPED, ids=lambda each: each.id)
def test_every_requirement_says_how_far_it_can_be_reached_and_why_not_further(framework: Framework) -> None:
    for each in framework.requirements:
        assert each.reach_reason.endswith("."), each.ids
        assert len(each.label) <= 60, each.label


def test_a_chain_is_public_in_every_link() -> None:
    """An edge that comes by way of SP 800-53 counts as chained only where a public mapping leads there from the control."""
    public = {
        (requirement.ids["r5"], edge.control)
        for requirement, edge in all_edges(CATALOG.frameworks["nist_sp_800_53"])
        if edge.support in (Support.PUBLISHED, Support.CHAINED)
    }
    known = set(ids(CATALOG.frameworks["nist_sp_800_53"], "r5"))
    for framework in MAPPED:
        for requirement, edge in all_edges(framework):
            if framework.id == "nist_sp_800_53" or edge.support is not Support.CHAINED:
                continue
            by_way_of = {
                found for each in edge.sources if "800-53" in each for found in _CONTROL_OF_800_53.findall(each)
            }
            assert by_way_of <= known, (requirement.ids, by_way_of - known)
            others = [each for each in edge.sources if "800-53" not in each and "annex B" not in each]
            linked = any((each, edge.control) in public for each in by_way_of)
            assert linked or others, f"{requirement.ids} {edge.control}: no public mapping leads to {by_way_of}"


@pytest.mark.parametrize("name", ["iso_27001", "nist_sp_800_53", "hipaa"])
def test_the_state_of_a_host_supports_what_is_asked_of_an_organisation(name: str) -> None:
    for requirement, edge in all_edges(CATALOG.frameworks[name]):
        assert edge.relationship is Relationship.SUPPORTS, (requirement.ids, edge.control)


def test_the_own_judgement_of_sp_800_190_names_no_source() -> None:
    for requirement, edge in all_edges(CATALOG.frameworks["nist_sp_800_190"]):
        assert bool(edge.sources) == (edge.support is not Support.OWN_JUDGEMENT), (requirement.ids, edge.control)


@pytest.mark.parametrize("name", ["iso_27001", "nist_sp_800_190"])
def test_every_control_means_something_to_the_frameworks_of_the_mission(name: str) -> None:
    named = {edge.control for _, edge in all_edges(CATALOG.frameworks[name])}
    assert set(CATALOG.controls) - named == set()


def test_what_the_benchmark_calls_one_control_is_equal_and_several_are_parts() -> None:
    by_id = {each.ids["1.8.0"]: each for each in CATALOG.frameworks["cis_docker"].requirements}
    assert [edge.relationship for edge in by_id["5.5"].edges] == [Relationship.EQUAL]
    assert {edge.relationship for edge in by_id["4.1"].edges} == {Relationship.SUBSET_OF}
    assert by_id["5.5"].reach is Reach.LARGELY  # decided by a program
    assert by_id["5.9"].reach is Reach.PARTLY  # some cases are put before a person
    assert by_id["1.2.1"].reach is Reach.PARTLY  # on a person's word alone


def test_the_benchmark_asks_each_version_by_its_own_numbers() -> None:
    framework = CATALOG.frameworks["cis_docker"]
    for version in framework.versions:
        found = ids(framework, version)
        assert len(found) == len(set(found))
        for one, two in pairwise(found):
            assert id_order(one) < id_order(two)
