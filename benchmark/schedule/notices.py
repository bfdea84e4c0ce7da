"""What is worth telling after a run: one function over what is known of it, none of which is asked for here."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from benchmark.model.comparison import Comparison, ControlChange, FindingChange, Outcome, State, got_worse
from benchmark.model.due import HostCoverage, Kept
from benchmark.model.notice import Notice, Occasion
from benchmark.model.run import Run


def list_notices(
    run: Run | None,
    comparison: Comparison | None,
    coverage: HostCoverage | None,
    failure: str,
    wanted: Collection[Occasion] = tuple(Occasion),
) -> tuple[Notice, ...]:
    """The notices of the ``wanted`` occasions, the gravest first.

    ``run`` is the latest, ``comparison`` the run before it beside it, ``coverage`` what was due since that one; each None where
    there is none. ``failure`` says how the run that just ended failed, "" when it came to a result.
    """
    found = (
        *_failed(failure),
        *(() if coverage is None else _missed(coverage)),
        *(() if comparison is None else _changes(comparison)),
        *(() if run is None else _incomplete(run)),
    )
    return tuple(each for each in found if each.occasion in wanted)


def _failed(failure: str) -> Iterator[Notice]:
    if failure:
        yield Notice(Occasion.FAILED, failure)


def _missed(coverage: HostCoverage) -> Iterator[Notice]:
    for each in coverage.coverage.due:
        if each.kept is Kept.MISSED:
            yield Notice(Occasion.MISSED, f"no run was recorded for {each.at:%Y-%m-%dT%H:%M:%SZ}")


def _changes(comparison: Comparison) -> Iterator[Notice]:
    if comparison.outcome is Outcome.NOT_COMPARABLE:
        for obstacle, why in comparison.obstacles.items():
            if obstacle not in comparison.allowed:
                yield Notice(Occasion.NOT_COMPARABLE, why)
    for control in comparison.controls:
        findings = [each for each in control.findings if got_worse(each)]
        for each in findings:
            yield _change(control, each, each.label, each.after_message)
        if not findings and got_worse(control):
            yield _change(control, control, "", control.after_message)


def _change(control: ControlChange, change: ControlChange | FindingChange, subject: str, message: str) -> Notice:
    number = f"{control.numbers[0]} " if control.numbers else ""
    occasion = Occasion.WAIVER_EXPIRED if change.state is State.WAIVER_EXPIRED else Occasion.REGRESSION
    return Notice(occasion, f"{number}{control.title}: {message}", control.control, subject)


def _incomplete(run: Run) -> Iterator[Notice]:
    without = run.counts.errors + run.counts.unknown
    if without:
        of = "1 control ended" if without == 1 else f"{without} controls ended"
        yield Notice(Occasion.INCOMPLETE, f"{of} in error or unknown in the run {run.id}")
