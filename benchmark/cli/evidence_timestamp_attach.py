"""``dockmark evidence timestamp-attach``: puts an authority's reply into a pack."""

from __future__ import annotations

import tempfile
from argparse import Namespace

from benchmark.cli.evidence_timestamp_request import sound_pack
from benchmark.cli.evidence_verify import TIMESTAMP_EXTRA, open_pack_file
from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.input_file import read_input
from benchmark.cli.sink import open_sink
from benchmark.cli.streams import say
from benchmark.evidence.archive_builder import ArchiveBuilder
from benchmark.evidence.archive_format import ArchiveDefect
from benchmark.evidence.names import TIMESTAMP
from benchmark.evidence.open_pack import OpenPack
from benchmark.evidence.signature_check import stamped_path
from benchmark.evidence.verification import open_pack


def run(arguments: Namespace) -> ExitCode:
    """Writes a pack with the time stamp, which must be of this very pack. Whom to believe is asked when it is verified."""
    try:
        from benchmark.evidence.timestamps import MOST_BYTES, TimestampDefect, read_reply  # noqa: PLC0415  (of an extra)
    except ImportError:
        raise Refusal(TIMESTAMP_EXTRA) from None
    if arguments.output is None:
        raise Refusal("say where the pack with its time stamp goes: -o stamped.zip")
    with open_pack_file(arguments.pack) as file:
        pack = sound_pack(*open_pack(file))
        try:
            reply = read_input(arguments.reply, MOST_BYTES)
            stamp = read_reply(reply, pack.read_small(stamped_path(pack)))
            _write(pack, reply, arguments.output)
        except TimestampDefect as defect:
            raise Refusal(f"{arguments.reply}: {defect}", ExitCode.UNVERIFIED) from None
        except ArchiveDefect as defect:
            raise Refusal(f"{arguments.pack}: {defect}", ExitCode.UNVERIFIED) from None
        except OSError as error:
            raise Refusal(f"cannot read or write: {error.strerror or error}", ExitCode.UNREACHABLE) from None
    say(
        f"dockmark: {arguments.output}: stamped {stamp.moment}, by whom is not checked yet (evidence verify --tsa-certificate)"
    )
    return ExitCode.MET


def _write(pack: OpenPack, reply: bytes, output: str) -> None:
    sink = open_sink(output, as_utf8=True)
    try:
        with tempfile.TemporaryFile() as spool:
            builder = ArchiveBuilder(spool)
            for name in pack.archive.entries:
                if name != TIMESTAMP:
                    builder.add(name, pack.archive.read(name))
            builder.add(TIMESTAMP, reply)
            builder.write(sink.write_bytes, pack.archive.moment)
        sink.commit()
    finally:
        sink.discard()
