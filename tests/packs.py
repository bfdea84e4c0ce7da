"""Histories, keys and packs for tests, made through the public command line, and ways to damage a pack."""

from __future__ import annotations

import io
import json
import re
import struct
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from benchmark.evidence.archive import open_archive
from benchmark.evidence.archive_builder import ArchiveBuilder
from benchmark.model.snapshot import Snapshot
from tests.snapshots import container, snapshot, write_snapshot
from tests.torture.hostile_console import Ran, run

MOMENT: Final = (0x7000, 0x5D7B)


@dataclass(frozen=True)
class Archive:
    """A history with runs, and the keys of its operator, in a directory of its own."""

    folder: Path
    heads: tuple[str, ...]

    @property
    def store(self) -> Path:
        return self.folder / "history.db"

    @property
    def key(self) -> Path:
        return self.folder / "operator.pem"

    @property
    def trusted(self) -> Path:
        return self.folder / "operator.pub.pem"

    @property
    def ssh_key(self) -> Path:
        return self.folder / "id_ed25519"

    @property
    def allowed_signers(self) -> Path:
        return self.folder / "allowed_signers"

    def create(self, *words: str | Path, to: str = "pack.zip", signed: bool = True) -> Path:
        """A pack, of the latest run where no word names another."""
        runs = [] if any(_names_run(each) for each in words) else ["latest"]
        key = ["--sign", self.key] if signed else []
        ran = run("evidence", "create", *runs, *words, *key, "--store", self.store, "-o", self.folder / to)
        assert ran.code == 0, ran.err.decode()
        return self.folder / to

    def verify(self, pack: Path, *words: str | Path) -> Ran:
        """``evidence verify`` with the operator's key trusted."""
        return run("evidence", "verify", pack, "--trusted", self.trusted, *words)


def make_archive(folder: Path, hosts: Iterable[Snapshot] | None = None, words: tuple[str | Path, ...] = ()) -> Archive:
    """A history of these hosts, the last of which runs a privileged container unless others are given, and keys."""
    bad = container("billing", {"HostConfig.Privileged": True})
    several = (snapshot(), snapshot([container("web"), bad])) if hosts is None else tuple(hosts)
    heads = []
    for number, host in enumerate(several):
        recorded = record(folder, host, "--release", f"1.{number}", *words)
        heads.append(re.findall(r"head (sha256:[0-9a-f]{64})", recorded.err.decode())[0])
    make_keys(folder)
    return Archive(folder, tuple(heads))


def record(folder: Path, host: Snapshot, *words: str | Path) -> Ran:
    """Judges ``host`` and records it in the history of ``folder``."""
    file = write_snapshot(folder / "host.json", host)
    ran = run("evaluate", file, "--record", "--store", folder / "history.db", *words)
    assert ran.code in (0, 1, 2), ran.err.decode()
    return ran


def make_keys(folder: Path) -> None:
    """A key in PEM and one in OpenSSH's form, and their public parts; the same in every run of the tests."""
    for name, seed, private_format in (
        ("operator.pem", 1, PrivateFormat.PKCS8),
        ("id_ed25519", 2, PrivateFormat.OpenSSH),
        ("stranger.pem", 3, PrivateFormat.PKCS8),
    ):
        key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        path = folder / name
        path.touch(mode=0o600)
        path.write_bytes(key.private_bytes(Encoding.PEM, private_format, NoEncryption()))
        public = key.public_key()
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (folder / f"{name.removesuffix('.pem')}.pub.pem").write_bytes(pem)
        if private_format is PrivateFormat.OpenSSH:
            line = public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
            (folder / f"{name}.pub").write_text(f"{line} alice@example\n")
            (folder / "allowed_signers").write_text(f"alice@example {line}\n")


def contents(pack: Path) -> dict[str, bytes]:
    """The files of a pack, read by another program than ours."""
    with zipfile.ZipFile(pack) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed_again(files: Mapping[str, bytes], pack: Path, like: Path) -> Path:
    """A pack of these files that is sound as an archive, dated like another one."""
    with like.open("rb") as original:
        moment = open_archive(original).moment
    builder = ArchiveBuilder(io.BytesIO())
    for name, data in files.items():
        builder.add(name, data)
    out = io.BytesIO()
    builder.write(out.write, moment)
    pack.write_bytes(out.getvalue())
    return pack


def changed_manifest(files: Mapping[str, bytes], change: Mapping[str, object]) -> dict[str, bytes]:
    """``files`` with other top-level values in the manifest, and with digests that fit; the signature does not."""
    document = {**json.loads(files["manifest.json"]), **change}
    return consistent({**files, "manifest.json": json.dumps(document, indent=1).encode() + b"\n"})


def consistent(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """``files`` with manifest, sums and statement made to fit, as an attacker without the key would do it."""
    from benchmark.evidence.manifest import decode_manifest
    from benchmark.evidence.names import SEALS
    from benchmark.evidence.packed_file import encode_sums, packed_file
    from benchmark.evidence.sealing import predicate_of
    from benchmark.evidence.statement import encode_statement

    made = dict(files)
    document = json.loads(made["manifest.json"])
    below = [
        packed_file(name, data)
        for name, data in sorted(made.items())
        if name not in {*SEALS, "manifest.json", "SHA256SUMS"}
    ]
    document["files"] = [{"path": each.path, "sha256": each.sha256, "size": each.size} for each in below]
    made["manifest.json"] = json.dumps(document, indent=1).encode() + b"\n"
    listed = [packed_file(name, made[name]) for name in sorted(made) if name not in {*SEALS, "SHA256SUMS"}]
    made["SHA256SUMS"] = encode_sums(listed)
    stated = [packed_file(name, made[name]) for name in sorted(made) if name not in SEALS]
    made["statement.json"] = encode_statement(stated, predicate_of(decode_manifest(made["manifest.json"]).document))
    return made


def outcomes(ran: Ran) -> dict[str, str]:
    """The outcome of every check, from the JSON."""
    return {each["check"]: each["outcome"] for each in json.loads(ran.out)["checks"]}


def differences(ran: Ran) -> list[str]:
    """Everything that is said to differ, from the JSON."""
    return [text for each in json.loads(ran.out)["checks"] for text in each.get("differences", ())]


def member(name: bytes, data: bytes, **changes: int) -> tuple[bytes, bytes, bytes]:
    """Local header, data and central header of a stored file, with other values in single fields; the offset is 0."""
    import zlib

    said = {
        "flags": 0,
        "method": 0,
        "crc": zlib.crc32(data),
        "packed": len(data),
        "size": len(data),
        "mode": 0o100644,
        "made_by": 0x314,
        "needed": 20,
        **changes,
    }
    common = struct.pack(
        "<4H3L",
        said["flags"],
        said["method"],
        *MOMENT,
        said["crc"],
        said["packed"],
        said["size"],
    )
    local = b"PK\3\4" + struct.pack("<H", said["needed"]) + common + struct.pack("<2H", len(name), 0) + name
    central = (
        b"PK\1\2"
        + struct.pack("<2H", said["made_by"], said["needed"])
        + common
        + struct.pack("<5H2L", len(name), 0, 0, 0, 0, said["mode"] << 16, said.get("offset", 0))
        + name
    )
    return local, data, central


def _names_run(word: str | Path) -> bool:
    return isinstance(word, str) and (word.startswith(("latest", "release:")) or word[:2] == "20")
