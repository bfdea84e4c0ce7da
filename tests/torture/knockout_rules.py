"""What damage may do to a verdict: nothing, or move it towards error. Rules, and no list of exceptions.

1. Damage moves a verdict to error or unknown, or not at all. Its subject may be gone only where the control says error, or
   fails because of another.
2. A state (something a healthy host may be like) makes a verdict a pass only where that names it, before or after.
3. A fail becomes an error only where it, or the list that its subject is in, named the damaged evidence; or where the error tells
   of it, or that it cannot be known any more whether the engine runs on this host, or which process it is. One that names it
   only as one of many ("/proc/*/cgroup") stays a fail, if it is one on a host that is the same without it.
4. What nobody can read decides nothing: a verdict that some other content of the evidence turns from pass to fail is no pass
   while that cannot be read.
5. A field that the engine left out makes no fail a pass, be it a word or a list (knockout_matrix.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from tests.torture.knockout_host import Key, Row, Rows

LOST: Final = frozenset(("error", "unknown"))


class Evidence(NamedTuple):
    """A place that was looked at: ``names`` are its spellings in locators (``file:/x``, ``proc:/x``, ``GET /info``)."""

    place: str
    names: frozenset[str]

    def parent(self) -> Evidence:
        """The directory it is in."""
        return Evidence(self.place.rpartition("/")[0] or "/", frozenset(each.rpartition("/")[0] for each in self.names))

    def is_named(self, row: Row) -> bool:
        """By itself, or by what lies below or above it."""
        return any(_is_near(mine, theirs) for theirs in row.locators for mine in self.names)

    def is_one_of_many(self, row: Row) -> bool:
        """What it rests on is a table that this is a row of, and not this alone."""
        near = [theirs for theirs in row.locators for mine in self.names if _is_near(mine, theirs)]
        return bool(near) and all("*" in each for each in near)

    def is_told_in(self, row: Row) -> bool:
        """By path in what was seen or could not be established, or by its consequence for everything of this host."""
        told = {name.partition(":")[2] or name for name in self.names}
        above = {
            each.rpartition("/")[0] for each in told if each.startswith("/proc/")
        }  # a process is told of as a whole
        in_words = any(each in row.seen for each in told | above)
        # who does not greet as an engine leads to no daemon, and without one nobody knows where it listens
        unfound = any(each in row.seen for each in ("Reason.REMOTE", "ApiSockets is absent")) or (
            self.place.startswith("GET ") and "Reason.NO_PROCESS" in row.seen
        )
        return in_words or self.is_named(row) or unfound


def _is_near(mine: str, theirs: str) -> bool:
    theirs = theirs.partition("*")[0].partition("{")[0]
    return (
        mine == theirs
        or mine.startswith(theirs.rstrip("/") + "/")
        or theirs.startswith(mine.rstrip("/") + "/")
        or (theirs.endswith(("/", "net/")) and mine.startswith(theirs))
    )


@dataclass
class Moves:
    """What all faults of one evidence did: verdicts that some turned from pass to fail, and passes that stayed.

    ``doubted`` are the fails on many things of which this is one, by the damage that made them errors; ``resting`` those that
    are none where it is not there, None before that was tried.
    """

    evidence: Evidence
    taken: dict[str, set[Key]] = field(default_factory=lambda: {"entry": set(), "content": set()})
    stayed: dict[tuple[str, str], set[Key]] = field(default_factory=dict)
    doubted: dict[str, set[Key]] = field(default_factory=dict)
    resting: set[Key] | None = None

    def note(self, fault: str, depth: str, blind: str, rows: tuple[Rows, Rows], own: str = "") -> None:
        """``rows`` before and after. ``depth`` is what was changed (entry, or only content), ``blind`` what was unusable."""
        before, after = rows
        passes = {key for key, row in before.items() if row.verdict == "pass" and key.subject and not _is_own(row, own)}
        stayed = {key for key in passes if key in after and after[key].verdict == "pass"}
        self.taken[depth] |= {key for key in passes if key in after and after[key].verdict == "fail"}
        if blind:
            self.stayed[fault, blind] = stayed
        fails = {
            key: row for key, row in before.items() if row.verdict == "fail" and key.subject and not _is_own(row, own)
        }
        if fault == "missing":
            self.resting = {key for key in fails if key not in after or after[key].verdict != "fail"}
        elif fails:
            doubted = (key for key in fails if key in after and after[key].verdict in LOST)
            self.doubted[fault] = {key for key in doubted if self.evidence.is_one_of_many(fails[key])}

    def problems(self) -> Iterator[str]:
        """Rule 4, and the end of rule 3."""
        for fault, doubted in self.doubted.items() if self.resting is not None else ():
            for key in sorted(doubted - (self.resting or set())):
                yield f"rule 3: {_text(key)} was a fail and is none after {fault}, though it does not rest on this alone"
        for (fault, blind), stayed in self.stayed.items():
            for key in sorted(stayed & (self.taken["content"] | (self.taken["entry"] if blind == "entry" else set()))):
                yield f"rule 4: {_text(key)} is a pass after {fault}, though other content would make it fail"


def problems(before: Rows, after: Rows, evidence: Evidence, *, damage: bool, own: str = "") -> Iterator[str]:
    """Rules 1 to 3. ``own`` is the path whose own stat is honestly another: verdicts on that file itself are not damaged."""
    for key, row in before.items():
        now = after.get(key)
        if _is_own(row, own):
            continue
        if now is None:
            whole = after.get(Key(key.version, key.control, ""))
            if damage and (whole is None or whole.verdict not in LOST | {"fail"}):
                yield f"rule 1: {_text(key)} is gone, and the control says {whole.verdict if whole else 'nothing'}"
        elif now.verdict != row.verdict:
            if damage and not (key.subject == "" and own):
                yield from _damaged(key, row, now, evidence)
            elif not damage and now.verdict == "pass" and not (evidence.is_named(now) or evidence.is_named(row)):
                yield f"rule 2: {_text(key)} is {now.verdict}, was {row.verdict}, and does not name it"
    for key, row in after.items():
        if damage and not own and key not in before and row.verdict not in LOST and key.subject:
            yield f"rule 1: {_text(key)} is new and {row.verdict}"


def _is_own(row: Row, own: str) -> bool:
    return bool(own) and (row.path == own or row.path.startswith(own + "/"))


def _damaged(key: Key, row: Row, now: Row, evidence: Evidence) -> Iterator[str]:
    if now.verdict not in LOST:
        yield f"rule 1: {_text(key)} is {now.verdict}, was {row.verdict}: {now.seen[:200]}"
    elif row.verdict == "fail" and key.subject and not (evidence.is_told_in(row) or evidence.is_told_in(now)):
        yield f"rule 3: {_text(key)} is {now.verdict}, was fail, and did not name it: {now.seen[:200]}"


def _text(key: Key) -> str:
    return f"{key.version} {key.control} {key.subject[:60]}"
