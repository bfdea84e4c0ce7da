"""Who is who in two assessments: renamed, replaced, recreated, scaled."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.history.alignment import align
from benchmark.history.identity import describe, identify, stable_name
from benchmark.model.comparison import Fate
from benchmark.model.facts import Subject
from benchmark.model.result import Result
from tests.unit.history.assessments import SWARM, about, compose, container, finding, image, judged, of, roll

PASS, FAIL = Result.PASS, Result.FAIL
TASK = "k3xq1z7c9v2m4b6n8p0r5t1y3"


def matched(before, after, labels=()):
    """Names before and after, and how they were found."""
    found = set()
    for each in align(before, after, labels).pairs:
        names = ("" if side is None else side.subject.name for side in (each.before, each.after))
        found.add((*names, each.fate.value))
    return found


def kept(*subjects):
    return about(*((each, PASS) for each in subjects))


def test_a_replaced_container_has_its_name() -> None:
    assert matched(kept(container("web", {}, "1")), kept(container("web", {}, "2"))) == {("web", "web", "matched")}


def test_the_container_id_recognises_nobody() -> None:
    before, after = kept(container("web", {}, "1")), kept(container("shop", {}, "1"))
    assert matched(before, after) == {("web", "", "gone"), ("", "shop", "appeared")}


def test_compose_services_are_themselves_under_any_name() -> None:
    before = kept(container("old_web_1", compose("shop", "web", 1)), container("x", compose("shop", "db", 1)))
    after = kept(container("x", compose("shop", "web", 1)), container("shop-db-1", compose("shop", "db", 1)))
    assert matched(before, after) == {("old_web_1", "x", "matched"), ("x", "shop-db-1", "matched")}


def test_a_name_does_not_make_two_services_one() -> None:
    before, after = kept(container("web", compose("shop", "web", 1))), kept(container("web", compose("blog", "web", 1)))
    assert matched(before, after) == {("web", "", "gone"), ("", "web", "appeared")}


def test_a_container_that_became_part_of_a_service_keeps_its_name() -> None:
    before, after = kept(container("web", {})), kept(container("web", compose("shop", "web", 1)))
    assert matched(before, after) == {("web", "web", "matched")}
    assert matched(after, before) == {("web", "web", "matched")}


def test_a_document_without_labels_goes_by_names() -> None:
    before, after = kept(container("web")), kept(container("web", compose("shop", "web", 1)))
    assert matched(before, after) == {("web", "web", "matched")}


def test_tasks_of_a_swarm_service() -> None:
    before = kept(container(f"api.1.{TASK}", {SWARM: "api"}), container(f"api.2.{TASK}", {SWARM: "api"}))
    after = kept(container(f"api.2.{TASK[::-1]}", {SWARM: "api"}), container(f"api.1.{TASK[::-1]}", {SWARM: "api"}))
    assert matched(before, after) == {
        (f"api.1.{TASK}", f"api.1.{TASK[::-1]}", "matched"),
        (f"api.2.{TASK}", f"api.2.{TASK[::-1]}", "matched"),
    }


def test_tasks_in_documents_without_labels() -> None:
    before, after = kept(container(f"api.1.{TASK}")), kept(container(f"api.1.{TASK[::-1]}"))
    assert matched(before, after) == {(f"api.1.{TASK}", f"api.1.{TASK[::-1]}", "matched")}


def test_a_chosen_label_follows_a_renamed_container_and_comes_after_compose() -> None:
    before = kept(container("a", {"app": "web"}), container("b", {"app": "web", **compose("shop", "db", 1)}))
    after = kept(container("z", {"app": "web"}), container("y", {"app": "other", **compose("shop", "db", 1)}))
    assert matched(before, after, ["app"]) == {("a", "z", "matched"), ("b", "y", "matched")}
    assert ("a", "", "gone") in matched(before, after)


def test_scaling_up_tells_the_new_replica_from_a_sibling() -> None:
    before = kept(container("w1", compose("shop", "web", 1)))
    after = kept(*(container(f"w{each}", compose("shop", "web", each)) for each in (1, 2, 3)))
    assert matched(before, after) == {("w1", "w1", "matched"), ("w1", "w2", "scaled"), ("w1", "w3", "scaled")}


def test_scaling_down_lets_the_higher_numbers_go() -> None:
    after = kept(container("w1", compose("shop", "web", 1)))
    before = kept(*(container(f"w{each}", compose("shop", "web", each)) for each in (1, 2, 3)))
    assert matched(before, after) == {("w1", "w1", "matched"), ("w2", "", "gone"), ("w3", "", "gone")}


def test_a_new_replica_is_told_from_the_sibling_that_it_is_most_like() -> None:
    one, two, three = (container(f"w{each}", compose("shop", "web", each)) for each in (1, 2, 3))
    before = about((one, PASS), (two, FAIL))
    assert ("w2", "w3", "scaled") in matched(before, about((one, PASS), (two, FAIL), (three, FAIL)))
    assert ("w1", "w3", "scaled") in matched(before, about((one, PASS), (two, FAIL), (three, PASS)))


def test_replicas_without_a_discriminator_belong_together_by_what_is_said_of_them() -> None:
    """Neither of them has become worse, whatever the engine calls them now."""
    before = about((container("n7", {"app": "x"}), PASS), (container("n3", {"app": "x"}), FAIL))
    after = about((container("n9", {"app": "x"}), FAIL), (container("n8", {"app": "x"}), PASS))
    assert matched(before, after, ["app"]) == {("n7", "n8", "matched"), ("n3", "n9", "matched")}


def test_replicas_with_a_number_are_told_apart_by_it_whatever_is_said_of_them() -> None:
    one, two = (container(f"w{each}", compose("shop", "web", each)) for each in (1, 2))
    assert matched(about((one, PASS), (two, FAIL)), about((one, FAIL), (two, PASS))) == {
        ("w1", "w1", "matched"),
        ("w2", "w2", "matched"),
    }


def test_the_same_image_under_another_repository_is_another_one() -> None:
    before, after = kept(image("app:1", "sha256:1", ["app:1"])), kept(image("tool:1", "sha256:1", ["tool:1"]))
    assert matched(before, after) == {("app:1", "", "gone"), ("", "tool:1", "appeared")}


def test_images_by_repository_and_digest() -> None:
    digest = "sha256:" + "d" * 64
    before = kept(image("app:1.3", "sha256:1", ["app:1.3"], [f"app@{digest}"]))
    again = kept(image("app:stable", "sha256:9", ["app:stable"], [f"app@{digest}"]))
    assert matched(before, again) == {("app:1.3", "app:stable", "matched")}
    assert describe("image", align(before, again).pairs[0].key) == f"repository and digest app@{digest}"


def test_an_image_that_was_never_pushed_has_its_id_for_a_digest() -> None:
    before = kept(image("app:1", "sha256:1", ["app:1"]), image("app:2", "sha256:2", ["app:2"]))
    after = kept(image("app:2", "sha256:1", ["app:2"]), image("app:1", "sha256:2", ["app:1"]))
    assert matched(before, after) == {("app:1", "app:2", "matched"), ("app:2", "app:1", "matched")}


def test_a_rebuilt_image_has_its_tag_and_the_next_release_its_repository() -> None:
    before = kept(image("app:1.3", "sha256:1", ["app:1.3"]), image("tool:latest", "sha256:2", ["tool:latest"]))
    after = kept(image("app:1.4", "sha256:3", ["app:1.4"]), image("tool:latest", "sha256:4", ["tool:latest"]))
    assert matched(before, after) == {("app:1.3", "app:1.4", "matched"), ("tool:latest", "tool:latest", "matched")}


def test_the_port_of_a_registry_is_no_tag() -> None:
    found = identify(image("localhost:5000/app", "sha256:1", ["localhost:5000/app:2"]))
    assert found.passes[1:] == ((("tag", "localhost:5000/app", "2"),), (("repository", "localhost:5000/app"),))


def test_an_image_without_a_name() -> None:
    name, identifier = "sha256:" + "a" * 12, "sha256:" + "a" * 64
    assert matched(kept(image(name, identifier)), kept(image(name, identifier))) == {(name, name, "matched")}
    assert matched(kept(image(name, identifier)), kept(image(name, identifier, ["<none>:<none>"]))) == {
        (name, name, "matched")
    }


def test_a_document_knows_images_by_name_and_id() -> None:
    bare = Subject("image", "app:1", "sha256:1", {})
    assert matched(kept(bare), kept(image("app:2", "sha256:1", ["app:2"]))) == {("app:1", "app:2", "matched")}


@pytest.mark.parametrize("kind", ["host", "daemon", "swarm"])
def test_there_is_one_host_whatever_it_is_called(kind) -> None:
    assert matched(kept(Subject(kind, "a", "1", {})), kept(Subject(kind, "b", "2", {}))) == {("a", "b", "matched")}


def test_networks_of_one_name() -> None:
    before = kept(*(Subject("network", "front", each, {}) for each in "12"))
    after = kept(*(Subject("network", "front", each, {}) for each in "345"))
    fates = sorted(each.fate for each in align(before, after).pairs)
    assert fates == [Fate.APPEARED, Fate.MATCHED, Fate.MATCHED]


def test_swarm_names() -> None:
    assert stable_name(f"api.3.{TASK}") == ("api.3", "3")
    assert stable_name(f"api.{TASK}.{TASK}") == (f"api.{TASK}", TASK)
    assert stable_name("api.3.short") == ("api.3.short", "")


def test_one_subject_that_fails_twice_is_told_apart_by_order() -> None:
    web = container("web", {})
    before = of(judged("c", finding(web, FAIL, 1), finding(web, FAIL, 2)))
    after = of(judged("c", finding(web, FAIL, 1), finding(web, FAIL, 2), finding(web, FAIL, 3)))
    cells = align(before, after).lines[0].cells
    assert [(each.before and each.before.seen[0].value, each.after.seen[0].value) for each in cells] == [
        (1, 1),
        (2, 2),
        (None, 3),
    ]


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_every_subject_is_in_one_pair_in_any_order(one, other) -> None:
    before, after = roll(one), roll(other)
    alignment = align(before, after, ["app"])
    for side in ("before", "after"):
        told = [getattr(each, side) for each in alignment.pairs if each.fate is not Fate.SCALED or side == "after"]
        keys = [each.order for each in told if each is not None]
        assert len(keys) == len(set(keys))
        here = getattr(alignment, side)
        assert set(keys) == {
            (each.subject.kind, each.subject.name, each.subject.id) for row in here.results for each in row.findings
        }
    findings = [(line.control, cell.after.subject) for line in alignment.lines for cell in line.cells if cell.after]
    assert len(findings) == sum(len(row.findings) for row in after.results)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_the_order_of_the_engine_carries_no_meaning(one, other) -> None:
    before, after = roll(one), roll(other)
    dice = random.Random(one)
    shuffled = of(*(_shuffled(each, dice) for each in before.results))
    assert matched(before, after, ["app"]) == matched(shuffled, after, ["app"])


def _shuffled(row, dice):
    from dataclasses import replace

    return replace(row, findings=tuple(dice.sample(row.findings, len(row.findings))))
