"""``dockmark history prune``: deletes what was recorded of runs whose retention has passed, and nothing before."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime

from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.history_access import opened_history, told
from benchmark.cli.history_document import as_json, cell
from benchmark.cli.printing import print_text
from benchmark.history.kept import Kept
from benchmark.history.retention import Period, due_runs, prune_runs, read_period
from benchmark.render.grid import grid_lines

_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


def run(arguments: Namespace) -> ExitCode:
    """Prunes, and prints what. Raises Refusal when a run would go that must be kept."""
    retention = read_period(arguments.retention)
    now = datetime.now(UTC)
    kept_since = retention.before(now).strftime(_FORMAT).rjust(20, "0")
    before = arguments.before or kept_since
    with opened_history(arguments, writing=not arguments.dry_run) as store, told():
        due = due_runs(store.database, before)
        _refuse_early(due, kept_since, retention)
        if due and not arguments.dry_run:
            prune_runs(store.database, due, pruned_at=now.strftime(_FORMAT), retention=retention)
    if arguments.output == "json":
        document = {
            "schema": "dockmark/prune/1",
            "retention": str(retention),
            "before": before,
            "dry_run": arguments.dry_run,
            "pruned": [{"run": each.id, "sequence": each.sequence, "head": each.head} for each in due],
        }
        print_text(as_json(document), as_utf8=True)
    else:
        print_text(_as_table(due, before, retention, dry_run=arguments.dry_run))
    return ExitCode.MET


def _refuse_early(due: tuple[Kept, ...], kept_since: str, retention: Period) -> None:
    early = [each for each in due if each.recorded_at >= kept_since]
    if early:
        runs = "1 run" if len(early) == 1 else f"{len(early)} runs"
        raise Refusal(
            f"refused: {runs} would go that must be kept, the first of them {early[0].id}:"
            f" runs are kept for {retention.words}, so since {kept_since} (--retention says how long)"
        )


def _as_table(due: tuple[Kept, ...], before: str, retention: Period, *, dry_run: bool) -> str:
    if not due:
        return f"nothing to prune: no run was recorded before {before}; runs are kept for {retention.words}\n"
    rows = [(str(each.sequence), each.id, cell(each.host)) for each in due]
    count = "1 run" if len(due) == 1 else f"{len(due)} runs"
    done = f"would be pruned: {count}" if dry_run else f"pruned: {count}; of each its place in the chain stays"
    return "\n".join([*grid_lines(rows, ("right", "left", "left"), ("#", "run", "host")), "", done]) + "\n"
