"""One header of a tar archive: POSIX ustar and pax (IEEE 1003.1-2017, pax), GNU tar, and the old format without a magic.

Where the formats leave a choice it is made as Go's archive/tar makes it, because engines unpack layers with that; where
two readers could come to different results the header is refused, since a stranger may have written it for that.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from benchmark.collect.archive.limits import ArchiveDefect
from benchmark.model.facts import Reason

BLOCK: Final = 512
ZEROS: Final = bytes(BLOCK)

_OCTAL: Final = re.compile(rb"[0-7]+")
_DECIMAL: Final = re.compile(rb"[0-9]{1,19}")
_RECORD: Final = re.compile(rb"([1-9][0-9]{0,9}) ")
_WITHOUT_NUL: Final = frozenset({b"path", b"linkpath", b"GNU.sparse.name"})
_SINGLE: Final = frozenset({b"path", b"linkpath", b"size", b"GNU.sparse.name"})
_SPARSE_VERSIONS: Final = frozenset({(b"0", b"0"), (b"0", b"1"), (b"1", b"0")})


class Header(NamedTuple):
    """The fields that matter. ``flag`` is the type flag; ``size`` as announced; ``extended`` an old GNU sparse map goes on."""

    name: bytes
    flag: bytes
    mode: int
    size: int
    target: bytes
    extended: bool


def looks_like_header(block: bytes) -> bool:
    """True when the checksum of ``block`` is right, or when it is the zeros that end an archive."""
    return block == ZEROS or (len(block) == BLOCK and _checksum_holds(block))


def read_header(block: bytes) -> Header:
    """The header in ``block``. Raises ArchiveDefect(SYNTAX)."""
    if not _checksum_holds(block):
        raise broken("a header with a wrong checksum")
    name = _text(block[:100])
    flag = block[156:157]
    magic = block[257:265]
    if magic == b"ustar  \0":
        prefix = _mistaken_prefix(block)
    elif magic[:6] == b"ustar\0":
        prefix = _text(block[345:476] if block[508:512] == b"tar\0" else block[345:500])
    else:
        prefix = b""
    size = _number(block[124:136])
    if size < 0:
        raise broken("a header with a negative size")
    extended = flag == b"S" and block[482] != 0
    return Header(
        b"%s/%s" % (prefix, name) if prefix else name,
        flag,
        _number(block[100:108]) & 0o7777,
        size,
        _text(block[157:257]),
        extended,
    )


def read_pax(data: bytes) -> dict[bytes, bytes]:
    """The records of an extended header. Raises ArchiveDefect(SYNTAX), also where a record that matters stands twice."""
    records: dict[bytes, bytes] = {}
    at = 0
    while at < len(data):
        match = _RECORD.match(data, at)
        end = at + int(match[1]) if match else 0
        if match is None or end > len(data) or end <= match.end() or data[end - 1] != 0x0A:
            raise broken("an extended header with a damaged record")
        key, equals, value = data[match.end() : end - 1].partition(b"=")
        if not key or not equals or b"\0" in (value if key in _WITHOUT_NUL else key):
            raise broken("an extended header with a damaged record")
        if key in records and key in _SINGLE:
            raise broken(f"an extended header that says {key.decode()} twice")
        records[key] = value
        at = end
    return records


def pax_name(records: dict[bytes, bytes]) -> bytes:
    """The name that an extended header gives, b"" when it gives none; sparse files have theirs in a record of its own."""
    sparse = records.get(b"GNU.sparse.name", b"")
    if not sparse:
        return records.get(b"path", b"")
    version = (records.get(b"GNU.sparse.major", b""), records.get(b"GNU.sparse.minor", b""))
    if version not in _SPARSE_VERSIONS and (version != (b"", b"") or not records.get(b"GNU.sparse.map")):
        raise broken("a sparse file of an unknown version")
    return sparse


def pax_size(records: dict[bytes, bytes]) -> int | None:
    """The size that an extended header gives."""
    value = records.get(b"size", b"")
    if not value:
        return None
    if not _DECIMAL.fullmatch(value):
        raise broken("an extended header whose size is no number")
    return int(value)


def broken(detail: str) -> ArchiveDefect:
    """What to raise for a tar archive that cannot be read in one way only."""
    return ArchiveDefect(Reason.SYNTAX, detail)


def _checksum_holds(block: bytes) -> bool:
    """Of all bytes with the checksum's own read as spaces; some writers added signed bytes."""
    field = block[148:156].strip(b" \0").split(b"\0", 1)[0]
    if not _OCTAL.fullmatch(field):
        return False
    stored = int(field, 8)
    total = sum(block) - sum(block[148:156]) + 8 * 0x20
    if stored == total:
        return True
    high = sum(each > 0x7F for each in block) - sum(each > 0x7F for each in block[148:156])
    return stored == total - 256 * high


def _number(field: bytes) -> int:
    """Octal digits, or binary where the first bit is set (base 256, two's complement)."""
    if field[0] & 0x80:
        negative = field[0] & 0x40
        value = int.from_bytes(field, "big")
        bits = 8 * len(field)
        value = value - (1 << bits) if negative else value - (1 << (bits - 1))
        if not -(1 << 63) <= value < 1 << 63:
            raise broken("a header with a number of more than 64 bits")
        return value
    digits = field.strip(b" \0").split(b"\0", 1)[0]
    if not digits:
        return 0
    if not _OCTAL.fullmatch(digits):
        raise broken("a header with a number that is not octal")
    return int(digits, 8)


def _text(field: bytes) -> bytes:
    return field.split(b"\0", 1)[0]


def _mistaken_prefix(block: bytes) -> bytes:
    """Go before 1.8 wrote a prefix where GNU tar has two times; archive/tar still takes it for one."""
    for field in (block[345:357], block[357:369]):
        if field[0]:
            try:
                _number(field)
            except ArchiveDefect:
                prefix = _text(block[345:500])
                return prefix if prefix.isascii() else b""
    return b""
