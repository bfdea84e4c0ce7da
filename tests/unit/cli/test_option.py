import argparse

import pytest

from benchmark.cli.commands import COMMANDS, EXCLUSIVE
from benchmark.cli.exit_code import Refusal
from benchmark.cli.option import BadValue, Option, add_options, complete_options


def _number(text):
    if not text.isdigit():
        raise BadValue(f"{text!r} is no number")
    return int(text)


PLAIN = Option(("-p", "--plain-text"), "text", "TEXT", default="nothing")
NUMBER = Option(("--number",), "number", "N", _number)
CHOICE = Option(("--choice",), "choice", choices=("left", "right"), default="left")
MANY = Option(("--many",), "many", "N", _number, separators=",\n", default=())
LINES = Option(("--lines",), "lines", "TEXT", separators="\n", default=())
SWITCH = Option(("--switch",), "switch", switch=True, default=False)
OPTIONS = (PLAIN, NUMBER, CHOICE, MANY, LINES, SWITCH)


def parsed(argv, environment=None, exclusive=()):
    parser = argparse.ArgumentParser(exit_on_error=False)
    add_options(parser, "options", OPTIONS)
    arguments = parser.parse_args(argv)
    complete_options(arguments, OPTIONS, environment or {}, exclusive)
    return arguments


def test_defaults_when_nobody_says_anything():
    assert vars(parsed([])) == {
        "plain_text": "nothing",
        "number": None,
        "choice": "left",
        "many": (),
        "lines": (),
        "switch": False,
    }


@pytest.mark.parametrize(
    ("argv", "environment", "name", "value"),
    [
        (["-p", "x"], {}, "plain_text", "x"),
        ([], {"DOCKMARK_PLAIN_TEXT": "x"}, "plain_text", "x"),
        (["--plain-text", "x"], {"DOCKMARK_PLAIN_TEXT": "y"}, "plain_text", "x"),
        ([], {"DOCKMARK_PLAIN_TEXT": ""}, "plain_text", "nothing"),
        ([], {"DOCKMARK_NUMBER": "7"}, "number", 7),
        (["--number", "0"], {"DOCKMARK_NUMBER": "7"}, "number", 0),
        ([], {"DOCKMARK_CHOICE": "right"}, "choice", "right"),
        (["--many", "1", "--many", "2"], {"DOCKMARK_MANY": "9"}, "many", (1, 2)),
        ([], {"DOCKMARK_MANY": "1, 2\n3,,\n"}, "many", (1, 2, 3)),
        ([], {"DOCKMARK_LINES": "a,b\n\nc d\n"}, "lines", ("a,b", "c d")),
        (["--switch"], {"DOCKMARK_SWITCH": "0"}, "switch", True),
        ([], {"DOCKMARK_SWITCH": "1"}, "switch", True),
        ([], {"DOCKMARK_SWITCH": "Yes"}, "switch", True),
        ([], {"DOCKMARK_SWITCH": "off"}, "switch", False),
    ],
)
def test_the_command_line_wins_over_the_environment_and_that_over_the_default(argv, environment, name, value):
    assert getattr(parsed(argv, environment), name) == value


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("DOCKMARK_NUMBER", "x"),
        ("DOCKMARK_MANY", "1,x"),
        ("DOCKMARK_CHOICE", "up"),
        ("DOCKMARK_SWITCH", "maybe"),
    ],
)
def test_a_bad_variable_is_named(variable, text):
    with pytest.raises(Refusal, match=variable):
        parsed([], {variable: text})


def test_a_bad_choice_on_the_command_line_is_told_with_the_choices():
    with pytest.raises(argparse.ArgumentError, match="'up' is not one of left, right"):
        parsed(["--choice", "up"])


def test_exclusive_options():
    exclusive = (("plain_text", "number"),)
    with pytest.raises(Refusal, match="--plain-text and --number"):
        parsed(["-p", "x", "--number", "1"], exclusive=exclusive)
    with pytest.raises(Refusal, match="DOCKMARK_PLAIN_TEXT and DOCKMARK_NUMBER"):
        parsed([], {"DOCKMARK_PLAIN_TEXT": "x", "DOCKMARK_NUMBER": "1"}, exclusive)
    mixed = parsed(["-p", "x"], {"DOCKMARK_NUMBER": "1"}, exclusive)
    assert (mixed.plain_text, mixed.number) == ("x", None)
    other_way = parsed(["--number", "1"], {"DOCKMARK_PLAIN_TEXT": "x"}, exclusive)
    assert (other_way.plain_text, other_way.number) == ("nothing", 1)


def test_every_option_of_every_command_has_a_variable_of_its_own():
    for command in COMMANDS:
        variables = [each.environment_variable for each in command.all_options]
        assert len(set(variables)) == len(variables)
        assert all(each.startswith("DOCKMARK_") for each in variables)


def test_one_variable_never_means_two_things():
    meanings = {}
    for command in COMMANDS:
        for option in command.all_options:
            assert meanings.setdefault(option.environment_variable, option) is option


def test_the_exclusive_pairs_name_real_options():
    names = {option.name for command in COMMANDS for option in command.all_options}
    assert {each for pair in EXCLUSIVE for each in pair} <= names
