"""What an audit may say of an engine on which one thing happened meanwhile: what was true before it, or after it.

The referee knows two audits of the engine at rest, one from before and one from after the event, and the number of the
request before which it happened. Every id, every fact and every verdict of the audit in between must be that of one of the
two; nothing may be missing that was there all the time, and nothing may be left out without a word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from benchmark.model.facts import FactValue, Reason, Subject, Unavailable
from benchmark.model.result import Result
from benchmark.model.snapshot import Enumeration, Snapshot
from benchmark.model.vocabulary import COLLECTIONS
from tests.torture.races_points import Audit

_OF_THE_HOST: Final = frozenset({"host", "file", "dockerfile"})
# Base collections whose members come from the engine; one that is added tomorrow is among them.
OF_THE_ENGINE: Final = tuple(
    name for name, each in COLLECTIONS.items() if not each.base and each.kind not in _OF_THE_HOST
)
# Why a fact of an object that was touched may be unknown: it was gone, or it was reported in two ways.
_EXCUSES: Final = frozenset(
    {
        Reason.NOT_FOUND,
        Reason.VANISHED,
        Reason.NO_PROCESS,
        Reason.CONFLICT,
        Reason.PENDING_RESTART,
        Reason.INCOMPLETE,
    }
)
_COULD_NOT_LOOK: Final = frozenset({Result.ERROR, Result.UNKNOWN})


Members: TypeAlias = "dict[tuple[str, str], Subject]"


def key_of(subject: Subject) -> tuple[str, str]:
    """What an object is, whatever it is called; there is one daemon, whose id is not known where /info was not read."""
    return subject.kind, "" if subject.kind == "daemon" else subject.id or subject.name


def members(snapshot: Snapshot, collection: str) -> Members:
    """The members of a collection by what they are."""
    return {key_of(snapshot.subjects[at]): snapshot.subjects[at] for at in snapshot.enumeration(collection).members}


def same_facts(one: Subject, other: Subject) -> bool:
    """True when both say the same; sources and times of reading aside."""
    return dict(one.facts) == dict(other.facts) and one.blocked == other.blocked and one.name == other.name


@dataclass
class Referee:
    """``compared`` counts what was judged. ``at`` is the number of the request before which the event happened.

    ``steps`` says that the event had several, so that what concerns the engine as a whole may be of a moment between them;
    ``gaps`` that the engine itself may have refused a list.
    """

    before: Audit
    after: Audit
    during: Audit
    at: int
    steps: bool = False
    gaps: bool = False

    def __post_init__(self) -> None:
        self.compared: Counter[str] = Counter()
        self._calm = [self.before.snapshot, self.after.snapshot]
        self._known = [
            {key: each for name in OF_THE_ENGINE for key, each in members(snapshot, name).items()}
            for snapshot in self._calm
        ]

    def disputes(self) -> list[str]:
        """What the audit says that was never true, a sentence each."""
        found: list[str] = []
        for name in OF_THE_ENGINE:
            found += [f"{name}: {each}" for each in self._enumeration(name)]
            for key, subject in members(self.during.snapshot, name).items():
                found += [f"{subject.title}: {each}" for each in self._facts(key, subject)]
        return found + list(self._verdicts())

    def _enumeration(self, name: str) -> Iterator[str]:
        found = self.during.snapshot.enumeration(name)
        calm = [each.enumeration(name) for each in self._calm]
        if found.gap is not None:
            if not self.gaps and found.gap not in [each.gap for each in calm]:
                yield f"a gap: {found.gap}"
            return
        if any(each.gap is not None for each in calm):
            return
        was, became = (members(each, name) for each in self._calm)
        judged = members(self.during.snapshot, name)
        if len(judged) != len(found.members):
            yield "an object stands there twice"
        for key in (was.keys() & became.keys()) - judged.keys():
            yield f"{key} was there all the time and is not judged"
        for key in judged.keys() - was.keys() - became.keys():
            yield f"{key} is judged and was never there"
        yield from self._comings_and_goings(found, was, became, judged)
        self.compared["lists of objects"] += 1

    def _comings_and_goings(self, found: Enumeration, was: Members, became: Members, judged: Members) -> Iterator[str]:
        numbers = self._listings(found)
        first, last = numbers[0], numbers[-1]
        if self._is_read_one_by_one(found) and len(numbers) < 2:
            yield "its objects were asked for one by one, and nobody looked who was there afterwards"
        came, went = became.keys() - was.keys(), was.keys() - became.keys()
        if self.at <= first:
            wrong = (went & judged.keys()) | (came - judged.keys())
        elif self.at <= last or last == first:
            wrong = came & judged.keys()
        else:
            wrong = (came & judged.keys()) | (went - judged.keys())
        for key in wrong:
            yield f"{key} came or went at another time than the list says"
        meanwhile = first < self.at <= last
        vanished = [was[key].name for key in went - judged.keys() if meanwhile]
        appeared = [became[key].name for key in came if meanwhile]
        for word, said, true in (("vanished", found.vanished, vanished), ("appeared", found.appeared, appeared)):
            if Counter(said) != Counter(true):
                yield f"{word} are {sorted(true)}, and it says {list(said)}"

    def _listings(self, found: Enumeration) -> list[int]:
        """The numbers of the requests that listed the collection. /info, which may prove it empty, is read again for itself."""
        path = _listed_at(found)
        numbers = [number for number, each in enumerate(self.during.paths, 1) if each == path] or [0]
        return numbers if self._is_read_one_by_one(found) else numbers[:1]

    def _is_read_one_by_one(self, found: Enumeration) -> bool:
        path = _listed_at(found)
        stem = path.partition("?")[0].removesuffix("/json") + "/"
        return any(each.startswith(stem) and each != path for each in self.during.paths)

    def _facts(self, key: tuple[str, str], subject: Subject) -> Iterator[str]:
        true = [each[key] for each in self._known if key in each]
        if not true:
            return  # the enumeration has said so
        self.compared["objects"] += 1
        if len(true) == 2 and same_facts(*true):
            if not same_facts(subject, true[0]) and not self._of_all(subject):
                yield f"nothing happened to it, and it is judged by other facts: {_differences(subject, true[0])}"
            return
        if subject.name not in {each.name for each in true}:
            yield f"never had this name, but {[each.name for each in true]}"
        if subject.blocked is not None:
            if subject.blocked.reason not in _EXCUSES:
                yield f"blocked: {subject.blocked}"
            return
        for name, value in subject.facts.items():
            self.compared["facts"] += 1
            if not self._was_true(value, [each.fact(name) for each in true]) and not self._of_all(subject):
                yield f"{name} is {value!r}, and was {[each.fact(name) for each in true]}"

    def _of_all(self, subject: Subject) -> bool:
        """The daemon's subject counts objects, and between two steps of an event their number was another."""
        return self.steps and subject.kind == "daemon"

    def _was_true(self, value: FactValue, true: list[FactValue]) -> bool:
        # of an image that is gone engines say 500 rather than 404 when its content is asked for
        excuses = _EXCUSES | ({Reason.HTTP_ERROR} if self.gaps or len(true) == 1 else set())
        return value in true or (isinstance(value, Unavailable) and value.reason in excuses)

    def _verdicts(self) -> Iterator[str]:
        if self.during.results.keys() != self.before.results.keys():
            yield "not every control has left a row"
        for control, row in self.during.results.items():
            calm = [self.before.results[control], self.after.results[control]]
            by_subject = [{key_of(each.subject): each.result for each in row.findings} for row in calm]
            for finding in row.findings:
                key = key_of(finding.subject)
                if finding.subject.kind in _OF_THE_HOST or (self.steps and finding.subject.kind == "daemon"):
                    continue
                self.compared["findings"] += 1
                possible = {each[key] for each in by_subject if key in each}
                if finding.result not in possible | _COULD_NOT_LOOK:
                    yield f"{control}: {finding.subject.title} is {finding.result}, and was {sorted(possible)}"
            if any(each.subject.kind in _OF_THE_HOST for each in row.findings):
                continue
            possible = {each.result for each in calm} | ({Result.NOTAPPLICABLE} if self.steps else set())
            daemon = self.steps and any(each.subject.kind == "daemon" for each in row.findings)
            if row.result not in possible | _COULD_NOT_LOOK and not daemon:
                yield f"{control} is {row.result}, and was {sorted(possible)}"
            self.compared["verdicts"] += 1


def _listed_at(found: Enumeration) -> str:
    return found.sources[0].locator.removeprefix("GET ") if found.sources else ""


def _differences(one: Subject, other: Subject) -> list[str]:
    if one.name != other.name or one.blocked != other.blocked:
        return [f"{one.name} ({one.blocked}) for {other.name} ({other.blocked})"]
    return [
        f"{name} is {one.facts.get(name)!r} for {other.facts.get(name)!r}"
        for name in {*one.facts, *other.facts}
        if one.facts.get(name) != other.facts.get(name)
    ][:3]
