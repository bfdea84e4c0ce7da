"""``main``: argv in, exit code out. Imports next to nothing, so that ``--version`` is quick."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from benchmark import __version__
from benchmark.cli.streams import StandardOutput, say


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command line (``sys.argv`` by default) and returns its exit code, an ``ExitCode``. Raises nothing."""
    words = sys.argv[1:] if argv is None else list(argv)
    if words in (["--version"], ["-V"]):
        return _print_version()
    try:
        from benchmark.cli.run import run_command_line  # noqa: PLC0415  (start-up: only when there is work to do)

        return run_command_line(words)
    except KeyboardInterrupt:
        say("dockmark: interrupted")
        return 130


def _print_version() -> int:
    output = StandardOutput()
    try:
        output.write(f"dockmark {__version__}\n")
        output.commit()
    except OSError as error:
        say(f"dockmark: cannot write to standard output: {error}")
        return 4
    return 0
