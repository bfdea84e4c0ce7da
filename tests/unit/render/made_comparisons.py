"""Comparisons made by hand for the tests of the renderers."""

from __future__ import annotations

from dataclasses import replace

from benchmark.history.bridge import Step
from benchmark.history.compare import Compared, Reevaluated, compare_assessments
from benchmark.model.comparison import Obstacle, Term
from benchmark.model.result import Result
from tests.unit.history.assessments import RECORD, about, compose, container, finding, judged, of
from tests.unit.render.made_assessments import HOSTILE

PASS, FAIL, ERROR, MANUAL, INAPPLICABLE = (
    Result.PASS,
    Result.FAIL,
    Result.ERROR,
    Result.NOTCHECKED,
    Result.NOTAPPLICABLE,
)
MARKDOWN = "`*_x_*` | <b onclick=x> [a](javascript:x) ![i](http://e) @team #1 &lt; ~~~ \\` https://e.example ``"


def every_state():
    """Each of the states, replicas, renamed and hostile subjects, and what stands in the way of a comparison."""
    web, db, cache = container("web", {}), container("db", {}), container("cache", {})
    shop, more = (container(f"shop-web-{each}", compose("shop", "web", each)) for each in (1, 2))
    hostile, markdown = container(HOSTILE, {}), container(MARKDOWN, {})
    before = of(
        judged("regressed", finding(web, PASS), finding(hostile, PASS), finding(markdown, PASS)),
        judged("new", finding(web, INAPPLICABLE), ids=("5.6",)),
        judged("expired", finding(web, FAIL, waiver="W-1"), ids=("5.7",)),
        judged("lost", finding(web, PASS), ids=("5.8",)),
        judged("unchecked", finding(web, FAIL), ids=("5.9",)),
        judged("checked", finding(web, ERROR), ids=("5.10",)),
        judged("changed", finding(web, FAIL, 1), ids=("5.11",)),
        judged("persisting", finding(web, FAIL), finding(shop, FAIL), ids=("5.12",)),
        judged("waived", finding(web, FAIL), ids=("5.13",)),
        judged(
            "fixed", finding(web, FAIL), finding(container("old_1", compose("shop", "api", 1)), FAIL), ids=("5.14",)
        ),
        judged("gone", finding(db, FAIL), ids=("5.15",)),
        judged("same", finding(web, PASS), ids=("5.16",)),
        judged("dropped", finding(web, FAIL), ids=("5.17",)),
    )
    after = of(
        judged("regressed", finding(web, FAIL), finding(hostile, FAIL), finding(markdown, FAIL)),
        judged("new", finding(web, FAIL), ids=("5.6",)),
        judged("expired", finding(web, FAIL), ids=("5.7",)),
        judged("lost", finding(web, ERROR), ids=("5.8",)),
        judged("unchecked", finding(web, MANUAL), ids=("5.9",)),
        judged("checked", finding(web, PASS), ids=("5.10",)),
        judged("changed", finding(web, FAIL, 2), ids=("5.11",)),
        judged("persisting", finding(web, FAIL), finding(shop, FAIL), finding(more, FAIL), ids=("5.12",)),
        judged("waived", finding(web, FAIL, waiver="W-2"), waiver=RECORD, ids=("5.13",)),
        judged("fixed", finding(web, PASS), finding(container("api", compose("shop", "api", 1)), PASS), ids=("5.14",)),
        judged("gone", ids=("5.15",)),
        judged("same", finding(web, PASS), finding(cache, FAIL), ids=("5.16",)),
        judged("asked", finding(web, FAIL), ids=("5.18",)),
        target=replace(before.target, name="web-prod-18"),
        release="1.4",
    )
    return compare_assessments(
        Compared(before, "release:1.3", "run", "20261120T080002Z-00000001"),
        Compared(after, "results.json", "result file"),
        allowed=[Obstacle.HOST],
    )


def hostile():
    """Everything that a document of strangers can name, in one comparison."""
    made = about((container(MARKDOWN, {}), FAIL), release=MARKDOWN, profile=MARKDOWN, benchmark_version=MARKDOWN)
    row = replace(made.results[0], control=replace(made.results[0].control, id=MARKDOWN, title=HOSTILE))
    requirements = tuple(replace(each, ids={MARKDOWN: MARKDOWN}) for each in row.requirements)
    made = replace(made, results=(replace(row, requirements=requirements),), target=replace(made.target, name=HOSTILE))
    other = replace(made, results=(replace(made.results[0], findings=(finding(container(HOSTILE), FAIL),)),))
    return compare_assessments(Compared(made, HOSTILE, "result file"), Compared(other, MARKDOWN, "run", MARKDOWN))


def quiet():
    """Nothing changed, nothing failed."""
    made = about((container("web", {}), PASS))
    return compare_assessments(Compared(made, "latest~1", "run", "r1"), Compared(made, "latest", "run", "r2"))


def together():
    """Terms that could not be told apart."""
    ends = [about((container("web", {}), each)) for each in (PASS, FAIL)]
    chain = (Step((Term.CONTENT_AND_TOOL, Term.BENCHMARK_VERSION), *ends),)
    return compare_assessments(
        Compared(ends[0], "a", "run", "a"), Compared(ends[1], "b", "run", "b"), Reevaluated(ends[1], ends[1], chain)
    )


def nothing_scorable():
    """An end without a score."""
    ends = [about((container("web", {}), each)) for each in (INAPPLICABLE, FAIL)]
    return compare_assessments(Compared(ends[0], "a", "snapshot"), Compared(ends[1], "b", "snapshot"))
