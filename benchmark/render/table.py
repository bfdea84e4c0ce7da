"""The terminal report: a head, the controls in the benchmark's order, what was left out, and the summary last.

A terminal shows the end of what was printed, so the end says what matters: the score, what fails, what could not be
looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from benchmark.model.framework import id_order
from benchmark.model.framework_view import FrameworkView
from benchmark.model.result import Assessment
from benchmark.render.control_rows import section_blocks
from benchmark.render.framework_table import framework_blocks, framework_summary
from benchmark.render.numbering import compact_ranges, ids_of, section_of, section_title
from benchmark.render.options import RenderOptions
from benchmark.render.policy_text import policy_blocks
from benchmark.render.provenance import context_of, notes_of
from benchmark.render.summary import summary_lines
from benchmark.render.terminal_text import Style, labelled, paint, shortened, wrapped

_ENTRY_BOUND: Final = 240
_REMARKS_SHOWN: Final = 10


def render_table(assessment: Assessment, options: RenderOptions) -> Iterator[str]:
    """The report, a line at a time, each with its newline. Without colour it holds printable characters only."""
    views = () if options.views is None else options.views(assessment)
    parts = (_head(assessment, options), *_body(assessment, views, options), *_footer(assessment, views, options))
    separator = ""
    for part in parts:
        yield separator
        for line in part:
            yield line + "\n"
        separator = "\n"


def _body(assessment: Assessment, views: Sequence[FrameworkView], options: RenderOptions) -> Iterator[Iterator[str]]:
    """The benchmark's sections, or those of the frameworks that were asked for."""
    if not views:
        yield from section_blocks(assessment, options)
    context = context_of(assessment)
    for each in views:
        yield from framework_blocks(each, assessment.benchmark_version, context, options)


def _head(assessment: Assessment, options: RenderOptions) -> Iterator[str]:
    target, collector = assessment.target, assessment.collector
    framework = options.framework or assessment.framework
    heading = f"dockmark {assessment.tool_version}: {framework} {assessment.benchmark_version}, {assessment.profile}"
    for line in wrapped(shortened(heading, _ENTRY_BOUND, options), "", "  ", options):
        yield paint(line, Style.BOLD, options)
    engine = " ".join(each for each in (target.product, target.engine_version) if each) or "no engine answered"
    engine += f" (API {target.api_version})" if target.api_version else ""
    engine += f" at {target.endpoint}" if target.endpoint else ""
    kernel = f"kernel {target.kernel}" if target.kernel else ""
    collected = f"{assessment.collected_at} by {collector.user} (uid {collector.uid})"
    collected += f", host seen at {collector.host_root}" if collector.host_root != "/" else ""
    entries = (
        ("target", target.name),
        ("engine", engine),
        ("system", ", ".join(each for each in (target.os, kernel) if each)),
        ("collected", collected),
        ("evaluated", assessment.evaluated_at if options.verbose else ""),
        ("operator", assessment.operator),
        ("release", assessment.release or ""),
        ("tailoring", _tailoring(assessment)),
        ("content", assessment.content_digest if options.verbose else ""),
    )
    for label, text in entries:
        if text:
            yield from labelled(label, shortened(text, _ENTRY_BOUND, options), options)


def _tailoring(assessment: Assessment) -> str:
    tailoring = assessment.tailoring
    if tailoring is None:
        return ""
    named = f'"{tailoring.title}"' if tailoring.title else tailoring.profile
    return f"{named} of {tailoring.href}, version {tailoring.version} of {tailoring.time}"


def _footer(assessment: Assessment, views: Sequence[FrameworkView], options: RenderOptions) -> Iterator[Iterator[str]]:
    """The parts after the controls; those that have nothing to say are left out."""
    if assessment.not_judged:
        yield _not_yet_judged(assessment, options)
    if assessment.deselected:
        yield _deselected(assessment, options)
    yield from policy_blocks(assessment.policy, options)
    for title, remarks in (("Notes on facts", notes_of(assessment)), ("Warnings", assessment.warnings)):
        if remarks:
            yield _remarks(title, remarks, options)
    yield summary_lines(assessment, options)
    if views:
        yield framework_summary(views, options)


def _not_yet_judged(assessment: Assessment, options: RenderOptions) -> Iterator[str]:
    ids = ids_of(assessment.not_judged, assessment.benchmark_version)
    yield paint(f"Not yet judged: {len(ids)} requirements without a control, not in the score", Style.BOLD, options)
    for section in sorted({section_of(each) for each in ids}, key=id_order):
        ranges = compact_ranges(each for each in ids if section_of(each) == section)
        text = f"{section_title(section, options.sections)}: {ranges}"
        yield from wrapped(shortened(text, _ENTRY_BOUND, options), "  ", "    ", options)


def _deselected(assessment: Assessment, options: RenderOptions) -> Iterator[str]:
    count = len(assessment.deselected)
    controls = "1 control" if count == 1 else f"{count} controls"
    yield paint(f"Taken out by the tailoring: {controls} of the profile, not in the score", Style.BOLD, options)
    for each in assessment.deselected:
        numbers = ", ".join(ids_of(each.requirements, assessment.benchmark_version))
        yield from wrapped(shortened(f"{numbers} {each.control.title}", _ENTRY_BOUND, options), "  ", "    ", options)


def _remarks(title: str, remarks: Sequence[str], options: RenderOptions) -> Iterator[str]:
    yield paint(title, Style.BOLD, options)
    shown = len(remarks) if options.verbose else min(len(remarks), _REMARKS_SHOWN)
    for remark in remarks[:shown]:
        yield from wrapped(
            shortened(remark, _ENTRY_BOUND, options), paint("  ! ", Style.YELLOW, options), "    ", options
        )
    if shown < len(remarks):
        yield shortened(f"    … and {len(remarks) - shown} more (--verbose shows all)", _ENTRY_BOUND, options)
