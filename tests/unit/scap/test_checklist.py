"""What rules refer to: every framework of the catalogue by itself, each under one address."""

from __future__ import annotations

from typing import Final

import pytest

from benchmark.catalog.load import load_catalog
from benchmark.model.framework import Directness
from benchmark.scap.benchmark_xml import idents
from benchmark.scap.checklist import make_checklist
from benchmark.scap.names import CATALOGUES, catalogue_of

CATALOG: Final = load_catalog()
CHECKLIST: Final = make_checklist(CATALOG, "cis_docker", "1.8.0", lambda control: control.title)


def test_every_shipped_framework_has_an_address_of_its_own() -> None:
    assert set(CATALOG.frameworks) == set(CATALOGUES)
    assert len(set(CATALOGUES.values())) == len(CATALOGUES)
    assert catalogue_of("house") == "urn:dockmark:framework:house"


def test_the_benchmark_names_every_framework_by_its_title() -> None:
    assert dict(CHECKLIST.catalogues) == {name: each.title for name, each in CATALOG.frameworks.items()}


def test_rules_refer_to_exactly_what_the_mappings_say_in_the_newest_version() -> None:
    found = {(rule.control.id, each.framework, each.item) for rule in CHECKLIST.rules() for each in rule.references}
    expected = {
        (edge.control, name, requirement.ids[version])
        for name, framework in CATALOG.frameworks.items()
        for version in [framework.newest]
        for requirement in framework.requirements
        if version in requirement.ids
        for edge in requirement.edges
    }
    assert found == expected


@pytest.mark.parametrize("control", sorted(CATALOG.controls))
def test_controls_of_sp_800_53_are_idents_unless_they_are_met_by_the_way(control: str) -> None:
    rule = next(each for each in CHECKLIST.rules() if each.control.id == control)
    written = "".join(idents(rule, "1.8.0"))
    for requirement in CATALOG.frameworks["nist_sp_800_53"].requirements:
        for edge in requirement.edges:
            if edge.control == control:
                named = f">{requirement.ids['r5']}</ident>" in written
                assert named == (edge.directness is not Directness.INCIDENTAL), requirement.ids
