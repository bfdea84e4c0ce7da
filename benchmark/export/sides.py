"""The algebra of what is proven: Kleene's three values as two sets, over subjects that OVAL can count and over single ones.

A condition is a pair: where it is proven true, and where it is proven false; what is in neither, nobody knows. So a translation
that cannot read something answers "unknown" there and never passes by mistake.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Generic, TypeAlias, TypeVar

from benchmark.export.oval_terms import FALSE, TRUE, Combined, Criteria, Items, every, negated, some

Side = TypeVar("Side")


class NotExpressible(Exception):
    """What a control asks cannot be said in OVAL without changing its meaning; the text says why."""


@dataclass(frozen=True, slots=True)
class Sides(Generic[Side]):
    """Where something is proven to hold, and where it is proven not to."""

    true: Side
    false: Side

    def turned(self) -> Sides[Side]:
        """``not``: what is unknown stays unknown."""
        return Sides(self.false, self.true)


@dataclass(frozen=True, slots=True)
class All:
    """Every subject of the population, or (``not there``) none of them."""

    there: bool


EVERYBODY: Final = All(there=True)
NOBODY: Final = All(there=False)
Members: TypeAlias = "Items | All"
SetSides: TypeAlias = "Sides[Members]"
CriteriaSides: TypeAlias = "Sides[Criteria]"

ALWAYS: Final[SetSides] = Sides(EVERYBODY, NOBODY)
NEVER: Final[SetSides] = Sides(NOBODY, EVERYBODY)
NOBODY_KNOWS: Final[SetSides] = Sides(NOBODY, NOBODY)


def union(left: Members, right: Members) -> Members:
    """Those in either."""
    if EVERYBODY in (left, right):
        return EVERYBODY
    if isinstance(left, All) or left == right:
        return right
    return left if isinstance(right, All) else Combined("UNION", left, right)


def intersection(left: Members, right: Members) -> Members:
    """Those in both."""
    if NOBODY in (left, right):
        return NOBODY
    if isinstance(left, All) or left == right:
        return right
    return left if isinstance(right, All) else Combined("INTERSECTION", left, right)


def difference(left: Members, right: Members, population: Items) -> Members:
    """Those in the first and not in the second."""
    if right == EVERYBODY or left in (NOBODY, right):
        return NOBODY
    if isinstance(right, All):
        return left
    return Combined("COMPLEMENT", population if isinstance(left, All) else left, right)


def all_of(parts: tuple[SetSides, ...]) -> SetSides:
    """True where all are, false where one is."""
    result = ALWAYS
    for each in parts:
        result = Sides(intersection(result.true, each.true), union(result.false, each.false))
    return result


def any_of(parts: tuple[SetSides, ...]) -> SetSides:
    """True where one is, false where all are."""
    return all_of(tuple(each.turned() for each in parts)).turned()


def all_criteria(parts: tuple[CriteriaSides, ...]) -> CriteriaSides:
    """The same of single facts."""
    return Sides(every(*(each.true for each in parts)), some(*(each.false for each in parts)))


def any_criteria(parts: tuple[CriteriaSides, ...]) -> CriteriaSides:
    """The same of single facts."""
    return all_criteria(tuple(each.turned() for each in parts)).turned()


def decided(holds: Criteria) -> CriteriaSides:
    """What can always be told: it holds, or it does not."""
    return Sides(holds, negated(holds))


def known(value: bool | None) -> CriteriaSides:
    """A value that is settled before any host is looked at; None: nobody knows."""
    return Sides(TRUE if value is True else FALSE, TRUE if value is False else FALSE)
