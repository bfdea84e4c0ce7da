"""The archive of one image as an engine sends it: files in any order, of which a manifest says what they are.

Both forms are read: ``manifest.json`` with the paths of layers (docker save, every engine), and the OCI image layout
(``index.json`` and ``blobs/``). An archive with both is read by its ``manifest.json``.
"""

from __future__ import annotations

import posixpath
from typing import Final

from benchmark.collect.archive.blob import Blob
from benchmark.collect.archive.layer import Layer
from benchmark.collect.archive.limits import ArchiveDefect, Budget
from benchmark.collect.archive.paths import parent, place, show
from benchmark.collect.archive.tar import DIRECTORY, FILE, HARDLINK, SYMLINK, Entry, Payload, TarReader
from benchmark.model.facts import JsonValue, Reason, Unavailable
from benchmark.model.strict_json import JsonDefect, parse_json

_MANIFEST: Final = b"manifest.json"
_INDEX: Final = b"index.json"
_BLOBS: Final = b"blobs/"
_MOST_LINKS: Final = 8
_MOST_INDEXES: Final = 4
_INDEX_TYPES: Final = frozenset(
    {"application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"}
)


class ImageArchive:
    """Takes the archive's bytes; afterwards ``layers`` says what they were. Raises ArchiveDefect for the archive as a whole."""

    __slots__ = ("_blobs", "_budget", "_links", "_reader")

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._blobs: dict[bytes, Blob] = {}
        self._links: dict[bytes, bytes] = {}
        self._reader = TarReader(self, budget)

    def take(self, piece: bytes) -> None:
        """Read on."""
        self._budget.stream(len(piece))
        self._reader.take(piece)

    def entry(self, entry: Entry) -> Payload | None:
        """Every file is looked into, since only the manifest, which comes last, says which of them are layers."""
        path, _ = place(entry.name)
        if entry.kind == DIRECTORY:
            return None
        if path in self._blobs or path in self._links:
            raise ArchiveDefect(Reason.SYNTAX, f"{show(path)} stands twice in the archive")
        if entry.kind in (SYMLINK, HARDLINK):
            start = parent(path) + b"/" if entry.kind == SYMLINK and not entry.target.startswith(b"/") else b""
            self._links[path] = place(start + entry.target)[0]
        if entry.kind != FILE:
            return None
        is_document = path.startswith(_BLOBS) or (b"/" not in path and path.endswith(b".json"))
        blob = self._blobs[path] = Blob(self._budget, is_document=is_document)
        return blob

    def layers(self) -> tuple[tuple[str, Layer], ...]:
        """Every layer with its digest in RootFS.Layers, oldest first. Raises ArchiveDefect when one could not be read."""
        self._reader.finish(marker=True)
        config, names = self._by_manifest() if self._has(_MANIFEST) else self._by_index()
        digests = _diff_ids(self._document(config))
        if len(digests) != len(names):
            raise _wrong(f"{len(names)} layers, of which the configuration names {len(digests)}")
        return tuple((digest, self._layer(name)) for digest, name in zip(digests, names, strict=True))

    def _by_manifest(self) -> tuple[bytes, list[bytes]]:
        document = self._document(_MANIFEST)
        if not isinstance(document, list) or len(document) != 1:
            raise _wrong("manifest.json is not a list of one image")
        image = _object(document[0], "manifest.json")
        return _string(image, "Config").encode(), [each.encode() for each in _strings(image, "Layers")]

    def _by_index(self) -> tuple[bytes, list[bytes]]:
        if not self._has(_INDEX):
            raise ArchiveDefect(Reason.SYNTAX, "an archive with neither manifest.json nor index.json")
        images = self._images(_object(self._document(_INDEX), "index.json"), 0)
        if len(images) != 1:
            raise _wrong(f"index.json names {len(images)} images that are in the archive, expected one")
        config = _object(images[0].get("config"), "config")
        layers = images[0].get("layers")
        if not isinstance(layers, list):
            raise _wrong("layers: expected a list")
        return _blob_path(config), [_blob_path(_object(each, "layers")) for each in layers]

    def _images(self, index: dict[str, JsonValue], level: int) -> list[dict[str, JsonValue]]:
        """The image manifests that the archive holds; those of other platforms may be named and not be there."""
        manifests = index.get("manifests")
        if not isinstance(manifests, list) or level == _MOST_INDEXES:
            raise _wrong("an index without a list of manifests, or nested too deeply")
        found: list[dict[str, JsonValue]] = []
        for each in manifests:
            descriptor = _object(each, "manifests")
            path = _blob_path(descriptor)
            if not self._has(path) or _is_attestation(descriptor):
                continue
            document = _object(self._document(path), show(path))
            nested = descriptor.get("mediaType") in _INDEX_TYPES or "manifests" in document
            found += self._images(document, level + 1) if nested else [document]
        return found

    def _has(self, path: bytes) -> bool:
        return path in self._blobs or path in self._links

    def _content(self, name: bytes) -> Layer | bytes:
        path, _ = place(name)
        for _ in range(_MOST_LINKS):
            if path in self._blobs:
                content = self._blobs[path].content
                if isinstance(content, Unavailable):
                    raise ArchiveDefect(content.reason, f"{show(path)}: {content.detail}")
                return content
            if path not in self._links:
                raise ArchiveDefect(Reason.TRUNCATED, f"{show(path)} is named and not in the archive")
            path = self._links[path]
        raise ArchiveDefect(Reason.LINK_LOOP, f"{show(path)}: links that lead to each other")

    def _document(self, name: bytes) -> JsonValue:
        content = self._content(name)
        if not isinstance(content, bytes):
            raise _wrong(f"{show(name)} is no document")
        try:
            return parse_json(content)
        except JsonDefect as defect:
            raise ArchiveDefect(defect.reason, f"{show(name)}: {defect.detail}") from None

    def _layer(self, name: bytes) -> Layer:
        content = self._content(name)
        if not isinstance(content, Layer):
            raise _wrong(f"{show(name)} is no layer")
        return content


def _diff_ids(config: JsonValue) -> list[str]:
    return _strings(_object(_object(config, "configuration").get("rootfs"), "rootfs"), "diff_ids")


def _is_attestation(descriptor: dict[str, JsonValue]) -> bool:
    annotations = descriptor.get("annotations")
    return isinstance(annotations, dict) and "vnd.docker.reference.type" in annotations


def _blob_path(descriptor: dict[str, JsonValue]) -> bytes:
    algorithm, colon, digits = _string(descriptor, "digest").partition(":")
    if not colon:
        raise _wrong("a digest without an algorithm")
    return posixpath.join("blobs", algorithm, digits).encode()


def _object(value: JsonValue, what: str) -> dict[str, JsonValue]:
    if not isinstance(value, dict):
        raise _wrong(f"{what}: expected an object")
    return value


def _string(document: dict[str, JsonValue], key: str) -> str:
    value = document.get(key)
    if not isinstance(value, str):
        raise _wrong(f"{key}: expected a string")
    return value


def _strings(document: dict[str, JsonValue], key: str) -> list[str]:
    """A list of strings; null is Go's empty list."""
    value = document.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise _wrong(f"{key}: expected a list")
    found = [each for each in value if isinstance(each, str)]
    if len(found) != len(value):
        raise _wrong(f"{key}: expected strings")
    return found


def _wrong(detail: str) -> ArchiveDefect:
    return ArchiveDefect(Reason.WRONG_TYPE, detail)
