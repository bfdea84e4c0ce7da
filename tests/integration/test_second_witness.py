"""What dockmark recorded of a container is what Docker's own SDK says of it."""

from __future__ import annotations

import docker
import pytest

from benchmark.collect import CollectRequest, collect_snapshot
from benchmark.model.declaration import Fact
from benchmark.model.facts import ABSENT, FactValue
from benchmark.model.facts_container import CONTAINER_FACTS
from tests.engine import Engine

pytestmark = pytest.mark.engine

# The engine does not list these in a fixed order, or dockmark cuts what they carry; they have tests of their own.
APART = {"Mounts", "HostConfig.SecurityOpt"}


def at(document: object, path: str) -> FactValue:
    for key in path.split("."):
        if not isinstance(document, dict) or key not in document:
            return ABSENT
        document = document[key]
    return document  # type: ignore[return-value]


def alike(fact: Fact, ours: FactValue, theirs: FactValue) -> bool:
    if not fact.fields:
        return ours == theirs
    if not isinstance(theirs, list) or not isinstance(ours, list):
        return ours == theirs
    return ours == [{key: each[key] for key in fact.fields if key in each} for each in theirs]


def test_every_plain_fact_of_every_container_agrees(shared_engine: Engine) -> None:
    shared_engine.run("plain", "--ulimit", "nofile=100:200", "--device", "/dev/null:/dev/x:r", "--memory", "32m")
    shared_engine.create("careless", "--privileged", "--pid", "host", "--restart", "always", "-v", "/etc:/etc:ro")
    shared_engine.create("careful", "--cap-drop", "all", "--cap-add", "chown", "--read-only", "--pids-limit", "5")
    try:
        snapshot = collect_snapshot(CollectRequest(host=shared_engine.unix_host))
        with_sdk = docker.DockerClient(base_url=shared_engine.unix_host)
        inspected = {each.name: each.attrs for each in with_sdk.containers.list(all=True)}
        with_sdk.close()
    finally:
        shared_engine.remove_containers()
    subjects = [each for each in snapshot.subjects if each.kind == "container"]
    assert sorted(each.name for each in subjects) == sorted(inspected) == ["careful", "careless", "plain"]
    plain = [name for name, fact in CONTAINER_FACTS.items() if not fact.derived and name not in APART]
    assert len(plain) > 30
    for subject in subjects:
        theirs = inspected[subject.name]
        wrong = [name for name in plain if not alike(CONTAINER_FACTS[name], subject.fact(name), at(theirs, name))]
        assert wrong == [], {name: (subject.fact(name), at(theirs, name)) for name in wrong}
