"""Conditions become closures.

A judge looks at one subject's facts and answers with an outcome and with what it saw: True or False with the facts that
decided, or Unavailable with the facts that could not be had. Kleene's logic: ``all`` is False as soon as one part is
proven false, ``any`` True as soon as one part is proven true, and otherwise ignorance is passed on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias, assert_never

from benchmark.evaluate.operators import OPERATORS, Operator
from benchmark.evaluate.phrases import describe
from benchmark.model.control import (
    PARAMETER,
    AllOf,
    AnyOf,
    Condition,
    Control,
    Each,
    Not,
    ParameterRef,
    Test,
    WhenAbsent,
)
from benchmark.model.declaration import NO_NULL, Fact, Type
from benchmark.model.facts import ABSENT, FactValue, JsonValue, Reason, Subject, Unavailable
from benchmark.model.seen import Seen
from benchmark.model.vocabulary import KINDS, collection_facts


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """The outcome of a test that calls an absent fact not applicable."""


NOT_APPLICABLE: Final = NotApplicable()
Outcome: TypeAlias = "bool | Unavailable | NotApplicable"
Judgement: TypeAlias = "tuple[Outcome, tuple[Seen, ...]]"
Facts: TypeAlias = "Mapping[str, FactValue]"


@dataclass(frozen=True, slots=True)
class Around:
    """The subjects that conditions reach with a prefix: ``daemon:`` and ``host:``. Blocked where there is none to see."""

    daemon: Subject
    host: Subject


Judge: TypeAlias = "Callable[[Facts, Around], Judgement]"
Read: TypeAlias = "Callable[[Facts, Around], FactValue]"

_PYTHON_TYPES: Final[Mapping[Type, type]] = {
    Type.BOOL: bool,
    Type.INT: int,
    Type.STRING: str,
    Type.VERSION: str,
    Type.MODE: str,
    Type.OWNER: dict,
    Type.STRINGS: list,
    Type.PATHS: list,
    Type.MAP: dict,
    Type.RECORDS: list,
}
_NAMING: Final = frozenset(
    {"Source", "Destination", "ContainerPort", "PathOnHost", "Name", "ID", "path", "layer", "line"}
)
_NOT_A_RECORD: Final = Unavailable(Reason.WRONG_TYPE, "an element is not an object")
_NOT_COLLECTED: Final = Unavailable(Reason.NOT_COLLECTED, "the snapshot does not hold this fact")


def compile_condition(
    condition: Condition,
    table: Mapping[str, Fact],
    arguments: Mapping[str, JsonValue],
    missing: FactValue = _NOT_COLLECTED,
) -> Judge:
    """The judge of ``condition`` for subjects whose facts are declared in ``table``, see ``nameable_facts``.

    ``arguments`` are the values of the control's parameters; ``missing`` is what a name stands for that the facts do not
    hold: not collected for a subject, absent for a field of an element (its list was read whole). Raises KeyError for a
    fact, word or parameter that does not exist; the catalogue has checked that none is missing.
    """
    match condition:
        case Test():
            return _compile_test(condition, table, arguments, missing)
        case Each():
            return _compile_each(condition, table, arguments, missing)
        case AllOf(parts):
            return _join(tuple(compile_condition(each, table, arguments, missing) for each in parts), decisive=False)
        case AnyOf(parts):
            return _join(tuple(compile_condition(each, table, arguments, missing) for each in parts), decisive=True)
        case Not(part):
            return _negate(compile_condition(part, table, arguments, missing))
        case _ as never:
            assert_never(never)


def nameable_facts(control: Control) -> Mapping[str, Fact]:
    """The facts of the members of the control's collection, and its parameters as ``parameter:NAME``."""
    table = collection_facts(control.for_each)
    return {**table, **{f"{PARAMETER}:{each.name}": each.fact for each in control.parameters}}


def declared(name: str, table: Mapping[str, Fact]) -> Fact:
    """The declaration of ``name``, which may carry a ``daemon:`` or ``host:`` prefix. Raises KeyError."""
    prefix, colon, rest = name.partition(":")
    return KINDS[prefix][rest] if colon and prefix != PARAMETER else table[name]


def _reader(name: str, arguments: Mapping[str, JsonValue], missing: FactValue) -> Read:
    prefix, colon, rest = name.partition(":")
    if not colon:
        return lambda facts, _: facts.get(name, missing)
    if prefix == PARAMETER:
        value = arguments[rest]
        return lambda _, __: value
    if prefix == "daemon":
        return lambda _, around: around.daemon.fact(rest)
    return lambda _, around: around.host.fact(rest)


def _compile_test(
    test: Test, table: Mapping[str, Fact], arguments: Mapping[str, JsonValue], missing: FactValue
) -> Judge:
    name, fact, operator = test.fact, declared(test.fact, table), OPERATORS[test.word]
    argument = arguments[test.argument.name] if isinstance(test.argument, ParameterRef) else test.argument
    predicate, expected = operator.predicate(argument), operator.phrase(argument)
    read, python_type = _reader(name, arguments, missing), _PYTHON_TYPES[fact.type]

    def undecided(value: FactValue) -> Judgement:
        if value is None and fact.null_is is not NO_NULL:
            outcome: Outcome = predicate(fact.null_is)
        else:
            outcome = _without_value(name, value, operator, test.absent)
        return outcome, (Seen(name, value, expected, _held(outcome)),)

    def judge(facts: Facts, around: Around) -> Judgement:
        value = read(facts, around)
        if type(value) is not python_type:
            return undecided(value)
        outcome = predicate(value)
        return outcome, (Seen(name, value, expected, outcome if outcome is True or outcome is False else None),)

    def judge_own(facts: Facts, _: Around) -> Judgement:
        """The same without a prefix to follow: most tests by far."""
        value = facts.get(name, missing)
        if type(value) is not python_type:
            return undecided(value)
        outcome = predicate(value)
        return outcome, (Seen(name, value, expected, outcome if outcome is True or outcome is False else None),)

    return judge if ":" in name else judge_own


def _held(outcome: Outcome) -> bool | None:
    return outcome if isinstance(outcome, bool) else None


def _without_value(name: str, value: FactValue, operator: Operator, absent: WhenAbsent | None) -> Outcome:
    if isinstance(value, Unavailable):
        return value
    if value is ABSENT:
        if operator.name in ("present", "absent"):
            return operator.name == "absent"
        return _absence(name, absent)
    return Unavailable(Reason.WRONG_TYPE, f"{name} has an unexpected type")


def _absence(name: str, meaning: WhenAbsent | None) -> Outcome:
    match meaning:
        case WhenAbsent.PASS:
            return True
        case WhenAbsent.FAIL:
            return False
        case WhenAbsent.NOTAPPLICABLE:
            return NOT_APPLICABLE
        case None:
            return Unavailable(Reason.UNDEFINED, f"{name} is absent and no default is documented")
        case _ as never:
            assert_never(never)


def _compile_each(
    each: Each, table: Mapping[str, Fact], arguments: Mapping[str, JsonValue], missing: FactValue
) -> Judge:
    name, fact, quantifier = each.fact, declared(each.fact, table), each.quantifier
    inner = compile_condition(each.condition, fact.fields, arguments, missing=ABSENT)
    read, expected = _reader(name, arguments, missing), describe(each, arguments)
    shown = _fields(each.condition)
    decisive = quantifier != "every"  # the element outcome that decides: False for every, True for some and none

    def judge(facts: Facts, around: Around) -> Judgement:
        value = read(facts, around)
        if value is None and fact.null_is is not NO_NULL:
            value = []
        if type(value) is not list:
            outcome = _without_value(name, value, OPERATORS["equals"], each.absent)
            return outcome, (Seen(name, value, expected, _held(outcome)),)
        deciding: list[JsonValue] = []
        doubt: Unavailable | None = None
        for element in value:
            outcome = inner(element, around)[0] if isinstance(element, dict) else _NOT_A_RECORD
            if outcome is decisive:
                deciding.append(element)
            elif not isinstance(outcome, bool):
                doubt = _heavier(doubt, outcome)
        if deciding:
            return quantifier == "some", (Seen(name, _brief(deciding, shown), expected, quantifier == "some"),)
        if doubt is not None:
            return doubt, (Seen(name, doubt, expected, None),)
        return quantifier != "some", (Seen(name, value, expected, quantifier != "some"),)

    return judge


def _fields(condition: Condition) -> frozenset[str]:
    """The fields of an element that a condition looks at."""
    match condition:
        case Test(fact) | Each(fact):
            return frozenset({fact})
        case AllOf(parts) | AnyOf(parts):
            return frozenset().union(*(_fields(each) for each in parts))
        case Not(part):
            return _fields(part)
        case _ as never:
            assert_never(never)


def _brief(elements: list[JsonValue], fields: frozenset[str]) -> list[JsonValue]:
    """The elements with the fields that were looked at and the ones that say which element it is."""
    wanted = fields | _NAMING
    return [
        {key: value for key, value in each.items() if key in wanted} if isinstance(each, dict) else each
        for each in elements
    ]


def _join(judges: tuple[Judge, ...], *, decisive: bool) -> Judge:
    """``all`` (decisive False) and ``any`` (decisive True)."""

    def judge(facts: Facts, around: Around) -> Judgement:
        deciding: tuple[Seen, ...] = ()
        agreed: tuple[Seen, ...] = ()
        unclear: tuple[Seen, ...] = ()
        doubt: Unavailable | None = None
        decided = False
        for each in judges:
            outcome, seen = each(facts, around)
            if outcome is decisive:
                decided = True
                deciding += seen
            elif isinstance(outcome, bool):
                agreed += seen
            else:
                unclear += seen
                doubt = _heavier(doubt, outcome)
        if decided:
            return decisive, deciding
        if doubt is not None:
            return doubt, unclear
        return not decisive, (_alternatives(agreed) if decisive else agreed)

    return judge


def _alternatives(seen: tuple[Seen, ...]) -> tuple[Seen, ...]:
    """What ``any`` asked of one fact, said once: must be "syslog" or be "gelf"."""
    merged: dict[str, Seen] = {}
    for each in seen:
        known = merged.get(each.fact)
        expected = each.expected if known is None else f"{known.expected} or {each.expected}"
        merged[each.fact] = Seen(each.fact, each.value, expected, each.held)
    return tuple(merged.values())


def _heavier(known: Unavailable | None, outcome: Unavailable | NotApplicable) -> Unavailable:
    """Of two doubts the one that weighs more: could not look (error) before nobody can say (unknown)."""
    new = (
        outcome
        if isinstance(outcome, Unavailable)
        else Unavailable(Reason.UNDEFINED, "not applicable inside a condition")
    )
    if known is None or (known.reason.is_unknown and not new.reason.is_unknown):
        return new
    return known


def _negate(inner: Judge) -> Judge:
    def judge(facts: Facts, around: Around) -> Judgement:
        outcome, seen = inner(facts, around)
        turned = tuple(Seen(each.fact, each.value, f"not {each.expected}", _opposite(each.held)) for each in seen)
        return (not outcome) if isinstance(outcome, bool) else outcome, turned

    return judge


def _opposite(held: bool | None) -> bool | None:
    return None if held is None else not held
