"""The language of audit rules, as rule files write it and as ``auditctl -l`` prints it (auditctl(8), audit.rules(7))."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

ALL_ACCESSES: Final = "rwxa"
_ACTIONS: Final = frozenset({"always", "never", "possible"})
_LISTS: Final = frozenset({"task", "exit", "entry", "user", "exclude", "filesystem", "io_uring"})
_RULE_FLAGS: Final = frozenset("aAdFSCUpkwW")
_FIELD: Final = re.compile(r"([A-Za-z0-9_]+)(!=|>=|<=|&=|=|>|<|&)(.+)", re.DOTALL)
_WORD: Final = re.compile(r"""([ \t]+)|"([^"]*)"|'([^']*)'|((?:[^ \t"'\\]|\\.|\\$)+)""", re.DOTALL)
_PRINTED: Final = re.compile(r" (?=-[aAFSCUkp] )")
# calls of 32-bit programs are a side door: only rules for the main call interface, or for both, are counted
_OWN_ARCHES: Final = frozenset({"b64", "x86_64", "aarch64", "ppc64", "ppc64le", "s390x", "riscv64", "loongarch64"})

# calls that touch no file: rules about them, as chrony's noise is kept out with, are not about watches. Only beside an arch:
# without one auditctl prints the names that the calls' numbers have on another one (renameat as clock_settime)
_CALLS_WITHOUT_FILES: Final = frozenset({"adjtimex", "clock_adjtime", "clock_settime", "settimeofday", "stime"})

Options: TypeAlias = "tuple[tuple[str, str], ...]"


class RuleDefect(Exception):
    """The line is not a rule as auditctl takes it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of one of the kernel's lists. ``path`` is what it watches ("" for anything), ``tree`` whether everything below
    is watched too (None for ``-w``, where that depends on what is there), ``accesses`` out of ``rwxa``. ``narrowed_by``
    names the filters that make it watch less than all of that; ``files`` is false for one about calls that touch none.
    """

    action: str  # always, never
    list: str  # exit, task, …
    path: str
    tree: bool | None
    accesses: str
    keys: tuple[str, ...]
    narrowed_by: tuple[str, ...]
    first: bool = False  # -A: put before the rules that are there
    files: bool = True

    def __str__(self) -> str:
        """The rule as auditctl takes it, without its keys."""
        place = [f"-F {'dir' if self.tree else 'path'}={self.path}"] if self.path else []
        accesses = [] if self.accesses == ALL_ACCESSES else [f"-F perm={self.accesses}"]
        return " ".join([f"-a {self.action},{self.list}", *place, *accesses, *self.narrowed_by])


@dataclass(frozen=True, slots=True)
class Deletion:
    """``-d`` and ``-W``: takes away the rules for ``path`` in ``list``; one without accesses or keys fits any."""

    list: str
    path: str
    accesses: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeleteAll:
    """``-D``, only the rules with ``key`` where one is given."""

    key: str


Statement: TypeAlias = "Rule | Deletion | DeleteAll"


def parse_line(line: str) -> Statement | None:
    """What a line of a rule file does to the rules; None for comments and settings. Raises RuleDefect."""
    return _statement(_options(_words(line)))


def parse_printed(line: str) -> Statement | None:
    """The same for a line that ``auditctl -l`` printed, which quotes nothing: blanks in paths and keys stand as they are."""
    pieces = _PRINTED.split(line.strip())
    if not pieces[0].startswith("-"):
        raise RuleDefect("not a rule")
    return _statement(tuple((flag[1:], value) for flag, _, value in (piece.partition(" ") for piece in pieces)))


def _words(line: str) -> list[str]:
    text = line.strip(" \t\r\n")
    if text.startswith("#"):
        return []
    words: list[str] = []
    pieces: list[str] | None = None
    at = 0
    while at < len(text):
        found = _WORD.match(text, at)
        if found is None:
            raise RuleDefect("quote without its end")
        at = found.end()
        if found[1] is None:
            pieces = pieces or []
            pieces.append(found[2] or found[3] or (found[4] or "").replace("\\ ", " "))
        elif pieces is not None:
            words.append("".join(pieces))
            pieces = None
    return words if pieces is None else [*words, "".join(pieces)]


def _options(words: list[str]) -> Options:
    """Flags with their values, as getopt pairs them: ``-k docker`` or ``-kdocker``. Settings (-b, -e, --loginuid…) end it."""
    options: list[tuple[str, str]] = []
    waiting = iter(words)
    for word in waiting:
        if not word.startswith("-") or word == "-":
            raise RuleDefect(f"{word!r} where an option is expected")
        flag = word[1]
        if flag == "D":
            options.append(("D", ""))
        elif flag not in _RULE_FLAGS:
            return () if not options else _misplaced(word)
        else:
            value = word[2:] or next(waiting, "")
            if not value:
                raise RuleDefect(f"{word} without a value")
            options.append((flag, value))
    return tuple(options)


def _misplaced(word: str) -> Options:
    raise RuleDefect(f"{word!r} within a rule")


def _statement(options: Options) -> Statement | None:
    if not options:
        return None
    verbs = [(flag, value) for flag, value in options if flag in "aAdwWD"]
    if len(verbs) != 1:
        raise RuleDefect("one of -a, -A, -d, -w, -W and -D is expected")
    flag, value = verbs[0]
    rest = tuple(each for each in options if each[0] not in "aAdwWD")
    if flag == "D":
        return DeleteAll(",".join(_keys(rest)))
    action, which = ("always", "exit") if flag in "wW" else _action_and_list(value)
    rule = _rule(action, which, value if flag in "wW" else "", rest, first=flag == "A")
    if flag in "aAw":
        return rule
    return Deletion(rule.list, rule.path, rule.accesses if any(each[0] == "p" for each in rest) else "", rule.keys)


def _action_and_list(value: str) -> tuple[str, str]:
    words = value.split(",")
    actions, lists = [word for word in words if word in _ACTIONS], [word for word in words if word in _LISTS]
    if len(words) != 2 or len(actions) != 1 or len(lists) != 1:
        raise RuleDefect(f"{value!r} is not an action and a list")
    return actions[0], lists[0].replace("entry", "exit")


def _rule(action: str, which: str, watched: str, rest: Options, *, first: bool) -> Rule:
    path, tree, accesses = watched, False if not watched else None, ALL_ACCESSES
    narrowed: list[str] = []
    calls = {call for flag, value in rest if flag == "S" for call in value.split(",")}
    named = any(flag == "F" and value.startswith("arch=") for flag, value in rest)
    for flag, value in rest:
        name, operator, argument = _field(value) if flag == "F" else (flag, "=", value)
        if name in ("path", "dir") and operator == "=":
            if path:
                raise RuleDefect("two paths in one rule")
            path, tree = argument, name == "dir"
        elif name in ("p", "perm") and operator == "=":
            accesses = _accesses(argument)
        elif not _covers_everything(name, operator, argument, calls):
            narrowed.append(f"-{flag} {value}")
    if path and not path.startswith("/"):
        raise RuleDefect(f"{path!r} is not an absolute path")
    return Rule(
        action,
        which,
        path,
        tree,
        accesses,
        _keys(rest),
        tuple(narrowed),
        first,
        not (named and calls) or not calls <= _CALLS_WITHOUT_FILES,
    )


def _field(value: str) -> tuple[str, str, str]:
    found = _FIELD.fullmatch(value)
    if found is None:
        raise RuleDefect(f"{value!r} is not a field")
    return found[1], found[2], found[3]


def _covers_everything(name: str, operator: str, argument: str, calls: set[str]) -> bool:
    """True for options that leave out no call and nobody. ``calls`` are those of all -S together."""
    if name in ("k", "key"):
        return True
    if name == "S":
        return "all" in calls
    return name == "arch" and operator == "=" and argument in _OWN_ARCHES


def _accesses(letters: str) -> str:
    wanted = set(letters.lower())
    if not wanted <= set(ALL_ACCESSES):
        raise RuleDefect(f"{letters!r} is not a set of accesses")
    return "".join(letter for letter in ALL_ACCESSES if letter in wanted)


def _keys(rest: Options) -> tuple[str, ...]:
    keys = [value for flag, value in rest if flag == "k"]
    fields = [_field(value) for flag, value in rest if flag == "F"]
    return tuple(keys + [argument for name, _, argument in fields if name == "key"])
