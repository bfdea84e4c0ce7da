"""An assessment seen from a framework: what every requirement's own controls say about it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from decimal import Decimal

from benchmark.model.control import Control
from benchmark.model.framework import Edge, Requirement
from benchmark.model.result import ControlResult


class Evidence(enum.StrEnum):
    """What one control says about one requirement. The values are part of the JSON contract."""

    AGAINST = "against"  # it failed, and what it asks the requirement asks too
    OPEN = "open"  # nobody knows yet: an error, a person's judgement, a control that was not judged
    FOR = "for"
    IN_PART = "in part"  # it passed, but it is about a part of the requirement only
    NOTHING = "nothing"  # it touches the requirement too lightly, or there is nothing that it applies to


class Status(enum.StrEnum):
    """What all controls of a requirement say together. None of these words means compliant."""

    CONTRADICTED = "contradicted"
    NOT_ESTABLISHED = "not established"
    SUPPORTED = "supported"
    NOT_REACHABLE = "not reachable"


@dataclass(frozen=True, slots=True)
class Backing:
    """A control of a requirement, how it is meant, its result, and what that says. ``result`` is None where this run did
    not judge the control.
    """

    edge: Edge
    control: Control
    result: ControlResult | None
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class RequirementView:
    """A requirement under its id in the version that is looked at.

    ``why`` says in a sentence what the status rests on. ``answered_by`` are the ids from which an item that asks nothing itself
    has its status (the countermeasures of a risk); such an item counts in no score. ``backings`` are in the mapping's order.
    """

    id: str
    requirement: Requirement
    status: Status
    why: str
    backings: tuple[Backing, ...]
    answered_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section of the framework: its number ("" for items outside every section), our label, its requirements in order."""

    number: str
    label: str
    requirements: tuple[RequirementView, ...]


@dataclass(frozen=True, slots=True)
class FrameworkScore:
    """How much of a framework this run supports.

    requirements = reachable + touched + out_of_reach, and reachable = supported + contradicted + not_established.
    ``reachable`` are those that technical checks speak to largely or partly. ``touched`` are those that they meet only
    incidentally; they can never be supported. ``out_of_reach`` are those that no technical check speaks to. ``percent`` is the
    share of ``reachable`` that is supported, ``percent_out_of_reach`` that of ``requirements`` which is out of reach: exact, None
    of nothing.
    """

    percent: Decimal | None
    percent_out_of_reach: Decimal | None
    requirements: int
    reachable: int
    supported: int
    contradicted: int
    not_established: int
    touched: int
    out_of_reach: int


@dataclass(frozen=True, slots=True)
class FrameworkView:
    """An assessment seen from one version of a framework, in the framework's own order. ``complete`` is False where only a
    selection of the framework's items is listed, so that no share is a share of the whole.
    """

    framework: str
    title: str
    version: str
    sections: tuple[SectionView, ...]
    score: FrameworkScore
    complete: bool = True

    def requirements(self) -> tuple[RequirementView, ...]:
        """Every requirement, in order."""
        return tuple(each for section in self.sections for each in section.requirements)
