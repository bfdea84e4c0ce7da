"""The access report for the terminal: the ways by what they grant, then what could not be looked at, the count last."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Final

from benchmark.model.access import Access, AccessReport, Grants, Unseen
from benchmark.render.grid import grid_lines
from benchmark.render.options import RenderOptions
from benchmark.render.terminal_text import Style, columns, labelled, lines_of, paint, shortened, visible, wrapped

_WHO_BOUND: Final = 48
_ENTRY_BOUND: Final = 240
_LEAST_ROOM: Final = 14
_KIND_COLUMN: Final = 6  # tabulate makes a column two wider than its heading at least
_EVIDENCE_ROOM: Final = 30  # left for evidence where the terminal is wide enough
_GAPS: Final = 6  # the indent, and what tabulate puts between three columns
_TITLES: Final = {
    Grants.ROOT: ("Root on this host", Style.RED),
    Grants.LIMITED: ("Less than root", Style.YELLOW),
    Grants.UNKNOWN: ("For a person to look at", Style.YELLOW),
}
_COUNTED: Final = {
    Grants.ROOT: ("way to root", "ways to root"),
    Grants.LIMITED: ("that grants less", "that grant less"),
    Grants.UNKNOWN: ("for a person to look at", "for a person to look at"),
}


def render_access_table(report: AccessReport, options: RenderOptions) -> Iterator[str]:
    """The report, a line at a time, each with its newline. Without colour it holds printable characters only."""
    for line in _head(report, options):
        yield line + "\n"
    for grants in Grants:
        found = [each for each in report.accesses if each.grants is grants]
        if found:
            title, style = _TITLES[grants]
            yield "\n"
            yield paint(f"{title} ({len(found)})", style, options) + "\n"
            for line in _table(found, options):
                yield line + "\n"
    for line in _tail(report, options):
        yield line + "\n"


def _head(report: AccessReport, options: RenderOptions) -> Iterator[str]:
    target, collector = report.target, report.collector
    yield paint("Who controls Docker on this host", Style.BOLD, options)
    engine = " ".join(each for each in (target.product, target.engine_version) if each) or "no engine answered"
    engine += f" at {target.endpoint}" if target.endpoint else ""
    seen = f", host seen at {collector.host_root}" if collector.host_root != "/" else ""
    collected = f"{report.collected_at} by {collector.user} (uid {collector.uid}){seen}"
    for label, text in (("target", target.name), ("engine", engine), ("collected", collected)):
        if text:
            yield from labelled(label, shortened(text, _ENTRY_BOUND, options), options)


def _table(found: list[Access], options: RenderOptions) -> list[str]:
    """One row a way; names and evidence that need more lines go on below themselves."""
    most_of_a_kind = max(_LEAST_ROOM, options.width - 2 * _LEAST_ROOM - _GAPS)
    kinds = [lines_of(each.kind.value, most_of_a_kind, whole_words=False) for each in found]
    taken = max(_KIND_COLUMN, *(len(line) for lines in kinds for line in lines))
    left = max(2 * _LEAST_ROOM, options.width - taken - _GAPS)
    most = min(_WHO_BOUND, max(left // 2, left - _EVIDENCE_ROOM))
    names = [_name(each.who, most, options) for each in found]
    room = left - max(columns(line) for lines in names for line in lines)
    rows: list[tuple[str, str, str]] = []
    for each, kind, who in zip(found, kinds, names, strict=True):
        lines = [line for text in each.evidence for line in _evidence(text, room, options)]
        rows += zip_longest(kind, who, lines, fillvalue="")
    return [f"  {line}" for line in grid_lines(rows, headers=("kind", "who", "evidence"))]


def _name(text: str, room: int, options: RenderOptions) -> list[str]:
    return lines_of(shortened(text, _WHO_BOUND, options), room, whole_words=False)


def _evidence(text: str, room: int, options: RenderOptions) -> list[str]:
    return lines_of(shortened(text, _ENTRY_BOUND, options), room, hang="  ")


def _tail(report: AccessReport, options: RenderOptions) -> Iterator[str]:
    if report.remarks:
        yield ""
        yield paint("What limits them", Style.BOLD, options)
        for remark in report.remarks:
            yield from wrapped(visible(remark, unicode=options.unicode), "  ", "    ", options)
    if report.unseen:
        yield ""
        yield paint(f"Could not look ({len(report.unseen)}): there may be more", Style.MAGENTA, options)
        for each in report.unseen:
            yield from wrapped(shortened(_unseen(each), _ENTRY_BOUND, options), "  ", "    ", options)
    if options.verbose:
        yield ""
        yield paint("What was looked at", Style.BOLD, options)
        for sighting in report.looked_at:
            text = visible(f"{sighting.subject}: {sighting.text}", unicode=options.unicode)
            yield from wrapped(text, "  ", "    ", options)
    yield ""
    for line in wrapped(_summary(report), "", "  ", options):
        yield paint(line, Style.BOLD, options)


def _unseen(each: Unseen) -> str:
    detail = f": {each.detail}" if each.detail else ""
    return f"{each.subject}: {each.what} ({each.reason.value}{detail})"


def _summary(report: AccessReport) -> str:
    parts = []
    for grants in Grants:
        count = sum(each.grants is grants for each in report.accesses)
        one, many = _COUNTED[grants]
        parts.append(f"{count} {one if count == 1 else many}")
    unseen = f"; {len(report.unseen)} could not be looked at" if report.unseen else ""
    return f"{', '.join(parts)}{unseen}"
