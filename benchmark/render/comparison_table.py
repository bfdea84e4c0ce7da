"""A comparison for the terminal: both sides, what became of the findings, the bridge between the scores, the outcome last."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from benchmark.model.comparison import ComparedSide, Comparison, Fate, Outcome, State
from benchmark.render.comparison_rows import ORDER, TITLES, Told, obstacles_of, rows_of, subjects_of, verdict_of
from benchmark.render.grid import grid_lines
from benchmark.render.options import RenderOptions
from benchmark.render.points import difference_text, points_texts, score_text
from benchmark.render.terminal_text import Style, labelled, paint, shortened, visible, wrapped

_BOUND: Final = 240
_SHOWN: Final = 20  # lines of a state, unless verbose
_NAMED: Final = 12  # subjects that came or went
_STYLES: Final = {
    State.REGRESSED: Style.RED,
    State.NEW: Style.RED,
    State.WAIVER_EXPIRED: Style.RED,
    State.APPEARED: Style.YELLOW,
    State.NO_LONGER_KNOWN: Style.MAGENTA,
    State.NO_LONGER_CHECKED: Style.MAGENTA,
    State.CHANGED: Style.YELLOW,
    State.WAIVED_NOW: Style.YELLOW,
    State.FIXED: Style.GREEN,
    State.GONE: Style.CYAN,
    State.NEWLY_CHECKED: Style.CYAN,
    State.PERSISTING: Style.DIM,
}
_OUTCOMES: Final = {
    Outcome.SAME_OR_BETTER: Style.GREEN,
    Outcome.REGRESSED: Style.RED,
    Outcome.NOT_COMPARABLE: Style.MAGENTA,
}


def render_comparison_table(comparison: Comparison, options: RenderOptions) -> Iterator[str]:
    """The report, a line at a time, each with its newline. Without colour it holds printable characters only."""
    for line in _lines(comparison, options):
        yield line + "\n"


def _lines(comparison: Comparison, options: RenderOptions) -> Iterator[str]:
    yield paint("What changed between two assessments", Style.BOLD, options)
    for label, side in (("before", comparison.before), ("after", comparison.after)):
        yield from labelled(label, shortened(side_text(side), _BOUND, options), options)
    for state in ORDER:
        yield from _state(comparison, state, options)
    for title, fate in (("appeared", Fate.APPEARED), ("gone", Fate.GONE)):
        if names := subjects_of(comparison, fate):
            if fate is Fate.APPEARED:
                yield ""
            yield from labelled(title, _names(names, options), options)
    yield ""
    yield from _bridge(comparison, options)
    yield from _remarks("Remarks", (*comparison.bridge.remarks, *comparison.remarks), options)
    yield from _remarks("In the way of a comparison", tuple(obstacles_of(comparison)), options)
    yield ""
    for line in wrapped(visible(verdict_of(comparison), unicode=options.unicode), "", "  ", options):
        yield paint(line, _OUTCOMES[comparison.outcome], options)


def side_text(side: ComparedSide) -> str:
    """``run 20261127T142455Z-3f2a9c1b, release 1.4, host web-1: cis_docker 1.8.0 level_2, collected …``."""
    named = side.reference if side.reference == side.run or not side.run else f"{side.reference}, run {side.run}"
    what = "" if side.kind == "run" and side.run else f"{side.kind} "
    if side.kind == "run" and side.reference == side.run:
        named = f"run {side.run}"
    release = f", release {side.release}" if side.release and side.reference != f"release:{side.release}" else ""
    host = side.host or "no host"
    return (
        f"{what}{named}{release}: {host}, {side.framework} {side.benchmark_version} {side.profile}, collected"
        f" {side.collected_at}, judged {side.evaluated_at}; {side.judged} of {side.selected} controls judged"
    )


def _state(comparison: Comparison, state: State, options: RenderOptions) -> Iterator[str]:
    rows = rows_of(comparison, state)
    if not rows:
        return
    yield ""
    style = _STYLES[state]
    yield paint(f"{TITLES[state]} ({len(rows)})", style, options)
    if state is State.PERSISTING and not options.verbose:
        controls = len({each.control.control for each in rows})
        yield f"  in {controls} control{'' if controls == 1 else 's'}; --verbose names them"
        return
    shown = rows if options.verbose else rows[:_SHOWN]
    last = ""
    for row in shown:
        if row.control.control != last:
            last = row.control.control
            numbers = ", ".join(row.control.numbers)
            head = f"{numbers} {last}" if numbers else last
            yield from wrapped(
                shortened(f"{head} ({row.control.severity.value}): {row.control.title}", _BOUND, options),
                "  ",
                "      ",
                options,
            )
        yield from wrapped(shortened(row_text(row), _BOUND, options), "    ", "      ", options)
    if len(rows) > len(shown):
        yield f"    and {len(rows) - len(shown)} more (--verbose shows all)"


def row_text(row: Told) -> str:
    """``container web: HostConfig.Privileged is true, must be false (compose service shop/web)``."""
    beside = "; ".join(each for each in (row.identity, f"was {row.was}" if row.was else "", row.remark) if each)
    return f"{row.message} ({beside})" if beside else row.message


def _names(names: list[str], options: RenderOptions) -> str:
    shown = names if options.verbose else names[:_NAMED]
    more = f" and {len(names) - len(shown)} more" if len(shown) < len(names) else ""
    return shortened(", ".join(shown) + more, 4 * _BOUND, options)


def _bridge(comparison: Comparison, options: RenderOptions) -> Iterator[str]:
    yield paint("Where the difference in score comes from", Style.BOLD, options)
    for line in grid_lines(bridge_rows(comparison), ("left", "right", "right"), ("", "score", "after waivers")):
        yield f"  {line}"


def bridge_rows(comparison: Comparison) -> list[tuple[str, str, str]]:
    """The bridge as cells: what it begins with, every term, what it ends with; each column adds up."""
    bridge = comparison.bridge
    ends = [(each.percent, each.after_waivers) for each in (bridge.before, bridge.after)]
    plain = points_texts(ends[0][0], ends[1][0], [each.points for each in bridge.shares])
    waived = points_texts(ends[0][1], ends[1][1], [each.points_after for each in bridge.shares])
    return [
        ("before", score_text(ends[0][0]), score_text(ends[0][1])),
        *(
            (" and ".join(term.value for term in share.terms), one, other)
            for share, one, other in zip(bridge.shares, plain, waived, strict=True)
        ),
        ("after", score_text(ends[1][0]), score_text(ends[1][1])),
        ("difference", difference_text(ends[0][0], ends[1][0]), difference_text(ends[0][1], ends[1][1])),
    ]


def _remarks(title: str, remarks: tuple[str, ...], options: RenderOptions) -> Iterator[str]:
    if not remarks:
        return
    yield ""
    yield paint(title, Style.BOLD, options)
    for each in remarks:
        yield from wrapped(shortened(each, 2 * _BOUND, options), "  ", "    ", options)
