"""What the table says of waivers and attestations: what each covers, and what must be mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from benchmark.model.policy import AttestationUse, PolicyReport, Standing, WaiverUse
from benchmark.model.result import Assessment, ControlResult, Result
from benchmark.render.options import RenderOptions
from benchmark.render.terminal_text import Style, paint, shortened, wrapped

_ENTRY_BOUND: Final = 400
_SHOWN: Final = 10


def policy_words(result: ControlResult) -> list[str]:
    """What stands beside a control's title: ``waived``, ``2 of 3 waived``, ``attested``."""
    words = []
    covered = sum(each.waiver is not None for each in result.findings)
    if result.waiver is not None:
        words.append("waived")
    elif covered:
        failed = sum(each.result is Result.FAIL for each in result.findings)
        words.append(f"{covered} of {failed} waived" if covered < failed else "waived but for what could not be judged")
    if result.attestation is not None:
        words.append("attested")
    return words


def policy_counts(assessment: Assessment) -> str:
    """``3 failures waived, 2 controls with them; 1 control attested``; "" where nothing was."""
    rows = assessment.results
    failures = sum(each.waiver is not None for row in rows for each in row.findings)
    waived = sum(each.waiver is not None for each in rows)
    attested = sum(each.attestation is not None for each in rows)
    told = []
    if failures or waived:
        told.append(f"{_count(waived, 'control')} waived ({_count(failures, 'failure')} covered)")
    if attested:
        told.append(f"{_count(attested, 'control')} attested")
    return ", ".join(told)


def policy_blocks(report: PolicyReport | None, options: RenderOptions) -> Iterator[Iterator[str]]:
    """A block for each file that was given."""
    if report is not None and report.waivers_digest is not None:
        yield _block("Waivers", report.waivers, options)
    if report is not None and report.attestations_digest is not None:
        yield _block("Attestations", report.attestations, options)


def _block(title: str, uses: Sequence[WaiverUse] | Sequence[AttestationUse], options: RenderOptions) -> Iterator[str]:
    """What must be mended first, then what applied; the others are counted, and shown when verbose."""
    counts = Counter(each.standing for each in uses)
    told = ", ".join(f"{counts[each]} {each.value.replace('_', ' ')}" for each in Standing if counts[each])
    yield paint(f"{title}: {told or 'none'}", Style.BOLD, options)
    problems = [each for each in uses if each.standing.is_problem]
    applied = [each for each in uses if each.standing is Standing.APPLIED]
    others = [each for each in uses if each not in problems and each not in applied]
    shown: Iterable[WaiverUse | AttestationUse] = (*problems, *applied, *(others if options.verbose else ()))
    for at, each in enumerate(shown):
        if at == _SHOWN and not options.verbose:
            left = len(problems) + len(applied) - _SHOWN
            yield shortened(f"    … and {left} more (--verbose shows all)", _ENTRY_BOUND, options)
            return
        mark = paint("  ! ", Style.YELLOW, options) if each.standing.is_problem else "    "
        yield from wrapped(shortened(_sentence(each), _ENTRY_BOUND, options), mark, "      ", options)


def _sentence(use: WaiverUse | AttestationUse) -> str:
    if isinstance(use, AttestationUse):
        attestation = use.attestation
        told = f"{attestation.id} ({attestation.control}, {attestation.scope}): {use.message}"
        if use.standing is not Standing.APPLIED:
            return told
        status = "pass" if attestation.passed else "fail"
        return f"{told}; {status}, says {attestation.attested_by}: {attestation.statement}"
    waiver = use.waiver
    told = f"{waiver.id} ({waiver.control}, {waiver.scope}): {use.message}"
    if use.standing is not Standing.APPLIED:
        return told
    risk = f", {waiver.risk_reference}" if waiver.risk_reference else ""
    return f"{told}; {waiver.category.value}{risk}, approved by {waiver.approved_by}: {waiver.reason}"


def _count(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number} {noun}s"
