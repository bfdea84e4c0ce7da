"""Our four XCCDF scores beside those of oscap: equal, except where oscap is known to leave NIST IR 7275r4.

Each deviation is a row that is asserted: the day oscap mends one, the row fails and is taken out.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from benchmark.evaluate import scores
from benchmark.model.result import Result
from tests.openscap.scored_benchmarks import (
    XCCDF,
    Branch,
    Leaf,
    Scores,
    oscap_scores,
    our_scores,
    random_benchmark,
    run_oscap,
)
from tests.torture.size import dice, sized

pytestmark = pytest.mark.openscap

PASS, FAIL = Leaf(Result.PASS), Leaf(Result.FAIL)
_SINGLE_PRECISION = Decimal("0.00001")  # relative: oscap adds 32-bit floats and prints six places


@pytest.mark.parametrize("part", range(4))
def test_oscap_computes_what_we_compute(tmp_path: Path, part: int) -> None:
    rolls: random.Random = dice(f"scores {part}")
    seen: set[Result] = set()
    for _ in range(sized(50, 500)):
        benchmark = random_benchmark(rolls)
        seen |= _results(benchmark)
        assert_same_scores(benchmark, our_scores(benchmark), oscap_scores(benchmark, tmp_path))
    assert seen == set(Result)


def assert_same_scores(benchmark: Branch, ours: Scores, theirs: Scores) -> None:
    """Every model alike up to single precision; oscap's maximum of the absolute model is that of the flat one."""
    assert theirs.keys() == ours.keys()
    for model, (score, maximum) in ours.items():
        expected = (score, ours["flat"][1] if model == "absolute" else maximum)
        for value, other in zip(expected, theirs[model], strict=True):
            assert abs(value - other) <= max(value * _SINGLE_PRECISION, _SINGLE_PRECISION), (
                model,
                expected,
                theirs,
                benchmark,
            )


@pytest.mark.parametrize(
    "seeded",
    [
        pytest.param("errors do not count", id="errors left out"),
        pytest.param("groups weigh nothing", id="group weights ignored"),
        pytest.param("fixed is a failure", id="fixed counted as fail"),
    ],
)
def test_a_seeded_bug_in_our_scores_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seeded: str) -> None:
    match seeded:
        case "errors do not count":
            monkeypatch.setattr(scores, "_LEFT_OUT", scores._LEFT_OUT | {Result.ERROR})
        case "fixed is a failure":
            monkeypatch.setattr(scores, "_GOOD", frozenset({Result.PASS}))
        case _:
            monkeypatch.setattr(scores, "Group", lambda children, _weight: scores_group(children))
    with pytest.raises(AssertionError):
        _compare_forty(tmp_path)


def _compare_forty(directory: Path) -> None:
    rolls = random.Random(7)
    for _ in range(40):
        benchmark = random_benchmark(rolls)
        assert_same_scores(benchmark, our_scores(benchmark), oscap_scores(benchmark, directory))


scores_group = scores.Group


@dataclass(frozen=True)
class Deviation:
    """A benchmark, and by model what the standard says and what oscap says."""

    name: str
    benchmark: Branch
    standard: dict[str, tuple[str, str]]
    oscap: dict[str, tuple[str, str]]


DEVIATIONS = (
    Deviation(
        "a rule of weight 0 counts in the flat-unweighted model",
        Branch((Leaf(Result.PASS, "0"), PASS, FAIL)),
        {"flat": ("1", "2"), "flat-unweighted": ("1", "2")},
        {"flat": ("1", "2"), "flat-unweighted": ("2", "3")},
    ),
    Deviation(
        "the maximum of the absolute model is the flat one's, though its score is 0 or 1",
        Branch((PASS, PASS, PASS)),
        {"absolute": ("1", "1"), "flat": ("3", "3")},
        {"absolute": ("1", "3"), "flat": ("3", "3")},
    ),
    Deviation(
        "where nothing counts there is a score all the same",
        Branch((Leaf(Result.NOTCHECKED), Leaf(Result.NOTAPPLICABLE))),
        {},
        {"default": ("0", "100"), "flat": ("0", "0"), "flat-unweighted": ("0", "0"), "absolute": ("1", "0")},
    ),
    Deviation(
        "sums are made in single precision",
        Branch((Leaf(Result.PASS, "1"), Leaf(Result.PASS, "0.1"), Leaf(Result.PASS, "0.2"))),
        {"default": ("100", "100")},
        {"default": ("99.999992", "100")},
    ),
)


@pytest.mark.parametrize("deviation", DEVIATIONS, ids=lambda each: each.name)
def test_oscap_deviates_where_it_is_known_to(tmp_path: Path, deviation: Deviation) -> None:
    ours, theirs = our_scores(deviation.benchmark), oscap_scores(deviation.benchmark, tmp_path)
    assert {model: ours[model] for model in deviation.standard} == _decimals(deviation.standard)
    assert {model: theirs[model] for model in deviation.oscap} == _decimals(deviation.oscap)
    assert bool(ours) == bool(deviation.standard)
    assert deviation.standard != deviation.oscap


def test_oscap_does_not_weigh_by_a_profiles_refined_rule(tmp_path: Path) -> None:
    """refine-rule weight="3" on the failed one of two rules: 25 of 100 by the standard; oscap stays at 50."""
    head = (
        '<Profile id="xccdf_t_profile_heavy">\n<title>heavy</title>\n'
        '<select idref="xccdf_t_rule_0" selected="true"/>\n<select idref="xccdf_t_rule_1" selected="true"/>\n'
        '<refine-rule idref="xccdf_t_rule_1" weight="3"/>\n</Profile>'
    )
    theirs = oscap_scores(Branch((PASS, FAIL)), tmp_path, head=head, profile="xccdf_t_profile_heavy")
    assert (theirs["default"], theirs["flat"]) == _pairs(("50", "100"), ("1", "2"))
    refined = our_scores(Branch((PASS, Leaf(Result.FAIL, "3"))))
    assert (refined["default"], refined["flat"]) == _pairs(("25", "100"), ("1", "4"))


def test_oscap_looks_at_one_of_several_results_of_a_rule(tmp_path: Path) -> None:
    """A rule with a pass and a fail (multi-check) and one that passes: by the standard one and a half of two."""
    (tmp_path / "oval.xml").write_text(_OVAL)
    (tmp_path / "benchmark.xml").write_text(_MULTI_CHECK)
    theirs = run_oscap(tmp_path)
    assert [theirs["flat"]] == [*_pairs(("1", "2"))]  # the fail alone counts
    ours = scores.xccdf_scores(scores.Group((scores.Rule((Result.PASS, Result.FAIL)), scores.Rule((Result.PASS,)))))
    assert next(each.score for each in ours if each.system.endswith(":flat")) == Decimal("1.5")


def _decimals(pairs: dict[str, tuple[str, str]]) -> Scores:
    return {model: (Decimal(score), Decimal(maximum)) for model, (score, maximum) in pairs.items()}


def _pairs(*pairs: tuple[str, str]) -> tuple[tuple[Decimal, Decimal], ...]:
    return tuple((Decimal(score), Decimal(maximum)) for score, maximum in pairs)


def _results(item: Branch | Leaf) -> set[Result]:
    return {item.result} if isinstance(item, Leaf) else set().union(*map(_results, item.children))


_MULTI_CHECK = f"""<?xml version="1.0" encoding="UTF-8"?>
<Benchmark xmlns="{XCCDF}" id="xccdf_t_benchmark_multi">
<status>draft</status>
<version>1</version>
<model system="urn:xccdf:scoring:flat"/>
<Rule id="xccdf_t_rule_both" selected="true">
<title>both</title>
<check system="http://oval.mitre.org/XMLSchema/oval-definitions-5" multi-check="true">
<check-content-ref href="oval.xml"/>
</check>
</Rule>
<Rule id="xccdf_t_rule_one" selected="true">
<title>one</title>
<check system="http://oval.mitre.org/XMLSchema/oval-definitions-5">
<check-content-ref href="oval.xml" name="oval:t:def:1"/>
</check>
</Rule>
</Benchmark>
"""
_OVAL = """<?xml version="1.0" encoding="UTF-8"?>
<oval_definitions xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5"
 xmlns:oval="http://oval.mitre.org/XMLSchema/oval-common-5"
 xmlns:unix="http://oval.mitre.org/XMLSchema/oval-definitions-5#unix">
<generator>
<oval:schema_version>5.11.2</oval:schema_version>
<oval:timestamp>2026-11-25T00:00:00</oval:timestamp>
</generator>
<definitions>
<definition class="compliance" id="oval:t:def:1" version="1">
<metadata>
<title>there</title>
<description>there</description>
</metadata>
<criteria>
<criterion test_ref="oval:t:tst:1"/>
</criteria>
</definition>
<definition class="compliance" id="oval:t:def:2" version="1">
<metadata>
<title>not there</title>
<description>not there</description>
</metadata>
<criteria negate="true">
<criterion test_ref="oval:t:tst:1"/>
</criteria>
</definition>
</definitions>
<tests>
<unix:file_test check="all" check_existence="at_least_one_exists" comment="there" id="oval:t:tst:1" version="1">
<unix:object object_ref="oval:t:obj:1"/>
</unix:file_test>
</tests>
<objects>
<unix:file_object id="oval:t:obj:1" version="1">
<unix:filepath>/etc/passwd</unix:filepath>
</unix:file_object>
</objects>
</oval_definitions>
"""
