"""Laws of what is chosen: controls, profiles, tailorings, parameters and versions of the benchmark."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import seed as seeded
from hypothesis import strategies as st

from benchmark.evaluate.algebra import ORDER, worst
from benchmark.model.control import AllOf, AnyOf, Condition, Control, Each, Not, Parameter, ParameterRef, Test
from benchmark.model.result import Assessment, Result
from benchmark.model.tailoring import Tailoring
from benchmark.render.formats import FORMATS
from benchmark.render.options import RenderOptions
from tests.controls.test_controls import CASES, CATALOG
from tests.controls.test_controls import snapshot as of_case
from tests.torture.laws_worlds import HARNESS, NOW, WORST_FIRST, World, documents, evaluate, laws, worlds
from tests.torture.ledger import Tally
from tests.torture.size import seed

assert HARNESS.name  # the fixture ``tally`` takes it from here

CIS: Final = CATALOG.frameworks["cis_docker"]
_GROWS: Final = {  # word -> +1 where a larger argument lets more through, -1 where it lets less through
    "one_of": 1, "subset_of": 1, "contains_any": 1, "starts_with_any": 1, "at_most": 1,
    "disjoint_from": -1, "under_none_of": -1, "at_least": -1, "version_at_least": -1,
}  # fmt: skip
_NEITHER: Final = {"equals"}  # another argument asks for something else, not for more or less


def _json_rows(assessment: Assessment) -> dict[str, Any]:
    document = json.loads("".join(FORMATS["json"].render(assessment, RenderOptions())))
    return {each["control"]: each for each in document["results"]}


def _check_score(assessment: Assessment) -> None:
    """The figures once more, from the rows alone."""
    counted = [each.result.value for each in assessment.results if each.requirements]
    number = {each.value: counted.count(each.value) for each in Result}
    cover, score = assessment.score.coverage, assessment.score
    assert (
        cover.selected
        == len(counted)
        == cover.judged + cover.errors + cover.unknown + cover.manual + cover.notapplicable
    )
    assert cover.judged == number["pass"] + number["fail"]
    assert (cover.errors, cover.unknown) == (number["error"], number["unknown"])
    assert (score.passed, score.scorable) == (number["pass"], cover.judged + cover.errors + cover.unknown)
    assert score.percent == (Decimal(100) * score.passed / score.scorable if score.scorable else None)
    assert assessment.without_verdict == sum(each.result in ("error", "unknown") for each in assessment.results)


@seeded(seed())
@laws(12, 300)
@given(world=worlds(), rolled=st.integers(0, 2**32).map(random.Random))
def test_what_is_not_selected_changes_nothing_else(tally: Tally, world: World, rolled: random.Random) -> None:
    whole = evaluate(world.snapshot)
    everything = _json_rows(whole)
    _check_score(whole)
    names = rolled.sample(sorted(everything), rolled.randint(1, 12))
    for what, some in {
        "level 1": evaluate(world.snapshot, profile="level_1"),
        "level 2 alone": evaluate(world.snapshot, beyond=False),
        f"the controls {names}": evaluate(world.snapshot, controls=tuple(names)),
        "a tailoring": evaluate(world.snapshot, tailoring=_tailoring(names), beyond=False),
    }.items():
        _check_score(some)
        found = _json_rows(some)
        assert len(found) == len(some.results), what
        for name, row in found.items():
            assert _without_selectors(row) == _without_selectors(everything[name]), f"{what}: {name}"
        tally.count("rows of smaller selections", len(found))
        if what.startswith("the controls"):
            assert sorted(found) == sorted(names)
        if what == "a tailoring":
            assert set(everything) - set(names) - set(_beyond()) <= {
                *found,
                *(each.control.id for each in some.deselected),
            }
            assert not set(found) & set(names), "deselected, and there all the same"


def _without_selectors(row: dict[str, Any]) -> dict[str, Any]:
    """A control may decide requirements of both levels: at level 1 only those of level 1 are named."""
    return {key: value for key, value in row.items() if key not in ("requirements", "section", "levels", "assessment")}


def _beyond() -> list[str]:
    mapped = {name for each in CIS.requirements for name in each.controls}
    return [name for name in CATALOG.controls if name not in mapped]


def _tailoring(out: list[str]) -> Tailoring:
    return Tailoring(
        href="law.xml", id="t", version="1", time=NOW, profile="p", title="A law", extends="level_2",
        selected={name: name not in out for name in CATALOG.controls},
    )  # fmt: skip


@seeded(seed())
@laws(12, 300)
@given(world=worlds())
def test_judging_and_writing_again_gives_the_same_bytes(tally: Tally, world: World) -> None:
    first, second = documents(evaluate(world.snapshot)), documents(evaluate(world.snapshot))
    assert first == second
    tally.count("documents written twice", len(first))


@seeded(seed())
@laws(12, 300)
@given(world=worlds())
def test_versions_differ_only_as_the_mapping_says(tally: Tally, world: World) -> None:
    by_version = {version: evaluate(world.snapshot, version=version, beyond=False) for version in CIS.versions}
    preset = {
        version: {name.partition(".")[0] for each in CIS.requirements for name in each.presets.get(version, {})}
        for version in CIS.versions
    }
    for version, assessment in by_version.items():
        _check_score(assessment)
        mapped = {name for each in CIS.requirements if version in each.ids for name in each.controls}
        assert {each.control.id for each in assessment.results} == mapped
        for row in assessment.results:
            numbers = {
                each.ids[version]
                for each in CIS.requirements
                if version in each.ids and row.control.id in each.controls
            }
            assert {each.ids[version] for each in row.requirements} == numbers, row.control.id
    newest = _json_rows(by_version[CIS.newest])
    for version, assessment in by_version.items():
        for name, row in _json_rows(assessment).items():
            if name in newest and name not in preset[version] | preset[CIS.newest]:
                assert _without_selectors(row) == _without_selectors(newest[name]), f"{version}: {name}"
                tally.count("rows of two versions")


def test_a_preset_holds_for_its_version_alone(tally: Tally) -> None:
    """What a version presets is what its verdicts are made with, and every other version has the parameter's default."""
    presets = {
        version: {name: value for each in CIS.requirements for name, value in each.presets.get(version, {}).items()}
        for version in CIS.versions
    }
    for written in sorted({name for each in presets.values() for name in each}):
        name, _, parameter = written.partition(".")
        control = CATALOG.controls[name]
        (default,) = [each.default for each in control.parameters if each.name == parameter]
        for case in (case for about, case in CASES if about == name):
            for version in CIS.versions:
                value = presets[version].get(written, default)
                snapshot = of_case(control, case)
                plain, said = (
                    _json_rows(evaluate(snapshot, version=version, controls=(name,), parameters=given))
                    for given in ({}, {(name, parameter): value})
                )
                assert plain == said, f"{version}, {written}, {case['name']}"
                tally.count("verdicts with presets")


def _uses(condition: Condition | None, name: str, sign: int = 1) -> Iterator[int]:
    """How each use of the parameter moves the condition when the parameter grows: +1, -1, or 0 where it is neither."""
    match condition:
        case None:
            return
        case Test(fact, word, argument):
            if argument == ParameterRef(name):
                yield 0 if word in _NEITHER else sign * _GROWS[word]
            if fact == f"parameter:{name}":
                yield 0
        case Each(_, quantifier, inner):
            yield from _uses(inner, name, -sign if quantifier == "none" else sign)
        case AllOf(parts) | AnyOf(parts):
            for each in parts:
                yield from _uses(each, name, sign)
        case Not(part):
            yield from _uses(part, name, -sign)


def _larger(parameter: Parameter, value: Any, rolled: random.Random, words: list[str]) -> Any:
    if parameter.type == "strings":
        return [*value, *rolled.sample(words, min(len(words), rolled.randint(1, 4)))]
    if parameter.type == "int":
        return value + rolled.choice((1, 7, 10**6))
    return rolled.choice(("0.1", "20.10.1", "27", "999.1"))


def _ordered(control: Control) -> list[tuple[Parameter, int]]:
    """The parameters of which more always means the same: +1 more passes, -1 fewer."""
    found = []
    for parameter in control.parameters:
        signs = set(_uses(control.check, parameter.name))
        if signs in ({1}, {-1}) and not set(_uses(control.when, parameter.name)):
            found.append((parameter, signs.pop()))
    return found


ORDERED: Final = [(name, each, sign) for name, control in CATALOG.controls.items() for each, sign in _ordered(control)]


@pytest.mark.parametrize(
    ("name", "parameter", "sign"), ORDERED, ids=[f"{name}.{each.name}" for name, each, _ in ORDERED]
)
def test_a_wider_allowance_never_turns_a_pass_into_a_fail(
    name: str, parameter: Parameter, sign: int, tally: Tally
) -> None:
    rolled = random.Random(f"{seed()} {name} {parameter.name}")
    control = CATALOG.controls[name]
    for case_name, case in CASES:
        if case_name != name:
            continue
        snapshot = of_case(control, case)
        values = case.get("parameters", {})
        narrow = values.get(parameter.name, parameter.default)
        words = _words_of(snapshot, parameter)
        for _ in range(8):
            wide = _larger(parameter, narrow, rolled, words)
            smaller, larger = sorted((narrow, wide), key=_numbers) if parameter.type == "string" else (narrow, wide)
            few, many = (
                evaluate(
                    snapshot,
                    controls=(name,),
                    parameters={**{(name, k): v for k, v in values.items()}, (name, parameter.name): each},
                )
                .results[0]
                .result
                for each in ((smaller, larger) if sign > 0 else (larger, smaller))
            )
            assert few != "pass" or many == "pass", f"{case['name']}: {smaller!r} {few}, {larger!r} {many}"
            tally.count("parameters widened")


def _numbers(text: str) -> tuple[int, ...]:
    """A version's numbers; none at all is a minimum that nothing meets."""
    return tuple(int(each) for each in text.split(".")) if text else (10**9,)


def _words_of(snapshot: Any, parameter: Parameter) -> list[str]:
    """Strings of the snapshot, which are the ones that could matter, absolute paths only where the parameter has them."""
    found: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, dict):
            for each in value.values():
                walk(each)
        elif isinstance(value, list):
            for each in value:
                walk(each)

    for subject in snapshot.subjects:
        walk(dict(subject.facts))
    default = parameter.default if isinstance(parameter.default, list) else []
    paths = bool(default) and all(str(each).startswith("/") for each in default)
    return sorted({each for each in [*found, "/other"] if not paths or each.startswith("/")})


def test_every_word_grows_shrinks_or_does_neither(tally: Tally) -> None:
    """A parameter whose words this file does not know would be left out without a trace."""
    for name, control in CATALOG.controls.items():
        for parameter in control.parameters:
            signs = [
                *_uses(control.check, parameter.name),
                *_uses(control.review, parameter.name),
                *_uses(control.when, parameter.name),
            ]
            assert signs, f"{name}.{parameter.name} is used nowhere"
            tally.count("parameters classified")
    lists = [each for control in CATALOG.controls.values() for each in control.parameters if each.type == "strings"]
    assert len([each for _, each, _ in ORDERED if each.type == "strings"]) == len(lists)


@seeded(seed())
@laws(300, 5000)
@given(
    st.lists(st.sampled_from([each for each in Result if each.value in WORST_FIRST]), min_size=1, max_size=6), st.data()
)
def test_the_algebra_is_one_of_sets(tally: Tally, results: list[Result], data: st.DataObject) -> None:
    """Order, repetition and grouping change nothing, the product's order is the one written down here, and worse stays worse."""
    expected = min((each.value for each in results), key=WORST_FIRST.index)
    assert worst(results).value == expected
    assert worst(data.draw(st.permutations(results + results))).value == expected
    cut = data.draw(st.integers(0, len(results)))
    assert worst([worst(part) for part in (results[:cut], results[cut:]) if part]).value == expected
    at = data.draw(st.integers(0, len(results) - 1))
    worse = data.draw(st.sampled_from(ORDER[: ORDER.index(results[at]) + 1]))
    assert ORDER.index(worst([*results[:at], worse, *results[at + 1 :]])) <= ORDER.index(worst(results))
    tally.count("combinations of results")
