"""What an entry of a policy file is about, asked directly: every part of a scope, and what is not known of a subject."""

from __future__ import annotations

import pytest

from benchmark.catalog.load import load_catalog
from benchmark.evaluate.scope import Surroundings, breadth, controls_of, misplaced, unknown_control
from benchmark.model.facts import Reason, Subject, Unavailable
from benchmark.model.policy import Scope, Standing
from benchmark.model.vocabulary import COLLECTIONS
from tests.policies import waiver, waivers
from tests.snapshots import container, snapshot, subject

CATALOG = load_catalog()
CONTAINERS = CATALOG.controls["container_not_privileged"]
IMAGES = CATALOG.controls["image_no_private_keys"]
HOST = CATALOG.controls["host_hardened"]
DAEMON = CATALOG.controls["live_restore_enabled"]
SWARM = next(each for each in CATALOG.controls.values() if each.for_each == "swarm")
DENIED = Unavailable(Reason.DENIED, "/x")
ID = "sha256:" + "1" * 64
DIGEST = "sha256:" + "2" * 64
OTHER = "sha256:" + "3" * 64
IMAGE = Subject(
    "image",
    "shop/web:1",
    ID,
    {"Id": OTHER, "RepoTags": ["shop/web:1", 5], "RepoDigests": [f"shop/web@{DIGEST}", "a@b@c"]},
)


def entry(**changes):
    (found,) = waivers(waiver(**changes)).waivers
    return found


def covers(scope, what, *others):
    return Surroundings(snapshot([*others])).covers(scope, what)


def told(scope, *controls):
    return list(misplaced(scope, controls))


@pytest.mark.parametrize("subject", ["container:a:b", "container:", "container"])
def test_the_kind_of_a_subject_ends_at_the_first_colon(subject):
    assert told(Scope(subject=subject), CONTAINERS) == []


@pytest.mark.parametrize(
    ("scope", "what"),
    [
        (Scope(subject="image:x"), "it is about image:x, but its control judges: container or daemon"),
        (Scope(label=("a", "b")), None),
        (Scope(image="x"), None),
    ],
)
def test_of_several_kinds_one_is_enough(scope, what):
    found = told(scope, DAEMON, CONTAINERS)
    assert found == ([(Standing.CANNOT_MATCH, what)] if what else [])


def test_labels_are_of_containers_and_images_of_what_has_one():
    by_label, by_image = Scope(label=("a", "b")), Scope(image="x")
    said = "it picks by a container's label, but its control judges: image"
    assert told(by_label, IMAGES) == [(Standing.CANNOT_MATCH, said)]
    assert told(by_image, IMAGES) == []
    said = "it picks by image, but its control judges: daemon or host"
    assert told(by_image, HOST, DAEMON) == [(Standing.CANNOT_MATCH, said)]
    assert told(Scope(), HOST) == []


@pytest.mark.parametrize(
    ("scope", "controls", "words"),
    [
        (Scope(), (CONTAINERS, IMAGES), "every host and every container and image"),
        (Scope(host="x"), (CONTAINERS,), "every container"),
        (Scope(host="x", label=("a", "b")), (CONTAINERS,), ""),
        (Scope(image="x"), (CONTAINERS,), "every host"),
        (Scope(), (HOST, DAEMON, SWARM), "every host"),
    ],
)
def test_breadth(scope, controls, words):
    assert breadth(scope, controls) == words


def test_the_controls_of_an_entry_and_what_is_said_where_there_are_none():
    framework = CATALOG.frameworks["cis_docker"]
    assert controls_of(entry(), CATALOG, framework) == (CONTAINERS,)
    assert controls_of(entry(control="5.5", benchmark="1.8.0"), CATALOG, framework) == (CONTAINERS,)
    for unknown, name in (
        (entry(control="nothing_at_all"), "nothing_at_all"),
        (entry(control="99.1", benchmark="1.8.0"), "99.1 of benchmark 1.8.0"),
    ):
        assert controls_of(unknown, CATALOG, framework) == ()
        assert unknown_control(unknown) == (Standing.UNKNOWN_CONTROL, f"there is no control {name}")


def test_a_host_and_a_subject_are_picked_by_their_names():
    web = container("web")
    assert covers(Scope(), web)
    assert covers(Scope(host="good.example", subject="container:web"), web)
    assert not covers(Scope(host="other.example"), web)
    assert not covers(Scope(subject="container:db"), web)


def test_a_label_is_that_of_a_container_and_known():
    scope = Scope(label=("team", "red"))
    assert covers(scope, container("web", {"labels": {"team": "red"}}))
    assert not covers(scope, container("web", {"labels": {"team": "blue"}}))
    assert not covers(scope, container("web", {"labels": {}}))
    assert not covers(scope, container("web", {"labels": DENIED}))
    assert not covers(scope, Subject("image", "x", ID, {"labels": {"team": "red"}}))
    assert not covers(scope, subject("host", "x", {}))


@pytest.mark.parametrize(
    ("name", "covered"),
    [
        (ID, True),
        (OTHER, True),
        (DIGEST, True),
        ("shop/web:1", True),
        (f"shop/web@{DIGEST}", True),
        ("b@c", True),
        ("c", False),
        ("", False),
        ("shop/web", False),
        ("sha256:" + "4" * 64, False),
    ],
)
def test_an_image_is_picked_by_any_of_its_names(name, covered):
    assert covers(Scope(image=name), IMAGE) is covered


@pytest.mark.parametrize("fact", ["Id", "RepoTags", "RepoDigests"])
def test_a_name_of_an_image_that_is_not_known_is_none(fact):
    unknown = Subject("image", "x", ID, {**IMAGE.facts, fact: DENIED})
    assert covers(Scope(image=ID), unknown)
    gone = {"Id": OTHER, "RepoTags": "shop/web:1", "RepoDigests": DIGEST}[fact]
    assert not covers(Scope(image=gone), unknown)
    assert not covers(Scope(image=""), Subject("image", "x", "", {**IMAGE.facts, "Id": ""}))


def made_from(image, reference):
    return container("web", {"Image": image, "Config.Image": reference})


@pytest.mark.parametrize(
    ("name", "covered"),
    [
        (ID, True),
        ("shop/web:1", True),
        (DIGEST, True),
        (OTHER, True),
        ("sha256:" + "4" * 64, False),
        ("shop/web", False),
        ("shop/web:2", False),
    ],
)
def test_a_container_is_picked_by_what_it_was_made_from(name, covered):
    assert covers(Scope(image=name), made_from(ID, "shop/web:1"), IMAGE) is covered


def test_a_container_is_picked_by_the_digest_in_its_reference():
    web = made_from(ID, f"shop/web@{DIGEST}")
    assert covers(Scope(image=DIGEST), web)
    assert covers(Scope(image=ID), web)
    assert not covers(Scope(image=OTHER), web)
    assert not covers(Scope(image=DIGEST), made_from(ID, f"shop/web{DIGEST}"))


def test_tags_of_the_image_are_no_names_of_a_container_that_was_made_from_another_reference():
    assert not covers(Scope(image=f"shop/web@{DIGEST}"), made_from(ID, "shop/web:2"), IMAGE)


@pytest.mark.parametrize(("image", "reference"), [(DENIED, DENIED), (DENIED, "shop/web:1"), (ID, DENIED)])
def test_what_is_not_known_of_a_container_is_not_covered(image, reference):
    web = made_from(image, reference)
    assert not covers(Scope(image="sha256:" + "4" * 64), web, IMAGE)
    assert covers(Scope(image=DIGEST), web, IMAGE) is (image == ID)


def test_no_other_kind_of_subject_has_an_image():
    network = Subject("network", "x", ID, {"Image": ID, "Config.Image": "shop/web:1"})
    assert not covers(Scope(image=ID), network, IMAGE)


def test_only_images_lend_their_digests():
    fake = Subject("container", "x", ID, {"RepoDigests": [f"a@{DIGEST}"]})
    assert not covers(Scope(image=DIGEST), made_from(ID, "shop/web:1"), fake)


def test_kinds_are_told_in_order():
    names = {each.for_each: each for each in CATALOG.controls.values() if each.for_each not in ("host", "engines")}
    kinds = sorted({COLLECTIONS[each].kind for each in names} - {"host", "daemon", "swarm"})
    assert len(kinds) > 4
    assert breadth(Scope(host="x"), tuple(names.values())) == f"every {' and '.join(kinds)}"
