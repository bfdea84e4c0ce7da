"""Every way in which one fact can be damaged, and every place of a snapshot where it can happen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

from benchmark.model.conform import conform
from benchmark.model.declaration import NO_NULL, Fact, Type
from benchmark.model.facts import FactValue, Reason, Subject, Unavailable
from benchmark.model.snapshot import Snapshot
from tests.torture.matrix_bases import Base
from tests.torture.matrix_reads import AROUND, Read, domain, reads_of

GONE: Final = object()  # the fact or field is not there at all
_OF_TYPE: Final = {
    Type.BOOL: bool,
    Type.INT: int,
    Type.MAP: dict,
    Type.OWNER: dict,
    Type.STRINGS: list,
    Type.PATHS: list,
    Type.RECORDS: list,
}  # every other is written as a string
_JSON: Final[tuple[Any, ...]] = (True, False, 0, 1, 1.5, "", "true", "0", [], ["x"], {}, {"x": "y"})


@dataclass(frozen=True)
class Damage:
    """``put`` gives what stands in the place of a good value; ``reason`` is what the verdict has to give, where that is sure."""

    name: str
    put: Callable[[Any], Any]
    reason: Reason | None = None
    read: bool = False  # what a collector or a snapshot file makes of the value
    adds: bool = False  # it adds an element to a list, and leaves the others as they are


@dataclass(frozen=True)
class Place:
    """A fact of one subject of a snapshot, or a field of one element of it. ``element`` None is the fact as a whole."""

    subject: int
    read: Read
    element: int | None = None

    def __str__(self) -> str:
        at = "" if self.element is None else f" (element {self.element})"
        return f"{self.read} of subject {self.subject}{at}"

    def value(self, snapshot: Snapshot) -> Any:
        """What stands there; GONE where nothing does."""
        value: Any = snapshot.subjects[self.subject].facts.get(self.read.name, GONE)
        return value if self.element is None else value[self.element].get(self.read.field, GONE)


def places(base: Base) -> list[Place]:
    """Every fact that the control reads, in every subject that it may read it from, and every field in every element."""
    found = []
    for read in reads_of(base.control):
        listed = AROUND[read.prefix] if read.prefix else base.collection
        enumeration = base.snapshot.enumerations.get(listed)
        for at in () if enumeration is None else enumeration.members:
            if base.snapshot.subjects[at].blocked is not None:
                continue
            if not read.field:
                found.append(Place(at, read))
                continue
            value = base.snapshot.subjects[at].facts.get(read.name)
            for number, element in enumerate(value if isinstance(value, list) else ()):
                if isinstance(element, dict):
                    found.append(Place(at, read, number))
    return found


def with_value(snapshot: Snapshot, place: Place, value: Any) -> Snapshot:
    """The snapshot with ``value`` in ``place``."""
    subject = snapshot.subjects[place.subject]
    if place.element is not None:
        elements: Any = list(subject.facts[place.read.name])  # type: ignore[arg-type]
        element = {key: each for key, each in elements[place.element].items() if key != place.read.field}
        elements[place.element] = element if value is GONE else {**element, place.read.field: value}
        value = elements
    facts = {key: each for key, each in subject.facts.items() if key != place.read.name}
    if value is not GONE:
        facts[place.read.name] = value
    return with_subject(snapshot, place.subject, replace(subject, facts=facts))


def with_subject(snapshot: Snapshot, at: int, subject: Subject) -> Snapshot:
    """The snapshot with ``subject`` in the place of the one at ``at``."""
    return replace(snapshot, subjects=(*snapshot.subjects[:at], subject, *snapshot.subjects[at + 1 :]))


def damages(control: str, read: Read) -> tuple[Damage, ...]:
    """Every way to damage this fact. Evaluation looks into the elements of a list only where a quantifier asks for them."""
    if read.field:
        return _all_of_field(read)
    quantified = any(each.field for each in reads_of(control) if (each.prefix, each.name) == (read.prefix, read.name))
    return (*_all_of_fact(read), *_ELEMENTS) if quantified else _all_of_fact(read)


def substitutes(snapshot: Snapshot, place: Place, damage: Damage | None = None) -> tuple[FactValue, ...]:
    """The values that could have stood in ``place``: any, or the same list with any other element more."""
    values = domain(place.read.kind, place.read.name, place.read.field)
    if damage is None or not damage.adds:
        return values
    known = place.value(snapshot)
    elements = [value for value in values if isinstance(value, list) and len(value) == 1]
    return tuple([*known, *value] if isinstance(known, list) else value for value in elements)


@cache
def _all_of_fact(read: Read) -> tuple[Damage, ...]:
    return tuple(_of_fact(read))


@cache
def _all_of_field(read: Read) -> tuple[Damage, ...]:
    return tuple(_of_field(read))


def _of_fact(read: Read) -> Iterator[Damage]:
    fact, name = read.fact, read.name
    for reason in Reason:
        yield Damage(f"not available, {reason.value}", _always(Unavailable(reason, "damaged")), reason)
    yield Damage("not collected", _always(GONE), Reason.NOT_COLLECTED)
    if fact.null_is is NO_NULL:
        yield Damage("null", _always(None), Reason.WRONG_TYPE)
        yield Damage("null in the file", _as_read(fact, name, None), Reason.WRONG_TYPE, read=True)
    for value in _wrong_types(fact):
        yield Damage(f"{value!r} as its value", _always(value), Reason.WRONG_TYPE)
        yield Damage(f"{value!r} in the file", _as_read(fact, name, value), Reason.WRONG_TYPE, read=True)
    for value in misshapen(fact):
        yield Damage(f"{value!r} in the file", _as_read(fact, name, value), Reason.WRONG_TYPE, read=True)
    if fact.known:
        yield Damage("an unknown word", _as_read(fact, name, "a-word-of-tomorrow"), Reason.UNKNOWN_VALUE, read=True)
    for value in _no_elements(fact):
        yield Damage(
            f"{value!r} among its elements in the file",
            _then_read(fact, name, _with_element(value)),
            Reason.WRONG_TYPE,
            read=True,
        )
    if fact.type is Type.RECORDS:
        for field in (each for each, declared in fact.fields.items() if declared.known):
            yield Damage(
                f"an unknown word as {field} in the file",
                _then_read(fact, name, _with_word(field)),
                Reason.UNKNOWN_VALUE,
                read=True,
            )


def _of_field(read: Read) -> Iterator[Damage]:
    fact = read.fact
    yield Damage("not there", _always(GONE))
    if fact.null_is is NO_NULL:
        yield Damage("null", _always(None))
    for value in _wrong_types(fact):
        yield Damage(f"{value!r} as its value", _always(value))


def _no_elements(fact: Fact) -> tuple[Any, ...]:
    if fact.type is Type.RECORDS:
        return _NO_RECORDS
    return (None, 0, [], {}) if fact.type in (Type.STRINGS, Type.PATHS) else ()


def _wrong_types(fact: Fact) -> list[Any]:
    own = _OF_TYPE.get(fact.type, str)
    return [each for each in _JSON if type(each) is not own]


def misshapen(fact: Fact) -> list[Any]:
    """Values of the right JSON type that the declaration does not allow all the same."""
    match fact.type:
        case Type.INT:
            return [2**63, -(2**63) - 1]
        case Type.MODE:
            return ["", "644", "0o644", "0888", "rw-r--r--", "06444"]
        case Type.OWNER:
            good = {"uid": 0, "gid": 0, "user": "root", "group": "root"}
            without = [{key: each for key, each in good.items() if key != left} for left in good]
            return [*without, {**good, "uid": "0"}, {**good, "gid": None}, {**good, "uid": False}, {**good, "user": 0}]
        case Type.STRINGS | Type.PATHS:
            return [[None], [0], ["x", None], [[]], [{}]]
        case Type.MAP:
            return [{"x": None}, {"x": 1}, {"x": ["y"]}]
        case Type.RECORDS:
            return [[None], ["x"], [{"no such field": 1}], *_of_records(fact)]
        case Type.BOOL | Type.STRING | Type.VERSION:
            return []


def _of_records(fact: Fact) -> list[Any]:
    wrong: list[Any] = []
    for name, field in fact.fields.items():
        wrong += [[{name: each}] for each in (*_wrong_types(field)[:3], *misshapen(field)[:2])]
        wrong += [[{name: None}]] if field.null_is is NO_NULL else []
    return wrong


_NO_RECORDS: Final[tuple[Any, ...]] = (None, "x", 0, [], True)


def _always(value: Any) -> Callable[[Any], Any]:
    return lambda _: value


def _as_read(fact: Fact, name: str, value: Any) -> Callable[[Any], Any]:
    """What a collector or a snapshot file makes of ``value``."""
    return lambda _: conform(fact, name, value)


def _with_element(value: Any) -> Callable[[Any], Any]:
    return lambda known: [*known, value] if isinstance(known, list) else [value]


def _with_word(field: str) -> Callable[[Any], Any]:
    def put(known: Any) -> Any:
        elements = list(known) if isinstance(known, list) and known else [{}]
        return [{**elements[0], field: "a-word-of-tomorrow"}, *elements[1:]]

    return put


def _then_read(fact: Fact, name: str, put: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda known: conform(fact, name, put(known))


_ELEMENTS: Final = tuple(Damage(f"{each!r} among its elements", _with_element(each), adds=True) for each in _NO_RECORDS)
