"""Every pair of standings is one state, and what the page tells readers is the table."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from benchmark.history.states import MEANINGS, STANDINGS, TABLE, state_of
from benchmark.model.comparison import WORSE, Standing, State
from benchmark.model.result import Result

NOWHERE = (Standing.NOT_ASKED, Standing.ABSENT)
PAGE = Path(__file__).parents[3] / "docs" / "compare.md"


def test_every_pair_with_a_finding_is_classified_once() -> None:
    pairs = set(itertools.product(Standing, Standing)) - set(itertools.product(NOWHERE, NOWHERE))
    assert set(TABLE) == pairs
    assert len(pairs) == 60


@pytest.mark.parametrize("pair", [*itertools.product(NOWHERE, NOWHERE)])
def test_where_there_is_no_finding_there_is_no_state(pair) -> None:
    with pytest.raises(KeyError):
        state_of(*pair, tells_the_same=True)


def test_every_state_occurs_and_means_something() -> None:
    assert {*TABLE.values(), State.CHANGED} == set(State) == set(MEANINGS)


def test_every_result_has_a_standing() -> None:
    assert set(STANDINGS) == set(Result)


@pytest.mark.parametrize(("before", "after"), [*TABLE])
def test_laws_of_the_table(before, after) -> None:
    state = TABLE[before, after]
    fails = (Standing.FAIL, Standing.WAIVED)
    if before is after:
        assert state is (State.PERSISTING if after in fails else State.UNCHANGED)
    else:
        assert state is not State.UNCHANGED
    assert (state is State.GONE) is (after is Standing.ABSENT)
    assert (state is State.APPEARED) is (before is Standing.ABSENT)
    assert (state is State.FIXED) is (before in fails and after is Standing.PASS)
    assert (state is State.REGRESSED) is (before is Standing.PASS and after is Standing.FAIL)
    assert (state is State.WAIVER_EXPIRED) is (before is Standing.WAIVED and after is Standing.FAIL)
    if state is State.NO_LONGER_KNOWN:
        assert after is Standing.UNKNOWN
    if before is Standing.NOT_ASKED:
        assert state is State.NEWLY_CHECKED
    if after is Standing.NOT_ASKED:
        assert state is State.NO_LONGER_CHECKED


def test_a_failure_that_was_none_is_in_a_state_that_counts_as_worse() -> None:
    for before in set(Standing) - {Standing.FAIL, Standing.NOT_ASKED}:
        assert TABLE[before, Standing.FAIL] in WORSE
    assert TABLE[Standing.FAIL, Standing.FAIL] not in WORSE


def test_what_fails_in_another_way_has_changed_and_nothing_else_has() -> None:
    for (before, after), state in TABLE.items():
        other = state_of(before, after, tells_the_same=False)
        assert other is (State.CHANGED if state is State.PERSISTING else state)


def test_the_page_shows_the_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert table_for_readers() in page, f"put this into docs/compare.md:\n{table_for_readers()}"
    for state, meaning in MEANINGS.items():
        assert f"| {state.value} | {meaning} |" in page, f"| {state.value} | {meaning} |"


def table_for_readers() -> str:
    """The table in Markdown: a row for every standing before, a column for every standing after."""
    lines = [f"| before \\ after | {' | '.join(Standing)} |", "| --- |" + " --- |" * len(Standing)]
    for before in Standing:
        cells = (TABLE.get((before, after)) for after in Standing)
        lines.append(f"| **{before.value}** | {' | '.join(each.value if each else '' for each in cells)} |")
    return "\n".join(lines)
