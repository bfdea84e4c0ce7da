"""Results that dockmark saved as JSON, read back as far as a statement needs them: verdicts, not findings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from benchmark.evaluate.scores import score_results
from benchmark.model.content import Catalog
from benchmark.model.facts import JsonValue
from benchmark.model.framework import Requirement
from benchmark.model.result import Assessment, ControlResult, Result
from benchmark.model.snapshot import Collector, Target

SCHEMA: Final = "dockmark/assessment/1"


class RecordRefused(Exception):
    """A document that is no assessment of ours; the message says where and why."""


def recorded_assessment(document: JsonValue, catalog: Catalog, path: str) -> Assessment:
    """The assessment in a JSON document of version 1. Controls that the catalogue does not know are left out and told.

    Raises RecordRefused; ``path`` is what its message calls the document.
    """
    top = _Object(document, path, "")
    if top.text("schema") != SCHEMA:
        raise RecordRefused(f"{path}: it is no {SCHEMA}")
    benchmark, target = top.inner("benchmark"), top.inner("target")
    framework, version = benchmark.text("framework"), benchmark.text("version")
    known = catalog.frameworks.get(framework)
    numbers = {each.ids[version]: each for each in known.requirements if version in each.ids} if known else {}
    rows: list[ControlResult] = []
    unknown: list[str] = []
    for row in top.objects("results"):
        name = row.text("control")
        if name in catalog.controls:
            rows.append(_row(row, catalog, name, numbers, framework))
        else:
            unknown.append(name)
    if len({each.control.id for each in rows}) != len(rows):
        raise RecordRefused(f"{path}: a control stands twice")
    warnings = (f"{path} has controls that this content does not know: {', '.join(unknown)}",) if unknown else ()
    return Assessment(
        tool_version=top.inner("tool").text("version"),
        content_digest=top.inner("tool").text("content_digest"),
        target=Target(name=target.text("name"), engine_id=target.text("engine_id")),
        collector=Collector("", -1, ""),
        collected_at=top.text("collected_at"),
        evaluated_at=top.text("evaluated_at"),
        operator=top.text("operator"),
        release=None,
        framework=framework,
        benchmark_version=version,
        profile=top.text("profile"),
        score=score_results(rows, version),
        results=tuple(rows),
        not_judged=(),
        warnings=warnings,
    )


def _row(
    row: _Object, catalog: Catalog, name: str, numbers: Mapping[str, Requirement], framework: str
) -> ControlResult:
    word = row.text("result")
    if word not in {each.value for each in Result}:
        raise row.refused("result", "one of XCCDF's nine results")
    own = row.inner("requirements").get(framework)
    requirements = (
        tuple(numbers[each] for each in own if isinstance(each, str) and each in numbers)
        if isinstance(own, list)
        else ()
    )
    return ControlResult(
        catalog.controls[name],
        requirements,
        Result(word),
        (),
        row.text("message"),
        waiver=row.record("waiver"),
        attestation=row.record("attestation"),
    )


class _Object:
    """A JSON object whose entries are read as what they should be."""

    def __init__(self, value: JsonValue, path: str, place: str) -> None:
        self._path = path
        self._place = place
        if not isinstance(value, dict):
            raise RecordRefused(f"{path}: {place or 'the document'} must be an object")
        self._value = value

    def refused(self, key: str, wanted: str) -> RecordRefused:
        return RecordRefused(f"{self._path}: {self._place}.{key} must be {wanted}".replace(": .", ": "))

    def get(self, key: str) -> JsonValue:
        return self._value.get(key)

    def text(self, key: str) -> str:
        value = self._value.get(key)
        if not isinstance(value, str):
            raise self.refused(key, "a string")
        return value

    def inner(self, key: str) -> _Object:
        return _Object(self._value.get(key), self._path, f"{self._place}.{key}".lstrip("."))

    def objects(self, key: str) -> list[_Object]:
        value = self._value.get(key)
        if not isinstance(value, list):
            raise self.refused(key, "a list")
        return [_Object(each, self._path, f"{self._place}.{key}[{at}]".lstrip(".")) for at, each in enumerate(value)]

    def record(self, key: str) -> dict[str, str] | None:
        value = self._value.get(key)
        if value is None:
            return None
        if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
            raise self.refused(key, "null or an object of strings")
        return {name: each for name, each in value.items() if isinstance(each, str)}
