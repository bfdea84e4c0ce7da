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
    if comparison.datatype != "string":
        raise NotExpressible("a filter of OVAL's compares no number with a Value")
    if comparison.around is not None:
        before, after = comparison.around
        return Entity(name, Concat((before, Escaped(term), after)), "pattern match")
    return Entity(name, term, comparison.operation)


def _number(operation: str, first: str, values: tuple[str, ...]) -> str:
    """Numbers are texts where filters see them, so they are compared digit by digit."""
    if operation == "greater than or equal":
        return json_text.at_least(int(first))
    if operation == "less than or equal":
        return json_text.at_most(int(first))
    return rf"\A(?:{'|'.join(map(re.escape, values))})\z"
