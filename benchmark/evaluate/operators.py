"""The words of the language: one explicit table.

A word takes a fact's value and an argument and says whether they agree. Types are checked before a word is asked, so a
predicate sees only values of the fact types its row names; it answers True, False, or Unavailable when the value
cannot be read as what it should be (a version without digits, say).
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from benchmark.evaluate.arguments import (
    TEXT,
    check_choices,
    check_integer,
    check_mode,
    check_owner,
    check_paths,
    check_regex,
    check_same_type,
    check_some_strings,
    check_string,
    check_string_list,
    check_true,
    check_version,
    release,
    show,
)
from benchmark.model.control import Argument
from benchmark.model.declaration import Type
from benchmark.model.facts import JsonValue, Reason, Unavailable
from benchmark.scap import oval_words
from benchmark.scap.oval_words import Counterpart

Predicate: TypeAlias = "Callable[[Any], bool | Unavailable]"

_LISTS: Final = frozenset({Type.STRINGS, Type.PATHS})
EVERY_TYPE: Final = frozenset(Type)


@dataclass(frozen=True, slots=True)
class Operator:
    """One word.

    ``fact_types`` it accepts; ``argument`` in words; ``check_argument(argument, fact_type)`` returns what is wrong or None;
    ``predicate(argument)`` returns the test; ``phrase(argument)`` completes "must …"; ``meaning`` is its line in the
    language page; ``oval(argument, fact_type)`` is what says the same in OVAL, which ``export`` makes states of.
    """

    name: str
    fact_types: frozenset[Type]
    argument: str
    check_argument: Callable[[JsonValue, Type], str | None]
    predicate: Callable[[Any], Predicate]
    phrase: Callable[[Any], str]
    meaning: str
    oval: Callable[[Argument, Type], Counterpart]


def _equals(argument: JsonValue) -> Predicate:
    return lambda value: bool(value == argument)


def _one_of(argument: list[str] | list[int]) -> Predicate:
    allowed = frozenset(argument)
    return lambda value: value in allowed


def _matches(argument: str) -> Predicate:
    import re2  # noqa: PLC0415

    full = re2.compile(argument).fullmatch
    return lambda value: full(value) is not None


def _at_least(argument: int) -> Predicate:
    return lambda value: bool(value >= argument)


def _at_most(argument: int) -> Predicate:
    return lambda value: bool(value <= argument)


def _version_at_least(argument: str) -> Predicate:
    wanted = release(argument)
    if not wanted:  # a parameter that nobody has set: nothing meets a minimum that there is not
        return lambda _: False

    def test(value: str) -> bool | Unavailable:
        found = release(value)
        if not found:
            return Unavailable(Reason.UNKNOWN_VALUE, f"{value[:80]!r} is not a version")
        width = max(len(found), len(wanted))
        return _padded(found, width) >= _padded(wanted, width)

    return test


def _padded(numbers: tuple[int, ...], width: int) -> tuple[int, ...]:
    return numbers + (0,) * (width - len(numbers))


def _contains(argument: str) -> Predicate:
    return lambda value: argument in value


def _contains_any(argument: list[str]) -> Predicate:
    wanted = frozenset(argument)
    return lambda value: not wanted.isdisjoint(value)


def _subset_of(argument: list[str]) -> Predicate:
    return frozenset(argument).issuperset


def _disjoint_from(argument: list[str]) -> Predicate:
    return frozenset(argument).isdisjoint


def _starts_with_any(argument: list[str]) -> Predicate:
    prefixes = tuple(argument)

    def test(value: str | list[str]) -> bool:
        return any(each.startswith(prefixes) for each in ([value] if isinstance(value, str) else value))

    return test


def _under_none_of(argument: list[str]) -> Predicate:
    roots = tuple(_clean(each) for each in argument)

    def test(value: str | list[str]) -> bool | Unavailable:
        for each in [value] if isinstance(value, str) else value:
            if not each.startswith("/"):
                return Unavailable(Reason.UNKNOWN_VALUE, f"{each[:80]!r} is not an absolute path")
            if any(_is_under(_clean(each), root) for root in roots):
                return False
        return True

    return test


def _clean(path: str) -> str:
    """The path without ``.``, ``..`` and leading slashes, of which POSIX lets normpath keep two."""
    return posixpath.normpath(path).lstrip("/")


def _is_under(path: str, root: str) -> bool:
    """True when ``path`` is ``root`` or lies below it, by component; both clean, so / is "" and stands for itself only."""
    return path == root or path.startswith(root + "/")


def _mode_at_most(argument: str) -> Predicate:
    beyond = ~int(argument, 8)
    return lambda value: not int(value, 8) & beyond


def _owned_by(argument: str) -> Predicate:
    user, group = argument.split(":")
    return lambda value: (
        _is_account(user, value["uid"], value["user"]) and _is_account(group, value["gid"], value["group"])
    )


def _is_account(wanted: str, number: int, name: str | None) -> bool:
    """``root`` is number 0 whatever the account files call it; digits are a number; anything else is a name."""
    if wanted == "root":
        return number == 0
    return number == int(wanted) if wanted.isdigit() else name == wanted


def _always(_: JsonValue) -> Predicate:
    return lambda _value: True


def _never(_: JsonValue) -> Predicate:
    return lambda _value: False


def _be(argument: JsonValue) -> str:
    return "be empty" if argument in ([], "") else f"be {show(argument)}"


_COMPARABLE: Final = TEXT | _LISTS | {Type.BOOL, Type.INT, Type.RECORDS}
_ROWS: Final = (
    Operator(
        "equals", _COMPARABLE, "a value of the fact's type", check_same_type, _equals, _be,
        "is exactly this value; lists element by element, in order", oval_words.equal,
    ),
    Operator(
        "one_of", TEXT | {Type.INT}, "a list of values", check_choices, _one_of, lambda a: f"be one of {show(a)}",
        "is one of these values", oval_words.one_of,
    ),
    Operator(
        "matches", TEXT, "an RE2 expression", check_regex, _matches, lambda a: f"match {a}",
        "the whole text matches the expression", oval_words.matching,
    ),
    Operator(
        "starts_with_any", TEXT | _LISTS, "a list of prefixes", check_some_strings, _starts_with_any,
        lambda a: f"start with one of {show(a)}",
        "the text, or at least one element of the list, begins with one of these", oval_words.starting,
    ),
    Operator(
        "at_least", frozenset({Type.INT}), "an integer", check_integer, _at_least, lambda a: f"be at least {a}",
        "is this number or more", oval_words.at_least,
    ),
    Operator(
        "at_most", frozenset({Type.INT}), "an integer", check_integer, _at_most, lambda a: f"be at most {a}",
        "is this number or less", oval_words.at_most,
    ),
    Operator(
        "version_at_least", frozenset({Type.VERSION}), "a version", check_version, _version_at_least,
        lambda a: f"be version {a} or newer" if a else "meet a minimum version, of which none is set",
        "the numbers that lead the version are these or higher, compared one by one; never against a parameter left empty",
        oval_words.version_at_least,
    ),
    Operator(
        "contains", _LISTS | {Type.MAP}, "a string", check_string, _contains, lambda a: f"contain {a}",
        "the list has this element, or the map this key", oval_words.containing,
    ),
    Operator(
        "contains_any", _LISTS | {Type.MAP}, "a list of strings", check_some_strings, _contains_any,
        lambda a: f"contain one of {show(a)}",
        "the list has at least one of these elements, or the map one of these keys", oval_words.containing,
    ),
    Operator(
        "subset_of", _LISTS, "a list of strings", check_string_list, _subset_of,
        lambda a: f"hold nothing but {show(a)}" if a else "be empty",
        "every element is one of these; an empty list is", oval_words.subset,
    ),
    Operator(
        "disjoint_from", _LISTS, "a list of strings", check_some_strings, _disjoint_from, lambda a: f"hold none of {show(a)}",
        "no element is one of these", oval_words.disjoint,
    ),
    Operator(
        "under_none_of", _LISTS | {Type.STRING}, "a list of absolute paths", check_paths, _under_none_of,
        lambda a: f"be outside {show(a)}",
        "no path is one of these or lies below one, compared by component; / stands for itself only", oval_words.under_none,
    ),
    Operator(
        "mode_at_most", frozenset({Type.MODE}), 'a mode, "0644"', check_mode, _mode_at_most, lambda a: f"be {a} or stricter",
        "no permission bit is set beyond these, setuid, setgid and sticky included", oval_words.mode_at_most,
    ),
    Operator(
        "owned_by", frozenset({Type.OWNER}), '"user:group"', check_owner, _owned_by, lambda a: f"be {a}",
        "owning user and group are these; root is number 0, digits are a number, anything else is a name", oval_words.owned_by,
    ),
    Operator(
        "present", EVERY_TYPE, "true", check_true, _always, lambda _: "be present",
        "there is a value", oval_words.present,
    ),
    Operator(
        "absent", EVERY_TYPE, "true", check_true, _never, lambda _: "be absent",
        "it is proven that there is none", oval_words.absent,
    ),
)  # fmt: skip

OPERATORS: Final[Mapping[str, Operator]] = {each.name: each for each in _ROWS}
