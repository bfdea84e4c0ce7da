"""Packs on a machine without dockmark: the commands of VERIFY.txt, as they stand there, with the programs that everybody has."""

import subprocess
from pathlib import Path

import pytest

from benchmark.cli import recording
from tests.packs import changed_manifest, contents, make_archive, outcomes, packed_again
from tests.snapshots import snapshot
from tests.torture.hostile_console import run

pytestmark = pytest.mark.stock_tools

CONFIG = """\
[tsa]
default_tsa = ours
[ours]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
certs = {folder}/ca.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ordering = yes
ess_cert_id_alg = sha256
[signer]
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
basicConstraints = CA:false
[authority]
keyUsage = critical,keyCertSign
basicConstraints = critical,CA:true
subjectKeyIdentifier = hash
[req]
distinguished_name = name
[name]
"""


def commands_of(pack):
    """The indented lines of VERIFY.txt but for dockmark's own, and nothing besides."""
    text = contents(pack)["VERIFY.txt"].decode()
    lines = [line[4:] for line in text.splitlines() if line.startswith("    ")]
    assert sum("dockmark" in each for each in lines) == 1 + sum("-n dockmark-evidence" in each for each in lines)
    return "\n".join(["set -e", *(each for each in lines if not each.startswith("dockmark "))]) + "\n"


def verify(pack, folder, **variables):
    """Runs them with nothing but ``variables`` and the system's own programs; dockmark and its Python are out of reach."""
    environment = {"PATH": "/usr/bin:/bin", "TMPDIR": str(folder), "PACK": str(pack)}
    environment |= {name: str(value) for name, value in variables.items()}
    (folder / "empty").mkdir(exist_ok=True)
    return subprocess.run(
        ["sh"],
        input=commands_of(pack).encode(),
        env=environment,
        cwd=folder / "empty",
        capture_output=True,
        check=False,
    )


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    return make_archive(tmp_path_factory.mktemp("stock"))


@pytest.fixture(scope="module")
def pack(archive):
    return archive.create("latest", "latest~1", "--format", "table,json,xccdf")


@pytest.fixture(scope="module")
def ssh_pack(archive):
    path = archive.folder / "ssh.zip"
    assert (
        run("evidence", "create", "latest", "--store", archive.store, "-o", path, "--sign", archive.ssh_key).code == 0
    )
    return path


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A time stamping authority of our own, made by openssl."""
    folder = tmp_path_factory.mktemp("tsa")
    (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
    (folder / "serial").write_text("01\n")
    config = ["-config", "tsa.cnf"]
    for name in ("ca", "tsa"):
        _openssl(folder, "genpkey", "-algorithm", "rsa", "-pkeyopt", "rsa_keygen_bits:2048", "-out", f"{name}.key")
    root = ("-x509", "-new", "-key", "ca.key", "-out", "ca.pem", "-days", "30", "-subj", "/CN=ca", *config)
    _openssl(folder, "req", *root, "-extensions", "authority")
    _openssl(folder, "req", "-new", "-key", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=tsa", *config)
    by = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30", "-extfile", "tsa.cnf")
    _openssl(folder, "x509", "-req", "-in", "tsa.csr", *by, "-extensions", "signer", "-out", "tsa.pem")
    return folder


def _openssl(folder, *words):
    subprocess.run(["openssl", *map(str, words)], cwd=folder, check=True, capture_output=True)


def reply_to(authority, request, reply):
    _openssl(authority, "ts", "-reply", "-config", "tsa.cnf", "-queryfile", request, "-out", reply)
    return reply


def stamped(authority, pack, to):
    request, reply = to.with_suffix(".tsq"), to.with_suffix(".tsr")
    assert run("evidence", "timestamp-request", pack, "-o", request).code == 0
    reply_to(authority, request, reply)
    assert run("evidence", "timestamp-attach", pack, reply, "-o", to).code == 0
    return to


def test_the_commands_verify_a_pack_signed_with_a_pem_key(archive, pack, tmp_path):
    done = verify(pack, tmp_path, TRUSTED=archive.trusted)
    assert done.returncode == 0, done.stderr.decode()
    assert b"Signature Verified Successfully" in done.stdout


def test_the_commands_verify_a_pack_signed_with_an_ssh_key(archive, ssh_pack, tmp_path):
    done = verify(ssh_pack, tmp_path, TRUSTED=archive.allowed_signers)
    assert done.returncode == 0, done.stderr.decode()
    assert b'Good "dockmark-evidence" signature for alice@example' in done.stdout


def test_the_commands_find_damage_in_a_pack_that_is_not_signed(archive, pack, tmp_path):
    unsigned = archive.create(to="unsigned.zip", signed=False)
    assert verify(unsigned, tmp_path).returncode == 0
    files = contents(unsigned)
    path = next(each for each in files if each.endswith("snapshot.json"))
    damaged = packed_again({**files, path: files[path] + b" "}, tmp_path / "damaged.zip", pack)
    assert verify(damaged, tmp_path).returncode != 0


def test_the_commands_ask_for_what_they_need(pack, tmp_path):
    done = verify(pack, tmp_path)
    assert done.returncode != 0
    assert b"TRUSTED" in done.stderr


@pytest.mark.parametrize("key", ["stranger", "nothing"])
def test_the_commands_refuse_a_key_that_did_not_sign(archive, pack, ssh_pack, tmp_path, key):
    (archive.folder / "nothing.pub.pem").write_text("")
    assert verify(pack, tmp_path, TRUSTED=archive.folder / f"{key}.pub.pem").returncode != 0
    signers = tmp_path / "signers"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "other"], check=True)
    signers.write_text("alice@example " + (tmp_path / "other.pub").read_text() if key == "stranger" else "")
    assert verify(ssh_pack, tmp_path, TRUSTED=signers).returncode != 0


def tamperings():
    """Ways to change a pack, each a function of its files and those of another pack by the same key."""

    def without(end):
        return lambda files, _: {name: data for name, data in files.items() if not name.endswith(end)}

    def changed(end):
        return lambda files, _: {name: data + b" " if name.endswith(end) else data for name, data in files.items()}

    def taken(*names):
        return lambda files, other: {**files, **{name: other[name] for name in names}}

    kept = ("run.json", "snapshot.json", "assessment.json", "report.txt", "manifest.json", "VERIFY.txt", "chain.txt")
    seals = ("statement.json", "envelope.json")
    return {
        **{f"without {end}": without(end) for end in (*kept, *seals, "SHA256SUMS")},
        **{f"changed {end}": changed(end) for end in (*kept, "statement.json", "SHA256SUMS")},
        "added": lambda files, _: {**files, "runs/more.txt": b"x"},
        "envelope of another": taken("envelope.json"),
        "seals of another": taken(*seals),
        "sums and seals of another": taken(*seals, "SHA256SUMS"),
        "made to fit": lambda files, _: changed_manifest(files, {"totals": {"asked": 0}}),
    }


@pytest.mark.parametrize("how", tamperings())
def test_the_commands_notice_what_was_changed(archive, pack, tmp_path, how):
    other = contents(archive.create("release:1.0", "--format", "table,json,xccdf", to="other.zip"))
    files = tamperings()[how](contents(pack), other)
    tampered = packed_again(files, tmp_path / "tampered.zip", pack)
    script = commands_of(pack)  # the auditor has the commands from elsewhere
    environment = {
        "PATH": "/usr/bin:/bin",
        "TMPDIR": str(tmp_path),
        "PACK": str(tampered),
        "TRUSTED": str(archive.trusted),
    }
    done = subprocess.run(
        ["sh"], input=script.encode(), env=environment, cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode != 0, done.stdout.decode()
    assert archive.verify(tampered).code == 5


def test_a_time_stamp_is_asked_for_attached_and_verified_offline(archive, authority, pack, tmp_path):
    path = stamped(authority, pack, tmp_path / "stamped.zip")
    done = verify(path, tmp_path, TRUSTED=archive.trusted, TSA=authority / "ca.pem")
    assert done.returncode == 0, done.stderr.decode()
    assert b"Verification: OK" in done.stdout
    ran = archive.verify(path, "--tsa-certificate", authority / "ca.pem", "-o", "json")
    assert (ran.code, outcomes(ran)["time stamp"]) == (0, "matches")
    ran = archive.verify(path, "-o", "json")
    assert (ran.code, outcomes(ran)["time stamp"]) == (0, "not checked")


def test_a_time_stamp_of_a_pack_that_is_not_signed(archive, authority, tmp_path):
    path = stamped(authority, archive.create(to="unsigned.zip", signed=False), tmp_path / "stamped.zip")
    assert verify(path, tmp_path, TSA=authority / "ca.pem").returncode == 0
    ran = run("evidence", "verify", path, "--tsa-certificate", authority / "ca.pem", "-o", "json")
    assert (ran.code, outcomes(ran)["time stamp"]) == (5, "matches")


def test_a_time_stamp_leaves_the_rest_as_it_was(authority, pack, tmp_path):
    before, after = contents(pack), contents(stamped(authority, pack, tmp_path / "stamped.zip"))
    assert {name for name in after if after[name] != before.get(name)} == {"timestamp.tsr"}
    again = stamped(authority, tmp_path / "stamped.zip", tmp_path / "again.zip")
    assert set(contents(again)) == set(after)


def test_a_time_stamp_by_a_stranger_or_of_another_pack_is_not_believed(archive, authority, pack, ssh_pack, tmp_path):
    path = stamped(authority, pack, tmp_path / "stamped.zip")
    ran = archive.verify(path, "--tsa-certificate", _self_signed(tmp_path), "-o", "json")
    assert (ran.code, outcomes(ran)["time stamp"]) == (5, "differs")
    reply = tmp_path / "stamped.tsr"
    attached = run("evidence", "timestamp-attach", ssh_pack, reply, "-o", tmp_path / "wrong.zip")
    assert (attached.code, b"of something else" in attached.err) == (5, True)
    assert not (tmp_path / "wrong.zip").exists()
    forged = packed_again(
        {**contents(ssh_pack), "timestamp.tsr": reply.read_bytes()}, tmp_path / "forged.zip", ssh_pack
    )
    ran = run("evidence", "verify", forged, "--trusted", archive.allowed_signers, "-o", "json")
    assert (ran.code, outcomes(ran)["time stamp"]) == (5, "differs")


def test_a_time_stamp_shows_a_clock_that_ran_ahead(authority, tmp_path, monkeypatch):
    monkeypatch.setattr(recording, "utc_now", lambda: "2099-01-01T00:00:00Z")
    late = make_archive(tmp_path, [snapshot()])
    path = stamped(authority, late.create(), tmp_path / "stamped.zip")
    ran = late.verify(path, "--tsa-certificate", authority / "ca.pem")
    assert ran.code == 0
    assert "recorded later, at 2099-01-01T00:00:00Z: a clock was wrong" in " ".join(ran.out.decode().split())


def test_a_time_stamp_that_is_asked_for_and_not_there_is_told(archive, authority, pack):
    ran = archive.verify(pack, "--tsa-certificate", authority / "ca.pem", "-o", "json")
    assert (ran.code, outcomes(ran)["time stamp"]) == (5, "differs")


def test_every_byte_of_a_time_stamp_that_is_changed_is_noticed_or_not_believed(authority, pack, tmp_path):
    """Where it is not: in parts that nobody signs, and that say nothing of what, when or by whom."""
    from benchmark.evidence.timestamps import TimestampDefect, read_reply, require_trusted

    stamped(authority, pack, tmp_path / "stamped.zip")
    reply, data = (tmp_path / "stamped.tsr").read_bytes(), contents(pack)["envelope.json"]
    trusted = (authority / "ca.pem").read_bytes()
    good = read_reply(reply, data)
    require_trusted(good, data, trusted)
    noticed = 0
    for at in range(0, len(reply), 7):
        try:
            stamp = read_reply(reply[:at] + bytes([reply[at] ^ 4]) + reply[at + 1 :], data)
            require_trusted(stamp, data, trusted)
            assert stamp.moment == good.moment
        except TimestampDefect:
            noticed += 1
    assert (
        noticed > len(reply) // 7 * 0.5
    )  # the enclosed copy of the certificate that is trusted anyway counts for much


@pytest.mark.parametrize(
    "data",
    [b"", b"x", b"0\x03\x02\x01\x00", bytes(range(255, 191, -1))],
    ids=["nothing", "a letter", "an empty reply", "noise"],
)
def test_what_is_no_reply_is_refused(pack, tmp_path, data):
    (tmp_path / "reply.tsr").write_bytes(data)
    ran = run("evidence", "timestamp-attach", pack, tmp_path / "reply.tsr", "-o", tmp_path / "x.zip")
    assert ran.code == 5, ran.err
    assert not (tmp_path / "x.zip").exists()


def _self_signed(folder: Path) -> Path:
    words = (
        "req",
        "-x509",
        "-new",
        "-nodes",
        "-newkey",
        "rsa:2048",
        "-keyout",
        "o.key",
        "-out",
        "o.pem",
        "-subj",
        "/CN=o",
    )
    _openssl(folder, *words)
    return folder / "o.pem"
