"""What a control reads, and the values that each of these facts can have: from the catalogue and the vocabulary alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from benchmark.model.control import PARAMETER, AllOf, AnyOf, Condition, Control, Each, Not, ParameterRef, Test
from benchmark.model.declaration import NO_NULL, Fact, Type
from benchmark.model.facts import ABSENT, FactValue, Subject, Unavailable
from benchmark.model.vocabulary import COLLECTIONS, KINDS
from tests.controls.test_controls import CASES, CATALOG
from tests.controls.test_controls import snapshot as of_case

AROUND: Final = {
    "daemon": "engines",
    "host": "host",
}  # prefix -> the enumeration that its subject is the only member of


@dataclass(frozen=True)
class Read:
    """A fact that a control looks at: of its own subject (``prefix`` ""), or of the one that ``prefix`` names.

    ``field`` is a field of the list's elements, "" for the fact as a whole; ``is_filter`` marks the fact that picks the
    members of the control's collection.
    """

    prefix: str
    kind: str
    name: str
    field: str = ""
    is_filter: bool = False

    @property
    def fact(self) -> Fact:
        """Its declaration."""
        declared = KINDS[self.kind][self.name]
        return declared.fields[self.field] if self.field else declared

    @property
    def written(self) -> str:
        """As a condition writes it."""
        return f"{self.prefix}:{self.name}" if self.prefix else self.name

    def __str__(self) -> str:
        return f"{self.written}[].{self.field}" if self.field else self.written


@cache
def reads_of(control_id: str) -> tuple[Read, ...]:
    """Every fact that a control of the catalogue names, each once, and the filter of its collection."""
    return reads(CATALOG.controls[control_id])


def reads(control: Control) -> tuple[Read, ...]:
    """Every fact that ``control`` names, each once, and the filter of its collection."""
    collection = COLLECTIONS[control.for_each]
    found = [read for read, _ in _walk_all(control)]
    if collection.where is not None:
        found.append(Read("", collection.kind, collection.where[0], is_filter=True))
    return tuple(dict.fromkeys(found))


def beside_the_check(control: Control) -> frozenset[str]:
    """The facts of ``when`` and ``review``, as written: a verdict may rest on them without showing them."""
    kind = COLLECTIONS[control.for_each].kind
    parts = [each for each in (control.when, control.review) if each is not None]
    return frozenset(read.written for part in parts for read, _ in _walk(part, "", kind, ""))


def _walk_all(control: Control) -> Iterator[tuple[Read, tuple[Test, ...]]]:
    kind = COLLECTIONS[control.for_each].kind
    for part in (control.when, control.check, control.review):
        if part is not None:
            yield from _walk(part, "", kind, "")


def _walk(condition: Condition, prefix: str, kind: str, inside: str) -> Iterator[tuple[Read, tuple[Test, ...]]]:
    match condition:
        case Test(fact):
            if not fact.startswith(f"{PARAMETER}:"):
                yield _read(fact, prefix, kind, inside), (condition,)
        case Each(fact, _, inner):
            if inside:
                raise NotImplementedError(f"a list within the elements of {inside}: the matrix does not go there yet")
            outer = _read(fact, prefix, kind, inside)
            yield outer, ()
            yield from _walk(inner, outer.prefix, outer.kind, outer.name)
        case AllOf(parts) | AnyOf(parts):
            for each in parts:
                yield from _walk(each, prefix, kind, inside)
        case Not(part):
            yield from _walk(part, prefix, kind, inside)


def _read(written: str, prefix: str, kind: str, inside: str) -> Read:
    before, colon, rest = written.partition(":")
    if colon:
        return Read(before, before, rest)
    return Read(prefix, kind, inside, written) if inside else Read(prefix, kind, written)


@cache
def _arguments() -> Mapping[tuple[str, str, str], tuple[Any, ...]]:
    """What the words of all controls compare each fact with; parameters by their default and the fixtures' values."""
    given: dict[tuple[str, str], list[Any]] = {}
    for name, case in CASES:
        for parameter, value in case.get("parameters", {}).items():
            given.setdefault((name, parameter), []).append(value)
    found: dict[tuple[str, str, str], list[Any]] = {}
    for control in CATALOG.controls.values():
        defaults = {each.name: each.default for each in control.parameters}
        for read, tests in _walk_all(control):
            known = found.setdefault((read.kind, read.name, read.field), [])
            for test in tests:
                if isinstance(test.argument, ParameterRef):
                    name = test.argument.name
                    known += [defaults[name], *given.get((control.id, name), [])]
                else:
                    known.append(test.argument)
        where = COLLECTIONS[control.for_each].where
        if where is not None:
            found.setdefault((COLLECTIONS[control.for_each].kind, where[0], ""), []).append(where[1])
    return {key: tuple(values) for key, values in found.items()}


@cache
def _in_fixtures() -> Mapping[tuple[str, str], tuple[FactValue, ...]]:
    """What the fixtures give each fact."""
    found: dict[tuple[str, str], list[FactValue]] = {}
    for name, case in CASES:
        for subject in _described(name, case):
            for fact, value in subject.facts.items():
                if not isinstance(value, Unavailable):
                    found.setdefault((subject.kind, fact), []).append(value)
    return {key: tuple(values) for key, values in found.items()}


def _described(name: str, case: dict[str, Any]) -> Iterable[Subject]:
    return of_case(CATALOG.controls[name], case).subjects


@cache
def domain(kind: str, name: str, field: str = "") -> tuple[FactValue, ...]:
    """Values that the fact can have: both sides of everything it is compared with, what fixtures give it, and its absence."""
    declared = KINDS[kind][name]
    if field:
        fact = declared.fields[field]
        inside = [
            each[field]
            for value in _in_fixtures().get((kind, name), ())
            if isinstance(value, list)
            for each in value
            if isinstance(each, dict) and each.get(field) is not None
        ]
        return _different([*inside, *_typical(fact, _arguments().get((kind, name, field), ()))])
    known: list[FactValue] = [*_in_fixtures().get((kind, name), ())]
    if declared.type is Type.RECORDS:
        known += _records(kind, name, declared)
    known += _typical(declared, _arguments().get((kind, name, ""), ()))
    if declared.null_is is not NO_NULL:
        known.append(None)
    return _different([*known, ABSENT])


def _records(kind: str, name: str, declared: Fact) -> list[FactValue]:
    """Lists of one and two elements: a plain one, and each field in turn with each of its values."""
    plain = {field: domain(kind, name, field)[0] for field in declared.fields}
    varied = [{**plain, field: value} for field in declared.fields for value in domain(kind, name, field)]
    return [[], [plain], *([each] for each in varied), *([plain, each] for each in varied[:6])]  # type: ignore[list-item]


def _typical(fact: Fact, arguments: tuple[Any, ...]) -> list[Any]:  # noqa: C901  (one case a type)
    words = _words(arguments)
    match fact.type:
        case Type.BOOL:
            return [False, True]
        case Type.INT:
            numbers = [each for each in arguments if type(each) is int]
            return [0, 1, -1, *(at for each in numbers for at in (each, each - 1, each + 1))]
        case Type.STRING:
            closed = [each + "a" * 64 if each.endswith(":") else each for each in fact.known]
            return closed or ["", "/nowhere", *words, *(f"{each}x" for each in words)]
        case Type.VERSION:
            return ["1.0", "999.0", "no version", *(each for each in words if each)]
        case Type.MODE:
            masks = [int(each, 8) for each in words]
            return ["0000", "7777", *(f"{at:04o}" for each in masks for at in (each, each & 0o444, each | 0o2))]
        case Type.OWNER:
            return [_owner("root", "root"), _owner("root", "docker"), _owner("www", "root"), _owner(None, None)]
        case Type.STRINGS:
            return [[], ["other"], *([each] for each in words), *(["other", each] for each in words[:3])]
        case Type.PATHS:
            paths = [each for each in words if each.startswith("/")]
            return [[], ["/nowhere"], ["relative"], *([each] for each in paths), *([f"{each}/x"] for each in paths)]
        case Type.MAP:
            return [{}, {"other": "x"}, *({each: "x"} for each in words)]
        case Type.RECORDS:
            return []


def _words(arguments: tuple[Any, ...]) -> list[str]:
    flat = [each for value in arguments for each in (value if isinstance(value, list) else [value])]
    return [each for each in dict.fromkeys(flat) if isinstance(each, str)]


def _owner(user: str | None, group: str | None) -> dict[str, Any]:
    number = {"root": 0, "docker": 999, "www": 33, None: 4711}
    return {"uid": number[user], "gid": number[group], "user": user, "group": group}


def _different(values: Iterable[FactValue]) -> tuple[FactValue, ...]:
    """Each once; true is not 1."""
    return tuple({f"{type(each).__name__} {each!r}": each for each in values}.values())
