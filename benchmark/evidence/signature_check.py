"""Verifies who signed a pack, and since when it has been there."""

from __future__ import annotations

from collections.abc import Iterator

from benchmark.evidence.envelope import Envelope, EnvelopeDefect, decode_envelope, signed_bytes
from benchmark.evidence.keys import TrustedKey, is_signed_by, key_id
from benchmark.evidence.names import ENVELOPE, SSH_SIGNATURE, STATEMENT, TIMESTAMP
from benchmark.evidence.open_pack import Check, OpenPack, Outcome, check
from benchmark.evidence.ssh_signature import SshSignatureDefect, decode_ssh_signature, ssh_signed_bytes

_SIGNATURE = "signature"
_TIMESTAMP = "time stamp"


def check_signature(pack: OpenPack, trusted: tuple[TrustedKey, ...]) -> Check:
    """One of the ``trusted`` keys signed the statement, and the envelope holds no other. Not checked without such keys."""
    there = pack.archive.entries.keys() & {ENVELOPE, SSH_SIGNATURE}
    signer = None if pack.manifest is None else pack.manifest.order.signer
    if not there and signer is None:
        told = ("the pack is not signed: whoever held it could have made all of it anew",)
        return Check(_SIGNATURE, Outcome.DIFFERS if trusted else Outcome.NOT_CHECKED, "there is none", told)
    try:
        envelope = decode_envelope(pack.read_small(ENVELOPE))
    except EnvelopeDefect as defect:
        return Check(_SIGNATURE, Outcome.DIFFERS, "no envelope that can be read", (f"{ENVELOPE}: {defect}",))
    differences = tuple(_seal_differences(pack, envelope))
    if differences:
        return check(_SIGNATURE, differences, "")
    (signature,) = envelope.signatures
    if not trusted:
        told = (f"no key was given that is trusted (--trusted); it says that it is signed with {signature.key_id}",)
        return Check(_SIGNATURE, Outcome.NOT_CHECKED, "who signed it is not known", told)
    named = [each for each in trusted if key_id(each.public) == signature.key_id]
    if not named:
        told = (f"signed with {signature.key_id}, which is none of the {len(trusted)} trusted",)
        return Check(_SIGNATURE, Outcome.DIFFERS, "by a key that is not trusted", told)
    differences = tuple(_signature_differences(pack, envelope, named[0]))
    return check(_SIGNATURE, differences, f"by {named[0].origin} ({signature.key_id})")


def check_timestamp(pack: OpenPack, certificates: bytes | None) -> Check:
    """An authority that ``certificates`` (PEM) vouch for has seen what is sealed. Not checked without them."""
    if TIMESTAMP not in pack.archive.entries:
        if certificates is None:
            return Check(
                _TIMESTAMP, Outcome.NOT_CHECKED, "there is none: its times are those of the machines that wrote them"
            )
        return Check(_TIMESTAMP, Outcome.DIFFERS, "there is none", (f"{TIMESTAMP} is not in the pack",))
    from benchmark.evidence.timestamps import (  # noqa: PLC0415  (of an extra, which few packs need)
        TimestampDefect,
        read_reply,
        require_trusted,
    )

    data = pack.read_small(stamped_path(pack))
    try:
        stamp = read_reply(pack.read_small(TIMESTAMP), data)
        if certificates is None:
            told = (f"it says {stamp.moment}; --tsa-certificate names whom to believe",)
            return Check(_TIMESTAMP, Outcome.NOT_CHECKED, "by an authority that is not known", told)
        require_trusted(stamp, data, certificates)
    except TimestampDefect as defect:
        return Check(_TIMESTAMP, Outcome.DIFFERS, "cannot be believed", (f"{TIMESTAMP}: {defect}",))
    newest = max((each.recorded_at for each in pack.runs), default="")
    remarks: tuple[str, ...] = ()
    if newest > stamp.moment:
        remarks = (f"its newest run says that it was recorded later, at {newest}: a clock was wrong",)
    return Check(_TIMESTAMP, Outcome.MATCHES, f"{stamped_path(pack)} was there at {stamp.moment}", remarks)


def stamped_path(pack: OpenPack) -> str:
    """What a time stamp is of: the envelope, and with it the signature; the statement of a pack that is not signed."""
    return ENVELOPE if ENVELOPE in pack.archive.entries else STATEMENT


def _seal_differences(pack: OpenPack, envelope: Envelope) -> Iterator[str]:
    signer = None if pack.manifest is None else pack.manifest.order.signer
    if envelope.payload != pack.read_small(STATEMENT):
        yield f"{ENVELOPE}: signs another statement than {STATEMENT}"
    if len(envelope.signatures) != 1:
        yield f"{ENVELOPE}: {len(envelope.signatures)} signatures, and one is expected"
    elif signer is None or signer.key_id != envelope.signatures[0].key_id:
        yield f"{ENVELOPE}: signed with another key than the manifest says"
    if signer is not None and signer.for_ssh != (SSH_SIGNATURE in pack.archive.entries):
        yield f"{SSH_SIGNATURE}: {'is missing' if signer.for_ssh else 'is there, and the manifest knows of none'}"


def _signature_differences(pack: OpenPack, envelope: Envelope, key: TrustedKey) -> Iterator[str]:
    if not is_signed_by(key.public, envelope.signatures[0].signature, signed_bytes(envelope.payload)):
        yield f"{ENVELOPE}: the signature is not by {key.origin}, though it names that key"
    if SSH_SIGNATURE not in pack.archive.entries:
        return
    try:
        signature = decode_ssh_signature(pack.read_small(SSH_SIGNATURE))
    except SshSignatureDefect as defect:
        yield f"{SSH_SIGNATURE}: {defect}"
        return
    signed = ssh_signed_bytes(pack.read_small(STATEMENT))
    if signature.public_key != key.public or not is_signed_by(key.public, signature.signature, signed):
        yield f"{SSH_SIGNATURE}: not by {key.origin}, or of another statement"
