"""Targets: the files of an evidence pack, which anybody may have made, and the keys that it is verified with."""

from __future__ import annotations

import io
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmark.evidence.archive import open_archive
from benchmark.evidence.archive_builder import ArchiveBuilder
from benchmark.evidence.archive_format import ArchiveDefect
from benchmark.evidence.counts import count_results
from benchmark.evidence.der import with_sorted_certificates
from benchmark.evidence.envelope import EnvelopeDefect, decode_envelope, encode_envelope, signed_bytes
from benchmark.evidence.instructions import write_instructions
from benchmark.evidence.keys import (
    KeyDefect,
    is_signed_by,
    key_id,
    load_signing_key,
    load_trusted_keys,
    ssh_fingerprint,
)
from benchmark.evidence.links import LinksDefect, decode_links, encode_links, link_differences
from benchmark.evidence.manifest import ManifestDefect, decode_manifest
from benchmark.evidence.open_pack import Outcome
from benchmark.evidence.packed_file import sums_differences
from benchmark.evidence.signature_check import check_signature, check_timestamp
from benchmark.evidence.ssh_signature import (
    SshSignatureDefect,
    decode_ssh_key,
    decode_ssh_signature,
    encode_ssh_key,
    encode_ssh_signature,
    sign_for_ssh,
)
from benchmark.evidence.statement import statement_differences
from benchmark.evidence.timestamps import TimestampDefect, make_request, read_reply, require_trusted
from benchmark.evidence.verification import check_chain, check_files, check_manifest, check_statement, open_pack
from benchmark.model.strict_json import JsonDefect, parse_json
from tests.packs import MOMENT, contents, make_archive, make_keys
from tests.snapshots import COLLECTED_AT, snapshot
from tests.torture.fuzz_run import Target

_RECORDED: Final = Path(__file__).parent / "evidence"  # a reply of an authority that openssl made, and its certificate
_STAMPED: Final = b"what was stamped\n"
_MOMENT: Final = "2026-11-27T15:29:07Z"


def _made() -> tuple[bytes, dict[str, bytes], dict[str, bytes]]:
    """A pack of a host of which little is known, its files, and the keys."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        archive = make_archive(folder, [snapshot([])], ("--control", "5.5", "--control", "2.2"))
        pack = archive.create("--framework", "nist_sp_800_190")
        make_keys(folder)
        keys = {
            path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.stat().st_size < 4000
        }
        return pack.read_bytes(), contents(pack), keys


_PACK, _FILES, _KEYS = _made()
_SMALL: Final = {name: data for name, data in _FILES.items() if not name.startswith("content/")}


def _small_pack() -> bytes:
    """The same without its content, so that mutations hit something."""
    builder, out = ArchiveBuilder(io.BytesIO()), io.BytesIO()
    for name, data in _SMALL.items():
        builder.add(name, data)
    builder.write(out.write, MOMENT)
    return out.getvalue()


def _archive(data: bytes) -> bool:
    """Whatever is accepted is what we would have written: it is built again to the same files."""
    archive = open_archive(io.BytesIO(data))
    files = {name: archive.read(name) for name in archive.entries}
    builder, out = ArchiveBuilder(io.BytesIO()), io.BytesIO()
    for name, content in files.items():
        builder.add(name, content)
    builder.write(out.write, archive.moment)
    again = open_archive(io.BytesIO(out.getvalue()))
    assert {name: again.read(name) for name in again.entries} == files
    return True


def _pack(data: bytes) -> bool:
    """Every check ends, whatever the pack holds; only the good one is without differences."""
    trusted = load_trusted_keys(_KEYS["operator.pub.pem"], "k", COLLECTED_AT)
    pack, opened = open_pack(io.BytesIO(data))
    if pack is None:
        assert opened.differences
        return False
    checks = (
        check_files(pack),
        check_statement(pack),
        check_signature(pack, trusted),
        check_timestamp(pack, None),
        check_chain(pack, ()),
        check_manifest(pack),
    )
    if any(each.outcome is Outcome.DIFFERS for each in checks):
        return False
    assert {name: pack.archive.read(name) for name in pack.archive.entries} == _FILES, (
        "another pack, and nothing differs"
    )
    return True


def _envelope(data: bytes) -> bool:
    envelope = decode_envelope(data)
    assert encode_envelope(envelope.payload, envelope.signatures) == data
    assert signed_bytes(envelope.payload).endswith(envelope.payload)
    return True


def _ssh_signature(data: bytes) -> bool:
    signature = decode_ssh_signature(data)
    assert encode_ssh_signature(signature) == data
    assert decode_ssh_key(encode_ssh_key(signature.public_key)) == signature.public_key
    return True


def _trusted(data: bytes) -> bool:
    for each in load_trusted_keys(data, "keys", COLLECTED_AT):
        assert len(each.public) == 32
        assert key_id(each.public).startswith("sha256:")
        assert ssh_fingerprint(each.public).startswith("SHA256:")
        assert not is_signed_by(each.public, b"x" * 64, b"")
    return True


def _signing(data: bytes) -> bool:
    key = load_signing_key(data, lambda: b"hush")
    signature = sign_for_ssh(b"x", key.public_bytes, key.sign)
    assert decode_ssh_signature(signature).public_key == key.public_bytes
    return True


def _links(data: bytes) -> bool:
    links = decode_links(data)
    assert encode_links(links) == data
    return not list(link_differences(links))


def _manifest(data: bytes) -> bool:
    manifest = decode_manifest(data)
    assert len(manifest.files) == len(list(manifest.document["files"]))  # type: ignore[arg-type]
    write_instructions(manifest.order.signer)
    return True


def _lists(data: bytes) -> bool:
    manifest = decode_manifest(_FILES["manifest.json"])
    return not sums_differences(data, manifest.files) and not statement_differences(data, _FILES["statement.json"])


def _counts(data: bytes) -> bool:
    document = parse_json(data)
    tally = count_results(document if isinstance(document, dict) else {}).document()
    assert tally.pop("asked") == sum(tally.values())  # type: ignore[arg-type]
    return True


def _reply(data: bytes) -> bool:
    assert sorted(with_sorted_certificates(data)) == sorted(data)
    assert with_sorted_certificates(with_sorted_certificates(data)) == with_sorted_certificates(data)
    stamp = read_reply(data, _STAMPED)
    require_trusted(stamp, _STAMPED, (_RECORDED / "authority.pem").read_bytes())
    assert stamp.moment == _MOMENT
    assert make_request(data)
    return True


_ZIP_WORDS: Final = (
    b"PK\1\2",
    b"PK\3\4",
    b"PK\5\6",
    b"PK\6\6",
    b"PK\6\7",
    b"PK\7\x08",
    b"../",
    b"manifest.json",
    b"\0" * 4,
)
_JSON_WORDS: Final = (b'"', b"{", b"}", b"[", b"]", b",", b":", b"null", b"true", b"sha256:", b"1e9", b"-1", b"=")
_SSH_WORDS: Final = (
    b"ssh-ed25519",
    b"AAAA",
    b"\0\0\0\x0b",
    b"-----BEGIN",
    b"-----END",
    b"namespaces=",
    b'"',
    b"*",
    b",",
    b"=",
)

EVIDENCE_TARGETS: Final = (
    Target("pack_archive", _archive, (ArchiveDefect,), (_small_pack(), _PACK), _ZIP_WORDS, ((b"", b"PK\1\2", b""),)),
    Target("pack", _pack, (), (_PACK,), _ZIP_WORDS, share=0.3),
    Target("pack_envelope", _envelope, (EnvelopeDefect,), (_FILES["envelope.json"],), _JSON_WORDS),
    Target("pack_manifest", _manifest, (ManifestDefect,), (_FILES["manifest.json"],), _JSON_WORDS),
    Target("pack_lists", _lists, (), (_FILES["SHA256SUMS"], _FILES["statement.json"]), _JSON_WORDS),
    Target("pack_counts", _counts, (ValueError, JsonDefect), (b'{"results": [{"result": "pass"}]}',), _JSON_WORDS),
    Target("pack_chain", _links, (LinksDefect,), (_FILES["chain.txt"],), (b" ", b"\n", b"1", b"sha256:")),
    Target(
        "ssh_signature",
        _ssh_signature,
        (SshSignatureDefect,),
        (sign_for_ssh(b"x", b"k" * 32, lambda _: b"s" * 64),),
        _SSH_WORDS,
    ),
    Target(
        "trusted_keys",
        _trusted,
        (KeyDefect,),
        tuple(_KEYS[name] for name in ("operator.pub.pem", "id_ed25519.pub", "allowed_signers")),
        _SSH_WORDS,
        ((b"", b"a ", b""), (b"", b'a="', b""), (b"a ", b'namespaces="x",', b" ssh-ed25519 AAAA")),
    ),
    Target(
        "signing_key", _signing, (KeyDefect,), tuple(_KEYS[name] for name in ("operator.pem", "id_ed25519")), _SSH_WORDS
    ),
    Target(
        "timestamp_reply",
        _reply,
        (TimestampDefect,),
        ((_RECORDED / "reply.tsr").read_bytes(),),
        (b"0\x82", b"\xa0\x82"),
    ),
)
