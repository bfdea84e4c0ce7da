"""``dockmark evidence timestamp-request``: what a time stamping authority is to be asked about a pack."""

from __future__ import annotations

from argparse import Namespace

from benchmark.cli.evidence_verify import TIMESTAMP_EXTRA, open_pack_file
from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.sink import open_sink
from benchmark.cli.streams import say
from benchmark.evidence.open_pack import OpenPack
from benchmark.evidence.signature_check import stamped_path
from benchmark.evidence.verification import open_pack


def run(arguments: Namespace) -> ExitCode:
    """Writes the request. Nothing is sent anywhere."""
    try:
        from benchmark.evidence.timestamps import make_request  # noqa: PLC0415  (of an extra)
    except ImportError:
        raise Refusal(TIMESTAMP_EXTRA) from None
    if arguments.output is None:
        raise Refusal("say where the request goes: -o request.tsq ('-' for standard output)")
    with open_pack_file(arguments.pack) as file:
        pack = sound_pack(*open_pack(file))
        stamped = stamped_path(pack)
        request = make_request(pack.read_small(stamped))
    write_whole(arguments.output, request)
    say(
        f"dockmark: a request for a time stamp of {stamped}; send it to an authority (RFC 3161, 3.4: POST as",
        "  application/timestamp-query) and attach the reply with dockmark evidence timestamp-attach",
    )
    return ExitCode.MET


def sound_pack(pack: OpenPack | None, check: object) -> OpenPack:
    """``pack``. Raises Refusal when its archive is not sound or there is nothing to stamp."""
    if pack is None:
        differences = getattr(check, "differences", ())
        raise Refusal(f"not a pack: {'; '.join(differences)}", ExitCode.UNVERIFIED)
    if not pack.read_small(stamped_path(pack)):
        raise Refusal("not a pack: there is no statement in it", ExitCode.UNVERIFIED)
    return pack


def write_whole(path: str, data: bytes) -> None:
    """Writes a file whole or not at all. Raises Refusal."""
    sink = open_sink(path, as_utf8=True)
    try:
        sink.write_bytes(data)
        sink.commit()
    except OSError as error:
        raise Refusal(f"cannot write {path}: {error.strerror or error}", ExitCode.UNREACHABLE) from None
    finally:
        sink.discard()
