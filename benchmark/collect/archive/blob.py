"""A file of the archive whose nature is told by its first bytes: a layer, compressed or not, or a document."""

from __future__ import annotations

import zlib
from typing import Final

from benchmark.collect.archive.layer import Layer
from benchmark.collect.archive.limits import ArchiveDefect, Budget, Overrun
from benchmark.collect.archive.tar import TarReader
from benchmark.collect.archive.tar_header import BLOCK, looks_like_header
from benchmark.model.facts import Reason, Unavailable

_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_PIECE: Final = 256 * 1024


class Blob:
    """The payload of one file. ``content`` is a layer, a document's bytes, or why it is neither, once ``close`` was called.

    ``is_document`` says that its name lets it be a document. A damaged layer costs itself; only Overrun is raised.
    """

    __slots__ = ("_budget", "_document", "_gunzip", "_is_document", "_layer", "_reader", "_start", "content")

    def __init__(self, budget: Budget, *, is_document: bool) -> None:
        self.content: Layer | bytes | Unavailable = Unavailable(Reason.SYNTAX, "an empty file")
        self._budget = budget
        self._is_document = is_document
        self._start = b""
        self._layer: Layer | None = None
        self._reader: TarReader | None = None
        self._gunzip: _Gunzip | None = None
        self._document: bytearray | None = None

    def take(self, piece: bytes) -> bool:
        """The next bytes; False when no more are wanted."""
        try:
            if self._gunzip is None and self._reader is None and self._document is None:
                self._start += piece
                if len(self._start) < BLOCK:
                    return True
                piece, self._start = self._start, b""
                self._begin(piece)
            return self._pass_on(piece)
        except Overrun:
            raise
        except ArchiveDefect as defect:
            self._fail(defect)
            return False

    def close(self) -> None:
        """The file is complete."""
        try:
            if self._start:
                self._begin(self._start)
                self._pass_on(self._start)
            self._end()
        except Overrun:
            raise
        except ArchiveDefect as defect:
            self._fail(defect)

    def _begin(self, start: bytes) -> None:
        if start.startswith(_ZSTD):
            raise ArchiveDefect(Reason.UNSUPPORTED, "compressed with zstd, which is not read")
        if start.startswith(_GZIP):
            self._layer = Layer(self._budget)
            self._gunzip = _Gunzip(TarReader(self._layer, self._budget), self._budget)
        elif looks_like_header(start[:BLOCK]):
            self._layer = Layer(self._budget)
            self._reader = TarReader(self._layer, self._budget)
        elif self._is_document and start.lstrip(b" \t\r\n").startswith((b"{", b"[")):
            self._document = bytearray()
        else:
            raise ArchiveDefect(Reason.SYNTAX, "neither a tar archive nor one compressed with gzip")

    def _pass_on(self, piece: bytes) -> bool:
        if self._gunzip is not None:
            return self._gunzip.take(piece)
        if self._reader is not None:
            return self._reader.take(piece)
        if self._document is not None:
            self._budget.document(len(piece))
            self._document += piece
            return True
        return False  # broken: the rest is passed over

    def _end(self) -> None:
        if self._gunzip is not None:
            self._gunzip.finish()
        elif self._reader is not None:
            self._reader.finish(marker=False)
        if self._layer is not None:
            self._layer.finish()
            self.content = self._layer
        elif self._document is not None:
            self.content = bytes(self._document)

    def _fail(self, defect: ArchiveDefect) -> None:
        self.content = Unavailable(defect.reason, defect.detail)
        self._layer = self._reader = self._gunzip = self._document = None
        self._start = b""


class _Gunzip:
    """Unfolds gzip (RFC 1952), members one after the other, in bounded pieces."""

    __slots__ = ("_between", "_budget", "_engine", "_reader")

    def __init__(self, reader: TarReader, budget: Budget) -> None:
        self._reader = reader
        self._budget = budget
        self._engine = zlib.decompressobj(wbits=31)
        self._between = False

    def take(self, piece: bytes) -> bool:
        while piece:
            if self._between:
                self._engine, self._between = zlib.decompressobj(wbits=31), False
            try:
                out = self._engine.decompress(piece, _PIECE)
            except zlib.error:
                raise ArchiveDefect(Reason.SYNTAX, "damaged gzip") from None
            self._budget.unpack(len(out))
            self._reader.take(out)
            if self._engine.eof:
                piece, self._between = self._engine.unused_data, True
            else:
                piece = self._engine.unconsumed_tail
        return True

    def finish(self) -> None:
        if not self._between:
            raise ArchiveDefect(Reason.TRUNCATED, "the gzip stream ends before its end")
        self._reader.finish(marker=False)
