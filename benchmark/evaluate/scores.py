"""Scores: the headline percentage, coverage, and the four XCCDF models in exact decimals.

The headline is CIS-CAT's: passed / (passed + failed + error + unknown). The models follow NIST IR 7275 revision 4,
tables 40 to 43; results that say nothing about compliance are left out and ``fixed`` counts as a pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeAlias

from benchmark.model.result import Assessment, ControlResult, Coverage, Result, Score, XccdfScore

_LEFT_OUT: Final = frozenset({Result.NOTAPPLICABLE, Result.NOTCHECKED, Result.INFORMATIONAL, Result.NOTSELECTED})
_GOOD: Final = frozenset({Result.PASS, Result.FIXED})
_ONE: Final = Decimal(1)
_HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class Rule:
    """A leaf of the benchmark: its weight and its results (one per rule-result)."""

    results: tuple[Result, ...]
    weight: Decimal = _ONE


@dataclass(frozen=True, slots=True)
class Group:
    """A branch: its weight among its siblings, and its children."""

    children: tuple[Item, ...]
    weight: Decimal = _ONE


Item: TypeAlias = "Rule | Group"


def score_results(
    results: Sequence[ControlResult], version: str, group_weights: Mapping[str, Decimal] | None = None
) -> Score:
    """The scores of one evaluation; XCCDF groups are the sections of ``version``'s numbering.

    Every weight is 1 but those that a tailoring sets: of rules in ``ControlResult.refinement``, of groups by section ("1.2")
    in ``group_weights``.

    Results without a requirement are left out of every figure, coverage included: the score is the benchmark's, so it must
    not depend on how many controls of our own were judged beside it.
    """
    results = [each for each in results if each.requirements]
    counts = Counter(each.result for each in results)
    passed = counts[Result.PASS] + counts[Result.FIXED]
    errors, unknown = counts[Result.ERROR], counts[Result.UNKNOWN]
    scorable = passed + counts[Result.FAIL] + errors + unknown
    waived = Counter(each.accepted for each in results if each.accepted is not each.result)
    accepted = _percent(passed + waived[Result.PASS], scorable - waived[Result.NOTCHECKED])
    coverage = Coverage(
        selected=len(results),
        judged=passed + counts[Result.FAIL],
        errors=errors,
        unknown=unknown,
        manual=counts[Result.NOTCHECKED] + counts[Result.INFORMATIONAL],
        notapplicable=counts[Result.NOTAPPLICABLE],
    )
    rules = ((_number(each, version), Rule((each.result,), _weight(each))) for each in results)
    scores = xccdf_scores(Group(_grouped(rules, group_weights or {})))
    return Score(_percent(passed, scorable), passed, scorable, accepted, coverage, scores)


def score_instances(assessment: Assessment) -> tuple[XccdfScore, ...]:
    """The XCCDF scores of ``assessment`` where every subject has a rule-result of its own (``instance_results``)."""
    weights = {} if assessment.tailoring is None else assessment.tailoring.group_weights
    version = assessment.benchmark_version
    rules = (
        (_number(each, version), Rule(instance_results(each), _weight(each)))
        for each in assessment.results
        if each.requirements
    )
    return xccdf_scores(Group(_grouped(rules, weights)))


def instance_results(row: ControlResult) -> tuple[Result, ...]:
    """The results of a control subject by subject; its own besides where no subject has it (a gap), or instead (unscored)."""
    if row.result is Result.INFORMATIONAL:
        return (Result.INFORMATIONAL,) * max(1, len(row.findings))
    results = tuple(each.result for each in row.findings)
    return results if row.result in results else (*results, row.result)


def xccdf_scores(benchmark: Group) -> tuple[XccdfScore, ...]:
    """default, flat, flat-unweighted and absolute, in that order; none at all when no rule counts (undefined there)."""
    rules = [rule for rule in _rules(benchmark) if _counted(rule)]
    default = _default(benchmark)
    if default is None:
        return ()
    flat = sum((rule.weight * _share(rule) for rule in rules), Decimal(0))
    most = sum((rule.weight for rule in rules), Decimal(0))
    heavy = [rule for rule in rules if rule.weight]
    unweighted = sum((_share(rule) for rule in heavy), Decimal(0))
    absolute = _ONE if flat == most else Decimal(0)
    return (
        XccdfScore("urn:xccdf:scoring:default", default, _HUNDRED),
        XccdfScore("urn:xccdf:scoring:flat", flat, most),
        XccdfScore("urn:xccdf:scoring:flat-unweighted", unweighted, Decimal(len(heavy))),
        XccdfScore("urn:xccdf:scoring:absolute", absolute, _ONE),
    )


def _percent(part: int, whole: int) -> Decimal | None:
    return _HUNDRED * part / whole if whole else None


def _counted(rule: Rule) -> int:
    return len(rule.results) - sum(map(rule.results.count, _LEFT_OUT))


def _share(rule: Rule) -> Decimal:
    """Passed results over counted ones, 0…1; the rule must count."""
    return Decimal(sum(map(rule.results.count, _GOOD))) / _counted(rule)


def _rules(item: Item) -> Iterable[Rule]:
    if isinstance(item, Rule):
        yield item
        return
    for each in item.children:
        yield from _rules(each)


def _default(item: Item) -> Decimal | None:
    """Table 40: the weighted mean of the children that count, 0…100; None where none does."""
    if isinstance(item, Rule):
        return _HUNDRED * _share(item) if _counted(item) else None
    scored = [(value, each.weight) for each in item.children if (value := _default(each)) is not None]
    weights = sum((weight for _, weight in scored), Decimal(0))
    return sum((value * weight for value, weight in scored), Decimal(0)) / weights if weights else None


def _number(result: ControlResult, version: str) -> tuple[str, ...]:
    """The sections above the control's first number: 1.1.3 lies in 1 and in 1.1."""
    ids = [each.ids[version] for each in result.requirements if version in each.ids]
    return tuple(ids[0].split(".")[:-1]) if ids else ()


def _weight(result: ControlResult) -> Decimal:
    refinement = result.refinement
    return _ONE if refinement is None or refinement.weight is None else refinement.weight


def _grouped(
    rules: Iterable[tuple[tuple[str, ...], Rule]], weights: Mapping[str, Decimal], section: str = ""
) -> tuple[Item, ...]:
    """Rules by section, nested: the children of a group are its rules, then its subgroups, both in order of arrival."""
    own: list[Item] = []
    below: dict[str, list[tuple[tuple[str, ...], Rule]]] = {}
    for path, rule in rules:
        if path:
            inner = f"{section}.{path[0]}" if section else path[0]
            below.setdefault(inner, []).append((path[1:], rule))
        else:
            own.append(rule)
    return (*own, *(Group(_grouped(each, weights, name), weights.get(name, _ONE)) for name, each in below.items()))
