"""docs/cli.md repeats every help text. ``python -m tests.unit.cli.test_cli_page`` writes it anew."""

import re

from benchmark.cli.commands import COMMANDS
from tests.command import ROOT, dockmark

PAGE = ROOT / "docs" / "cli.md"
HEADING = "## Help\n"


def help_text():
    """The part of the page below its last heading."""
    groups = dict.fromkeys(each.words[:-1] for each in COMMANDS if len(each.words) > 1)
    everything = sorted([(), *groups, *(each.words for each in COMMANDS)], key=_place)
    return HEADING + "\n" + "\n".join(_section(each) for each in everything)


def _place(words):
    first = [each.words[0] for each in COMMANDS]
    return (first.index(words[0]), words) if words else (-1, words)


def _section(words):
    name = " ".join(("dockmark", *words))
    run = dockmark(*words, "--help")
    assert run.returncode == 0
    return f"### {name}\n\n```text\n{run.stdout.decode('ascii')}```\n"


def test_the_page_repeats_the_help():
    page = PAGE.read_text()
    assert page[page.index(HEADING) :] == help_text()


def test_the_page_tells_every_exit_code():
    codes = re.findall(r"^\| (\d+) \|", PAGE.read_text(), re.MULTILINE)
    assert codes == ["0", "1", "2", "3", "4", "5", "70", "130", "143"]


if __name__ == "__main__":
    text = PAGE.read_text()
    PAGE.write_text(text[: text.index(HEADING)] + help_text())
