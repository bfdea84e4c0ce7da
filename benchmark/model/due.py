"""Runs that were due: what became of each, as the schedule's coverage says it."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta


class Kept(enum.StrEnum):
    """What became of a run that was due."""

    ON_TIME = "on time"  # recorded within the tolerance
    LATE = "late"  # recorded after it, before the next one was due
    INCOMPLETE = "incomplete"  # recorded in time or late, but not everything could be judged
    MISSED = "missed"  # nothing recorded before the next one was due
    PENDING = "pending"  # the last one due: nothing recorded yet, and the tolerance is not over


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded run: its id, when its facts were collected (UTC), and whether all that was selected was judged."""

    id: str
    at: datetime
    complete: bool


@dataclass(frozen=True, slots=True)
class Due:
    """A time at which a run was due, what became of it, and the run that answers for it (None: no run does)."""

    at: datetime
    kept: Kept
    run: Recorded | None = None

    @property
    def delay(self) -> timedelta | None:
        """How long after it was due the run took place."""
        return None if self.run is None else self.run.at - self.at


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every due time of a period, in order, and the runs of the period that answer for none (made by hand, say)."""

    due: tuple[Due, ...]
    others: tuple[Recorded, ...]

    @property
    def counts(self) -> Mapping[Kept, int]:
        """How many of each, zeros included."""
        found = Counter(each.kept for each in self.due)
        return {each: found[each] for each in Kept}


@dataclass(frozen=True, slots=True)
class HostCoverage:
    """What a calendar asked of one host from ``start`` to ``end`` (UTC), and what the history holds of it.

    ``tolerance`` is in seconds. ``remarks`` say what makes the record prove less: a clock that went back, runs that were pruned.
    """

    host: str
    calendar: str
    zone: str
    start: datetime
    end: datetime
    tolerance: int
    coverage: Coverage
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScheduleReport:
    """The coverage of every host that was asked about, and the head of the chain that the runs were read from."""

    asked_at: datetime
    hosts: tuple[HostCoverage, ...]
    head: str
    runs: int
