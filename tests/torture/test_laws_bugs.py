"""Bugs against the laws, put into the product: some law must see each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import Phase, settings

from benchmark.collect.engine import containers
from benchmark.evaluate import compile, evaluator, operators, selection, verdict  # noqa: A004  (the room's name)
from benchmark.model import algebra, seen, snapshot_file
from benchmark.model.facts import Unavailable
from benchmark.model.result import Result
from tests.torture import laws_worlds, matrix_bases, test_laws_choice, test_laws_scans, test_laws_snapshots
from tests.torture.laws_scans import BUG
from tests.torture.laws_worlds import HARNESS, collected_worlds, compile_anew
from tests.torture.ledger import Tally
from tests.torture.oracle_harness import NEEDS_ROOT

pytestmark = NEEDS_ROOT
_SETTINGS: Final = "_hypothesis_internal_use_settings"
Put = Callable[[pytest.MonkeyPatch], None]


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    """A control that was compiled before a bug does not have it; and whatever was collected was collected without it."""
    collected_worlds()
    for forget in (compile_anew, matrix_bases.compile_anew):
        forget()
    yield
    for forget in (compile_anew, matrix_bases.compile_anew):
        forget()


def _an_error_hides_a_fail(patch: pytest.MonkeyPatch) -> None:
    known = algebra._WEIGHT
    patch.setattr(algebra, "_WEIGHT", {**known, Result.ERROR: 0, Result.FAIL: 1})


def _the_best_wins(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(verdict, "worst", lambda results: max(results, key=algebra.ORDER.index, default=Result.NOTAPPLICABLE))


def _some_names_are_exempt(patch: pytest.MonkeyPatch) -> None:
    true = verdict._members
    patch.setattr(
        verdict, "_members", lambda *given: (each for each in true(*given) if each.name not in ("ingress", "host"))
    )


def _a_remark_excuses(patch: pytest.MonkeyPatch) -> None:
    true = verdict._finding

    def finding(subject: Any, result: Result, *rest: Any) -> Any:
        excused = result is Result.FAIL and subject.notes
        return true(subject, Result.NOTCHECKED if excused else result, *rest)

    patch.setattr(verdict, "_finding", finding)


def _a_label_hides(patch: pytest.MonkeyPatch) -> None:
    checked, in_order = containers._checked, containers.in_order
    hidden: set[str] = set()

    def look(reply: Any) -> Any:
        if isinstance(reply.value, dict) and "dockmark.ignore" in (reply.value["Config"]["Labels"] or {}):
            hidden.add(reply.value["Id"])
        return checked(reply)

    def without(report: Any) -> Any:
        return in_order(replace(report, subjects=tuple(each for each in report.subjects if each.id not in hidden)))

    patch.setattr(containers, "_checked", look)
    patch.setattr(containers, "in_order", without)


def _a_name_hides(patch: pytest.MonkeyPatch) -> None:
    in_order = containers.in_order

    def without(report: Any) -> Any:
        kept = tuple(each for each in report.subjects if not each.name.startswith("k8s_POD"))
        return in_order(replace(report, subjects=kept))

    patch.setattr(containers, "in_order", without)


def _engines_order(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(containers, "in_order", lambda report: report)


def _only_the_last_container_counts(patch: pytest.MonkeyPatch) -> None:
    in_order = containers.in_order
    patch.setattr(containers, "in_order", lambda report: in_order(replace(report, subjects=report.subjects[-1:])))


def _time_in_the_output(patch: pytest.MonkeyPatch) -> None:
    ticks = iter(range(10**9))
    show = seen.show_value
    patch.setattr(seen, "show_value", lambda value: f"{show(value)}{next(ticks) if isinstance(value, list) else ''}")


def _the_first_element_counts(patch: pytest.MonkeyPatch) -> None:
    word = operators.OPERATORS["subset_of"]
    first = replace(word, predicate=lambda allowed: lambda value: not value or value[0] in allowed)
    patch.setitem(operators.OPERATORS, "subset_of", first)  # type: ignore[arg-type]


def _allowances_are_exact(patch: pytest.MonkeyPatch) -> None:
    word = operators.OPERATORS["subset_of"]
    exact = replace(word, predicate=lambda allowed: lambda value: set(value) == set(allowed))
    patch.setitem(operators.OPERATORS, "subset_of", exact)  # type: ignore[arg-type]


def _limits_are_exact(patch: pytest.MonkeyPatch) -> None:
    word = operators.OPERATORS["at_most"]
    exact = replace(word, predicate=lambda most: lambda value: value == most)
    patch.setitem(operators.OPERATORS, "at_most", exact)  # type: ignore[arg-type]


def _notes_are_lost(patch: pytest.MonkeyPatch) -> None:
    true = snapshot_file._encode_source
    patch.setattr(
        snapshot_file,
        "_encode_source",
        lambda source: {key: each for key, each in true(source).items() if key != "says"},
    )


def _gaps_are_lost(patch: pytest.MonkeyPatch) -> None:
    true = snapshot_file._encode_enumeration
    patch.setattr(
        snapshot_file,
        "_encode_enumeration",
        lambda *given: {key: each for key, each in true(*given).items() if key != "gap"},
    )


def _scores_count_all(patch: pytest.MonkeyPatch) -> None:
    true = evaluator.score_results

    def counted(results: Any, *rest: Any) -> Any:
        requirement = next(each.requirements for each in results if each.requirements)
        return true([each if each.requirements else replace(each, requirements=requirement) for each in results], *rest)

    patch.setattr(evaluator, "score_results", counted)


def _presets_of_every_version(patch: pytest.MonkeyPatch) -> None:
    true = selection._presets

    def presets(framework: Any, _: str) -> Any:
        return {key: value for version in framework.versions for key, value in true(framework, version).items()}

    patch.setattr(selection, "_presets", presets)


def _unavailable_is_false(patch: pytest.MonkeyPatch) -> None:
    true = compile._without_value
    patch.setattr(
        compile, "_without_value", lambda *given: False if isinstance(given[1], Unavailable) else true(*given)
    )


def _another_hash_seed(patch: pytest.MonkeyPatch) -> None:
    patch.setenv(BUG, "1")


_BUGS: Final[dict[str, tuple[Put, Any]]] = {
    "an error hides a fail": (_an_error_hides_a_fail, test_laws_snapshots.test_one_more_is_the_worse_of_both),
    "the best subject decides": (_the_best_wins, test_laws_snapshots.test_one_more_is_the_worse_of_both),
    "of a list the first element counts": (
        _the_first_element_counts,
        test_laws_snapshots.test_the_order_within_lists_changes_no_verdict_on_fixtures,
    ),
    "a subject called ingress is not judged": (
        _some_names_are_exempt,
        test_laws_snapshots.test_names_and_facts_that_nobody_asks_for_change_no_verdict,
    ),
    "a remark about a subject excuses it": (
        _a_remark_excuses,
        test_laws_snapshots.test_names_and_facts_that_nobody_asks_for_change_no_verdict,
    ),
    "a test on a fact that is not available is false": (
        _unavailable_is_false,
        test_laws_snapshots.test_less_evidence_moves_verdicts_only_towards_error,
    ),
    "what a source says is not written to a snapshot": (
        _notes_are_lost,
        test_laws_snapshots.test_a_snapshot_that_went_through_a_file_gives_the_same_bytes,
    ),
    "a gap is not written to a snapshot": (
        _gaps_are_lost,
        test_laws_snapshots.test_a_snapshot_that_went_through_a_file_gives_the_same_bytes,
    ),
    "a message changes from one evaluation to the next": (
        _time_in_the_output,
        test_laws_choice.test_judging_and_writing_again_gives_the_same_bytes,
    ),
    "controls beyond the benchmark count in its score": (
        _scores_count_all,
        test_laws_choice.test_what_is_not_selected_changes_nothing_else,
    ),
    "what one version presets holds for all": (
        _presets_of_every_version,
        test_laws_choice.test_a_preset_holds_for_its_version_alone,
    ),
    "a label takes a container out of the list": (
        _a_label_hides,
        test_laws_scans.test_names_labels_and_variables_change_no_verdict,
    ),
    "a name takes a container out of the list": (
        _a_name_hides,
        test_laws_scans.test_names_labels_and_variables_change_no_verdict,
    ),
    "containers stand in the engine's order": (
        _engines_order,
        test_laws_scans.test_the_order_of_replies_changes_nothing,
    ),
    "only the last container is judged": (
        _only_the_last_container_counts,
        test_laws_scans.test_one_container_more_mends_nothing,
    ),
    "the order of a set gets into an output": (
        _another_hash_seed,
        test_laws_scans.test_the_order_of_hashes_changes_no_byte,
    ),
}


@pytest.mark.parametrize("bug", _BUGS)
def test_a_law_sees(bug: str, tally: Tally, monkeypatch: pytest.MonkeyPatch) -> None:
    put, law = _BUGS[bug]
    with monkeypatch.context() as patch:
        put(patch)
        if hasattr(law, _SETTINGS):  # that it fails is enough here: the example need not be small
            patch.setattr(law, _SETTINGS, settings(getattr(law, _SETTINGS), phases=[Phase.generate], max_examples=1000))
        with pytest.raises(AssertionError):
            law(tally=Tally(laws_worlds.HARNESS))
    tally.saw_seeded_bug(bug)


@pytest.mark.parametrize(
    ("bug", "put", "name"),
    [
        ("a list must be all that is allowed", _allowances_are_exact, "container_capabilities_limited"),
        ("a number must be the limit itself", _limits_are_exact, "container_restart_bounded"),
    ],
)
def test_wider_allowances_see(bug: str, put: Put, name: str, tally: Tally, monkeypatch: pytest.MonkeyPatch) -> None:
    ((_, parameter, sign),) = [each for each in test_laws_choice.ORDERED if each[0] == name]
    with monkeypatch.context() as patch:
        put(patch)
        with pytest.raises(AssertionError):
            test_laws_choice.test_a_wider_allowance_never_turns_a_pass_into_a_fail(
                name, parameter, sign, Tally(laws_worlds.HARNESS)
            )
    tally.saw_seeded_bug(bug)


assert HARNESS.name  # the fixture ``tally`` takes it from here
