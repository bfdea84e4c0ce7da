r"""JSON read by regular expressions of textfilecontent54: a grammar, and patterns for values at a path of keys (PCRE).

oscap's yamlfilecontent reads JSON too, but cuts integers to 32 bits, cannot filter by value, and is not allowed in a strict SCAP
1.3 stream. A pattern here walks the document from its first character by the grammar (RFC 8259), so a key inside a string or
another object is never taken for the one that is meant, and whatever is not as expected does not match: then nobody knows.

Strings with an escape in them are such a thing: they are not compared, for an escape can be written in several ways.
"""

from __future__ import annotations

import re
from typing import Final

# s: a string, v: a value with the white space around it, o: an object, a: a list
_GRAMMAR: Final = (
    r"(?s)(?(DEFINE)"
    r'(?<s>"(?:[^"\\]++|\\.)*+")'
    r'(?<v>\s*+(?:(?&s)|(?&o)|(?&a)|[^\s"{}\[\],:]++)\s*+)'
    r"(?<o>\{(?:\s*+(?&s)\s*+:(?&v)(?:,\s*+(?&s)\s*+:(?&v))*+|\s*+)\})"
    r"(?<a>\[(?:(?&v)(?:,(?&v))*+|\s*+)\]))"
)
# A string, captured as it is written: the engine writes what needs no escape without one, so texts compare as they stand.
AS_WRITTEN: Final = r'"((?:[^"\\]++|\\.)*+)"'
PLAIN: Final = r'"[^"\\]*+"'  # a string without escapes
_PAIR: Final = r"\s*+(?&s)\s*+:(?&v)"


def value(path: tuple[str, ...], inner: str, *, whole: bool = False) -> str:
    """The value at ``path``; ``inner`` matches it, and its first group is what is captured.

    With ``whole`` the rest of the document must be well-formed too, and the last key must not come again.
    """
    return f"{_GRAMMAR}{_begin(path)}{inner}{_end(path[-1], whole=whole)}"


def text(known: tuple[str, ...] = ()) -> str:
    """A string, captured; of ``known`` ones, where one that ends in ":" stands for all that begin so."""
    if not known:
        return r'"([^"\\]*+)"'
    choice = "|".join(re.escape(each) + (r'[^"\\]*+' if each.endswith(":") else "") for each in known)
    return f'"({choice})"'


def absent(path: tuple[str, ...], *, whole: bool = False) -> str:
    """The last key of ``path`` is not in the object that it would be in, or that object is not there or null."""
    choices = []
    for depth, key in enumerate(path):
        here = rf"\{{(?:(?!\s*+{_key(key)}\s*+:){_PAIR}(?:,(?!\s*+{_key(key)}\s*+:){_PAIR})*+|\s*+)\}}"
        before = r"\A\s*+" if depth == 0 else _begin(path[:depth])
        choices.append(before + here)
        if depth:
            choices.append(before + "null")
    end = r"\s*+\z" if whole and len(path) == 1 else ""
    return f"{_GRAMMAR}(?:{'|'.join(choices)}){end}"


def elements(path: tuple[str, ...], inner: str) -> str:
    r"""Every element of the list at ``path``, one match each: a match begins where the one before it ended (``\G``)."""
    return rf"{_GRAMMAR}(?:{_begin(path)}\[|\G(?!\A)\s*+,)\s*+{inner}(?=\s*+[,\]])"


def list_of(path: tuple[str, ...], inner: str, *, whole: bool = False) -> str:
    """The list at ``path`` where every element matches ``inner``."""
    each = _uncaptured(inner)
    return f"{_GRAMMAR}{_begin(path)}{_sequence('[', each, ']')}{_end(path[-1], whole=whole)}"


def keys(path: tuple[str, ...]) -> str:
    """Every key of the object at ``path``, one match each."""
    return rf"{_GRAMMAR}(?:{_begin(path)}\{{|\G(?!\A),)\s*+{AS_WRITTEN}\s*+:(?&v)"


def object_of(path: tuple[str, ...], inner: str = "(?&v)", *, whole: bool = False) -> str:
    """The object at ``path`` where every value matches ``inner``."""
    pair = rf"(?&s)\s*+:\s*+{_uncaptured(inner)}"
    return f"{_GRAMMAR}{_begin(path)}{_sequence('{', pair, '}')}{_end(path[-1], whole=whole)}"


def field_of_each(path: tuple[str, ...], inner: str) -> str:
    """Of every object in the object at ``path`` (key: {…}) what ``inner`` captures, one match each; ``with_field`` makes it."""
    return rf"{_GRAMMAR}(?:{_begin(path)}\{{|\G(?!\A)\s*+,)\s*+(?&s)\s*+:\s*+{inner}"


def with_field(key: str, inner: str) -> str:
    """An object that has ``key`` with a value that matches ``inner``."""
    seek = rf"(?:(?!\s*+{_key(key)}\s*+:){_PAIR},)*+\s*+{_key(key)}\s*+:\s*+{inner}\s*+"
    return rf"\{{{seek}(?:,{_PAIR})*+\s*+\}}"


def bindings(path: tuple[str, ...], inner: str) -> str:
    """Every binding in an object of ports (``"80/tcp": [{…}, …]`` or null), one match each: ``with_field`` makes ``inner``."""
    return rf"{_GRAMMAR}(?:{_begin(path)}\{{|\G(?!\A))[^{{}}]*+{inner}"


def bindings_object(path: tuple[str, ...], inner: str) -> str:
    """The object of ports where every binding matches ``inner``, or null."""
    lists = _sequence("[", _uncaptured(inner), "]")
    pair = rf'"[0-9a-z/-]++"\s*+:\s*+(?:null|{lists})'
    return f"{_GRAMMAR}{_begin(path)}(?:null|{_sequence('{', pair, '}')})"


def at_least(number: int) -> str:
    """Integers in decimal that are ``number`` or more, from end to end."""
    if number > 0:
        return rf"\A(?:{_not_below(str(number))})\z"
    return rf"\A(?:\d++|-(?:{_not_above(str(-number))}))\z"


def at_most(number: int) -> str:
    """Integers that are ``number`` or less."""
    if number >= 0:
        return rf"\A(?:-\d++|{_not_above(str(number))})\z"
    return rf"\A-(?:{_not_below(str(-number))})\z"


def _not_below(digits: str) -> str:
    size = len(digits)
    longer = rf"[1-9]\d{{{size},}}"
    return "|".join([longer, digits, *_differing(digits, range(10))[0]])


def _not_above(digits: str) -> str:
    size = len(digits)
    shorter = [rf"\d{{1,{size - 1}}}"] if size > 1 else []
    return "|".join([*shorter, digits, *_differing(digits, range(10))[1]])


def _differing(digits: str, _: range) -> tuple[list[str], list[str]]:
    """Numbers of as many digits that are higher, and lower."""
    higher, lower = [], []
    for at, digit in enumerate(digits):
        rest = rf"\d{{{len(digits) - at - 1}}}"
        if digit < "9":
            higher.append(f"{digits[:at]}[{int(digit) + 1}-9]{rest}")
        lowest = "1" if at == 0 and len(digits) > 1 else "0"
        if digit > lowest:
            lower.append(f"{digits[:at]}[{lowest}-{int(digit) - 1}]{rest}")
    return higher, lower


def _begin(path: tuple[str, ...]) -> str:
    """From the first character to where the value at ``path`` begins."""
    seek = "".join(rf"\{{(?:(?!\s*+{_key(each)}\s*+:){_PAIR},)*+\s*+{_key(each)}\s*+:\s*+" for each in path)
    return rf"\A\s*+{seek}"


def _end(key: str, *, whole: bool) -> str:
    if not whole:
        return r"(?=\s*+[,}\]])"
    return rf"\s*+(?:,(?!\s*+{_key(key)}\s*+:){_PAIR})*+\s*+\}}\s*+\z"


def _sequence(opening: str, each: str, closing: str) -> str:
    return rf"\{opening}\s*+(?:{each}\s*+(?:,\s*+{each}\s*+)*+)?+\{closing}"


def _key(name: str) -> str:
    return f'"{re.escape(name)}"'


def _uncaptured(inner: str) -> str:
    r"""The same without a group of its own: ``"([^"\\]*+)"`` becomes ``"(?:[^"\\]*+)"``."""
    return re.sub(r"(?<!\\)\((?!\?)", "(?:", inner)
