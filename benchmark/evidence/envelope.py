"""The DSSE envelope (github.com/secure-systems-lab/dsse, protocol 1.0) around an in-toto statement."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from benchmark.model.strict_json import JsonDefect, parse_json

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
_KEYS: Final = ["payload", "payloadType", "signatures"]


class EnvelopeDefect(Exception):
    """The bytes are no envelope as we write it. The message says what was expected."""


@dataclass(frozen=True, slots=True)
class EnvelopeSignature:
    """A signature over ``signed_bytes``, and the id of the key that is said to have made it."""

    key_id: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """The payload and its signatures, none of them checked yet."""

    payload: bytes
    signatures: tuple[EnvelopeSignature, ...]


def signed_bytes(payload: bytes) -> bytes:
    """What a signature is over: the pre-authentication encoding of the payload and its type (DSSE protocol, section 2)."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def encode_envelope(payload: bytes, signatures: Iterable[EnvelopeSignature]) -> bytes:
    """The envelope as JSON, a key a line, so that ``sed`` and ``base64`` can take it apart."""
    document = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{"keyid": each.key_id, "sig": base64.b64encode(each.signature).decode()} for each in signatures],
    }
    return json.dumps(document, indent=1).encode() + b"\n"


def decode_envelope(data: bytes) -> Envelope:
    """The envelope in ``data``. Raises EnvelopeDefect unless it is, to the byte, what ``encode_envelope`` writes."""
    try:
        document = parse_json(data)
    except JsonDefect as defect:
        raise EnvelopeDefect(f"not JSON: {defect.detail}") from None
    if not isinstance(document, dict) or list(document) != _KEYS:
        raise EnvelopeDefect(f"expected an object with {', '.join(_KEYS)}")
    if document["payloadType"] != PAYLOAD_TYPE:
        raise EnvelopeDefect(f"the payload is no {PAYLOAD_TYPE}")
    entries = document["signatures"]
    if not isinstance(entries, list) or not entries:
        raise EnvelopeDefect("expected a list of signatures, and one at least")
    signatures = []
    for each in entries:
        if not isinstance(each, dict) or list(each) != ["keyid", "sig"] or not isinstance(each["keyid"], str):
            raise EnvelopeDefect("expected keyid and sig in every signature")
        signatures.append(EnvelopeSignature(each["keyid"], _binary(each["sig"], "sig")))
    envelope = Envelope(_binary(document["payload"], "payload"), tuple(signatures))
    if encode_envelope(envelope.payload, envelope.signatures) != data:
        raise EnvelopeDefect("written in another way than dockmark writes it")
    return envelope


def _binary(value: object, name: str) -> bytes:
    if not isinstance(value, str) or not value.isascii():
        raise EnvelopeDefect(f"{name}: expected base64")
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error:
        raise EnvelopeDefect(f"{name}: expected base64") from None
