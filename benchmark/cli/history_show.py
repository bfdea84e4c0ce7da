"""``dockmark history show``: what is kept of a run, and its report in any format."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from dataclasses import replace

from benchmark.cli.exit_code import ExitCode
from benchmark.cli.history_access import opened_history
from benchmark.cli.history_document import percent_cell, profile_of
from benchmark.cli.printing import print_text
from benchmark.cli.rejudge import recorded_content, rejudge
from benchmark.cli.report import Reports
from benchmark.cli.streams import say
from benchmark.history.store import Store
from benchmark.model.result import Assessment
from benchmark.model.run import Run
from benchmark.render.formats import FORMATS
from benchmark.render.options import RenderOptions
from benchmark.render.terminal_text import visible


def run(arguments: Namespace) -> ExitCode:
    """Prints the run, or writes its reports."""
    with opened_history(arguments) as store:
        found = store.resolve(arguments.run)
        if not arguments.output:
            print_text("".join(f"{line}\n" for line in _lines(found)))
            return ExitCode.MET
        with Reports(arguments, recorded_content(store, found)) as reports:
            assessment = rejudge(store, found)
            _tell_difference(store, found, assessment)
            written = reports.write(replace(assessment, recorded=found.recorded))
    return ExitCode.MET if written else ExitCode.UNREACHABLE


def _tell_difference(store: Store, run: Run, assessment: Assessment) -> None:
    """A later dockmark may judge the same facts otherwise. Its report is not the one of then, and says so."""
    again = "".join(FORMATS["json"].render(assessment, RenderOptions())).encode()
    if again != store.blob(run.assessment):
        say(
            f"dockmark: this dockmark judges the recorded facts of {run.id} otherwise than dockmark {run.tool_version} did:",
            "the report is of today's judgement; dockmark history list -o json tells the score of then",
        )


def _lines(run: Run) -> Iterator[str]:
    terms, counts = run.terms, run.counts
    undecided = f"{counts.errors} error, {counts.unknown} unknown, {counts.manual} manual"
    told = (
        ("run", f"{run.id}, number {run.sequence} of its history"),
        ("recorded", run.recorded_at),
        ("collected", run.collected_at),
        ("evaluated", terms.evaluated_at),
        ("host", run.host),
        ("engine", run.engine_id),
        ("operator", terms.operator),
        ("release", terms.release or ""),
        ("benchmark", f"{terms.framework} {terms.version}, {profile_of(run)}"),
        ("narrowed to", ", ".join(terms.controls)),
        ("beyond", "controls beyond the benchmark too" if terms.beyond else ""),
        ("parameters", ", ".join(f"{name}={value}" for name, value in terms.parameters.items())),
        ("score", f"{percent_cell(run.percent)} %, {percent_cell(run.after_waivers)} % after waivers"),
        (
            "controls",
            f"{counts.selected} selected: {counts.passed} pass, {counts.failed} fail, {counts.waived} waived,",
        ),
        ("", f"{undecided}, {counts.notapplicable} not applicable"),
        ("exit code", str(run.exit_code)),
        ("dockmark", f"{run.tool_version} {run.tool_digest}".strip()),
        ("content", run.content_digest),
        ("snapshot", run.snapshot),
        ("assessment", run.assessment),
        ("tailoring", f"{terms.tailoring}, read from {terms.tailoring_href}" if terms.tailoring else ""),
        ("waivers", terms.waivers or ""),
        ("attestations", terms.attestations or ""),
        ("mappings", ", ".join(terms.mappings)),
        ("previous", run.previous),
        ("head", run.head),
    )
    for label, text in told:
        if text:
            yield f"{label:<13}{visible(text)}"
