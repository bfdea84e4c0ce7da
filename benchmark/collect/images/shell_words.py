"""Shell scripts as the commands that they run: enough of POSIX sh to tell a command from text about a command.

Quotes, escapes, comments, separators, pipes, subshells, command substitutions, heredocs and ``sh -c`` are read as a shell
reads them; variables are left as they are written. One pass, linear in the length of the text, bounded, without recursion
into the text. Nothing is run.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from benchmark.collect.images.shell_lexer import RawCommand, split_commands
from benchmark.model.facts import Reason, Unavailable

MOST_CHARACTERS: Final = 1024 * 1024  # of one script, with everything in it that is a script again
MOST_COMMANDS: Final = 20_000
_MOST_SCRIPTS: Final = 64

_ASSIGNMENT: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\+?=(.*)", re.DOTALL)
_RESERVED: Final = frozenset(
    ("if", "then", "else", "elif", "fi", "do", "done", "while", "until", "esac", "!", "time", "{", "}")
)
_SHELLS: Final = frozenset(("sh", "bash", "ash", "dash", "ksh", "zsh", "mksh", "su", "runuser"))
# Programs that run the rest of their words, with their options that take a value in the next word.
_WRAPPERS: Final = {
    "sudo": ("-u", "-g", "-h", "-p", "-C", "-r", "-t", "-T", "--user", "--group"),
    "doas": ("-u", "-C"),
    "env": ("-u", "-C", "--unset", "--chdir"),
    "exec": ("-a",),
    "command": (),
    "builtin": (),
    "nohup": (),
    "busybox": (),
    "nice": ("-n", "--adjustment"),
    "ionice": ("-c", "-n", "-p"),
    "xargs": ("-n", "-P", "-I", "-L", "-d", "-a", "-s", "-E"),
    "setarch": (),
    "linux32": (),
    "linux64": (),
    "eatmydata": (),
    "stdbuf": ("-i", "-o", "-e"),
    "timeout": ("-s", "-k", "--signal", "--kill-after"),
    "chroot": (),
    "flock": ("-w", "-E", "--timeout"),
    "gosu": (),
    "su-exec": (),
}
_FIRST_OPERAND: Final = frozenset(("timeout", "chroot", "flock", "gosu", "su-exec"))  # one operand comes first


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command: its words with quotes taken off, the assignments before it, whether it reads the command before
    it through a pipe, and the heredocs that feed it.
    """

    words: tuple[str, ...]
    assignments: tuple[tuple[str, str], ...] = ()
    piped: bool = False
    heredocs: tuple[str, ...] = ()

    @property
    def program(self) -> str:
        """The last component of the program's path; "" for assignments alone."""
        return self.words[0].rpartition("/")[2] if self.words else ""


def parse_script(text: str) -> tuple[Command, ...] | Unavailable:
    """The commands of ``text`` in order, scripts handed to ``sh -c``, ``eval`` and shells' heredocs among them.

    OVERSIZE or TOO_DEEP for a text that is too long, or that hides scripts in scripts without end.
    """
    return _unfold([text], ())


def parse_words(words: Sequence[str]) -> tuple[Command, ...] | Unavailable:
    """The commands behind one list of words that is run without a shell: ``["sh", "-c", "a && b"]`` are two."""
    return _unfold([], (RawCommand(tuple(words)),))


def _unfold(scripts: list[str], raw: tuple[RawCommand, ...]) -> tuple[Command, ...] | Unavailable:
    found: list[Command] = []
    characters = read = 0
    waiting = scripts
    while True:
        found.extend(_stripped(each, waiting) for each in raw)
        if len(found) > MOST_COMMANDS:
            return Unavailable(Reason.OVERSIZE, f"a script of more than {MOST_COMMANDS} commands")
        if read == len(waiting):
            return tuple(found)
        if read >= _MOST_SCRIPTS:
            return Unavailable(Reason.TOO_DEEP, f"more than {_MOST_SCRIPTS} scripts within a script")
        characters += len(waiting[read])
        if characters > MOST_CHARACTERS:
            return Unavailable(Reason.OVERSIZE, f"a script of more than {MOST_CHARACTERS} characters")
        raw = split_commands(waiting[read])
        read += 1


def _stripped(raw: RawCommand, scripts: list[str]) -> Command:
    """The command without keywords and wrappers; scripts that it hands to a shell are added to ``scripts``."""
    words, assignments, at = raw.words, [], 0
    while at < len(words):
        first = words[at].rpartition("/")[2]
        if assigned := _ASSIGNMENT.fullmatch(words[at]):
            assignments.append((assigned[1], assigned[2]))
            at += 1
        elif words[at] in _RESERVED:
            at += 1
        elif first in _WRAPPERS:
            at = _behind_wrapper(words, at, _WRAPPERS[first], operands=first in _FIRST_OPERAND)
        else:
            break
    words = words[at:]
    command = Command(words, tuple(assignments), raw.piped, raw.heredocs)
    if command.program in _SHELLS:
        scripts.extend(_handed_over(words))
        scripts.extend(raw.heredocs)
    elif command.program == "eval":
        scripts.append(" ".join(words[1:]))
    return command


def _behind_wrapper(words: tuple[str, ...], at: int, valued: tuple[str, ...], *, operands: bool) -> int:
    """Where what a wrapper at ``at`` runs begins: behind its own options, and its first operand where it has one."""
    at += 1
    while at < len(words) and words[at].startswith("-"):
        at += 2 if words[at] in valued else 1
    return at + 1 if operands else at


def _handed_over(words: tuple[str, ...]) -> list[str]:
    """The script after ``-c`` (or -lc, -euxc): for shells it is the next word that is no option."""
    for place, word in enumerate(words[1:], 1):
        if word == "--command" or (word.startswith("-") and not word.startswith("--") and word.endswith("c")):
            at = place + 1
            while at < len(words) and words[at].startswith("-"):
                at += 2 if words[at] in ("-o", "-O") else 1
            return [*words[at : at + 1]]
        if word.startswith("--command="):
            return [word.partition("=")[2]]
    return []
