"""Every report of a recorded run says the run and the head of its chain; the others are as they were."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmark.model.run import Recorded
from benchmark.render import render_many
from benchmark.render.formats import FORMATS
from tests.unit.render.made_assessments import every_result, options_for

HEAD = "sha256:" + "5d" * 32
RECORDED = Recorded("20261127T142455Z-3f2a9c1b", 17, "sha256:" + "1c" * 32, HEAD)


def rendered(name, *made):
    return "".join(render_many(name, made, options_for(*made)))


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_says_where_its_run_is_recorded(name):
    plain = every_result()
    text = rendered(name, replace(plain, recorded=RECORDED))
    assert RECORDED.run in text
    assert HEAD in text
    assert HEAD not in rendered(name, plain)


@pytest.mark.parametrize("name", ["json", "xccdf", "arf"])
def test_so_does_each_of_several(name):
    one = replace(every_result(), recorded=RECORDED)
    other = replace(one, recorded=replace(RECORDED, run="20261127T142455Z-00000002", head="sha256:" + "6e" * 32))
    text = rendered(name, one, other)
    for each in (one, other):
        assert each.recorded.run in text
        assert each.recorded.head in text
