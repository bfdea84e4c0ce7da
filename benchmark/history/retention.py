"""How long runs are kept, and what stays of those that are not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from benchmark.history.database import Database
from benchmark.history.kept import Kept, list_kept

_PERIOD: Final = re.compile(r"([1-9][0-9]{0,3})([ywd])")
_UNITS: Final = {"y": "year", "w": "week", "d": "day"}
_DAYS: Final = {"w": 7, "d": 1}


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time as calendars count it: years, weeks or days. ``str`` is how it is written: 6y."""

    count: int
    unit: str

    def __str__(self) -> str:
        return f"{self.count}{self.unit}"

    @property
    def words(self) -> str:
        """``6 years``."""
        return f"{self.count} {_UNITS[self.unit]}{'' if self.count == 1 else 's'}"

    def before(self, moment: datetime) -> datetime:
        """The moment this long before ``moment``; 29 February becomes 28 February where that year has none."""
        if self.unit != "y":
            days = self.count * _DAYS[self.unit]
            earliest = datetime(1, 1, 1, tzinfo=UTC)
            return moment - timedelta(days=days) if (moment - earliest).days > days else earliest
        year = max(1, moment.year - self.count)
        day = 28 if (moment.month, moment.day) == (2, 29) and not _is_leap(year) else moment.day
        return moment.replace(year=year, day=day)


def read_period(text: str) -> Period:
    """``6y``, ``26w``, ``90d``. Raises ValueError."""
    found = _PERIOD.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no period such as 6y, 26w or 90d")
    return Period(int(found[1]), found[2])


def due_runs(database: Database, before: str) -> tuple[Kept, ...]:
    """The runs recorded before ``before`` (RFC 3339 UTC) that were not pruned yet, the oldest first."""
    return tuple(each for each in list_kept(database) if each.run is not None and each.recorded_at < before)


def prune_runs(database: Database, due: tuple[Kept, ...], *, pruned_at: str, retention: Period) -> None:
    """Deletes what was recorded of ``due``: facts, content, results, findings. Their place in the chain stays.

    In one transaction: killed at any moment, all of it or nothing has happened.
    """
    with database.writing():
        for each in due:
            given = {"sequence": each.sequence}
            for table in ("findings", "results", "run_blobs"):
                database.execute(f"DELETE FROM {table} WHERE sequence = :sequence", given)  # noqa: S608  (our own names)
            database.execute(_EMPTY, {**given, "at": pruned_at, "retention": str(retention)})
        database.execute("DELETE FROM blobs WHERE digest NOT IN (SELECT digest FROM run_blobs)")
        database.execute("DELETE FROM subjects WHERE number NOT IN (SELECT subject FROM findings)")


_EMPTY: Final = (
    "UPDATE runs SET body = NULL, pruned_at = :at, retention = :retention, host = '', engine_id = '', release_label = NULL,"
    " benchmark = '', profile = '', tool_version = '', content_digest = '', percent = NULL, after_waivers = NULL,"
    " selected = 0, passed = 0, failed = 0, waived = 0, errors = 0, unknown = 0, manual = 0, notapplicable = 0, exit_code = 0"
    " WHERE sequence = :sequence"
)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
