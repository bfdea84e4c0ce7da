"""What can be wrong with one reply, and what has to come of it: nothing at all, or one reason code for that one reply."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from benchmark.model.facts import Reason
from tests.faulty_daemon import FAULTS, FaultyDaemon

Breakdown: TypeAlias = "Callable[[FaultyDaemon, Any, bytes], bool]"


class Outcome(enum.Enum):
    """What a fault may change."""

    NOTHING = "nothing"  # not one byte of the report
    DIGEST = "digest"  # the same document in other bytes: only its digest
    LOST = "lost"  # the reply is unavailable
    EITHER = "either"  # a client may read it or refuse it, and must do one of both
    VALUES = "values"  # a document with unfit values: what rests on those is unavailable
    ENDED = "ended"  # nobody answers any more: the reply and whatever was to be asked after it


@dataclass(frozen=True)
class Kind:
    """One kind of fault. ``reasons`` are those that a lost reply may have; ``slow`` costs the time that a request has,
    ``heavy`` much traffic. ``content`` faults are in a document: what is no JSON, an image's archive, loses them otherwise.
    ``applies`` says of a body whether the fault would change it at all.
    """

    break_down: Breakdown
    outcome: Outcome
    reasons: frozenset[Reason] = frozenset()
    slow: bool = False
    heavy: bool = False
    content: bool = False
    applies: Callable[[bytes], bool] = lambda _: True


_EXPECTED: Final[dict[str, Reason]] = {
    "hang": Reason.TIMEOUT,
    "drip": Reason.TIMEOUT,
    "truncate": Reason.TRUNCATED,
    "close": Reason.RESET,
    "reset": Reason.RESET,
    "huge": Reason.OVERSIZE,
    "huge_announced": Reason.OVERSIZE,
    "bad_json": Reason.SYNTAX,
    "duplicate_key": Reason.DUPLICATE_KEY,
    "nan": Reason.SYNTAX,
    "deep": Reason.TOO_DEEP,
    "not_utf8": Reason.NOT_UTF8,
    "wrong_type": Reason.WRONG_TYPE,
    "null": Reason.WRONG_TYPE,
    "redirect": Reason.REDIRECT,
    "status_401": Reason.DENIED,
    "status_403": Reason.DENIED,
    "status_404": Reason.NOT_FOUND,
    "status_500": Reason.HTTP_ERROR,
}
_CONTENT: Final = frozenset(
    {
        "huge",
        "huge_announced",
        "chunk_flood",
        "bad_json",
        "duplicate_key",
        "nan",
        "deep",
        "not_utf8",
        "wrong_type",
        "null",
    }
)
_MORE: Final[dict[str, frozenset[Reason]]] = {
    "reset": frozenset({Reason.RESET, Reason.TRUNCATED}),  # a unix socket without unread data ends, and does not reset
    "huge": frozenset({Reason.OVERSIZE, Reason.SYNTAX}),  # a list is known to be none at its first byte
}


def lost(break_down: Breakdown, *reasons: Reason, slow: bool = False, content: bool = False) -> Kind:
    """A fault that makes the reply unavailable."""
    return Kind(break_down, Outcome.LOST, frozenset(reasons), slow, content=content)


def daemon_faults() -> Mapping[str, Kind]:
    """All that tests/faulty_daemon.py can do, whatever is added to it: without a reason of its own it is a defect of HTTP."""
    kinds: dict[str, Kind] = {}
    for name, break_down in FAULTS.items():
        reasons = _MORE.get(name) or frozenset({_EXPECTED.get(name, Reason.PROTOCOL)})
        kinds[name] = Kind(
            break_down, Outcome.LOST, reasons, name in ("hang", "drip"), name == "huge", name in _CONTENT
        )
    gone = frozenset({Reason.RESET, Reason.TRUNCATED, Reason.REFUSED, Reason.NO_ENGINE})
    kinds["die"] = Kind(FAULTS["die"], Outcome.ENDED, gone)
    return kinds


def split(reply: bytes) -> tuple[bytes, bytes]:
    """Status line with headers, and the body, of a reply that ``reply_bytes`` has framed."""
    head, _, rest = reply.partition(b"\r\n\r\n")
    if b"Transfer-Encoding: chunked" not in head:
        return head, rest
    size, _, rest = rest.partition(b"\r\n")
    return head, rest[: int(size, 16)]


def framed(head: bytes, body: bytes, *headers: bytes) -> bytes:
    """``body`` with its length behind ``head``, whose own framing is taken out."""
    kept = [line for line in head.split(b"\r\n") if not line.startswith((b"Content-Length", b"Transfer-Encoding"))]
    return b"\r\n".join([*kept, *headers, b"Content-Length: %d" % len(body), b"", b""]) + body
