"""Reads packs, which anybody may have made: strictly, in place, with bounded memory, and never onto a disk."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO, Final

from benchmark.evidence.archive_format import (
    CENTRAL,
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
from benchmark.evidence.names import MOST_CHARACTERS, name_defects

_METHODS: Final = (STORED, DEFLATED)
_KIND: Final = 0o170000
_REGULAR: Final = 0o100000


@dataclass(frozen=True, slots=True)
class Archive:
    """A pack that was opened: ``entries`` by name, in the order of the file. Nothing is written anywhere."""

    file: BinaryIO
    entries: dict[str, Entry]
    moment: tuple[int, int]

    def chunks(self, name: str) -> Iterator[bytes]:
        """The content of a file in pieces of bounded size. Raises KeyError, OSError, and ArchiveDefect where the content is not
        what the headers say; then what was yielded before is not to be believed.
        """
        entry = self.entries[name]
        size, crc = 0, 0
        for piece in _inflated(self.file, entry) if entry.method == DEFLATED else _plain(self.file, entry):
            size, crc = size + len(piece), zlib.crc32(piece, crc)
            if size > entry.size:
                raise ArchiveDefect(f"{name} is larger than the {entry.size} bytes that its header says")
            yield piece
        if size != entry.size:
            raise ArchiveDefect(f"{name} has {size} bytes, and {entry.size} in its header")
        if crc != entry.crc:
            raise ArchiveDefect(f"{name} has another checksum than its header")

    def read(self, name: str) -> bytes:
        """The whole content of a file. Raises as ``chunks`` does."""
        return b"".join(self.chunks(name))


def open_archive(file: BinaryIO) -> Archive:
    """The archive in ``file``, which must be seekable. Raises ArchiveDefect unless every byte of it is where we would have
    written it, and OSError. No content is read, and no more memory taken than for the names.
    """
    length = file.seek(0, 2)
    if length < END.size:
        raise ArchiveDefect(f"{length} bytes are no archive")
    count, size, offset = _end(_read_at(file, length - END.size, END.size))
    if count > MOST_ENTRIES or size > count * (CENTRAL.size + MOST_CHARACTERS):
        raise ArchiveDefect(f"{count} files in a directory of {size} bytes: more than a pack has")
    if offset + size + END.size != length:
        raise ArchiveDefect(
            f"the directory does not lie right before the end: {offset} + {size} + {END.size} of {length} bytes"
        )
    entries = _directory(_read_at(file, offset, size), count)
    at = 0
    for each in entries:
        if each.offset != at:
            raise ArchiveDefect(f"{each.name} begins at byte {each.offset} and not, as it should, at byte {at}")
        header = each.local_header()
        if _read_at(file, at, len(header)) != header:
            raise ArchiveDefect(f"{each.name}: the header in front of it is not the one in the directory")
        at = each.end
    if at != offset:
        raise ArchiveDefect(f"{offset - at} bytes between the last file and the directory")
    return Archive(file, {each.name: each for each in entries}, entries[0].moment if entries else (0, 0))


def _end(record: bytes) -> tuple[int, int, int]:
    """Number of entries, size and offset of the directory."""
    magic, disk, first, here, count, size, offset, comment = END.unpack(record)
    if magic != b"PK\5\6" or comment:
        raise ArchiveDefect(
            "it does not end like a pack: not a ZIP archive, or one with a comment or with data behind its end"
        )
    if disk or first or here != count:
        raise ArchiveDefect("an archive in several parts")
    if 0xFFFFFFFF in (size, offset) or count == 0xFFFF:
        raise ArchiveDefect("an archive with the 64 bit extension, which packs do without")
    return count, size, offset


def _directory(data: bytes, count: int) -> list[Entry]:
    entries: list[Entry] = []
    at = 0
    for number in range(count):
        if at + CENTRAL.size > len(data):
            raise ArchiveDefect(f"the directory ends within entry {number}")
        entry = _entry(data, at, number)
        header = entry.central_header()
        if data[at : at + len(header)] != header:
            raise ArchiveDefect(f"{entry.name}: flags, attributes or fields that a pack does without")
        at += len(header)
        entries.append(entry)
    if at != len(data):
        raise ArchiveDefect(f"{len(data) - at} bytes behind the last entry of the directory")
    _require_plain(entries)
    return entries


def _entry(data: bytes, at: int, number: int) -> Entry:
    fields = CENTRAL.unpack_from(data, at)
    method, time, date, crc, packed, size, length = fields[4:11]
    flags = fields[3]
    name = data[at + CENTRAL.size : at + CENTRAL.size + length]
    if fields[0] != b"PK\1\2" or len(name) != length or not name.isascii():
        raise ArchiveDefect(f"entry {number} of the directory is none, or its name is not ASCII")
    text = name.decode("ascii")
    if flags & 1:
        raise ArchiveDefect(f"{text[:MOST_CHARACTERS]!r} is encrypted")
    if method not in _METHODS:
        raise ArchiveDefect(f"{text[:MOST_CHARACTERS]!r} is packed by method {method}; there are stored and deflated")
    if fields[15] >> 16 & _KIND != _REGULAR:
        raise ArchiveDefect(f"{text[:MOST_CHARACTERS]!r} is a link, a directory or something else that is no file")
    return Entry(text, method, (time, date), crc, packed, size, fields[16])


def _require_plain(entries: list[Entry]) -> None:
    if defects := list(name_defects(each.name for each in entries)):
        raise ArchiveDefect("; ".join(defects[:10]))
    for before, each in pairwise(entries):
        if before.name > each.name:
            raise ArchiveDefect(f"{each.name} stands behind {before.name}: the files are not in their order")
        if before.moment != each.moment:
            raise ArchiveDefect(f"{each.name} has another time than {before.name}")
    for each in entries:
        if each.size > MOST_BYTES_OF_A_FILE or each.size > each.packed * (RATIO if each.method else 1):
            raise ArchiveDefect(f"{each.name}: {each.packed} bytes that would become {each.size}")
        if not each.method and each.size != each.packed:
            raise ArchiveDefect(f"{each.name}: {each.packed} bytes as they stand cannot be {each.size}")
    if sum(each.size for each in entries) > MOST_BYTES:
        raise ArchiveDefect(f"more than {MOST_BYTES} bytes when unpacked")


def _read_at(file: BinaryIO, offset: int, size: int) -> bytes:
    file.seek(offset)
    data = file.read(size)
    if len(data) != size:
        raise ArchiveDefect(f"the file ends within {size} bytes at {offset}")
    return data


def _plain(file: BinaryIO, entry: Entry) -> Iterator[bytes]:
    at = entry.data_offset
    while at < entry.end:
        piece = _read_at(file, at, min(CHUNK, entry.end - at))
        at += len(piece)
        yield piece


def _inflated(file: BinaryIO, entry: Entry) -> Iterator[bytes]:
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for packed in _plain(file, entry):
            rest = packed
            while rest and not stream.eof:
                yield stream.decompress(rest, CHUNK)
                rest = stream.unconsumed_tail
            if stream.unused_data or (stream.eof and rest):
                raise ArchiveDefect(f"{entry.name}: bytes behind the end of its packed data")
        while not stream.eof:
            piece = stream.decompress(b"", CHUNK)
            if not piece:
                raise ArchiveDefect(f"{entry.name}: its packed data end too early")
            yield piece
    except zlib.error:
        raise ArchiveDefect(f"{entry.name}: its packed data are damaged") from None
