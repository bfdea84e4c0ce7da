"""A pack that is being verified, and what is said of each thing that was checked."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from benchmark.evidence.archive import Archive
from benchmark.evidence.archive_format import ArchiveDefect
from benchmark.evidence.layout import places_of
from benchmark.evidence.links import Link
from benchmark.evidence.manifest import Manifest
from benchmark.evidence.packed_file import PackedFile
from benchmark.model.chain import digest_of
from benchmark.model.run import Run

MOST_BYTES_OF_A_DOCUMENT: Final = 256 * 1024 * 1024  # of what is read as a whole: facts, content, verdicts
MOST_VALUES: Final = 8_000_000  # in such a document, each of which takes some 100 bytes of memory
_MOST_IN_MEMORY: Final = 64 * 1024 * 1024  # of any other file that is read as a whole
_DIVIDING: Final = b",[{"


class Outcome(enum.StrEnum):
    """What came of a check."""

    MATCHES = "matches"
    DIFFERS = "differs"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked. ``summary`` says what was found; ``differences`` name every file, run and control."""

    name: str
    outcome: Outcome
    summary: str
    differences: tuple[str, ...] = ()


class OpenPack:
    """A pack whose archive is sound: its files by path, and the documents in them as far as they can be read.

    ``manifest``, ``links`` and ``runs`` are empty where they cannot; the checks say so.
    """

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.files: dict[str, PackedFile] = {}
        self.manifest: Manifest | None = None
        self.links: tuple[Link, ...] = ()
        self.runs: tuple[Run, ...] = ()

    def read(self, path: str) -> bytes:
        """The content of a file, b"" for one that is not there or is damaged (which the check of the files has told)."""
        try:
            return self.archive.read(path) if path in self.archive.entries else b""
        except ArchiveDefect:
            return b""

    def read_small(self, path: str) -> bytes:
        """The same for a document that is never large: b"" for one that is."""
        entry = self.archive.entries.get(path)
        return b"" if entry is None or entry.size > _MOST_IN_MEMORY else self.read(path)


class RunFiles:
    """The files of one run of a pack by the digests in its record.

    What lies where the record says is handed out even when it has another digest, so that it can be said which verdicts that
    changes; ``changed`` names such files.
    """

    def __init__(self, pack: OpenPack, run: Run) -> None:
        self._pack = pack
        self._paths = {each.digest: each.path for each in places_of(run)}
        self.changed: dict[str, None] = {}

    def blob(self, digest: str) -> bytes:
        """The file that the record names by this digest. Raises KeyError when it names none, ArchiveDefect when it is not
        there, or more than ``require_bounded`` allows.
        """
        path = self._paths[digest]
        entry = self._pack.archive.entries.get(path)
        if entry is None:
            raise ArchiveDefect(f"{path} is not in the pack")
        if entry.size > MOST_BYTES_OF_A_DOCUMENT:
            raise ArchiveDefect(f"{path}: {entry.size} bytes are more than a document of a pack has")
        data = self._pack.read(path)
        require_bounded(path, data)
        if digest_of(data) != digest:
            self.changed[path] = None
        return data


def require_bounded(path: str, data: bytes) -> None:
    """Raises ArchiveDefect for a document that would fill the memory once it is read: small when packed, and huge as values."""
    if len(data) > MOST_BYTES_OF_A_DOCUMENT:
        raise ArchiveDefect(f"{path}: {len(data)} bytes are more than a document of a pack has")
    values = sum(data.count(each) for each in _DIVIDING)
    if values > MOST_VALUES:
        raise ArchiveDefect(f"{path}: {values} values are more than a document of a pack has")


def check(name: str, differences: Iterable[str], summary: str) -> Check:
    """A check that matches when there are no differences."""
    found = tuple(differences)
    if found:
        return Check(name, Outcome.DIFFERS, "1 difference" if len(found) == 1 else f"{len(found)} differences", found)
    return Check(name, Outcome.MATCHES, summary)
