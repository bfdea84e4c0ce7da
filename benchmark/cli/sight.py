"""What a snapshot and its assessment say about what could be seen, and what could not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmark.model.facts import ABSENT, FactValue, Reason, Subject, Unavailable
from benchmark.model.facts_daemon import DAEMON_SETTINGS
from benchmark.model.result import Assessment, ControlResult, Finding, Result
from benchmark.model.snapshot import Snapshot
from benchmark.model.vocabulary import COLLECTIONS

_MOST_PROBLEMS = 5
_WITHOUT_VERDICT = (Result.ERROR, Result.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Sight:
    """Something to look at: what, whether it is seen, and how or why not."""

    what: str
    seen: bool
    how: str


@dataclass(frozen=True, slots=True)
class Blindness:
    """One reason for not seeing: the facts concerned, the details told, and the controls left without a verdict."""

    reason: Reason
    facts: tuple[str, ...]
    details: tuple[str, ...]
    controls: tuple[str, ...]


def list_sights(snapshot: Snapshot) -> tuple[Sight, ...]:
    """The engine, the daemon's process and settings, its configuration file and the audit rules."""
    daemon = _only(snapshot, "engines")
    host = _only(snapshot, "host")
    target = snapshot.target
    engine = f"{target.product} {target.engine_version}, API {target.api_version}, at {target.endpoint}"
    gap = snapshot.enumeration("engines").gap
    return (
        Sight(
            "engine", bool(target.product), engine if target.product else f"none answered: {gap or 'no reason given'}"
        ),
        _fact_sight("daemon's process", daemon, "process.exe"),
        _settings_sight(daemon),
        _configuration_sight(snapshot, daemon),
        _fact_sight("audit rules", host, "audit.source"),
    )


def policy_sights(assessment: Assessment) -> tuple[Sight, ...]:
    """The files that people signed, where they were given: how many entries count for nothing, and the first of them."""
    report = assessment.policy
    if report is None:
        return ()
    entries = len(report.waivers) + len(report.attestations)
    problems = report.problems
    told = (
        f"{entries} {'entry' if entries == 1 else 'entries'}, all in order"
        if not problems
        else f"{len(problems)} of {entries} entries count for nothing"
    )
    return (Sight("waivers and attestations", not problems, "; ".join((told, *problems[:_MOST_PROBLEMS]))),)


def list_blindness(assessment: Assessment) -> tuple[Blindness, ...]:
    """Every reason that leaves a control without a verdict, the one that blinds most controls first."""
    facts: dict[Reason, dict[str, None]] = {}
    details: dict[Reason, dict[str, None]] = {}
    controls: dict[Reason, dict[str, None]] = {}
    for row in assessment.results:
        if row.result not in _WITHOUT_VERDICT:
            continue
        for what, why in _blind_facts(row):
            if what:
                facts.setdefault(why.reason, {})[what] = None
            if why.detail:
                details.setdefault(why.reason, {})[why.detail] = None
            controls.setdefault(why.reason, {})[row.control.id] = None
    found = (
        Blindness(each, tuple(facts.get(each, ())), tuple(details.get(each, ())), tuple(blinded))
        for each, blinded in controls.items()
    )
    return tuple(sorted(found, key=lambda each: (-len(each.controls), each.reason)))


def _blind_facts(row: ControlResult) -> Iterator[tuple[str, Unavailable]]:
    """What kept this control from a verdict: never empty."""
    told = False
    if row.enumeration is not None and row.enumeration.gap is not None:
        told = True
        collection = COLLECTIONS[row.control.for_each]
        yield f"list of {collection.base or row.control.for_each}", row.enumeration.gap
    for finding in row.findings:
        if finding.result in _WITHOUT_VERDICT:
            told = True
            yield from _blind_facts_of_finding(finding)
    if not told:
        yield "", Unavailable(row.reason or Reason.INCOMPLETE, row.message)


def _blind_facts_of_finding(finding: Finding) -> Iterator[tuple[str, Unavailable]]:
    missing = [(each.fact, each.value) for each in finding.seen if isinstance(each.value, Unavailable)]
    if missing:
        yield from missing
        return
    undecided = ", ".join(each.fact for each in finding.seen if each.held is None)
    yield undecided, Unavailable(finding.reason or Reason.INCOMPLETE, finding.message)


def _only(snapshot: Snapshot, collection: str) -> Subject | Unavailable:
    enumeration = snapshot.enumeration(collection)
    if len(enumeration.members) == 1:
        return snapshot.subjects[enumeration.members[0]]
    return enumeration.gap or Unavailable(Reason.INCOMPLETE, f"{len(enumeration.members)} {collection}, expected one")


def _fact(subject: Subject | Unavailable, name: str) -> FactValue:
    return subject if isinstance(subject, Unavailable) else subject.fact(name)


def _fact_sight(what: str, subject: Subject | Unavailable, name: str) -> Sight:
    value = _fact(subject, name)
    if isinstance(value, Unavailable):
        return Sight(what, False, str(value))
    return Sight(what, value is not ABSENT, "there is none" if value is ABSENT else str(value))


def _settings_sight(daemon: Subject | Unavailable) -> Sight:
    missing = [each for each in DAEMON_SETTINGS if isinstance(_fact(daemon, each), Unavailable)]
    known = len(DAEMON_SETTINGS) - len(missing)
    names = ", ".join(each.removeprefix("daemon.") for each in missing) if known else "all"
    return Sight(
        "daemon's settings",
        not missing,
        f"{known} of {len(DAEMON_SETTINGS)} known" + (f"; not known: {names}" if missing else ""),
    )


def _configuration_sight(snapshot: Snapshot, daemon: Subject | Unavailable) -> Sight:
    what = "daemon's configuration file"
    path = _fact(daemon, "daemon.config-file")
    if isinstance(path, Unavailable):
        return Sight(what, False, str(path))
    enumeration = snapshot.enumeration("daemon_config_files")
    if enumeration.gap is not None:
        return Sight(what, False, str(enumeration.gap))
    if not enumeration.members:
        return Sight(what, True, f"{path}: not there")
    mode = snapshot.subjects[enumeration.members[0]].fact("mode")
    return Sight(what, not isinstance(mode, Unavailable), f"{path}: {mode}")
