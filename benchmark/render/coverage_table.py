"""The coverage of a schedule for the terminal: what was kept in one line, what was not line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from benchmark.model.due import Due, HostCoverage, Kept, ScheduleReport
from benchmark.render.grid import grid_lines
from benchmark.render.options import RenderOptions
from benchmark.render.terminal_text import Style, paint, visible

_STYLES: Final = {
    Kept.ON_TIME: Style.GREEN,
    Kept.LATE: Style.YELLOW,
    Kept.INCOMPLETE: Style.YELLOW,
    Kept.MISSED: Style.RED,
    Kept.PENDING: Style.BOLD,
}
_NOT_KEPT: Final = (Kept.LATE, Kept.INCOMPLETE, Kept.MISSED)


def render_coverage_table(report: ScheduleReport, options: RenderOptions) -> Iterator[str]:
    """The report, a line at a time, each with its newline. ``verbose`` lists the runs that were kept too."""
    for each in report.hosts:
        for line in _host(each, options):
            yield line + "\n"
        yield "\n"
    yield f"read from a chain of {report.runs} runs; head {report.head}\n"


def _host(found: HostCoverage, options: RenderOptions) -> Iterator[str]:
    coverage = found.coverage
    yield paint(
        f"{visible(found.host) or '(without a name)'}: {visible(found.calendar)} ({visible(found.zone)})",
        Style.BOLD,
        options,
    )
    yield f"  from {_time(found.start)} to {_time(found.end)}: {_amount(len(coverage.due), 'run')} due"
    counts = [f"{count} {each.value}" for each, count in coverage.counts.items() if count]
    yield f"  {', '.join(counts) or 'nothing was due'}"
    shown = [each for each in coverage.due if options.verbose or each.kept is not Kept.ON_TIME]
    for line in (
        grid_lines([_row(each, options) for each in shown], headers=("due", "", "run", "began")) if shown else ()
    ):
        yield f"  {line}"
    for gap in _gaps(coverage.due):
        yield paint(f"  ! {gap}", Style.RED, options)
    if coverage.others:
        named = ", ".join(f"{each.id} at {_time(each.at)}" for each in coverage.others)
        yield (
            f"  beside the calendar: {named}"
            if options.verbose
            else f"  beside the calendar: {_amount(len(coverage.others), 'run')}"
        )
    for each in found.remarks:
        yield paint(f"  ! {visible(each)}", Style.YELLOW, options)


def _row(due: Due, options: RenderOptions) -> tuple[str, str, str, str]:
    status = paint(due.kept.value, _STYLES[due.kept], options)
    if due.run is None or due.delay is None:
        return _time(due.at), status, "-", "-"
    return _time(due.at), status, visible(due.run.id), f"{_time(due.run.at)}, {_span(due.delay)} after"


def _gaps(due: Sequence[Due]) -> Iterator[str]:
    """Every stretch of two or more missed runs: ``no run from A to B: 6 missed in a row``."""
    stretch: list[Due] = []
    for each in (*due, None):
        if each is not None and each.kept is Kept.MISSED:
            stretch.append(each)
            continue
        if len(stretch) > 1:
            yield f"no run from {_time(stretch[0].at)} to {_time(stretch[-1].at)}: {len(stretch)} missed in a row"
        stretch = []


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _span(delay: timedelta) -> str:
    """``2 d 3 h``, ``14 min``, ``9 s``: the two largest units."""
    seconds = int(delay.total_seconds())
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"


def _amount(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
