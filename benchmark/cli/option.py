"""One option: its flags, how its text is read, and the environment variable that stands for it."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmark.cli.exit_code import Refusal

BadValue = argparse.ArgumentTypeError


@dataclass(frozen=True, slots=True)
class Option:
    """An option of the command line.

    ``read`` turns one piece of text into a value and raises BadValue with a sentence for people. ``separators`` makes the
    option repeatable: its value is then a tuple, and the environment variable holds several pieces, divided by any of these
    characters. ``choices`` are the only values allowed, and what the shell completes. A ``switch`` takes no value. ``default`` is
    what commands see when neither the command line nor the environment says anything.
    """

    flags: tuple[str, ...]
    help: str
    metavar: str = ""
    read: Callable[[str], object] = str
    choices: tuple[str, ...] = ()
    separators: str = ""
    switch: bool = False
    default: object = None
    variable: str = ""

    @property
    def name(self) -> str:
        """The attribute that holds the value: the long flag, in snake case."""
        return self.flags[-1].lstrip("-").replace("-", "_")

    @property
    def environment_variable(self) -> str:
        """``DOCKMARK_`` and the long flag, unless the option names another."""
        return self.variable or f"DOCKMARK_{self.name.upper()}"

    def value_of(self, text: str) -> object:
        """One value read from ``text``. Raises BadValue."""
        if self.choices and text not in self.choices:
            raise BadValue(f"{text!r} is not one of {', '.join(self.choices)}")
        return self.read(text)

    def values_of(self, text: str) -> object:
        """What the environment variable's ``text`` stands for. Raises BadValue."""
        if self.switch:
            return _switch(text)
        if not self.separators:
            return self.value_of(text)
        divided = text.translate(dict.fromkeys(map(ord, self.separators), "\n")).split("\n")
        return tuple(self.value_of(each.strip()) for each in divided if each.strip())


def add_options(parser: argparse.ArgumentParser, title: str, options: tuple[Option, ...]) -> None:
    """Adds ``options`` to ``parser`` under a heading. What is not given stays None until ``complete_options``."""
    group = parser.add_argument_group(title)
    for each in options:
        text = f"{each.help} [{each.environment_variable}]"
        if each.switch:
            group.add_argument(*each.flags, dest=each.name, help=text, action="store_const", const=True)
            continue
        group.add_argument(
            *each.flags,
            dest=each.name,
            help=text,
            metavar=each.metavar or "|".join(each.choices),
            type=each.value_of,
            choices=each.choices or None,
            action="append" if each.separators else "store",
        )


def complete_options(
    arguments: argparse.Namespace,
    options: tuple[Option, ...],
    environment: Mapping[str, str],
    exclusive: tuple[tuple[str, str], ...] = (),
) -> None:
    """Fills in what the command line left out: from the environment (an empty variable says nothing), else the default.

    Of two ``exclusive`` options, one on the command line silences the other's variable; both in one place are refused.
    Raises Refusal that names the flag or the variable.
    """
    named = {each.name: each for each in options}
    silenced: set[str] = set()
    for one, other in exclusive:
        if not {one, other} <= named.keys():
            continue
        given = [name for name in (one, other) if getattr(arguments, name) is not None]
        silenced.update({one, other} if given else ())
        if len(given) == 2:
            raise Refusal(f"{named[one].flags[-1]} and {named[other].flags[-1]} exclude each other: give one of them")
        variables = [named[name].environment_variable for name in (one, other)]
        if not given and all(environment.get(each) for each in variables):
            raise Refusal(f"{' and '.join(variables)} exclude each other: set one of them")
    for each in options:
        value = getattr(arguments, each.name)
        if value is None and each.name not in silenced:
            value = _from_environment(each, environment)
        if value is None:
            value = each.default
        setattr(arguments, each.name, tuple(value) if isinstance(value, list) else value)


def _from_environment(option: Option, environment: Mapping[str, str]) -> object:
    text = environment.get(option.environment_variable, "")
    if not text:
        return None
    try:
        return option.values_of(text)
    except BadValue as error:
        raise Refusal(f"{option.environment_variable}: {error}") from None


def _switch(text: str) -> bool:
    match text.lower():
        case "1" | "true" | "yes" | "on":
            return True
        case "0" | "false" | "no" | "off":
            return False
        case _:
            raise BadValue(f"{text!r} is not one of 1, true, yes, on, 0, false, no, off")
