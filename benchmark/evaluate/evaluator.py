"""A catalogue and snapshots become assessments. Pure: the same snapshot, content and request give the same assessment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from benchmark import __version__
from benchmark.evaluate.compile import Around
from benchmark.evaluate.policy import Policy, PolicyStage, resolve_policy
from benchmark.evaluate.scores import score_results
from benchmark.evaluate.selection import Chosen, EvaluationRequest, Selection, select_controls
from benchmark.evaluate.tailored import refined_row
from benchmark.evaluate.verdict import Decide, decider, judge_control
from benchmark.model.content import Catalog
from benchmark.model.facts import Reason, Subject, Unavailable
from benchmark.model.result import Assessment, ControlResult
from benchmark.model.snapshot import Snapshot

_AROUND: Final = (("engines", "daemon"), ("host", "host"))


@dataclass(frozen=True, slots=True)
class Evaluator:
    """A selection compiled once, to judge any number of snapshots."""

    digest: str
    request: EvaluationRequest
    selection: Selection
    deciders: tuple[Decide, ...]
    policy: Policy | None = None

    def evaluate(self, snapshot: Snapshot) -> Assessment:
        """The assessment of ``snapshot``: one row for every selected control."""
        around = _around(snapshot)
        selection, request = self.selection, self.request
        tailoring = request.tailoring
        stage = None if self.policy is None else PolicyStage(self.policy, request, snapshot)
        results = tuple(
            _row(each, decide, snapshot, around, stage)
            for each, decide in zip(selection.chosen, self.deciders, strict=False)
        )
        if len(results) != len(selection.chosen):
            raise AssertionError("a selected control left no row")
        return Assessment(
            tool_version=__version__,
            content_digest=self.digest,
            target=snapshot.target,
            collector=snapshot.collector,
            collected_at=snapshot.collected_at,
            evaluated_at=request.now,
            operator=request.operator,
            release=request.release,
            framework=selection.framework.id,
            benchmark_version=selection.version,
            profile=request.profile if tailoring is None else tailoring.profile,
            score=score_results(results, selection.version, {} if tailoring is None else tailoring.group_weights),
            results=results,
            not_judged=selection.not_judged,
            warnings=snapshot.warnings,
            context={"daemon": around.daemon, "host": around.host},
            tailoring=tailoring,
            deselected=selection.deselected,
            policy=None if stage is None else stage.report(results),
        )


def prepare_evaluator(catalog: Catalog, request: EvaluationRequest) -> Evaluator:
    """The evaluator for what ``request`` selects. Raises SelectionError for names or values that do not exist or fit."""
    selection = select_controls(catalog, request)
    deciders = tuple(decider(each.control, each.arguments) for each in selection.chosen)
    policy = resolve_policy(catalog, selection.framework, request)
    return Evaluator(catalog.digest, request, selection, deciders, policy)


def evaluate_snapshot(catalog: Catalog, snapshot: Snapshot, request: EvaluationRequest) -> Assessment:
    """The assessment of one snapshot. Raises SelectionError as ``prepare_evaluator`` does."""
    return prepare_evaluator(catalog, request).evaluate(snapshot)


def _row(
    chosen: Chosen, decide: Decide, snapshot: Snapshot, around: Around, stage: PolicyStage | None
) -> ControlResult:
    control, requirements = chosen.control, chosen.requirements
    asked = decide if stage is None else stage.attesting(control, decide)
    row = refined_row(
        control, requirements, chosen.refinement, lambda: judge_control(control, requirements, asked, snapshot, around)
    )
    row = replace(row, arguments=chosen.arguments, mapped=chosen.mapped)
    return row if stage is None else stage.applied(row)


def _around(snapshot: Snapshot) -> Around:
    daemon, host = (_only(snapshot, collection, kind) for collection, kind in _AROUND)
    return Around(daemon, host)


def _only(snapshot: Snapshot, collection: str, kind: str) -> Subject:
    """The single member of ``collection``; blocked, with the reason, where it could not be seen or is not the only one."""
    enumeration = snapshot.enumeration(collection)
    if enumeration.gap is None and len(enumeration.members) == 1:
        return snapshot.subjects[enumeration.members[0]]
    why = enumeration.gap or Unavailable(Reason.INCOMPLETE, f"{len(enumeration.members)} {collection} instead of one")
    return Subject(kind, "", "", {}, blocked=why)
