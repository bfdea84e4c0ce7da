"""A series of requests that are pipelined: which reply comes next, and what has been asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from benchmark.model.facts import JsonValue, Unavailable

Mismatch: TypeAlias = "Callable[[int, JsonValue], Unavailable | None]"


class Series:
    """How far a series of requests has come: the next reply is for ``head``, the next request to write is ``asked``."""

    __slots__ = ("_mismatch", "asked", "furthest", "head", "paths", "repeated")

    def __init__(self, paths: Sequence[str], mismatch: Mismatch | None) -> None:
        self.paths = paths
        self._mismatch = mismatch
        self.head = self.asked = self.furthest = 0
        self.repeated = -1  # the one path that was asked again

    def defect_of(self, value: JsonValue | Unavailable) -> Unavailable | None:
        """Why a document cannot be the reply that is next."""
        if self._mismatch is None or isinstance(value, Unavailable):
            return None
        return self._mismatch(self.head, value)

    def may_repeat(self) -> bool:
        """True, once, for the path whose reply is next."""
        if self.repeated == self.head:
            return False
        self.repeated = self.head
        return True
