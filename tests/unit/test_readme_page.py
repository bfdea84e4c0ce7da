"""The README says what is true: its exit codes, its commands and its sample are those of the program."""

import re
import shlex
from pathlib import Path

import pytest

from benchmark.cli.exit_code import ExitCode
from benchmark.cli.parser import build_parser

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ (dockmark .*?)(?:\s+#.*)?$", README, re.MULTILINE)


def sample_excerpt():
    lines = (ROOT / "reports/samples/sample-host.txt").read_text(encoding="utf-8").splitlines()
    summary = lines.index("Summary")
    return "\n".join(["```text", *lines[:21], "…", *lines[summary:], "```"])


def test_exit_codes_are_those_of_the_program():
    table = README.split("## Exit codes")[1].split("##")[0]
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)] == [code.value for code in ExitCode]


def test_there_are_commands_to_check():
    assert len(COMMANDS) >= 8


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_are_understood(command):
    build_parser().parse_args(shlex.split(command)[1:])


def test_the_sample_is_the_recorded_one():
    shown = README.split("<!-- sample: begin -->\n")[1].split("\n<!-- sample: end -->")[0]
    assert shown == sample_excerpt(), "python -m tests.unit.test_readme_page rewrites it"


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


if __name__ == "__main__":
    before, rest = README.split("<!-- sample: begin -->\n")
    after = rest.split("<!-- sample: end -->")[1]
    text = f"{before}<!-- sample: begin -->\n{sample_excerpt()}\n<!-- sample: end -->{after}"
    (ROOT / "README.md").write_text(text, encoding="utf-8")
