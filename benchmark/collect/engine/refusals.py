"""Replies with another status than 200: the reason code of each, and what the engine says about it."""

from __future__ import annotations

from typing import Final

from benchmark.collect.engine.bodies import WholeBody
from benchmark.model.facts import Reason, Unavailable

ERROR_BODY_BYTES: Final = 64 * 1024
_MESSAGE_CHARACTERS: Final = 300


def refusal_of(status: int, message: str) -> Unavailable:
    """The status as a reason code, with ``message`` in its detail."""
    return Unavailable(_reason(status), f"HTTP {status}{message}")


def message_in(body: WholeBody) -> str:
    """What the engine says in its ``{"message": …}``, ready to be put behind the status; "" where it says nothing."""
    value = body.finish()[0]
    said = value.get("message") if isinstance(value, dict) else None
    return f": {said[:_MESSAGE_CHARACTERS]}" if isinstance(said, str) else ""


def _reason(status: int) -> Reason:
    if status in {401, 403}:
        return Reason.DENIED
    if status == 404:
        return Reason.NOT_FOUND
    return Reason.REDIRECT if 300 <= status < 400 else Reason.HTTP_ERROR
