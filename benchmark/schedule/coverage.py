"""Whether the runs that a calendar asks for happened."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


class Kept(enum.StrEnum):
    """What became of a run that was due."""

    ON_TIME = "on time"  # recorded within the tolerance
    LATE = "late"  # recorded after it, before the next one was due
    INCOMPLETE = "incomplete"  # recorded in time or late, but not everything could be judged
    MISSED = "missed"  # nothing recorded before the next one was due
    PENDING = "pending"  # due, nothing recorded yet, and the tolerance is not over


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


def cover_schedule(due: Iterable[datetime], runs: Sequence[Recorded], tolerance: timedelta, now: datetime) -> Coverage:
    """Which run answers for which due time.

    ``due`` in order, without repetition, none after ``now``; ``runs`` in any order. A due time is answered by the first run
    at or after it and before the next due time, so that a run answers for one due time at most, and the run that makes up for
    several missed ones answers for the last of them. Where several took place before the next was due, the first complete one
    answers; where none is complete, the first.
    """
    times = list(due)
    waiting = sorted((each for each in runs if each.at <= now), key=lambda each: (each.at, each.id))
    rows: list[Due] = []
    others: list[Recorded] = []
    at = 0
    while at < len(waiting) and (not times or waiting[at].at < times[0]):
        others.append(waiting[at])
        at += 1
    for number, time in enumerate(times):
        end = times[number + 1] if number + 1 < len(times) else None
        inside: list[Recorded] = []
        while at < len(waiting) and (end is None or waiting[at].at < end):
            inside.append(waiting[at])
            at += 1
        row = _row(time, inside, tolerance, now)
        rows.append(row)
        others.extend(each for each in inside if each is not row.run)
    return Coverage(tuple(rows), tuple(others))


def _row(time: datetime, inside: Sequence[Recorded], tolerance: timedelta, now: datetime) -> Due:
    if not inside:
        return Due(time, Kept.PENDING if now <= time + tolerance else Kept.MISSED)
    whole = next((each for each in inside if each.complete), None)
    if whole is None:
        return Due(time, Kept.INCOMPLETE, inside[0])
    return Due(time, Kept.ON_TIME if whole.at <= time + tolerance else Kept.LATE, whole)
