"""One snapshot under 1.6.0, 1.7.0 and 1.8.0. What the versions say stands here as facts, not read from our own mapping."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from tests.command import ROOT, dockmark
from tests.snapshots import container, snapshot, write_snapshot

VERSIONS = ("1.6.0", "1.7.0", "1.8.0")
SAMPLE = ROOT / "reports/samples/sample-host.snapshot.json.gz"

# Section 2 as 1.6.0 and 1.7.0 number it; 1.8.0 puts a new 2.7 before the old one. No other number moves.
SECTION_2 = {
    "daemon_rootless": "2.1",
    "default_bridge_icc_disabled": "2.2",
    "daemon_log_level_info": "2.3",
    "daemon_manages_iptables": "2.4",
    "no_insecure_registries": "2.5",
    "storage_driver_not_aufs": "2.6",
    "tcp_listeners_verify_clients": "2.7",
    "default_ulimits_configured": "2.8",
    "user_namespaces_enabled": "2.9",
    "daemon_cgroup_parent_default": "2.10",
    "devicemapper_base_size_default": "2.11",
    "authorization_plugin_enabled": "2.12",
    "logs_sent_off_host": "2.13",
    "daemon_no_new_privileges": "2.14",
    "live_restore_enabled": "2.15",
    "userland_proxy_disabled": "2.16",
    "daemon_seccomp_profile_in_force": "2.17",
    "experimental_features_disabled": "2.18",
}
AUTOMATED_IN_SECTION_3 = ["3.1", "3.2", "3.3", "3.4", "3.5", "3.6", "3.15", "3.16", "3.23", "3.24"]
AUTOMATED_LATER = [*(f"1.1.{n}" for n in (3, *range(6, 16), 17, 18)), *AUTOMATED_IN_SECTION_3]
# Published as Automated; everything else is Manual.
AUTOMATED = {
    "1.6.0": [*(f"1.1.{n}" for n in (3, 4, *range(6, 15))), *AUTOMATED_IN_SECTION_3],
    "1.7.0": AUTOMATED_LATER,
    "1.8.0": AUTOMATED_LATER,
}
# Of section 1, level 2 alone in every version.
LEVEL_2 = [*(f"1.1.{n}" for n in range(7, 19))]
# What 1.6.0 prints under both levels: they belong to level 1 as well.
BOTH_IN_160 = ["1.1.3", "1.1.4", "1.1.5", "1.1.6", *(f"3.{n}" for n in (*range(1, 13), 15, 16, 23, 24)), "5.1"]
RECOMMENDATIONS = {"1.6.0": 117, "1.7.0": 117, "1.8.0": 118}
OF_LEVEL_1 = {"1.6.0": 86, "1.7.0": 86, "1.8.0": 87}


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """(name of the host, version, profile) -> the JSON document."""
    folder = tmp_path_factory.mktemp("versions")
    made = snapshot([container("web", {"HostConfig.Privileged": True})], daemon={"daemon.live-restore": False})
    hosts = {"sample": SAMPLE, "made": write_snapshot(folder / "made.json", made)}
    found = {}
    for name, path in hosts.items():
        for version in VERSIONS:
            for profile in ("level_1", "level_2"):
                words = ("--benchmark", version, "--profile", profile, "-o", "json")
                found[name, version, profile] = json.loads(dockmark("evaluate", path, *words).stdout)
    return found


def numbers(document):
    return {number for row in document["results"] for number in row["requirements"]["cis_docker"]}


def by_control(document):
    return {row["control"]: row for row in document["results"]}


def merged(document, key):
    return {number: value for row in document["results"] for number, value in row[key].items()}


@pytest.mark.parametrize("host", ["sample", "made"])
@pytest.mark.parametrize("version", VERSIONS)
def test_every_recommendation_of_the_version_has_a_verdict(judged, host, version):
    for profile, expected in (("level_1", OF_LEVEL_1[version]), ("level_2", RECOMMENDATIONS[version])):
        document = judged[host, version, profile]
        assert document["benchmark"] == {"framework": "cis_docker", "version": version}
        assert len(numbers(document) | {each["id"] for each in document["not_yet_judged"]}) == expected


@pytest.mark.parametrize("version", VERSIONS)
def test_section_2_has_the_numbers_of_the_version(judged, version):
    rows = by_control(judged["sample", version, "level_2"])
    for control, old in SECTION_2.items():
        position = int(old.partition(".")[2])
        moved = f"2.{position + 1}" if version == "1.8.0" and position >= 7 else old
        assert rows[control]["requirements"]["cis_docker"] == [moved], control


def test_the_new_recommendation_is_in_the_newest_version_alone(judged):
    rows = {version: by_control(judged["sample", version, "level_2"]) for version in VERSIONS}
    assert [version for version in VERSIONS if "storage_driver_not_devicemapper" in rows[version]] == ["1.8.0"]
    assert rows["1.8.0"]["storage_driver_not_devicemapper"]["requirements"]["cis_docker"] == ["2.7"]


@pytest.mark.parametrize("version", VERSIONS)
def test_outside_section_2_a_control_keeps_its_numbers(judged, version):
    newest = by_control(judged["sample", "1.8.0", "level_2"])
    for control, row in by_control(judged["sample", version, "level_2"]).items():
        if not row["section"].startswith("2"):
            assert row["requirements"]["cis_docker"] == newest[control]["requirements"]["cis_docker"]


@pytest.mark.parametrize("version", VERSIONS)
def test_published_assessments_are_those_of_the_version(judged, version):
    published = merged(judged["sample", version, "level_2"], "assessment")
    assert len(published) == RECOMMENDATIONS[version]
    assert {each for each, word in published.items() if word == "automated"} == set(AUTOMATED[version])
    assert set(published.values()) == {"automated", "manual"}


@pytest.mark.parametrize("version", VERSIONS)
def test_levels_are_those_of_the_version(judged, version):
    levels = merged(judged["sample", version, "level_2"], "levels")
    assert sum(1 in each for each in levels.values()) == OF_LEVEL_1[version]
    assert sum(each == [2] for each in levels.values()) == 31
    assert all(levels[each] == [2] for each in LEVEL_2)
    both = {each for each, found in levels.items() if found == [1, 2]}
    assert both == (set(BOTH_IN_160) if version == "1.6.0" else set())
    assert numbers(judged["sample", version, "level_1"]) == {each for each, found in levels.items() if 1 in found}


@pytest.mark.parametrize("host", ["sample", "made"])
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("profile", ["level_1", "level_2"])
def test_the_score_is_that_of_the_versions_own_rows(judged, host, version, profile):
    document = judged[host, version, profile]
    words = [row["result"] for row in document["results"]]
    passed = words.count("pass")
    scorable = passed + words.count("fail") + words.count("error") + words.count("unknown")
    assert (document["score"]["passed"], document["score"]["scorable"]) == (passed, scorable)
    assert abs(Decimal(str(document["score"]["percent"])) - Decimal(100) * passed / scorable) <= Decimal("0.05")
    assert document["score"]["coverage"]["selected"] == len(words)


@pytest.mark.parametrize("host", ["sample", "made"])
def test_versions_differ_by_the_new_recommendation_and_by_nothing_else(judged, host):
    oldest, middle, newest = (by_control(judged[host, version, "level_2"]) for version in VERSIONS)
    assert oldest.keys() == middle.keys() == newest.keys() - {"storage_driver_not_devicemapper"}
    same = {name: row["result"] for name, row in oldest.items()}
    assert same == {name: middle[name]["result"] for name in same}
    assert same == {name: newest[name]["result"] for name in same}
    assert newest["storage_driver_not_devicemapper"]["result"] == "pass"
    scores = [judged[host, version, "level_2"]["score"] for version in VERSIONS]
    assert (scores[0]["passed"], scores[0]["scorable"]) == (scores[1]["passed"], scores[1]["scorable"])
    assert (scores[2]["passed"], scores[2]["scorable"]) == (scores[1]["passed"] + 1, scores[1]["scorable"] + 1)


@pytest.mark.parametrize(("version", "number"), [("1.6.0", "2.15"), ("1.7.0", "2.15"), ("1.8.0", "2.16")])
def test_a_failure_stands_under_the_number_of_the_version(judged, version, number):
    row = by_control(judged["made", version, "level_2"])["live_restore_enabled"]
    assert (row["result"], row["requirements"]["cis_docker"]) == ("fail", [number])
