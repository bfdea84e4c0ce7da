"""Every control, judged on its fixtures (tests/controls/ID.yaml) through the same code as a real run."""

from pathlib import Path

import pytest

from benchmark.catalog.load import load_catalog
from benchmark.catalog.positioned import plain
from benchmark.catalog.yaml_source import read_yaml
from benchmark.evaluate import EvaluationRequest, prepare_evaluator
from benchmark.model.conform import conform
from benchmark.model.facts import ABSENT, Reason, Source, Subject, Unavailable
from benchmark.model.snapshot import Collector, Enumeration, Snapshot, Target
from benchmark.model.vocabulary import COLLECTIONS, KINDS

HERE = Path(__file__).parent
CATALOG = load_catalog(HERE.parent.parent)
FIXTURES = {path.stem: path for path in sorted(HERE.glob("*.yaml"))}
SUBJECT_KEYS = {"name", "facts", "absent", "unavailable"}


def cases(path):
    errors = []
    node = read_yaml(path.read_bytes(), path.name, errors)
    assert not errors, errors
    document = plain(node)
    assert document.keys() == {"control", "cases"}, path
    assert document["control"] == path.stem
    return document["cases"]


CASES = [(name, case) for name, path in FIXTURES.items() for case in cases(path)]


def subject(kind, description, number=1):
    assert description.keys() <= SUBJECT_KEYS, description
    table = KINDS[kind]
    facts = {name: conform(table[name], name, value) for name, value in description.get("facts", {}).items()}
    facts |= dict.fromkeys(description.get("absent", ()), ABSENT)
    facts |= {name: Unavailable(Reason(why), "fixture") for name, why in description.get("unavailable", {}).items()}
    assert facts.keys() <= table.keys(), f"undeclared facts: {sorted(facts.keys() - table.keys())}"
    return Subject(kind, description.get("name", f"{kind}{number}"), "", facts, Source("fixture"))


def snapshot(control, case):
    collection = COLLECTIONS[control.for_each]
    base = collection.base or control.for_each
    described = case.get("subjects", [])
    if base == "engines":
        described = [{**each, "facts": {"product": "docker", **each.get("facts", {})}} for each in described]
    if collection.where and base != "engines":
        fact, value = collection.where
        described = [{**each, "facts": {fact: value, **each.get("facts", {})}} for each in described]
    subjects = [subject(collection.kind, each, at) for at, each in enumerate(described, 1)]
    gap = Unavailable(Reason(case["gap"]), "fixture") if "gap" in case else None
    enumerations = {base: Enumeration(tuple(range(len(subjects))), gap=gap)}
    for kind, around in (("daemon", "engines"), ("host", "host")):
        if kind in case:
            subjects.append(subject(kind, case[kind]))
            enumerations[around] = Enumeration((len(subjects) - 1,))
    return Snapshot(
        Target("fixture", product="docker"), Collector("0", 0, "root"), "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z",
        tuple(subjects), enumerations,
    )  # fmt: skip


@pytest.mark.parametrize(("name", "case"), CASES, ids=[f"{name}: {case['name']}" for name, case in CASES])
def test_fixture(name, case):
    control = CATALOG.controls[name]
    parameters = {(name, key): value for key, value in case.get("parameters", {}).items()}
    request = EvaluationRequest(now="2026-01-02T00:00:00Z", controls=(name,), parameters=parameters)
    (row,) = prepare_evaluator(CATALOG, request).evaluate(snapshot(control, case)).results
    assert row.result.value == case["expect"], row.message + "".join(f"\n  {each.message}" for each in row.findings)


def test_every_control_has_fixtures_and_every_fixture_a_control():
    assert sorted(FIXTURES) == sorted(CATALOG.controls)


@pytest.mark.parametrize("name", sorted(CATALOG.controls))
def test_fixtures_show_every_result_the_control_can_give(name):
    control = CATALOG.controls[name]
    seen = {case["expect"] for case in cases(FIXTURES[name])}
    wanted = {"error"}
    if control.check is not None:
        wanted |= {"fail"} if control.attest else {"pass"}
        wanted |= {"notchecked"} if control.review else {"fail"}
    if control.attest:
        wanted |= {"notchecked"}
    if control.when is not None:
        wanted |= {"notapplicable"}
    assert wanted <= seen, f"missing: {sorted(wanted - seen)}"


def test_the_case_names_of_a_control_are_unique():
    for path in FIXTURES.values():
        names = [case["name"] for case in cases(path)]
        assert len(names) == len(set(names)), path


def test_the_runner_fails_on_a_seeded_bug():
    """A harness that cannot fail proves nothing: the same fixtures against an inverted control must not agree."""
    from dataclasses import replace

    from benchmark.evaluate.verdict import decider
    from benchmark.model.control import Not

    control = CATALOG.controls["container_not_privileged"]
    broken = decider(replace(control, check=Not(control.check)), {})
    good = subject("container", {"facts": {"HostConfig.Privileged": False}})
    assert broken(good, None).result.value == "fail"


@pytest.mark.parametrize(("version", "count"), [("1.6.0", 117), ("1.7.0", 117), ("1.8.0", 118)])
def test_every_recommendation_has_a_control(version, count):
    requirements = [each for each in CATALOG.frameworks["cis_docker"].requirements if version in each.ids]
    assert len(requirements) == len({each.ids[version] for each in requirements}) == count
    assert [each.ids[version] for each in requirements if not each.controls] == []


def test_a_control_that_only_a_person_can_judge_says_why():
    for control in CATALOG.controls.values():
        if control.check is None:
            assert control.attest, control.id
