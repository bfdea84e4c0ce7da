"""dockerd's command line, read by the rules of the pflag library that dockerd uses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from benchmark.collect.daemon.flags import BY_NAME, BY_SHORT, FORMER_NAMES, Flag, Kind
from benchmark.model.facts import JsonValue, Reason, Unavailable

# strconv.ParseBool
TRUE_WORDS: Final = frozenset({"1", "t", "T", "TRUE", "true", "True"})
FALSE_WORDS: Final = frozenset({"0", "f", "F", "FALSE", "false", "False"})
_ULIMIT: Final = re.compile(r"([a-z]+)=(-?\d+)(?::(-?\d+))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class CommandLine:
    """The options given, by their names in daemon.json (``hosts``, not ``host``; ``config-file`` and the like, which the
    file cannot hold, by the flag's own). A name that is missing was not given.
    """

    values: Mapping[str, JsonValue]


def parse_command_line(argv: Sequence[str]) -> CommandLine | Unavailable:
    """The options in ``argv``; ``argv[0]`` is the program and may be anything.

    SYNTAX, naming the word, for whatever dockerd would have refused to start with: an unknown option, a bad boolean, a
    missing value, a word that is no option. Such a process is not a dockerd that we know.
    """
    values: dict[str, JsonValue] = {}
    try:
        for flag, word in _given(list(argv[1:])):
            _take(values, flag, word)
    except _Refused as refusal:
        return Unavailable(Reason.SYNTAX, str(refusal))
    return CommandLine(values)


class _Refused(Exception):
    """What dockerd would not have started with."""


def _given(words: list[str]) -> Iterator[tuple[Flag, str]]:
    """Every option with its value, in the order given. Raises _Refused."""
    total = len(words)
    words.reverse()
    while words:
        word = words.pop()
        if word == "--":
            if words:
                raise _Refused("a word after -- is no option")
            return
        if word.startswith("--"):
            yield _long(word, words)
        elif word.startswith("-") and word != "-":
            yield from _shorts(word[1:], words)
        else:
            # not repeated: the arguments of a process that may not even be dockerd can hold a secret
            raise _Refused(f"word {total - len(words)} is no option")


def _long(word: str, words: list[str]) -> tuple[Flag, str]:
    name, equals, value = word[2:].partition("=")
    flag = BY_NAME.get(name)
    if flag is None:
        raise _Refused(f"unknown option {_shown('--' + name)}")
    if equals:
        return flag, value
    if flag.kind is Kind.BOOL:  # never takes the next word
        return flag, "true"
    return flag, _next(words, f"--{name}")


def _shorts(cluster: str, words: list[str]) -> Iterator[tuple[Flag, str]]:
    """``-D``, ``-Hx``, ``-H=x``, ``-H x`` and ``-Dl debug``."""
    while cluster:
        flag = BY_SHORT.get(cluster[0])
        if flag is None:
            raise _Refused(f"unknown option {_shown('-' + cluster[0])}")
        if len(cluster) > 2 and cluster[1] == "=":
            yield flag, cluster[2:]
            return
        if flag.kind is not Kind.BOOL:
            yield flag, cluster[1:] or _next(words, f"-{cluster[0]}")
            return
        yield flag, "true"
        cluster = cluster[1:]


def _next(words: list[str], name: str) -> str:
    if not words:
        raise _Refused(f"{name} lacks its value")
    return words.pop()


def _take(values: dict[str, JsonValue], flag: Flag, word: str) -> None:
    key = FORMER_NAMES.get(flag.name, flag.key or flag.name)
    before = values.get(key)
    if flag.kind is Kind.BOOL:
        if word not in TRUE_WORDS | FALSE_WORDS:
            raise _Refused(f"--{flag.name}={_shown(word)} is no boolean")
        values[key] = word in TRUE_WORDS
    elif flag.kind is Kind.STRINGS:
        values[key] = [*(before if isinstance(before, list) else []), word]
    elif flag.kind is Kind.MAP:
        name, _, value = word.partition("=")
        values[key] = {**(before if isinstance(before, dict) else {}), name: value}
    elif flag.kind is Kind.ULIMITS:
        name, limit = parse_ulimit(word)
        kept = [each for each in (before if isinstance(before, list) else []) if not str(each).startswith(f"{name}=")]
        limits: list[JsonValue] = [*sorted([*map(str, kept), limit])]
        values[key] = limits
    else:
        values[key] = word


def parse_ulimit(word: str) -> tuple[str, str]:
    """The name and ``name=soft:hard`` of ``name=soft[:hard]``; a single number is both. Raises _Refused."""
    found = _ULIMIT.fullmatch(word)
    if found is None:
        raise _Refused(f"{_shown(word)} is no ulimit")
    name, soft, hard = found.groups()
    return name, f"{name}={_number(soft)}:{_number(hard or soft)}"


def _number(digits: str) -> str:
    if len(digits) > 20:
        raise _Refused(f"{_shown(digits)} is no 64 bit number")
    return str(int(digits))


def _shown(word: str) -> str:
    return repr(word if len(word) <= 100 else word[:100] + "…")
