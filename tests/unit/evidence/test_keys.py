"""Keys as openssl and ssh-keygen write them, and those that are no use for evidence."""

import hashlib
import subprocess

import pytest

from benchmark.evidence.keys import KeyDefect, key_id, load_signing_key, load_trusted_keys, ssh_fingerprint
from tests.packs import make_keys

NOW = "2026-11-27T15:00:00Z"

pytestmark = pytest.mark.stock_tools


def sh(*words, stdin=None):
    return subprocess.run(words, check=True, capture_output=True, input=stdin).stdout


def no_passphrase():
    pytest.fail("a passphrase was asked for")


@pytest.fixture
def folder(tmp_path):
    make_keys(tmp_path)
    return tmp_path


def test_a_key_of_openssl(folder):
    sh("openssl", "genpkey", "-algorithm", "ed25519", "-out", str(folder / "k.pem"))
    der = sh("openssl", "pkey", "-in", str(folder / "k.pem"), "-pubout", "-outform", "DER")
    key = load_signing_key((folder / "k.pem").read_bytes(), no_passphrase)
    assert key.id == "sha256:" + hashlib.sha256(der).hexdigest()
    assert not key.for_ssh
    pem = sh("openssl", "pkey", "-in", str(folder / "k.pem"), "-pubout")
    (trusted,) = load_trusted_keys(pem, "k", NOW)
    assert trusted.public == key.public_bytes


def test_a_key_of_ssh_keygen(folder):
    sh("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "alice@example", "-f", str(folder / "k"))
    key = load_signing_key((folder / "k").read_bytes(), no_passphrase)
    assert key.for_ssh
    assert ssh_fingerprint(key.public_bytes) in sh("ssh-keygen", "-l", "-f", str(folder / "k.pub")).decode()
    (trusted,) = load_trusted_keys((folder / "k.pub").read_bytes(), "k.pub", NOW)
    assert (trusted.public, trusted.origin) == (key.public_bytes, "k.pub:1, alice@example")


@pytest.mark.parametrize("kind", ["pem", "ssh"])
def test_an_encrypted_key_asks_for_its_passphrase(folder, kind):
    path = str(folder / "k")
    if kind == "pem":
        sh("openssl", "genpkey", "-algorithm", "ed25519", "-aes256", "-pass", "pass:hush", "-out", path)
    else:
        sh("ssh-keygen", "-q", "-t", "ed25519", "-N", "hush", "-f", path)
    data = (folder / "k").read_bytes()
    assert load_signing_key(data, lambda: b"hush").sign(b"x")
    for wrong in (b"", b"Hush"):
        with pytest.raises(KeyDefect, match="wrong passphrase"):
            load_signing_key(data, lambda wrong=wrong: wrong)


@pytest.mark.parametrize("words", [("rsa", "-b", "2048"), ("ecdsa",)])
def test_other_kinds_of_keys_are_refused(folder, words):
    sh("ssh-keygen", "-q", "-t", *words, "-N", "", "-f", str(folder / "k"))
    with pytest.raises(KeyDefect, match="another kind"):
        load_signing_key((folder / "k").read_bytes(), no_passphrase)
    with pytest.raises(KeyDefect, match="no Ed25519"):
        load_trusted_keys((folder / "k.pub").read_bytes(), "k", NOW)


@pytest.mark.parametrize(
    "data", [b"", b"x", b"\xff\xfe", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_what_is_no_key_is_refused(data):
    with pytest.raises(KeyDefect):
        load_signing_key(data, no_passphrase)
    with pytest.raises(KeyDefect):
        load_trusted_keys(data, "k", NOW)


def test_a_private_key_is_never_trusted(folder):
    for name in ("operator.pem", "id_ed25519"):
        with pytest.raises(KeyDefect, match="private key"):
            load_trusted_keys((folder / name).read_bytes(), name, NOW)


def line(folder, options=""):
    key = (folder / "id_ed25519.pub").read_text().rsplit(" ", 1)[0]
    return f"alice@example{' ' if options else ''}{options} {key}\n".encode()


@pytest.mark.parametrize(
    "options",
    [
        "",
        'namespaces="dockmark-evidence"',
        'namespaces="file,dockmark-*"',
        'valid-after="20200101"',
        'valid-before="20990101Z"',
        'namespaces="*",valid-after="202611271459",valid-before="20261127150001"',
    ],
)
def test_allowed_signers_that_hold(folder, options):
    (key,) = load_trusted_keys(b"# ours\n\n" + line(folder, options), "signers", NOW)
    assert key.origin == "signers:3, alice@example"


@pytest.mark.parametrize(
    "options", ['namespaces="file"', 'namespaces=""', 'valid-after="20270101"', 'valid-before="20261127"']
)
def test_allowed_signers_that_do_not_hold_are_passed_over(folder, options):
    with pytest.raises(KeyDefect, match="no Ed25519"):
        load_trusted_keys(line(folder, options), "signers", NOW)
    (key,) = load_trusted_keys(line(folder, options) + line(folder), "signers", NOW)
    assert key.origin.startswith("signers:2")


@pytest.mark.parametrize(
    "options", ["cert-authority", 'valid-after="soon"', "namespaces", "x=y", 'verify-required,x="']
)
def test_options_that_nobody_heeds_are_refused(folder, options):
    with pytest.raises(KeyDefect, match="line 1"):
        load_trusted_keys(line(folder, options), "signers", NOW)


def test_a_list_may_name_keys_of_other_kinds(folder):
    other = b"bob ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ== bob\n"
    assert len(load_trusted_keys(other + line(folder), "signers", NOW)) == 1
    with pytest.raises(KeyDefect, match="line 2"):
        load_trusted_keys(line(folder) + b"nonsense\n", "signers", NOW)


def test_several_keys_in_one_pem_file(folder):
    several = (folder / "operator.pub.pem").read_bytes() + (folder / "stranger.pub.pem").read_bytes()
    keys = load_trusted_keys(several, "k", NOW)
    assert len({key_id(each.public) for each in keys}) == 2
