"""What reading one image may cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from benchmark.model.facts import Reason

MIB: Final = 1024 * 1024


class ArchiveDefect(Exception):
    """The archive, or one layer of it, is not what an engine writes. ``detail`` says what was found."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class Overrun(ArchiveDefect):
    """A limit of the whole archive was passed: no part of it is read any further."""

    def __init__(self, detail: str) -> None:
        super().__init__(Reason.OVERSIZE, detail)


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """Caps for one image.

    ``stream_bytes`` is the most that is taken from the engine, ``unpacked_bytes`` the most that compressed layers may unfold
    to, ``entries`` and ``name_bytes`` what is held of all layers together; ``document_bytes`` the most of manifests and
    configuration, ``extension_bytes`` of one extended tar header, ``path_bytes`` of one path (PATH_MAX), ``accounts_bytes`` of
    /etc/passwd. ``listed`` is how many records a fact holds. ``seconds`` is for one image, within the run's deadline.
    """

    stream_bytes: int = 8 * 1024 * MIB
    unpacked_bytes: int = 8 * 1024 * MIB
    entries: int = 2_000_000
    name_bytes: int = 256 * MIB
    document_bytes: int = 64 * MIB
    extension_bytes: int = MIB
    path_bytes: int = 4096
    accounts_bytes: int = MIB
    listed: int = 1000
    seconds: float = 240.0


class Budget:
    """What is left of the limits while an archive is read. Every method raises Overrun."""

    __slots__ = ("_documents", "_entries", "_names", "_streamed", "_unpacked", "limits")

    def __init__(self, limits: ArchiveLimits) -> None:
        self.limits = limits
        self._documents = limits.document_bytes
        self._entries = limits.entries
        self._names = limits.name_bytes
        self._streamed = limits.stream_bytes
        self._unpacked = limits.unpacked_bytes

    def stream(self, count: int) -> None:
        """``count`` bytes came from the engine."""
        self._streamed -= count
        if self._streamed < 0:
            raise Overrun(f"the archive has more than {self.limits.stream_bytes} bytes")

    def unpack(self, count: int) -> None:
        """``count`` bytes came out of a compressed layer."""
        self._unpacked -= count
        if self._unpacked < 0:
            raise Overrun(f"compressed layers unfold to more than {self.limits.unpacked_bytes} bytes")

    def document(self, count: int) -> None:
        """``count`` bytes of manifest or configuration are held."""
        self._documents -= count
        if self._documents < 0:
            raise Overrun(f"manifest and configuration have more than {self.limits.document_bytes} bytes")

    def entry(self, name_length: int) -> None:
        """One more entry, with a name of ``name_length`` bytes."""
        self._entries -= 1
        self._names -= name_length
        if self._entries < 0:
            raise Overrun(f"more than {self.limits.entries} entries")
        if self._names < 0:
            raise Overrun(f"the names of all entries have more than {self.limits.name_bytes} bytes")
