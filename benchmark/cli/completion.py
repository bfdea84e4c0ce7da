"""``dockmark completion``: a completion script for a shell, made from the parser itself."""

from __future__ import annotations

import argparse
from argparse import Namespace
from collections.abc import Iterator
from typing import Final

import shtab

from benchmark.cli import values
from benchmark.cli.exit_code import ExitCode
from benchmark.cli.options import OUTPUT
from benchmark.cli.parser import build_parser
from benchmark.cli.printing import print_text

_COMPLETE: Final = {
    "host_root": shtab.DIRECTORY,
    "content": shtab.DIRECTORY,
    "mapping": shtab.FILE,
    "snapshots": shtab.FILE,
    "output": shtab.FILE,
    **dict.fromkeys(("pack", "reply", "sign", "passphrase_file", "trusted", "tsa_certificate"), shtab.FILE),
}


def run(arguments: Namespace) -> ExitCode:
    """Prints the script."""
    parser = build_parser()
    for action in _actions(parser):
        if action.metavar == OUTPUT.metavar:
            action.choices = values.FORMAT_NAMES  # to be completed; this parser reads no command line
        elif action.dest in _COMPLETE and not action.choices:
            setattr(action, "complete", _COMPLETE[action.dest])  # noqa: B010  (shtab's own attribute, unknown to argparse)
    print_text(shtab.complete(parser, arguments.shell) + "\n", as_utf8=True)
    return ExitCode.MET


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:  # noqa: SLF001  (argparse offers no other way to its own options)
        yield action
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for inner in action.choices.values():
                yield from _actions(inner)
