"""``dockmark evaluate``: snapshots are judged one after the other; none is kept in memory once it is reported."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator
from itertools import chain

from benchmark.cli.baseline import Baseline
from benchmark.cli.evaluation import ask, evaluator_for, load_content
from benchmark.cli.exit_code import ExitCode, Outcome, choose
from benchmark.cli.input_file import input_name, read_input
from benchmark.cli.recording import Recorder
from benchmark.cli.report import Reports
from benchmark.cli.streams import say
from benchmark.evaluate import Evaluator
from benchmark.model.result import Assessment
from benchmark.model.snapshot import Snapshot
from benchmark.model.snapshot_file import MAX_BYTES, SnapshotDefect, decode_snapshot


def run(arguments: Namespace) -> ExitCode:
    """Judges every snapshot named. One that is refused is told, the others are judged all the same, and the code is 3."""
    catalog = load_content(arguments)
    question = ask(arguments, catalog)
    evaluator = evaluator_for(question, catalog)
    baseline = Baseline(arguments, catalog, question)
    recorder = Recorder(arguments, catalog, wanted=arguments.record)
    outcomes: list[Outcome] = []

    def recorded(assessment: Assessment, snapshot: Snapshot) -> Assessment:
        outcomes.append(baseline.outcome_of(assessment))
        return recorder.record(assessment, snapshot, question, choose(baseline.policy, outcomes[-1:]))

    with Reports(arguments, catalog) as reports:
        assessments = _assessments(evaluator, arguments.snapshots, recorded)
        first = next(assessments, None)
        if first is None:
            return ExitCode.USAGE
        if len(arguments.snapshots) == 1:
            written = reports.write(first)
        else:
            written = reports.write_several(chain((first,), assessments))
    kept = recorder.tell()
    refused = len(outcomes) < len(arguments.snapshots)
    return choose(baseline.policy, outcomes, refused=refused, unreachable=not (written and kept))


def _assessments(
    evaluator: Evaluator,
    paths: list[str],
    recorded: Callable[[Assessment, Snapshot], Assessment],
) -> Iterator[Assessment]:
    """The assessment of each snapshot that can be read, in order, after ``recorded``."""
    for path in paths:
        try:
            snapshot = decode_snapshot(read_input(path, MAX_BYTES))
        except (OSError, SnapshotDefect) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else error
            say(f"dockmark: {input_name(path)}: {reason}")
            continue
        yield recorded(evaluator.evaluate(snapshot), snapshot)
