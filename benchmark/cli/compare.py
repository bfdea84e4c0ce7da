"""``dockmark compare``: two runs, releases, result files or snapshots."""

from __future__ import annotations

import os
import shutil
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Final

from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.reevaluation import reevaluate
from benchmark.cli.report import require_distinct, wants_colour
from benchmark.cli.sides import Sides
from benchmark.cli.sink import Sink, open_sink
from benchmark.cli.streams import say, stdout_is_terminal, stdout_shows_unicode
from benchmark.cli.values import STDOUT, Output
from benchmark.history.compare import compare_assessments
from benchmark.model.comparison import Comparison, Obstacle, Outcome
from benchmark.render.comparison_json import render_comparison_json
from benchmark.render.comparison_markdown import render_comparison_markdown
from benchmark.render.comparison_table import render_comparison_table
from benchmark.render.options import RenderOptions

_WIDTH: Final = 100
_TABLE: Final = "table"
FORMATS: Final[Mapping[str, Callable[[Comparison, RenderOptions], Iterator[str]]]] = {
    _TABLE: render_comparison_table,
    "json": lambda comparison, _: render_comparison_json(comparison),
    "markdown": render_comparison_markdown,
}
_CODES: Final = {
    Outcome.SAME_OR_BETTER: ExitCode.MET,
    Outcome.REGRESSED: ExitCode.NOT_MET,
    Outcome.NOT_COMPARABLE: ExitCode.INCOMPLETE,
}


def run(arguments: Namespace) -> ExitCode:
    """Writes the comparison. 0 same or better, 1 regressed, 2 not comparable, 3 and 4 as everywhere."""
    require_distinct(arguments.output)
    if arguments.before == arguments.after == STDOUT:
        raise Refusal("standard input can be one of the two, not both")
    with ExitStack() as stack:
        sinks = [_open(each, stack) for each in arguments.output]
        comparison = _compare(arguments)
        written = [
            _write(sink, each, comparison, arguments) for sink, each in zip(sinks, arguments.output, strict=True)
        ]
    return _CODES[comparison.outcome] if all(written) else ExitCode.UNREACHABLE


def _compare(arguments: Namespace) -> Comparison:
    with Sides(arguments, host=arguments.host) as sides:
        before, after = sides.find(arguments.before), sides.find(arguments.after)
        return compare_assessments(
            before.compared,
            after.compared,
            reevaluate(before, after),
            labels=arguments.identity_label,
            allowed=map(Obstacle, arguments.allow),
        )


def _open(output: Output, stack: ExitStack) -> Sink:
    sink = open_sink(output.path, as_utf8=output.format != _TABLE)
    stack.callback(sink.discard)
    return sink


def _write(sink: Sink, output: Output, comparison: Comparison, arguments: Namespace) -> bool:
    try:
        for piece in FORMATS[output.format](comparison, _options(output, arguments)):
            sink.write(piece)
        sink.commit()
    except OSError as error:
        say(f"dockmark: cannot write {sink.name}: {error.strerror or error}")
        return False
    return True


def _options(output: Output, arguments: Namespace) -> RenderOptions:
    if output.path != STDOUT:
        return RenderOptions(width=_WIDTH, verbose=arguments.verbose)
    terminal = stdout_is_terminal()
    return RenderOptions(
        width=shutil.get_terminal_size((_WIDTH, 24)).columns if terminal else _WIDTH,
        colour=terminal and not arguments.no_color and wants_colour(os.environ),
        verbose=arguments.verbose,
        unicode=stdout_shows_unicode(),
    )
