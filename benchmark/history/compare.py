"""Two assessments compared: what became of every finding, whether they may be compared at all, and the bridge between scores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from benchmark.history.alignment import Alignment, align
from benchmark.history.bridge import Step, build_bridge, tally_of
from benchmark.history.changes import list_changes
from benchmark.model.comparison import (
    ComparedSide,
    Comparison,
    ControlChange,
    Fate,
    Obstacle,
    Standing,
    State,
    Term,
)
from benchmark.model.result import Assessment

_JUDGED: Final = frozenset({Standing.PASS, Standing.WAIVED, Standing.FAIL})
_NAMED: Final = 8  # so many are named in a sentence


@dataclass(frozen=True, slots=True)
class Compared:
    """One of the two assessments, with what it was called and what kind of thing it was read from.

    ``selection`` tells what was selected and how, where that is known besides the profile: two that differ were not asked the
    same.
    """

    assessment: Assessment
    reference: str
    kind: str
    run: str = ""
    selection: str = ""


@dataclass(frozen=True, slots=True)
class Reevaluated:
    """The evaluations that lie between two assessments, from the earlier one to the later one.

    ``chain`` leads from the earlier assessment to the earlier facts judged as the later ones were (``like_for_like``);
    ``closing`` from the later facts judged now to the later assessment. Both may be empty.
    """

    like_for_like: Assessment
    later: Assessment
    chain: tuple[Step, ...] = ()
    closing: tuple[Step, ...] = ()


def compare_assessments(
    before: Compared,
    after: Compared,
    between: Reevaluated | None = None,
    *,
    labels: Sequence[str] = (),
    allowed: Iterable[Obstacle] = (),
    remarks: Sequence[str] = (),
) -> Comparison:
    """The comparison of two assessments. Without ``between`` nothing could be judged anew, and the bridge says what that hides.

    ``labels`` are keys of labels by which containers are recognised, ``allowed`` what the user puts up with.
    """
    shown = align(before.assessment, after.assessment, labels)
    if between is None:
        unsplit = _unsplit(before.assessment, after.assessment)
        bridge = build_bridge((), shown, unsplit=unsplit, by_results=True, remarks=tuple(_why_unsplit(unsplit)))
        controls = tuple(list_changes(shown))
    else:
        is_shown = (
            between.like_for_like.results is before.assessment.results
            and between.later.results is after.assessment.results
        )
        last = shown if is_shown else align(between.like_for_like, between.later, labels)
        bridge = build_bridge(between.chain, last, between.closing)
        controls = tuple(list_changes(shown, last))
    return Comparison(
        before=_side(before),
        after=_side(after),
        controls=controls,
        bridge=bridge,
        obstacles=dict(_obstacles(before, after, controls, is_reevaluated=between is not None)),
        allowed=frozenset(allowed),
        remarks=(*remarks, *_remarks(before, after, shown)),
    )


def _side(compared: Compared) -> ComparedSide:
    made = compared.assessment
    return ComparedSide(
        reference=compared.reference,
        kind=compared.kind,
        run=compared.run,
        host=made.target.name,
        engine_id=made.target.engine_id,
        release=made.release,
        collected_at=made.collected_at,
        evaluated_at=made.evaluated_at,
        framework=made.framework,
        benchmark_version=made.benchmark_version,
        profile=made.profile,
        tool_version=made.tool_version,
        content_digest=made.content_digest,
        tally=tally_of(made),
        selected=made.score.coverage.selected,
        judged=made.score.coverage.judged,
    )


def _unsplit(before: Assessment, after: Assessment) -> tuple[Term, ...]:
    """The terms that results alone cannot tell apart from each other."""
    terms = []
    if (before.content_digest, before.tool_version) != (after.content_digest, after.tool_version):
        terms.append(Term.CONTENT_AND_TOOL)
    if (before.framework, before.benchmark_version, before.profile) != (
        after.framework,
        after.benchmark_version,
        after.profile,
    ):
        terms.append(Term.BENCHMARK_VERSION)
    return tuple(terms)


def _why_unsplit(unsplit: tuple[Term, ...]) -> Iterator[str]:
    if not unsplit:
        return
    named = " and ".join(each.value for each in unsplit)
    yield (
        f"{named}: only what comes from controls that one side does not have could be set apart. Where a control is asked in"
        " another way its difference is within posture: without the facts of both sides nothing can be judged anew."
    )


def _obstacles(
    before: Compared, after: Compared, controls: Sequence[ControlChange], *, is_reevaluated: bool
) -> Iterator[tuple[Obstacle, str]]:
    one, other = before.assessment, after.assessment
    if one.target.name != other.target.name:
        yield Obstacle.HOST, f"another host: {one.target.name or 'unnamed'}, then {other.target.name or 'unnamed'}"
    if one.profile != other.profile:
        yield Obstacle.PROFILE, f"another profile: {one.profile}, then {other.profile}"
    elif before.selection and after.selection and before.selection != after.selection:
        yield Obstacle.PROFILE, f"another selection: {before.selection}, then {after.selection}"
    versions = tuple(f"{each.framework} {each.benchmark_version}" for each in (one, other))
    if versions[0] != versions[1] and not is_reevaluated:
        yield (
            Obstacle.BENCHMARK,
            f"another benchmark version: {versions[0]}, then {versions[1]}, and without facts nothing can be judged anew",
        )
    if lost := [*_lost(controls, asks_the_same=versions[0] == versions[1] and not is_reevaluated)]:
        yield Obstacle.COVERAGE, f"less was looked at: {_list(lost)}"


def _lost(controls: Iterable[ControlChange], *, asks_the_same: bool) -> Iterator[str]:
    """What had a verdict and has none any more, though it is there.

    What is not asked any more is less where the benchmark is the same and nobody can say why; where the facts were judged anew,
    the selection and the terms of the bridge do.
    """
    for each in controls:
        nothing = each.after in (Standing.UNKNOWN, Standing.NOT_CHECKED)
        if each.before in _JUDGED and (nothing or (each.after is Standing.NOT_ASKED and asks_the_same)):
            yield f"{each.control} ({each.after.value})"
        elif unseen := [change.label for change in each.findings if change.state is State.NO_LONGER_KNOWN]:
            yield f"{each.control} of {_list(unseen)} ({Standing.UNKNOWN.value})"
        elif each.state is State.NO_LONGER_KNOWN:
            yield f"{each.control} ({each.after.value})"


def _remarks(before: Compared, after: Compared, shown: Alignment) -> Iterator[str]:
    one, other = before.assessment.target, after.assessment.target
    if one.engine_id and other.engine_id and one.engine_id != other.engine_id and one.name == other.name:
        yield "another engine answered on the same host: its id is not the same"
    members = {
        before.reference: [each.before for each in shown.pairs if each.before is not None],
        after.reference: [each.after for each in shown.pairs if each.after is not None],
    }
    for reference, found in members.items():
        nameless = {
            each.order
            for each in found
            if each.identity.kind == "container" and not isinstance(each.subject.facts.get("labels"), dict)
        }
        if nameless:
            count, whose = ("1 container", "its") if len(nameless) == 1 else (f"{len(nameless)} containers", "their")
            yield f"{count} of {reference} could be recognised by name alone: {whose} labels are not known"
    gone = {
        each.before.subject.id: each.before.subject.name
        for each in shown.pairs
        if each.fate is Fate.GONE and each.before is not None and each.before.subject.kind == "container"
    }
    for each in shown.pairs:
        if each.fate is Fate.APPEARED and each.after is not None and each.after.subject.id in gone:
            subject = each.after.subject
            if subject.id and subject.kind == "container":
                yield (
                    f"container {gone[subject.id]} seems to have been renamed to {subject.name}; a label chosen with"
                    " --identity-label would keep the two together"
                )


def _list(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
