"""Many targets: a row each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from benchmark.model.framework_view import FrameworkView
from benchmark.model.result import Assessment, Result
from benchmark.render.grid import grid_lines
from benchmark.render.marks import painted
from benchmark.render.options import RenderOptions
from benchmark.render.summary import percent_text
from benchmark.render.terminal_text import Style, lines_of, paint, room_beside, shortened, visible, wrapped

_HEADERS: Final = ("target", "score", "after waivers", "coverage", "fail", "error", "unknown", "manual")
_AFTER_WAIVERS: Final = 2  # the column that is left out where no waivers were given
_NUMBERS_TAKEN: Final = 60  # the columns beside the name, without that one
_COUNTED: Final = (Result.FAIL, Result.ERROR, Result.UNKNOWN, Result.NOTCHECKED)


def render_overview(assessments: Iterable[Assessment], options: RenderOptions) -> Iterator[str]:
    """A summary table in the order given, a line at a time. Of each assessment only its row is kept in memory."""
    rows: list[tuple[str, ...]] = []
    supported: dict[str, None] = {}
    benchmarks: dict[str, None] = {}
    count = incomplete = problems = 0
    with_waivers = False
    for each in assessments:
        count += 1
        views = () if options.views is None else options.views(each)
        supported.update(dict.fromkeys(visible(f"{view.framework}*", unicode=options.unicode) for view in views))
        rows += _rows(each, views, options)
        framework = options.framework or each.framework
        benchmarks[f"{framework} {each.benchmark_version}, {each.profile}"] = None
        incomplete += each.without_verdict > 0
        if each.policy is not None:
            with_waivers |= each.policy.waivers_digest is not None
            problems += len(each.policy.problems)
    if not rows:
        yield "No targets.\n"
        return
    for line in wrapped(shortened("; ".join(benchmarks), 240, options), "", "  ", options):
        yield paint(line, Style.BOLD, options) + "\n"
    yield "\n"
    table = ((*_HEADERS, *supported), *rows)
    headers, *cells = table if with_waivers else map(_without_waivers, table)
    for line in grid_lines(cells, alignment=("left", *["right"] * (len(headers) - 1)), headers=headers):
        yield line + "\n"
    yield f"\n{count} targets, {incomplete} of them incomplete (error or unknown)\n"
    if supported:
        yield "* requirements that the results support, of those that technical checks reach\n"
    if problems:
        yield f"{problems} entries of the policy files count for nothing; the table of a single target says which\n"


def _without_waivers(row: tuple[str, ...]) -> tuple[str, ...]:
    return row[:_AFTER_WAIVERS] + row[_AFTER_WAIVERS + 1 :]


def _rows(assessment: Assessment, views: Sequence[FrameworkView], options: RenderOptions) -> list[tuple[str, ...]]:
    """A row, and further ones where a name needs more than a line."""
    score = assessment.score
    counts = Counter(each.result for each in assessment.results)
    room = room_beside(_NUMBERS_TAKEN, options)
    first, *more = lines_of(shortened(assessment.target.name, room, options), room, whole_words=False)
    coverage = f"{score.coverage.judged}/{score.coverage.selected}"
    cells = [painted(str(counts[each]), each, options) if counts[each] else "0" for each in _COUNTED]
    cells += [f"{each.score.supported}/{each.score.reachable}" for each in views]
    blank = ("",) * (len(_HEADERS) - 1 + len(views))
    figures = (percent_text(score.percent), percent_text(score.after_waivers), coverage)
    return [(first, *figures, *cells), *((line, *blank) for line in more)]
