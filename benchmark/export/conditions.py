"""Conditions of the language as pairs of what is proven true and what is proven false (``sides.py``).

What a condition says of the host or the daemon (``daemon:``, ``host:``, ``parameter:``) is the same for all subjects, and is
no set of them. So a condition is taken apart by cases: what it comes to where that holds, where it does not, and where nobody
knows; each case is then about the subjects alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final, TypeAlias, assert_never

from benchmark.export.oval_terms import Criteria, every, negated
from benchmark.export.population import Derivation, Population, ReadOne, ReadSet
from benchmark.export.sides import (
    ALWAYS,
    NEVER,
    NOBODY_KNOWS,
    CriteriaSides,
    NotExpressible,
    SetSides,
    Sides,
    all_criteria,
    all_of,
    any_criteria,
    any_of,
)
from benchmark.model.control import AllOf, AnyOf, Condition, Each, Not, Test

Atom: TypeAlias = "Test | Each"
Settled: TypeAlias = "tuple[tuple[Atom, bool | None], ...]"  # arguments may be lists, which no mapping takes for keys
_MOST_ASKED: Final = 3


@dataclass(frozen=True, slots=True)
class Case:
    """``holds`` when the atoms are as ``settled`` says."""

    holds: Criteria
    settled: Settled


def criteria_of(condition: Condition, read: ReadOne) -> CriteriaSides:
    """The condition on a single subject. Raises NotExpressible."""
    match condition:
        case Test() | Each():
            answer = read(condition)
            if isinstance(answer, Derivation):
                return Sides(criteria_of(answer.true, read).true, criteria_of(answer.false, read).true)
            return answer
        case AllOf(parts):
            return all_criteria(tuple(criteria_of(each, read) for each in parts))
        case AnyOf(parts):
            return any_criteria(tuple(criteria_of(each, read) for each in parts))
        case Not(part):
            return criteria_of(part, read).turned()
        case _ as never:
            assert_never(never)


def members_of(condition: Condition | None, read: ReadSet, settled: Settled) -> SetSides:
    """The condition on each subject of a population; no condition holds always. Raises NotExpressible."""
    match condition:
        case None:
            return ALWAYS
        case Test() | Each():
            for atom, value in settled:
                if atom == condition:
                    return NOBODY_KNOWS if value is None else ALWAYS if value else NEVER
            answer = read(condition)
            if isinstance(answer, Derivation):
                return Sides(members_of(answer.true, read, settled).true, members_of(answer.false, read, settled).true)
            return answer
        case AllOf(parts):
            return all_of(tuple(members_of(each, read, settled) for each in parts))
        case AnyOf(parts):
            return any_of(tuple(members_of(each, read, settled) for each in parts))
        case Not(part):
            return members_of(part, read, settled).turned()
        case _ as never:
            assert_never(never)


def cases(conditions: tuple[Condition | None, ...], population: Population, around: ReadOne) -> Iterator[Case]:
    """Every way in which what the conditions say of host and daemon can be; one, without any, where they say nothing."""
    asked: list[Atom] = []
    for condition in conditions:
        asked.extend(atom for atom in _global(condition, population.read) if atom not in asked)
    if len(asked) > _MOST_ASKED:
        raise NotExpressible("it rests on too many things besides its subjects")
    told = [criteria_of(atom, around) for atom in asked]
    for combination in product(*map(_values, told)):
        holds = every(*(_is(sides, value) for sides, value in zip(told, combination, strict=True)))
        yield Case(holds, tuple(zip(asked, combination, strict=True)))


def _global(condition: Condition | None, read: ReadSet) -> Iterator[Atom]:
    match condition:
        case None:
            return
        case Test(fact) | Each(fact):
            if ":" in fact:
                yield condition
                return
            answer = read(condition)
            if isinstance(answer, Derivation):
                yield from _global(answer.true, read)
                yield from _global(answer.false, read)
        case AllOf(parts) | AnyOf(parts):
            for each in parts:
                yield from _global(each, read)
        case Not(part):
            yield from _global(part, read)
        case _ as never:
            assert_never(never)


def _values(sides: CriteriaSides) -> tuple[bool | None, ...]:
    return (True, False) if sides.false == negated(sides.true) else (True, False, None)


def _is(sides: CriteriaSides, value: bool | None) -> Criteria:
    if value is None:
        return every(negated(sides.true), negated(sides.false))
    return sides.true if value else sides.false
