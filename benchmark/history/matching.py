"""Which subjects of two assessments are the same.

Rank by rank of their identities (``identity.py``): what one rank has matched, the next does not see. Where several share a key
(replicas of a service, networks of one name) those with the same discriminator belong together, then those of which every
control says the same, then the rest in order of their names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from benchmark.history.identity import Identity, Key, identify
from benchmark.model.comparison import Fate
from benchmark.model.facts import Subject
from benchmark.model.result import Assessment, Finding

SubjectKey = tuple[str, str, str]  # kind, name, id


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """A subject of an assessment, with what it is recognised by and what the controls say about it, in their order."""

    order: SubjectKey  # by kind, name and id, so that the engine's own order carries no meaning
    subject: Subject
    identity: Identity
    findings: list[tuple[str, Finding]]

    def signature(self) -> tuple[tuple[str, str], ...]:
        """What every control says about it."""
        return tuple(sorted((control, finding.result.value) for control, finding in self.findings))


@dataclass(frozen=True, slots=True)
class Pair:
    """A subject before and after; one of them is None where it appeared or is gone. ``key`` is what it was recognised by."""

    before: Member | None
    after: Member | None
    fate: Fate
    key: Key


def key_of(subject: Subject) -> SubjectKey:
    """By what the findings of one assessment about the same subject are gathered."""
    return subject.kind, subject.name, subject.id


def members_of(assessment: Assessment, labels: Sequence[str]) -> dict[SubjectKey, Member]:
    """Every subject that any control of ``assessment`` was about."""
    found: dict[SubjectKey, Member] = {}
    for row in assessment.results:
        for finding in row.findings:
            subject = finding.subject
            member = found.get(key := (subject.kind, subject.name, subject.id))
            if member is None:
                member = found[key] = Member(key, subject, identify(subject, labels), [])
            member.findings.append((row.control.id, finding))
    return found


def match_members(before: Iterable[Member], after: Iterable[Member]) -> list[Pair]:
    """Every subject of both sides, in exactly one pair each (of a scaled service, the one before may be told twice)."""
    left = sorted(before, key=lambda each: each.order)
    right = sorted(after, key=lambda each: each.order)
    pairs: list[Pair] = []
    for rank in range(max((len(each.identity.passes) for each in (*left, *right)), default=0)):
        matched = list(_matched(left, right, rank))
        pairs += matched
        taken = {id(each) for pair in matched for each in (pair.before, pair.after)}
        left = [each for each in left if id(each) not in taken]
        right = [each for each in right if id(each) not in taken]
    pairs += [Pair(each, None, Fate.GONE, _first_key(each)) for each in left]
    pairs += [Pair(None, each, Fate.APPEARED, _first_key(each)) for each in right]
    return pairs


def _matched(left: list[Member], right: list[Member], rank: int) -> Iterator[Pair]:
    buckets = _buckets(left, rank), _buckets(right, rank)
    taken: set[int] = set()
    for key in sorted(buckets[0].keys() & buckets[1].keys()):
        ours = [each for each in buckets[0][key] if id(each) not in taken]
        theirs = [each for each in buckets[1][key] if id(each) not in taken]
        siblings = tuple(ours)
        for one, other in _paired(ours, theirs):
            taken.update((id(one), id(other)))
            yield Pair(one, other, Fate.MATCHED, key[1])
        for each in theirs if siblings else ():
            if each.identity.belongs == key[1]:
                taken.add(id(each))
                yield Pair(_most_alike(siblings, each), each, Fate.SCALED, key[1])


def _buckets(members: list[Member], rank: int) -> dict[tuple[str, Key], list[Member]]:
    found: dict[tuple[str, Key], list[Member]] = {}
    for each in members:
        for key in each.identity.passes[rank] if rank < len(each.identity.passes) else ():
            found.setdefault((each.identity.kind, key), []).append(each)
    return found


def _paired(left: list[Member], right: list[Member]) -> Iterator[tuple[Member, Member]]:
    """One to one, by what tells them apart; takes what it pairs out of both lists."""
    if len(left) > 1 or len(right) > 1:
        yield from _paired_by(left, right, lambda each: each.identity.discriminator or each.order[1])
    if len(left) > 1 or len(right) > 1:
        yield from _paired_by(left, right, Member.signature)
    yield from _paired_by(left, right, lambda _: None)


def _paired_by(
    left: list[Member], right: list[Member], what: Callable[[Member], object]
) -> Iterator[tuple[Member, Member]]:
    waiting: dict[object, list[Member]] = {}
    for each in reversed(right):
        waiting.setdefault(what(each), []).append(each)
    unmatched: list[Member] = []
    for each in left:
        others = waiting.get(what(each), [])
        other = next((at for at in reversed(others) if _may_be_one(each, at)), None)
        if other is None:
            unmatched.append(each)
            continue
        others.remove(other)
        right.remove(other)
        yield each, other
    left[:] = unmatched


def _may_be_one(one: Member, other: Member) -> bool:
    """False for members of different services, whatever they are called."""
    mine, theirs = one.identity.belongs, other.identity.belongs
    return mine is None or theirs is None or mine == theirs


def _most_alike(siblings: Sequence[Member], member: Member) -> Member:
    signature = member.signature()
    return next((each for each in siblings if each.signature() == signature), siblings[0])


def _first_key(member: Member) -> Key:
    return next((key for keys in member.identity.passes for key in keys), ("name", member.subject.name))
