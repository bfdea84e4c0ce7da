"""``dockmark audit``: collect, evaluate, report."""

from __future__ import annotations

from argparse import Namespace

from benchmark.cli.evaluation import as_of_now, load_content, prepare
from benchmark.cli.exit_code import ExitCode, choose, outcome_of
from benchmark.cli.report import Reports
from benchmark.cli.target import collect_target, tell_unreachable


def run(arguments: Namespace) -> ExitCode:
    """Audits the target. The options, the content and the outputs are checked before the target is touched."""
    catalog = load_content(arguments)
    evaluator = prepare(arguments, catalog)
    with Reports(arguments, catalog) as reports:
        snapshot = collect_target(arguments)
        assessment = as_of_now(evaluator).evaluate(snapshot)
        written = reports.write(assessment)
    unreachable = tell_unreachable(snapshot)
    return choose(arguments.fail_on, (outcome_of(assessment),), unreachable=unreachable or not written)
