"""Bugs about ignorance, put into the product: the matrix must see each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

import pytest

from benchmark.evaluate import compile, evaluator, verdict  # noqa: A004  (the room's own name)
from benchmark.model import algebra, conform, facts
from benchmark.model.control import Test
from benchmark.model.declaration import Type
from benchmark.model.facts import ABSENT, Unavailable
from benchmark.model.result import Result
from benchmark.model.snapshot import Snapshot
from benchmark.model.vocabulary import COLLECTIONS
from tests.torture.ledger import Tally
from tests.torture.matrix_bases import compile_anew, recorded_bases
from tests.torture.matrix_check import HARNESS, Matrix, check_base

assert HARNESS.name  # the fixture ``tally`` takes it from here


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    """A control that was compiled before a bug does not have it, and one that was compiled with it keeps it."""
    compile_anew()
    yield
    compile_anew()


def _any_is_false_when_nobody_knows(patch: pytest.MonkeyPatch) -> None:
    join = compile._join

    def deaf(judge: Any) -> Any:
        def judged(*given: Any) -> Any:
            outcome, seen = judge(*given)
            return (False if isinstance(outcome, Unavailable) else outcome), seen

        return judged

    def joined(judges: Any, *, decisive: bool) -> Any:
        return join(tuple(deaf(each) for each in judges) if decisive else judges, decisive=decisive)

    patch.setattr(compile, "_join", joined)


def _unavailable_is_false(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(compile, "_without_value", lambda *_: False)


def _doubts_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(compile, "_heavier", lambda *_: None)


def _gaps_are_ignored(patch: pytest.MonkeyPatch) -> None:
    found = Snapshot.enumeration
    patch.setattr(Snapshot, "enumeration", lambda snapshot, name: replace(found(snapshot, name), gap=None))


def _lists_with_members_have_no_gap(patch: pytest.MonkeyPatch) -> None:
    found = Snapshot.enumeration

    def without(snapshot: Snapshot, name: str) -> Any:
        listed = found(snapshot, name)
        return replace(listed, gap=None) if listed.members else listed

    patch.setattr(Snapshot, "enumeration", without)


def _weights(patch: pytest.MonkeyPatch, heavy: Result, light: Result) -> None:
    known = algebra._WEIGHT
    patch.setattr(algebra, "_WEIGHT", {**known, heavy: known[light], light: known[heavy]})


def _filters_drop_what_they_cannot_read(patch: pytest.MonkeyPatch) -> None:
    def members(name: str, enumeration: Any, snapshot: Snapshot) -> Any:
        where = COLLECTIONS[name].where
        subjects = [snapshot.subjects[each] for each in enumeration.members]
        return [each for each in subjects if where is None or each.fact(where[0]) == where[1]]

    patch.setattr(verdict, "_members", members)


def _not_collected_is_absent(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(compile.compile_condition, "__defaults__", (ABSENT,))


def _null_is_false(patch: pytest.MonkeyPatch) -> None:
    true = compile._without_value
    patch.setattr(compile, "_without_value", lambda name, value, *rest: value is not None and true(name, value, *rest))


def _truth_is_in_the_eye(patch: pytest.MonkeyPatch) -> None:
    compiled = compile._compile_test

    def coerced(test: Test, table: Any, arguments: Any, missing: Any) -> Any:
        judge = compiled(test, table, arguments, missing)
        if compile.declared(test.fact, table).type is not Type.BOOL:
            return judge

        def judged(known: Any, around: Any) -> Any:
            value = known.get(test.fact)
            wrong = value is not None and value is not ABSENT and not isinstance(value, Unavailable)
            return judge({**known, test.fact: bool(value)} if wrong else known, around)

        return judged

    patch.setattr(compile, "_compile_test", coerced)


def _null_elements_pass(patch: pytest.MonkeyPatch) -> None:
    fits = conform._fits
    patch.setattr(conform, "_fits", lambda fact, value: type(value) is list or fits(fact, value))


def _closed_facts_are_open(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(conform, "_is_known", lambda *_: True)


def _blocked_subjects_are_judged(patch: pytest.MonkeyPatch) -> None:
    true = verdict.decider

    def decider(*given: Any) -> Any:
        decide = true(*given)
        return lambda subject, around: decide(replace(subject, blocked=None), around)

    patch.setattr(evaluator, "decider", decider)


def _the_first_of_two_daemons_is_asked(patch: pytest.MonkeyPatch) -> None:
    only = evaluator._only

    def first(snapshot: Snapshot, collection: str, kind: str) -> Any:
        members = snapshot.enumeration(collection).members
        return snapshot.subjects[members[0]] if members else only(snapshot, collection, kind)

    patch.setattr(evaluator, "_only", first)


def _conflicts_are_errors(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(facts, "_UNKNOWN", frozenset())


def _reasons_are_lost(patch: pytest.MonkeyPatch) -> None:
    true = verdict._undecided
    patch.setattr(verdict, "_undecided", lambda *given: true(*given)._replace(reason=facts.Reason.IO_ERROR))


def _what_nobody_knows_is_for_a_person(patch: pytest.MonkeyPatch) -> None:
    true = verdict._undecided
    patch.setattr(verdict, "_undecided", lambda *given: true(*given)._replace(result=Result.NOTCHECKED))


def _check_everything() -> None:
    for base in recorded_bases():
        check_base(base, Matrix())


_BUGS: Final[dict[str, Callable[[pytest.MonkeyPatch], None]]] = {
    "any takes a part that nobody knows for false": _any_is_false_when_nobody_knows,
    "a test on a fact that is not available is false": _unavailable_is_false,
    "of parts that nobody knows nothing is remembered": _doubts_are_forgotten,
    "gaps of enumerations are ignored": _gaps_are_ignored,
    "a list that names somebody counts as complete": _lists_with_members_have_no_gap,
    "an error hides a fail": lambda patch: _weights(patch, Result.ERROR, Result.FAIL),
    "a pass hides an error": lambda patch: _weights(patch, Result.PASS, Result.ERROR),
    "a pass hides an unknown": lambda patch: _weights(patch, Result.PASS, Result.UNKNOWN),
    "a member whose filter cannot be read is left out": _filters_drop_what_they_cannot_read,
    "a fact that was not collected counts as absent": _not_collected_is_absent,
    "null is false where nothing says what it means": _null_is_false,
    "whatever stands for true or false becomes one of them": _truth_is_in_the_eye,
    "null among the elements of a list is a value": _null_elements_pass,
    "an unknown word of a closed fact is a value": _closed_facts_are_open,
    "a subject that could not be looked at is judged": _blocked_subjects_are_judged,
    "of two daemons the first is asked": _the_first_of_two_daemons_is_asked,
    "a conflict is an error": _conflicts_are_errors,
    "the reason of an error is another": _reasons_are_lost,
    "what nobody knows is put before a person": _what_nobody_knows_is_for_a_person,
}


@pytest.mark.parametrize("bug", _BUGS)
def test_the_matrix_sees(bug: str, tally: Tally, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        _BUGS[bug](patch)
        with pytest.raises(AssertionError, match=r"seed \d+, |a pass on what was not seen"):
            _check_everything()
    tally.saw_seeded_bug(bug)
