"""Keys: one to sign with, and those that an auditor trusts. Ed25519 (RFC 8032), in PEM or in OpenSSH's own forms."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
    load_ssh_private_key,
)

from benchmark.evidence.ssh_signature import KEY_TYPE, NAMESPACE, SshSignatureDefect, decode_ssh_key, encode_ssh_key

MOST_BYTES: Final = 1024 * 1024
_OPENSSH: Final = b"-----BEGIN OPENSSH PRIVATE KEY-----"
_PEM_BLOCK: Final = re.compile(r"-----BEGIN PUBLIC KEY-----\s[^-]*-----END PUBLIC KEY-----")
_KEY: Final = re.compile(rf"(?:^|\s)({KEY_TYPE.decode()})\s+([A-Za-z0-9+/]+={{0,2}})(?=\s|$)")
_OPTION: Final = re.compile(r'([a-z-]+)(?:="([^"]*)")?(?:,|$)')
_MOMENT: Final = re.compile(r"(\d{8})(\d{4}(?:\d{2})?)?Z?")
_OTHER_KEY: Final = re.compile(r"\b(?:ssh-(?:rsa|dss)|ecdsa-sha2-\S+|sk-\S+@openssh\.com)\s")


class KeyDefect(Exception):
    """A key that cannot be used. The message says why, and holds nothing of the key."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key. ``for_ssh`` says that it came in OpenSSH's form, so that a signature for ssh-keygen is wanted as well."""

    private: Ed25519PrivateKey
    for_ssh: bool

    @property
    def public_bytes(self) -> bytes:
        """The public key, 32 bytes."""
        return self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def id(self) -> str:
        """As ``key_id`` says it."""
        return key_id(self.public_bytes)

    def sign(self, data: bytes) -> bytes:
        """64 bytes; the same for the same data, always."""
        return self.private.sign(data)


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A public key (32 bytes) that is trusted, and where that was said: "trusted.pem" or "allowed_signers:3, alice@example"."""

    public: bytes
    origin: str


def key_id(public: bytes) -> str:
    """``sha256:`` and the digest of the key's SubjectPublicKeyInfo: what ``openssl pkey -pubin -outform DER`` writes."""
    encoded = Ed25519PublicKey.from_public_bytes(public).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return "sha256:" + hashlib.sha256(encoded).hexdigest()


def ssh_fingerprint(public: bytes) -> str:
    """What ``ssh-keygen -l`` prints of the key."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(encode_ssh_key(public)).digest()).decode().rstrip("=")


def is_signed_by(public: bytes, signature: bytes, data: bytes) -> bool:
    """True when ``signature`` over ``data`` was made with the private part of ``public``."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def load_signing_key(data: bytes, ask_passphrase: Callable[[], bytes]) -> SigningKey:
    """The private key in ``data``: PEM (PKCS #8) or OpenSSH's form; ``ask_passphrase`` is called for an encrypted one.

    Raises KeyDefect.
    """
    for_ssh = data.lstrip().startswith(_OPENSSH)
    load = load_ssh_private_key if for_ssh else load_pem_private_key
    try:
        try:
            key = load(data, None)
        except TypeError:  # what cryptography raises for an encrypted key without a passphrase
            key = load(data, ask_passphrase() or b"\0")  # none at all would raise TypeError again
    except (ValueError, UnsupportedAlgorithm):
        raise KeyDefect("no private key that can be read, or a wrong passphrase") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyDefect("a private key of another kind than Ed25519")
    return SigningKey(key, for_ssh)


def load_trusted_keys(data: bytes, name: str, now: str) -> tuple[TrustedKey, ...]:
    """The Ed25519 keys in ``data``: PEM public keys, lines of OpenSSH public keys, or an allowed_signers file (ssh-keygen(1)).

    Of allowed_signers ``namespaces`` and the times of validity (in UTC, at ``now``) are heeded; a line that does not hold for
    us is passed over, other kinds of keys too. Raises KeyDefect where that leaves none, and for a private key.
    """
    if b"PRIVATE KEY-----" in data:
        raise KeyDefect("a private key; give its public part, and keep this one to yourself")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise KeyDefect("neither PEM nor lines of OpenSSH public keys") from None
    found = _pem_keys(text, name) if "-----BEGIN" in text else _lines(text, name, now)
    if not found:
        raise KeyDefect("no Ed25519 public key that is valid now for signing evidence")
    return tuple(found)


def _pem_keys(text: str, name: str) -> list[TrustedKey]:
    found = []
    for block in _PEM_BLOCK.findall(text):
        try:
            key = load_pem_public_key(block.encode())
        except (ValueError, UnsupportedAlgorithm):
            raise KeyDefect("a PEM block that is no public key") from None
        if isinstance(key, Ed25519PublicKey):
            found.append(TrustedKey(key.public_bytes(Encoding.Raw, PublicFormat.Raw), name))
    return found


def _lines(text: str, name: str, now: str) -> list[TrustedKey]:
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key = _KEY.search(line)
        if key is None:
            if not _OTHER_KEY.search(line):
                raise KeyDefect(f"line {number} is no OpenSSH public key")
            continue
        principals, _, options = line[: key.start()].strip().partition(" ")
        if options and not _holds(options.strip(), number, now):
            continue
        try:
            public = decode_ssh_key(base64.b64decode(key[2], validate=True))
        except (binascii.Error, SshSignatureDefect):
            raise KeyDefect(f"line {number} is no Ed25519 public key") from None
        who = principals or line[key.end() :].strip()
        found.append(TrustedKey(public, f"{name}:{number}" + (f", {who}" if who else "")))
    return found


def _holds(options: str, number: int, now: str) -> bool:
    """Whether a line of allowed_signers with these options is about us, now. Raises KeyDefect for an option not known."""
    at = 0
    while at < len(options):
        option = _OPTION.match(options, at)
        if option is None:
            raise KeyDefect(f"line {number}: options as in allowed_signers of ssh-keygen(1) are expected")
        at = option.end()
        match option[1], option[2]:
            case "namespaces", str(patterns):
                if not any(fnmatchcase(NAMESPACE, each) for each in patterns.split(",")):
                    return False
            case "valid-after", str(moment):
                if now < _moment(moment, number):
                    return False
            case "valid-before", str(moment):
                if now >= _moment(moment, number):
                    return False
            case _:
                raise KeyDefect(f"line {number}: the option {option[1]} is none that is heeded here")
    return True


def _moment(text: str, number: int) -> str:
    """A time of allowed_signers, taken as UTC, in RFC 3339."""
    if not (found := _MOMENT.fullmatch(text)):
        raise KeyDefect(f"line {number}: {text[:20]!r} is no time like 20261127 or 20261127141500")
    day, clock = found[1], (found[2] or "").ljust(6, "0")
    return f"{day[:4]}-{day[4:6]}-{day[6:]}T{clock[:2]}:{clock[2:4]}:{clock[4:]}Z"
