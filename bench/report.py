"""The figures as Markdown tables, and their place in docs/performance.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.measure import Cost

PAGE: Final = Path(__file__).parent.parent / "docs" / "performance.md"
_BEGIN: Final = "<!-- make bench: begin -->"
_END: Final = "<!-- make bench: end -->"
_AUDITS: Final = (
    "`dockmark audit` on a real engine, beside a bare loop that makes the API calls of an audit over one kept-alive"
    " connection and does nothing with the replies. Both include the start of the interpreter; the ratio is of wall times."
)


@dataclass(frozen=True, slots=True)
class AuditRow:
    """An audit of so many containers beside the bare loop."""

    containers: int
    requests: int
    audit: Cost
    bare: Cost


@dataclass(frozen=True, slots=True)
class RecordedRow:
    """An audit of a recorded engine with so many containers, reported in one format."""

    containers: int
    output: str
    audit: Cost


@dataclass(frozen=True, slots=True)
class Judging:
    """``dockmark evaluate`` of so many snapshots, with so many containers each, and of a single one, in one format."""

    output: str
    snapshots: int
    containers: int
    all_of_them: Cost
    only_one: Cost

    @property
    def rate(self) -> float:
        """Snapshots judged and reported in a second of CPU, start-up left out."""
        return (self.snapshots - 1) / (self.all_of_them.cpu - self.only_one.cpu)


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything one ``make bench`` measured."""

    machine: str
    audits: Sequence[AuditRow]
    recorded: Sequence[RecordedRow]
    version: Cost
    interpreter: Cost
    judging: Sequence[Judging]
    runs: int


def render_figures(figures: Figures) -> str:
    """The Markdown that ``make bench`` prints and ``--write`` puts into docs/performance.md."""
    audits = [
        [
            str(each.containers),
            *_cost(each.audit),
            str(each.requests),
            *_cost(each.bare),
            f"{each.audit.wall / each.bare.wall:.2f}",
        ]
        for each in figures.audits
    ]
    recorded = [
        [str(each.containers), each.output, *_cost(each.audit), f"{1000 * each.audit.cpu / each.containers:.2f} ms"]
        for each in figures.recorded
    ]
    starts = [
        ["`python -c pass`", *_cost(figures.interpreter)],
        ["`dockmark --version`", *_cost(figures.version)],
    ]
    judging = [
        [str(each.snapshots), str(each.containers), each.output, *_cost(each.all_of_them), f"{each.rate:.0f}"]
        for each in figures.judging
    ]
    paragraphs = (
        f"{figures.machine} Medians of {figures.runs} runs; peak is resident memory.",
        _AUDITS,
        _table(
            ("containers", "wall", "CPU", "peak", "requests", "bare wall", "bare CPU", "bare peak", "ratio"), audits
        ),
        "`dockmark audit` on a recorded engine:",
        _table(("containers", "output", "wall", "CPU", "peak", "CPU a container"), recorded),
        "Start-up:",
        _table(("command", "wall", "CPU", "peak"), starts),
        "`dockmark evaluate` of saved snapshots; the rate is snapshots in a second of one core, start-up left out:",
        _table(("snapshots", "containers each", "output", "wall", "CPU", "peak", "rate"), judging),
    )
    return "\n\n".join(paragraphs)


def write_page(text: str, page: Path = PAGE) -> None:
    """Puts ``text`` between the marks of ``page``. Raises ValueError when the page does not have them."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"{page} lacks {_BEGIN} … {_END}")
    page.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")


def _cost(cost: Cost) -> list[str]:
    return [f"{cost.wall:.3f} s", f"{cost.cpu:.3f} s", f"{cost.peak:.0f} MiB"]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[at]) for row in (head, *rows)) for at in range(len(head))]
    lines = [" | ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in (head, *rows)]
    lines.insert(1, " | ".join(f"{'-' * (width - 1)}:" for width in widths))
    return "\n".join(f"| {line} |" for line in lines)
