"""Comparisons of the operator table as entities of OVAL states; parameters are bound as Values."""

from __future__ import annotations

import re
from typing import Final

from benchmark.export import json_text
from benchmark.export.oval_terms import TEXT, Captured, Concat, Entity, Escaped, Setting, Split, State, Term
from benchmark.export.sides import NotExpressible
from benchmark.model.control import Control, ParameterRef
from benchmark.scap.names import value_id
from benchmark.scap.oval_words import Comparison

# Appended to every list: a filter whose variable has no value lets everything through, and no text that is compared has a quote.
_MOST_DIGITS: Final = 9
_NEVER_EMPTY: Final = ',"'


def text_state(comparison: Comparison, control: Control) -> State:
    """What the captured text of textfilecontent54 must be like."""
    return State(TEXT, (entity(comparison, "subexpression", control),))


def entity(comparison: Comparison, name: str, control: Control) -> Entity:
    """The entity ``name`` that compares so. Raises NotExpressible."""
    values = comparison.values
    if isinstance(values, ParameterRef):
        return _with_parameter(comparison, values, name, control)
    if comparison.datatype == "int":
        return Entity(name, _number(comparison.operation, values[0], values), "pattern match")
    if comparison.datatype == "version":
        raise NotExpressible("OVAL's versions have no suffixes, which those of engines have")
    if comparison.around is not None:
        before, after = comparison.around
        return Entity(name, f"{before}(?:{'|'.join(map(re.escape, values))}){after}", "pattern match")
    if len(values) == 1:
        return Entity(name, values[0], comparison.operation)
    if comparison.operation == "equals":
        return Entity(name, rf"\A(?:{'|'.join(map(re.escape, values))})\z", "pattern match")
    raise NotExpressible(f"several values and {comparison.operation}")


def parameter_term(reference: ParameterRef, control: Control) -> Term:
    """The parameter's Value: one text, or the parts of a list, of which there is always one."""
    parameter = next(each for each in control.parameters if each.name == reference.name)
    setting = Setting(value_id(control.id, parameter.name))
    if parameter.type != "strings":
        return setting
    return Captured(Split(Concat((setting, _NEVER_EMPTY))), r"\A\s*+(.*?)\s*+\z")


def _with_parameter(comparison: Comparison, reference: ParameterRef, name: str, control: Control) -> Entity:
    term = parameter_term(reference, control)
    if comparison.datatype == "int":
        return Entity(name, _number_beside(comparison.operation, term), "pattern match")
    if comparison.datatype != "string":
        raise NotExpressible("OVAL's versions have no suffixes, which those of engines have")
    if comparison.around is not None:
        before, after = comparison.around
        return Entity(name, Concat((before, Escaped(term), after)), "pattern match")
    return Entity(name, term, comparison.operation)


def _number_beside(operation: str, term: Term) -> Term:
    """An expression for whole numbers that are as many as the Value says, or fewer, or more, up to nine digits.

    It is put together from the Value's digits: as many digits, of which the first that is another one is lower; or fewer digits.
    In a piece for another count of digits ``(?:){5}`` comes out as ``(?:){}``, which no number matches.
    """
    if operation == "equals":
        return Concat((r"\A", term, r"\z"))
    is_least = operation == "greater than or equal"
    parts: list[str | Term] = [r"\A(?:", "(?!)" if is_least else r"-\d+"]
    for size in range(1, _MOST_DIGITS + 1):
        first = rf"\A(?|([1-9])\d{{{size - 1}}}\z|())" if size > 1 else r"\A(?|(\d)\z|())"
        only: tuple[str | Term, ...] = ("|", "(?:){", Captured(term, first), "}")
        others = rf"[1-9]\d{{{size},}}" if is_least else rf"\d{{1,{size - 1}}}" if size > 1 else "(?!)"
        parts += [*only, others, *only, Captured(term, rf"\A(?|(\d{{{size}}})\z|())")]
        for at in range(size):
            rest = size - at - 1
            before = (Captured(term, rf"\A(?|(\d{{{at}}})\d{{{size - at}}}\z|())"),) if at else ()
            digit = Captured(term, rf"\A(?|\d{{{at}}}(\d)\d{{{rest}}}\z|())")
            span: tuple[str | Term, ...] = ("[", digit, "-9]") if is_least else ("[0-", digit, "]")
            parts += [*only, *before, "(?!", digit, ")", *span, rf"\d{{{rest}}}"]
    return Concat((*parts, r")\z"))


def _number(operation: str, first: str, values: tuple[str, ...]) -> str:
    """Numbers are texts where filters see them, so they are compared digit by digit."""
    if operation == "greater than or equal":
        return json_text.at_least(int(first))
    if operation == "less than or equal":
        return json_text.at_most(int(first))
    return rf"\A(?:{'|'.join(map(re.escape, values))})\z"
