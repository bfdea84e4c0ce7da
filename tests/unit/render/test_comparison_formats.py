"""The three documents of a comparison: golden files, hostile names, and columns that add up to the last digit."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from benchmark.history.compare import Compared, compare_assessments
from benchmark.model.comparison import Standing, State, Term
from benchmark.render import comparison_rows
from benchmark.render.comparison_json import render_comparison_json
from benchmark.render.comparison_markdown import render_comparison_markdown
from benchmark.render.comparison_table import bridge_rows, render_comparison_table
from benchmark.render.markdown_text import code
from benchmark.render.options import RenderOptions
from benchmark.render.points import difference_text, points_texts, score_text
from benchmark.render.terminal_text import visible
from tests.torture.hostile_outputs import check_text
from tests.unit.history.assessments import about, container, roll
from tests.unit.render import made_comparisons
from tests.unit.render.made_assessments import HOSTILE
from tests.unit.render.made_comparisons import FAIL, MARKDOWN, PASS
from tests.unit.render.test_schemas import objects, schema

MADE = (
    made_comparisons.every_state,
    made_comparisons.quiet,
    made_comparisons.hostile,
    made_comparisons.together,
    made_comparisons.nothing_scorable,
)
PLAIN, VERBOSE = RenderOptions(), RenderOptions(verbose=True)
EITHER = pytest.mark.parametrize("options", [PLAIN, VERBOSE], ids=["short", "verbose"])
EACH = pytest.mark.parametrize("make", MADE, ids=[each.__name__ for each in MADE])


def table(made, options=PLAIN):
    return "".join(render_comparison_table(made, options))


def markdown(made, options=PLAIN):
    return "".join(render_comparison_markdown(made, options))


def document(made):
    return json.loads("".join(render_comparison_json(made)))


def test_golden_files(golden) -> None:
    made = made_comparisons.every_state()
    golden("comparison.txt", table(made))
    golden("comparison_verbose.txt", table(made, VERBOSE))
    golden("comparison.md", markdown(made))
    golden("comparison.json", "".join(render_comparison_json(made)))


def test_the_schema_is_valid_and_closed() -> None:
    Draft202012Validator.check_schema(schema("comparison"))
    assert all(each["additionalProperties"] is False for each in objects(schema("comparison")))


@EACH
def test_documents_conform(make) -> None:
    assert not [*Draft202012Validator(schema("comparison")).iter_errors(document(make()))]


def test_the_schema_knows_every_word() -> None:
    named = schema("comparison")["$defs"]
    assert named["state"]["enum"] == [*State]
    assert named["standing"]["enum"] == [*Standing]
    terms = schema("comparison")["properties"]["bridge"]["properties"]["terms"]["items"]["properties"]["terms"]
    assert terms["items"]["enum"] == [*Term]


def test_every_state_but_unchanged_has_a_title_and_a_place() -> None:
    assert {*comparison_rows.ORDER, State.UNCHANGED} == set(State)
    assert set(comparison_rows.TITLES) == set(comparison_rows.ORDER)
    told = {each for each in comparison_rows.ORDER if comparison_rows.rows_of(made_comparisons.every_state(), each)}
    assert told == set(comparison_rows.ORDER)


@EACH
@EITHER
def test_the_table_is_printable_and_within_its_width(make, options) -> None:
    assert check_text(table(make(), options), colour=False, width=None if options.verbose else 100)


@EACH
@EITHER
def test_what_strangers_wrote_stands_in_code_spans_alone(make, options) -> None:
    """With every code span taken out nothing is left that could be markup, a link, a mention or a line of theirs."""
    for line in markdown(make(), options).split("\n"):
        assert line.isprintable()
        rest = re.sub(r"(?<!`)(`+)(?!`)(?:(?!(?<!`)\1(?!`)).)+(?<!`)\1(?!`)", "", line)
        assert "`" not in rest, line
        assert not re.search(r"[<>\[\]@\\~&]|https?:|onclick|\*_", rest), line
        assert line.startswith("|") or "|" not in rest, line


@given(st.text())
def test_a_code_span_gives_back_what_it_was_given(text) -> None:
    """Read as CommonMark 6.1 says: a span ends at the next run of backticks of the same length."""
    made = code(text)
    fence = re.match(r"`+", made)[0]
    assert made.endswith(fence)
    inner = made[len(fence) : -len(fence)]
    assert fence not in re.findall(r"`+", inner)
    assert "\n" not in made
    if inner.startswith(" ") and inner.endswith(" ") and inner.strip(" "):
        inner = inner[1:-1]
    assert inner == (visible(text) or " ")


def test_code_spans() -> None:
    assert code("a") == "`a`"
    assert code("a`b") == "``a`b``"
    assert code("`a") == "`` `a ``"
    assert code("") == "` `"
    assert code("a\nb") == "`a\\nb`"
    assert code(MARKDOWN).startswith("``` ")
    assert code(HOSTILE).isprintable()


@EACH
def test_the_printed_columns_add_up(make) -> None:
    (_, *first), *terms, (_, *last), (_, *difference) = bridge_rows(make())
    for column in (0, 1):
        if "n/a" in (first[column], last[column]):
            assert {each[column + 1] for each in terms} == {difference[column]} == {"n/a"}
            continue
        total = Decimal(last[column]) - Decimal(first[column])
        assert sum(Decimal(each[column + 1]) for each in terms) == total == Decimal(difference[column])


@given(
    st.fractions(0, 100, max_denominator=120),
    st.lists(st.one_of(st.just(Fraction()), st.fractions(-60, 60, max_denominator=120)), min_size=1, max_size=6),
)
def test_rounded_points_add_up_and_are_near_the_exact_ones(before, points) -> None:
    after = before + sum(points, Fraction())
    texts = points_texts(before, after, points)
    total = Decimal(difference_text(before, after))
    assert sum(map(Decimal, texts)) == total
    assert total == Decimal(score_text(after)) - Decimal(score_text(before))
    for text, exact in zip(texts, points, strict=True):
        assert abs(Fraction(text) - exact) < Fraction(2, 100)
        if not exact and any(points):
            assert text == "0"


def test_a_term_that_is_nothing_stays_nothing_where_the_ends_are_rounded_apart() -> None:
    assert points_texts(Fraction(1, 200), Fraction(3, 200), [Fraction(), Fraction(1, 100)]) == ["0", "+0.02"]
    assert points_texts(Fraction(3, 200), Fraction(5, 200), [Fraction(1, 100), Fraction()]) == ["0", "0"]


def test_points_of_an_end_without_a_score() -> None:
    assert points_texts(None, Fraction(50), [None]) == ["n/a"]
    assert difference_text(None, Fraction(50)) == "n/a"
    assert score_text(None) == "n/a"


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_exact_points_add_up_in_the_document(one, other) -> None:
    made = compare_assessments(Compared(roll(one), "a", "run"), Compared(roll(other), "b", "run"))
    bridge = document(made)["bridge"]
    for name in ("points_exact", "points_after_waivers_exact"):
        texts = [each[name] for each in bridge["terms"]]
        if bridge["difference"][name] is None:
            assert texts == [None] * len(texts)
        else:
            assert sum(map(Fraction, texts)) == Fraction(bridge["difference"][name])


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_every_finding_is_counted_once(one, other) -> None:
    made = document(compare_assessments(Compared(roll(one), "a", "run"), Compared(roll(other), "b", "run")))
    listed = sum(len(each["findings"]) + each["unchanged"] for each in made["controls"])
    assert sum(made["counts"]["findings"].values()) == listed
    assert sum(made["counts"]["controls"].values()) == len(made["controls"])


def test_long_lists_are_cut_unless_verbose() -> None:
    many = [container(f"c{each:03}", {}) for each in range(60)]
    made = compare_assessments(
        Compared(about(*((each, PASS) for each in many)), "a", "run"),
        Compared(about(*((each, FAIL) for each in many)), "b", "run"),
    )
    assert "and 40 more (--verbose shows all)" in table(made)
    assert "c059" not in table(made)
    assert "c059" in table(made, VERBOSE)
    assert "* and 35 more" in markdown(made)
    assert "c059" in markdown(made, VERBOSE)
    assert "regressed: 60 failures not there before" in table(made)


def test_colour_is_ours_alone() -> None:
    text = table(made_comparisons.every_state(), RenderOptions(colour=True))
    assert re.sub(r"\x1b\[(?:1|2|31|32|33|35|36)m([^\x1b]*)\x1b\[0m", r"\1", text).replace("\n", "").isprintable()
    assert "\x1b[31m" in text
