"""Calendar expressions, beside systemd's own reading of them."""

import os
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from benchmark.schedule.calendar import CalendarError, due_times, read_calendar, read_zone

EXPRESSIONS = (
    "Mon *-*-* 02:00", "daily", "weekly", "hourly", "monthly", "quarterly", "yearly", "semi-annually", "biannually",
    "*-*-1,15 03:30", "Mon..Fri *-*-* 06:00", "*-*~1 12:00", "Sat,Sun 10:00", "*-02-29 01:00", "*:0/15", "2..6:00",
    "*-*-* 02:30", "*-*-* 02:30 Europe/Berlin", "*-*-* 0/6:00:00", "Sun *-*-1..7 04:00", "10-15", "2026..2030-*-10..12/1 1:2:3",
)  # fmt: skip
BASES = ("2026-03-27 00:00:00", "2026-10-23 00:00:00", "2024-02-27 12:00:00")  # around summer time and a leap day
ANALYZE = shutil.which("systemd-analyze")


@pytest.mark.systemd
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York"])
@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_due_times_are_systemds(expression, zone):
    calendar = read_calendar(expression, zone)
    for base in BASES:
        start = datetime.strptime(base, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        want = systemds_times(expression, zone, base, 12)
        assert len(want) >= 1
        end = datetime.strptime(want[-1], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        found = [each.strftime("%Y-%m-%d %H:%M:%S") for each in due_times(calendar, start + timedelta(seconds=1), end)]
        assert found == want, (expression, zone, base)


def systemds_times(expression, zone, base, count):
    argv = [ANALYZE, "calendar", f"--iterations={count}", f"--base-time={base} UTC", expression]
    printed = subprocess.run(
        argv, env={**os.environ, "TZ": zone, "LC_ALL": "C"}, capture_output=True, text=True, check=True
    ).stdout
    label = r"(?:Next elapse|Iter\. #\d+)" if zone == "UTC" else r"\(in UTC\)"
    if zone == "UTC" and "Europe" in expression:
        label = r"(?:Next elapse|Iter\. #\d+|\(in UTC\))"
    return re.findall(rf"{label}: (?:\w+ )?(\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d) UTC", printed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "foo",
        "Mon *-13-*",
        "25:00",
        "*-*-* *",
        "mon..",
        "*/2",
        "5 4 3 2",
        "x" * 201,
        "Mön",
        "1999-01-01",
        "*-02-30",
    ],
)
def test_what_is_no_calendar_is_refused(text):
    with pytest.raises(CalendarError, match=r"calendar expression|never comes"):
        read_calendar(text)


@pytest.mark.parametrize(
    "name", ["", "Nowhere/Land", "../../etc/passwd", "/etc/localtime", "Europe", "\0", "a/" * 20_000]
)
def test_what_is_no_zone_is_refused(name):
    with pytest.raises(CalendarError, match="no time zone"):
        read_zone(name)


def test_both_ends_of_the_period_are_in_it():
    calendar = read_calendar("daily")
    day = datetime(2026, 11, 27, tzinfo=UTC)
    assert list(due_times(calendar, day, day + timedelta(days=2))) == [day + timedelta(days=each) for each in range(3)]
    assert list(due_times(calendar, day + timedelta(seconds=1), day + timedelta(hours=23))) == []


def test_a_period_with_too_many_times_is_refused(monkeypatch):
    monkeypatch.setattr("benchmark.schedule.calendar.MOST_TIMES", 10)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(CalendarError, match="more than 10 times"):
        list(due_times(read_calendar("minutely"), start, start + timedelta(hours=1)))
