"""A reply that is too large to hold: its body is handed on piece by piece as it arrives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from benchmark.collect.engine.client import EngineClient
from benchmark.collect.engine.transport import WireDefect
from benchmark.model.facts import JsonValue, Reason, Unavailable

_NO_DIGEST: Final = ""


class Stop(Exception):
    """Raised by a taker that wants no more; the connection is given up and the reply is unavailable for this reason."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def stream(
    client: EngineClient, path: str, take: Callable[[bytes], None], *, most: int, seconds: float
) -> int | Unavailable:
    """How many bytes the body at ``path`` had, all given to ``take``; or why it did not come whole.

    OVERSIZE beyond ``most`` bytes; TIMEOUT after ``seconds``, or when the run's own time is up. ``take`` may raise Stop.
    """
    body = _StreamBody(take, most)
    reply = client.stream(path, body, seconds)
    return reply.value if isinstance(reply.value, Unavailable) else body.size


class _StreamBody:
    """A body that is passed on and not kept."""

    __slots__ = ("_most", "_take", "size")

    def __init__(self, take: Callable[[bytes], None], most: int) -> None:
        self._take = take
        self._most = most
        self.size = 0

    def announce(self, length: int) -> None:
        """Refuse at once what the headers already say is too large."""
        if length > self._most:
            raise WireDefect(Reason.OVERSIZE, f"{length} bytes, at most {self._most} are read")

    def take(self, piece: bytes) -> None:
        """Pass on."""
        self.size += len(piece)
        if self.size > self._most:
            raise WireDefect(Reason.OVERSIZE, f"more than {self._most} bytes")
        try:
            self._take(piece)
        except Stop as stop:
            raise WireDefect(stop.reason, stop.detail) from None

    def finish(self) -> tuple[JsonValue | Unavailable, str]:
        """Nothing is left to hand over."""
        return None, _NO_DIGEST
