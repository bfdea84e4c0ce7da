"""The bridge between two scores: how many points each cause brought, so that they add up exactly.

Every term is the difference of two tallies that are fully specified (docs/compare.md, docs/decisions/0011): a chain of
evaluations of the same facts under one condition more that is the later one's, and, where the facts themselves change, three
counterfactual sets of findings made of both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

from benchmark.history.alignment import Alignment, Cell, Line
from benchmark.model.algebra import worst
from benchmark.model.comparison import Bridge, Fate, Share, Tally, Term
from benchmark.model.result import Assessment, ControlResult, Finding, Result

_GOOD: Final = frozenset({Result.PASS, Result.FIXED})
_OPEN: Final = frozenset({Result.ERROR, Result.UNKNOWN})
_DECIDED: Final = _GOOD | {Result.FAIL, Result.NOTAPPLICABLE}

# What a step is about, and the tallies before and after it.
_Crossing: TypeAlias = "tuple[tuple[Term, ...], Tally, Tally]"


class Part(NamedTuple):
    """What one finding, or a control as a whole, brings to a verdict.

    ``accepted`` is the result if what is waived had passed. ``is_attested`` where a person's word decided.
    """

    result: Result
    accepted: Result
    is_attested: bool = False


@dataclass(frozen=True, slots=True)
class Remainder:
    """What the findings of a control do not explain of its verdict: a gap in the list of subjects, a person's word.

    ``joins`` is true where it takes part in the algebra beside them; else it stands in their place.
    """

    part: Part
    joins: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One condition more that is the later one's: both assessments, and the terms that the difference belongs to."""

    terms: tuple[Term, ...]
    before: Assessment
    after: Assessment


def build_bridge(
    chain: Sequence[Step],
    last: Alignment,
    closing: Sequence[Step] = (),
    *,
    unsplit: tuple[Term, ...] = (),
    by_results: bool = False,
    remarks: Sequence[str] = (),
) -> Bridge:
    """The bridge over ``chain``, then over the facts (``last``), then over ``closing``; each begins where another ends.

    ``by_results``: the first of the two was not judged anew as the second was, so that controls which only one of them has are
    set aside first, as ``unsplit``, and the waivers are told apart finding by finding.
    """
    tallies: list[_Crossing] = [(each.terms, tally_of(each.before), tally_of(each.after)) for each in chain]
    tallies += _facts(last, by_results=by_results, unsplit=unsplit)
    tallies += [(each.terms, tally_of(each.before), tally_of(each.after)) for each in closing]
    for (_, _, here), (_, there, _) in pairwise(tallies):
        if here != there:
            raise AssertionError("the steps of a bridge do not meet")
    return _sum(tallies, tuple(remarks))


def tally_of(assessment: Assessment) -> Tally:
    """What the score of ``assessment`` is made of."""
    return _tally(_own_part(each) for each in assessment.results if each.requirements)


def compose(parts: Iterable[Part], remainder: Remainder | None) -> Part:
    """The verdict of a control over its parts; accepted where waivers cover every failure, and no error is left beside them."""
    found = list(parts)
    if remainder is not None:
        if not remainder.joins:
            return remainder.part
        found.append(remainder.part)
    return _compose(found)


def remainder_of(row: ControlResult) -> Remainder | None:
    """What has to be added to the findings of ``row`` for ``compose`` to give its verdict; None where nothing has."""
    parts = {part_of(each) for each in row.findings}
    own = _own_part(row)
    if _is_same(_compose(parts), own):
        return None
    return Remainder(own, joins=_is_same(_compose([*parts, own]), own))


def part_of(finding: Finding) -> Part:
    """What ``finding`` brings to the verdict of its control."""
    accepted = finding.result if finding.waiver is None else Result.PASS
    return Part(finding.result, accepted, finding.attestation is not None)


def _own_part(row: ControlResult) -> Part:
    return Part(row.result, row.accepted, row.attestation is not None)


def _is_same(one: Part, other: Part) -> bool:
    return (one.result, one.accepted) == (other.result, other.accepted)


def _compose(parts: Iterable[Part]) -> Part:
    parts = tuple(parts)
    result = worst(each.result for each in parts)
    if result is not Result.FAIL:
        return Part(result, result)
    left = {each.accepted for each in parts}
    if Result.FAIL in left or left & _OPEN:
        return Part(result, Result.FAIL)
    return Part(result, Result.NOTCHECKED if Result.NOTCHECKED in left else Result.PASS)


def _facts(last: Alignment, *, by_results: bool, unsplit: tuple[Term, ...]) -> Iterator[_Crossing]:
    """The steps from one set of findings to another. Each adds to what is as it is after, until everything is."""
    lines = [_weighed(each) for each in last.lines if each.after is not None and each.after.requirements]
    reached = tally_of(last.before)
    taken: list[Callable[[Change], bool]] = []
    steps: list[tuple[tuple[Term, ...], Callable[[Change], bool]]] = [
        ((Term.POPULATION,), lambda each: each.is_population and each.is_decided),
        ((Term.POSTURE,), lambda each: each.is_decided),
    ]
    if by_results:
        steps = [(unsplit or (Term.BENCHMARK_VERSION,), lambda _: False), ((Term.WAIVERS,), _is_policy), *steps]
    for terms, test in steps:
        taken.append(test)
        tally = _tally(each.verdict(taken) for each in lines)
        yield terms, reached, tally
        reached = tally
    yield (Term.COVERAGE,), reached, tally_of(last.after)


class Change(NamedTuple):
    """What a finding brings before and after; None where there is none. ``is_population`` where the subject came or went."""

    before: Part | None
    after: Part | None
    is_population: bool = False

    @property
    def is_decided(self) -> bool:
        """True where there is a verdict, or nothing to judge, on both sides."""
        return all(each is None or each.result in _DECIDED for each in (self.before, self.after))


def _is_policy(change: Change) -> bool:
    """True for a failure that persists, and for what a person's word decided on one of the sides."""
    before, after = change.before, change.after
    if before is None or after is None:
        return False
    return before.result is after.result is Result.FAIL or before.is_attested != after.is_attested


@dataclass(frozen=True, slots=True)
class Weighed:
    """A control as far as its verdict goes: what its findings bring, each kind of change once, since a verdict counts none.

    ``before`` and ``after`` are what the findings do not explain. ``fixed`` is the verdict where only one side has the control:
    that of the later one.
    """

    changes: frozenset[Change]
    before: Remainder | None
    after: Remainder | None
    fixed: Part | None

    def verdict(self, taken: Sequence[Callable[[Change], bool]]) -> Part:
        """The verdict where what any of ``taken`` accepts is as it is after, and everything else as it was before."""
        if self.fixed is not None:
            return self.fixed
        parts = [each.after if any(test(each) for test in taken) else each.before for each in self.changes]
        here, there = self.before, self.after
        change = Change(None if here is None else here.part, None if there is None else there.part)
        remainder = there if any(test(change) for test in taken) else here
        return compose([each for each in parts if each is not None], remainder)


def _weighed(line: Line) -> Weighed:
    before, after = line.before, line.after
    if after is None:
        raise AssertionError("a control that the later assessment does not have")
    if before is None:
        return Weighed(frozenset(), None, None, _own_part(after))
    return Weighed(frozenset(map(_change_of, line.cells)), remainder_of(before), remainder_of(after), None)


def _change_of(cell: Cell) -> Change:
    before = None if cell.before is None or cell.pair.fate is Fate.SCALED else part_of(cell.before)
    after = None if cell.after is None else part_of(cell.after)
    return Change(before, after, cell.pair.fate is not Fate.MATCHED)


def _tally(verdicts: Iterable[Part]) -> Tally:
    passed = waived = aside = scorable = 0
    for result, accepted, _ in verdicts:
        passed += result in _GOOD
        waived += result is Result.FAIL and accepted is Result.PASS
        aside += result is Result.FAIL and accepted is Result.NOTCHECKED
        scorable += result in _GOOD or result is Result.FAIL or result in _OPEN
    return Tally(passed, waived, aside, scorable)


def _sum(tallies: Sequence[_Crossing], remarks: tuple[str, ...]) -> Bridge:
    """One share for each term, in the order of ``Term``. Points are carried over a tally with nothing to score.

    Where an end has no score, no term has points: there is nothing to add up to.
    """
    first, last = tallies[0][1], tallies[-1][2]
    points = _points([each.percent for each in (first, *(after for _, _, after in tallies))])
    points_after = _points([each.after_waivers for each in (first, *(after for _, _, after in tallies))])
    nothing = Share((), 0, 0, 0, 0, Fraction() if points else None, Fraction() if points_after else None)
    shares: dict[tuple[Term, ...], Share] = {}
    for at, (terms, before, after) in enumerate(tallies):
        share = Share(
            terms,
            after.passed - before.passed,
            after.waived - before.waived,
            after.aside - before.aside,
            after.scorable - before.scorable,
            points[at] if points else None,
            points_after[at] if points_after else None,
        )
        shares[terms] = _added(shares[terms], share) if terms in shares else share
    return Bridge(first, last, tuple(_in_order(shares, nothing)), remarks)


def _points(scores: Sequence[Fraction | None]) -> list[Fraction]:
    """The differences along ``scores``, carried over those that there are not; none at all where an end is not there."""
    if scores[0] is None or scores[-1] is None:
        return []
    reached = scores[0]
    points = []
    for each in scores[1:]:
        points.append(Fraction() if each is None else each - reached)
        reached = reached if each is None else each
    return points


def _in_order(shares: Mapping[tuple[Term, ...], Share], nothing: Share) -> Iterator[Share]:
    """Every term in exactly one share, in the order of ``Term``: what was told apart in one place only goes to the others."""
    together = next((each for each in shares if len(each) > 1), ())
    for term in Term:
        alone = shares.get((term,), replace(nothing, terms=(term,)))
        if term not in together:
            yield alone
        elif term is together[0]:
            joined = shares[together]
            for each in together:
                joined = _added(joined, shares.get((each,), nothing))
            yield joined


def _added(one: Share, other: Share) -> Share:
    return Share(
        one.terms,
        one.passed + other.passed,
        one.waived + other.waived,
        one.aside + other.aside,
        one.scorable + other.scorable,
        _sum_of(one.points, other.points),
        _sum_of(one.points_after, other.points_after),
    )


def _sum_of(one: Fraction | None, other: Fraction | None) -> Fraction | None:
    return None if one is None or other is None else one + other
