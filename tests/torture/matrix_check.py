"""The rule of the matrix: what a verdict may become when something that it could rest on is damaged.

The rule is semantic, not a list. A damaged fact may leave a decided verdict alone only if every other value of that fact
would have left it alone too; otherwise the verdict is error or unknown. A verdict that was not decided stays undecided.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from benchmark.model.facts import Reason, Unavailable
from benchmark.model.result import ControlResult, Finding, Result
from benchmark.model.snapshot import Enumeration, Snapshot
from tests.controls.test_controls import CATALOG
from tests.torture.ledger import Harness, Tally
from tests.torture.matrix_bases import Base
from tests.torture.matrix_damage import Damage, Place, damages, places, substitutes, with_subject, with_value
from tests.torture.matrix_reads import AROUND, beside_the_check
from tests.torture.size import seed

HARNESS: Final = Harness(
    "matrix of facts",
    "Whatever fact of whatever control is damaged, in whatever way, its verdict stays only where no value of that fact could"
    " have changed it, and otherwise becomes error or unknown with the reason of the damage.",
    (
        "How a fault of a file or of an endpoint becomes a damaged fact: other harnesses damage those.",
        "Values that no fixture, word or parameter of the catalogue names, beyond a few of each type.",
        "Lists within the elements of lists, which no control looks into; the harness refuses to run once one does.",
    ),
)
UNDECIDED: Final = frozenset({"error", "unknown"})
_NOBODY_CAN_SAY: Final = frozenset({"pending_restart", "conflict", "unknown_value"})  # every other reason is an error
_WEIGHTIEST_FIRST: Final = ("fail", "error", "unknown", "notchecked", "pass", "notapplicable")
_WHOLE: Final = Unavailable(Reason.DENIED, "damaged")


@dataclass
class Matrix:
    """What has been seen so far."""

    cells: Counter[str] = field(default_factory=Counter)
    reasons: Sequence[Reason] = tuple(Reason)  # for what is damaged as a whole: enumerations and subjects
    damaged: set[tuple[str, str]] = field(default_factory=set)  # control, fact
    knocked_out: set[tuple[str, str]] = field(default_factory=set)  # control, fact whose damage undid a decided verdict
    undone: set[tuple[str, str]] = field(default_factory=set)  # control, result that damage undid

    def count(self, tally: Tally) -> None:
        """Adds what was seen to the tally of a test."""
        for what, number in self.cells.items():
            tally.count(what, number)


@dataclass(frozen=True)
class Cell:
    """One damage of one place of one base."""

    base: Base
    place: Place
    damage: Damage

    @property
    def where(self) -> str:
        """For the message of a failure."""
        return f"{self.damage.name}: {self.place}"


def check_base(base: Base, matrix: Matrix) -> None:
    """Every damage of every place of one base. Raises AssertionError."""
    before = base.judge(base.snapshot)
    _adds_up(base, "nothing", before)
    for place in places(base):
        settled = _settled(base, place, before)
        for damage in damages(base.control, place.read):
            value = damage.put(place.value(base.snapshot))
            if value is place.value(base.snapshot):
                continue
            if damage.read and isinstance(value, Unavailable) and value.reason is damage.reason:
                matrix.cells["values refused on reading"] += (
                    1  # and then a cell of its own: not available, for that reason
                )
                continue
            after = base.judge(with_value(base.snapshot, place, value))
            _check_place(Cell(base, place, damage), before, after, settled=settled)
            matrix.cells["facts damaged"] += 1
            matrix.damaged.add((base.control, str(place.read)))
            if before.result not in UNDECIDED and after.result in UNDECIDED:
                matrix.knocked_out.add((base.control, str(place.read)))
                matrix.undone.add((base.control, before.result.value))
    _check_enumerations(base, before, matrix)
    _check_blocked(base, before, matrix)


def _settled(base: Base, place: Place, before: ControlResult) -> bool:
    """True when the verdict is the same whatever stands in ``place``."""
    return all(
        _results(base.judge(with_value(base.snapshot, place, value))) == _results(before)
        for value in substitutes(base.snapshot, place)
    )


def _results(row: ControlResult) -> list[str]:
    return [row.result.value, *(each.result.value for each in row.findings)]


def _check_place(cell: Cell, before: ControlResult, after: ControlResult, *, settled: bool) -> None:
    base, place, where = cell.base, cell.place, cell.where
    _adds_up(base, where, after)
    _moves_towards_error(base, where, before.result, after.result)
    if after.result == before.result not in UNDECIDED and not settled:
        # The verdict as a whole may rest on other subjects: then those of its findings that survived must be settled.
        _survivors_are_settled(cell, before, after)
    if place.read.is_filter:
        return
    if len(before.findings) != len(after.findings):
        _say(base, where, f"{len(before.findings)} findings became {len(after.findings)}")
    for old, new in zip(before.findings, after.findings, strict=True):
        if not place.read.prefix and old.subject.name != base.snapshot.subjects[place.subject].name:
            if _plain(old) != _plain(new):
                _say(base, where, f"the verdict on {old.subject.label}, another subject, changed: {new.message}")
            continue
        _check_finding(cell, old, new)


def _check_finding(cell: Cell, old: Finding, new: Finding) -> None:
    base, place, damage, where = cell.base, cell.place, cell.damage, cell.where
    _moves_towards_error(base, where, old.result, new.result)
    if new.result == old.result:
        return
    if old.result not in UNDECIDED and not _was_witness(base, place, old):
        _say(base, where, f"{old.message} did not rest on it, and became {new.message}")
    doubts = {each.fact for each in new.seen if each.held is None}
    if damage.reason is not None and doubts == {place.read.written} and place.element is None:
        expected = _undecided(damage.reason)
        if (new.result, new.reason) != (expected, damage.reason):
            _say(base, where, f"{new.result}, {new.reason} instead of {expected}, {damage.reason}")


def _survivors_are_settled(cell: Cell, before: ControlResult, after: ControlResult) -> None:
    """A decided finding that the damage left alone would have survived every value of the fact."""
    base, place, where = cell.base, cell.place, cell.where
    values = substitutes(base.snapshot, place, cell.damage)
    others = [base.judge(with_value(base.snapshot, place, value)) for value in values]
    if place.read.is_filter:
        different = [each for each in others if each.result != before.result]
        if different:
            _say(base, where, f"still {after.result}, though another value makes it {different[0].result}")
        return
    for at, (old, new) in enumerate(zip(before.findings, after.findings, strict=True)):
        if new.result != old.result or new.result in UNDECIDED:
            continue
        for value, other in zip(values, others, strict=True):
            if other.findings[at].result != old.result:
                _say(base, where, f"still {new.result}, though {value!r} makes it {other.findings[at].message}")


def _was_witness(base: Base, place: Place, finding: Finding) -> bool:
    """True where the verdict rested on the fact; in a list, where the element is among those that decided."""
    if place.read.written in beside_the_check(CATALOG.controls[base.control]):
        return True
    shown = [each.value for each in finding.seen if each.fact == place.read.written]
    if place.element is None or not shown:
        return bool(shown)
    elements: Any = base.snapshot.subjects[place.subject].facts[place.read.name]
    element = elements[place.element]
    parts = [part for value in shown if isinstance(value, list) for part in value]
    return any(all(element.get(key) == each for key, each in part.items()) for part in parts)


def _check_enumerations(base: Base, before: ControlResult, matrix: Matrix) -> None:
    own = base.collection
    listed = base.snapshot.enumerations.get(own)
    if listed is not None:
        for gap in (Unavailable(each, "damaged") for each in matrix.reasons):
            for members in (listed.members, ()):
                after = base.judge(_enumerated(base.snapshot, own, Enumeration(members, gap=gap)))
                matrix.cells["enumerations damaged"] += 1
                fails = bool(members) and any(each.result is Result.FAIL for each in before.findings)
                expected = "fail" if fails else "error"
                if after.result != expected:
                    _say(base, f"{own} has a gap, {gap.reason.value}", f"{after.result} instead of {expected}")
                if not fails:
                    matrix.undone.add((base.control, before.result.value))
                    if after.reason is not gap.reason:
                        _say(base, f"{own} has a gap, {gap.reason.value}", f"the reason is {after.reason}")
        _check_vanished(base, own, listed, before, matrix)
    without = {name: each for name, each in base.snapshot.enumerations.items() if name != own}
    after = base.judge(replace(base.snapshot, enumerations=without))
    matrix.cells["enumerations damaged"] += 1
    if (after.result, after.reason) != (Result.ERROR, Reason.NOT_COLLECTED):
        _say(base, f"{own} was never listed", f"{after.result}, {after.reason}")
    _check_around(base, before, matrix)


def _check_vanished(base: Base, own: str, listed: Enumeration, before: ControlResult, matrix: Matrix) -> None:
    """A member that vanished is judged no more, and nothing else changes."""
    for gone in listed.members:
        name = base.snapshot.subjects[gone].name
        left = tuple(each for each in listed.members if each != gone)
        after = base.judge(_enumerated(base.snapshot, own, replace(listed, members=left, vanished=(name,))))
        matrix.cells["enumerations damaged"] += 1
        _adds_up(base, f"{name} vanished", after)
        if own in AROUND.values():  # the daemon and the host are what prefixes lead to
            continue
        kept = [_plain(each) for each in before.findings if each.subject is not base.snapshot.subjects[gone]]
        kept = [each for each in kept if each[0] != name]
        if [_plain(each) for each in after.findings if each.subject.name != name] != kept:
            _say(base, f"{name} vanished", "the verdicts on others changed")


def _check_around(base: Base, before: ControlResult, matrix: Matrix) -> None:
    """No daemon or host to ask, none that is complete, or two of them: as good as every fact of it unavailable."""
    for prefix, listed in AROUND.items():
        asked = [place for place in places(base) if place.read.prefix == prefix]
        enumeration = base.snapshot.enumerations.get(listed)
        if not asked or enumeration is None or listed == base.collection:
            continue
        damaged = base.snapshot
        for place in asked:
            if place.element is None:
                damaged = with_value(damaged, place, _WHOLE)
        blind = _results(base.judge(damaged))
        twice = Enumeration((*enumeration.members, *enumeration.members))
        gaps = [
            Enumeration(members, Unavailable(each, ""))
            for each in matrix.reasons
            for members in (enumeration.members, ())
        ]
        for variant in (Enumeration(), twice, *gaps):
            after = base.judge(_enumerated(base.snapshot, listed, variant))
            matrix.cells["enumerations damaged"] += 1
            for old, new in zip(blind, _results(after), strict=True):
                if old != new and not {old, new} <= UNDECIDED:
                    _say(base, f"{listed} is {variant}", f"{new}, and {old} when its facts are unavailable")
            for row, now in zip(_results(before), _results(after), strict=True):
                _moves_towards_error(base, f"{listed} is {variant}", row, now)
        after = base.judge(
            replace(
                base.snapshot, enumerations={k: each for k, each in base.snapshot.enumerations.items() if k != listed}
            )
        )
        if [each in UNDECIDED for each in _results(after)] != [each in UNDECIDED for each in blind]:
            _say(base, f"{listed} was never listed", f"{after.result}")


def _check_blocked(base: Base, before: ControlResult, matrix: Matrix) -> None:
    listed = base.snapshot.enumerations.get(base.collection)
    for at in () if listed is None else listed.members:
        subject = base.snapshot.subjects[at]
        for reason in matrix.reasons:
            blocked = replace(subject, blocked=Unavailable(reason, "damaged"))
            after = base.judge(with_subject(base.snapshot, at, blocked))
            matrix.cells["subjects that could not be looked at"] += 1
            where = f"{subject.label} is blocked, {reason.value}"
            _adds_up(base, where, after)
            _moves_towards_error(base, where, before.result, after.result)
            (own,) = [each for each in after.findings if each.subject.name == subject.name][:1]
            expected = _undecided(reason)
            if (own.result, own.reason) != (expected, reason):
                _say(base, where, f"{own.result}, {own.reason}")
            if before.result not in UNDECIDED and after.result in UNDECIDED:
                matrix.undone.add((base.control, before.result.value))


def check_only(base: Base, place: Place, matrix: Matrix) -> bool:
    """True where an unavailable fact at ``place`` undoes a decided verdict of ``base``; checks that it does no worse."""
    before = base.judge(base.snapshot)
    damage = Damage("not available, denied", lambda _: _WHOLE if place.element is None else None)
    after = base.judge(with_value(base.snapshot, place, damage.put(None)))
    _moves_towards_error(base, f"{damage.name}: {place}", before.result, after.result)
    matrix.cells["facts damaged"] += 1
    return before.result not in UNDECIDED and after.result in UNDECIDED


def check_several(base: Base, chosen: Sequence[Place], values: Sequence[Any], matrix: Matrix) -> None:
    """Damaging more brings back no verdict: undecided stays undecided, and decided is as it was with full knowledge."""
    before = base.judge(base.snapshot)
    damaged, worse = base.snapshot, False
    for place, value in zip(chosen, values, strict=True):
        damaged = with_value(damaged, place, value)
        after = base.judge(damaged)
        where = f"{', '.join(str(each) for each in chosen)} damaged with {list(values)}, at {place}"
        _moves_towards_error(base, where, before.result, after.result)
        if worse and after.result not in UNDECIDED:
            _say(base, where, f"knowing less brought back {after.result}")
        worse = worse or after.result in UNDECIDED
        if not place.read.is_filter and len(before.findings) == len(after.findings):
            for old, new in zip(before.findings, after.findings, strict=True):
                _moves_towards_error(base, where, old.result, new.result)
        matrix.cells["facts damaged together"] += 1


def _enumerated(snapshot: Snapshot, name: str, enumeration: Enumeration) -> Snapshot:
    return replace(snapshot, enumerations={**snapshot.enumerations, name: enumeration})


def _undecided(reason: Reason) -> Result:
    return Result.UNKNOWN if reason.value in _NOBODY_CAN_SAY else Result.ERROR


def _adds_up(base: Base, where: str, row: ControlResult) -> None:
    """The whole is the weightiest of its parts; said here once more, apart from the product's own table."""
    if row.enumeration is not None and row.enumeration.gap is not None:
        expected = "fail" if any(each.result == "fail" for each in row.findings) else "error"
    else:
        found = {each.result.value for each in row.findings}
        expected = next((each for each in _WEIGHTIEST_FIRST if each in found), "notapplicable")
    if row.result != expected:
        _say(base, where, f"the whole is {row.result}, its parts make {expected}")


def _moves_towards_error(base: Base, where: str, before: str, after: str) -> None:
    if after != before and after not in UNDECIDED:
        _say(base, where, f"{before} became {after}")
    if before in UNDECIDED and after not in UNDECIDED:
        _say(base, where, f"{before} became {after}")


def _plain(finding: Finding) -> tuple[str, str, Reason | None]:
    return finding.subject.name, finding.result.value, finding.reason


def _say(base: Base, where: str, what: str) -> None:
    facts = "\n".join(f"    {each.label}: {dict(each.facts)}" for each in base.snapshot.subjects[:4])
    parameters = dict(base.parameters)
    raise AssertionError(
        f"seed {seed()}, {base.control}, {base.label}, parameters {parameters}\n  {where}\n  {what}\n  of\n{facts}"
    )
