"""``dockmark access``: every way to root through Docker at a target, from what is collected now or from a snapshot."""

from __future__ import annotations

import os
import shutil
from argparse import Namespace
from typing import Final

from benchmark.access import list_access
from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.input_file import input_name, read_input
from benchmark.cli.printing import print_text
from benchmark.cli.report import wants_colour
from benchmark.cli.streams import stdout_is_terminal, stdout_shows_unicode
from benchmark.cli.target import collect_target, tell_unreachable
from benchmark.model.snapshot import Snapshot
from benchmark.model.snapshot_file import MAX_BYTES, SnapshotDefect, decode_snapshot
from benchmark.render.access_json import render_access_json
from benchmark.render.access_table import render_access_table
from benchmark.render.options import RenderOptions

_WIDTH: Final = 100


def run(arguments: Namespace) -> ExitCode:
    """Prints the report. 0 when everything could be looked at, 2 when not, 4 when no engine answered now."""
    snapshot = _recorded(arguments.snapshot) if arguments.snapshot is not None else _collected(arguments)
    report = list_access(snapshot)
    if arguments.output == "json":
        print_text(render_access_json(report), as_utf8=True)
    else:
        print_text("".join(render_access_table(report, render_options(arguments))))
    if arguments.snapshot is None and tell_unreachable(snapshot):
        return ExitCode.UNREACHABLE
    return ExitCode.INCOMPLETE if report.unseen else ExitCode.MET


def _collected(arguments: Namespace) -> Snapshot:
    """What is there now; images and build files are no way to root, so no more than their list is read."""
    return collect_target(
        Namespace(**vars(arguments), deep=False, dockerfile=(), vulnerabilities=(), identity_label=())
    )


def _recorded(path: str) -> Snapshot:
    name = input_name(path)
    try:
        return decode_snapshot(read_input(path, MAX_BYTES))
    except (OSError, SnapshotDefect) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise Refusal(f"{name}: {reason}") from None


def render_options(arguments: Namespace) -> RenderOptions:
    """How a report of one command is written on standard output."""
    is_terminal = stdout_is_terminal()
    return RenderOptions(
        width=shutil.get_terminal_size((_WIDTH, 24)).columns if is_terminal else _WIDTH,
        colour=is_terminal and not arguments.no_color and wants_colour(os.environ),
        verbose=arguments.verbose,
        unicode=stdout_shows_unicode(),
    )
