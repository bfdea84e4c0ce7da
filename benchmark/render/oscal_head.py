"""What stands at the beginning of an OSCAL result: properties, inventory, assets and reviewed controls; and its identifiers."""

from __future__ import annotations

from benchmark.model.facts import JsonValue, Subject
from benchmark.model.result import Assessment, ControlResult
from benchmark.oscal.document import Object, markup, plain, prop, uuid_of, without_empty
from benchmark.render.summary import percent_text


class Identifiers:
    """Identifiers made of the run (target, times, content, profile) and of what they stand for; those of subjects are the same in
    every run of the target. ``occurrence`` tells results of the same target in one document apart.
    """

    def __init__(self, assessment: Assessment, occurrence: int) -> None:
        target = assessment.target
        again = (str(occurrence),) if occurrence else ()
        self._target = (target.name, target.engine_id, *again)
        self.run = (
            *self._target,
            assessment.collected_at,
            assessment.evaluated_at,
            assessment.content_digest,
            assessment.framework,
            assessment.benchmark_version,
            assessment.profile,
        )
        self.tool = uuid_of("component", *self.run)

    def of_subject(self, subject: Subject) -> str:
        """The inventory item of ``subject``."""
        return uuid_of("subject", *self._target, subject.label, subject.id)

    def of(self, kind: str, result: ControlResult) -> str:
        """What of this kind stands for ``result``."""
        return uuid_of(kind, *self.run, result.control.id)


class ResultHead:
    """Builds the beginning of one result."""

    def __init__(self, assessment: Assessment, title: str, identifiers: Identifiers) -> None:
        self._assessment = assessment
        self._title = title
        self._identifiers = identifiers

    def document(self) -> Object:
        """Everything before the observations, by key."""
        assessment = self._assessment
        return without_empty(
            {
                "title": markup(self._title),
                "description": markup(
                    f"What dockmark {assessment.tool_version} found on {assessment.target.name}:"
                    f" {assessment.score.coverage.judged} of {assessment.score.coverage.selected} controls judged."
                ),
                "start": assessment.collected_at,
                "props": self._props(),
                "local-definitions": {"inventory-items": self._inventory(), "assessment-assets": self._assets()},
                "reviewed-controls": self._reviewed(),
                "attestations": [
                    self._attestation(each) for each in assessment.results if each.attestation is not None
                ],
            }
        )

    def _props(self) -> list[JsonValue]:
        assessment, score = self._assessment, self._assessment.score
        told = {
            "benchmark": assessment.framework,
            "benchmark-version": assessment.benchmark_version,
            "profile": assessment.profile,
            "content-digest": assessment.content_digest,
            "evaluated-at": assessment.evaluated_at,
            "operator": assessment.operator,
            "release": assessment.release or "",
            "engine": f"{assessment.target.product} {assessment.target.engine_version}".strip(),
            "engine-id": assessment.target.engine_id,
            "score": percent_text(score.percent),
            "score-after-waivers": percent_text(score.after_waivers),
            "passed": str(score.passed),
            "scorable": str(score.scorable),
        }
        place = assessment.recorded
        recorded = {} if place is None else {"recorded-run": place.run, "history-head": place.head}
        warnings: list[JsonValue] = [prop("warning", each) for each in assessment.warnings]
        return [*(prop(name, text) for name, text in {**told, **recorded}.items() if text), *warnings]

    def _inventory(self) -> list[JsonValue]:
        """Every subject that a finding is about, once; the host always."""
        host = Subject("host", "", "", {})
        subjects: dict[str, Subject] = {self._identifiers.of_subject(host): host}
        for result in self._assessment.results:
            for finding in result.findings:
                subjects.setdefault(self._identifiers.of_subject(finding.subject), finding.subject)
        return [self._item(name, each) for name, each in subjects.items()]

    def _item(self, name: str, subject: Subject) -> JsonValue:
        title = f"{self._assessment.target.name}: {subject.title}"
        props: list[JsonValue] = [prop("kind", subject.kind), prop("subject", subject.label)]
        if subject.id:
            props.append(prop("identifier", subject.id))
        return {"uuid": name, "description": markup(title), "props": props}

    def _assets(self) -> JsonValue:
        version = self._assessment.tool_version
        return {
            "components": [
                {
                    "uuid": self._identifiers.tool,
                    "type": "software",
                    "title": "dockmark",
                    "description": "Judges Docker hosts from facts that it only reads.",
                    "props": [{"name": "version", "value": plain(version)}],
                    "status": {"state": "operational"},
                }
            ],
            "assessment-platforms": [
                {
                    "uuid": uuid_of("platform", *self._identifiers.run),
                    "title": markup(f"dockmark {version}"),
                    "uses-components": [{"component-uuid": self._identifiers.tool}],
                }
            ],
        }

    def _reviewed(self) -> JsonValue:
        controls: list[JsonValue] = [{"control-id": each.control.id} for each in self._assessment.results]
        told = "The controls that were selected; their catalogue is what `dockmark export oscal-catalog` writes."
        selection: Object = {"include-controls": controls} if controls else {"include-all": {}}
        return {"description": markup(told), "control-selections": [selection]}

    def _attestation(self, result: ControlResult) -> JsonValue:
        told = "; ".join(f"{name}: {text}" for name, text in (result.attestation or {}).items())
        props: list[JsonValue] = [prop("control", result.control.id)]
        return {
            "parts": [
                {
                    "uuid": self._identifiers.of("attestation", result),
                    "name": "statement",
                    "title": markup(result.control.title),
                    "props": props,
                    "prose": markup(told),
                }
            ]
        }
