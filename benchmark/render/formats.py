"""Every format, in one table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from benchmark.model.result import Assessment
from benchmark.render.csv_format import render_csv, render_several_csv
from benchmark.render.json_format import render_json, render_json_lines
from benchmark.render.options import RenderOptions
from benchmark.render.overview import render_overview
from benchmark.render.table import render_table


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write assessments. Both functions yield text in pieces; joined, they are the document.

    ``render`` writes one assessment, ``render_several`` any number of them.
    """

    name: str
    description: str
    render: Callable[[Assessment, RenderOptions], Iterator[str]]
    render_several: Callable[[Iterable[Assessment], RenderOptions], Iterator[str]]


def _xccdf(assessment: Assessment, options: RenderOptions) -> Iterator[str]:
    from benchmark.render.xccdf_format import render_xccdf  # noqa: PLC0415  (most runs write a table or JSON)

    return render_xccdf(assessment, options)


def _several_xccdf(assessments: Iterable[Assessment], options: RenderOptions) -> Iterator[str]:
    from benchmark.render.xccdf_format import render_several_xccdf  # noqa: PLC0415  (the same)

    return render_several_xccdf(assessments, options)


def _arf(assessment: Assessment, options: RenderOptions) -> Iterator[str]:
    from benchmark.render.arf_format import render_arf  # noqa: PLC0415  (the same)

    return render_arf(assessment, options)


def _several_arf(assessments: Iterable[Assessment], options: RenderOptions) -> Iterator[str]:
    from benchmark.render.arf_format import render_several_arf  # noqa: PLC0415  (the same)

    return render_several_arf(assessments, options)


def _oscal(assessment: Assessment, options: RenderOptions) -> Iterator[str]:
    from benchmark.render.oscal_format import render_oscal  # noqa: PLC0415  (the same)

    return render_oscal(assessment, options)


def _several_oscal(assessments: Iterable[Assessment], options: RenderOptions) -> Iterator[str]:
    from benchmark.render.oscal_format import render_several_oscal  # noqa: PLC0415  (the same)

    return render_several_oscal(assessments, options)


FORMATS: Final[Mapping[str, Format]] = {
    each.name: each
    for each in (
        Format("table", "a report for the terminal", render_table, render_overview),
        Format("json", "JSON version 1; several targets: a document a line", render_json, render_json_lines),
        Format("csv", "a row for every finding, for spreadsheets", render_csv, render_several_csv),
        Format("xccdf", "XCCDF 1.2, a TestResult for each target", _xccdf, _several_xccdf),
        Format("arf", "ARF 1.1, a report for each target", _arf, _several_arf),
        Format("oscal", "OSCAL assessment results, a result for each target", _oscal, _several_oscal),
    )
}


def render_many(name: str, assessments: Iterable[Assessment], options: RenderOptions) -> Iterator[str]:
    """One assessment as ``FORMATS[name].render`` writes it, none or several as ``render_several`` does.

    Takes the assessments as they come, so that thousands of them need no room. Raises KeyError for a name that is not in
    FORMATS, before anything is yielded.
    """
    chosen = FORMATS[name]
    source = iter(assessments)
    opening = list(islice(source, 2))
    if len(opening) == 1:
        return chosen.render(opening[0], options)
    return chosen.render_several(chain(opening, source), options)
