"""Completes a pack: manifest, list of digests, statement, and what seals them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from benchmark.evidence.archive_builder import ArchiveBuilder
from benchmark.evidence.envelope import EnvelopeSignature, encode_envelope, signed_bytes
from benchmark.evidence.instructions import write_instructions
from benchmark.evidence.keys import SigningKey
from benchmark.evidence.links import Link, encode_links
from benchmark.evidence.manifest import Order, PackedRun, decode_manifest, encode_manifest
from benchmark.evidence.names import CHAIN, ENVELOPE, INSTRUCTIONS, MANIFEST, SSH_SIGNATURE, STATEMENT, SUMS
from benchmark.evidence.packed_file import encode_sums
from benchmark.evidence.ssh_signature import sign_for_ssh
from benchmark.evidence.statement import encode_statement
from benchmark.model.facts import JsonValue

_TOLD: Final = ("schema", "tool", "signer", "filter", "totals", "chain")
_TOLD_OF_RUNS: Final = ("id", "host", "release", "evaluated_at", "head")


def seal(
    builder: ArchiveBuilder, order: Order, runs: Iterable[PackedRun], links: Iterable[Link], key: SigningKey | None
) -> None:
    """Adds everything that follows from the files in ``builder``, which hold the runs already. Raises as ``add`` does.

    ``order.signer`` is the signer that ``key`` makes.
    """
    chain = tuple(links)
    builder.add(CHAIN, encode_links(chain))
    builder.add(INSTRUCTIONS, write_instructions(order.signer))
    manifest = encode_manifest(order, runs, chain, builder.files)
    builder.add(MANIFEST, manifest)
    builder.add(SUMS, encode_sums(builder.files))
    statement = encode_statement(builder.files, predicate_of(decode_manifest(manifest).document))
    builder.add(STATEMENT, statement)
    if key is None:
        return
    signature = EnvelopeSignature(key.id, key.sign(signed_bytes(statement)))
    builder.add(ENVELOPE, encode_envelope(statement, (signature,)))
    if key.for_ssh:
        builder.add(SSH_SIGNATURE, sign_for_ssh(statement, key.public_bytes, key.sign))


def predicate_of(manifest: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """What the statement says besides the digests: the gist of the manifest, for those who read nothing else."""
    runs = manifest.get("runs")
    return {
        **{name: manifest.get(name) for name in _TOLD},
        "runs": [
            {name: each.get(name) for name in _TOLD_OF_RUNS}
            for each in (runs if isinstance(runs, list) else [])
            if isinstance(each, dict)
        ],
    }
