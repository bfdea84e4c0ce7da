"""Envelopes and SSH signatures: what other programs make and check, and to the byte what we write."""

import base64
import json
import subprocess

import pytest

from benchmark.evidence.envelope import (
    EnvelopeDefect,
    EnvelopeSignature,
    decode_envelope,
    encode_envelope,
    signed_bytes,
)
from benchmark.evidence.keys import is_signed_by, load_signing_key
from benchmark.evidence.ssh_signature import (
    SshSignatureDefect,
    decode_ssh_signature,
    sign_for_ssh,
    ssh_signed_bytes,
)
from tests.packs import make_keys

MESSAGE = b'{"_type": "https://in-toto.io/Statement/v1"}\n'

pytestmark = pytest.mark.stock_tools


@pytest.fixture
def folder(tmp_path):
    make_keys(tmp_path)
    return tmp_path


@pytest.fixture
def key(folder):
    return load_signing_key((folder / "id_ed25519").read_bytes(), lambda: b"")


@pytest.fixture
def envelope(key):
    return encode_envelope(MESSAGE, [EnvelopeSignature(key.id, key.sign(signed_bytes(MESSAGE)))])


def test_what_is_signed_is_the_encoding_of_the_protocol():
    """The example of the DSSE protocol's own text, with our type of payload."""
    assert signed_bytes(b"hello world") == b"DSSEv1 28 application/vnd.in-toto+json 11 hello world"


def test_an_envelope_is_read_back(envelope, key):
    read = decode_envelope(envelope)
    assert read.payload == MESSAGE
    assert is_signed_by(key.public_bytes, read.signatures[0].signature, signed_bytes(MESSAGE))
    assert not is_signed_by(key.public_bytes, read.signatures[0].signature, signed_bytes(MESSAGE + b" "))
    assert json.loads(envelope)["payloadType"] == "application/vnd.in-toto+json"


def test_every_byte_of_an_envelope_counts(envelope):
    payload = decode_envelope(envelope)
    for at in range(len(envelope)):
        changed = envelope[:at] + bytes([envelope[at] ^ 1]) + envelope[at + 1 :]
        try:
            assert decode_envelope(changed) != payload
        except EnvelopeDefect:
            continue


@pytest.mark.parametrize(
    "change",
    [
        lambda each: each | {"more": 1},
        lambda each: {name: each[name] for name in reversed(each)},
        lambda each: each | {"signatures": []},
        lambda each: each | {"signatures": [{"sig": "AA=="}]},
        lambda each: each | {"payloadType": "text/plain"},
        lambda each: each | {"payload": each["payload"].rstrip("=") + "!"},
        lambda each: each | {"payload": 1},
        lambda each: [each],
    ],
)
def test_envelopes_of_another_shape_are_refused(envelope, change):
    with pytest.raises(EnvelopeDefect):
        decode_envelope(json.dumps(change(json.loads(envelope)), indent=1).encode() + b"\n")
    with pytest.raises(EnvelopeDefect):
        decode_envelope(json.dumps(json.loads(envelope)).encode())


def test_ssh_keygen_makes_the_same_signature_and_checks_ours(folder, key):
    ours = sign_for_ssh(MESSAGE, key.public_bytes, key.sign)
    (folder / "message").write_bytes(MESSAGE)
    words = ["ssh-keygen", "-Y", "sign", "-f", folder / "id_ed25519", "-n", "dockmark-evidence", folder / "message"]
    subprocess.run(words, check=True, capture_output=True)
    assert (folder / "message.sig").read_bytes() == ours
    read = decode_ssh_signature(ours)
    assert read.public_key == key.public_bytes
    assert is_signed_by(key.public_bytes, read.signature, ssh_signed_bytes(MESSAGE))


def test_every_byte_of_an_ssh_signature_counts(key):
    ours = sign_for_ssh(MESSAGE, key.public_bytes, key.sign)
    good = decode_ssh_signature(ours)
    for at in range(len(ours)):
        try:
            assert decode_ssh_signature(ours[:at] + bytes([ours[at] ^ 1]) + ours[at + 1 :]) != good
        except SshSignatureDefect:
            continue


def test_signatures_for_other_purposes_are_refused(folder):
    (folder / "message").write_bytes(MESSAGE)
    words = ["ssh-keygen", "-Y", "sign", "-f", folder / "id_ed25519", "-n", "file", folder / "message"]
    subprocess.run(words, check=True, capture_output=True)
    with pytest.raises(SshSignatureDefect, match="dockmark-evidence"):
        decode_ssh_signature((folder / "message.sig").read_bytes())


@pytest.mark.parametrize(
    "blob", [b"", b"SSHSIG", b"SSHSIG\0\0\0\1", b"SSHSIG\0\0\0\2", b"SSHSIG\0\0\0\1\xff\xff\xff\xff"]
)
def test_what_is_no_ssh_signature_is_refused(blob):
    armoured = b"-----BEGIN SSH SIGNATURE-----\n%s\n-----END SSH SIGNATURE-----\n" % base64.b64encode(blob)
    for data in (armoured, blob):
        with pytest.raises(SshSignatureDefect):
            decode_ssh_signature(data)
