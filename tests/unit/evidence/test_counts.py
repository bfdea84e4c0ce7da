"""Every control that was asked for is counted once."""

import pytest

from benchmark.evidence.counts import Tally, count_results, total_of


def row(result, **more):
    return {"result": result, "reason": None, "waiver": None, **more}


ROWS = [
    row("pass"),
    row("fixed"),
    row("fail"),
    row("fail", waiver={"reason": "accepted"}),
    row("notapplicable"),
    row("notchecked"),
    row("error", reason="denied"),
    row("error", reason="no_engine"),
    row("unknown", reason="conflict"),
    row("informational"),
]


def test_every_result_has_one_place():
    tally = count_results({"results": ROWS})
    assert tally == Tally(10, 2, 1, 1, 1, 1, 1, 1, 1, 1)
    document = tally.document()
    assert document.pop("asked") == sum(document.values())


def test_several_are_added_up():
    one, other = count_results({"results": ROWS}), count_results({"results": ROWS[:3]})
    assert total_of([one, other]) == Tally(13, 4, 2, 1, 1, 1, 1, 1, 1, 1)
    assert total_of([]) == Tally()


@pytest.mark.parametrize("rows", [{}, [1], [row("passed")], [row(None)], None])
def test_what_is_no_assessment_is_refused(rows):
    with pytest.raises(ValueError):
        count_results({"results": rows})
