"""``dockmark audit``: collect, evaluate, record, report."""

from __future__ import annotations

import os
from argparse import Namespace

from benchmark.cli.baseline import Baseline
from benchmark.cli.evaluation import as_of_now, ask, evaluator_for, load_content
from benchmark.cli.exit_code import ExitCode, choose
from benchmark.cli.policy_files import labels_asked
from benchmark.cli.recording import Recorder
from benchmark.cli.report import Reports
from benchmark.cli.run_lock import only_audit
from benchmark.cli.target import collect_target, tell_unreachable


def run(arguments: Namespace) -> ExitCode:
    """Audits the target. The options, the content and the outputs are checked before the target is touched."""
    catalog = load_content(arguments)
    question = ask(arguments, catalog)
    evaluator = evaluator_for(question, catalog)
    baseline = Baseline(arguments, catalog, question)
    recorder = Recorder(arguments, catalog, wanted=not arguments.no_record)
    with Reports(arguments, catalog) as reports, only_audit(recorder.location, arguments, os.environ):
        snapshot = collect_target(arguments, labels_asked(evaluator.request))
        assessment = as_of_now(evaluator).evaluate(snapshot)
        outcomes = (baseline.outcome_of(assessment),)
        code = choose(baseline.policy, outcomes, unreachable=not snapshot.target.product)
        written = reports.write(recorder.record(assessment, snapshot, question, code))
    tell_unreachable(snapshot)
    recorded = recorder.tell()
    return code if written and recorded else choose(baseline.policy, outcomes, unreachable=True)
