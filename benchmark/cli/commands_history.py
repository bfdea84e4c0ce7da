"""The commands on recorded runs."""

from __future__ import annotations

from typing import Final

from benchmark.cli.command import Command, Positional
from benchmark.cli.options import (
    ATTESTATIONS,
    CONTENT,
    DRY_RUN,
    IDENTITY_LABEL,
    INSTANCES,
    LISTING,
    NO_COLOR,
    SEEN_FROM,
    SELECTION,
    STORE,
    VERBOSE,
    WAIVERS,
)
from benchmark.cli.options_history import (
    ALLOW,
    BEFORE,
    COMPARISON_OUTPUT,
    EXPECT_HEAD,
    HISTORY,
    LIMIT,
    OF,
    OF_CONTROL,
    OF_KIND,
    RETENTION,
    RUN_HOST,
    RUNS,
    SEED_OF_SAMPLE,
    SHOWN_AS,
    SIZE,
)

_RUN: Final = "id of a run or the beginning of it, latest, latest~1, run:17, or release:NAME"

HISTORY_COMMANDS: Final = (
    Command(
        ("compare",),
        "compare",
        "Say what changed between two runs, releases, result files or snapshots, and where the difference in score comes from.",
        (
            ("matching", (IDENTITY_LABEL, ALLOW)),
            ("history", (STORE, RUN_HOST)),
            ("how snapshots are judged", (*SELECTION[1], WAIVERS, ATTESTATIONS)),
            ("output", (COMPARISON_OUTPUT, VERBOSE, NO_COLOR)),
        ),
        (
            Positional(
                "before", "A", "the earlier one: run id, latest~1, release:NAME, JSON or XCCDF results, or a snapshot"
            ),
            Positional("after", "B", "the later one, in the same way; '-' for standard input"),
        ),
    ),
    Command(
        ("history", "list"),
        "history_list",
        "List recorded runs, the newest last.",
        (HISTORY, RUNS, ("output", (LIMIT, LISTING))),
    ),
    Command(
        ("history", "show"),
        "history_show",
        "Show what is kept of a run, or write its report anew in any format.",
        (HISTORY, ("output", (SHOWN_AS, SEEN_FROM, VERBOSE, INSTANCES, NO_COLOR))),
        (Positional("run", "RUN", _RUN),),
    ),
    Command(
        ("history", "trend"),
        "history_trend",
        "Show how the score, or the result of a control, went over time, and what else changed.",
        (HISTORY, RUNS, ("output", (OF_CONTROL, CONTENT, LISTING))),
    ),
    Command(
        ("history", "verify"),
        "history_verify",
        "Verify that the history is what was recorded: its chain, and every byte that it keeps.",
        (HISTORY, ("what reports say", (EXPECT_HEAD,)), ("output", (LISTING,))),
    ),
    Command(
        ("history", "sample"),
        "history_sample",
        "Draw a sample of hosts or subjects that anybody can draw again, after the population it is drawn from.",
        (HISTORY, RUNS, ("sample", (SIZE, SEED_OF_SAMPLE, OF, OF_KIND)), ("output", (LISTING,))),
    ),
    Command(
        ("history", "prune"),
        "history_prune",
        "Delete what was recorded of runs whose retention has passed; their place in the chain stays.",
        (HISTORY, ("retention", (RETENTION, BEFORE, DRY_RUN)), ("output", (LISTING,))),
    ),
)
