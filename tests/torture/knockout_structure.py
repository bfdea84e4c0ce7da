"""Faults inside a JSON document that stays JSON: every key on every path, missing, null, of another type, unknown or twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

KINDS: Final = ("missing", "null", "wrong type", "unknown", "duplicate")
_UNKNOWN: Final = "dockmark-never-heard-of-it"


class Changed(NamedTuple):
    """``where`` is the path of the key that was changed, ``before`` what stood there."""

    where: tuple[str | int, ...]
    before: Any
    data: bytes


def changed_documents(document: Any, kind: str) -> Iterator[Changed]:
    """``document`` once for every place where ``kind`` can be done to it."""
    for where in _places(document, ()):
        before = document
        for key in where:
            before = before[key]
        text = _changed(document, where, kind)
        if text is not None:
            yield Changed(where, before, text)


def _places(value: Any, where: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield (*where, key)
        yield from _places(each, (*where, key))


def _changed(document: Any, where: tuple[str | int, ...], kind: str) -> bytes | None:
    *above, key = where
    value = document
    for each in where:
        value = value[each]
    if kind == "missing":
        return _with(document, above, lambda holder: _without(holder, key))
    if kind == "null":
        return None if value is None else _with(document, above, lambda holder: _set(holder, key, None))
    if kind == "wrong type":
        return _with(document, above, lambda holder: _set(holder, key, _other_type(value)))
    if kind == "unknown":
        return _with(document, above, lambda holder: _set(holder, key, _UNKNOWN)) if isinstance(value, str) else None
    if not isinstance(key, str):
        return None
    marked = _with(document, above, lambda holder: {**_set(holder, key, value), "\0twice": _other_value(value)})
    return marked.replace(json.dumps("\0twice").encode(), json.dumps(key).encode())


def _with(document: Any, above: list[str | int], change: Any) -> bytes:
    def copied(value: Any, rest: list[str | int]) -> Any:
        if not rest:
            return change(value)
        return _set(value, rest[0], copied(value[rest[0]], rest[1:]))

    return json.dumps(copied(document, above), separators=(",", ":")).encode()


def _set(holder: Any, key: str | int, value: Any) -> Any:
    if isinstance(holder, dict):
        return {**holder, key: value}
    return [value if at == key else each for at, each in enumerate(holder)]


def _without(holder: Any, key: str | int) -> Any:
    if isinstance(holder, dict):
        return {name: each for name, each in holder.items() if name != key}
    return [each for at, each in enumerate(holder) if at != key]


def _other_type(value: Any) -> Any:
    """Something that no place takes which takes ``value``, null apart."""
    return {"": 5} if isinstance(value, str | int | float | list) else [5] if isinstance(value, dict) else {"": 5}


def _other_value(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return (
        "other" if isinstance(value, str) else [] if isinstance(value, list) else {} if isinstance(value, dict) else 1
    )
