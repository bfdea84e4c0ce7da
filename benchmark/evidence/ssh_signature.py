"""Signatures as ``ssh-keygen -Y sign`` makes them and ``ssh-keygen -Y verify`` checks them (OpenSSH, PROTOCOL.sshsig)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

NAMESPACE: Final = "dockmark-evidence"
KEY_TYPE: Final = b"ssh-ed25519"
_MAGIC: Final = b"SSHSIG"
_HASH: Final = b"sha512"
_BEGIN: Final = b"-----BEGIN SSH SIGNATURE-----"
_END: Final = b"-----END SSH SIGNATURE-----"
_COLUMNS: Final = 70


class SshSignatureDefect(Exception):
    """The bytes are no signature as we write it. The message says what was expected."""


@dataclass(frozen=True, slots=True)
class SshSignature:
    """An Ed25519 public key (32 bytes) and the signature (64 bytes) said to be made with it."""

    public_key: bytes
    signature: bytes


def ssh_signed_bytes(message: bytes) -> bytes:
    """What the signature of ``message`` is over: its SHA-512 in our namespace (PROTOCOL.sshsig, "Signed Data")."""
    return _MAGIC + b"".join(map(_string, (NAMESPACE.encode(), b"", _HASH, hashlib.sha512(message).digest())))


def sign_for_ssh(message: bytes, public_key: bytes, sign: Callable[[bytes], bytes]) -> bytes:
    """The armoured signature of ``message``; ``sign`` makes 64 bytes of Ed25519 over what it is given."""
    return encode_ssh_signature(SshSignature(public_key, sign(ssh_signed_bytes(message))))


def encode_ssh_signature(signature: SshSignature) -> bytes:
    """The armoured form, in lines of 70 columns."""
    key = _string(KEY_TYPE) + _string(signature.public_key)
    made = _string(KEY_TYPE) + _string(signature.signature)
    parts = b"".join(map(_string, (key, NAMESPACE.encode(), b"", _HASH, made)))
    text = base64.b64encode(_MAGIC + struct.pack(">L", 1) + parts)
    lines = [text[at : at + _COLUMNS] for at in range(0, len(text), _COLUMNS)]
    return b"\n".join((_BEGIN, *lines, _END, b""))


def decode_ssh_signature(data: bytes) -> SshSignature:
    """The signature in ``data``. Raises SshSignatureDefect unless it is, to the byte, what ``encode_ssh_signature`` writes."""
    lines = data.split(b"\n")
    if len(lines) < 4 or lines[0] != _BEGIN or lines[-2:] != [_END, b""]:
        raise SshSignatureDefect("expected an armoured SSH signature")
    try:
        blob = base64.b64decode(b"".join(lines[1:-2]), validate=True)
    except binascii.Error:
        raise SshSignatureDefect("expected base64 between the first and the last line") from None
    if blob[:10] != _MAGIC + struct.pack(">L", 1):
        raise SshSignatureDefect("expected an SSH signature, version 1")
    fields = _strings(blob[10:])
    if len(fields) != 5 or fields[1:4] != [NAMESPACE.encode(), b"", _HASH]:
        raise SshSignatureDefect(f"expected a signature in the namespace {NAMESPACE} over SHA-512")
    signature = SshSignature(_ed25519(fields[0], 32), _ed25519(fields[4], 64))
    if encode_ssh_signature(signature) != data:
        raise SshSignatureDefect("written in another way than ssh-keygen and dockmark write it")
    return signature


def decode_ssh_key(blob: bytes) -> bytes:
    """The 32 bytes of an Ed25519 public key in OpenSSH's binary form. Raises SshSignatureDefect for another."""
    return _ed25519(blob, 32)


def encode_ssh_key(public_key: bytes) -> bytes:
    """OpenSSH's binary form of an Ed25519 public key of 32 bytes."""
    return _string(KEY_TYPE) + _string(public_key)


def _ed25519(blob: bytes, length: int) -> bytes:
    fields = _strings(blob)
    if len(fields) != 2 or fields[0] != KEY_TYPE or len(fields[1]) != length:
        raise SshSignatureDefect("expected Ed25519")
    return fields[1]


def _string(data: bytes) -> bytes:
    return struct.pack(">L", len(data)) + data


def _strings(data: bytes) -> list[bytes]:
    found: list[bytes] = []
    at = 0
    while at < len(data):
        if at + 4 > len(data):
            raise SshSignatureDefect("ends within a length")
        (length,) = struct.unpack_from(">L", data, at)
        if at + 4 + length > len(data):
            raise SshSignatureDefect("ends within a field")
        found.append(data[at + 4 : at + 4 + length])
        at += 4 + length
    return found
