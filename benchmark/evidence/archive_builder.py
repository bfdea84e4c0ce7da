"""Writes packs: the files gathered first, then in their order."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import BinaryIO

from benchmark.evidence.archive_format import (
    CHUNK,
    DEFLATED,
    END,
    MOST_BYTES,
    MOST_BYTES_OF_A_FILE,
    MOST_ENTRIES,
    RATIO,
    STORED,
    ArchiveDefect,
    Entry,
)
from benchmark.evidence.names import name_defects
from benchmark.evidence.packed_file import PackedFile, packed_file


class ArchiveBuilder:
    """Gathers the files of a pack, packed, in ``spool``, and writes them in their order. The same files give the same bytes, on
    one version of zlib.
    """

    def __init__(self, spool: BinaryIO) -> None:
        self._spool = spool
        self._at = 0
        self._gathered: dict[str, tuple[PackedFile, Entry]] = {}

    @property
    def files(self) -> tuple[PackedFile, ...]:
        """The files so far, by name."""
        return tuple(self._gathered[name][0] for name in sorted(self._gathered))

    def add(self, name: str, data: bytes) -> None:
        """Adds a file; one that was added before may come again. Raises ArchiveDefect for what a reader would refuse, OSError."""
        file = packed_file(name, data)
        if name in self._gathered:
            if self._gathered[name][0] != file:
                raise ArchiveDefect(f"{name} would stand twice")
            return
        if len(data) > MOST_BYTES_OF_A_FILE or len(self._gathered) >= MOST_ENTRIES:
            raise ArchiveDefect(f"{name}: larger than {MOST_BYTES_OF_A_FILE} bytes, or one of too many files")
        packed = _deflated(data)
        small = len(packed) < len(data) <= len(packed) * RATIO
        body, method = (packed, DEFLATED) if small else (data, STORED)
        entry = Entry(name, method, (0, 0), zlib.crc32(data), len(body), len(data), self._at)
        self._spool.write(body)
        self._at += len(body)
        self._gathered[name] = file, entry

    def write(self, write: Callable[[bytes], object], moment: tuple[int, int]) -> None:
        """Writes the archive, every file of it dated ``moment``. Raises ArchiveDefect and OSError."""
        if defects := list(name_defects(self._gathered)):
            raise ArchiveDefect("; ".join(defects))
        entries: list[Entry] = []
        at = 0
        for name in sorted(self._gathered):
            entry = replace(self._gathered[name][1], moment=moment, offset=at)
            entries.append(entry)
            at = entry.end
        directory = b"".join(each.central_header() for each in entries)
        if at + len(directory) + END.size > MOST_BYTES or sum(each.size for each in entries) > MOST_BYTES:
            raise ArchiveDefect(f"the pack would be larger than {MOST_BYTES} bytes: make one of fewer runs")
        for entry in entries:
            write(entry.local_header())
            self._copy(self._gathered[entry.name][1], write)
        write(directory)
        write(END.pack(b"PK\5\6", 0, 0, len(entries), len(entries), len(directory), at, 0))

    def _copy(self, spooled: Entry, write: Callable[[bytes], object]) -> None:
        self._spool.seek(spooled.offset)
        left = spooled.packed
        while left:
            piece = self._spool.read(min(CHUNK, left))
            write(piece)
            left -= len(piece)


def _deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()
