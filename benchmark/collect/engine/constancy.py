"""Whether the engine at the end of a run is the one that it began with: docs/decisions/0006-one-engine-a-run.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from benchmark.collect.engine.engine_facts import info_facts
from benchmark.collect.engine.reports import CollectionReport, in_order
from benchmark.model.facts import FactValue, JsonValue, Reason, Subject, Unavailable

# Engines before 25.0 share one ID where they share /etc/docker; no two daemons share a data root.
_IDENTITY: Final = ("ID", "Name", "DockerRootDir", "ServerVersion", "KernelVersion")
_OF_ONE_LIFE: Final = "security."  # options that only a restart can change, and that containers are judged by


@dataclass(frozen=True, slots=True)
class Constancy:
    """``broken`` says why nothing that was read of the engine may be believed, None where it may.

    ``conflicts`` are facts of the daemon that the engine reported in two ways during the run.
    """

    broken: Unavailable | None = None
    conflicts: Mapping[str, Unavailable] = field(default_factory=dict)

    def of_report(self, kind: str, report: CollectionReport) -> CollectionReport:
        """``report``, or with every object that was listed blocked: where two engines were asked, none has vanished."""
        if self.broken is None:
            return report
        gone = [Subject(kind, each, "", {}) for each in report.vanished]
        subjects = tuple(replace(each, facts={}, blocked=self.broken) for each in (*report.subjects, *gone))
        return in_order(CollectionReport(subjects, self.broken, sources=report.sources))

    def of_daemon(self, daemon: Subject) -> Subject:
        """The daemon's subject without what cannot be believed."""
        if self.broken is not None:
            return replace(daemon, facts={}, blocked=self.broken)
        return replace(daemon, facts={**daemon.facts, **self.conflicts}) if self.conflicts else daemon


def compare_info(first: JsonValue | Unavailable, last: JsonValue | Unavailable) -> Constancy:
    """What two readings of /info say of the engine. One of them that could not be read says nothing."""
    if not isinstance(first, dict) or not isinstance(last, dict):
        return Constancy()
    for key in _IDENTITY:
        was, now = first.get(key), last.get(key)
        if was != now:
            return Constancy(_changed(key, was, now))
    before, after = info_facts(first), info_facts(last)
    differ = {name: (before[name], after[name]) for name in before if before[name] != after[name]}
    for name, (said, says) in differ.items():
        if name.startswith(_OF_ONE_LIFE):
            return Constancy(_changed(name, said, says))
    return Constancy(
        conflicts={
            name: Unavailable(Reason.CONFLICT, f"GET /info: {said!r} when the run began and {says!r} at its end")
            for name, (said, says) in differ.items()
        }
    )


def _changed(what: str, was: FactValue, now: FactValue) -> Unavailable:
    return Unavailable(
        Reason.ENGINE_CHANGED, f"GET /info: {what} was {was!r} when the run began and is {now!r} at its end"
    )
