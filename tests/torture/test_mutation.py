"""Mutants of the words, of the verdict algebra and of applicability; and what the harness must notice about itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.torture.ledger import Tally
from tests.torture.mutation_children import KILLED, SURVIVED
from tests.torture.mutation_harness import HARNESS, Run, check, known_survivors, run_group, run_mutants
from tests.torture.mutation_mutants import ROOT, mutants_of
from tests.torture.mutation_scope import GROUPS, LEFT_OUT

__all__ = ["HARNESS"]
_WORDS = "benchmark.evaluate.operators"
_ALGEBRA = "benchmark.model.algebra"
_TESTS = "tests/unit/evaluate/test_algebra.py"


@pytest.mark.parametrize("group", ["operators", "verdict algebra", "applicability", "frameworks", "policy"])
def test_every_mutant_is_noticed_or_listed(group: str, tally: Tally) -> None:
    run_group(group, tally, 9)


def test_every_module_that_decides_is_mutated_or_left_out_for_a_reason(tally: Tally) -> None:
    mutated = {module for group in GROUPS.values() for module in group}
    for room in ("evaluate", "collect/daemon"):
        for path in (ROOT / "benchmark" / room).glob("*.py"):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            assert (module in mutated) is not (module in LEFT_OUT), module
            tally.count("modules looked for")


def test_the_list_names_mutants_that_there_are(tally: Tally) -> None:
    made = {each.name for group in GROUPS.values() for module in group for each in mutants_of(module)}
    assert not (gone := known_survivors().keys() - made), "\n".join(sorted(gone))
    tally.count("listed survivors looked up", len(known_survivors()))


def test_names_of_mutants_are_unique_and_do_not_depend_on_neighbours(tally: Tally) -> None:
    source = "def first(a):\n    return a == 1\n\n\ndef second(a):\n    return a == 1 or a == 1\n"
    names = [each.name for each in mutants_of("m", source)]
    assert len(names) == len(set(names)) > 10
    longer = mutants_of(
        "m", source.replace("def first(a):\n", "def first(a):\n    a = a if a else 0\n    b = a == 1\n")
    )
    assert {each for each in names if "second" in each} == {each.name for each in longer if "second" in each.name}
    tally.count("names compared", len(names))


def test_tests_of_the_words_taken_away_let_mutants_live(tally: Tally) -> None:
    names = [each.name for each in mutants_of(_WORDS) if each.function == "_is_under"][:3]
    run = run_mutants({_WORDS: ((_TESTS,),)}, names)
    with pytest.raises(AssertionError, match="no test notices"):
        check(run, [_WORDS], known_survivors(), complete=False)
    tally.saw_seeded_bug("the tests of the words are gone")


def test_a_suite_that_fails_without_a_mutant_proves_nothing(tmp_path: Path, tally: Tally) -> None:
    broken = tmp_path / "test_broken.py"
    broken.write_text("def test_broken():\n    assert False\n")
    with pytest.raises(AssertionError, match="fails without a mutant"):
        check(_run_algebra(broken), [_ALGEBRA], {}, complete=False)
    tally.saw_seeded_bug("a test fails whatever the code")


def test_a_suite_that_fails_the_second_time_proves_nothing(tmp_path: Path, tally: Tally) -> None:
    """What changes nothing would count as killed; so would every mutant."""
    flaky = tmp_path / "test_flaky.py"
    flaky.write_text(
        "from pathlib import Path\n\n\ndef test_flaky():\n"
        f"    seen = Path({str(tmp_path / 'seen')!r})\n    assert not seen.exists()\n    seen.touch()\n"
    )
    with pytest.raises(AssertionError, match="nothing changed"):
        check(_run_algebra(flaky), [_ALGEBRA], {}, complete=False)
    tally.saw_seeded_bug("a mutant that changes nothing counts as killed")


@pytest.mark.parametrize("outcome", [KILLED, "gone"])
def test_a_listed_survivor_that_is_none_is_named(outcome: str, tally: Tally) -> None:
    run = Run({f"{_ALGEBRA}:worst: a -> b": KILLED}, ())
    listed = f"{_ALGEBRA}:worst: a -> {'b' if outcome == KILLED else 'c'}"
    with pytest.raises(AssertionError, match="killed or gone"):
        check(run, [_ALGEBRA], {listed: "said to be equivalent"}, complete=True)
    tally.saw_seeded_bug(f"a listed survivor is {outcome}")


def test_too_few_killed_is_a_failure_even_when_all_are_listed(tally: Tally) -> None:
    run = Run({f"{_ALGEBRA}:worst: {at} -> b": SURVIVED if at < 6 else KILLED for at in range(100)}, ())
    listed = {name: "said to be equivalent" for name, outcome in run.outcomes.items() if outcome == SURVIVED}
    with pytest.raises(AssertionError, match=r"94\.0% killed"):
        check(run, [_ALGEBRA], listed, complete=True)
    tally.saw_seeded_bug("survivors are listed instead of being tested")


def _run_algebra(more: Path) -> Run:
    names = [each.name for each in mutants_of(_ALGEBRA) if each.function][:2]
    return run_mutants({_ALGEBRA: ((_TESTS, str(more)),)}, names)
