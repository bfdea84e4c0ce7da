"""What a damaged run may differ in from the undamaged one: snapshot first, then the report."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from benchmark.model.facts import Reason, Subject, Unavailable
from benchmark.model.snapshot import Snapshot
from tests.torture.faulty_faults import Kind, Outcome
from tests.torture.faulty_scope import SCOPES, Scope
from tests.torture.faulty_stage import Run, Stage

_NOT_FOLLOWED: Final = {"HostPaths": 0, "LinksFollowed": 0, "ApiSockets": 0}
_UNSURE: Final = ("error", "unknown")
_ANY: Final = frozenset(Reason)
_DIGEST: Final = re.compile(r"(GET [^,;]+), sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class Case:
    """One reply, the ``nth`` of its path or every one of them, damaged in one way on one transport."""

    transport: str
    kind: str
    path: str
    nth: int | None = None

    def __str__(self) -> str:
        return f"{self.transport}, {self.kind} at {self.path}" + ("" if self.nth is None else f", time {self.nth}")


@dataclass
class Seen:
    """How much a comparison has looked at, and what it found to be lost as it must be."""

    rows: int = 0
    findings: int = 0
    facts: int = 0
    lost: int = 0


def differences(stage: Stage, case: Case, run: Run, seen: Seen, kind: Kind | None = None) -> list[str]:
    """Every way in which ``run`` is not what the undamaged run with this one fault has to be; ``kind`` is taken for its own."""
    checker = _Checker(stage, case, kind or stage.kinds[case.kind], run, seen)
    return [*checker.snapshot(), *checker.report()]


class _Checker:
    def __init__(self, stage: Stage, case: Case, kind: Kind, run: Run, seen: Seen) -> None:
        self._stage, self._kind = stage, kind
        self._shape = stage.shape(case.path)
        self._scope: Scope = SCOPES[self._shape]
        if kind.outcome is Outcome.ENDED:
            self._scope = Scope(everything=True, reasons=self._scope.reasons)
        self._case, self._run, self._seen = case, run, seen
        self._sound = stage.undamaged(case.transport)
        self._own = _owner(stage, case.path)
        self._is_archive = kind.content and self._shape.endswith("/get")
        self._reasons = (
            _ANY if self._is_archive or kind.outcome is Outcome.VALUES else self._kind.reasons | self._scope.reasons
        )
        if case.transport != "unix" and (self._scope.in_turn or kind.outcome is Outcome.ENDED):
            self._reasons |= {Reason.REMOTE}
        self._changed: set[tuple[str, str]] = set()
        self._lost = 0

    # -- the snapshot

    def snapshot(self) -> Iterator[str]:
        before, after = _subjects(self._sound.snapshot), _subjects(self._run.snapshot)
        for key, was in before.items():
            now = after.get(key)
            if now is None:
                self._lost += 1
                yield from self._gone(key, was)
            else:
                yield from self._subject(key, was, now)
        for key in after.keys() - before.keys():
            yield f"{after[key].label} was not there before"
        for name, listed in self._sound.snapshot.enumerations.items():
            yield from self._gap(name, listed.gap, self._run.snapshot.enumeration(name).gap)
        self._seen.lost += self._lost
        must = self._kind.outcome in (Outcome.LOST, Outcome.ENDED)
        if must and not (self._lost or self._is_archive or self._asked_again or self._confirms):
            yield "nothing was lost, though the reply was broken"

    def _subject(self, key: tuple[str, str], was: Subject, now: Subject) -> Iterator[str]:
        for name in was.facts.keys() | now.facts.keys():
            self._seen.facts += 1
            old, new = was.fact(name), now.fact(name)
            if old != new or type(old) is not type(new):
                self._lost += 1
                self._changed.add(key)
                yield from self._changed_fact(was, name, old, new)
        if was.name != now.name and now.blocked is None:
            yield f"{was.label} is called {now.name!r} now"

    def _gap(self, name: str, was: Unavailable | None, now: Unavailable | None) -> Iterator[str]:
        if was == now:
            return
        self._lost += 1
        if now is None:
            yield f"the gap of {name} is filled"
        elif not self._may_lose(name):
            yield f"{name} has a gap now: {now}"
        elif now.reason not in self._reasons:
            yield f"{name} has a gap for {now.reason}, not for one of {sorted(self._reasons)}"

    def _may_lose(self, collection: str) -> bool:
        return self._may_change and (self._scope.everything or collection in self._scope.collections)

    @property
    def _asked_again(self) -> bool:
        """A connection that ends before a reply may be made anew: what was damaged once comes whole the second time."""
        return self._case.nth is not None and Reason.RESET in self._kind.reasons

    @property
    def _confirms(self) -> bool:
        """The end of a run asks again who answers. Where no connection was lost that proves nothing that was not known."""
        return self._shape == "/info" and self._case.nth == 2

    @property
    def _may_change(self) -> bool:
        return self._kind.outcome not in (Outcome.NOTHING, Outcome.DIGEST)

    def _gone(self, key: tuple[str, str], was: Subject) -> Iterator[str]:
        """A subject may be missing only where every collection that listed it says that it is not complete."""
        snapshot = self._sound.snapshot
        for name, listed in snapshot.enumerations.items():
            listed_here = any(_key(snapshot.subjects[at]) == key for at in listed.members)
            if listed_here and self._run.snapshot.enumeration(name).gap is None:
                yield f"{was.label} is gone, and no gap of {name} says so"

    def _changed_fact(self, was: Subject, name: str, old: Any, new: Any) -> Iterator[str]:
        if not self._may_change:
            yield f"{was.label}: {name} is {new!r}, was {old!r}"
        elif not self._covers(was, name):
            yield f"{was.label}: {name} became {new!r}, though it does not rest on that reply"
        elif self._scope.everything and name == "Mounts" and _knows_less(old, new):
            return
        elif self._scope.everything and name == "file_accounts" and all(each in old for each in new):
            return  # the accounts of the files that were found: with their collections closed there are fewer
        elif not isinstance(new, Unavailable):
            yield f"{was.label}: {name} became {new!r}, which nobody said; was {old!r}"
        elif new.reason not in self._reasons:
            yield f"{was.label}: {name} became {new}, not one of {sorted(self._reasons)}"

    def _covers(self, was: Subject, name: str) -> bool:
        own = was.id == self._own
        if own and Reason.NOT_FOUND in self._kind.reasons:
            return True  # one part of it is not found: then nobody knows whether the object is still there
        return self._scope.covers(was.kind, name, own=own)

    # -- the report

    def report(self) -> Iterator[str]:
        before, after = self._sound.rows, self._run.rows
        if before.keys() != after.keys():
            yield f"rows differ: {before.keys() ^ after.keys()}"
        for control, was in before.items():
            self._seen.rows += 1
            now = after.get(control)
            if now is None or was == now:
                continue
            yield from (f"{control}: {each}" for each in self._row(was, now))
        yield from _sums(self._stage, self._run)

    def _row(self, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
        if self._kind.outcome is Outcome.NOTHING:
            yield "the row differs"
            return
        if was["result"] != now["result"] and now["result"] not in _UNSURE:
            yield f"{was['result']} became {now['result']}: {now['message']}"
        if now["result"] in _UNSURE and was["result"] != now["result"] and Reason(now["reason"]) not in self._reasons:
            yield f"{now['result']} for {now['reason']}, not for one of {sorted(self._reasons)}"
        before, after = _findings(was), _findings(now)
        changed = 0
        for key in before.keys() | after.keys():
            self._seen.findings += 1
            old, new = before.get(key), after.get(key)
            if old == new or (old and new and _without_digests(old) == _without_digests(new)):
                continue
            changed += 1
            yield from self._finding(key, old, new)
        if changed or self._kind.outcome is Outcome.DIGEST or self._scope.everything or _gap(was) != _gap(now):
            return
        if _without_digests(was) != _without_digests(now):
            parts = [name for name in was if was[name] != now[name]]
            yield f"{parts} differ, and no finding: {[now[name] for name in parts]}, was {[was[name] for name in parts]}"

    def _finding(self, key: str, old: Any, new: Any) -> Iterator[str]:
        if new is None:
            if not self._scope.everything and not self._scope.collections:
                yield f"no finding about {key} any more"
        elif new["result"] not in _UNSURE:
            old_result = "nothing" if old is None else old["result"]
            if old_result != new["result"] or not (self._changed or self._scope.in_turn):
                yield f"{key}: {old_result} became {new['result']}: {new['message']}"
        elif Reason(new["reason"]) not in self._reasons and not (
            old and _without_evidence(old) == _without_evidence(new)
        ):
            yield f"{key}: {new['result']} for {new['reason']}, not for one of {sorted(self._reasons)}"


def _without_evidence(finding: Mapping[str, Any]) -> dict[str, Any]:
    """What stays where a reply is missed that would only have said more of what was not known before."""
    return {name: value for name, value in finding.items() if name != "evidence"}


def _owner(stage: Stage, path: str) -> str:
    """The identifier of the subject that ``path`` asks about: of the container, where it asks about an exec session."""
    known = stage.identifiers
    found = next((each for each in path.split("/") if each in known), "")
    if known.get(found) != "exec":
        return found
    return next(each.id for each in stage.host.containers if any(session.id == found for session in each.execs or ()))


def _knows_less(old: Any, new: Any) -> bool:
    """The same mounts, of which it is not known any more whether links lie on their way or sockets below them."""
    if not isinstance(old, list) or not isinstance(new, list) or len(old) != len(new):
        return False
    return all(
        {**was, **_NOT_FOLLOWED} == {**now, **_NOT_FOLLOWED}
        and set(now["HostPaths"]) <= set(was["HostPaths"])
        and (now.get("LinksFollowed") is not True or {**now, "ApiSockets": 0} == {**was, "ApiSockets": 0})
        and _fewer_sockets(was, now)
        for was, now in zip(old, new, strict=True)
    )


def _fewer_sockets(was: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Of the sockets below a mount none came, and none at all is said only where that was so: more may not be known."""
    if "ApiSockets" not in now:
        return True
    return set(now["ApiSockets"]) <= set(was["ApiSockets"]) and bool(now["ApiSockets"]) is bool(was["ApiSockets"])


def _gap(row: Mapping[str, Any]) -> Any:
    return (row["enumeration"] or {}).get("gap")


def _subjects(snapshot: Snapshot) -> dict[tuple[str, str], Subject]:
    return {_key(each): each for each in snapshot.subjects}


def _key(subject: Subject) -> tuple[str, str]:
    """The daemon's id is told by /info: it is the daemon without it too."""
    return (subject.kind, "") if subject.kind == "daemon" else (subject.kind, subject.id or subject.name)


def _findings(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "daemon" if each["subject"] == "daemon" else each["id"] or each["subject"]: each for each in row["findings"]
    }


def _without_digests(value: Any) -> Any:
    if isinstance(value, str):
        return _DIGEST.sub(r"\1", value)
    if isinstance(value, list):
        return [_without_digests(each) for each in value]
    return {key: _without_digests(each) for key, each in value.items()} if isinstance(value, dict) else value


def _sums(stage: Stage, run: Run) -> Iterator[str]:
    for row in run.rows.values():
        listed = row["enumeration"]
        if listed and listed["listed"] != listed["judged"] + len(listed["vanished"]):
            yield f"{row['control']}: {listed['listed']} listed, {listed['judged']} judged, {listed['vanished']} vanished"
    for kind, path in (("containers", "/containers/json?all=1"), ("images", "/images/json")):
        enumeration = run.snapshot.enumeration(kind)
        if enumeration.gap is None:
            wanted = len(stage.world[path])
            if len(enumeration.members) + len(enumeration.vanished) != wanted:
                yield f"{kind}: {wanted} listed, {len(enumeration.members)} looked at, {enumeration.vanished} vanished"
