"""Parameters: whether a value is fit for every word that uses it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, assert_never

from benchmark.evaluate.compile import declared, nameable_facts
from benchmark.evaluate.operators import OPERATORS
from benchmark.model.control import AllOf, AnyOf, Condition, Control, Each, Not, Parameter, ParameterRef, Test
from benchmark.model.declaration import Fact
from benchmark.model.facts import JsonValue

_EXPECTED: Final[Mapping[str, str]] = {
    "strings": "a list of strings",
    "string": "a string",
    "int": "an integer",
    "bool": "true or false",
}


def check_value(control: Control, parameter: Parameter, value: JsonValue) -> str | None:
    """What is wrong with ``value`` for ``parameter`` of ``control``, or None: its own type first, then each use of it.

    The default always fits: the catalogue has checked it, and let "" or [] stand for nothing having been set.
    """
    if not _has_type(parameter.type, value):
        return f"expected {_EXPECTED[parameter.type]}"
    if value == parameter.default:
        return None
    table = nameable_facts(control)
    for condition in (control.when, control.check, control.review):
        for test, fact in _tests(condition, table):
            used_here = test.argument == ParameterRef(parameter.name)
            if used_here and (error := OPERATORS[test.word].check_argument(value, fact.type)):
                return error
    return None


def _has_type(name: str, value: JsonValue) -> bool:
    if name == "strings":
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return type(value) is {"string": str, "int": int, "bool": bool}[name]


def _tests(condition: Condition | None, table: Mapping[str, Fact]) -> Iterator[tuple[Test, Fact]]:
    match condition:
        case None:
            return
        case Test():
            yield condition, declared(condition.fact, table)
        case Each(fact, _, inner):
            yield from _tests(inner, declared(fact, table).fields)
        case AllOf(parts) | AnyOf(parts):
            for each in parts:
                yield from _tests(each, table)
        case Not(part):
            yield from _tests(part, table)
        case _ as never:
            assert_never(never)
