"""Time stamps (RFC 3161): a request to carry to an authority, and its reply, checked without asking anybody."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from benchmark.evidence.der import with_sorted_certificates

MOST_BYTES: Final = 1024 * 1024
_HASHES: Final = {
    "2.16.840.1.101.3.4.2.1": hashlib.sha256,
    "2.16.840.1.101.3.4.2.2": hashlib.sha384,
    "2.16.840.1.101.3.4.2.3": hashlib.sha512,
}


class TimestampDefect(Exception):
    """No time stamp of these data, or none that can be believed. The message says why."""


@dataclass(frozen=True, slots=True)
class Timestamp:
    """What an authority says: that the data were there at ``moment`` (RFC 3339, UTC). Not checked, unless said so."""

    moment: str
    reply: TimeStampResponse


def make_request(data: bytes) -> bytes:
    """The request (RFC 3161, 2.4.1, in DER) for a time stamp of ``data``: its SHA-256, and that the certificate be enclosed.

    No nonce: the reply may be attached by another process than the one that asked, and another day.
    """
    builder = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256)
    return builder.nonce(nonce=False).cert_request(cert_request=True).build().as_bytes()


def read_reply(reply: bytes, data: bytes) -> Timestamp:
    """The time stamp in ``reply`` (RFC 3161, 2.4.2, in DER), when it is one of ``data``; its signature is not checked.

    Raises TimestampDefect.
    """
    if len(reply) > MOST_BYTES:
        raise TimestampDefect(f"larger than {MOST_BYTES} bytes")
    try:
        decoded = decode_timestamp_response(with_sorted_certificates(reply))
        if decoded.status:
            raise TimestampDefect(f"the authority refused it: {', '.join(decoded.status_string) or decoded.status}")
        imprint = decoded.tst_info.message_imprint
        moment = decoded.tst_info.gen_time
    except ValueError:
        raise TimestampDefect("expected the reply of a time stamping authority, in DER") from None
    make = _HASHES.get(imprint.hash_algorithm.dotted_string)
    if make is None:
        raise TimestampDefect("made with a hash function that is none of SHA-256, SHA-384 and SHA-512")
    if make(data).digest() != imprint.message:
        raise TimestampDefect("a time stamp of something else")
    return Timestamp(_rfc3339(moment), decoded)


def require_trusted(stamp: Timestamp, data: bytes, certificates: bytes) -> None:
    """Raises TimestampDefect unless ``stamp`` was signed by an authority that one of ``certificates`` (PEM) vouches for, and
    which was valid at that moment.
    """
    try:
        trusted = x509.load_pem_x509_certificates(certificates)
    except ValueError:
        raise TimestampDefect("expected certificates in PEM") from None
    builder = VerifierBuilder(roots=list(dict.fromkeys(trusted)))
    try:
        builder.build().verify_message(stamp.reply, data)
    except (VerificationError, ValueError) as error:
        raise TimestampDefect(f"not by an authority that is trusted: {error}") from None


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
