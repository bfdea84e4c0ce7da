"""Parses a command line, runs the command, and gives every way it can end a sentence and an exit code."""

from __future__ import annotations

import os
import re
import signal
import sys
import traceback
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import FrameType
from typing import Final, cast

from benchmark.cli.command import Command
from benchmark.cli.commands import EXCLUSIVE
from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.option import complete_options
from benchmark.cli.parser import build_parser, find_command
from benchmark.cli.streams import StandardOutput, say

_PLAIN_WORD: Final = re.compile(r"-{0,2}[A-Za-z](?:[a-z]|[_-](?=[a-z])){0,30}")


class Terminated(BaseException):
    """SIGTERM arrived. Not an Exception, so that nothing on the way up takes it for a failure of its own."""


def run_command_line(words: Sequence[str]) -> int:
    """The exit code of the command in ``words``, after its output was handed over. KeyboardInterrupt passes through."""
    try:
        with _terminable():
            code = _run(words)
    except Terminated:
        say("dockmark: terminated")
        return ExitCode.TERMINATED
    except Exception as error:  # noqa: BLE001  (the last line of defence: a bug ends in a sentence, not in a traceback)
        _report_bug(error)
        return ExitCode.INTERNAL
    return _hand_over(code)


def _run(words: Sequence[str]) -> ExitCode:
    try:
        arguments, others = build_parser().parse_known_args(words)
        arguments.argv = tuple(words)
        command = find_command(arguments)
        _refuse_unknown(command, others)
        complete_options(arguments, command.all_options, os.environ, EXCLUSIVE)
        run = cast("Callable[[Namespace], ExitCode]", import_module(f"benchmark.cli.{command.module}").run)
        return run(arguments)
    except Refusal as refusal:
        say(f"dockmark: {refusal}", *refusal.more)
        return refusal.code
    except SystemExit:  # argparse has printed its help
        return ExitCode.MET


def _refuse_unknown(command: Command, others: list[str]) -> None:
    """Names the first word only, and not its value, which may be a secret meant for another program.

    Nor a word that is no option, unless it can only be a word: it may be a URL with a password, or the password.
    """
    if others:
        unknown = others[0].partition("=")[0] if others[0].startswith("-") else others[0]
        if not _PLAIN_WORD.fullmatch(unknown):
            unknown = "an option that was given" if unknown.startswith("-") else "an argument that was given"
        raise Refusal(f"{command.name} does not know {unknown} (see 'dockmark {command.name} --help')")


def _hand_over(code: ExitCode) -> ExitCode:
    try:
        StandardOutput().commit()
    except OSError as error:
        say(f"dockmark: cannot write to standard output: {error.strerror or error}")
        return ExitCode.UNREACHABLE
    return code


@contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM raises Terminated inside, so that half-written files are removed on the way out."""
    try:
        before = signal.signal(signal.SIGTERM, _terminate)
    except ValueError:  # not the main thread: whoever runs us there keeps its own signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _terminate(number: int, _: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)
    raise Terminated


def _traceback_lines(error: BaseException) -> Iterator[str]:
    """Frames and types from the first cause to ``error``; of our own source its lines, of values nothing."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _traceback_lines(before)
    for frame in traceback.format_tb(error.__traceback__):
        yield from frame.rstrip("\n").split("\n")
    yield type(error).__name__


def _report_bug(error: Exception) -> None:
    """Says where it happened, but not what: the text of a foreign exception may quote what must stay secret."""
    if os.environ.get("DOCKMARK_DEBUG") == "1":
        say("Traceback (without the texts of exceptions, which may quote a secret):", *_traceback_lines(error))
    place = traceback.extract_tb(error.__traceback__)[-1]
    module = place.filename.rpartition("/benchmark/")[2]
    say(f"dockmark: internal error: {type(error).__name__} in {module}:{place.lineno}")
    say(f"this is a bug in dockmark on Python {sys.version.split()[0]}; DOCKMARK_DEBUG=1 shows more")
