"""Snapshots for the laws: rolled from the vocabulary, so that hypothesis can shrink them, and collected from described hosts."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from benchmark.cli.checklist import checklist_of
from benchmark.evaluate import EvaluationRequest, Evaluator, prepare_evaluator
from benchmark.model.facts import FactValue, Reason, Source, Subject, Unavailable
from benchmark.model.result import Assessment, ControlResult
from benchmark.model.snapshot import Collector, Enumeration, Snapshot, Target
from benchmark.model.vocabulary import COLLECTIONS, KINDS
from benchmark.render.formats import FORMATS
from benchmark.render.options import RenderOptions
from benchmark.scap.checklist import Checklist
from tests.controls.test_controls import CATALOG
from tests.snapshots import GOOD_CONTAINER, GOOD_DAEMON, GOOD_HOST
from tests.torture.ledger import Harness
from tests.torture.matrix_reads import domain, reads
from tests.torture.oracle_harness import collect, hosts
from tests.torture.size import sized

HARNESS: Final = Harness(
    "metamorphic laws",
    "Order, names, labels, a further scan and what is not selected change no verdict; one subject more mends nothing, and less"
    " evidence moves a verdict only towards error.",
    (
        "Order inside lists that a control compares whole; there is none that does.",
        "Waivers and attestations, which come after the evaluation.",
        "Real engines: hosts are descriptions that a daemon of the tests serves.",
    ),
)
NOW: Final = "2026-11-27T00:00:00Z"
UNDECIDED: Final = frozenset({"error", "unknown"})
WORST_FIRST: Final = ("fail", "error", "unknown", "notchecked", "pass", "notapplicable")
BASES: Final = tuple(name for name, each in COLLECTIONS.items() if not each.base)
_GOOD: Final[Mapping[str, Mapping[str, FactValue]]] = {
    "container": GOOD_CONTAINER,
    "daemon": GOOD_DAEMON,
    "host": GOOD_HOST,
}
_READ: Final[Mapping[str, frozenset[str]]] = {
    kind: frozenset(each.name for control in CATALOG.controls.values() for each in reads(control) if each.kind == kind)
    for kind in KINDS
}


def laws(small: int, big: int) -> settings:
    """The size of a law. The tally counts over all examples of a test, so that one fixture for all of them is right."""
    return settings(
        max_examples=sized(small, big),
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@dataclass(frozen=True)
class World:
    """A snapshot, and how to make it again."""

    made: str
    snapshot: Snapshot

    def __repr__(self) -> str:
        return f"World({self.made})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What hypothesis prints of an example: not the whole snapshot."""
        printer.text("World(…)" if cycle else repr(self))


def roll_subject(kind: str, number: int, seed: int) -> Subject:
    """A subject out of values that its facts can have; every third one is the good one with a few facts changed."""
    rolled = random.Random(f"{kind} {seed}")
    good, spoilt = _GOOD.get(kind, {}), rolled.choice((0.1, 0.5, 1.0))
    facts: dict[str, FactValue] = {}
    for name in KINDS[kind]:
        if name in good and rolled.random() > spoilt:
            facts[name] = good[name]
        elif rolled.random() < 0.04:
            facts[name] = Unavailable(rolled.choice(tuple(Reason)), "rolled")
        elif rolled.random() > 0.02:
            facts[name] = _roll_value(kind, name, rolled)
    blocked = Unavailable(Reason.VANISHED, "rolled") if rolled.random() < 0.02 else None
    return Subject(kind, f"{kind}{number}", f"{number:064x}", facts, Source(f"rolled {seed}"), blocked=blocked)


def _roll_value(kind: str, name: str, rolled: random.Random) -> FactValue:
    """A value of the fact; of a list, several of its elements, and now and then one that lacks a field."""
    values = domain(kind, name)
    value = rolled.choice(values)
    if not isinstance(value, list) or rolled.random() < 0.3:
        return value
    elements = [
        element for other in rolled.sample(values, min(3, len(values))) if isinstance(other, list) for element in other
    ]
    rolled.shuffle(elements)
    for at, element in enumerate(elements):
        if isinstance(element, dict) and element and rolled.random() < 0.15:
            gone = rolled.choice(sorted(element))
            elements[at] = {key: each for key, each in element.items() if key != gone}
    return elements


def roll_world(counts: Mapping[str, int], seed: int) -> World:
    """``counts`` members in each collection, and an engine and a host unless a count says otherwise."""
    rolled = random.Random(seed)
    subjects: list[Subject] = []
    enumerations = {}
    for name in BASES:
        here = []
        for _ in range(counts.get(name, 1 if name in ("engines", "host") else 0)):
            here.append(len(subjects))
            subjects.append(_member(name, len(subjects), rolled.randrange(2**32)))
        gap = Unavailable(rolled.choice(tuple(Reason)), "rolled") if rolled.random() < 0.05 else None
        enumerations[name] = Enumeration(tuple(here), gap, sources=(Source(f"list of {name}", says="so"),))
    snapshot = Snapshot(
        Target("rolled", product="docker"), Collector("0", 0, "root"), NOW, NOW, tuple(subjects), enumerations
    )
    return World(f"roll_world({dict(counts)}, {seed})", snapshot)


def _member(collection: str, number: int, seed: int) -> Subject:
    subject = roll_subject(COLLECTIONS[collection].kind, number, seed)
    if collection != "engines" or seed % 10 == 0:
        return subject
    return Subject(**{**_slots(subject), "facts": {**subject.facts, "product": "docker"}})


def _slots(subject: Subject) -> dict[str, Any]:
    return {name: getattr(subject, name) for name in Subject.__slots__}


@cache
def collected_worlds() -> tuple[World, ...]:
    """The oracle's hosts as the product's collectors see them."""
    return tuple(World(f"host {each.number} of the oracle", collect(each)) for each in hosts(0, sized(4, 60)))


def worlds() -> st.SearchStrategy[World]:
    """Rolled and collected ones."""
    counts = st.dictionaries(st.sampled_from(BASES), st.integers(0, 3), max_size=12)
    return st.one_of(
        st.builds(roll_world, counts, st.integers(0, 2**32)),
        st.deferred(lambda: st.sampled_from(collected_worlds())),
    )


@cache
def _evaluator(key: str) -> Evaluator:
    return prepare_evaluator(CATALOG, _REQUESTS[key])


_REQUESTS: Final[dict[str, EvaluationRequest]] = {}


def evaluate(snapshot: Snapshot, **changes: Any) -> Assessment:
    """Every control, those beyond the benchmark too, unless ``changes`` of the request say otherwise."""
    request = EvaluationRequest(**{"now": NOW, "beyond": "controls" not in changes, **changes})
    _REQUESTS[repr(request)] = request
    return _evaluator(repr(request)).evaluate(snapshot)


def compile_anew() -> None:
    """Forgets compiled controls: for tests that put a bug into the compiler."""
    _evaluator.cache_clear()


def rows(snapshot: Snapshot, **changes: Any) -> dict[str, ControlResult]:
    """The rows by control."""
    return {each.control.id: each for each in evaluate(snapshot, **changes).results}


def verdict(row: ControlResult) -> tuple[Any, ...]:
    """What a row says, in no order: the whole, and each subject's part. Names and messages are left out."""
    return row.result.value, row.reason, sorted((each.result.value, str(each.reason)) for each in row.findings)


def verdicts(snapshot: Snapshot, **changes: Any) -> dict[str, tuple[Any, ...]]:
    """``verdict`` of every control."""
    return {name: verdict(row) for name, row in rows(snapshot, **changes).items()}


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Where two of these mappings differ, a line each."""
    return [
        f"{name}: {one.get(name)} / {other.get(name)}"
        for name in sorted({*one, *other})
        if one.get(name) != other.get(name)
    ]


@cache
def _checklist(framework: str, version: str) -> Checklist:
    return checklist_of(CATALOG, framework, version)


def documents(assessment: Assessment) -> dict[str, str]:
    """The assessment in every output, by name; the terminal's report in its variants."""
    options = {
        "": RenderOptions(checklist=_checklist),
        " verbose": RenderOptions(verbose=True, colour=True, checklist=_checklist),
        " ascii": RenderOptions(unicode=False, width=60, checklist=_checklist),
    }
    return {
        f"{name}{variant}": "".join(FORMATS[name].render(assessment, each))
        for name in FORMATS
        for variant, each in options.items()
    }


def unwrapped(assessment: Assessment) -> dict[str, str]:
    """The assessment in every output, on lines so long that nothing in it moves a word to another line."""
    options = RenderOptions(width=10**6, verbose=True, checklist=_checklist)
    return {name: "".join(FORMATS[name].render(assessment, options)) for name in FORMATS}


def unread(kind: str) -> list[str]:
    """The facts of this kind that no control looks at."""
    return sorted(KINDS[kind].keys() - _READ[kind])
