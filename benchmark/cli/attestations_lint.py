"""``dockmark attestations lint``: what is wrong with a file of attestations, and with the evidence that it names."""

from __future__ import annotations

from argparse import Namespace

from benchmark.cli.evaluation import load_content
from benchmark.cli.exit_code import ExitCode
from benchmark.cli.policy_entries import judged_attestations, tell_defects


def run(arguments: Namespace) -> ExitCode:
    """Prints every defect. 0 when there is none, 1 when one would not count, 3 when the file cannot be read as one."""
    return tell_defects(arguments.file, "attestation", judged_attestations(arguments.file, load_content(arguments)))
