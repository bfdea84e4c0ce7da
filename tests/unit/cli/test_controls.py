import json

import pytest

from benchmark.catalog.load import load_catalog
from benchmark.cli.entry import main
from benchmark.evaluate import list_beyond

CATALOG = load_catalog()
FRAMEWORK = CATALOG.frameworks["cis_docker"]
BEYOND = list_beyond(CATALOG, FRAMEWORK)


def listed(capsys, *words):
    assert main(["controls", "list", "-o", "json", *words]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(("version", "total"), [("1.6.0", 117), ("1.7.0", 117), ("1.8.0", 118)])
def test_every_recommendation_of_a_version_is_listed_in_order(version, total, capsys):
    document = listed(capsys, "--benchmark", version)
    assert document["benchmark"] == {"framework": "cis_docker", "version": version}
    numbers = list(dict.fromkeys(each["number"] for each in document["controls"] if each["number"]))
    assert len(numbers) == total
    assert numbers == sorted(numbers, key=lambda each: [int(part) for part in each.split(".")])


def test_the_newest_version_and_level_2_are_the_default(capsys):
    document = listed(capsys)
    assert (document["benchmark"]["version"], document["profile"]) == ("1.8.0", "level_2")


def test_level_1_is_a_part_of_level_2(capsys):
    smaller = listed(capsys, "--profile", "level_1")["controls"]
    larger = listed(capsys, "--profile", "level_2")["controls"]
    assert {each["number"] for each in smaller} < {each["number"] for each in larger}
    assert all(1 in each["levels"] for each in smaller if each["number"])


@pytest.mark.parametrize("profile", ["level_1", "level_2"])
def test_controls_beyond_the_benchmark_follow_the_numbered_ones(profile, capsys):
    rows = listed(capsys, "--profile", profile)["controls"]
    first = next(at for at, each in enumerate(rows) if each["number"] is None)
    assert tuple(each["control"] for each in rows[first:]) == BEYOND
    assert {(each["number"], *each["levels"], each["published_assessment"]) for each in rows[first:]} == {(None, None)}
    assert main(["controls", "list", "--profile", profile]) == 0
    out = capsys.readouterr().out
    assert f"\n{len(BEYOND)} controls beyond the benchmark" in out
    assert [line.split()[1] for line in out.splitlines() if line.startswith("-  ")] == list(BEYOND)


def test_a_control_beyond_the_benchmark_is_explained_as_such(capsys):
    assert main(["controls", "show", BEYOND[0]]) == 0
    assert "judged with --beyond, not in the score" in capsys.readouterr().out
    assert main(["controls", "show", "5.5"]) == 0
    assert "--beyond" not in capsys.readouterr().out


def test_what_no_control_judges_is_listed_as_such(capsys):
    waiting = [each for each in listed(capsys)["controls"] if each["control"] is None]
    assert len(waiting) == sum(not each.controls for each in FRAMEWORK.requirements if "1.8.0" in each.ids)
    assert main(["controls", "list"]) == 0
    out = capsys.readouterr().out
    assert out.count("not judged yet") == len(waiting) + 1
    assert f"118 recommendations, {len(waiting)} of them not judged yet" in out


def test_numbers_are_not_read_as_numbers(capsys):
    assert main(["controls", "list"]) == 0
    assert "\n5.10  " in capsys.readouterr().out


@pytest.mark.parametrize("control", sorted(CATALOG.controls))
def test_every_control_can_be_explained(control, capsys):
    assert main(["controls", "show", control]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith(control)
    assert CATALOG.controls[control].title in out
    for heading in ("\nWhy\n", "\nHow it is checked\n", "\nHow to mend a failure\n"):
        assert heading in out
    for parameter in CATALOG.controls[control].parameters:
        assert f"{control}.{parameter.name} ({parameter.type}, default" in out
    assert max(map(len, out.splitlines())) <= 110


def test_a_number_is_that_of_the_chosen_version(capsys):
    assert main(["controls", "show", "2.8"]) == 0
    newest = capsys.readouterr().out
    assert main(["controls", "show", "2.7", "--benchmark", "1.6.0"]) == 0
    assert capsys.readouterr().out == newest
    assert newest.startswith("tcp_listeners_verify_clients")


def test_the_numbers_of_all_versions_are_told(capsys):
    assert main(["controls", "show", "tcp_listeners_verify_clients"]) == 0
    table = [line.split()[:3] for line in capsys.readouterr().out.splitlines() if line.startswith("  1.")]
    assert table == [["1.6.0", "2.7", "1"], ["1.7.0", "2.7", "1"], ["1.8.0", "2.8", "1"]]


def test_a_requirement_of_another_framework_is_explained_with_the_reason_of_each_control(capsys):
    assert main(["controls", "show", "4.4.3"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("4.4.3  ")
    assert "container_not_privileged (5.5): Containers run without the privileged flag" in text
    assert "direct, subset-of; framework text: " in text


def test_a_section_of_another_framework_shows_its_requirements(capsys):
    assert main(["controls", "show", "nist_sp_800_190:4.4"]) == 0
    text = capsys.readouterr().out
    assert [line.split()[0] for line in text.splitlines() if line.startswith("4.4.")] == [
        f"4.4.{n}" for n in range(1, 6)
    ]


def test_what_else_a_number_may_mean_is_said(capsys):
    assert main(["controls", "show", "4.4"]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("image_vulnerabilities_acceptable")
    assert "4.4 may also mean nist_sp_800_190:4.4" in told.err


def test_a_control_lists_what_it_means_for_each_framework_and_why(capsys):
    assert main(["controls", "show", "container_not_privileged"]) == 0
    text = capsys.readouterr().out
    nist = text[text.index("\nNIST SP 800-190") :]
    assert "\n  4.4.3  " in nist
    assert "direct, subset-of; framework text:" in nist


def test_an_older_number_of_the_benchmark_is_found_by_its_full_name(capsys):
    assert main(["controls", "show", "cis_docker:1.6.0:5.4"]) == 0
    assert "(CIS Docker Benchmark 1.6.0)" in capsys.readouterr().out
