"""Calendar expressions of systemd.time(7): when runs are due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from oncalendar import OnCalendarError, TzIterator

MOST_TIMES: Final = 1_000_000  # a minute's schedule over almost two years
_LONGEST: Final = 200
_TWICE_A_YEAR: Final = frozenset({"semi-annually", "biannually", "bi-annually"})
_SOME_MONDAY: Final = datetime(2024, 1, 1, tzinfo=UTC)


class CalendarError(Exception):
    """A text that is no calendar expression or no time zone; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """A calendar expression, and the zone of its times where it names none itself (as ``OnCalendar=`` has it)."""

    expression: str
    zone: ZoneInfo


def read_calendar(text: str, zone: str = "UTC") -> Calendar:
    """The calendar that ``text`` says in systemd's words (``Mon *-*-* 02:00``, ``daily``). Raises CalendarError."""
    expression = " ".join(text.split())
    if not expression or len(expression) > _LONGEST or not expression.isascii() or not expression.isprintable():
        raise CalendarError(
            f"a calendar expression has 1 to {_LONGEST} printable ASCII characters, e.g. 'Mon *-*-* 02:00'"
        )
    expression = "semiannually" if expression.lower() in _TWICE_A_YEAR else expression
    calendar = Calendar(expression, read_zone(zone))
    try:
        first = next(TzIterator(expression, _SOME_MONDAY.astimezone(calendar.zone)), None)
    except OnCalendarError as error:
        why = str(error)[:1].lower() + str(error)[1:]
        raise CalendarError(
            f"{expression!r} is no calendar expression ({why}); systemd.time(7) has 'Mon *-*-* 02:00'"
        ) from None
    if first is None:
        raise CalendarError(f"{expression!r} never comes: it names only times that are past")
    return calendar


def read_zone(name: str) -> ZoneInfo:
    """The time zone ``Europe/Berlin``. Raises CalendarError."""
    try:
        return ZoneInfo(name[: _LONGEST + 1])  # which walks down as many directories as a name has
    except (OSError, ValueError, KeyError):  # of a directory, of a name that is a path, of none that is known
        raise CalendarError(f"there is no time zone {name!r}; zones are called like Europe/Berlin") from None


def due_times(calendar: Calendar, start: datetime, end: datetime) -> Iterator[datetime]:
    """The times at which a run is due, from ``start`` to ``end`` (both included), in UTC and in order.

    ``start`` and ``end`` are aware. Raises CalendarError where there are more than ``MOST_TIMES``.
    """
    before = datetime.fromtimestamp(start.timestamp() - 1, calendar.zone)
    for number, each in enumerate(TzIterator(calendar.expression, before)):
        due = each.astimezone(UTC)
        if due > end:
            return
        if number >= MOST_TIMES:
            raise CalendarError(f"{calendar.expression!r} comes more than {MOST_TIMES} times between the two dates")
        if due >= start:
            yield due
