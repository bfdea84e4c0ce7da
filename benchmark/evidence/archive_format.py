"""Packs as archives: a ZIP of the plainest kind (PKWARE APPNOTE 6.3.10, section 4.3), in which every byte has one meaning.

No extra fields, comments, descriptors, encryption, links, gaps, ZIP64 or directories: files alone, sorted by name, one after the
other, all with the same time. What is written like this reads the same in every program, and leaves nowhere to hide anything.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

MOST_ENTRIES: Final = 20_000
MOST_BYTES_OF_A_FILE: Final = 512 * 1024 * 1024
MOST_BYTES: Final = 4 * 1024**3 - 1  # ZIP without its 64 bit extension
RATIO: Final = 200  # how many times smaller a file may have become
CHUNK: Final = 64 * 1024

LOCAL: Final = struct.Struct("<4s5H3L2H")
CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
END: Final = struct.Struct("<4s4H2LH")
_NEEDED: Final = 20  # 2.0: deflate
_MADE_BY: Final = 3 << 8 | _NEEDED  # Unix, so that the mode counts
_MODE: Final = 0o100644 << 16  # a regular file
STORED: Final = 0
DEFLATED: Final = 8
_FIRST_YEAR: Final = 1980


class ArchiveDefect(Exception):
    """The file is no pack as we write it. The message says where, and what was expected."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of an archive: where its data begin, how long they are, and what the headers say of its content."""

    name: str
    method: int
    moment: tuple[int, int]
    crc: int
    packed: int
    size: int
    offset: int

    @property
    def data_offset(self) -> int:
        """Where the data begin."""
        return self.offset + LOCAL.size + len(self.name)

    @property
    def end(self) -> int:
        """Where the data end, and the next entry begins."""
        return self.data_offset + self.packed

    def local_header(self) -> bytes:
        """The header in front of the data."""
        time, date = self.moment
        fields = (_NEEDED, 0, self.method, time, date, self.crc, self.packed, self.size, len(self.name), 0)
        return LOCAL.pack(b"PK\3\4", *fields) + self.name.encode()

    def central_header(self) -> bytes:
        """The entry in the directory at the end."""
        time, date = self.moment
        fields = (_MADE_BY, _NEEDED, 0, self.method, time, date, self.crc, self.packed, self.size, len(self.name))
        return CENTRAL.pack(b"PK\1\2", *fields, 0, 0, 0, 0, _MODE, self.offset) + self.name.encode()


def moment_of(timestamp: str) -> tuple[int, int]:
    """An RFC 3339 time in UTC as the time and date of MS-DOS, which know two seconds and no year before 1980.

    Raises ValueError for another text.
    """
    date, _, clock = timestamp.removesuffix("Z").partition("T")
    year, month, day = (int(each) for each in date.split("-"))
    hour, minute, second = (int(each) for each in clock.partition(".")[0].split(":"))
    if not _FIRST_YEAR <= year < _FIRST_YEAR + 128:
        return 0, 1 << 5 | 1
    return hour << 11 | minute << 5 | second // 2, (year - _FIRST_YEAR) << 9 | month << 5 | day
