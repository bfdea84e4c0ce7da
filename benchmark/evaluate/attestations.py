"""Attestations: a person's statement decides what only a person can judge, and nothing else.

It turns a finding that is ``notchecked`` into pass or fail. What the program proved, or could not look at, stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from benchmark.evaluate.scope import Defect, Surroundings, misplaced, unknown_control
from benchmark.evaluate.verdict import Decide
from benchmark.evaluate.waivers import Rows
from benchmark.model.control import Automation, Control
from benchmark.model.policy import Attestation, AttestationUse, Standing, attestation_record
from benchmark.model.result import ControlResult, Finding, Result
from benchmark.model.seen import Seen

LONGEST_LIFE: Final = timedelta(days=2 * 366 + 1)  # two years, and the rest of the day on which it ends
_OVERRULING: Final = (Result.FAIL, Result.ERROR, Result.UNKNOWN)
_DIGEST: Final = "sha256:"


def attestation_defects(
    attestation: Attestation, controls: Sequence[Control], now: datetime, evidence: Mapping[str, str]
) -> Iterator[Defect]:
    """Why ``attestation`` counts for nothing at ``now``, the weightiest reason first; none where it counts.

    ``evidence`` maps each file as written to the digest that was read of it ("sha256:…"), or to why there is none.
    """
    if not controls:
        yield unknown_control(attestation)
    else:
        yield from misplaced(attestation.scope, controls)
    if controls and all(each.automation is Automation.FULL for each in controls):
        yield Standing.NOT_FOR_PEOPLE, f"{controls[0].id} is decided by dockmark alone, and nobody's word changes that"
    if attestation.expires.instant - attestation.attested.instant > LONGEST_LIFE:
        yield Standing.TOO_LONG, "it lives longer than two years: look again, and attest anew"
    if attestation.attested.instant > now:
        yield Standing.NOT_YET, f"it is dated in the future: {attestation.attested.text}"
    if attestation.expires.instant <= now:
        yield Standing.EXPIRED, f"it expired at {attestation.expires.end}, and a person must look again"
    for each in attestation.evidence:
        seen = evidence.get(each.file, "nobody looked for it")
        if not seen.startswith(_DIGEST):
            yield Standing.EVIDENCE_MISSING, f"its evidence {each.file} cannot be read: {seen}"
        elif seen != each.digest:
            yield (
                Standing.EVIDENCE_CHANGED,
                f"its evidence {each.file} is not the file that was attested any more ({seen})",
            )


def attesting(
    decide: Decide, valid: Sequence[Attestation], lapsed: Sequence[tuple[Attestation, str]], around: Surroundings
) -> Decide:
    """``decide`` with people's words: what is left to a person is decided by the newest of ``valid`` about the subject.

    Of two statements of one instant the worse counts. ``lapsed`` are attestations that count for nothing, and why: that is
    said of the subjects that they are about.
    """
    newest_first = sorted(valid, key=lambda each: (each.attested.instant, not each.passed), reverse=True)

    def attested(*given: object) -> Finding:
        finding = decide(*given)  # type: ignore[arg-type]  # exactly what decide was given
        if finding.result is not Result.NOTCHECKED:
            return finding
        for each in newest_first:
            if around.covers(each.scope, finding.subject):
                return _attested(finding, each)
        told = [f"attestation {each.id}: {why}" for each, why in lapsed if around.covers(each.scope, finding.subject)]
        return finding._replace(text="; ".join((finding.message, *told))) if told else finding

    return attested


def _attested(finding: Finding, by: Attestation) -> Finding:
    """The witness of the verdict is the statement, whatever the program had seen before it."""
    status = "pass" if by.passed else "fail"
    stated = (
        f"attested {status} by {by.attested_by} on {by.attested.text}, until {by.expires.end} ({by.id}): {by.statement}"
    )
    witness = Seen(f"attestation:{by.id}", f"{status}, says {by.attested_by}", "say pass", by.passed)
    return finding._replace(
        result=Result.PASS if by.passed else Result.FAIL,
        seen=(*finding.seen, witness),
        text=f"{finding.message}; {stated}",
        attestation=by.id,
    )


def attested_row(row: ControlResult, by_id: Mapping[str, Attestation]) -> ControlResult:
    """``row`` with the record of its attestation, where one decided any of its findings."""
    used = {each.attestation: by_id[each.attestation] for each in row.findings if each.attestation is not None}
    return replace(row, attestation=attestation_record(tuple(used.values()))) if used else row


def attestation_use(
    attestation: Attestation,
    controls: Sequence[Control],
    rows: Rows,
    around: Surroundings,
    defects: Sequence[Defect],
) -> AttestationUse:
    """What became of ``attestation``, whose ``defects`` are known, in an evaluation with these rows, by control."""
    names = tuple(each.id for each in controls)
    about = [rows[each] for each in names if each in rows]
    if attestation.scope.host is not None and attestation.scope.host != around.host:
        told = f"it is about the host {attestation.scope.host}"
        return AttestationUse(attestation, names, Standing.OTHER_HOST, told)
    if controls and not about:
        told = f"{' and '.join(names)} was not judged"
        return AttestationUse(attestation, names, Standing.NOT_SELECTED, told)
    if defects:
        told = "; ".join(each for _, each in defects)
        return AttestationUse(attestation, names, defects[0][0], told)
    meant = [each for row in about for each in row.findings if around.covers(attestation.scope, each.subject)]
    own = sum(each.attestation == attestation.id for each in meant)
    if own:
        told = f"{'1 verdict rests' if own == 1 else f'{own} verdicts rest'} on it until {attestation.expires.end}"
        return AttestationUse(attestation, names, Standing.APPLIED, told, own)
    if newer := sorted({each.attestation for each in meant if each.attestation is not None}):
        told = f"{', '.join(newer)} speaks of the same and is newer, or worse on the same date"
        return AttestationUse(attestation, names, Standing.SUPERSEDED, told)
    if proven := next((each for each in meant if each.result in _OVERRULING), None):
        told = f"what was found counts before anybody's word: {proven.result.value}: {proven.message}"
        return AttestationUse(attestation, names, Standing.OVERRULED, told)
    return AttestationUse(attestation, names, Standing.UNUSED, "nothing is left to a person's judgement that it covers")
