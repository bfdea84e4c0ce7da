"""What a command of the command line is."""

from __future__ import annotations

from dataclasses import dataclass

from benchmark.cli.option import Option


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its words, the module of this package that runs it, what it does, its options and arguments."""

    words: tuple[str, ...]
    module: str
    summary: str
    options: tuple[tuple[str, tuple[Option, ...]], ...] = ()
    positionals: tuple[Positional, ...] = ()

    @property
    def name(self) -> str:
        """The words as one types them."""
        return " ".join(self.words)

    @property
    def all_options(self) -> tuple[Option, ...]:
        """The options of all headings."""
        return tuple(option for _, options in self.options for option in options)


@dataclass(frozen=True, slots=True)
class Positional:
    """An argument without a flag. ``many`` takes one or more."""

    name: str
    metavar: str
    help: str
    many: bool = False
    choices: tuple[str, ...] = ()
