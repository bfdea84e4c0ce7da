"""Conditions: positioned YAML becomes the syntax tree of ``model.control``, every word, fact and argument checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from benchmark.catalog.positioned import Report, kind_of, no_such, plain, quote_hint, read_items
from benchmark.catalog.yaml_source import Listing, Node, Scalar, Table
from benchmark.evaluate.operators import OPERATORS
from benchmark.model.control import (
    PARAMETER,
    AllOf,
    AnyOf,
    Argument,
    Condition,
    Each,
    Not,
    Parameter,
    ParameterRef,
    Test,
    WhenAbsent,
)
from benchmark.model.declaration import Fact, Type
from benchmark.model.facts import JsonValue
from benchmark.model.vocabulary import KINDS

QUANTIFIERS: Final = {
    "every": "all elements of the list meet the condition; an empty list does",
    "some": "at least one element meets it",
    "none": "no element meets it; an empty list does",
}
CONNECTIVES: Final = {
    "all": "every condition of the list holds",
    "any": "at least one condition of the list holds",
    "not": "the condition is decided and does not hold",
}
OTHER_SUBJECTS: Final = ("daemon", "host")  # whose facts a control about anything may name, written daemon:FACT
_EXISTENCE: Final = ("present", "absent")
_SHAPES: Final = "a condition is {fact: NAME, WORD: ARGUMENT}, {all: […]}, {any: […]} or {not: …}"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a condition may name: ``facts`` of ``owner`` (for messages), and parameters; notes those used in ``used``.

    ``facts`` is None where nobody can tell (an unknown collection was reported): everything else is still checked. A
    parameter is None where its declaration has errors. ``sole`` is true only for a whole check, where
    ``absent: notapplicable`` may stand; ``element`` inside a quantifier; ``check`` anywhere in a check.
    """

    facts: Mapping[str, Fact] | None
    owner: str
    parameters: Mapping[str, Parameter | None]
    used: set[str]
    sole: bool = False
    element: bool = False
    check: bool = False


def read_condition(report: Report, node: Node, scope: Scope) -> Condition | None:
    """The condition at ``node``; None when it has errors, all of which are reported."""
    if not isinstance(node, Table):
        report.at(node, f"{_SHAPES}; found {kind_of(node)}")
        return None
    if "fact" in node.entries:
        return _fact_condition(report, node, scope)
    connective = next((name for name in node.entries if name in CONNECTIVES), None)
    if connective is None:
        _report_shape(report, node)
        return None
    inner = replace(scope, sole=False)
    part = node.entries[connective]
    others = [key for name, key in node.keys.items() if name != connective]
    for key in others:
        report.at(key, f"{key.text!r} cannot stand beside {connective!r}; put both into a list under all or any")
    if connective == "not":
        negated = read_condition(report, part, inner)
        return None if negated is None or others else Not(negated)
    items = read_items(report, part, f"{connective!r}")
    if isinstance(part, Listing) and not items:
        report.at(part, f"{connective!r} needs at least one condition")
    parts = [read_condition(report, each, inner) for each in items]
    read = tuple(each for each in parts if each is not None)
    if not parts or len(read) != len(parts) or others:
        return None
    return AllOf(read) if connective == "all" else AnyOf(read)


def _report_shape(report: Report, node: Table) -> None:
    known = ("fact", *CONNECTIVES)
    unknown = [key for name, key in node.keys.items() if name not in {*QUANTIFIERS, *OPERATORS, *known}]
    for key in unknown:
        report.at(key, no_such("key", key.text, known))
    if not unknown:
        report.at(node, _SHAPES)


def _fact_condition(report: Report, node: Table, scope: Scope) -> Condition | None:
    before = len(report.errors)
    name, fact = _fact(report, node.entries["fact"], scope)
    absent = _when_absent(report, node, scope)
    words = [each for each in node.entries if each != "fact" and not (each == "absent" and absent is not None)]
    quantifiers = [each for each in words if each in QUANTIFIERS]
    for word in words:
        if word not in OPERATORS and word not in QUANTIFIERS:
            report.at(node.keys[word], _no_word(word))
    if not words:
        report.at(node, f"no word says what is asked of the fact; there are {', '.join((*OPERATORS, *QUANTIFIERS))}")
    if quantifiers and len(words) > 1:
        report.at(node.keys[quantifiers[0]], f"{quantifiers[0]!r} stands alone on its fact; join conditions with all")
    if absent is WhenAbsent.NOTAPPLICABLE and len(words) > 1:
        report.at(node.entries["absent"], "'notapplicable' is for a check that is one single test")
    conditions: list[Condition] = []
    for word in words:
        if word in QUANTIFIERS:
            each = _quantified(report, node, word, (name, fact), replace(scope, sole=False))
            conditions += [Each(name, word, each, absent)] if each is not None else []
        elif word in OPERATORS:
            argument = _argument(report, node, word, (name, fact), scope)
            conditions.append(Test(name, word, argument, absent))
    if len(report.errors) > before or not conditions:
        return None
    return conditions[0] if len(conditions) == 1 else AllOf(tuple(conditions))


def _fact(report: Report, node: Node, scope: Scope) -> tuple[str, Fact | None]:
    """The name and the declaration it refers to; None for the declaration when there is none."""
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        report.at(node, f"'fact' must be the name of a fact, found {kind_of(node)}")
        return "", None
    name = node.value
    subject, colon, rest = name.partition(":")
    if not colon:
        if scope.facts is None:
            return name, None
        if name not in scope.facts:
            report.at(node, no_such(f"{'field' if scope.element else 'fact'} of {scope.owner}", name, scope.facts))
        return name, scope.facts.get(name)
    if scope.element:
        report.at(node, f"inside a quantifier only the fields of {scope.owner} can be named")
        return name, None
    if subject == PARAMETER and scope.check:
        report.at(node, "a check rests on what was seen; a parameter is looked at in when and review")
        return name, None
    if subject == PARAMETER:
        parameter = _used_parameter(report, node, rest, scope)
        return name, None if parameter is None else parameter.fact
    if subject not in OTHER_SUBJECTS:
        there = ", ".join(f"{each}:" for each in (*OTHER_SUBJECTS, PARAMETER))
        report.at(node, f"no prefix {subject!r}; there are {there}")
        return name, None
    if rest not in KINDS[subject]:
        report.at(node, no_such(f"fact of the {subject}", rest, KINDS[subject]))
    return name, KINDS[subject].get(rest)


def _used_parameter(report: Report, node: Node, name: str, scope: Scope) -> Parameter | None:
    """The parameter, noted as used; None when there is none of that name or its declaration has errors."""
    if name not in scope.parameters:
        report.at(node, f"no parameter {name!r}; declared are: {', '.join(scope.parameters) or 'none'}")
        return None
    scope.used.add(name)
    return scope.parameters[name]


def _when_absent(report: Report, node: Table, scope: Scope) -> WhenAbsent | None:
    """The option ``absent: pass|fail|notapplicable``; None when it is not there. ``absent: true`` is the word."""
    value = node.entries.get("absent")
    if value is None or (isinstance(value, Scalar) and isinstance(value.value, bool)):
        return None
    if not isinstance(value, Scalar) or value.value not in tuple(WhenAbsent):
        allowed = ", ".join(WhenAbsent)
        report.at(value, f"'absent' is true (a word) or what an absence means ({allowed}), found {kind_of(value)}")
        return WhenAbsent.FAIL
    absent = WhenAbsent(str(value.value))
    if absent is WhenAbsent.NOTAPPLICABLE and not scope.sole:
        report.at(value, "'notapplicable' is for a check that is one single test; say it with when")
    if "present" in node.entries:
        report.at(node.keys["absent"], "'present' already says what an absence means")
    return absent


def _quantified(
    report: Report, node: Table, word: str, named: tuple[str, Fact | None], scope: Scope
) -> Condition | None:
    name, fact = named
    if fact is not None and fact.type is not Type.RECORDS:
        report.at(node.keys[word], f"{word!r} reads records; {name} is {_article(fact.type)}")
        fact = None
    inner = replace(scope, facts=fact.fields if fact is not None else None, owner=f"an element of {name}", element=True)
    return read_condition(report, node.entries[word], inner)


def _argument(report: Report, node: Table, word: str, named: tuple[str, Fact | None], scope: Scope) -> Argument:
    """The argument of ``word``, checked against the fact's type; a parameter is checked by its default."""
    place = node.entries[word]
    name, fact = named
    operator = OPERATORS[word]
    if fact is not None and fact.type not in operator.fact_types:
        types = ", ".join(sorted(operator.fact_types))
        report.at(node.keys[word], f"{word!r} reads {types}; {name} is {_article(fact.type)}")
        fact = None
    if isinstance(place, Table):
        return _parameter(report, place, word, (name, fact), scope)
    value = plain(place)
    if fact is None:
        return value
    if error := operator.check_argument(value, fact.type):
        _report_argument(report, place, word, (fact, error))
    else:
        _check_known(report, place, word, (name, fact), value)
    return value


def _parameter(report: Report, place: Table, word: str, named: tuple[str, Fact | None], scope: Scope) -> Argument:
    wanted = place.entries.get("parameter")
    if list(place.entries) != ["parameter"] or not isinstance(wanted, Scalar) or not isinstance(wanted.value, str):
        report.at(place, f"{word}: expected a plain argument or {{parameter: NAME}}")
        return None
    parameter = _used_parameter(report, wanted, wanted.value, scope)
    if wanted.value not in scope.parameters:
        return None
    name, fact = named
    if fact is not None and parameter is not None:
        if error := _default_error(parameter, word, fact):
            report.at(wanted, f"{word}: the default of {parameter.name} does not fit: {error}")
        else:
            _check_known(report, wanted, word, (name, fact), parameter.default)
    return ParameterRef(wanted.value)


def _default_error(parameter: Parameter, word: str, fact: Fact) -> str | None:
    """What is wrong with the default as an argument.

    An empty list is none: nothing is approved until somebody says so. So is an empty version: no minimum is set.
    """
    check = OPERATORS[word].check_argument
    if parameter.default == [] and (check(["x"], fact.type) is None or check(["/x"], fact.type) is None):
        return None
    if parameter.default == "" and word == "version_at_least":
        return None
    return check(parameter.default, fact.type)


def _report_argument(report: Report, place: Node, word: str, found: tuple[Fact, str]) -> None:
    """The error, or where quotes alone would mend the argument, the places where they are missing."""
    fact, error = found
    if OPERATORS[word].check_argument(_quoted(place), fact.type):
        report.at(place, f"{word}: {error}")
        return
    for each in (place, *(place.items if isinstance(place, Listing) else ())):
        if quote := quote_hint(each):
            report.at(each, f"{word}: {each.text if isinstance(each, Scalar) else ''} is not a string here{quote}")


def _quoted(node: Node) -> JsonValue:
    if isinstance(node, Scalar):
        return node.value if node.value is None else node.text
    return [_quoted(each) for each in node.items] if isinstance(node, Listing) else None


def _check_known(report: Report, place: Node, word: str, named: tuple[str, Fact], value: JsonValue) -> None:
    """A closed string is never compared with a value it cannot have: a misspelt one would make ``not`` a pass."""
    name, fact = named
    if not fact.known or word not in ("equals", "one_of"):
        return
    for each in value if isinstance(value, list) else [value]:
        text = str(each)
        if text not in fact.known and not any(known.endswith(":") and text.startswith(known) for known in fact.known):
            there = ", ".join(known or '""' for known in fact.known)
            report.at(place, f"{name} is never {text!r}; its values are {there}")


def _no_word(word: str) -> str:
    known = (*OPERATORS, *QUANTIFIERS)
    return f"no operator {word!r}; there are {', '.join(known)}"


def _article(kind: Type) -> str:
    return "an int" if kind is Type.INT else "an owner" if kind is Type.OWNER else f"a {kind.value}"
