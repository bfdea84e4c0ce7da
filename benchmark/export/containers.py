"""Containers as a population: which facts are where in their files, and how a test of one becomes sets of containers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from benchmark.evaluate.operators import OPERATORS
from benchmark.export import json_text
from benchmark.export.capabilities import capabilities_within
from benchmark.export.container_files import CONFIG, CONTAINERS, HOSTCONFIG, UNLISTED, file_text, lift, split_items
from benchmark.export.oval_terms import (
    Items,
)
from benchmark.export.population import Derivation, Population
from benchmark.export.sides import (
    ALWAYS,
    NEVER,
    NOBODY,
    Members,
    NotExpressible,
    SetSides,
    Sides,
    difference,
    intersection,
    union,
)
from benchmark.model.control import AllOf, AnyOf, Condition, Control, Each, Not, ParameterRef, Test, WhenAbsent
from benchmark.model.declaration import NO_NULL, Fact, Type
from benchmark.model.facts_container import CONTAINER_FACTS
from benchmark.model.vocabulary import COLLECTIONS
from benchmark.scap.oval_words import Comparison, Counterpart, IsEmpty, OfElements, OfValue, Presence

# Facts that are on disk under a path of their own; those of HostConfig, Config and State are where their names say.
_ELSEWHERE: Final[Mapping[str, tuple[str, ...]]] = {
    "networks": ("NetworkSettings", "Networks"),
    "Mounts": ("MountPoints",),
    "published_ports": ("NetworkSettings", "Ports"),
    "no_new_privileges": ("NoNewPrivileges",),
}
_PLAIN: Final = frozenset({"Image", "AppArmorProfile", "ProcessLabel", "MountLabel", "Created"})
_NOT_ON_DISK: Final = frozenset({"State.Status"})
_SERVICE: Final = "com.docker.swarm.service.id"
_RECORD_FIELDS: Final = {
    "Mounts": frozenset({"Type", "Name", "Source", "Destination", "Propagation"}),
    "published_ports": frozenset({"HostIp", "HostPort"}),
}


def _is(fact: str, value: object) -> Test:
    return Test(fact, "equals", value)  # type: ignore[arg-type]


def _joins(fact: str) -> Test:
    return Test(fact, "starts_with_any", ["container:"])


_NETWORK: Final = "HostConfig.NetworkMode"
_AT_HOST: Final = Test("networks", "contains", "host")

_OPTIONS: Final = "HostConfig.SecurityOpt"
_PRIVILEGED: Final = _is("HostConfig.Privileged", True)
_NO_FILTER: Final = Test(_OPTIONS, "contains_any", ["seccomp=unconfined", "seccomp:unconfined"])
_OWN_FILTER: Final = Test(_OPTIONS, "starts_with_any", ["seccomp=", "seccomp:"])
_OTHER_FILTER: Final = Test(_OPTIONS, "starts_with_any", ["seccomp=/", "seccomp:/"])
_DEFAULT_FILTER: Final = _is("daemon:seccomp_in_force", True)

# Facts that follow from others: what each value means. A value with None is a proven absence.
DERIVED: Final[Mapping[str, tuple[tuple[object, Condition], ...]]] = {
    "shares_host_network": (
        (True, AnyOf((_is(_NETWORK, "host"), AllOf((Not(_joins(_NETWORK)), _AT_HOST))))),
        (False, Not(AnyOf((_is(_NETWORK, "host"), _joins(_NETWORK), _AT_HOST)))),
    ),
    "shares_host_pid": (
        (True, _is("HostConfig.PidMode", "host")),
        (False, Not(AnyOf((_is("HostConfig.PidMode", "host"), _joins("HostConfig.PidMode"))))),
    ),
    "shares_host_ipc": (
        (True, _is("HostConfig.IpcMode", "host")),
        (False, Not(AnyOf((_is("HostConfig.IpcMode", "host"), _joins("HostConfig.IpcMode"))))),
    ),
    "seccomp": (
        ("unconfined", AnyOf((_PRIVILEGED, _NO_FILTER, AllOf((Not(_OWN_FILTER), Not(_DEFAULT_FILTER)))))),
        ("engine default", AllOf((Not(_PRIVILEGED), Not(_OWN_FILTER), _DEFAULT_FILTER))),
        ("custom", AllOf((Not(_PRIVILEGED), Not(_NO_FILTER), _OTHER_FILTER))),
    ),
    # of a profile of the container's own nothing is known
    "seccomp_weaker": ((None, AnyOf((_PRIVILEGED, _NO_FILTER, Not(_OWN_FILTER)))),),
    "seccomp_default_action": ((None, AnyOf((_PRIVILEGED, _NO_FILTER, Not(_OWN_FILTER)))),),
    "service_restart.condition": ((None, Not(Test("labels", "contains", _SERVICE))),),
    "service_restart.max_attempts": ((None, Not(Test("labels", "contains", _SERVICE))),),
}  # fmt: skip
_LABELS: Final = Fact(Type.MAP, "labels, of which only the keys are looked at")


def container_population(control: Control) -> Population:
    """Containers as ``control`` asks for them, running ones by what their files say."""
    where = COLLECTIONS[control.for_each].where
    running = None if where is None else Test(where[0], "equals", where[1])
    return Population(CONTAINERS, lambda test: _read(test, control), UNLISTED, where=running)


def _read(test: Test | Each, control: Control) -> SetSides | Derivation:
    if test.fact in DERIVED:
        return _derived(test)
    if isinstance(test, Each):
        return _records(test, control)
    fact = _LABELS if test.fact == "labels" else CONTAINER_FACTS[test.fact]
    counterpart = OPERATORS[test.word].oval(test.argument, fact.type)
    if test.fact == "capabilities":
        return capabilities_within(counterpart, control)
    file, path = _place(test.fact, fact)
    sides = _in_force(_of_type(file, path, fact, counterpart, control), test.fact)
    return _with_null_and_absence(sides, file, path, fact, test)


def _place(name: str, fact: Fact) -> tuple[str, tuple[str, ...]]:
    if name == "labels":
        return CONFIG, ("Config", "Labels")
    if name in _ELSEWHERE:
        return CONFIG, _ELSEWHERE[name]
    if fact.derived or name in _NOT_ON_DISK:
        raise NotExpressible(f"{name} is in no file of the container's")
    if name.startswith("HostConfig."):
        return HOSTCONFIG, tuple(name.split(".")[1:])
    if name in _PLAIN or name.startswith(("State.", "Config.")):
        return CONFIG, tuple(name.split("."))
    raise NotExpressible(f"{name} is in no file of the container's")


def _of_type(file: str, path: tuple[str, ...], fact: Fact, counterpart: Counterpart, control: Control) -> SetSides:
    match counterpart:
        case Presence(there):
            found = lift(file_text(file, json_text.value(path, "(?!null)(?&v)")))
            sides: SetSides = Sides(found, lift(file_text(file, json_text.absent(path))))
            return sides if there else sides.turned()
        case OfValue(comparison) if fact.type in (Type.STRING, Type.INT, Type.BOOL):
            inner = {
                Type.STRING: json_text.text(fact.known), Type.INT: r"(-?\d++)", Type.BOOL: "(true|false)"
            }[fact.type]  # fmt: skip
            captured = file_text(file, json_text.value(path, inner))
            return _split(captured, comparison, control)
        case IsEmpty() if fact.type in (Type.STRINGS, Type.RECORDS, Type.MAP):
            opening, closing = (r"\{", r"\}") if fact.type is Type.MAP or path == ("MountPoints",) else (r"\[", r"\]")
            if path[-1] == "Ports":
                empty = json_text.value(path, r"(?:null|\{\s*+(?:" + json_text.PLAIN + r"\s*+:\s*+null\s*+,?\s*+)*+\})")
                some = json_text.bindings_object(path, r"\{[^{}]*+\}")
            else:
                empty = json_text.value(path, rf"{opening}\s*+{closing}")
                some = json_text.value(path, "(?:(?&o)|(?&a))")
            nothing = lift(file_text(file, empty))
            return Sides(nothing, difference(lift(file_text(file, some)), nothing, CONTAINERS))
        case OfElements(quantifier, comparison) if fact.type in (Type.STRINGS, Type.MAP):
            if fact.type is Type.MAP or path[-1] == "Networks":
                each, whole = json_text.keys(path), json_text.object_of(path)
            else:
                each = json_text.elements(path, json_text.AS_WRITTEN)
                whole = json_text.list_of(path, json_text.AS_WRITTEN)
            return _quantified(
                quantifier, split_items(file_text(file, each), comparison, control), lift(file_text(file, whole))
            )
        case _:
            raise NotExpressible(f"nothing in OVAL asks that of {'.'.join(path)}")


def _split(captured: Items, comparison: Comparison, control: Control) -> SetSides:
    true, false = split_items(captured, comparison, control)
    return Sides(lift(true), lift(false))


def _quantified(quantifier: str, items: tuple[Items, Items], readable: Items) -> SetSides:
    """Of subjects whose list was read whole, by elements that compare so and elements that do not."""
    good, bad = (lift(each) for each in items)
    match quantifier:
        case "some":
            return Sides(intersection(readable, good), difference(readable, good, CONTAINERS))
        case "none":
            return Sides(difference(readable, good, CONTAINERS), intersection(readable, good))
        case _:
            return Sides(difference(readable, bad, CONTAINERS), intersection(readable, bad))


def _with_null_and_absence(
    sides: SetSides, file: str, path: tuple[str, ...], fact: Fact, test: Test | Each
) -> SetSides:
    """Null stands for the value that the engine documents; a proven absence means what the test says."""
    if fact.null_is is not NO_NULL and path[-1] != "Ports":
        null = lift(file_text(file, json_text.value(path, "null")))
        sides = _add(sides, null, _on_null(fact, test))
    if test.absent in (WhenAbsent.PASS, WhenAbsent.FAIL):
        absent = lift(file_text(file, json_text.absent(path)))
        sides = _add(sides, absent, test.absent is WhenAbsent.PASS)
    return sides


def _on_null(fact: Fact, test: Test | Each) -> bool:
    if isinstance(test, Each):
        return test.quantifier != "some"
    argument = test.argument
    if isinstance(argument, ParameterRef):
        if fact.null_is == []:
            argument = ["x"]  # of an empty list a word says the same whatever the parameter holds
        else:
            raise NotExpressible("null against a Value")
    return OPERATORS[test.word].predicate(argument)(fact.null_is) is True


def _add(sides: SetSides, members: Members, value: bool) -> SetSides:
    return Sides(union(sides.true, members), sides.false) if value else Sides(sides.true, union(sides.false, members))


def _derived(test: Test | Each) -> SetSides | Derivation:
    """A fact that takes its value by cases: true where a case of a value that meets the test holds."""
    if isinstance(test, Each):
        raise NotExpressible(f"{test.fact} follows from other facts only as a value")
    good: list[Condition] = []
    bad: list[Condition] = []
    for value, condition in DERIVED[test.fact]:
        if value is None:
            outcome = test.word == "absent" if test.word in ("absent", "present") else _absence(test)
        else:
            if isinstance(test.argument, ParameterRef):
                raise NotExpressible(f"{test.fact} against a Value")
            outcome = test.word != "absent" and OPERATORS[test.word].predicate(test.argument)(value) is True
        if outcome is not None:
            (good if outcome else bad).append(condition)
    return Derivation(AnyOf(tuple(good)), AnyOf(tuple(bad)))


def _absence(test: Test) -> bool | None:
    return {WhenAbsent.PASS: True, WhenAbsent.FAIL: False}.get(test.absent) if test.absent is not None else None


def _records(each: Each, control: Control) -> SetSides:
    """``every``, ``some`` and ``none`` over records, by one field of theirs: a record is an item, its field is captured."""
    fields = sorted(set(_fields(each.condition)))
    if each.fact not in _RECORD_FIELDS or len(fields) != 1 or fields[0] not in _RECORD_FIELDS[each.fact]:
        raise NotExpressible(
            f"OVAL reads one field of the records in a file, and not {', '.join(fields)} of {each.fact}"
        )
    fact = CONTAINER_FACTS[each.fact]
    path = _ELSEWHERE[each.fact]
    if each.fact == "published_ports":
        inner = json_text.with_field(fields[0], r'"(\d++)"' if fields[0] == "HostPort" else json_text.text())
        records, readable = json_text.bindings(path, inner), json_text.bindings_object(path, inner)
    else:
        inner = json_text.with_field(fields[0], json_text.text(fact.fields[fields[0]].known))
        records, readable = json_text.field_of_each(path, inner), json_text.object_of(path, inner)
    true, false = _record_sets(each.condition, file_text(CONFIG, records), fact.fields, control)
    sides = _quantified_records(
        each.quantifier, true, false, file_text(CONFIG, records), lift(file_text(CONFIG, readable))
    )
    return _with_null_and_absence(_in_force(sides, each.fact), CONFIG, path, fact, each)


def _in_force(sides: SetSides, fact: str) -> SetSides:
    """Ports are those of NetworkSettings while a container runs, and not between two restarts, when what is asked for counts."""
    if fact != "published_ports":
        return sides
    steady = lift(file_text(CONFIG, json_text.value(("State", "Restarting"), "(false)")))
    runs = intersection(steady, lift(file_text(CONFIG, json_text.value(("State", "Running"), "(true)"))))
    return Sides(intersection(runs, sides.true), intersection(runs, sides.false))


def _fields(condition: Condition) -> tuple[str, ...]:
    match condition:
        case Test(fact) | Each(fact):
            return (fact,)
        case Not(part):
            return _fields(part)
        case AllOf(parts) | AnyOf(parts):
            return tuple(name for each in parts for name in _fields(each))


def _record_sets(
    condition: Condition, records: Items, fields: Mapping[str, Fact], control: Control
) -> tuple[Members, Members]:
    """The records where the condition is proven, and those where it is disproven."""
    match condition:
        case Test():
            counterpart = OPERATORS[condition.word].oval(condition.argument, fields[condition.fact].type)
            if not isinstance(counterpart, OfValue):
                raise NotExpressible(f"nothing in OVAL asks that of {condition.fact}")
            return split_items(records, counterpart.comparison, control)
        case Not(part):
            true, false = _record_sets(part, records, fields, control)
            return false, true
        case AllOf(parts) | AnyOf(parts):
            is_all = isinstance(condition, AllOf)
            true, false = (ALWAYS.true, NOBODY) if is_all else (NEVER.true, ALWAYS.true)
            for each in parts:
                good, bad = _record_sets(each, records, fields, control)
                true = intersection(true, good) if is_all else union(true, good)
                false = union(false, bad) if is_all else intersection(false, bad)
            return true, false
        case Each():
            raise NotExpressible("records in records")


def _quantified_records(quantifier: str, true: Members, false: Members, records: Items, readable: Items) -> SetSides:
    def some(members: Members) -> Members:
        return members if members == NOBODY else lift(records if members == ALWAYS.true else members)  # type: ignore[arg-type]

    doubtful = some(difference(difference(ALWAYS.true, true, records), false, records))
    good, bad = some(true), some(false)
    sure = difference(readable, doubtful, CONTAINERS)
    match quantifier:
        case "some":
            return Sides(good, difference(sure, good, CONTAINERS))
        case "none":
            return Sides(difference(sure, good, CONTAINERS), good)
        case _:
            return Sides(difference(sure, bad, CONTAINERS), bad)
