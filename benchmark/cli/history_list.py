"""``dockmark history list``: recorded runs, the newest last."""

from __future__ import annotations

from argparse import Namespace
from itertools import islice
from typing import Final

from benchmark.cli.exit_code import ExitCode
from benchmark.cli.history_access import chosen_kept, opened_history
from benchmark.cli.history_document import as_json, cell, percent_cell, profile_of, run_document
from benchmark.cli.printing import print_text
from benchmark.cli.streams import say
from benchmark.history.kept import Kept
from benchmark.model.run import Run
from benchmark.render.grid import grid_lines

_HEADERS: Final = (
    *("#", "run", "host", "release", "benchmark"),
    *("score", "after waivers", "failed", "waived", "undecided", "exit"),
)
_ALIGNMENT: Final = ("right", "left", "left", "left", "left", *["right"] * 6)


def run(arguments: Namespace) -> ExitCode:
    """Prints the list. 5 when a run among them was changed after it was recorded; the others are listed all the same."""
    with opened_history(arguments) as store:
        newest = chosen_kept(store, arguments, newest_first=True)
        found = list(islice((each for each in newest if each.run or each.problem), arguments.limit + 1))
    more = len(found) > arguments.limit
    shown = found[: arguments.limit][::-1]
    runs = [each.run for each in shown if each.run is not None]
    if arguments.output == "json":
        listed = [run_document(each) for each in runs]
        print_text(as_json({"schema": "dockmark/runs/1", "complete": not more, "runs": [*listed]}), as_utf8=True)
    else:
        print_text(_as_table(shown, more))
    for each in shown:
        if each.problem:
            say(f"dockmark: {each.name}: {each.problem}")
    return ExitCode.MET if len(runs) == len(shown) else ExitCode.UNVERIFIED


def _as_table(shown: list[Kept], more: bool) -> str:
    if not shown:
        return "no runs\n"
    rows = [_cells(each.run) if each.run is not None else _damaged(each) for each in shown]
    lines = ["… and runs before; --limit shows more", ""] if more else []
    return "\n".join([*lines, *grid_lines(rows, _ALIGNMENT, _HEADERS)]) + "\n"


def _cells(run: Run) -> tuple[str, ...]:
    counts = run.counts
    return (
        str(run.sequence),
        run.id,
        cell(run.host),
        cell(run.terms.release, 20),
        cell(f"{run.terms.version} {profile_of(run).removeprefix('xccdf_org.dockmark_profile_')}", 24),
        percent_cell(run.percent),
        percent_cell(run.after_waivers),
        str(counts.failed),
        str(counts.waived),
        str(counts.errors + counts.unknown),
        str(run.exit_code),
    )


def _damaged(each: Kept) -> tuple[str, ...]:
    return (str(each.sequence), cell(each.id), cell(each.host), "DAMAGED", *["-"] * (len(_HEADERS) - 4))
