"""``dockmark collect``: the facts of a target as a file."""

from __future__ import annotations

from argparse import Namespace

from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.sink import Sink, open_sink
from benchmark.cli.target import collect_target, tell_unreachable
from benchmark.model.snapshot_file import compress, encode_snapshot


def run(arguments: Namespace) -> ExitCode:
    """Writes the snapshot: also that of a host whose engine does not answer, with exit code 4."""
    sink = open_sink(arguments.output, as_utf8=True)
    try:
        snapshot = collect_target(arguments)
        data = encode_snapshot(snapshot)
        _write(sink, compress(data) if arguments.output.endswith(".gz") else data)
    finally:
        sink.discard()
    return ExitCode.UNREACHABLE if tell_unreachable(snapshot) else ExitCode.MET


def _write(sink: Sink, data: bytes) -> None:
    try:
        sink.write_bytes(data)
        sink.commit()
    except OSError as error:
        raise Refusal(f"cannot write {sink.name}: {error.strerror or error}", ExitCode.UNREACHABLE) from None
