"""Which state a pair of standings is: one table, and the two places where more than the pair decides.

docs/compare.md shows the table to readers; a test holds both together and walks through every pair.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from benchmark.model.comparison import Standing, State
from benchmark.model.result import Result

STANDINGS: Final[Mapping[Result, Standing]] = {
    Result.PASS: Standing.PASS,
    Result.FIXED: Standing.PASS,
    Result.FAIL: Standing.FAIL,
    Result.ERROR: Standing.UNKNOWN,
    Result.UNKNOWN: Standing.UNKNOWN,
    Result.NOTAPPLICABLE: Standing.NOT_APPLICABLE,
    Result.NOTCHECKED: Standing.NOT_CHECKED,
    Result.INFORMATIONAL: Standing.NOT_CHECKED,
    Result.NOTSELECTED: Standing.NOT_CHECKED,
}

_NOT_ASKED, _ABSENT = Standing.NOT_ASKED, Standing.ABSENT
_INAPPLICABLE, _UNCHECKED, _UNKNOWN = Standing.NOT_APPLICABLE, Standing.NOT_CHECKED, Standing.UNKNOWN
_PASS, _WAIVED, _FAIL = Standing.PASS, Standing.WAIVED, Standing.FAIL
_BEFORE: Final = (_NOT_ASKED, _ABSENT, _INAPPLICABLE, _UNCHECKED, _UNKNOWN, _PASS, _WAIVED, _FAIL)

# A row for every standing after, a column for every standing before, in the order of _BEFORE. None: there is no finding on
# either side, so nobody ever asks.
_NEWLY, _NO_LONGER = State.NEWLY_CHECKED, State.NO_LONGER_CHECKED
_LOST, _SAME = State.NO_LONGER_KNOWN, State.UNCHANGED
_ROWS: Final[Mapping[Standing, tuple[State | None, ...]]] = {
    # before:    not asked, not there, not applicable, not checked, no verdict, pass, waived, fail
    _NOT_ASKED: (None, None, _NO_LONGER, _NO_LONGER, _NO_LONGER, _NO_LONGER, _NO_LONGER, _NO_LONGER),
    _ABSENT: (None, None, State.GONE, State.GONE, State.GONE, State.GONE, State.GONE, State.GONE),
    _INAPPLICABLE: (_NEWLY, State.APPEARED, _SAME, _NEWLY, _NEWLY, _NO_LONGER, _NO_LONGER, _NO_LONGER),
    _UNCHECKED: (_NEWLY, State.APPEARED, _NO_LONGER, _SAME, _NO_LONGER, _NO_LONGER, _NO_LONGER, _NO_LONGER),
    _UNKNOWN: (_NEWLY, State.APPEARED, _LOST, _LOST, _SAME, _LOST, _LOST, _LOST),
    _PASS: (_NEWLY, State.APPEARED, _NEWLY, _NEWLY, _NEWLY, _SAME, State.FIXED, State.FIXED),
    _WAIVED: (
        *(_NEWLY, State.APPEARED, State.WAIVED_NOW, State.WAIVED_NOW, State.WAIVED_NOW),
        *(State.WAIVED_NOW, State.PERSISTING, State.WAIVED_NOW),
    ),
    _FAIL: (
        *(_NEWLY, State.APPEARED, State.NEW, State.NEW, State.NEW),
        *(State.REGRESSED, State.WAIVER_EXPIRED, State.PERSISTING),
    ),
}

TABLE: Final[Mapping[tuple[Standing, Standing], State]] = {
    (before, after): state
    for after, row in _ROWS.items()
    for before, state in zip(_BEFORE, row, strict=True)
    if state is not None
}

MEANINGS: Final[Mapping[State, str]] = {
    State.REGRESSED: "it passed and fails now, about a subject that was there before",
    State.NEW: "it fails now and had no verdict before (not applicable, left to a person, or could not be looked at), about a"
    " subject that was there",
    State.WAIVER_EXPIRED: "it failed under a waiver and fails without one now: the waiver expired or was taken out",
    State.APPEARED: "the subject was not there before; what it brings stands beside the state",
    State.NO_LONGER_KNOWN: "error or unknown now, and it was neither before",
    State.NO_LONGER_CHECKED: "the control is not asked any more, or has no verdict about this subject any more: not applicable,"
    " or left to a person",
    State.NEWLY_CHECKED: "the control was not asked before; or it has a verdict now, and no failure, where it had none",
    State.CHANGED: "it failed and fails, and what was seen or what is expected is not the same",
    State.PERSISTING: "it failed and fails in the same way, waived both times or neither time",
    State.WAIVED_NOW: "it fails under a waiver now and did not before",
    State.FIXED: "it failed, waived or not, and passes now, about the same subject",
    State.GONE: "the subject is not there any more, and its finding went with it",
    State.UNCHANGED: "as it was: passed both times, or without a verdict both times",
}


def state_of(before: Standing, after: Standing, *, tells_the_same: bool) -> State:
    """The state of a pair. Raises KeyError for a pair with no finding on either side.

    ``tells_the_same`` parts what persists from what fails in another way.
    """
    state = TABLE[before, after]
    return State.CHANGED if state is State.PERSISTING and not tells_the_same else state
