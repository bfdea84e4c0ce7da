"""Which controls are selected, and what those beyond the benchmark do to the score: nothing."""

from dataclasses import replace

import pytest

from benchmark.catalog.load import load_catalog
from benchmark.evaluate import EvaluationRequest, SelectionError, evaluate_snapshot, list_beyond
from benchmark.evaluate.selection import select_controls
from benchmark.model.framework import id_order
from benchmark.model.result import Result
from tests.snapshots import container, snapshot

CATALOG = load_catalog()
FRAMEWORK = CATALOG.frameworks["cis_docker"]
MAPPED = sorted({control for each in FRAMEWORK.requirements for control in each.controls})
BEYOND = list_beyond(CATALOG, FRAMEWORK)
ONE = "image_entries_stay_inside"


def selected(**changes):
    return select_controls(CATALOG, EvaluationRequest(now="2026-11-20T08:00:00Z", **changes)).chosen


def names(chosen):
    return [each.control.id for each in chosen]


def with_one_beyond():
    """The catalogue with container_not_privileged taken out of the benchmark."""
    requirements = tuple(
        replace(each, controls=tuple(name for name in each.controls if name != "container_not_privileged"))
        for each in FRAMEWORK.requirements
    )
    return replace(
        CATALOG, frameworks={**CATALOG.frameworks, FRAMEWORK.id: replace(FRAMEWORK, requirements=requirements)}
    )


def test_every_control_is_mapped_or_beyond():
    assert sorted([*MAPPED, *BEYOND]) == sorted(CATALOG.controls)
    assert ONE in BEYOND


def test_those_beyond_are_not_selected_unasked():
    assert not set(names(selected())) & set(BEYOND)


@pytest.mark.parametrize("profile", ["level_1", "level_2"])
@pytest.mark.parametrize("version", FRAMEWORK.versions)
def test_asked_for_they_follow_the_numbered_ones_by_id(version, profile):
    plain = selected(version=version, profile=profile)
    chosen = selected(version=version, profile=profile, beyond=True)
    assert chosen[: len(plain)] == plain
    assert names(chosen[len(plain) :]) == sorted(BEYOND)
    assert all(each.requirements == () for each in chosen[len(plain) :])
    first = [min(id_order(item.ids[version]) for item in each.requirements) for each in plain]
    assert first == sorted(first)


@pytest.mark.parametrize("beyond", [False, True])
def test_one_that_is_named_is_selected_and_no_other(beyond):
    assert names(selected(controls=(ONE,), beyond=beyond)) == [ONE]
    assert names(selected(controls=(ONE, "5.5"), beyond=beyond)) == ["container_not_privileged", ONE]
    assert names(selected(controls=("5.5",), beyond=beyond)) == ["container_not_privileged"]


def test_a_parameter_of_one_beyond_can_be_set():
    (chosen,) = selected(
        controls=("image_layers_hide_little",), parameters={("image_layers_hide_little", "most_hidden_bytes"): 5}
    )
    assert chosen.arguments == {"most_hidden_bytes": 5}


def test_a_control_of_the_benchmark_that_is_not_in_the_profile_is_refused_still():
    of_level_2 = next(
        each for each in FRAMEWORK.requirements if each.controls and not each.in_profile(FRAMEWORK.newest, 1)
    )
    with pytest.raises(SelectionError, match="not part of"):
        selected(controls=of_level_2.controls[:1], profile="level_1", beyond=True)


@pytest.mark.parametrize("privileged", [False, True])
def test_a_result_beyond_the_benchmark_moves_no_score(privileged):
    target = snapshot([container("web", {"HostConfig.Privileged": privileged})])
    plain, beyond = (
        evaluate_snapshot(
            with_one_beyond(), target, EvaluationRequest(now="2026-11-20T08:00:00Z", version="1.8.0", beyond=each)
        )
        for each in (False, True)
    )
    by_id = {each.control.id: each for each in beyond.results}
    assert by_id["container_not_privileged"].result is (Result.FAIL if privileged else Result.PASS)
    assert beyond.score == plain.score
    assert beyond.score.coverage.selected == len(plain.results) < len(beyond.results)


def test_alone_it_leaves_nothing_to_score():
    target = snapshot([container("web", {"HostConfig.Privileged": True})])
    request = EvaluationRequest(now="2026-11-20T08:00:00Z", controls=("container_not_privileged",))
    score = evaluate_snapshot(with_one_beyond(), target, request).score
    assert (score.percent, score.scorable, score.coverage.selected, score.xccdf) == (None, 0, 0, ())


def test_a_version_presets_a_parameter_and_a_user_comes_before_it():
    catalog = load_catalog()
    name, key = "container_no_sensitive_host_mounts", ("container_no_sensitive_host_mounts", "sensitive_paths")

    def paths(version, **changes):
        request = EvaluationRequest(now="2026-01-01T00:00:00Z", version=version, controls=(name,), **changes)
        (chosen,) = select_controls(catalog, request).chosen
        return chosen.arguments["sensitive_paths"]

    assert "/lib64" not in paths("1.6.0")
    assert "/lib" in paths("1.6.0")
    assert "/lib64" in paths("1.7.0")
    assert paths("1.6.0", parameters={key: ["/srv"]}) == ["/srv"]
