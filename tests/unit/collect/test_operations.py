"""Counts of what lies around: from complete lists only."""

import pytest

from benchmark.collect.engine.reports import CollectionReport
from benchmark.collect.operations import operations_facts, operations_notes
from benchmark.model.conform import conform
from benchmark.model.facts import Reason, Subject, Unavailable
from benchmark.model.facts_daemon import DAEMON_FACTS

GAP = Unavailable(Reason.RESET, "x")


def container(name, image, running):
    return Subject("container", name, name, {"Image": image, "State.Running": running})


def image(identifier):
    return Subject("image", f"{identifier}:latest", identifier, {})


CONTAINERS = CollectionReport((container("a", "i1", True), container("b", "i1", False), container("c", "i2", False)))
IMAGES = CollectionReport(tuple(image(each) for each in ("i1", "i2", "i3")))


def test_counts_and_names():
    facts = operations_facts(CONTAINERS, IMAGES)
    assert facts == {
        "operations.images": 3,
        "operations.unused_images": 1,
        "operations.containers": 3,
        "operations.stopped_containers": 2,
    }
    assert all(conform(DAEMON_FACTS[name], name, value) == value for name, value in facts.items())
    assert operations_notes(CONTAINERS, IMAGES) == {
        "operations.unused_images": "1 of 3 images are used by no container: i3:latest",
        "operations.stopped_containers": "2 of 3 containers do not run: b, c",
    }


def test_nothing_there_is_nought_and_needs_no_note():
    empty = CollectionReport()
    assert set(operations_facts(empty, empty).values()) == {0}
    assert operations_notes(empty, empty) == {}


def test_many_names_are_cut_short():
    many = CollectionReport(tuple(image(f"i{each:02}") for each in range(12)))
    assert operations_notes(CollectionReport(), many)["operations.unused_images"].endswith("i09:latest and 2 more")


@pytest.mark.parametrize(
    ("containers", "images", "unused", "stopped"),
    [
        (CollectionReport(CONTAINERS.subjects, gap=GAP), IMAGES, Reason.RESET, Reason.RESET),
        (CONTAINERS, CollectionReport(IMAGES.subjects, gap=GAP), Reason.RESET, None),
        (CollectionReport((Subject("container", "x", "x", {}, blocked=GAP),)), IMAGES, Reason.RESET, Reason.RESET),
        (CollectionReport((container("x", GAP, True),)), IMAGES, Reason.RESET, None),
        (CollectionReport((container("x", "i1", GAP),)), IMAGES, None, Reason.RESET),
    ],
)
def test_an_incomplete_list_counts_nothing(containers, images, unused, stopped):
    facts = operations_facts(containers, images)
    for name, expected in (("unused_images", unused), ("stopped_containers", stopped)):
        value = facts[f"operations.{name}"]
        assert (value.reason if isinstance(value, Unavailable) else None) is expected
    assert operations_notes(containers, images).keys() <= {
        f"operations.{n}" for n in ("unused_images", "stopped_containers")
    }
