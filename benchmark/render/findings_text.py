"""The lines beneath a control: what was found against what was expected, subject by subject."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from benchmark.model.control import Recreate
from benchmark.model.facts import Subject
from benchmark.model.result import ControlResult, Finding, Result
from benchmark.render.marks import mark
from benchmark.render.options import RenderOptions
from benchmark.render.provenance import Context, brief_evidence_of, source_text
from benchmark.render.terminal_text import Style, paint, shortened, visible, wrapped

SUBJECTS_SHOWN: Final = 5
_INDENT: Final = " " * 6
_NAME_BOUND: Final = 60
_STATEMENT_BOUND: Final = 320
_WRITTEN_OUT: Final = 2  # this many subjects with the same statement get a line each; more of them share one
_CONCERNS: Final = (Result.FAIL, Result.ERROR, Result.UNKNOWN, Result.NOTCHECKED)  # in the order they are shown


@dataclass(frozen=True, slots=True)
class Statement:
    """The same thing said of one or more subjects of a kind."""

    result: Result
    kind: str
    text: str
    subjects: tuple[Subject, ...]


def brief_lines(result: ControlResult, options: RenderOptions) -> Iterator[str]:
    """What a reader must know of a control that failed, could not be judged, or awaits a person: a few lines, or none."""
    statements = _statements(result)
    if statements:
        yield from _shared_lines(statements, options)
        yield from _gap_lines(result, options)
    elif result.result in _CONCERNS[:3] or result.reason is not None:
        yield from _marked(result.result, result.message, options)


def unseen_lines(why: str, options: RenderOptions) -> list[str]:
    """Why there was nothing to look at, for the control above and those before it that have no line of their own."""
    return _marked(Result.ERROR, f"nothing to look at: {why}", options)


def verbose_lines(result: ControlResult, context: Context, options: RenderOptions) -> Iterator[str]:
    """Every finding with its evidence, how the subjects were listed, and what mending a failure takes."""
    for finding in result.findings:
        text = f"{_subject_text(finding.subject)}: {_statement_of(finding)}"
        yield from _marked(finding.result, text, options)
        for line in brief_evidence_of(finding, context):
            yield from _beneath(line, options)
    if not result.findings:
        yield from _marked(result.result, result.message, options)
    yield from _gap_lines(result, options)
    yield from _listing_lines(result, options)
    if result.result is Result.FAIL:
        remediation = result.control.remediation
        yield from _remark(f"fix: {remediation.text.strip()}", options)
        yield from _remark(f"cost: {_cost(remediation.recreate)}", options)


def _statements(result: ControlResult) -> list[Statement]:
    """The concerns of a control, the worst first, what is the same said once."""
    found: dict[tuple[Result, str, str], list[Subject]] = {}
    for finding in result.findings:
        if _is_concern(finding):
            key = (finding.result, finding.subject.kind, _statement_of(finding))
            found.setdefault(key, []).append(finding.subject)
    ordered = sorted(found.items(), key=lambda item: _CONCERNS.index(item[0][0]))
    return [Statement(*key, tuple(subjects)) for key, subjects in ordered]


def _is_concern(finding: Finding) -> bool:
    """Failures and what nobody could judge; of what awaits a person, only where something was found to be looked at."""
    if finding.result is Result.NOTCHECKED:
        return any(each.held is False for each in finding.seen)
    return finding.result in _CONCERNS


def _statement_of(finding: Finding) -> str:
    """The message without its subject, which stands before it anyway; with the reason code where it is not named."""
    subject, text = finding.subject, finding.message
    for opening in (f"{subject.kind} {subject.name}: ", f"{subject.label}: ", f"{subject.kind}: "):
        if text.startswith(opening):
            text = text[len(opening) :]
            break
    if finding.reason is not None and finding.reason.value not in text:
        return f"{text} ({finding.reason.value})"
    return text if finding.waiver is None else f"[waived by {finding.waiver}] {text}"


def _subject_text(subject: Subject) -> str:
    return subject.kind if subject.label == subject.kind else f"{subject.kind} {subject.name}"


def _shared_lines(statements: list[Statement], options: RenderOptions) -> Iterator[str]:
    hidden = sum(len(each.subjects) for each in statements)
    for statement, shown in zip(statements, _shares(statements), strict=False):
        hidden -= shown
        if len(statement.subjects) <= _WRITTEN_OUT:
            for subject in statement.subjects[:shown]:
                name = shortened(_subject_text(subject), _NAME_BOUND, options)
                yield from _marked(statement.result, f"{name}: {_bounded(statement.text, options)}", options)
            continue
        count = f"{len(statement.subjects)} {statement.kind}s"
        yield from _marked(statement.result, f"{count}: {_bounded(statement.text, options)}", options)
        names = ", ".join(shortened(each.name, _NAME_BOUND, options) for each in statement.subjects[:shown])
        yield from _beneath(names, options)
    if hidden:
        yield from _remark(f"… and {hidden} more (--verbose shows all)", options)


def _shares(statements: list[Statement]) -> list[int]:
    """How many subjects of each statement are named: one of each first, what is left to the first ones."""
    shares = [1] * min(len(statements), SUBJECTS_SHOWN)
    left = SUBJECTS_SHOWN - len(shares)
    for at, statement in enumerate(statements[: len(shares)]):
        more = min(left, len(statement.subjects) - 1)
        shares[at] += more
        left -= more
    return shares


def _gap_lines(result: ControlResult, options: RenderOptions) -> Iterator[str]:
    """Findings do not show what was never listed."""
    gap = result.enumeration.gap if result.enumeration is not None else None
    if gap is not None and result.findings:
        yield from _marked(Result.ERROR, f"the list of {_plain(result.control.for_each)} is incomplete: {gap}", options)


def _listing_lines(result: ControlResult, options: RenderOptions) -> Iterator[str]:
    enumeration = result.enumeration
    if enumeration is None:
        return
    for word, names in (("vanished", enumeration.vanished), ("appeared", enumeration.appeared)):
        if names:
            yield from _remark(f"{len(names)} {word} while collecting: {', '.join(names)}", options)
    if enumeration.sources and not result.findings:
        yield from _remark(f"listed by {'; '.join(source_text(each) for each in enumeration.sources)}", options)


def _plain(collection: str) -> str:
    return collection.replace("_", " ")


def _cost(recreate: Recreate) -> str:
    return "nothing needs a restart" if recreate is Recreate.NOTHING else recreate.value


def _bounded(text: str, options: RenderOptions) -> str:
    return shortened(text, _STATEMENT_BOUND, options)


def _marked(result: Result, text: str, options: RenderOptions) -> list[str]:
    shown = _bounded(text, options)
    return wrapped(shown, f"{_INDENT}{mark(result, options)} ", f"{_INDENT}  ", options)


def _beneath(text: str, options: RenderOptions) -> list[str]:
    indent = _INDENT + " " * 4
    return wrapped(visible(text, unicode=options.unicode), indent, indent, options)


def _remark(text: str, options: RenderOptions) -> list[str]:
    indent = _INDENT + " " * 2
    shown = wrapped(visible(text, unicode=options.unicode), indent, indent, options)
    return [paint(line, Style.DIM, options) for line in shown]
