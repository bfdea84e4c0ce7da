"""Whether an audit says of a busy engine only what its journal bears out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from benchmark.model.facts import Reason, Subject
from benchmark.model.result import Result
from tests.torture.races_churn import Journal, Life
from tests.torture.races_points import Audit

_COLLECTIONS: Final = {"container": "containers", "image": "images", "network": "networks"}
_EXCUSES: Final = frozenset({Reason.NOT_FOUND, Reason.VANISHED, Reason.NO_PROCESS, Reason.UNSUPPORTED})
_COULD_NOT_LOOK: Final = frozenset({Result.ERROR, Result.UNKNOWN})

Possible = Mapping[str, Mapping[str, set[Result]]]


def possible_verdicts(audits: list[tuple[Audit, dict[str, str]]]) -> Possible:
    """By recipe and control, what audits at rest have said of its containers in each of their states."""
    found: dict[str, dict[str, set[Result]]] = defaultdict(lambda: defaultdict(set))
    for audit, recipes in audits:
        for control, row in audit.results.items():
            for finding in row.findings:
                if finding.subject.kind == "container":
                    found[recipes[finding.subject.id]][control].add(finding.result)
    return found


def disputes(audit: Audit, journal: Journal, window: tuple[float, float], possible: Possible) -> list[str]:
    """What the audit made between the two moments of ``window`` says that cannot have been true, a sentence each."""
    lives = journal.seen_at(*window)
    found: list[str] = []
    for kind, collection in _COLLECTIONS.items():
        found += _enumeration(audit, collection, [each for each in lives if each.kind == kind], window)
    by_id = {each.identifier: each for each in lives if each.kind == "container"}
    for control, row in audit.results.items():
        for finding in row.findings:
            life = by_id.get(finding.subject.id)
            if life is None or life.recipe not in possible or finding.result in _COULD_NOT_LOOK:
                continue
            if finding.result not in possible[life.recipe][control]:
                was = sorted(possible[life.recipe][control])
                found.append(
                    f"{control}: {finding.subject.title} ({life.recipe}) is {finding.result}, and can be {was}"
                )
    return found


def _enumeration(audit: Audit, collection: str, lives: list[Life], window: tuple[float, float]) -> Iterator[str]:
    listed = audit.snapshot.enumeration(collection)
    judged = [audit.snapshot.subjects[at] for at in listed.members]
    by_id = {each.identifier: each for each in lives}
    if listed.gap is not None:
        yield f"{collection}: a gap: {listed.gap}"
    for identifier, times in Counter(each.id for each in judged).items():
        if times > 1:
            yield f"{collection}: {identifier} stands there {times} times"
    for subject in judged:
        life = by_id.get(subject.id)
        if life is None:
            yield f"{subject.title}: {subject.id} was not there at any time of this audit"
        else:
            yield from _member(subject, life, window)
    missing = {each.identifier for each in lives if each.surely_there(*window)} - {each.id for each in judged}
    for identifier in missing:
        yield f"{collection}: {by_id[identifier].called(*window)} was there all the time and is not judged"
    gone = {name for each in lives if each.died[0] <= window[1] for name in each.called(*window)}
    come = {name for each in lives if each.born[1] >= window[0] for name in each.called(*window)}
    for word, said, true in (("vanished", listed.vanished, gone), ("appeared", listed.appeared, come)):
        for name in set(said) - true:
            if not (name.startswith("sha256:") and collection == "images"):  # between its import and its tag
                yield f"{collection}: {name} has not {word}"


def _member(subject: Subject, life: Life, window: tuple[float, float]) -> Iterator[str]:
    untouched = life.surely_there(*window)
    if subject.name not in life.called(*window) and not subject.name.startswith("sha256:"):
        yield f"{subject.title}: it was called {life.called(*window)}"
    if subject.blocked is not None:
        if untouched or subject.blocked.reason is not Reason.NOT_FOUND:
            yield f"{subject.title}: {subject.blocked}"
        return
    if subject.kind != "container":
        return
    memory = subject.fact("HostConfig.Memory")
    if memory not in life.limits(*window):
        yield f"{subject.title}: a limit of {memory}, and it had {life.limits(*window)}"
    if subject.fact("HostConfig.Privileged") is not (life.recipe == "admin"):
        yield f"{subject.title}: HostConfig.Privileged is {subject.fact('HostConfig.Privileged')}, made as {life.recipe}"
    for name, value in subject.facts.items():
        reason = getattr(value, "reason", None)
        if reason is not None and life.died[0] > window[1] and reason not in _EXCUSES:
            yield f"{subject.title}: {name}: {value}"
