"""The terminal report seen from a framework: its own sections, a row for every requirement, and beneath it what it rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from benchmark.model.framework_view import (
    Backing,
    Evidence,
    FrameworkView,
    RequirementView,
    SectionView,
    Status,
)
from benchmark.model.result import ControlResult, Result
from benchmark.render.findings_text import brief_lines, verbose_lines
from benchmark.render.marks import mark
from benchmark.render.numbering import compact_ranges, ids_of
from benchmark.render.options import RenderOptions
from benchmark.render.provenance import Context
from benchmark.render.summary import percent_text
from benchmark.render.terminal_text import Style, labelled, lines_of, paint, room_beside, shortened, visible, wrapped

_INDENT: Final = "  "
_BENEATH: Final = _INDENT * 3
_WORD_ROOM: Final = max(len(each.value) for each in Status) + 2
_IDS_ROOM: Final = 16
_TITLE_BOUND: Final = 200
_WHY_BOUND: Final = 600
_SHOWN: Final = (Evidence.AGAINST, Evidence.OPEN)  # what a reader must act on


@dataclass(frozen=True, slots=True)
class _Place:
    """Where lines go. ``version`` is the benchmark's, ``first`` holds under which requirement a control's findings stand."""

    version: str
    context: Context
    options: RenderOptions
    first: dict[str, str]


def framework_blocks(
    view: FrameworkView, version: str, context: Context, options: RenderOptions
) -> Iterator[Iterator[str]]:
    """A block of lines for every section. ``version`` is the benchmark's, for its numbers beside controls.

    The findings of a control are written beneath the first requirement that names it, and referred to from the others.
    """
    place = _Place(version, context, options, {})
    yield iter([paint(shortened(f"{view.title} {view.version}", _TITLE_BOUND, options), Style.BOLD, options)])
    for section in view.sections:
        yield _block(section, place)


def _block(section: SectionView, place: _Place) -> Iterator[str]:
    options = place.options
    title = f"{section.number} {section.label}".strip() or "Other requirements"
    counts = Counter(each.status for each in section.requirements)
    tally = ", ".join(f"{counts[each]} {each.value}" for each in Status if counts[each])
    for line in wrapped(f"{shortened(title, _TITLE_BOUND, options)} ({tally})", "", "  ", options):
        yield paint(line, Style.BOLD, options)
    unreachable: list[str] = []
    for each in section.requirements:
        if each.status is Status.NOT_REACHABLE and not options.verbose and not each.answered_by:
            unreachable.append(each.id)
            continue
        yield from _row(each.status, each.id, each.requirement.label, options)
        yield from _beneath(each, place)
    if unreachable:
        yield from _row(Status.NOT_REACHABLE, f"{compact_ranges(unreachable)} (--verbose says why)", "", options)


def _row(status: Status, ids: str, label: str, options: RenderOptions) -> Iterator[str]:
    if not label:
        opening = f"{_INDENT}{_painted(status, options)}  "
        blank = " " * (len(_INDENT) + _WORD_ROOM + 2)
        yield from wrapped(visible(ids, unicode=options.unicode), opening, blank, options)
        return
    left = lines_of(visible(ids, unicode=options.unicode), _IDS_ROOM, whole_words=False)
    room = room_beside(len(_INDENT) + _WORD_ROOM + 2 + _IDS_ROOM + 2, options)
    right = lines_of(shortened(label, _TITLE_BOUND, options), room)
    for at in range(max(len(left), len(right))):
        word = _painted(status, options) if at == 0 else " " * _WORD_ROOM
        name = left[at] if at < len(left) else ""
        yield f"{_INDENT}{word}  {name:<{_IDS_ROOM}}  {right[at] if at < len(right) else ''}".rstrip()


def _painted(status: Status, options: RenderOptions) -> str:
    word = f"{_symbol(status, options)} {status.value}"
    return paint(word, _style(status), options) + " " * (_WORD_ROOM - len(word))


def _symbol(status: Status, options: RenderOptions) -> str:
    match status:
        case Status.CONTRADICTED:
            return "✗" if options.unicode else "x"
        case Status.NOT_ESTABLISHED:
            return "?"
        case Status.SUPPORTED:
            return "✓" if options.unicode else "+"
        case Status.NOT_REACHABLE:
            return "-"
        case _ as never:
            assert_never(never)


def _style(status: Status) -> Style:
    match status:
        case Status.CONTRADICTED:
            return Style.RED
        case Status.NOT_ESTABLISHED:
            return Style.YELLOW
        case Status.SUPPORTED:
            return Style.GREEN
        case Status.NOT_REACHABLE:
            return Style.DIM
        case _ as never:
            assert_never(never)


def _beneath(view: RequirementView, place: _Place) -> Iterator[str]:
    options = place.options
    yield from wrapped(shortened(view.why, _WHY_BOUND, options), _BENEATH, _BENEATH, options)
    reach = view.requirement.reach_reason
    if reach and reach != view.why and (options.verbose or (view.status is Status.SUPPORTED and not view.answered_by)):
        told = f"reach: {view.requirement.reach.value}; {reach}"
        yield from _dimmed(shortened(told, _WHY_BOUND, options), options)
    elsewhere: dict[str, list[str]] = {}
    for each in view.backings:
        if options.verbose:
            yield from _backing_lines(each, options)
        if each.result is None or not (options.verbose or _is_open_failure(each)):
            continue
        seen = place.first.setdefault(each.control.id, view.id)
        if seen == view.id:
            yield from _findings(each.result, place)
        else:
            elsewhere.setdefault(seen, []).append(each.control.id)
    if elsewhere:
        told = "; ".join(f"of {', '.join(controls)} see {seen}" for seen, controls in elsewhere.items())
        yield from _dimmed(shortened(f"findings {told}", _WHY_BOUND, options), options)


def _is_open_failure(backing: Backing) -> bool:
    return backing.evidence in _SHOWN and backing.result is not None and backing.result.result is Result.FAIL


def _backing_lines(backing: Backing, options: RenderOptions) -> Iterator[str]:
    edge = backing.edge
    result = "not judged" if backing.result is None else _result_words(backing.result)
    manner = f"{edge.directness}, {edge.relationship}; {edge.support}"
    told = f"{edge.control}: {result}, {backing.evidence.value} ({manner}): {edge.reason}"
    yield from _dimmed(visible(told, unicode=options.unicode), options)


def _findings(result: ControlResult, place: _Place) -> Iterator[str]:
    options = place.options
    numbers = ", ".join(ids_of(result.requirements, place.version))
    title = shortened(f"{numbers} {result.control.title}".strip(), _TITLE_BOUND, options)
    line = f"{_result_words(result)}: {title}"
    yield from wrapped(line, f"{_BENEATH}{mark(result.result, options)} ", f"{_BENEATH}  ", options)
    lines = verbose_lines(result, place.context, options) if options.verbose else brief_lines(result, options)
    for each in lines:
        yield _INDENT + each


def _result_words(result: ControlResult) -> str:
    words = [result.result.value]
    words += ["waived"] if result.waiver is not None and result.result is Result.FAIL else []
    words += ["attested"] if result.attestation is not None else []
    return ", ".join(words)


def _dimmed(text: str, options: RenderOptions) -> list[str]:
    return [paint(each, Style.DIM, options) for each in wrapped(text, _BENEATH, _BENEATH, options)]


def framework_summary(views: Sequence[FrameworkView], options: RenderOptions) -> Iterator[str]:
    """What share of each framework this run supports, and what share no technical check reaches."""
    for view in views:
        score = view.score
        title = shortened(f"{view.title} {view.version}", _TITLE_BOUND, options)
        yield paint(f"Summary of {title}", Style.BOLD, options)
        supported = f"{percent_text(score.percent)}: {score.supported} of {score.reachable} reachable requirements"
        for line in labelled("supported", supported, options):
            yield paint(line, Style.BOLD, options)
        yield from labelled(
            "otherwise", f"{score.contradicted} contradicted, {score.not_established} not established", options
        )
        if score.touched:
            yield from labelled("touched", f"{score.touched} only incidentally, which supports nothing", options)
        listed = "requirements" if view.complete else "requirements listed (the framework has more)"
        out = f"{percent_text(score.percent_out_of_reach)}: {score.out_of_reach} of {score.requirements} {listed}"
        yield from labelled("no check", f"{out}, which no technical check of a Docker host reaches", options)
    yield from wrapped("Support is evidence for an assessor; it is no finding of compliance.", "  ", "  ", options)
