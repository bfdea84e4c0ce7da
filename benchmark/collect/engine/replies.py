"""HTTP/1.1 replies, read strictly: one framing or none, every size capped, nothing guessed (RFC 9112).

Whatever is not exactly a reply as a Docker engine writes it is a WireDefect, and the connection is given up.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from benchmark.collect.engine.limits import Limits
from benchmark.collect.engine.transport import Stream, WireDefect
from benchmark.model.facts import Reason

_STATUS: Final = re.compile(rb"HTTP/1\.([01]) ([2-5][0-9][0-9])(?: [^\x00-\x08\x0a-\x1f\x7f]*)?")
_TOKEN: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LENGTH: Final = re.compile(rb"[0-9]{1,15}")
_CHUNK_SIZE: Final = re.compile(rb"[0-9A-Fa-f]{1,8}")
_FRAMING: Final = frozenset({b"content-length", b"transfer-encoding", b"content-encoding", b"connection"})
_BODILESS: Final = frozenset({204, 304})
_FLOOD_CHUNKS: Final = 4096  # chunks after which their average size is looked at
_FLOOD_BYTES: Final = 64  # the smallest average that is not a flood

_CHUNKED: Final = -1


@dataclass(frozen=True, slots=True)
class Head:
    """Status line and framing. ``length`` is the announced size of the body, -1 when it comes in chunks.

    ``close``: the server closes the connection. ``stray``: a body is announced where none may be, and may follow or not.
    """

    status: int
    length: int
    close: bool
    stray: bool = False


class ReplyReader:
    """Reads the replies of one connection in order. Every method raises WireDefect."""

    __slots__ = ("_at", "_data", "_limits", "_stream")

    def __init__(self, stream: Stream, limits: Limits) -> None:
        self._stream = stream
        self._limits = limits
        self._data = b""
        self._at = 0

    @property
    def has_more(self) -> bool:
        """Whether bytes have come that belong to no reply so far."""
        return self._at < len(self._data)

    def read_head(self, deadline: float) -> Head:
        """The head of the next reply."""
        limit = self._limits.header_bytes
        while True:
            end = self._data.find(b"\r\n\r\n", self._at)
            if end >= 0 and end - self._at <= limit:
                break
            if len(self._data) - self._at > limit:
                raise WireDefect(Reason.PROTOCOL, f"more than {limit} bytes of headers")
            self._fill(deadline, "in the headers")
        block = self._data[self._at : end]
        self._at = end + 4
        return _parse_head(block, self._limits.header_count)

    def read_body(self, head: Head, deadline: float, take: Callable[[bytes], None]) -> None:
        """Hand the body to ``take``, piece by piece, as it comes."""
        if head.length != _CHUNKED:
            self._hand_on(head.length, deadline, take)
            return
        chunks = total = 0
        while True:
            size = self._chunk_size(deadline)
            if size == 0:
                self._line_end(deadline, "trailers are not accepted")
                return
            self._hand_on(size, deadline, take)
            self._line_end(deadline, "a chunk is longer than it says")
            chunks += 1
            total += size
            if chunks >= _FLOOD_CHUNKS and total < chunks * _FLOOD_BYTES:
                raise WireDefect(Reason.PROTOCOL, f"{chunks} chunks for {total} bytes")

    def _hand_on(self, count: int, deadline: float, take: Callable[[bytes], None]) -> None:
        while count:
            piece = self._data[self._at : self._at + count]
            if not piece:
                self._fill(deadline, f"{count} bytes before the end")
                continue
            self._at += len(piece)
            count -= len(piece)
            take(piece)

    def _chunk_size(self, deadline: float) -> int:
        while True:
            end = self._data.find(b"\r\n", self._at, self._at + 10)
            if end >= 0:
                break
            if len(self._data) - self._at >= 10:
                raise WireDefect(Reason.PROTOCOL, "bad chunk size")
            self._fill(deadline, "before the last chunk")
        text = self._data[self._at : end]
        if not _CHUNK_SIZE.fullmatch(text):
            raise WireDefect(Reason.PROTOCOL, "bad chunk size")
        self._at = end + 2
        return int(text, 16)

    def _line_end(self, deadline: float, otherwise: str) -> None:
        while len(self._data) - self._at < 2:
            self._fill(deadline, "at the end of a chunk")
        if self._data[self._at : self._at + 2] != b"\r\n":
            raise WireDefect(Reason.PROTOCOL, otherwise)
        self._at += 2

    def _fill(self, deadline: float, where: str) -> None:
        rest = self._data[self._at :]
        self._at = 0
        silent = not rest and where == "in the headers"
        try:
            more = self._stream.receive(deadline)
        except WireDefect as defect:
            self._data = rest
            raise WireDefect(defect.reason, defect.detail, silent=silent and defect.reason is Reason.RESET) from None
        self._data = rest + more
        if more:
            return
        if silent:
            raise self._stream.farewell()
        raise WireDefect(Reason.TRUNCATED, f"closed {where}")


def _parse_head(block: bytes, most: int) -> Head:
    first, *lines = block.split(b"\r\n")
    status = _STATUS.fullmatch(first)
    if status is None:
        raise WireDefect(Reason.PROTOCOL, "not an HTTP/1.1 reply")
    if len(lines) > most:
        raise WireDefect(Reason.PROTOCOL, f"more than {most} headers")
    framing: dict[bytes, bytes] = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not _TOKEN.fullmatch(name) or b"\n" in value or b"\r" in value or b"\0" in value:
            raise WireDefect(Reason.PROTOCOL, "bad header line")
        key = name.lower()
        if key in _FRAMING:
            if key in framing:
                raise WireDefect(Reason.PROTOCOL, f"header {key.decode()} stands twice")
            framing[key] = value.strip(b" \t").lower()
    number = int(status[2])
    connection = framing.get(b"connection", b"")
    close = connection == b"close" or (status[1] == b"0" and connection != b"keep-alive")
    if number in _BODILESS:
        stray = framing.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in framing
        return Head(number, 0, close, stray)
    return Head(number, _body_length(framing), close)


def _body_length(framing: dict[bytes, bytes]) -> int:
    encoding = framing.get(b"content-encoding", b"identity")
    if encoding != b"identity":
        raise WireDefect(Reason.PROTOCOL, f"content encoding {encoding.decode('latin-1')!r} was not asked for")
    length, transfer = framing.get(b"content-length"), framing.get(b"transfer-encoding")
    if length is not None and transfer is not None:
        raise WireDefect(Reason.PROTOCOL, "both Content-Length and Transfer-Encoding")
    if transfer is not None:
        if transfer != b"chunked":
            raise WireDefect(Reason.PROTOCOL, f"transfer encoding {transfer.decode('latin-1')!r}")
        return _CHUNKED
    if length is None:
        raise WireDefect(Reason.PROTOCOL, "neither Content-Length nor chunks: the end of the reply cannot be told")
    if not _LENGTH.fullmatch(length):
        raise WireDefect(Reason.PROTOCOL, "bad Content-Length")
    return int(length)
