"""dockmark's own controls and mappings."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.catalog.load import load_catalog
from benchmark.model.content import Catalog

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
