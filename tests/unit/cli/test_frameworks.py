"""``dockmark frameworks``, and ``--framework`` where results are reported."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from tests.command import ROOT, dockmark
from tests.snapshots import container, snapshot, write_snapshot


def run(*words, code=0):
    done = dockmark(*words)
    assert done.returncode == code, done.stderr
    return done.stdout.decode() if code == 0 else done.stderr.decode()


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    made = snapshot([container("web", {"HostConfig.Privileged": True})])
    return write_snapshot(tmp_path_factory.mktemp("host") / "host.json", made)


def test_the_list_holds_every_version_with_what_checks_reach():
    document = json.loads(run("frameworks", "list", "-o", "json"))
    assert document["schema"] == "dockmark/frameworks/1"
    found = {each["framework"]: each for each in document["frameworks"]}
    versions = {each["version"]: each for each in found["cis_docker"]["versions"]}
    assert list(versions) == ["1.8.0", "1.7.0", "1.6.0"]
    assert [each["requirements"] for each in versions.values()] == [118, 117, 117]
    for each in versions.values():
        assert sum(each["reach"].values()) - each["reach"]["asks nothing"] == each["requirements"]
    table = run("frameworks", "list")
    assert "cis_docker" in table
    assert "not reachable" in table


def test_coverage_names_the_controls_of_each_requirement():
    document = json.loads(run("frameworks", "coverage", "cis_docker:1.6.0", "-o", "json"))
    assert (document["framework"], document["version"]) == ("cis_docker", "1.6.0")
    found = {each["id"]: each for each in document["requirements"]}
    assert len(found) == 117
    (edge,) = found["5.5"]["controls"]
    assert (edge["control"], edge["directness"]) == ("container_not_privileged", "direct")
    table = run("frameworks", "coverage", "cis_docker")
    assert "  5.5  " in table
    assert "direct: container_not_privileged (5.5)" in table


@pytest.mark.parametrize("framework", ["cis_docker", "cis_docker:1.6.0", "nist_sp_800_190"])
def test_coverage_follows_its_schema(framework):
    schema = json.loads((ROOT / "reports/schemas/framework-coverage-1.schema.json").read_text())
    Draft202012Validator(schema).validate(json.loads(run("frameworks", "coverage", framework, "-o", "json")))


def test_coverage_of_the_benchmark_follows_its_version():
    document = json.loads(run("frameworks", "coverage", "cis_docker", "--benchmark", "1.7.0", "-o", "json"))
    assert document["version"] == "1.7.0"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("cis_dokcer", "did you mean cis_docker?"),
        ("cis_docker:9", "no version '9' of cis_docker; there are 1.6.0, 1.7.0, 1.8.0"),
        ("cis_docker:", "no version '' of cis_docker"),
    ],
)
def test_what_is_not_there_is_refused_with_what_there_is(name, message, host):
    assert message in run("frameworks", "coverage", name, code=3)
    assert message in run("evaluate", host, "--framework", name, code=3)


def test_results_seen_from_a_framework(host, tmp_path):
    report = tmp_path / "report.json"
    done = dockmark("evaluate", host, "--framework", "cis_docker", "-o", "table", "-o", f"json={report}")
    assert done.returncode == 1
    table = done.stdout.decode()
    assert "✗ contradicted     5.5" in table
    assert "Summary of CIS Docker Benchmark 1.8.0" in table
    (view,) = json.loads(report.read_text())["framework_views"]
    assert view["score"]["requirements"] == 118


def test_the_version_of_the_benchmark_is_chosen_in_one_place_only(host):
    message = run("evaluate", host, "--framework", "cis_docker:1.6.0", code=3)
    assert "choose it with --benchmark" in message
    done = dockmark("evaluate", host, "--framework", "cis_docker:1.6.0", "--benchmark", "1.6.0")
    assert "Summary of CIS Docker Benchmark 1.6.0" in done.stdout.decode()


def test_the_variable_names_frameworks_too(host):
    done = dockmark("evaluate", host, env={"DOCKMARK_FRAMEWORK": "cis_docker,cis_docker"})
    assert done.stdout.decode().count("Summary of CIS Docker Benchmark") == 1
