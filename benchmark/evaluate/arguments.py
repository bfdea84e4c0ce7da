"""What an argument of a word must look like, and how values are written for people.

Each ``check_*`` returns what is wrong with an argument for a fact of the given type, or None. Content is checked with
them at load, tailored parameters when they are set.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Final

from benchmark.model.declaration import Type
from benchmark.model.facts import JsonValue

TEXT: Final = frozenset({Type.STRING, Type.VERSION})


def show(value: JsonValue) -> str:
    """A value as JSON writes it, lists of strings as a plain enumeration."""
    if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        return ", ".join(str(each) or '""' for each in value)
    return json.dumps(value, ensure_ascii=False)


def release(version: str) -> tuple[int, ...]:
    """The numbers that lead a version: 20.10.24+dfsg1 -> (20, 10, 24); empty when there are none."""
    lead = re.match(r"v?(\d{1,9}(?:\.\d{1,9}){0,9})", version)
    return tuple(int(part) for part in lead[1].split(".")) if lead else ()


def check_same_type(argument: JsonValue, fact_type: Type) -> str | None:
    """A value of the type of the fact."""
    if fact_type is Type.BOOL:
        return None if isinstance(argument, bool) else "expected true or false"
    if fact_type is Type.INT:
        return check_integer(argument, fact_type)
    if fact_type in TEXT:
        return check_string(argument, fact_type)
    if fact_type is Type.RECORDS:
        return None if argument == [] else "expected [], the only list of records that can be compared"
    return check_string_list(argument, fact_type)


def check_integer(argument: JsonValue, _: Type) -> str | None:
    """An integer."""
    return None if type(argument) is int else "expected an integer"


def check_string(argument: JsonValue, _: Type) -> str | None:
    """A string."""
    return None if isinstance(argument, str) else "expected a string (quote it if it looks like a number)"


def check_string_list(argument: JsonValue, _: Type) -> str | None:
    """A list of strings, empty or not."""
    if isinstance(argument, list) and all(isinstance(each, str) for each in argument):
        return None
    return "expected a list of strings"


def check_some_strings(argument: JsonValue, fact_type: Type) -> str | None:
    """A list of at least one string."""
    return check_string_list(argument, fact_type) or (None if argument else "expected at least one string")


def check_choices(argument: JsonValue, fact_type: Type) -> str | None:
    """A list of at least one value of the fact's type."""
    if not isinstance(argument, list) or not argument:
        return "expected a list of at least one value"
    wrong = next((each for each in argument if check_same_type(each, fact_type)), None)
    return None if wrong is None else f"{show(wrong)} is not of type {fact_type.value}"


def check_regex(argument: JsonValue, fact_type: Type) -> str | None:
    """An expression that RE2 compiles (linear time, so hostile text cannot stall it)."""
    if error := check_string(argument, fact_type):
        return error
    import re2  # noqa: PLC0415  (only content that uses the word pays for the import)

    try:
        re2.compile(argument)
    except re2.error as error:
        return f"not an RE2 expression: {error}"
    return None


def check_mode(argument: JsonValue, _: Type) -> str | None:
    """Permission bits as chmod writes them, in four quoted octal digits."""
    if isinstance(argument, str) and re.fullmatch("[0-7]{4}", argument):
        return None
    return 'expected a mode as a quoted octal string of four digits, like "0644"'


def check_owner(argument: JsonValue, _: Type) -> str | None:
    """`user:group`."""
    if isinstance(argument, str) and re.fullmatch(r"[^:\s]+:[^:\s]+", argument):
        return None
    return 'expected "user:group"'


def check_paths(argument: JsonValue, fact_type: Type) -> str | None:
    """A list of at least one absolute path."""
    if error := check_some_strings(argument, fact_type):
        return error
    wrong = [each for each in _list(argument) if not str(each).startswith("/")]
    return f"{show(wrong[0])} is not an absolute path" if wrong else None


def check_version(argument: JsonValue, fact_type: Type) -> str | None:
    """A version that begins with a number."""
    if error := check_string(argument, fact_type):
        return error
    return None if release(str(argument)) else 'expected a version like "20.10"'


def check_true(argument: JsonValue, _: Type) -> str | None:
    """`true`, the only argument of a word that needs none."""
    return None if argument is True else "expected true"


def _list(value: JsonValue) -> Sequence[JsonValue]:
    return value if isinstance(value, list) else []
