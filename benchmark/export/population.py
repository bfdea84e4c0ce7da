"""What a control ranges over, as OVAL sees it: items that stand for its subjects, and how a test reads one of their facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from benchmark.export.oval_terms import FALSE, TRUE, Criteria, Items
from benchmark.export.sides import CriteriaSides, SetSides, Sides
from benchmark.model.control import Condition, Each, Test


@dataclass(frozen=True, slots=True)
class Derivation:
    """A test that follows from other facts: true where the first condition is proven, false where the second is."""

    true: Condition
    false: Condition


ReadSet: TypeAlias = "Callable[[Test | Each], SetSides | Derivation]"
ReadOne: TypeAlias = "Callable[[Test | Each], CriteriaSides | Derivation]"


@dataclass(frozen=True, slots=True)
class Population:
    """Many subjects. ``members`` is one item for each; ``read`` answers a test, or says from which others it follows.

    ``gap`` holds when it cannot be told who belongs to it; ``there`` is false where there is proof that it is empty, whatever
    items there are. ``where`` picks those members that the collection is about.
    """

    members: Items
    read: ReadSet
    gap: Criteria = FALSE
    there: CriteriaSides = field(default=Sides(TRUE, FALSE))
    where: Condition | None = None


@dataclass(frozen=True, slots=True)
class Single:
    """One subject, the host or the daemon: every fact is a matter of criteria."""

    read: ReadOne
    gap: Criteria = FALSE
