"""The published schema of mapping files says what the loader reads, and refuses what the loader refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from benchmark.catalog.content_error import ContentError
from benchmark.catalog.edges import EDGE_KEYS, EDGE_MAY
from benchmark.catalog.frameworks import ASSESSMENTS, FILE_KEYS, ITEM_KEYS, LEVELS
from benchmark.catalog.positioned import plain
from benchmark.catalog.yaml_source import read_yaml
from benchmark.model.framework import Directness, Reach, Relationship, Support
from tests.unit.catalog.synthetic import errors_of
from tests.unit.catalog.test_framework_content import OTHER, other_tree

CHECKOUT = Path(__file__).parents[3]
SCHEMA: dict[str, Any] = json.loads((CHECKOUT / "reports/schemas/mapping-1.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
REQUIREMENT, EDGE = SCHEMA["$defs"]["requirement"], SCHEMA["$defs"]["edge"]


def refusals(text: str) -> list[str]:
    errors: list[ContentError] = []
    node = read_yaml(text.encode(), "x.yaml", errors)
    assert node is not None
    assert errors == []
    return [each.message for each in VALIDATOR.iter_errors(plain(node))]


def test_the_schema_is_valid_and_closed() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert all(each["additionalProperties"] is False for each in (SCHEMA, REQUIREMENT, EDGE))


def test_it_has_the_keys_and_words_that_the_loader_has() -> None:
    assert set(SCHEMA["properties"]) == set(FILE_KEYS)
    assert set(REQUIREMENT["properties"]) == set(ITEM_KEYS)
    assert set(EDGE["properties"]) == {*EDGE_KEYS, *EDGE_MAY}
    assert set(EDGE["required"]) == set(EDGE_KEYS)
    for where, kind in (("relationship", Relationship), ("directness", Directness), ("support", Support)):
        assert EDGE["properties"][where]["enum"] == [each.value for each in kind]
    assert REQUIREMENT["properties"]["reach"]["enum"] == [each.value for each in Reach]
    assert tuple(SCHEMA["$defs"]["assessment"]["enum"]) == ASSESSMENTS
    assert tuple(SCHEMA["$defs"]["level"]["oneOf"][0]["enum"]) == LEVELS


@pytest.mark.parametrize("path", sorted((CHECKOUT / "mappings").glob("*.yaml")), ids=lambda path: path.stem)
def test_our_own_files_conform(path: Path) -> None:
    assert refusals(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("framework: other", "framework: The other"),
        ('["2013", "2022"]', "[]"),
        ('["2013", "2022"]', '["2013", "2022", "2022"]'),
        ("complete: false", "complete: no"),
        ("label: One half", "lable: One half"),
        ("label: One half", "label: ' '"),
        ('    ids: {"2013": "A.12.1"}\n', ""),
        ('ids: {"2013": "A.12.1"}', "ids: {}"),
        ("reach: partly", "reach: mostly"),
        ("    reach: partly\n", ""),
        ("    reach_reason: People do it.\n", ""),
        ("[one, two]", "[]"),
        ("[one, two]", "[one, one]"),
        ("[one, two]", "one"),
        ("relationship: supports", "relationship: equivalent-to"),
        ("        sources: [A public table]\n", ""),
        ("        reason: It helps.\n", ""),
        ("reason: It helps.", "reason: ' '"),
        ('corresponds: {"2013": ["A.12.1", "A.5.1"]}', 'corresponds: {"2013": "A.12.1"}'),
        ("    reach: not reachable\n", "    edges: []\n    reach: not reachable\n"),
    ],
)
def test_what_the_schema_refuses_the_loader_refuses(tmp_path: Path, old: str, new: str) -> None:
    assert refusals(OTHER) == []
    assert old in OTHER
    spoilt = OTHER.replace(old, new, 1)
    assert refusals(spoilt) != []
    assert errors_of(other_tree(tmp_path, spoilt)) != []
