"""``dockmark waivers lint``: what is wrong with a file of waivers, before an audit says it."""

from __future__ import annotations

from argparse import Namespace

from benchmark.cli.evaluation import load_content
from benchmark.cli.exit_code import ExitCode
from benchmark.cli.policy_entries import judged_waivers, tell_defects


def run(arguments: Namespace) -> ExitCode:
    """Prints every defect. 0 when there is none, 1 when a waiver would not count, 3 when the file cannot be read as one."""
    return tell_defects(arguments.file, "waiver", judged_waivers(arguments.file, load_content(arguments)))
