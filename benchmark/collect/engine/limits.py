"""What a run may cost: bytes, seconds, requests in flight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps of one run against one engine.

    ``request_seconds`` runs from when a reply is first waited for, ``run_seconds`` from ``connect_engine``. ``object_bytes``
    is the most that is held of one JSON document, ``object_values`` the most values in it, which take far more room than
    their bytes. ``list_bytes`` and ``list_elements`` are the most of a list, which is read element by element beyond the
    limits of a document, so that memory stays flat; ``run_bytes`` is the most of all documents together. ``stalls`` broken
    replies in a row end a series of requests.
    """

    request_seconds: float = 20.0
    run_seconds: float = 300.0
    object_bytes: int = 8 * MIB
    object_values: int = 250_000
    list_bytes: int = 256 * MIB
    list_elements: int = 100_000
    run_bytes: int = 128 * MIB
    header_bytes: int = 32 * 1024
    header_count: int = 64
    depth: int = 16
    stalls: int = 3
