"""What a reader of a comparison is told, state by state, the worst first: shared by the table and Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from benchmark.model.comparison import (
    Comparison,
    ControlChange,
    Fate,
    FindingChange,
    Outcome,
    Standing,
    State,
    got_worse,
)

ORDER: Final = (
    State.REGRESSED,
    State.NEW,
    State.WAIVER_EXPIRED,
    State.APPEARED,
    State.NO_LONGER_KNOWN,
    State.NO_LONGER_CHECKED,
    State.NEWLY_CHECKED,
    State.CHANGED,
    State.WAIVED_NOW,
    State.FIXED,
    State.GONE,
    State.PERSISTING,
)
TITLES: Final = {
    State.REGRESSED: "Regressed: passed before, fails now",
    State.NEW: "New: fails now, had no verdict before",
    State.WAIVER_EXPIRED: "Waiver expired: fails without a waiver now",
    State.APPEARED: "Appeared with their subject",
    State.NO_LONGER_KNOWN: "No longer known: could not be looked at",
    State.NO_LONGER_CHECKED: "No longer checked",
    State.NEWLY_CHECKED: "Newly checked",
    State.CHANGED: "Changed: fails in another way",
    State.WAIVED_NOW: "Waived now",
    State.FIXED: "Fixed: failed before, passes now",
    State.GONE: "Gone with their subject",
    State.PERSISTING: "Persisting: failed before, fails now",
}
_WORTH_TELLING: Final = frozenset({Standing.FAIL, Standing.WAIVED, Standing.UNKNOWN})
_TOLD_BY_WHAT_WAS: Final = frozenset({State.FIXED, State.GONE, State.NO_LONGER_CHECKED})


@dataclass(frozen=True, slots=True)
class Told:
    """One line: the control, and what is said of a subject, or of the control as a whole.

    ``identity`` is what the subject was recognised by, where that is not its name; ``was`` what it was called before, where
    that is another name. ``remark`` is in our own words.
    """

    control: ControlChange
    message: str
    identity: str = ""
    was: str = ""
    remark: str = ""


def rows_of(comparison: Comparison, state: State) -> list[Told]:
    """What is told of ``state``.

    A control as a whole is told where its findings do not tell it. Of subjects that came and went only what fails, or could not
    be judged; of controls that only one side asks nothing but that.
    """
    rows: list[Told] = []
    for control in comparison.controls:
        is_whole = Standing.NOT_ASKED in (control.before, control.after)
        told = () if is_whole else [each for each in control.findings if _is_told(each)]
        rows += [_of_finding(control, each) for each in told if each.state is state]
        is_lost = state is State.NO_LONGER_KNOWN and not any(each.state is state for each in told)
        if control.state is state and (is_lost or not told):
            rows.append(_of_control(control))
    return rows


def subjects_of(comparison: Comparison, fate: Fate) -> list[str]:
    """The subjects that appeared or are gone, in order, each once."""
    state = State.APPEARED if fate is Fate.APPEARED else State.GONE
    names = (each.label for row in comparison.controls for each in row.findings if each.state is state)
    return sorted(dict.fromkeys(names))


def verdict_of(comparison: Comparison) -> str:
    """The last line: what the comparison comes to, and why."""
    count = sum(_worsened(each) for each in comparison.controls)
    worse = f"{count} failure{'' if count == 1 else 's'} not there before"
    match comparison.outcome:
        case Outcome.NOT_COMPARABLE:
            named = " ".join(f"--allow {each.value}" for each in comparison.obstacles if each not in comparison.allowed)
            return f"not comparable: {f'{worse}; ' if count else ''}{named} compares all the same"
        case Outcome.REGRESSED:
            return f"regressed: {worse}"
        case Outcome.SAME_OR_BETTER:
            fixed = sum(each.state is State.FIXED for row in comparison.controls for each in row.findings)
            return f"same or better: no failure that was not there before{f', {fixed} fixed' if fixed else ''}"


def _worsened(control: ControlChange) -> int:
    """How many failures of a control were none before; the control itself counts where none of its findings tells it."""
    return sum(map(got_worse, control.findings)) or int(got_worse(control))


def obstacles_of(comparison: Comparison) -> Iterator[str]:
    """What stands in the way of a comparison, a sentence each."""
    for each, told in comparison.obstacles.items():
        yield f"{told} (allowed)" if each in comparison.allowed else told


def _is_told(change: FindingChange) -> bool:
    match change.state:
        case State.APPEARED:
            return change.after_standing in _WORTH_TELLING
        case State.GONE:
            return change.before_standing in _WORTH_TELLING
        case _:
            return True


def _of_finding(control: ControlChange, change: FindingChange) -> Told:
    before = change.state in _TOLD_BY_WHAT_WAS
    remarks = (
        "one more of its service" if change.fate is Fate.SCALED else "",
        _remark(change.state, change.before_standing, change.after_standing),
        _BY_TERMS if change.by_terms and change.state in _BLAMED else "",
    )
    return Told(
        control,
        (change.before_message if before else change.after_message) or change.before_message,
        "" if change.identity.startswith(("name ", "the only ")) else change.identity,
        change.before if change.before and change.after and change.before != change.after else "",
        "; ".join(each for each in remarks if each),
    )


def _of_control(control: ControlChange) -> Told:
    before = control.state in _TOLD_BY_WHAT_WAS
    message = (control.before_message if before else control.after_message) or control.before_message
    remarks = (
        _remark(control.state, control.before, control.after),
        _BY_TERMS if control.by_terms and control.state in _BLAMED else "",
    )
    return Told(control, message, remark="; ".join(each for each in remarks if each))


_BY_TERMS: Final = "what was there before fails as well under the later content and policy"
_BLAMED: Final = frozenset({State.REGRESSED, State.NEW, State.NEWLY_CHECKED})
_PLAIN: Final = frozenset({State.REGRESSED, State.CHANGED, State.WAIVER_EXPIRED})


def _remark(state: State, before: Standing, after: Standing) -> str:
    """What stands beside a state where it leaves something open."""
    match state:
        case State.PERSISTING:
            return "waived" if after is Standing.WAIVED else ""
        case State.APPEARED:
            return after.value
        case State.GONE:
            return f"was {before.value}"
        case State.FIXED:
            return "was waived" if before is Standing.WAIVED else ""
        case _:
            return "" if state in _PLAIN else f"{before.value}, then {after.value}"
