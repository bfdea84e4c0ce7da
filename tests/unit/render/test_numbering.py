"""Ids in order and in ranges."""

from __future__ import annotations

import pytest

from benchmark.model.framework import Requirement
from benchmark.render.numbering import compact_ranges, ids_of, section_of, section_title
from tests.unit.render.made_assessments import requirement


@pytest.mark.parametrize(
    ("ids", "shown"),
    [
        ([], ""),
        (["2.1"], "2.1"),
        (["2.2", "2.1"], "2.1, 2.2"),
        (["2.1", "2.2", "2.3"], "2.1-2.3"),
        (["5.10", "5.9", "5.11", "5.2", "5.9"], "5.2, 5.9-5.11"),
        (["1.1.17", "1.1.18", "1.2.1", "2.1"], "1.1.17, 1.1.18, 1.2.1, 2.1"),
        (["A.5.9", "A.5.10", "A.5.11"], "A.5.9-A.5.11"),
        (["AC-1", "AC-2"], "AC-1, AC-2"),
    ],
)
def test_ranges(ids, shown):
    assert compact_ranges(ids) == shown


def test_ids_are_those_of_the_version_in_order_each_once():
    other = Requirement("x", {"1.6.0": "1.1"}, {}, {}, ())
    found = ids_of([requirement("5.10"), requirement("5.9"), requirement("5.9"), other], "1.8.0")
    assert found == ("5.9", "5.10")


def test_sections():
    assert [section_of(each) for each in ("5.10", "1.1.3", "7")] == ["5", "1.1", ""]
    assert section_title("5", {"5": "Container runtime"}) == "5 Container runtime"
    assert section_title("5", {}) == "Section 5"
    assert section_title("", {}) == "Other controls"
