"""Conditions as sentences, for messages and for ``controls show``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, assert_never

from benchmark.evaluate.operators import OPERATORS
from benchmark.model.control import (
    PARAMETER,
    AllOf,
    AnyOf,
    Argument,
    Condition,
    Each,
    Not,
    ParameterRef,
    Test,
    WhenAbsent,
)
from benchmark.model.facts import JsonValue

_STATES: Final[Mapping[str, str]] = {
    "be": "is",
    "match": "matches",
    "start": "starts",
    "contain": "contains",
    "hold": "holds",
}
_QUANTIFIED: Final[Mapping[str, str]] = {
    "every": "for each of {}:",
    "some": "for at least one of {}:",
    "none": "for none of {}:",
}
_NO_VALUES: Final[Mapping[str, JsonValue]] = {}


def describe(condition: Condition, arguments: Mapping[str, JsonValue] = _NO_VALUES) -> str:
    """The condition as a sentence; parameters are named, with their value where ``arguments`` holds one."""
    match condition:
        case Test(fact, word, argument, absent):
            return f"{_named(fact)} must {_phrase(word, argument, arguments)}{_if_absent(absent)}"
        case Each(fact, quantifier, inner, absent):
            return f"{_QUANTIFIED[quantifier].format(fact)} {_as_state(inner, arguments)}{_if_absent(absent)}"
        case AllOf(parts):
            return " and ".join(_grouped(each, arguments, AnyOf) for each in parts)
        case AnyOf(parts):
            return " or ".join(_grouped(each, arguments, AllOf) for each in parts)
        case Not(part):
            return f"not ({describe(part, arguments)})"
        case _ as never:
            assert_never(never)


def _named(fact: str) -> str:
    """A parameter is called so: it is no fact of anything that was looked at."""
    prefix, colon, rest = fact.partition(":")
    return f"the parameter {rest}" if colon and prefix == PARAMETER else fact


def _grouped(condition: Condition, arguments: Mapping[str, JsonValue], other: type) -> str:
    text = describe(condition, arguments)
    return f"({text})" if isinstance(condition, other) else text


def _as_state(condition: Condition, arguments: Mapping[str, JsonValue]) -> str:
    """Inside an element: ``RW is true`` reads better than ``RW must be true``."""
    text = describe(condition, arguments)
    for demand, state in _STATES.items():
        text = text.replace(f" must {demand} ", f" {state} ")
    return text


def _phrase(word: str, argument: Argument, arguments: Mapping[str, JsonValue]) -> str:
    if not isinstance(argument, ParameterRef):
        return OPERATORS[word].phrase(argument)
    if argument.name in arguments:
        return OPERATORS[word].phrase(arguments[argument.name])
    return f"{word.replace('_', ' ')} the parameter {argument.name}"


def _if_absent(absent: WhenAbsent | None) -> str:
    match absent:
        case None:
            return ""
        case WhenAbsent.PASS:
            return " (or be absent)"
        case WhenAbsent.FAIL:
            return " (absence fails)"
        case WhenAbsent.NOTAPPLICABLE:
            return " (not applicable when absent)"
        case _ as never:
            assert_never(never)
