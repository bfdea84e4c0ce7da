"""Whether the runs that a calendar asks for happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from benchmark.model.due import Coverage, Due, Kept, Recorded


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
        waits = end is None and now <= time + tolerance
        row = _row(time, inside, tolerance, waits=waits)
        rows.append(row)
        others.extend(each for each in inside if each is not row.run)
    return Coverage(tuple(rows), tuple(others))


def _row(time: datetime, inside: Sequence[Recorded], tolerance: timedelta, *, waits: bool) -> Due:
    if not inside:
        return Due(time, Kept.PENDING if waits else Kept.MISSED)
    whole = next((each for each in inside if each.complete), None)
    if whole is None:
        return Due(time, Kept.INCOMPLETE, inside[0])
    return Due(time, Kept.ON_TIME if whole.at <= time + tolerance else Kept.LATE, whole)
