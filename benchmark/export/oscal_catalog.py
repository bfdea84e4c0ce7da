"""The controls as an OSCAL catalog, model 1.2.1: groups are the sections of a benchmark version, ids are our own."""

from __future__ import annotations

import json
from collections.abc import Iterator

from benchmark.model.control import Parameter
from benchmark.model.facts import JsonValue
from benchmark.oscal.document import (
    CONTENT_DATE,
    NAMESPACE,
    Object,
    markup,
    metadata,
    objective_id,
    plain,
    prop,
    token,
    uuid_of,
    without_empty,
)
from benchmark.scap.checklist import Checklist, ChecklistGroup, ChecklistRule
from benchmark.scap.names import catalogue_of


def oscal_catalog(checklist: Checklist) -> str:
    """The document; the same for the same content."""
    body: Object = {
        "metadata": metadata(
            f"Controls of dockmark for the {checklist.title}",
            CONTENT_DATE,
            checklist.digest,
            [prop("benchmark", checklist.framework), prop("benchmark-version", checklist.version)],
        ),
        "groups": [_group(each, checklist) for each in checklist.groups],
    }
    name = uuid_of("catalog", json.dumps(body))
    return json.dumps({"catalog": {"uuid": name, **body}}, indent=1) + "\n"


def _group(group: ChecklistGroup, checklist: Checklist) -> JsonValue:
    """A section. OSCAL's groups hold controls or groups, so one that has both puts its own controls into a group below."""
    controls: list[JsonValue] = [_control(each, checklist) for each in group.rules]
    groups: list[JsonValue] = [_group(each, checklist) for each in group.groups]
    name = f"section_{token(group.section)}"
    made: Object = {"id": name, "class": "section", "title": markup(group.title)}
    if not groups:
        return without_empty({**made, "controls": controls})
    if controls:
        groups.insert(0, {"id": f"{name}_own", "class": "section", "title": markup(group.title), "controls": controls})
    return {**made, "groups": groups}


def _control(rule: ChecklistRule, checklist: Checklist) -> JsonValue:
    control = rule.control
    parts: list[JsonValue] = [
        {"id": f"{control.id}_smt", "name": "statement", "prose": markup(f"{control.title}.")},
        {"id": f"{control.id}_gdn", "name": "guidance", "prose": markup(control.rationale)},
        {"id": objective_id(control.id), "name": "assessment-objective", "prose": markup(rule.description)},
        {
            "id": f"{control.id}_fix",
            "name": "remediation",
            "ns": NAMESPACE,
            "props": [prop("cost", control.remediation.recreate.value)],
            "prose": markup(control.remediation.text),
        },
    ]
    links: list[JsonValue] = [
        {"href": catalogue_of(each), "rel": "reference", "text": markup(each)}
        for each in dict.fromkeys(reference.framework for reference in rule.references)
    ]
    presets = {each.parameter.name: each.preset for each in checklist.values if each.control == control.id}
    return without_empty(
        {
            "id": control.id,
            "class": control.room,
            "title": markup(control.title),
            "params": [_parameter(control.id, each, presets.get(each.name)) for each in control.parameters],
            "props": [*_props(rule)],
            "links": links,
            "parts": parts,
        }
    )


def _props(rule: ChecklistRule) -> Iterator[JsonValue]:
    control = rule.control
    if rule.label and rule.number:
        yield {"name": "label", "value": plain(rule.label)}
    yield prop("severity", control.severity.value)
    yield prop("automation", control.automation.value)
    yield prop("control-version", str(control.version))
    yield prop("subjects", control.for_each)
    for each in rule.requirements:
        for level in each.levels.get(rule.version, ()):
            yield prop("level", str(level), class_=each.ids[rule.version])
        if published := each.assessment.get(rule.version):
            yield prop("published-assessment", published, class_=each.ids[rule.version])
    for reference in rule.references:
        yield prop("requirement", reference.item, class_=reference.framework)


def _parameter(control: str, parameter: Parameter, preset: JsonValue) -> JsonValue:
    """A parameter with its value in this version of the benchmark; a list has a value for each element."""
    listed = preset if isinstance(preset, list) else [preset]
    values: list[JsonValue] = [plain(each if isinstance(each, str) else json.dumps(each)) for each in listed]
    return without_empty(
        {
            "id": f"{control}.{parameter.name}",
            "class": parameter.type,
            "label": markup(parameter.name),
            "usage": markup(parameter.description),
            "values": values,
        }
    )
