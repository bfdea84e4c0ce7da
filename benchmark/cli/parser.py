"""The parser, made of the commands."""

from __future__ import annotations

import argparse
from typing import Final, NoReturn, TypeAlias

from benchmark import __version__
from benchmark.cli.command import Command
from benchmark.cli.commands import COMMANDS, FAMILIES
from benchmark.cli.exit_code import Refusal
from benchmark.cli.option import add_options

# argparse has no public name for what add_subparsers returns.
_Group: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001

_EPILOG: Final = """\
Every option has an environment variable, shown in brackets; the command line wins over it.
DOCKER_HOST, DOCKER_CONTEXT, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH name the target when neither
does. NO_COLOR switches colour off. DOCKMARK_DEBUG=1 shows where a bug happened.

exit codes:
  0    policy met
  1    policy not met
  2    evaluation incomplete: error or unknown among the selected controls
  3    wrong usage, bad content, or a snapshot that was refused
  4    no engine answered at the target, a report could not be written, or a run not recorded
  5    verification failed: something differs from what it should be
  70   a bug in dockmark
  130  interrupted (143 when terminated)
"""


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line. It raises Refusal where argparse would exit with 2."""
    parser = _Parser(
        prog="dockmark",
        usage="dockmark COMMAND [OPTIONS]",
        description="Judges Docker hosts against the CIS Docker Benchmark and proves the verdicts.",
        epilog=_EPILOG,
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    parser.add_argument("-V", "--version", action="version", version=f"dockmark {__version__}")
    groups: dict[tuple[str, ...], _Group] = {(): _subparsers(parser)}
    for command in COMMANDS:
        prefix = command.words[:-1]
        if prefix not in groups:
            summary = ", ".join(each.words[-1] for each in COMMANDS if each.words[:-1] == prefix)
            groups[prefix] = _subparsers(_add(groups[()], prefix, f"{FAMILIES[prefix]}: {summary}."))
        _complete_command(_add(groups[prefix], command.words, command.summary), command)
    return parser


def find_command(arguments: argparse.Namespace) -> Command:
    """The command that ``arguments`` were parsed for."""
    return next(each for each in COMMANDS if each.words == arguments.words)


def _subparsers(parser: argparse.ArgumentParser) -> _Group:
    return parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=_Parser)


def _add(group: _Group, words: tuple[str, ...], summary: str) -> argparse.ArgumentParser:
    return group.add_parser(
        words[-1],
        help=summary[0].lower() + summary[1:].rstrip("."),
        description=summary,
        prog=" ".join(("dockmark", *words)),
        usage=f"dockmark {' '.join(words)} COMMAND [OPTIONS]",
        formatter_class=_Formatter,
        allow_abbrev=False,
    )


def _complete_command(parser: argparse.ArgumentParser, command: Command) -> None:
    positionals = [each.metavar + ("..." if each.many else "") for each in command.positionals]
    options = ["[OPTIONS]"] if command.options else []
    parser.usage = " ".join(("dockmark", *command.words, *options, *positionals))
    parser.set_defaults(words=command.words)
    for each in command.positionals:
        parser.add_argument(
            each.name,
            metavar=each.metavar,
            help=each.help,
            nargs="+" if each.many else None,
            choices=each.choices or None,
        )
    for title, options_of_title in command.options:
        add_options(parser, title, options_of_title)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Refusal(f"{message} (see '{self.prog} --help')")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Help in the same words under every Python version: ``-o, --output FORMAT``, one metavar, no generated usage."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=34)

    def _format_action_invocation(self, action: argparse.Action) -> str:
        if not action.option_strings or action.nargs == 0:
            return super()._format_action_invocation(action)
        return f"{', '.join(action.option_strings)} {action.metavar}"
