"""``dockmark history coverage``: whether the runs that a calendar asks for took place."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from benchmark.cli.access import render_options
from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.history_access import opened_history
from benchmark.cli.local_zone import local_zone
from benchmark.cli.printing import print_text
from benchmark.model.chain import NO_HEAD
from benchmark.model.due import HostCoverage, Kept, Recorded, ScheduleReport
from benchmark.model.run import Run
from benchmark.render.coverage_json import render_coverage_json
from benchmark.render.coverage_table import render_coverage_table
from benchmark.schedule.calendar import Calendar, CalendarError, due_times, read_calendar
from benchmark.schedule.coverage import cover_schedule

_COMPLETE: Final = (ExitCode.MET, ExitCode.NOT_MET)
_CLOCKS_DIFFER: Final = timedelta(minutes=5)
_SHOWN: Final = 10


def run(arguments: Namespace) -> ExitCode:
    """Prints the report. 0: every due run was on time (or is pending); 1: one late or missed; 2: one incomplete."""
    report = schedule_report(arguments, datetime.now(UTC))
    if arguments.output == "json":
        print_text(render_coverage_json(report), as_utf8=True)
    else:
        print_text("".join(render_coverage_table(report, render_options(arguments))))
    kept = {status for each in report.hosts for status, count in each.coverage.counts.items() if count}
    if kept & {Kept.MISSED, Kept.LATE}:
        return ExitCode.NOT_MET
    return ExitCode.INCOMPLETE if Kept.INCOMPLETE in kept else ExitCode.MET


def schedule_report(arguments: Namespace, now: datetime) -> ScheduleReport:
    """The coverage of the hosts that were named, or of every host of the history. Raises Refusal."""
    if arguments.calendar is None:
        raise Refusal("--calendar says when runs are due, e.g. --calendar 'Mon *-*-* 02:00'")
    try:
        calendar = read_calendar(arguments.calendar, arguments.timezone or local_zone(os.environ))
        with opened_history(arguments) as store:
            runs = tuple(store.runs())
        names = arguments.host or tuple(dict.fromkeys(each.host for each in runs))
        hosts = tuple(_host(name, calendar, runs, arguments, now) for name in names)
    except CalendarError as error:
        raise Refusal(str(error)) from None
    return ScheduleReport(now, hosts, runs[-1].head if runs else NO_HEAD, len(runs))


def _host(name: str, calendar: Calendar, runs: Sequence[Run], arguments: Namespace, now: datetime) -> HostCoverage:
    own = [each for each in runs if each.host == name]
    records = [_recorded(each) for each in own]
    first, last = (vars(arguments)[each] for each in ("from", "to"))
    start = first[0] if first else min((each.at for each in records), default=now)
    end = min(last[1] if last else now, now)
    if start > end:
        raise Refusal(f"the period ends ({end:%Y-%m-%dT%H:%M:%SZ}) before it begins ({start:%Y-%m-%dT%H:%M:%SZ})")
    tolerance = timedelta(seconds=arguments.tolerance)
    due = list(due_times(calendar, start, end))
    inside = [each for each in records if start <= each.at <= max(end, _after(due, calendar, end, now))]
    found = cover_schedule(due, inside, tolerance, now)
    return HostCoverage(
        name, calendar.expression, str(calendar.zone), start, end, round(tolerance.total_seconds()), found,
        tuple(_remarks(own, runs, tolerance)),
    )  # fmt: skip


def _after(due: Sequence[datetime], calendar: Calendar, end: datetime, now: datetime) -> datetime:
    """Until when a run may answer for the last due time of the period: before the next one, which lies behind the period."""
    if not due:
        return end
    following = next((each for each in due_times(calendar, end, now) if each > end), None)
    return now if following is None else following - timedelta(seconds=1)


def _recorded(run: Run) -> Recorded:
    return Recorded(
        run.id,
        _moment(run.collected_at),
        run.exit_code in _COMPLETE and not run.counts.errors and not run.counts.unknown,
    )


def _remarks(own: Sequence[Run], runs: Sequence[Run], tolerance: timedelta) -> Iterator[str]:
    """What makes the record prove less."""
    for before, after in pairwise(own):
        if after.recorded_at < before.recorded_at:
            yield (
                f"a clock went back: run {after.sequence} was recorded after run {before.sequence}, but at"
                f" {after.recorded_at}, which is before {before.recorded_at}; times prove less"
            )
    later = [each.sequence for each in own if _moment(each.recorded_at) - _moment(each.collected_at) > tolerance]
    if later:
        yield f"recorded long after its facts were collected, so the time rests on the snapshot alone: run {_listed(later)}"
    ahead = [each.sequence for each in own if _moment(each.collected_at) - _moment(each.recorded_at) > _CLOCKS_DIFFER]
    if ahead:
        yield f"recorded before its facts were collected, so one of two clocks was wrong: run {_listed(ahead)}"
    gone = (runs[0].sequence - 1 if runs else 0) + sum(b.sequence - a.sequence - 1 for a, b in pairwise(runs))
    if gone:
        yield f"{gone} runs of this history were pruned; what was due before {runs[0].recorded_at} may have been kept"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers[:_SHOWN])) + (
        f" and {len(numbers) - _SHOWN} more" if len(numbers) > _SHOWN else ""
    )
