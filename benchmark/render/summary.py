"""The end of the report: score, coverage, every result counted, and where to look next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from benchmark.model.result import Assessment, ControlResult, Result
from benchmark.model.vocabulary import COLLECTIONS
from benchmark.render.grid import grid_lines
from benchmark.render.marks import marked_word, meaning
from benchmark.render.numbering import compact_ranges, ids_of
from benchmark.render.options import RenderOptions
from benchmark.render.policy_text import policy_counts
from benchmark.render.terminal_text import Style, labelled, lines_of, paint, room_beside, shortened, visible, wrapped

_ALWAYS: Final = (Result.FAIL, Result.ERROR, Result.UNKNOWN, Result.NOTCHECKED, Result.PASS, Result.NOTAPPLICABLE)
_SELDOM: Final = (Result.NOTSELECTED, Result.INFORMATIONAL, Result.FIXED)
_NAMED: Final = (Result.FAIL, Result.ERROR, Result.UNKNOWN, Result.NOTCHECKED)  # for these the summary tells which
_COUNTS_TAKEN: Final = 28  # columns left of the summary's texts
_NAME_BOUND: Final = 120


def summary_lines(assessment: Assessment, options: RenderOptions) -> Iterator[str]:
    """The summary, the score first and a hint about what is missing last."""
    yield paint("Summary", Style.BOLD, options)
    score, coverage = assessment.score, assessment.score.coverage
    passed = f"{score.passed} of {score.scorable} passed" if score.scorable else "nothing could be scored"
    headline = f"{percent_text(score.percent)} ({passed}), {percent_text(score.after_waivers)} after waivers"
    for line in labelled("score", headline, options):
        yield paint(line, Style.BOLD, options)
    if told := policy_counts(assessment):
        yield from labelled("policy", told, options)
    if options.verbose:
        xccdf = (
            f"{each.system.rpartition(':')[2]} {_short(each.score)} of {_short(each.maximum)}" for each in score.xccdf
        )
        yield from labelled("XCCDF", visible(", ".join(xccdf), unicode=options.unicode), options)
    yield from labelled("coverage", f"{coverage.judged} of {coverage.selected} controls judged", options)
    yield from _looked_at_lines(assessment, options)
    yield ""
    yield from _result_lines(assessment, options)
    yield from _recorded_lines(assessment, options)
    yield from _hint_lines(assessment, options)


def percent_text(percent: Decimal | None) -> str:
    """``61.3 %``, half to even; ``n/a`` where nothing was scorable."""
    return "n/a" if percent is None else f"{percent.quantize(Decimal('0.1'), ROUND_HALF_EVEN)} %"


def tally(results: Iterable[ControlResult]) -> str:
    """``2 fail, 1 error, 12 pass``: what occurs, the worst first."""
    counts = Counter(each.result for each in results)
    return ", ".join(f"{counts[each]} {each.value}" for each in (*_ALWAYS, *_SELDOM) if counts[each])


def _result_lines(assessment: Assessment, options: RenderOptions) -> Iterator[str]:
    """All nine results. The six that a reader looks for have a line even when there are none, the others when there are."""
    counts = Counter(each.result for each in assessment.results)
    rows: list[tuple[str, str, str]] = []
    for result in (*_ALWAYS, *(each for each in _SELDOM if counts[each])):
        text = meaning(result)
        if counts[result] and result in _NAMED:
            text += f": {_which(assessment, result)}"
        lines = lines_of(visible(text, unicode=options.unicode), room_beside(_COUNTS_TAKEN, options))
        rows.append((marked_word(result, options), str(counts[result]), lines[0]))
        rows.extend(("", "", line) for line in lines[1:])
    for line in grid_lines(rows, alignment=("left", "right", "left")):
        yield "  " + line
    none = [each.value for each in _SELDOM if not counts[each]]
    if none:
        yield paint(f"  none {', '.join(none)}", Style.DIM, options)


def _which(assessment: Assessment, result: Result) -> str:
    """The ids of the controls with ``result`` in ranges; the control's own id where the benchmark has no number for it."""
    numbered: list[str] = []
    others: list[str] = []
    for each in assessment.results:
        if each.result is result:
            ids = ids_of(each.requirements, assessment.benchmark_version)
            numbered.extend(ids)
            others.extend(() if ids else (each.control.id,))
    return ", ".join(part for part in (compact_ranges(numbered), *others) if part)


def _looked_at_lines(assessment: Assessment, options: RenderOptions) -> list[str]:
    """How many subjects of each kind were judged, and which came or went meanwhile."""
    subjects: dict[str, set[str]] = {}
    moved: dict[tuple[str, str], dict[str, None]] = {}
    for result in assessment.results:
        for finding in result.findings:
            subject = finding.subject
            subjects.setdefault(subject.kind, set()).add(subject.id or subject.name)
        if (enumeration := result.enumeration) is not None:
            kind = COLLECTIONS[result.control.for_each].kind
            for word, names in (("vanished", enumeration.vanished), ("appeared", enumeration.appeared)):
                moved.setdefault((kind, word), {}).update(dict.fromkeys(names))
    amounts = ", ".join(_amount(len(members), kind) for kind, members in subjects.items()) or "nothing"
    came_and_went = (f"{_amount(len(names), kind)} {word} meanwhile" for (kind, word), names in moved.items() if names)
    return labelled("looked at", "; ".join((amounts, *came_and_went)), options)


def _amount(count: int, kind: str) -> str:
    return f"{count} {kind}" if count == 1 else f"{count} {kind}s"


def _recorded_lines(assessment: Assessment, options: RenderOptions) -> Iterator[str]:
    """Where the run stands in the chain of its history: with the head, nothing up to here can be taken out unseen."""
    if assessment.recorded is not None:
        yield ""
        yield from labelled("recorded", f"run {assessment.recorded.sequence}, {assessment.recorded.run}", options)
        yield from labelled("head", assessment.recorded.head, options)


def _hint_lines(assessment: Assessment, options: RenderOptions) -> Iterator[str]:
    without = assessment.without_verdict
    failed = [each for each in assessment.results if each.result is Result.FAIL]
    problems = () if assessment.policy is None else assessment.policy.problems
    if without or failed or problems:
        yield ""
    if without:
        text = f"Incomplete: {without} of {len(assessment.results)} controls could not be judged."
        text += " `dockmark doctor` tells what this user cannot see, and why."
        yield from wrapped(text, paint("! ", Style.MAGENTA, options), "  ", options)
    if problems:
        entries = "1 entry counts" if len(problems) == 1 else f"{len(problems)} entries count"
        text = f"Policy: {entries} for nothing and must be mended; see above, among waivers and attestations."
        yield from wrapped(text, paint("! ", Style.YELLOW, options), "  ", options)
    if failed:
        ids = ids_of(failed[0].requirements, assessment.benchmark_version)
        name = shortened(ids[0] if ids else failed[0].control.id, _NAME_BOUND, options)
        text = f"`dockmark controls show {name}` explains a control and how to mend it"
        text += "." if options.verbose else "; --verbose shows every finding with its evidence."
        yield from wrapped(text, "  ", "  ", options)


def _short(value: Decimal) -> str:
    """Two decimals at most, none where they are zeros."""
    return f"{value.quantize(Decimal('0.01'), ROUND_HALF_EVEN):f}".rstrip("0").rstrip(".") if value else "0"
