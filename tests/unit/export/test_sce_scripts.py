"""Whole scripts, with a stand-in for docker: what one member's result makes of the control's, and what is told."""

from __future__ import annotations

import itertools
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.catalog.load import load_catalog
from benchmark.cli.checklist import checklist_of
from benchmark.export.sce_scripts import RESULTS, SceScript, _judge, sce_script

ANSWERS = {"pass": '""', "fail": "", "notchecked": '"maybe"', "error": None}  # of docker network inspect
ORDER = ("fail", "error", "notchecked", "pass")


@pytest.fixture(scope="module")
def script() -> SceScript:
    rules = checklist_of(load_catalog(), "cis_docker", "1.8.0").rules()
    made = sce_script(next(each for each in rules if each.control.id == "overlay_networks_encrypted"))
    assert made is not None
    return made


def run(directory: Path, script: SceScript, docker: str) -> tuple[str, str]:
    """The result and what is told, where ``docker`` is the only docker there is."""
    tools = directory / "tools"
    tools.mkdir(exist_ok=True)
    (tools / "docker").write_text(f"#!/bin/sh\n{docker}")
    (tools / "docker").chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", "-c", script.text],
        env={"PATH": f"{tools}:{os.defpath}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return next(name for name, number in RESULTS.items() if number == done.returncode), done.stdout


def answering(*networks: str) -> str:
    """A docker that knows a network for each of these results, called by its number and result."""
    lines = "\n".join(f"{number}{each}" for number, each in enumerate(networks))
    cases = "".join(
        f"*{result}) exit 1 ;;\n" if answer is None else f"*{result}) echo '{answer}' ;;\n"
        for result, answer in ANSWERS.items()
    )
    return f"""\
case "$1 $2" in
"version --format") echo 27 ;;
"network ls") echo '{lines}' ;;
"network inspect") for name; do :; done; case $name in {cases}esac ;;
*) exit 1 ;;
esac
"""


@pytest.mark.parametrize(
    "results", [*itertools.product(ORDER, repeat=2), ("pass", "pass", "error"), ("pass", "fail", "error")]
)
def test_the_worst_of_the_members_counts(tmp_path: Path, script: SceScript, results: tuple[str, ...]) -> None:
    result, told = run(tmp_path, script, answering(*results))
    assert result == min(results, key=ORDER.index)
    for number, each in enumerate(results):
        assert f"{each}: network {number}{each}: encryption_option " in told


def test_no_member_is_not_applicable(tmp_path: Path, script: SceScript) -> None:
    assert run(tmp_path, script, answering()) == ("notapplicable", "there is nothing to judge\n")


@pytest.mark.parametrize("docker", ["exit 1\n", "case $1 in version) echo 27 ;; *) exit 1 ;; esac\n"])
def test_no_answer_is_an_error(tmp_path: Path, script: SceScript, docker: str) -> None:
    assert run(tmp_path, script, docker)[0] == "error"


def test_what_is_told_holds_no_control_character(tmp_path: Path, script: SceScript) -> None:
    docker = "printf '\\033[31m\\001\\377 no <b>\\n' >&2; exit 1\n"
    assert run(tmp_path, script, docker) == ("error", "no engine answers: ?[31m?? no <b>\n")


class Answering:
    """Stands in for the writer of conditions: a condition is the status that its shell text ends with."""

    def condition(self, status: int) -> str:
        return f"(exit {status})"


@pytest.mark.parametrize("when", [None, 0, 1, 2])
@pytest.mark.parametrize("check", [0, 1, 2])
@pytest.mark.parametrize("review", [None, 0, 1, 2])
def test_one_member_is_judged_in_the_order_of_the_language(when: int | None, check: int, review: int | None) -> None:
    """0 holds, 1 does not, 2 nobody knows: an undecided review is an error and never a fail."""
    some = next(iter(load_catalog().controls.values()))
    control = replace(some, when=when, check=check, review=review, attest=None)
    told = subprocess.run(
        ["/bin/sh", "-c", f"said=x\n{_judge(control, Answering())}\njudge\necho $result $said"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == f"{expected(when, check, review)} x\n"


def expected(when: int | None, check: int, review: int | None) -> str:
    if when == 1:
        return "notapplicable"
    if when == 2 or check == 2:
        return "error"
    if check == 0:
        return "pass"
    return {None: "fail", 0: "notchecked", 1: "fail", 2: "error"}[review]
