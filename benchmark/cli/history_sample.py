"""``dockmark history sample``: the population, and a sample of it that anybody can draw again."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator

from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.history_access import chosen_runs, opened_history
from benchmark.cli.history_document import as_json
from benchmark.cli.printing import print_text
from benchmark.history.sample import Sample, draw_sample, hosts_of, subjects_of, ticket
from benchmark.model.run import Run
from benchmark.model.vocabulary import KINDS
from benchmark.render.terminal_text import visible


def run(arguments: Namespace) -> ExitCode:
    """Prints the population with its count, then who was drawn."""
    if arguments.seed is None:
        raise Refusal("--seed N decides who is drawn: choose a number before you look at the population")
    if arguments.kind is not None and (arguments.of != "subjects" or arguments.kind not in KINDS):
        raise Refusal(f"--kind goes with --of subjects, and is one of {', '.join(KINDS)}")
    with opened_history(arguments) as store:
        runs = list(chosen_runs(store, arguments))
        members = hosts_of(runs) if arguments.of == "hosts" else subjects_of(store.database, runs, arguments.kind)
    sample = draw_sample(members, arguments.size, arguments.seed)
    if arguments.output == "json":
        document = {
            "schema": "dockmark/sample/1",
            "of": arguments.of,
            "kind": arguments.kind,
            "runs": [each.id for each in runs],
            "head": runs[-1].head if runs else None,
            "seed": arguments.seed,
            "size": arguments.size,
            "population_count": len(sample.population),
            "population": [*sample.population],
            "sample": [*sample.drawn],
        }
        print_text(as_json(document), as_utf8=True)
    else:
        print_text("".join(f"{line}\n" for line in _lines(arguments, runs, sample)))
    return ExitCode.MET


def _lines(arguments: Namespace, runs: list[Run], sample: Sample) -> Iterator[str]:
    what = arguments.of if arguments.kind is None else f"{arguments.of} of the kind {arguments.kind}"
    period = f", recorded from {runs[0].recorded_at} to {runs[-1].recorded_at}" if runs else ""
    yield f"population: {len(sample.population)} {what} in {len(runs)} runs{period}"
    if runs:
        yield f"head of the history then: {runs[-1].head}"
    yield ""
    digits = len(str(len(sample.population)))
    for number, each in enumerate(sample.population, 1):
        yield f"  {number:>{digits}}  {visible(each)}"
    yield ""
    places = {each: number for number, each in enumerate(sample.population, 1)}
    yield f"sample: {len(sample.drawn)} of {len(sample.population)}, seed {arguments.seed}"
    yield ""
    for each in sample.drawn:
        yield f"  {places[each]:>{digits}}  {visible(each)}  {ticket(arguments.seed, each)[:16]}"
    yield ""
    yield "drawn are the smallest SHA-256 of: the seed, a newline, the member (printf '%s\\n%s' SEED MEMBER | sha256sum)"
