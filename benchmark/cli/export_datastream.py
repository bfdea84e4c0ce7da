"""``dockmark export datastream``: the benchmark as one SCAP 1.3 source data stream."""

from __future__ import annotations

from argparse import Namespace

from benchmark.cli.evaluation import utc_now
from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.export_xccdf import content_of
from benchmark.cli.sink import open_sink
from benchmark.export.documents import datastream_text


def run(arguments: Namespace) -> ExitCode:
    """Writes the stream, whole or not at all."""
    content = content_of(arguments)
    sink = open_sink(arguments.output, as_utf8=True)
    try:
        for each in datastream_text(content, utc_now(), strict=arguments.strict):
            sink.write(each)
        sink.commit()
    except OSError as error:
        raise Refusal(f"cannot write {sink.name}: {error.strerror or error}", ExitCode.UNREACHABLE) from None
    finally:
        sink.discard()
    return ExitCode.MET
