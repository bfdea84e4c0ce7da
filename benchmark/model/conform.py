"""Checks values against their declarations: a wrong type becomes ``Unavailable(WRONG_TYPE)``, never a guess."""

from __future__ import annotations

import re
from typing import Final

from benchmark.model.declaration import NO_NULL, Fact, Type
from benchmark.model.facts import FactValue, JsonValue, Reason, Unavailable

_MODE: Final = re.compile(r"[0-7]{4}")
_INT64: Final = 2**63
_PLAIN: Final = {Type.BOOL: bool, Type.STRING: str, Type.VERSION: str}  # settled by their Python type alone


def conform(fact: Fact, name: str, value: JsonValue) -> FactValue:
    """``value`` itself when it has the declared type (null only where the declaration gives null a meaning).

    Otherwise ``Unavailable(WRONG_TYPE)`` whose detail names the fact, the type expected and what was found. Unknown
    fields of records are an error too: collectors project before they conform.
    """
    if value.__class__ is _PLAIN.get(fact.type) and not fact.known:
        return value
    if value is None:
        return _wrong(fact, name, value) if fact.null_is is NO_NULL else None
    if _fits(fact, value):
        if fact.fields:
            return _closed(fact, name, value)
        return value if not fact.known or _is_known(fact.known, value) else _unknown(name, value)
    return _wrong(fact, name, value)


def _wrong(fact: Fact, name: str, value: JsonValue) -> Unavailable:
    return Unavailable(Reason.WRONG_TYPE, f"{name} is {_kind_of(value)}, expected {fact.type.value}")


def _unknown(name: str, value: JsonValue) -> Unavailable:
    return Unavailable(
        Reason.UNKNOWN_VALUE, f"{name} is {str(value)[:80]!r}, which no engine version we know documents"
    )


def _closed(fact: Fact, name: str, records: JsonValue) -> FactValue:
    """``records``, which fit, unless a closed field of one of them holds a word that nobody documents."""
    closed = [(key, field.known) for key, field in fact.fields.items() if field.known]
    for record in records if closed and isinstance(records, list) else ():
        for key, known in closed:
            value = record.get(key) if isinstance(record, dict) else None
            if value is not None and not _is_known(known, value):
                return _unknown(f"{name}[].{key}", value)
    return records


def _is_known(known: tuple[str, ...], value: JsonValue) -> bool:
    text = str(value)
    return text in known or any(each.endswith(":") and text.startswith(each) for each in known)


def _fits(fact: Fact, value: JsonValue) -> bool:
    kind = fact.type
    if kind is Type.STRING or kind is Type.VERSION:
        return type(value) is str
    if kind is Type.BOOL:
        return type(value) is bool
    if kind is Type.INT:
        return type(value) is int and -_INT64 <= value < _INT64
    if kind is Type.STRINGS or kind is Type.PATHS:
        return type(value) is list and all(type(each) is str for each in value)
    if kind is Type.MODE:
        return type(value) is str and _MODE.fullmatch(value) is not None
    if kind is Type.MAP:
        return type(value) is dict and all(type(each) is str for each in value.values())
    if kind is Type.OWNER:
        return _is_owner(value)
    return _are_records(fact, value)


def _is_owner(value: JsonValue) -> bool:
    if type(value) is not dict or set(value) != {"uid", "gid", "user", "group"}:
        return False
    return all(type(value[each]) is int for each in ("uid", "gid")) and all(
        value[each] is None or type(value[each]) is str for each in ("user", "group")
    )


def _are_records(fact: Fact, value: JsonValue) -> bool:
    if type(value) is not list:
        return False
    fields = fact.fields
    for record in value:
        if type(record) is not dict:
            return False
        for key, each in record.items():
            declared = fields.get(key)
            if (
                declared is None
                or (each is None and declared.null_is is NO_NULL)
                or not (each is None or _fits(declared, each))
            ):
                return False
    return True


def _kind_of(value: JsonValue) -> str:
    if value is None:
        return "null"
    for kind, word in (
        (bool, "a boolean"),
        (int, "an integer"),
        (float, "a number"),
        (str, "a string"),
        (list, "a list"),
    ):
        if type(value) is kind:
            return word if kind is not list else "a list with unfit elements or of another type"
    return "an object"
