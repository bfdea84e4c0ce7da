"""The controls, section by section: a row each, and beneath it what a reader must know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from benchmark.model.facts import Unavailable
from benchmark.model.framework import id_order
from benchmark.model.result import Assessment, ControlResult, Result
from benchmark.render.findings_text import brief_lines, unseen_lines, verbose_lines
from benchmark.render.grid import grid_lines
from benchmark.render.marks import marked_word
from benchmark.render.numbering import BEYOND_TITLE, ids_of, section_of_result, section_title
from benchmark.render.options import RenderOptions
from benchmark.render.policy_text import policy_words
from benchmark.render.provenance import Context, context_of
from benchmark.render.summary import tally
from benchmark.render.terminal_text import Style, lines_of, paint, room_beside, shortened, visible, wrapped

_INDENT: Final = "  "
_IDS_ROOM: Final = 13
_WORD_ROOM: Final = max(len(each.value) for each in Result) + 2  # a mark, a space, the longest word
_GAP: Final = 2  # between tabulate's columns
_TITLE_BOUND: Final = 200

Row = tuple[str, str, str]


def section_blocks(assessment: Assessment, options: RenderOptions) -> Iterator[Iterator[str]]:
    """A block of lines per section of the benchmark, sections in their order, controls in the assessment's.

    The last block holds the controls that stand in no section.
    """
    version = assessment.benchmark_version
    blocks = _blocks(assessment, options)
    rows = [_rows(result, version, options) for _, results in blocks for result in results]
    lines = iter(grid_lines([row for each in rows for row in each]))
    context = context_of(assessment)
    counts = iter(len(each) for each in rows)
    for title, results in blocks:
        heads = [[_INDENT + next(lines) for _ in range(next(counts))] for _ in results]
        yield _block(title, results, heads, context, options)


def _blocks(assessment: Assessment, options: RenderOptions) -> list[tuple[str, list[ControlResult]]]:
    """The title of every block and its controls."""
    sections: dict[str, list[ControlResult]] = {}
    beyond: list[ControlResult] = []
    for result in assessment.results:
        if result.requirements:
            sections.setdefault(section_of_result(result, assessment.benchmark_version), []).append(result)
        else:
            beyond.append(result)
    blocks = [(section_title(each, options.sections), sections[each]) for each in sorted(sections, key=id_order)]
    return [*blocks, (BEYOND_TITLE, beyond)] if beyond else blocks


def _block(
    title: str, results: list[ControlResult], heads: list[list[str]], context: Context, options: RenderOptions
) -> Iterator[str]:
    for line in wrapped(f"{shortened(title, _TITLE_BOUND, options)} ({tally(results)})", "", "  ", options):
        yield paint(line, Style.BOLD, options)
    for at, (result, head) in enumerate(zip(results, heads, strict=True)):
        yield from head
        if options.verbose:
            yield from verbose_lines(result, context, options)
        elif _unseen(result) is None:
            yield from brief_lines(result, options)
        elif at + 1 == len(results) or _unseen(results[at + 1]) != _unseen(result):
            yield from unseen_lines(str(_unseen(result)), options)


def _unseen(result: ControlResult) -> Unavailable | None:
    """Why there was nothing at all to look at: said once beneath the controls that share it."""
    return result.enumeration.gap if result.enumeration is not None and not result.findings else None


def _rows(result: ControlResult, version: str, options: RenderOptions) -> list[Row]:
    """The cells of a control: result, ids and title; further rows where ids or title need more than a line."""
    remarks = [result.control.severity.value] if result.result is Result.FAIL else []
    remarks += policy_words(result)
    title = result.control.title + (f" [{', '.join(remarks)}]" if remarks else "")
    ids = visible(", ".join(ids_of(result.requirements, version)), unicode=options.unicode)
    left = lines_of(ids, _IDS_ROOM)
    taken = len(_INDENT) + _WORD_ROOM + _GAP + max(_IDS_ROOM, *map(len, left)) + _GAP
    right = lines_of(shortened(title, _TITLE_BOUND, options), room_beside(taken, options))
    rows = []
    for at in range(max(len(left), len(right))):
        word = marked_word(result.result, options) if at == 0 else ""
        rows.append((word, "".join(left[at : at + 1]), "".join(right[at : at + 1])))
    return rows
