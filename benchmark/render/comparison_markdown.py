"""A comparison in Markdown, fit for a release note or a merge request (GitHub Flavored Markdown 0.29)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from benchmark.model.comparison import ComparedSide, Comparison, Fate, State
from benchmark.render.comparison_rows import ORDER, TITLES, Told, obstacles_of, rows_of, subjects_of, verdict_of
from benchmark.render.comparison_table import bridge_rows
from benchmark.render.markdown_text import code
from benchmark.render.options import RenderOptions
from benchmark.render.terminal_text import shortened

_BOUND: Final = 200
_SHOWN: Final = 25
_NAMED: Final = 12


def render_comparison_markdown(comparison: Comparison, options: RenderOptions) -> Iterator[str]:
    """The document in pieces. Headings, the table of the bridge and all words are ours; what a host says is in code spans."""
    for line in _lines(comparison, options):
        yield line + "\n"


def _lines(comparison: Comparison, options: RenderOptions) -> Iterator[str]:
    yield "## Docker benchmark: what changed"
    yield ""
    verdict = verdict_of(comparison)
    yield f"**{verdict[0].upper()}{verdict[1:]}**"
    yield ""
    for label, side in (("Before", comparison.before), ("After", comparison.after)):
        yield f"* {label}: {_side(side)}"
    yield ""
    yield from _bridge(comparison)
    for state in ORDER:
        yield from _state(comparison, state, options)
    for title, fate in (("Appeared", Fate.APPEARED), ("Gone", Fate.GONE)):
        if names := subjects_of(comparison, fate):
            yield ""
            yield f"{title}: {_names(names, options)}"
    remarks = (*comparison.bridge.remarks, *comparison.remarks, *obstacles_of(comparison))
    if remarks:
        yield ""
        yield "### Remarks"
        yield ""
        for each in remarks:
            yield f"* {_short(each, options)}"


def _side(side: ComparedSide) -> str:
    is_named = side.reference == f"release:{side.release}"
    release = f", release {code(side.release)}" if side.release and not is_named else ""
    run = f" ({code(side.run)})" if side.run and side.run != side.reference else ""
    benchmark = code(f"{side.framework} {side.benchmark_version} {side.profile}")
    return (
        f"{side.kind} {code(side.reference)}{run}{release} of {code(side.host or 'no host')}, {benchmark}, judged"
        f" {code(side.evaluated_at)}; {side.judged} of {side.selected} controls judged"
    )


def _bridge(comparison: Comparison) -> Iterator[str]:
    yield "| | score | after waivers |"
    yield "| :-- | --: | --: |"
    for name, plain, waived in bridge_rows(comparison):
        yield f"| {name} | {plain} | {waived} |"


def _state(comparison: Comparison, state: State, options: RenderOptions) -> Iterator[str]:
    rows = rows_of(comparison, state)
    if not rows:
        return
    yield ""
    yield f"### {TITLES[state]} ({len(rows)})"
    yield ""
    if state is State.PERSISTING and not options.verbose:
        controls = len({each.control.control for each in rows})
        yield f"In {controls} control{'' if controls == 1 else 's'}."
        return
    for row in rows if options.verbose else rows[:_SHOWN]:
        yield _row(row, options)
    if not options.verbose and len(rows) > _SHOWN:
        yield f"* and {len(rows) - _SHOWN} more"


def _row(row: Told, options: RenderOptions) -> str:
    head = code(" ".join((", ".join(row.control.numbers), row.control.control)).strip())
    beside = (
        _short(row.identity, options) if row.identity else "",
        f"was {_short(row.was, options)}" if row.was else "",
        row.remark,
    )
    more = "; ".join(each for each in beside if each)
    return f"* {head} ({row.control.severity.value}): {_short(row.message, options)}{f' ({more})' if more else ''}"


def _names(names: list[str], options: RenderOptions) -> str:
    shown = names if options.verbose else names[:_NAMED]
    more = f" and {len(names) - len(shown)} more" if len(shown) < len(names) else ""
    return ", ".join(_short(each, options) for each in shown) + more


def _short(text: str, options: RenderOptions) -> str:
    return code(shortened(text, _BOUND, options))
