"""dockmark's own controls and mappings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmark.catalog.load import load_catalog
from benchmark.model.content import Catalog
from benchmark.model.control import AllOf, AnyOf, Condition, Each, Not, Recreate, Test

CHECKOUT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(CHECKOUT)


def test_every_control_file_is_in_the_catalogue(catalog: Catalog) -> None:
    files = {each.stem: each.parent.name for each in CHECKOUT.glob("controls/*/*.yaml")}
    assert {control.id: control.room for control in catalog.controls.values()} == files


@pytest.mark.parametrize(
    ("version", "items", "level_1", "automated"),
    [("1.6.0", 117, 86, 21), ("1.7.0", 117, 86, 23), ("1.8.0", 118, 87, 23)],
)
def test_the_benchmark_is_carried_whole(
    catalog: Catalog, version: str, items: int, level_1: int, automated: int
) -> None:
    requirements = catalog.frameworks["cis_docker"].requirements
    assert len({each.ids[version] for each in requirements if version in each.ids}) == items
    assert sum(each.in_profile(version, 1) for each in requirements) == level_1
    assert sum(each.in_profile(version, 2) for each in requirements) == items
    assert sum(each.assessment.get(version) == "automated" for each in requirements) == automated


def test_the_new_item_of_1_8_pushes_the_others_down(catalog: Catalog) -> None:
    by_control = {
        control: each.ids for each in catalog.frameworks["cis_docker"].requirements for control in each.controls
    }
    assert by_control["storage_driver_not_aufs"] == {"1.6.0": "2.6", "1.7.0": "2.6", "1.8.0": "2.6"}
    assert by_control["storage_driver_not_devicemapper"] == {"1.8.0": "2.7"}
    assert by_control["tcp_listeners_verify_clients"] == {"1.6.0": "2.7", "1.7.0": "2.7", "1.8.0": "2.8"}
    assert by_control["experimental_features_disabled"] == {"1.6.0": "2.18", "1.7.0": "2.18", "1.8.0": "2.19"}


@pytest.mark.parametrize(("section", "items"), [("2", 19), ("3", 24), ("5", 32)])
def test_sections_2_3_and_5_are_judged_completely(catalog: Catalog, section: str, items: int) -> None:
    found = [
        each.controls
        for each in catalog.frameworks["cis_docker"].requirements
        if each.ids.get("1.8.0", "").partition(".")[0] == section
    ]
    assert len(found) == items
    assert all(found)


MADE_ANEW = (Recreate.CONTAINER, Recreate.IMAGE)


def test_every_control_has_a_fix_or_says_why_not(catalog: Catalog) -> None:
    lacking = [
        each.id
        for each in catalog.controls.values()
        if not (each.remediation.fixes or each.remediation.by_hand or each.remediation.recreate in MADE_ANEW)
    ]
    assert lacking == []


def test_every_mode_owner_and_audit_rule_has_a_fix(catalog: Catalog) -> None:
    """What is asked of files a script can do, without exception; and it does what the check asks for."""
    lacking = []
    for control in catalog.controls.values():
        fixes = {each.kind: each.argument for each in control.remediation.fixes}
        asked = list(_tests(control.check))
        wanted = {each.argument for each in asked if each.word == "mode_at_most"}
        if wanted and {fixes.get("file_mode")} != wanted:
            lacking.append(control.id)
        if any(each.word == "owned_by" for each in asked) and fixes.get("file_owner") not in {
            each.argument for each in asked if each.word == "owned_by"
        }:
            lacking.append(control.id)
        if any(each.fact == "audit_rules" for each in asked) and "audit_rule" not in fixes:
            lacking.append(control.id)
    assert lacking == []


def test_fixes_of_settings_set_what_is_asked_for(catalog: Catalog) -> None:
    wrong = []
    for control in catalog.controls.values():
        for fix in control.remediation.fixes:
            if fix.kind == "daemon_set":
                asked = {each.fact: each.argument for each in _tests(control.check) if each.word == "equals"}
                told = {f"daemon.{name}": value for name, value in dict(fix.argument).items()}  # type: ignore[arg-type]
                if (
                    told != {fact: value for fact, value in asked.items() if fact in told}
                    and control.id not in ENGINE_SAYS
                ):
                    wrong.append(control.id)
    assert wrong == []


ENGINE_SAYS = ("experimental_features_disabled",)  # judged by what the engine reports, not by its setting


def _tests(condition: Condition | None) -> Iterator[Test]:
    match condition:
        case Test():
            yield condition
        case AllOf(parts) | AnyOf(parts):
            for each in parts:
                yield from _tests(each)
        case Not(part):
            yield from _tests(part)
        case Each(_, _, inner, _):
            yield from _tests(inner)
