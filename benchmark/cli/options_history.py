"""Options of the commands on recorded runs."""

from __future__ import annotations

from typing import Final

from benchmark.cli import values
from benchmark.cli.option import Option
from benchmark.cli.options import STORE

COMPARISON_OUTPUT: Final = Option(
    ("-o", "--output"),
    f"format ({', '.join(values.COMPARISON_FORMAT_NAMES)}) and file, '-' or none for standard output; repeatable"
    " (default: table); the variable divides by comma or line",
    "FORMAT[=PATH]",
    values.read_comparison_output,
    separators=",\n",
    default=(values.Output("table"),),
    variable="DOCKMARK_COMPARISON",
)
ALLOW: Final = Option(
    ("--allow",),
    "compare in spite of another host, profile or benchmark version, or less coverage; repeatable; the variable divides by"
    " comma or line",
    choices=values.OBSTACLES,
    separators=",\n",
    default=(),
)
RUN_HOST: Final = Option(
    ("--host",),
    "only runs of this host count for latest, latest~1 and release:NAME",
    "NAME",
    values.read_text,
    variable="DOCKMARK_RUN_HOST",
)
HOST_OF_RUNS: Final = Option(
    ("--host",), "only runs of this host, by its name", "NAME", values.read_text, variable="DOCKMARK_HISTORY_HOST"
)
OF_RELEASE: Final = Option(
    ("--release",), "only runs of this release", "NAME", values.read_text, variable="DOCKMARK_HISTORY_RELEASE"
)
SINCE: Final = Option(("--since",), "only runs recorded since this day or moment, in UTC", "TIME", values.read_since)
UNTIL: Final = Option(
    ("--until",), "only runs recorded until the end of this day, or this moment, in UTC", "TIME", values.read_until
)
LIMIT: Final = Option(("--limit",), "only the last N of them (default 30)", "N", values.read_count, default=30)
OF_CONTROL: Final = Option(
    ("--control",),
    "the results of this control, by our id or its CIS number, instead of the score",
    "ID",
    values.read_identifier,
    variable="DOCKMARK_HISTORY_CONTROL",
)
SHOWN_AS: Final = Option(
    ("-o", "--output"),
    f"the report of the run, judged again from what is recorded: {', '.join(values.FORMAT_NAMES)}, and file; repeatable;"
    " the variable divides by comma or line (default: what the history keeps of the run)",
    "FORMAT[=PATH]",
    values.read_output,
    separators=",\n",
    default=(),
    variable="DOCKMARK_HISTORY_OUTPUT",
)
EXPECT_HEAD: Final = Option(
    ("--expect-head",),
    "a head that a report says; repeatable; the variable divides by comma or line",
    "HEAD",
    values.read_head,
    separators=",\n",
    default=(),
)
SIZE: Final = Option(("--size",), "how many are drawn (default 25)", "N", values.read_count, default=25)
SEED_OF_SAMPLE: Final = Option(("--seed",), "a number that decides who is drawn", "N", values.read_seed)
OF: Final = Option(
    ("--of",), "what is drawn: hosts (default) or subjects", choices=("hosts", "subjects"), default="hosts"
)
OF_KIND: Final = Option(
    ("--kind",), "only subjects of this kind: container, image, file and so on", "KIND", values.read_identifier
)
RETENTION: Final = Option(
    ("--retention",),
    "how long runs are kept: years, weeks or days (default 6y)",
    "PERIOD",
    values.read_retention,
    default="6y",
)
BEFORE: Final = Option(
    ("--before",),
    "only runs recorded before this day or moment, in UTC; refused where some of them must be kept longer",
    "TIME",
    values.read_since,
)
HISTORY: Final = ("history", (STORE,))
RUNS: Final = ("which runs", (HOST_OF_RUNS, OF_RELEASE, SINCE, UNTIL))
