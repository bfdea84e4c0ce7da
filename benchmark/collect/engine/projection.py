"""From what an engine says to declared facts: nothing else gets through (default-deny).

The table of declared facts is compiled once into groups by parent object, since a container has some forty facts in five
objects and there may be thousands of containers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from benchmark.model.conform import conform
from benchmark.model.declaration import Fact, Type
from benchmark.model.facts import ABSENT, Absent, FactValue, JsonValue, Reason, Unavailable

_SIMPLE: Final[Mapping[Type, type]] = {Type.STRING: str, Type.VERSION: str, Type.BOOL: bool}
_MISSING: Final = object()

_Entry: TypeAlias = "tuple[str, str, Fact, type | None]"
Projection: TypeAlias = "tuple[tuple[tuple[str, ...], tuple[_Entry, ...]], ...]"


def compile_projection(
    facts: Mapping[str, Fact], prefix: str = "", without: frozenset[str] = frozenset()
) -> Projection:
    """The facts of a table that are plain paths in a document: names starting with ``prefix``, not derived, not ``without``."""
    groups: dict[tuple[str, ...], list[_Entry]] = {}
    for name, fact in facts.items():
        if fact.derived or name in without or not name.startswith(prefix):
            continue
        *parents, key = name[len(prefix) :].split(".")
        simple = None if fact.known else _SIMPLE.get(fact.type)
        groups.setdefault(tuple(parents), []).append((key, name, fact, simple))
    return tuple((parents, tuple(entries)) for parents, entries in groups.items())


def project(projection: Projection, document: dict[str, JsonValue]) -> dict[str, FactValue]:
    """Every fact of the projection: its value, ABSENT when the key or its parent is not there, or WRONG_TYPE."""
    facts: dict[str, FactValue] = {}
    for parents, entries in projection:
        parent = descend(document, parents)
        if not isinstance(parent, dict):
            for _, name, _, _ in entries:
                facts[name] = parent
            continue
        for key, name, fact, simple in entries:
            value = parent.get(key, _MISSING)
            if type(value) is simple:
                facts[name] = value  # type: ignore[assignment]  # mypy does not follow type(…) is
            elif value is _MISSING:
                facts[name] = ABSENT
            else:
                facts[name] = conform(fact, name, _known_fields(fact, value))  # type: ignore[arg-type]  # not _MISSING
    return facts


def descend(document: dict[str, JsonValue], path: tuple[str, ...]) -> dict[str, JsonValue] | Unavailable | Absent:
    """The object at ``path``; ABSENT when it or a parent is missing or null; WRONG_TYPE when one of them is no object."""
    here = document
    for depth, key in enumerate(path):
        inner = here.get(key)
        if inner is None:
            return ABSENT
        if not isinstance(inner, dict):
            return Unavailable(Reason.WRONG_TYPE, f"{'.'.join(path[: depth + 1])} is not an object")
        here = inner
    return here


def part(document: dict[str, JsonValue], *path: str) -> FactValue:
    """The value at ``path`` as it stands; ABSENT or WRONG_TYPE as in ``descend``. Null stays null."""
    parent = descend(document, path[:-1])
    if not isinstance(parent, dict):
        return parent
    return parent.get(path[-1], ABSENT)


def known(value: FactValue, name: str) -> JsonValue | Unavailable:
    """An input of a derived fact: a missing one is UNSUPPORTED, since nothing may be concluded from what was not said."""
    if isinstance(value, Absent):
        return Unavailable(Reason.UNSUPPORTED, f"the engine does not report {name}")
    return value


def _known_fields(fact: Fact, value: object) -> object:
    if fact.type is not Type.RECORDS or type(value) is not list:
        return value
    fields = fact.fields
    return [{key: each[key] for key in fields if key in each} if type(each) is dict else each for each in value]
