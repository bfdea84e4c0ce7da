"""Variables in a build file: ARG and ENV give them, ``$NAME``, ``${NAME:-default}`` and ``${NAME:+instead}`` take them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

MOST_CHARACTERS: Final = 16 * 1024
_VARIABLE: Final = re.compile(
    r"\\(?P<escaped>.)"
    r"|\$(?:(?P<plain>[A-Za-z_]\w*)|\{(?P<name>[A-Za-z_]\w*)(?:(?P<word>:?[-+?])(?P<rest>[^${}]*))?\})"
    r"|(?P<odd>\$)",
    re.DOTALL,
)
_WORD: Final = re.compile(r"(?:[^\s\"'\\]|\\.|\"(?:[^\"\\]|\\.)*+\"|'[^']*+'|[\"'\\])++", re.DOTALL)
# an open quote takes all that follows, or every mark behind it would be tried anew
_QUOTES: Final = re.compile(r"\"((?:[^\"\\]|\\.)*+)(\"|\\?\Z)|'([^']*+)'", re.DOTALL)


def assignments(rest: str, *, legacy: bool = False) -> list[tuple[str, str | None]]:
    """Names and values of ARG or ENV, quotes taken off; None for a name alone. ``legacy`` allows ``ENV NAME the value``."""
    words = _WORD.findall(rest)
    if legacy and words and "=" not in words[0]:
        name, *value = rest.split(maxsplit=1)
        return [(name, "".join(value))]
    pairs = (each.partition("=") for each in words)
    return [(name, _QUOTES.sub(_unquoted, value) if equals else None) for name, equals, value in pairs]


def _unquoted(found: re.Match[str]) -> str:
    if found[3] is not None:
        return found[3]
    return found[1] if found[2] == '"' else found[0]


def expand(text: str, variables: Mapping[str, str | None]) -> str | None:
    """``text`` with its variables replaced; None when one has no value here, or is written in a way not known."""
    pieces: list[str] = []
    at = length = 0
    for found in _VARIABLE.finditer(text):
        value = found["escaped"] if found["escaped"] is not None else _value(found, variables)
        if value is None:
            return None
        length += len(value)
        if length > MOST_CHARACTERS:  # before the pieces are joined: $A$A$A… of a long A would fill the memory
            return None
        pieces += (text[at : found.start()], value)
        at = found.end()
    expanded = "".join((*pieces, text[at:]))
    return expanded if len(expanded) <= MOST_CHARACTERS else None


def _value(found: re.Match[str], variables: Mapping[str, str | None]) -> str | None:
    if found["odd"]:
        return None
    value = variables.get(found["plain"] or found["name"])
    word, rest = found["word"], found["rest"] or ""
    if word in ("-", ":-"):
        return rest if value is None or (word == ":-" and not value) else value
    if word in ("+", ":+"):
        return rest if value else ""
    return value
