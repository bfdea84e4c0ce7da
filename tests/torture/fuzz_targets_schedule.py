"""Targets: calendar expressions, the units that a schedule was read back from, and the command lines that stand in them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from typing import Final

from benchmark.schedule.calendar import CalendarError, due_times, read_calendar
from benchmark.schedule.units import Schedule, UnitError, command_line, read_service, service_unit, timer_unit
from tests.torture.fuzz_run import Target

_START: Final = datetime(2026, 3, 28, tzinfo=UTC)
_ESCAPED: Final = {"n": "\n", "t": "\t", "r": "\r"}
_SCHEDULE: Final = Schedule(
    *("nightly", "Mon..Fri *-*-* 02:00", 300, ("/usr/bin/dockmark", "audit", "-o", 'json=/x/%H "$1".json')),
    ("/usr/bin/dockmark", "notify", "--to", "https://example.com/hook?a=b%20c"),
    network=True,
    environment=(("DOCKMARK_STORE", "/var/lib/dockmark/a b.db"),),
)


def _calendar(data: bytes) -> bool:
    """What is accepted is one line, comes in order, and is read again as the same."""
    calendar = read_calendar(data.decode("utf-8", "surrogateescape"), "Europe/Berlin")
    assert read_calendar(calendar.expression, "Europe/Berlin") == calendar
    assert calendar.expression.isprintable()
    due = list(islice(due_times(calendar, _START, _START + timedelta(days=3)), 50))
    assert all(one < other for one, other in pairwise(due))
    return True


def _zone(data: bytes) -> bool:
    return bool(read_calendar("daily", data.decode("utf-8", "surrogateescape")).zone)


def _service(data: bytes) -> bool:
    """What is believed makes the units that it is read from again, each of its words one line at most."""
    schedule = read_service(data.decode("utf-8", "surrogateescape"))
    assert isinstance(schedule.delay, int)
    assert all(isinstance(each, str) for each in (*schedule.audit, *schedule.notify, schedule.name, schedule.calendar))
    text = service_unit(schedule)
    assert read_service(text) == schedule
    assert text.count("\n") == service_unit(_SCHEDULE).count("\n") + _lines(schedule) - _lines(_SCHEDULE)
    return bool(timer_unit(schedule))


def _lines(schedule: Schedule) -> int:
    """How many lines of a service depend on what is scheduled."""
    mine = 3 if schedule.system else 0  # the capabilities
    mine += 2 if schedule.system else 0  # the state directory
    mine += 1 if schedule.system else 0  # after what it starts
    mine += schedule.system and schedule.network
    return mine + bool(schedule.notify) + len(schedule.environment)


def _command_line(data: bytes) -> bool:
    """Words come out as they went in, by systemd.service(5) as it is written there: quotes, escapes, doubled % and $."""
    words = tuple(data.replace(b"\0", b"").decode("utf-8", "surrogateescape").split("|"))
    line = command_line(words)
    assert "\n" not in line
    assert _divided(line) == words
    return True


def _divided(line: str) -> tuple[str, ...]:
    words: list[str] = []
    at = 0
    while at < len(line):
        word = ""
        if line[at] != '"':
            word, _, _ = line[at:].partition(" ")
            at += len(word) + 1
        else:
            at += 1
            while line[at] != '"':
                at += line[at] == "\\"
                word += _ESCAPED.get(line[at], line[at]) if line[at - 1] == "\\" else line[at]
                at += 1
            at += 2
        words.append(word.replace("%%", "%").replace("$$", "$"))
    return tuple(words)


_CALENDAR_WORDS: Final = (
    *(b"Mon", b"Sun..Mon", b"*-*-*", b"*:0/15", b"*-02-30", b"2099-", b"~1", b"/", b"..", b",", b" UTC", b"weekly"),
    *(b"99999999999", b"*:*:*", b"0/0", b" Europe/Berlin", b"@", b"quarterly", b"00:00:00.5"),
)
_UNIT_WORDS: Final = (b"Schedule=", b"\n", b'"', b"[", b"]", b"{", b"null", b"true", b"1e9", b"\\n", b"\\ud800", b"%")

SCHEDULE_TARGETS: Final = (
    Target(
        "calendar",
        _calendar,
        (CalendarError,),
        (b"Mon..Fri *-*-* 02:00", b"*:0/15", b"semi-annually", b"Sat *-*-1..7 18:00:00 Europe/Berlin"),
        _CALENDAR_WORDS,
        ((b"*-*-* ", b"1,", b"1:00"), (b"", b"Mon,", b"Tue")),
        share=0.5,
    ),
    Target("time_zone", _zone, (CalendarError,), (b"UTC", b"Europe/Berlin"), (b"../", b"/", b".", b"\0", b"posix/")),
    Target(
        "schedule_unit",
        _service,
        (UnitError,),
        (service_unit(_SCHEDULE).encode(),),
        _UNIT_WORDS,
        (
            (service_unit(_SCHEDULE).partition("\n")[0].encode() + b"\nSchedule=", b"[", b""),
            (service_unit(_SCHEDULE).partition("\n")[0].encode() + b"\n", b"Schedule=\n", b""),
        ),
    ),
    Target(
        "unit_command_line",
        _command_line,
        (),
        ('/usr/bin/x|a b|$HOME ${X}|%H%%|"quo\'ted"\\|é\u2028||tab\t|;|-'.encode(),),
        (b"|", b"$", b"%", b"\\", b'"', b"'", b"\n", b"\r", b" ", b";", b"\xff"),
    ),
)
