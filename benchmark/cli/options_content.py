"""Options of the commands on content: controls, frameworks, tailorings, exports."""

from __future__ import annotations

from typing import Final

from benchmark.cli import values
from benchmark.cli.option import Option

OVERLAY: Final = Option(
    ("--overlay",),
    "what the organisation decided: applicability, justification, implementation; without it every control is undecided",
    "FILE",
    values.read_path,
)
BESIDE_SNAPSHOT: Final = Option(
    ("--snapshot",),
    "judge this snapshot and put its results beside the decisions; repeatable; the variable divides by line",
    "FILE",
    values.read_path,
    separators="\n",
    default=(),
    variable="DOCKMARK_SOA_SNAPSHOT",
)
BESIDE_RESULT: Final = Option(
    ("--result",),
    "results that -o json saved; repeatable; the variable divides by line",
    "FILE",
    values.read_path,
    separators="\n",
    default=(),
    variable="DOCKMARK_SOA_RESULT",
)
BESIDE_RUN: Final = Option(
    ("--run",),
    "a recorded run: its id, latest, latest~1, release:NAME; repeatable; the variable divides by comma or line",
    "RUN",
    values.read_identifier,
    separators=",\n",
    default=(),
    variable="DOCKMARK_SOA_RUN",
)
STATEMENT: Final = Option(
    ("-o", "--output"),
    f"format ({', '.join(values.STATEMENT_NAMES)}) and file, '-' or none for standard output; repeatable"
    " (default: markdown); the variable divides by comma or line",
    "FORMAT[=PATH]",
    values.read_statement_output,
    separators=",\n",
    default=(values.Output("markdown"),),
    variable="DOCKMARK_STATEMENT",
)
SELECT: Final = Option(
    ("--select",),
    "also this control or section, by our id or its number; repeatable; the variable divides by comma or line",
    "ID",
    values.read_identifier,
    separators=",\n",
    default=(),
)
UNSELECT: Final = Option(
    ("--unselect",),
    "without this control or section; in the same way",
    "ID",
    values.read_identifier,
    separators=",\n",
    default=(),
)
TITLE: Final = Option(("--title",), "what the tailored profile is called", "TEXT", values.read_text)
NAME: Final = Option(
    ("--name",), "what its ids end in (default tailored)", "NAME", values.read_name, default="tailored"
)
DIRECTORY: Final = Option(
    ("-o", "--output"),
    "directory that the files are written to; made when it is not there (default dockmark-content)",
    "DIR",
    values.read_path,
    default="dockmark-content",
    variable="DOCKMARK_DIRECTORY",
)
STRICT: Final = Option(
    ("--strict",), "what the schematron of SCAP 1.3 wants, scripts inside complex checks", switch=True, default=False
)
