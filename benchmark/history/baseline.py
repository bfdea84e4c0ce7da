"""What an assessment has that its baseline does not hold: new failures, and what could be looked at then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmark.history.alignment import align
from benchmark.history.changes import list_changes
from benchmark.model.comparison import ControlChange, FindingChange, Standing, State, is_new_failure
from benchmark.model.result import Assessment


@dataclass(frozen=True, slots=True)
class Since:
    """Sentences, each behind its control: failures, not waived, that the baseline does not hold; and what it could judge and
    this cannot.
    """

    failures: tuple[str, ...]
    unseen: tuple[str, ...]


def list_since(baseline: Assessment, assessment: Assessment, labels: Sequence[str] = ()) -> Since:
    """What is new in ``assessment``. ``labels`` are keys of labels by which containers are recognised."""
    changes = tuple(list_changes(align(baseline, assessment, labels)))
    return Since(tuple(_sentences(changes, is_new_failure)), tuple(_sentences(changes, _is_newly_unseen)))


def _sentences(
    changes: Sequence[ControlChange], is_meant: Callable[[ControlChange | FindingChange], bool]
) -> Iterator[str]:
    """One for each finding; for a control as a whole where none of its findings tells it."""
    for row in changes:
        told = [each.after_message for each in row.findings if is_meant(each)]
        if not told and is_meant(row):
            told = [row.after_message]
        yield from (f"{row.control}: {each}" for each in told)


def _is_newly_unseen(change: ControlChange | FindingChange) -> bool:
    after = change.after if isinstance(change, ControlChange) else change.after_standing
    return after is Standing.UNKNOWN and change.state is not State.UNCHANGED
