"""Which controls are selected, and what those beyond the benchmark do to the score: nothing."""

from dataclasses import replace

import pytest

from benchmark.catalog.load import load_catalog
from benchmark.evaluate import EvaluationRequest, SelectionError, evaluate_snapshot, list_beyond
from benchmark.evaluate.selection import select_controls
from benchmark.model.framework import Requirement, id_order
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


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"framework": "cis"}, "no framework 'cis'; there are cis_docker"),
        ({"version": "9.9"}, f"no version '9.9' of cis_docker; there are {', '.join(FRAMEWORK.versions)}"),
        ({"profile": "level_3"}, "no profile 'level_3'; there are level_1, level_2"),
        ({"controls": ("nope",)}, "no control 'nope', neither as an id nor as a number of cis_docker 1.8.0"),
        ({"parameters": {("nope", "x"): 1}}, "no control 'nope'"),
        (
            {"parameters": {("container_no_sensitive_host_mounts", "nope"): 1}},
            "container_no_sensitive_host_mounts has no parameter 'nope'; it has sensitive_paths",
        ),
        (
            {"parameters": {("container_not_privileged", "x"): 1}},
            "container_not_privileged has no parameter 'x'; it has none",
        ),
        (
            {"parameters": {("container_no_sensitive_host_mounts", "sensitive_paths"): ["etc"]}},
            'container_no_sensitive_host_mounts.sensitive_paths: "etc" is not an absolute path',
        ),
    ],
)
def test_what_does_not_exist_is_named_with_what_does(changes, message):
    with pytest.raises(SelectionError) as refused:
        selected(**changes)
    assert str(refused.value).startswith(message)


def test_everything_outside_the_profile_is_named_in_order():
    of_level_2 = sorted(
        {
            control
            for each in FRAMEWORK.requirements
            for control in each.controls
            if FRAMEWORK.newest in each.ids and not each.in_profile(FRAMEWORK.newest, 1)
        }
        - set(names(selected(profile="level_1")))
    )
    assert len(of_level_2) > 2
    with pytest.raises(SelectionError) as refused:
        selected(profile="level_1", controls=tuple(reversed(of_level_2)))
    assert str(refused.value) == f"not part of cis_docker {FRAMEWORK.newest} level_1: {', '.join(of_level_2)}"


def with_an_orphan(number="5.5", levels=(1,)):
    """The catalogue with a requirement that no control decides."""
    requirements = tuple(
        replace(each, controls=(), levels=dict.fromkeys(each.levels, levels))
        if each.ids.get("1.8.0") == number
        else each
        for each in FRAMEWORK.requirements
    )
    return replace(
        CATALOG, frameworks={**CATALOG.frameworks, FRAMEWORK.id: replace(FRAMEWORK, requirements=requirements)}
    )


def test_a_requirement_that_nothing_decides_is_listed_where_it_belongs_to_the_profile():
    def not_judged(catalog, **changes):
        made = select_controls(catalog, EvaluationRequest(now="2026-11-20T08:00:00Z", **changes))
        return [each.ids["1.8.0"] for each in made.not_judged]

    assert not_judged(CATALOG) == []
    assert not_judged(with_an_orphan()) == ["5.5"]
    assert not_judged(with_an_orphan(levels=(2,))) == ["5.5"]
    assert not_judged(with_an_orphan(levels=(2,)), profile="level_1") == []
    assert not_judged(with_an_orphan(levels=(3,))) == [], "level 2 is not every level"
    assert not_judged(with_an_orphan(), controls=("5.6",)) == []
    with pytest.raises(SelectionError, match=r"5.5 of cis_docker 1.8.0 is not judged by any control yet"):
        not_judged(with_an_orphan(), controls=("5.5",))


def test_a_control_that_several_requirements_ask_for_is_judged_once_and_lists_them_all():
    requirements = tuple(
        replace(each, controls=("container_not_privileged",))
        if each.ids.get("1.8.0") in ("5.4", "5.5", "5.6")
        else each
        for each in reversed(FRAMEWORK.requirements)
    )
    catalog = replace(CATALOG, frameworks={FRAMEWORK.id: replace(FRAMEWORK, requirements=requirements)})
    made = select_controls(catalog, EvaluationRequest(now="2026-11-20T08:00:00Z", controls=("5.5",)))
    (chosen,) = made.chosen
    assert [each.ids["1.8.0"] for each in chosen.requirements] == ["5.4", "5.5", "5.6"]
    assert (made.framework.id, made.version) == ("cis_docker", "1.8.0")


def test_a_narrowed_run_takes_ids_and_numbers_of_its_version():
    assert names(selected(controls=("5.6", "5.5"))) == names(selected(controls=("5.5", "5.6")))
    for version in FRAMEWORK.versions:
        numbers = {each.ids[version]: each.controls for each in FRAMEWORK.requirements if version in each.ids}
        for number in ("1.1.1", "2.1", "5.1", "5.32"):
            assert names(selected(version=version, controls=(number,))) == list(dict.fromkeys(numbers[number]))


def test_the_newest_version_is_the_last_and_the_widest_profile_is_the_default():
    assert FRAMEWORK.newest == FRAMEWORK.versions[-1]
    assert selected() == selected(version=FRAMEWORK.newest, profile="level_2")
    assert len(selected(profile="level_1")) < len(selected(profile="level_2"))


def test_a_parameter_without_a_value_has_its_default():
    (chosen,) = selected(controls=("image_layers_hide_little",))
    control = CATALOG.controls["image_layers_hide_little"]
    assert chosen.arguments == {each.name: each.default for each in control.parameters}


@pytest.mark.parametrize(
    ("levels", "level", "inside"),
    [((1,), 1, True), ((1,), 2, True), ((2,), 1, False), ((2,), 2, True), ((), 2, False), ((1, 2), 1, True)],
)
def test_level_2_includes_level_1(levels, level, inside):
    requirement = Requirement("x", {"1": "5.5"}, {"1": levels, "2": (1,)}, {}, ())
    assert requirement.in_profile("1", level) is inside
    assert requirement.in_profile("2", level) is False, "a version in which the item does not exist"


def test_numbers_are_sorted_as_numbers():
    numbers = ["A.5.10", "1.2", "10.1", "5.10", "A.5.9", "5.2", "5.1.1", "5.1"]
    assert sorted(numbers, key=id_order) == ["A.5.9", "A.5.10", "1.2", "5.1", "5.1.1", "5.2", "5.10", "10.1"]
