"""A control's decision as one definition: true is pass, false is fail, not evaluated is for a person, unknown is for nobody.

The order is that of ``evaluate``: a proven fail before ignorance, ignorance before a person's judgement, that before a pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from benchmark.export.conditions import Case, cases, criteria_of, members_of
from benchmark.export.oval_terms import (
    FALSE,
    PERSON,
    TRUE,
    UNKNOWN,
    Criteria,
    Exists,
    every,
    negated,
    some,
)
from benchmark.export.population import Population, ReadOne, Single
from benchmark.export.sides import (
    ALWAYS,
    EVERYBODY,
    NOBODY,
    CriteriaSides,
    Members,
    NotExpressible,
    SetSides,
    Sides,
    difference,
    intersection,
    union,
)
from benchmark.model.control import Condition, Control

_BLIND: Final = "OVAL could not tell a pass from a fail"


@dataclass(frozen=True, slots=True)
class _Classes:
    """Criteria that say whether there is a subject that failed, one of which nothing is known, and so on."""

    failed: Criteria
    unknown: Criteria  # the failed ones among them
    person: Criteria
    passed: Criteria


def definition_of(control: Control, population: Population | Single, around: ReadOne) -> Criteria:
    """The criteria of ``control``. Raises NotExpressible, also where they could never say pass, or never anything else."""
    if control.check is None:
        raise NotExpressible("only people can say")
    if isinstance(population, Single):
        classes = _of_one(control, control.check, population)
        return _verdict(classes, population.gap)
    parts: list[Criteria] = []
    reachable = False
    for case in cases((population.where, control.when, control.check, control.review), population, around):
        if case.holds == FALSE:
            continue
        classes = _of_many(control, population, case)
        reachable = reachable or _tells_apart(control, classes)
        parts.append(every(case.holds, _verdict(classes, population.gap)))
    if not reachable:
        raise NotExpressible(_BLIND)
    there = population.there
    doubtful = every(negated(there.true), negated(there.false), UNKNOWN)
    return some(every(there.true, some(*parts)), every(there.false, PERSON), FALSE if there.true == TRUE else doubtful)


def _verdict(classes: _Classes, gap: Criteria) -> Criteria:
    unknown = some(classes.unknown, gap)
    decided = negated(unknown)
    return some(
        every(decided, negated(classes.person), classes.passed),
        every(decided, some(classes.person, negated(classes.passed)), PERSON),
        every(unknown, negated(classes.failed), UNKNOWN),
    )


def _of_one(control: Control, check_of: Condition, single: Single) -> _Classes:
    when: CriteriaSides = Sides(TRUE, FALSE) if control.when is None else criteria_of(control.when, single.read)
    check = criteria_of(check_of, single.read)
    review: CriteriaSides = Sides(FALSE, TRUE) if control.review is None else criteria_of(control.review, single.read)
    met = every(when.true, check.true)
    failed = every(when.true, check.false, review.false)
    person = every(when.true, check.false, review.true)
    passed: Criteria = met
    if control.attest is not None:
        passed, person = FALSE, some(person, met)
    classes = _Classes(failed, negated(some(when.false, passed, person)), person, passed)
    if not _tells_apart(control, classes):
        raise NotExpressible(_BLIND)
    return classes


def _tells_apart(control: Control, classes: _Classes) -> bool:
    """It can pass (or, where a person's word is needed too, come before him), and it can do otherwise."""
    good = classes.passed if control.attest is None else classes.person
    others = (classes.failed, FALSE if control.attest is not None else classes.person)
    return good != FALSE and any(each != FALSE for each in others)


def _of_many(control: Control, population: Population, case: Case) -> _Classes:
    def sides(condition: object) -> SetSides:
        return members_of(condition, population.read, case.settled)  # type: ignore[arg-type]

    where, when, check = sides(population.where), sides(control.when), sides(control.check)
    review: SetSides = ALWAYS.turned() if control.review is None else sides(control.review)
    applies = intersection(where.true, when.true)
    met = intersection(applies, check.true)
    unmet = intersection(applies, check.false)
    failed, person, passed = intersection(unmet, review.false), intersection(unmet, review.true), met
    if control.attest is not None:
        passed, person = NOBODY, union(person, met)
    told = union(union(where.false, when.false), union(passed, person))
    unknown = difference(EVERYBODY, told, population.members)
    return _Classes(
        _there(failed, population, f"{control.id}: fails"),
        _there(unknown, population, f"{control.id}: neither passes nor is for a person to judge"),
        _there(person, population, f"{control.id}: a person must judge"),
        _there(passed, population, f"{control.id}: passes"),
    )


def _there(members: Members, population: Population, comment: str) -> Criteria:
    if members == NOBODY:
        return FALSE
    return Exists(population.members if members == EVERYBODY else members, comment)  # type: ignore[arg-type]
