"""Laws of the evaluation, on random snapshots: what must not matter does not, and what is known less is judged less."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import seed as seeded
from hypothesis import strategies as st

from benchmark.model.facts import FactValue, Reason, Subject, Unavailable
from benchmark.model.snapshot import Snapshot
from benchmark.model.snapshot_file import compress, decode_snapshot, encode_snapshot
from benchmark.model.vocabulary import COLLECTIONS
from tests.controls.test_controls import CATALOG
from tests.torture.laws_worlds import (
    BASES,
    HARNESS,
    UNDECIDED,
    WORST_FIRST,
    World,
    differences,
    documents,
    evaluate,
    laws,
    roll_subject,
    rows,
    unread,
    verdicts,
    worlds,
)
from tests.torture.ledger import Tally
from tests.torture.matrix_bases import recorded_bases
from tests.torture.matrix_damage import places, with_value
from tests.torture.matrix_reads import AROUND, domain, reads_of
from tests.torture.size import dice, seed, sized

assert HARNESS.name  # the fixture ``tally`` takes it from here

RANDOM = st.integers(0, 2**32).map(random.Random)
_AROUND = frozenset(AROUND.values())
HOSTILE = (
    "",
    " ",
    "a\x1b[31mb",
    "<b>",
    "=1+1",
    "../../x",
    "\u202e",
    "x" * 300,
    "ingress",
    "host",
    "dockmark.ignore=true",
    "0",
    "\u00e4:\n",
)


@seeded(seed())
@laws(40, 1000)
@given(world=worlds(), rolled=RANDOM)
def test_the_order_of_subjects_changes_nothing(tally: Tally, world: World, rolled: random.Random) -> None:
    snapshot = world.snapshot
    order = rolled.sample(range(len(snapshot.subjects)), len(snapshot.subjects))
    place = {old: new for new, old in enumerate(order)}
    shuffled = replace(
        snapshot,
        subjects=tuple(snapshot.subjects[old] for old in order),
        enumerations={
            name: replace(each, members=tuple(rolled.sample([place[old] for old in each.members], len(each.members))))
            for name, each in snapshot.enumerations.items()
        },
    )
    assert not differences(_told(snapshot), _told(shuffled))
    tally.count("verdicts on shuffled subjects", len(CATALOG.controls))


def _told(snapshot: Snapshot) -> dict[str, Any]:
    return {
        name: (
            row.result,
            row.reason,
            sorted(
                (each.subject.label, each.subject.id, each.result, each.reason or "", each.message)
                for each in row.findings
            ),
        )
        for name, row in rows(snapshot).items()
    }


@seeded(seed())
@laws(15, 300)
@given(world=worlds())
def test_the_order_of_keys_changes_no_byte(tally: Tally, world: World) -> None:
    snapshot = world.snapshot
    turned = replace(
        snapshot,
        subjects=tuple(replace(each, facts=_turned(dict(each.facts))) for each in snapshot.subjects),
        enumerations=dict(reversed(snapshot.enumerations.items())),
    )
    assert encode_snapshot(snapshot) == encode_snapshot(turned)
    assert not differences(documents(evaluate(snapshot)), documents(evaluate(turned)))
    tally.count("documents with turned keys", len(documents(evaluate(snapshot))))


def _turned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _turned(each) for key, each in reversed(value.items())}
    return [_turned(each) for each in value] if isinstance(value, list) else value


@seeded(seed())
@laws(40, 1000)
@given(world=worlds(), rolled=RANDOM)
def test_the_order_within_lists_changes_no_verdict(tally: Tally, world: World, rolled: random.Random) -> None:
    def shuffled(value: FactValue) -> FactValue:
        return rolled.sample(value, len(value)) if isinstance(value, list) else value

    subjects = tuple(
        replace(each, facts={name: shuffled(value) for name, value in each.facts.items()})
        for each in world.snapshot.subjects
    )
    before, after = rows(world.snapshot), rows(replace(world.snapshot, subjects=subjects))
    found = differences(*({name: _results(row) for name, row in each.items()} for each in (before, after)))
    assert not found
    tally.count("verdicts on shuffled lists", len(CATALOG.controls))


def test_the_order_within_lists_changes_no_verdict_on_fixtures(tally: Tally) -> None:
    """The same for every control by itself, with elements more: good ones, bad ones and some that lack a field."""
    rolled = dice("laws lists")
    for base in recorded_bases():
        for place in (each for each in places(base) if each.element is None):
            values = [each for each in domain(place.read.kind, place.read.name) if isinstance(each, list)]
            for _ in range(sized(2, 40) if values else 0):
                more = [element for each in rolled.sample(values, min(3, len(values))) for element in each]
                some = [_lacking(each, rolled) if rolled.random() < 0.2 else each for each in more]
                known = place.value(base.snapshot)
                elements = [*(known if isinstance(known, list) else ()), *some]
                one, other = (
                    _results(base.judge(with_value(base.snapshot, place, rolled.sample(elements, len(elements)))))
                    for _ in range(2)
                )
                assert one == other, f"seed {seed()}, {base.control}, {base.label}, {place}: {elements}"
                tally.count("verdicts on shuffled lists of fixtures")


def _lacking(element: Any, rolled: random.Random) -> Any:
    if not isinstance(element, dict) or not element:
        return element
    gone = rolled.choice(sorted(element))
    return {key: each for key, each in element.items() if key != gone}


def _results(row: Any) -> list[str]:
    return [row.result.value, *(each.result.value for each in row.findings)]


@seeded(seed())
@laws(40, 1000)
@given(world=worlds(), rolled=RANDOM)
def test_names_and_facts_that_nobody_asks_for_change_no_verdict(
    tally: Tally, world: World, rolled: random.Random
) -> None:
    def renamed(at: int, subject: Subject) -> Subject:
        others = {name: rolled.choice(domain(subject.kind, name)) for name in unread(subject.kind)}
        name = rolled.choice((*HOSTILE, *CATALOG.controls))
        return replace(
            subject,
            name=name,
            id=f"{at}",
            facts={**subject.facts, **others},
            notes=dict.fromkeys(subject.facts, name),
        )

    subjects = tuple(renamed(at, each) for at, each in enumerate(world.snapshot.subjects))
    target = replace(world.snapshot.target, name=rolled.choice(HOSTILE), os=rolled.choice(HOSTILE))
    other = replace(world.snapshot, subjects=subjects, target=target, warnings=HOSTILE)
    assert not differences(verdicts(world.snapshot), verdicts(other))
    tally.count("verdicts on renamed subjects", len(CATALOG.controls))


@seeded(seed())
@laws(40, 1000)
@given(
    world=worlds(),
    collection=st.sampled_from([each for each in BASES if each not in _AROUND]),
    number=st.integers(0, 2**32),
)
def test_one_more_is_the_worse_of_both(tally: Tally, world: World, collection: str, number: int) -> None:
    """The verdict over more subjects is the worst of their verdicts: a good one mends no fail, and a bad one nothing."""
    before = world.snapshot
    more = roll_subject(COLLECTIONS[collection].kind, len(before.subjects), number)
    listed = before.enumeration(collection)
    at = len(before.subjects)
    with_it = _listing(replace(before, subjects=(*before.subjects, more)), collection, (*listed.members, at))
    only = _listing(with_it, collection, (at,), gap=None)
    old, new, alone = rows(before), rows(with_it), rows(only)
    for name, control in CATALOG.controls.items():
        if (COLLECTIONS[control.for_each].base or control.for_each) != collection:
            assert _results(old[name]) == _results(new[name]), f"{name} is about {control.for_each}"
            continue
        expected = min(old[name].result.value, alone[name].result.value, key=WORST_FIRST.index)
        if with_it.enumeration(collection).gap is not None:
            expected = "fail" if expected == "fail" else "error"
        assert new[name].result == expected, (
            f"{name}: {old[name].result} and {alone[name].result} made {new[name].result}"
        )
        assert _results(new[name])[1:] == _results(old[name])[1:] + _results(alone[name])[1:], name
        tally.count("verdicts with one subject more")


def _listing(snapshot: Snapshot, name: str, members: tuple[int, ...], **changes: Any) -> Snapshot:
    changed = replace(snapshot.enumeration(name), members=members, **changes)
    return replace(snapshot, enumerations={**snapshot.enumerations, name: changed})


@seeded(seed())
@laws(60, 1000)
@given(world=worlds(), rolled=RANDOM, number=st.integers(1, 12))
def test_less_evidence_moves_verdicts_only_towards_error(
    tally: Tally, world: World, rolled: random.Random, number: int
) -> None:
    snapshot = world.snapshot
    known = rows(snapshot)
    for _ in range(number):
        before, snapshot = rows(snapshot), _less(snapshot, rolled)
        for name, row in rows(snapshot).items():
            for earlier in (known[name], before[name]):
                same = row.result == earlier.result
                assert same or row.result in UNDECIDED, f"{name}: {earlier.result} became {row.result}"
            tally.count("verdicts with less evidence")


def _less(snapshot: Snapshot, rolled: random.Random) -> Snapshot:
    """One thing less: a fact, a subject or the end of a list."""
    why = Unavailable(rolled.choice(tuple(Reason)), "damaged")
    what = rolled.random()
    if what < 0.1:
        name = rolled.choice(sorted(snapshot.enumerations))
        listed = snapshot.enumerations[name]
        fewer = tuple(each for each in listed.members if rolled.random() < 0.7)
        # A fail that is gone with its subject may become an error; that is what the gap is for.
        return replace(snapshot, enumerations={**snapshot.enumerations, name: replace(listed, members=fewer, gap=why)})
    at = rolled.randrange(len(snapshot.subjects))
    subject = snapshot.subjects[at]
    if what < 0.2:
        damaged = replace(subject, blocked=why)
    else:
        asked = sorted({each.name for name in CATALOG.controls for each in reads_of(name) if each.kind == subject.kind})
        name = rolled.choice(asked or sorted(subject.facts))
        kept = {key: each for key, each in subject.facts.items() if key != name}
        damaged = replace(subject, facts=kept if rolled.random() < 0.2 else {**kept, name: why})
    return replace(snapshot, subjects=(*snapshot.subjects[:at], damaged, *snapshot.subjects[at + 1 :]))


@seeded(seed())
@laws(15, 300)
@given(world=worlds())
def test_a_snapshot_that_went_through_a_file_gives_the_same_bytes(tally: Tally, world: World) -> None:
    plain = encode_snapshot(world.snapshot)
    again = decode_snapshot(compress(plain))
    assert encode_snapshot(again) == plain
    written = documents(evaluate(world.snapshot))
    assert not differences(written, documents(evaluate(again)))
    assert not differences(written, documents(evaluate(world.snapshot))), "the second time"
    tally.count("documents of decoded snapshots", len(written))
