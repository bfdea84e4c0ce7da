"""``--tailoring`` and ``dockmark tailoring create`` on the public command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command import ROOT, dockmark

SAMPLE = ROOT / "reports/samples/sample-host.snapshot.json.gz"


def created(directory: Path, *words: str) -> Path:
    path = directory / "tailoring.xml"
    done = dockmark("tailoring", "create", *words, "-o", path)
    assert done.returncode == 0, done.stderr
    return path


def judged(path: Path, *words: str) -> dict[str, object]:
    done = dockmark("evaluate", SAMPLE, "--tailoring", path, *words, "-o", "json", "--fail-on", "never")
    assert done.returncode == 0, done.stderr
    report: dict[str, object] = json.loads(done.stdout)
    return report


def controls(report: dict[str, object]) -> set[str]:
    results = report["results"]
    assert isinstance(results, list)
    return {each["control"] for each in results}


def test_what_is_taken_out_is_listed(tmp_path: Path) -> None:
    report = judged(created(tmp_path, "--unselect", "5.5", "--title", "Ours"))
    assert "container_not_privileged" not in controls(report)
    gone = report["deselected"]
    assert isinstance(gone, list)
    assert [each["control"] for each in gone] == ["container_not_privileged"]
    told = report["tailoring"]
    assert isinstance(told, dict)
    assert (told["title"], told["extends"]) == ("Ours", "xccdf_dockmark_profile_level_2")
    table = dockmark("evaluate", SAMPLE, "--tailoring", tmp_path / "tailoring.xml").stdout.decode()
    assert '"Ours" of ' in " ".join(table.split())
    assert "5.5" in table


def test_one_control_of_a_section_can_be_kept(tmp_path: Path) -> None:
    kept = controls(judged(created(tmp_path, "--unselect", "5", "--select", "container_not_privileged")))
    assert {each for each in kept if each.startswith("container_no_")} == set()
    assert "container_not_privileged" in kept


def test_its_values_are_in_force_and_set_comes_before_them(tmp_path: Path) -> None:
    path = created(tmp_path, "--set", "container_restart_bounded.most_restarts=0")

    def expected(*words: str) -> str:
        rows = judged(path, "--control", "container_restart_bounded", *words)["results"]
        assert isinstance(rows, list)
        return str(rows)

    assert "at most 0" in expected()
    assert "at most 7" in expected("--set", "container_restart_bounded.most_restarts=7")


def test_the_file_says_which_version_of_the_benchmark_is_judged(tmp_path: Path) -> None:
    path = created(tmp_path, "--benchmark", "1.6.0")
    assert judged(path)["benchmark"] == {"framework": "cis_docker", "version": "1.6.0"}
    done = dockmark("evaluate", SAMPLE, "--tailoring", path, "--benchmark", "1.8.0")
    assert done.returncode == 3
    assert b"made for xccdf_dockmark_benchmark_cis-docker-1.6.0" in done.stderr


def test_nothing_is_written_that_could_not_be_used(tmp_path: Path) -> None:
    path = tmp_path / "t.xml"
    for words, told in (
        (("--unselect", "9.9"), "no control, number or section '9.9'"),
        (("--select", "5.5", "--unselect", "5.5"), "selected and unselected at once: 5.5"),
        (("--set", "container_restart_bounded.most_restarts=x"), "is not an integer"),
        (("--name", "no good"), "is not made of letters"),
    ):
        done = dockmark("tailoring", "create", *words, "-o", path)
        assert done.returncode == 3
        assert told in done.stderr.decode()
        assert not path.exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "not well-formed"),
        ("<a/>", "expected an XCCDF 1.2 Tailoring"),
        ("<!DOCTYPE x><x/>", "DOCTYPE"),
    ],
)
def test_what_is_no_tailoring_is_refused_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "t.xml"
    path.write_text(text)
    done = dockmark("evaluate", SAMPLE, "--tailoring", path)
    assert done.returncode == 3
    assert f"dockmark: {path}:1:" in done.stderr.decode()
    assert told in done.stderr.decode()


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    done = dockmark("evaluate", SAMPLE, "--tailoring", tmp_path / "none.xml")
    assert done.returncode == 3
    assert b"No such file" in done.stderr


def test_a_profile_that_there_is_not_is_wrong_usage() -> None:
    done = dockmark("evaluate", SAMPLE, "--profile", "level_9")
    assert done.returncode == 3
    assert b"there are level_1, level_2" in done.stderr
