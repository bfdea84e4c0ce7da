"""``dockmark history trend``: the score of each host over time, or the result of a control, and what else changed."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from benchmark.cli.controls_show import find_controls
from benchmark.cli.evaluation import framework_of, load_content
from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.history_access import chosen_runs, opened_history
from benchmark.cli.history_document import as_json, cell, percent_cell, run_document
from benchmark.cli.printing import print_text
from benchmark.cli.streams import stdout_shows_unicode
from benchmark.history.trend import Step, Turn, trend_of_control, trend_of_scores
from benchmark.model.facts import JsonValue
from benchmark.render.grid import grid_lines
from benchmark.render.terminal_text import visible

_ID: Final = re.compile(r"[a-z][a-z0-9_]*")
_BAR: Final = 20
_NAMED: Final = 3
_OF_SCORES: Final = ("#", "recorded", "release", "score", "change", "", "waived", "failed", "undecided", "also changed")
_OF_RESULTS: Final = ("#", "recorded", "release", "control", "result", "subjects", "failing", "also changed")


def run(arguments: Namespace) -> ExitCode:
    """Prints a table for each host, or one JSON document."""
    controls, unknown = ((), None) if arguments.control is None else _controls(arguments)
    with opened_history(arguments) as store:
        runs = list(chosen_runs(store, arguments))
        steps = [] if controls else list(trend_of_scores(runs))
        turns = [(control, turn) for control in controls for turn in trend_of_control(store.database, runs, control)]
    if unknown is not None and not turns:
        raise unknown
    if arguments.output == "json":
        told = [_turn_document(*each) for each in turns] if controls else [_step_document(each) for each in steps]
        print_text(as_json({"schema": "dockmark/trend/1", "controls": [*controls], "points": [*told]}), as_utf8=True)
    elif controls:
        print_text("\n".join(_tables_of_results(turns)) + "\n")
    else:
        print_text("\n".join(_tables_of_scores(steps)) + "\n")
    return ExitCode.MET


def _controls(arguments: Namespace) -> tuple[tuple[str, ...], Refusal | None]:
    """The ids behind the id or number, and what to say when no run has judged it.

    The history may know controls by their ids that today's content has no more.
    """
    catalog = load_content(arguments)
    framework = framework_of(catalog)
    try:
        return tuple(each.id for each in find_controls(catalog, framework, framework.newest, arguments.control)), None
    except Refusal as refusal:
        if not _ID.fullmatch(arguments.control):
            raise
        return (arguments.control,), refusal


def _tables_of_scores(steps: list[Step]) -> Iterator[str]:
    for host in _hosts(each.run.host for each in steps):
        yield from _heading(host)
        rows = [_step_cells(each) for each in steps if each.run.host == host]
        yield from grid_lines(
            rows, ("right", *["left"] * 2, "right", "right", "left", *["right"] * 3, "left"), _OF_SCORES
        )
    if not steps:
        yield "no runs"


def _step_cells(step: Step) -> tuple[str, ...]:
    run, counts = step.run, step.run.counts
    return (
        str(run.sequence),
        run.recorded_at,
        cell(run.terms.release, 20),
        percent_cell(run.percent),
        "" if step.change is None else _signed(step.change),
        _bar(run.percent),
        str(counts.waived),
        str(counts.failed),
        str(counts.errors + counts.unknown),
        _also(step.also),
    )


def _tables_of_results(turns: list[tuple[str, Turn]]) -> Iterator[str]:
    for host in _hosts(turn.run.host for _, turn in turns):
        yield from _heading(host)
        rows = [_turn_cells(control, turn) for control, turn in turns if turn.run.host == host]
        yield from grid_lines(rows, ("right", *["left"] * 4, "right", "left", "left"), _OF_RESULTS)
    if not turns:
        yield "no run has judged it"


def _turn_cells(control: str, turn: Turn) -> tuple[str, ...]:
    named = ", ".join(turn.failing[:_NAMED])
    more = f", and {len(turn.failing) - _NAMED} more" if len(turn.failing) > _NAMED else ""
    return (
        str(turn.run.sequence),
        turn.run.recorded_at,
        cell(turn.run.terms.release, 20),
        f"{control} v{turn.version}",
        f"{turn.result} (waived)" if turn.waived else turn.result,
        f"{len(turn.failing)} of {turn.judged} fail" if turn.judged else "-",
        cell(named, 60) + more if named else "",
        _also(turn.also),
    )


def _hosts(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _heading(host: str) -> Iterator[str]:
    yield f"{cell(host, 80)}"
    yield ""


def _signed(change: Decimal) -> str:
    text = f"{change:+.1f}"
    return "±0.0" if text in ("+0.0", "-0.0") and stdout_shows_unicode() else text


def _bar(percent: str | None) -> str:
    full = 0 if percent is None else int(Decimal(percent) * _BAR / 100)
    return "#" * full + "." * (_BAR - full)


def _also(changes: tuple[str, ...]) -> str:
    text = visible("; ".join(changes))
    return text if stdout_shows_unicode() else text.replace("→", "->")


def _step_document(step: Step) -> JsonValue:
    change = None if step.change is None else float(round(step.change, 6))
    return {**run_document(step.run), "change": change, "also_changed": [*step.also]}


def _turn_document(control: str, turn: Turn) -> JsonValue:
    return {
        **run_document(turn.run),
        "control": control,
        "version": turn.version,
        "result": turn.result,
        "waived": turn.waived,
        "message": turn.message,
        "judged": turn.judged,
        "failing": [*turn.failing],
        "also_changed": [*turn.also],
    }
