"""The policy of an evaluation: which waivers and attestations count, for which controls, and what became of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from benchmark.evaluate.attestations import attestation_defects, attestation_use, attested_row, attesting
from benchmark.evaluate.scope import Surroundings, controls_of
from benchmark.evaluate.selection import EvaluationRequest
from benchmark.evaluate.verdict import Decide
from benchmark.evaluate.waivers import Failures, waived_row, waiver_defects, waiver_use
from benchmark.model.content import Catalog
from benchmark.model.control import Control
from benchmark.model.framework import Framework
from benchmark.model.policy import Attestation, PolicyReport, Waiver
from benchmark.model.result import ControlResult
from benchmark.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Policy:
    """The entries of both files, each with the controls that it names. Whether one counts depends on time and target."""

    waivers: tuple[tuple[Waiver, tuple[Control, ...]], ...]
    attestations: tuple[tuple[Attestation, tuple[Control, ...]], ...]


def resolve_policy(catalog: Catalog, framework: Framework, request: EvaluationRequest) -> Policy | None:
    """The policy that ``request`` brings, None where it brings none."""
    if request.waivers is None and request.attestations is None:
        return None
    waivers = () if request.waivers is None else request.waivers.waivers
    attestations = () if request.attestations is None else request.attestations.attestations
    return Policy(
        tuple((each, controls_of(each, catalog, framework)) for each in waivers),
        tuple((each, controls_of(each, catalog, framework)) for each in attestations),
    )


class PolicyStage:
    """``policy`` at the time and with the evidence of ``request``, for one snapshot."""

    def __init__(self, policy: Policy, request: EvaluationRequest, snapshot: Snapshot) -> None:
        self._policy = policy
        self._request = request
        self._now = datetime.fromisoformat(request.now)
        self._around = Surroundings(snapshot)
        self._defects = {
            each.id: tuple(attestation_defects(each, controls, self._now, request.evidence))
            for each, controls in policy.attestations
        }
        self._waivers: dict[str, list[Waiver]] = {}
        for waiver, controls in policy.waivers:
            if not any(waiver_defects(waiver, controls, self._now)):
                for control in controls:
                    self._waivers.setdefault(control.id, []).append(waiver)

    def attesting(self, control: Control, decide: Decide) -> Decide:
        """``decide`` for ``control``, with the word of those who attest."""
        about = [each for each, controls in self._policy.attestations if any(one.id == control.id for one in controls)]
        if not about:
            return decide
        valid = [each for each in about if not self._defects[each.id]]
        lapsed = [(each, self._defects[each.id][0][1]) for each in about if self._defects[each.id]]
        return attesting(decide, valid, lapsed, self._around)

    def applied(self, row: ControlResult) -> ControlResult:
        """``row`` with its attestation, and with the waivers that cover its failures."""
        attested = attested_row(row, {each.id: each for each, _ in self._policy.attestations})
        waivers = self._waivers.get(row.control.id)
        return waived_row(attested, waivers, self._around) if waivers else attested

    def report(self, rows: Iterable[ControlResult]) -> PolicyReport:
        """What became of every entry, given the rows of the evaluation."""
        by_control = {each.control.id: each for each in rows}
        request, around = self._request, self._around
        failures = Failures(by_control, around)
        return PolicyReport(
            None if request.waivers is None else request.waivers.digest,
            tuple(waiver_use(each, found, failures, self._now) for each, found in self._policy.waivers),
            None if request.attestations is None else request.attestations.digest,
            tuple(
                attestation_use(each, found, by_control, around, self._defects[each.id])
                for each, found in self._policy.attestations
            ),
        )
