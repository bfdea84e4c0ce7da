"""A tar archive that arrives in pieces, read once and strictly: never sought in, never unpacked, never held.

Own code, because the standard library's ``tarfile`` cannot be bounded. It holds extended headers and long names whole
whatever their size, keeps every member, recurses once per header that precedes an entry, and above all takes a damaged
header in the middle for the end of the archive: what comes after it would silently not have been seen.
"""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol

from benchmark.collect.archive.limits import ArchiveDefect, Budget
from benchmark.collect.archive.tar_header import (
    BLOCK,
    ZEROS,
    Header,
    broken,
    pax_name,
    pax_size,
    read_header,
    read_pax,
)
from benchmark.model.facts import Reason

FILE: Final = 0
DIRECTORY: Final = 1
SYMLINK: Final = 2
HARDLINK: Final = 3
OTHER: Final = 4

_KINDS: Final = {
    b"1": HARDLINK,
    b"2": SYMLINK,
    b"3": OTHER,
    b"4": OTHER,
    b"5": DIRECTORY,
    b"6": OTHER,
}  # every other flag is a regular file, as POSIX asks
_LONG_NAME: Final = b"L"
_LONG_TARGET: Final = b"K"
_EXTENDED: Final = b"x"
_GLOBAL: Final = b"g"
_EXTENSIONS: Final = frozenset({_LONG_NAME, _LONG_TARGET, _EXTENDED, _GLOBAL})
_OVERLAY: Final = b"SCHILY.xattr.trusted.overlay."


class Entry(NamedTuple):
    """One entry. ``size`` bytes of payload follow. ``overlay`` is true when it carries attributes private to overlayfs."""

    name: bytes
    kind: int
    mode: int
    size: int
    target: bytes
    overlay: bool


class Payload(Protocol):
    """Who wants an entry's bytes."""

    def take(self, piece: bytes) -> bool:
        """The next bytes; False when no more are wanted."""

    def close(self) -> None:
        """The last byte has passed."""


class Sink(Protocol):
    """Who wants the entries."""

    def entry(self, entry: Entry) -> Payload | None:
        """The next entry; who wants its bytes, or None."""


class TarReader:
    """Feeds ``sink`` from the pieces given to ``take``. Raises ArchiveDefect; Overrun when a limit is passed."""

    __slots__ = (
        "_block",
        "_budget",
        "_flag",
        "_left",
        "_listens",
        "_long",
        "_pad",
        "_pax",
        "_payload",
        "_sink",
        "_waiting",
        "_zero",
        "ended",
    )

    def __init__(self, sink: Sink, budget: Budget) -> None:
        self.ended = False  # the two blocks of zeros that close an archive were seen
        self._sink = sink
        self._budget = budget
        self._block = b""
        self._left = 0  # bytes of payload still to come
        self._pad = 0  # bytes that fill its last block
        self._payload: Payload | None = None
        self._listens = False
        self._flag = b""  # of the extension whose payload is being read
        self._long: dict[bytes, bytes] = {}
        self._pax: dict[bytes, bytes] | None = None
        self._waiting: Entry | None = None  # behind the rest of an old GNU sparse map
        self._zero = False

    def take(self, piece: bytes) -> bool:
        """Read on. False when the archive has ended and the rest does not matter."""
        at, end = 0, len(piece)
        while at < end and not self.ended:
            if self._left:
                step = min(self._left, end - at)
                if self._listens and self._payload is not None:
                    self._listens = self._payload.take(piece[at : at + step])
                self._left -= step
                at += step
                if not self._left:
                    self._end_payload()
            elif self._pad:
                step = min(self._pad, end - at)
                self._pad -= step
                at += step
            elif self._block or end - at < BLOCK:
                step = min(BLOCK - len(self._block), end - at)
                self._block += piece[at : at + step]
                at += step
                if len(self._block) == BLOCK:
                    block, self._block = self._block, b""
                    self._read_block(block)
            else:
                self._read_block(piece[at : at + BLOCK])
                at += BLOCK
        return not self.ended

    def finish(self, *, marker: bool) -> None:
        """No more will come. Raises ArchiveDefect(TRUNCATED) in the middle of something.

        ``marker`` asks for the closing blocks of zeros, which is how a whole archive is told from one that was cut.
        """
        if self.ended:
            return
        pending = self._block or self._left or self._long or self._pax is not None or self._waiting is not None
        if pending or marker:
            raise ArchiveDefect(Reason.TRUNCATED, "the archive ends before its end")

    def _read_block(self, block: bytes) -> None:
        if self._waiting is not None:
            self._read_map(block)
            return
        if block == ZEROS:
            if self._long or self._pax is not None:
                raise broken("an extended header without an entry")
            self.ended = self._zero
            self._zero = True
            return
        if self._zero:
            raise broken("a block of zeros between entries")
        header = read_header(block)
        if header.flag in _EXTENSIONS:
            self._begin_extension(header)
            return
        entry = self._entry(header)
        if header.extended:
            self._waiting = entry
        else:
            self._begin(entry)

    def _read_map(self, block: bytes) -> None:
        """A block of an old GNU sparse map; its byte 504 says whether another one follows."""
        if not block[504] and self._waiting is not None:
            entry, self._waiting = self._waiting, None
            self._begin(entry)

    def _entry(self, header: Header) -> Entry:
        records, self._pax = self._pax or {}, None
        name = _agreed(header.name, pax_name(records), self._long.get(_LONG_NAME), "name")
        target = _agreed(header.target, records.get(b"linkpath", b""), self._long.get(_LONG_TARGET), "link target")
        self._long = {}
        most = self._budget.limits.path_bytes
        if len(name) > most or len(target) > most:
            raise ArchiveDefect(Reason.OVERSIZE, f"a path of more than {most} bytes")
        size = pax_size(records)
        kind = _KINDS.get(header.flag, FILE)
        if header.flag == b"\0" and name.endswith(b"/"):
            kind = DIRECTORY
        return Entry(
            name,
            kind,
            header.mode,
            (header.size if size is None else size) if kind == FILE else 0,
            target if kind in (SYMLINK, HARDLINK) else b"",
            any(each.startswith(_OVERLAY) for each in records),
        )

    def _begin(self, entry: Entry) -> None:
        self._budget.entry(len(entry.name))
        self._payload = self._sink.entry(entry)
        self._listens = self._payload is not None
        self._left, self._pad = entry.size, -entry.size % BLOCK
        if not self._left:
            self._end_payload()

    def _begin_extension(self, header: Header) -> None:
        self._budget.entry(0)
        most = self._budget.limits.extension_bytes
        if header.size > most:
            raise ArchiveDefect(Reason.OVERSIZE, f"an extended header of {header.size} bytes, at most {most} are read")
        twice = self._pax is not None if header.flag == _EXTENDED else header.flag in self._long
        if twice:
            raise broken("two extended headers of one kind for one entry")
        self._flag = header.flag
        self._payload, self._listens = _Held(), True
        self._left, self._pad = header.size, -header.size % BLOCK
        if not self._left:
            self._end_payload()

    def _end_payload(self) -> None:
        payload, self._payload = self._payload, None
        flag, self._flag = self._flag, b""
        if isinstance(payload, _Held) and flag:
            self._extend(flag, bytes(payload.data))
        elif payload is not None:
            payload.close()

    def _extend(self, flag: bytes, data: bytes) -> None:
        if flag in (_LONG_NAME, _LONG_TARGET):
            self._long[flag] = data.split(b"\0", 1)[0]
            return
        records = read_pax(data)
        if flag == _EXTENDED:
            self._pax = records
        elif not records.keys().isdisjoint({b"path", b"linkpath", b"size", b"GNU.sparse.name"}):
            raise broken("a global header that gives every entry one name or size")  # readers differ on what it means


class _Held:
    """The payload of an extended header; its size was checked before."""

    __slots__ = ("data",)

    def __init__(self) -> None:
        self.data = bytearray()

    def take(self, piece: bytes) -> bool:
        self.data += piece
        return True

    def close(self) -> None:
        """Nothing to do."""


def _agreed(plain: bytes, pax: bytes, long: bytes | None, what: str) -> bytes:
    """The name in force: an extended header's before the plain one's. Refused where two of them differ."""
    if long and pax and long != pax:
        raise broken(f"two extended headers that give one entry a different {what}")
    return long or pax or plain
