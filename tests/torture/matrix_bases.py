"""Where the matrix starts from: every fixture, the good host, and hosts put together from the values that facts can have."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

from benchmark.evaluate import EvaluationRequest, Evaluator, prepare_evaluator
from benchmark.model.facts import FactValue, Source, Subject
from benchmark.model.result import ControlResult
from benchmark.model.snapshot import Collector, Enumeration, Snapshot, Target
from benchmark.model.vocabulary import COLLECTIONS
from tests.controls.test_controls import CASES, CATALOG
from tests.controls.test_controls import snapshot as of_case
from tests.snapshots import snapshot as good_host
from tests.torture.matrix_reads import AROUND, Read, domain, reads_of

NOW: Final = "2026-11-27T00:00:00Z"


@dataclass(frozen=True)
class Base:
    """A snapshot that one control is judged on, before anything is damaged. ``label`` says where it comes from."""

    label: str
    control: str
    parameters: tuple[tuple[str, str], ...]  # name, repr of the value: hashable, for the cache of evaluators
    snapshot: Snapshot

    def judge(self, snapshot: Snapshot) -> ControlResult:
        """The row of the control, through the public way."""
        (row,) = _evaluator(self.control, self.parameters).evaluate(snapshot).results
        return row

    @property
    def collection(self) -> str:
        """The enumeration that the members of the control's collection stand in."""
        for_each = CATALOG.controls[self.control].for_each
        return COLLECTIONS[for_each].base or for_each


_VALUES: Final[dict[str, Any]] = {}


@cache
def _evaluator(control: str, parameters: tuple[tuple[str, str], ...]) -> Evaluator:
    given = {(control, name): _VALUES[text] for name, text in parameters}
    return prepare_evaluator(CATALOG, EvaluationRequest(now=NOW, controls=(control,), parameters=given))


def _key(parameters: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    for value in parameters.values():
        _VALUES[repr(value)] = value
    return tuple((name, repr(value)) for name, value in parameters.items())


def compile_anew() -> None:
    """Forgets compiled controls: for tests that put a bug into the compiler."""
    _evaluator.cache_clear()


def recorded_bases() -> Iterator[Base]:
    """Every fixture of every control, and the good host for each control."""
    for name, case in CASES:
        snapshot = of_case(CATALOG.controls[name], case)
        yield Base(f"fixture {case['name']}", name, _key(case.get("parameters", {})), snapshot)
    good = good_host()
    for name in CATALOG.controls:
        yield Base("the good host", name, (), good)


def rolled_bases(rolled: random.Random, of_each: int) -> Iterator[Base]:
    """``of_each`` snapshots for every control: what it reads has values out of their domains."""
    given: dict[str, list[dict[str, Any]]] = {}
    for name, case in CASES:
        if case.get("parameters"):
            given.setdefault(name, []).append(case["parameters"])
    for name in CATALOG.controls:
        for number in range(of_each):
            parameters = rolled.choice([{}, *given.get(name, [])])
            yield Base(f"rolled {number}", name, _key(parameters), _rolled(name, rolled))


def _rolled(name: str, rolled: random.Random) -> Snapshot:
    control = CATALOG.controls[name]
    collection = COLLECTIONS[control.for_each]
    base = collection.base or control.for_each
    by_prefix = {prefix: [each for each in reads_of(name) if each.prefix == prefix] for prefix in ("", *AROUND)}
    subjects = [_subject(collection.kind, at, by_prefix[""], rolled) for at in range(rolled.choice((1, 1, 2, 3)))]
    if base in AROUND.values():
        subjects = subjects[:1]
    enumerations = {base: Enumeration(tuple(range(len(subjects))))}
    for prefix, listed in AROUND.items():
        if listed not in enumerations:
            subjects.append(_subject(prefix, len(subjects), by_prefix[prefix], rolled))
            enumerations[listed] = Enumeration((len(subjects) - 1,))
        elif by_prefix[prefix]:
            at = enumerations[listed].members[0]
            own = _subject(prefix, at, by_prefix[prefix], rolled)
            subjects[at] = replace(subjects[at], facts={**own.facts, **subjects[at].facts})
    if base == "engines":
        subjects[0] = replace(subjects[0], facts={**subjects[0].facts, "product": "docker"})
    return Snapshot(
        Target("rolled", product="docker"), Collector("0", 0, "root"), NOW, NOW, tuple(subjects), enumerations
    )


def _subject(kind: str, number: int, wanted: list[Read], rolled: random.Random) -> Subject:
    facts: dict[str, FactValue] = {}
    for each in wanted:
        if not each.field:
            facts[each.name] = rolled.choice(domain(each.kind, each.name))
    return Subject(kind, f"{kind}{number}", "", facts, Source("rolled"))
