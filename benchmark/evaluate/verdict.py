"""From a control and the subjects it ranges over to its row in the assessment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from benchmark.evaluate.algebra import worst
from benchmark.evaluate.compile import Around, Judge, Outcome, compile_condition, nameable_facts
from benchmark.model.conform import conform
from benchmark.model.control import Condition, Control
from benchmark.model.declaration import Fact
from benchmark.model.facts import ABSENT, JsonValue, Reason, Subject, Unavailable
from benchmark.model.framework import Requirement
from benchmark.model.result import ControlResult, Finding, Result
from benchmark.model.seen import Seen, state
from benchmark.model.snapshot import Enumeration, Snapshot
from benchmark.model.vocabulary import COLLECTIONS, KINDS

Decide: TypeAlias = "Callable[[Subject, Around], Finding]"

_BLOCKED: Final = "the subject itself"


def judge_control(
    control: Control, requirements: tuple[Requirement, ...], decide: Decide, snapshot: Snapshot, around: Around
) -> ControlResult:
    """The row of ``control``: one finding per subject of its collection, and the verdict over them.

    ``decide`` is the control's own ``decider``. A gap in the enumeration is an error, unless a fail is proven.
    """
    enumeration = snapshot.enumeration(COLLECTIONS[control.for_each].base or control.for_each)
    findings = tuple(decide(each, around) for each in _members(control.for_each, enumeration, snapshot))
    result = worst([each.result for each in findings])
    reasons = {each.reason for each in findings if each.result is result}
    reason = next((each for each in Reason if each in reasons), None)  # one and the same in any order of the subjects
    if enumeration.gap is not None and result is not Result.FAIL:
        result = Result.ERROR
        reason = enumeration.gap.reason
    message = _summary(control, findings, enumeration, snapshot)
    return ControlResult(control, requirements, result, findings, message, reason, enumeration)


def _members(name: str, enumeration: Enumeration, snapshot: Snapshot) -> Iterator[Subject]:
    """The members of a collection. One whose filter cannot be read stays in, so that it leaves an error and not a gap."""
    where = COLLECTIONS[name].where
    table = KINDS[COLLECTIONS[name].kind]
    for index in enumeration.members:
        subject = snapshot.subjects[index]
        if where is None:
            yield subject
            continue
        value = subject.fact(where[0])
        if value is ABSENT:
            value = Unavailable(Reason.UNDEFINED, f"{where[0]} is missing")
        elif not isinstance(value, Unavailable):
            value = conform(table[where[0]], where[0], value)
        if isinstance(value, Unavailable):
            yield replace(subject, blocked=value)
        elif value == where[1]:
            yield subject


def decider(control: Control, arguments: Mapping[str, JsonValue]) -> Decide:
    """The decision for one subject, in the order that ``Control`` documents; ``arguments`` are the parameters' values."""
    table = nameable_facts(control)
    when = _compiled(control.when, table, arguments)
    check = _checker(control, table, arguments)

    def decide(subject: Subject, around: Around) -> Finding:
        if subject.blocked is not None:
            return _undecided(subject, subject.blocked, (Seen(_BLOCKED, subject.blocked, "be readable", None),))
        if when is not None:
            outcome, seen = when(subject.facts, around)
            if outcome is not True:
                return _not_met(subject, outcome, seen)
        return check(subject, around)

    return decide


def _compiled(
    condition: Condition | None, table: Mapping[str, Fact], arguments: Mapping[str, JsonValue]
) -> Judge | None:
    return None if condition is None else compile_condition(condition, table, arguments)


def _checker(control: Control, table: Mapping[str, Fact], arguments: Mapping[str, JsonValue]) -> Decide:
    check, review, attest = (
        _compiled(control.check, table, arguments),
        _compiled(control.review, table, arguments),
        control.attest,
    )
    if check is None:
        return lambda subject, _: _finding(subject, Result.NOTCHECKED, (), attest)

    def decide(subject: Subject, around: Around) -> Finding:
        outcome, seen = check(subject.facts, around)
        if outcome is True:
            return _passed(subject, seen) if attest is None else _finding(subject, Result.NOTCHECKED, seen, attest)
        if outcome is not False:
            return _not_met(subject, outcome, seen)
        if review is None:
            return _finding(subject, Result.FAIL, seen)
        wanted, reviewed = review(subject.facts, around)
        if wanted is True:
            return _finding(subject, Result.NOTCHECKED, seen, "a person must judge")
        return _finding(subject, Result.FAIL, seen) if wanted is False else _not_met(subject, wanted, reviewed)

    return decide


def _not_met(subject: Subject, outcome: Outcome, seen: tuple[Seen, ...]) -> Finding:
    """What is left when a condition is not true: nobody knows, or it is not about this subject."""
    if isinstance(outcome, Unavailable):
        return _undecided(subject, outcome, seen)
    return _finding(subject, Result.NOTAPPLICABLE, seen)


def _passed(subject: Subject, seen: tuple[Seen, ...]) -> Finding:
    """A pass is built from a witness (design.md, section 7, rule 2)."""
    if not seen:
        raise AssertionError(f"a pass without a witness: {subject.label}")
    for each in seen:
        if each.value.__class__ is Unavailable:
            raise AssertionError(f"a pass on what was not seen: {subject.label}, {each!r}")
    return _finding(subject, Result.PASS, seen)


def _undecided(subject: Subject, why: Unavailable, seen: tuple[Seen, ...]) -> Finding:
    result = Result.UNKNOWN if why.reason.is_unknown else Result.ERROR
    facts = ", ".join(dict.fromkeys(each.fact for each in seen))
    return Finding(subject, result, seen, f"{subject.title}: {facts} could not be established: {why}", why.reason)


def _finding(subject: Subject, result: Result, seen: tuple[Seen, ...], remark: str | None = None) -> Finding:
    remarks = [remark] if remark else []
    if notes := subject.notes:
        remarks.extend(notes[each.fact] for each in seen if each.fact in notes)
    if not remarks:
        return Finding(subject, result, seen)
    return Finding(subject, result, seen, f"{subject.title}: {'; '.join([*(state(each) for each in seen), *remarks])}")


def _summary(control: Control, findings: tuple[Finding, ...], enumeration: Enumeration, snapshot: Snapshot) -> str:
    gap = ""
    if enumeration.gap is not None:
        extent = "completely " if enumeration.members else ""
        gap = f"{control.for_each.replace('_', ' ')} could not be listed {extent}({enumeration.gap})"
    if not findings:
        return gap or _nothing(control.for_each, enumeration, snapshot)
    if len(findings) == 1 and not gap:
        return findings[0].message
    counts = Counter(each.result for each in findings)
    text = f"{len(findings)} {control.for_each.replace('_', ' ')}: " + ", ".join(
        f"{counts[result]} {result.value}" for result in Result if counts[result]
    )
    return f"{text}; {gap}" if gap else text


def _nothing(collection: str, enumeration: Enumeration, snapshot: Snapshot) -> str:
    """Why a control about nothing is not applicable, with the evidence for that."""
    named = collection.replace("_", " ")
    proofs = ", ".join(each.locator + (f" {each.says}" if each.says else "") for each in enumeration.sources)
    if collection == "daemon" and snapshot.target.product not in ("", "docker"):
        return f"no Docker daemon: the engine is {snapshot.target.product} ({proofs})"
    return f"there are no {named}" + (f" ({proofs})" if proofs else "")
