"""The matrix: hosts on which every control passes and fails somewhere, and every fault of everything that they were seen by."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final, TypeVar

from tests.torture import knockout_api as replies
from tests.torture import knockout_files as files
from tests.torture.knockout_host import Rows, Standing
from tests.torture.knockout_rules import Evidence, Moves, problems
from tests.torture.ledger import Harness, Tally
from tests.torture.oracle.host import Host
from tests.torture.oracle.verdicts import covered, judge, overall
from tests.torture.oracle_harness import VERSIONS, hosts
from tests.torture.size import dice, is_big, seed, sized

HARNESS: Final = Harness(
    "knock-out matrix",
    "Damaged evidence, whichever way, moves the verdicts that rest on it towards error, and no other verdict.",
    (
        "Several things damaged at once.",
        "Every fault on the hosts that are there for their fails: some 400 of each, others for every seed.",
        "Answers of auditctl that end after a whole line: nobody can tell that there were more.",
        "Text that was cut or garbled and has no grammar that could tell (accounts, audit rules, /proc): hosts may be like that.",
    ),
)
_MOST_HOSTS: Final = 150
_SAMPLED: Final = 400
SHARES: Final = 2  # test files, so that two workers share the hosts

T = TypeVar("T")


@dataclass
class Seen:
    """What a run has covered, and what it found."""

    cases: int = 0
    verdicts: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    evidence: set[str] = field(default_factory=set)
    knocked_out: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    def note(self, host: Host, fault: str, evidence: Evidence, rows: tuple[Rows, Rows], found: Iterable[str]) -> None:
        """``rows`` before and after ``fault``, and what was wrong about them."""
        before, after = rows
        self.cases += 1
        self.verdicts += len(before)
        self.faults[fault] += 1
        self.evidence.add(evidence.place)
        for key, row in before.items():
            if row.verdict == "pass" and (key not in after or after[key].verdict != "pass"):
                self.knocked_out.add(key.control)
        self.wrong += [f"seed {seed()}, host {host.number}: {fault} at {evidence.place}: {each}" for each in found]

    def finish(self, tally: Tally) -> None:
        """Raises AssertionError with what was found; else counts."""
        assert not self.wrong, f"{len(self.wrong)} verdicts moved that must not:\n" + "\n".join(self.wrong[:20])
        assert self.cases, "nothing was damaged"
        tally.count("kinds of fault put in", len(self.faults))
        tally.count("pieces of evidence damaged", len(self.evidence))
        tally.count("looks at a damaged host", self.cases)
        tally.count("verdicts compared", self.verdicts)


@cache
def chosen_hosts() -> tuple[Host, ...]:
    """The fewest hosts, greedily, on which every recommendation passes and fails that does so on any of the first ones."""
    known = {host.number: host for host in hosts(0, _MOST_HOSTS) if host.later_config is None}
    return tuple(known[each] for each in _cover({number: _sides(host) for number, host in known.items()}))


@cache
def exhausted_hosts() -> frozenset[int]:
    """The numbers of the fewest of them, greedily, on which everything passes that passes on any: damaged in every way."""
    passes = {host.number: {each for each in _sides(host) if each[2] == "pass"} for host in chosen_hosts()}
    return frozenset(_cover(passes))


def share_of(share: int) -> tuple[Host, ...]:
    """The hosts of one of the SHARES test files; at the small size only the first of them."""
    return chosen_hosts()[share::SHARES][: sized(2, _MOST_HOSTS)]


def _sides(host: Host) -> set[tuple[str, str, str]]:
    verdicts = (
        (version, name, overall(judge(host, name, version))) for version in VERSIONS for name in covered(version)
    )
    return {each for each in verdicts if each[2] in ("pass", "fail")}


def _cover(sides: Mapping[int, set[tuple[str, str, str]]]) -> list[int]:
    chosen: list[int] = []
    missing = set().union(*sides.values())
    while missing:
        chosen.append(max(sides, key=lambda number: (len(sides[number] & missing), -number)))
        missing -= sides[chosen[-1]]
    return chosen


def file_evidence(standing: Standing, touched: files.Touched) -> Evidence:
    """With every name that leads to it: links of the description are names too."""
    place = standing.inside(touched.path)
    links = {link: target for link, target in standing.host.links.items() if place.startswith(target)}
    names = {place, *(link + place[len(target) :] for link, target in links.items())}
    return Evidence(place, frozenset(f"{kind}:{name}" for kind in ("file", "proc") for name in names))


def reply_evidence(path: str) -> Evidence:
    return Evidence(f"GET {path}", frozenset((f"GET {path}",)))


def damage_files(standing: Standing, groups: Sequence[Sequence[files.FileCase]], seen: Seen) -> None:
    """Every case; those of one piece of evidence stand together, so that rule 4 can be asked of them."""
    full, lame = standing.look(), files.look_at(standing, lame=True)
    for group in groups:
        evidence = file_evidence(standing, group[0].touched)
        moves = Moves(evidence)
        for case in group:
            before = lame if case.lame else full
            try:
                after = files.look_at(standing, case)
            except Exception as error:  # noqa: BLE001  (whatever it is, nothing may be raised for what a host is like)
                seen.wrong.append(
                    f"seed {seed()}, host {standing.host.number}: {case.fault} at {evidence.place}: {error!r}"
                )
                continue
            own = evidence.place if case.own else ""
            meant = evidence.parent() if case.fault == "denied parent" else evidence
            found = list(problems(before, after, meant, damage=case.damage, own=own))
            seen.note(standing.host, case.fault, evidence, (before, after), found)
            if not case.lame:
                moves.note(case.fault, case.depth, case.blind, (before, after), own)
        seen.wrong += [
            f"seed {seed()}, host {standing.host.number}: {evidence.place}: {each}" for each in moves.problems()
        ]
    _same(standing, full, seen)


def damage_replies(standing: Standing, groups: Sequence[Sequence[replies.ReplyCase]], seen: Seen) -> None:
    """The same for replies of the engine."""
    full = standing.look()
    for group in groups:
        evidence = reply_evidence(group[0].path)
        moves = Moves(evidence)
        for case in group:
            try:
                after = replies.look_at(standing, case)
            except Exception as error:  # noqa: BLE001  (whatever it is, nothing may be raised for what an engine says)
                where = ".".join(map(str, case.where))
                seen.wrong.append(
                    f"seed {seed()}, host {standing.host.number}: {case.fault} {where} at {case.path}: {error!r}"
                )
                continue
            found = list(problems(full, after, evidence, damage=case.damage))
            if case.leaves_out:
                found += [f"rule 5: {each}" for each in _won(full, after)]
            name = f"{case.fault} {'.'.join(map(str, case.where))}".strip()
            seen.note(standing.host, name if found else case.fault, evidence, (full, after), found)
            moves.note(case.fault, "content", "content" if case.blind else "", (full, after))
        seen.wrong += [
            f"seed {seed()}, host {standing.host.number}: {evidence.place}: {each}" for each in moves.problems()
        ]
    _same(standing, full, seen)


def _won(before: Rows, after: Rows) -> Iterator[str]:
    """What was not said is no reason to pass."""
    for key, row in before.items():
        if key.subject and row.verdict == "fail" and key in after and after[key].verdict == "pass":
            yield f"{key.control} {key.subject[:40]} is a pass and was a fail: {after[key].seen[:200]}"


def _same(standing: Standing, before: Rows, seen: Seen) -> None:
    """Whatever was done has been undone: otherwise nothing that was compared means anything."""
    after = standing.look()
    differing = [key for key in before if key not in after or after[key].verdict != before[key].verdict]
    assert not differing, f"host {standing.host.number} was left damaged: {differing[:3]}"
    seen.verdicts += len(before)


def cases_for(standing: Standing, groups: Sequence[Sequence[T]], name: str, small: int) -> list[list[T]]:
    """What is tried on one host: everything on the hosts that are exhausted, in a big run; some of it on the others."""
    if is_big() and standing.host.number in exhausted_hosts():
        return [list(each) for each in groups]
    return sample(groups, f"{name} {standing.host.number}", sized(small, _SAMPLED))


def sample(groups: Sequence[Sequence[T]], name: str, number: int) -> list[list[T]]:
    """About ``number`` cases out of ``groups``, at least one of every fault; all of them where there are no more than that."""
    everything = [(at, case) for at, group in enumerate(groups) for case in group]
    if len(everything) > number:
        die = dice(name)
        die.shuffle(everything)
        firsts: dict[str, tuple[int, T]] = {}
        for each in everything:
            firsts.setdefault(each[1].fault, each)  # type: ignore[attr-defined]  # both kinds of case have one
        kept = [*firsts.values(), *everything[: max(0, number - len(firsts))]]
        everything = list({id(case): (at, case) for at, case in kept}.values())
    picked: dict[int, list[T]] = defaultdict(list)
    for at, case in everything:
        picked[at].append(case)
    return list(picked.values())


def file_groups(standing: Standing) -> list[list[files.FileCase]]:
    """Every fault of every path that was touched; a directory that cannot be searched is one case for all that is in it."""
    groups: list[list[files.FileCase]] = []
    parents: set[str] = set()
    for touched in files.touched_by(standing):
        group = []
        for case in files.cases_of(touched):
            parent = touched.path.rpartition("/")[0]
            if case.fault == "denied parent":
                if parent in parents:
                    continue
                parents.add(parent)
            group.append(case)
        groups.append(group)
    return groups


def reply_groups(standing: Standing) -> list[list[replies.ReplyCase]]:
    """Every fault of every reply."""
    asked = replies.requests_of(standing)
    return [list(replies.cases_of(standing, path, times)) for path, times in asked.items()]
