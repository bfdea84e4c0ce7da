"""The published schemas say what is written, and refuse what is not."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from benchmark.model.facts import Reason
from benchmark.model.result import Result
from benchmark.model.snapshot_file import encode_snapshot
from benchmark.model.vocabulary import COLLECTIONS, KINDS
from benchmark.render import RenderOptions, render_many
from tests.snapshots import container, snapshot
from tests.unit.render.made_assessments import assessment, every_result

SCHEMAS = Path(__file__).parents[3] / "reports" / "schemas"


def schema(name):
    return json.loads((SCHEMAS / f"{name}-1.schema.json").read_text(encoding="utf-8"))


def errors(name, document):
    return [each.message for each in Draft202012Validator(schema(name)).iter_errors(document)]


def written(made):
    return json.loads("".join(render_many("json", [made], RenderOptions())))


def objects(node):
    if isinstance(node, dict):
        if node.get("type") == "object" and "properties" in node:
            yield node
        for each in node.values():
            yield from objects(each)


@pytest.mark.parametrize("name", ["assessment", "snapshot"])
def test_the_schema_is_valid_and_closed(name):
    Draft202012Validator.check_schema(schema(name))
    assert all(each["additionalProperties"] is False for each in objects(schema(name)))


@pytest.mark.parametrize("made", [every_result(), assessment()], ids=["every result", "empty"])
def test_an_assessment_conforms(made):
    assert errors("assessment", written(made)) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda document: document.update(extra=1),
        lambda document: document.pop("score"),
        lambda document: document["score"].update(percent="61.3"),
        lambda document: document["results"][0].update(result="passed"),
        lambda document: document["results"][5]["findings"][0].update(evidence=[]),
        lambda document: document["results"][0]["findings"][0].update(reason="because"),
        lambda document: document.update(collected_at="yesterday"),
        lambda document: document["counts"].pop("fixed"),
    ],
)
def test_a_spoilt_assessment_is_refused(spoil):
    document = copy.deepcopy(written(every_result()))
    spoil(document)
    assert errors("assessment", document)


def test_a_snapshot_conforms():
    made = snapshot(containers=[container("web", {"HostConfig.Privileged": True}), container("db")])
    assert errors("snapshot", json.loads(encode_snapshot(made))) == []


def test_a_spoilt_snapshot_is_refused():
    document = json.loads(encode_snapshot(snapshot()))
    document["subjects"][0]["kind"] = "planet"
    assert errors("snapshot", document)


def test_the_schemas_know_every_word_of_the_model():
    reasons = {each.value for each in Reason}
    definitions = schema("assessment")["$defs"]
    assert set(definitions["reason"]["enum"]) == reasons
    assert set(definitions["result_word"]["enum"]) == {each.value for each in Result}
    stored = schema("snapshot")
    assert set(stored["$defs"]["unavailable"]["properties"]["reason"]["enum"]) == reasons
    assert set(stored["$defs"]["subject"]["properties"]["kind"]["enum"]) == set(KINDS)
    listed = {name for name, each in COLLECTIONS.items() if not each.base}
    assert set(stored["properties"]["enumerations"]["propertyNames"]["enum"]) == listed
