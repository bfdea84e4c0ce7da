"""Image archives made by hand, hostile ones included."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile

from benchmark.collect.archive.content_facts import content_facts
from benchmark.collect.archive.image_archive import ImageArchive
from benchmark.collect.archive.limits import ArchiveLimits, Budget
from benchmark.model.facts import FactValue

KEY = b"-----BEGIN OPENSSH PRIVATE KEY-----\nbm90IGEga2V5\n-----END OPENSSH PRIVATE KEY-----\n"


def header(
    name: bytes,
    flag: bytes = b"0",
    *,
    mode: bytes = b"0000644\0",
    size: bytes | int = 0,
    target: bytes = b"",
    magic: bytes = b"ustar\x0000",
    prefix: bytes = b"",
    checksum: bytes | None = None,
    tail: bytes = b"",
) -> bytes:
    """One header block, every field as given."""
    block = bytearray(512)

    def put(at: int, width: int, value: bytes) -> None:
        block[at : at + width] = value[:width].ljust(width, b"\0")

    put(0, 100, name)
    put(100, 8, mode)
    put(108, 8, b"0000000\0")
    put(116, 8, b"0000000\0")
    put(124, 12, size if isinstance(size, bytes) else b"%011o\0" % size)
    put(136, 12, b"00000000000\0")
    put(156, 1, flag)
    put(157, 100, target)
    put(257, 8, magic)
    put(345, 155, prefix or tail)
    put(148, 8, b" " * 8)
    put(148, 8, checksum if checksum is not None else b"%06o\0 " % sum(block))
    return bytes(block)


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 512)


def entry(name: bytes | str, data: bytes = b"", flag: bytes = b"0", mode: int = 0o644, target: bytes = b"") -> bytes:
    """Header and payload of one entry."""
    raw = name.encode() if isinstance(name, str) else name
    return header(raw, flag, mode=b"%07o\0" % mode, size=len(data), target=target) + padded(data)


def directory(name: str, mode: int = 0o755) -> bytes:
    return entry(name, flag=b"5", mode=mode)


def symlink(name: str, target: str) -> bytes:
    return entry(name, flag=b"2", mode=0o777, target=target.encode())


def hardlink(name: str, target: str, mode: int = 0o644) -> bytes:
    return entry(name, flag=b"1", mode=mode, target=target.encode())


def pax(records: dict[str, str], flag: bytes = b"x") -> bytes:
    return extended(b"".join(record(key, value) for key, value in records.items()), flag)


def record(key: str, value: str) -> bytes:
    rest = f" {key}={value}\n".encode()
    length = len(rest) + 1
    while len(str(length)) + len(rest) != length:
        length = len(str(length)) + len(rest)
    return str(length).encode() + rest


def extended(data: bytes, flag: bytes = b"x") -> bytes:
    return entry(b"extended", data, flag)


def layer(*entries: bytes, end: bytes = bytes(1024)) -> bytes:
    return b"".join(entries) + end


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def saved(*layers: bytes, **changes: object) -> bytes:
    """What ``docker save`` of engines before 25 writes. ``changes`` replace files; None leaves one out."""
    config = json.dumps({"rootfs": {"type": "layers", "diff_ids": [digest(each) for each in layers]}}).encode()
    names = [f"{at:064x}/layer.tar" for at in range(len(layers))]
    files: dict[str, object] = {}
    for name, data in zip(names, layers, strict=True):
        files[name.replace("layer.tar", "VERSION")] = b"1.0"
        files[name.replace("layer.tar", "json")] = b"{}"
        files[name] = data
    files["config.json"] = config
    manifest = [{"Config": "config.json", "RepoTags": ["made:1"], "Layers": names}]
    files["manifest.json"] = json.dumps(manifest).encode()
    files["repositories"] = b"{}"
    files.update(changes)
    return archive(files)


def oci(*layers: bytes, packed: str = "gzip", docker: bool = False, platforms: int = 1) -> bytes:
    """An OCI image layout, as engines from 25 on write it; with ``docker`` the manifest.json that they add."""
    blobs = [gzip.compress(each, mtime=0) if packed == "gzip" else each for each in layers]
    config = json.dumps({"rootfs": {"type": "layers", "diff_ids": [digest(each) for each in layers]}}).encode()
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "config": {"digest": digest(config)},
            "layers": [{"digest": digest(each)} for each in blobs],
        }
    ).encode()
    attestation = json.dumps({"schemaVersion": 2, "config": {"digest": digest(b"no")}, "layers": []}).encode()
    note = {"vnd.docker.reference.type": "attestation-manifest"}
    others = [{"digest": digest(str(at).encode())} for at in range(platforms - 1)]
    inner = {"manifests": [{"digest": digest(manifest)}, *others, {"digest": digest(attestation), "annotations": note}]}
    nested = json.dumps(inner).encode()
    index = {"manifests": [{"digest": digest(nested), "mediaType": "application/vnd.oci.image.index.v1+json"}]}
    files: dict[str, object] = {f"blobs/{digest(each).replace(':', '/')}": each for each in (*blobs, config)}
    for each in (manifest, nested, attestation):
        files[f"blobs/{digest(each).replace(':', '/')}"] = each
    files["index.json"] = json.dumps(index).encode()
    files["oci-layout"] = b'{"imageLayoutVersion": "1.0.0"}'
    if docker:
        paths = [f"blobs/{digest(each).replace(':', '/')}" for each in blobs]
        listed = [{"Config": f"blobs/{digest(config).replace(':', '/')}", "RepoTags": None, "Layers": paths}]
        files["manifest.json"] = json.dumps(listed).encode()
    return archive(files)


def archive(files: dict[str, object]) -> bytes:
    """A tar of ``files``: bytes are files, strings the targets of symbolic links, None is left out."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            if isinstance(data, str):
                info.type, info.linkname = tarfile.SYMTYPE, data
                tar.addfile(info)
            elif isinstance(data, bytes):
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def facts_of(data: bytes, limits: ArchiveLimits | None = None, piece: int = 65536) -> dict[str, FactValue]:
    """The content facts of an archive that arrives in pieces of this size. Raises ArchiveDefect."""
    limits = limits or ArchiveLimits()
    read = ImageArchive(Budget(limits))
    for at in range(0, len(data), piece):
        read.take(data[at : at + piece])
    return content_facts(read.layers(), limits.listed)


def paths(value: FactValue) -> list[object]:
    assert isinstance(value, list)
    return [each["path"] for each in value if isinstance(each, dict)]
