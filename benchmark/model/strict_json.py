"""JSON as evidence: one reading or none. Duplicate keys, NaN, absurd depth and bad UTF-8 are refused with a reason code."""

from __future__ import annotations

import json
import re
from typing import Final, NoReturn

from benchmark.model.facts import JsonValue, Reason

_SURROGATE_ESCAPE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_ESCAPES: Final = re.compile(r"\\\\|\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|(\\ud[89a-f][0-9a-f]{2})")
_MAX_DEPTH: Final = 200
_INFINITY: Final = float("inf")
_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))


class JsonDefect(Exception):
    """The bytes are not one JSON document as we accept it. ``line`` and ``column`` count from 1; 0 when not known."""

    def __init__(self, reason: Reason, detail: str, line: int = 0, column: int = 0) -> None:
        self.reason = reason
        self.detail = f"line {line}, column {column}: {detail}" if line else detail
        super().__init__(self.detail)
        self.line = line
        self.column = column


def parse_json(data: bytes) -> JsonValue:
    """The document in ``data`` (UTF-8, RFC 8259).

    Raises JsonDefect with NOT_UTF8, SYNTAX, DUPLICATE_KEY or TOO_DEEP. Lone surrogate escapes, which no UTF-8 output
    could repeat, become U+FFFD.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise JsonDefect(Reason.NOT_UTF8, f"byte {error.start} is not UTF-8") from None
    try:
        value: JsonValue = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite)
    except _DuplicateKey as error:
        line, column = _place(text, error.key)
        raise JsonDefect(Reason.DUPLICATE_KEY, f"key {error.key!r} stands twice", line, column) from None
    except json.JSONDecodeError as error:
        raise JsonDefect(Reason.SYNTAX, error.msg, error.lineno, error.colno) from None
    except RecursionError:
        raise JsonDefect(Reason.TOO_DEEP, "nested too deeply") from None
    except ValueError as error:  # NaN, Infinity, an integer of thousands of digits
        raise JsonDefect(Reason.SYNTAX, str(error)) from None
    if not _is_shallow(data) and _depth(value) > _MAX_DEPTH:
        raise JsonDefect(Reason.TOO_DEEP, f"nested deeper than {_MAX_DEPTH} levels")
    return without_surrogates(value) if _SURROGATE_ESCAPE.search(data) else value


def without_lone_surrogates(text: str) -> str:
    """JSON ``text`` in ASCII with every half of a surrogate pair that stands alone replaced by U+FFFD.

    Escaped backslashes and pairs are stepped over. No UTF-8 can hold such a half, and strict readers refuse it.
    """
    if "\\ud" not in text:
        return text
    return _ESCAPES.sub(lambda found: "\\ufffd" if found.group(1) else found.group(), text)


class _DuplicateKey(Exception):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _unique(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    built = dict(pairs)
    if len(built) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _DuplicateKey(key)
            seen.add(key)
    return built


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(digits: str) -> float:
    """The number; 1e400 is none that could be written again."""
    number = float(digits)
    if number in (_INFINITY, -_INFINITY):
        raise ValueError(f"{digits[:40]} is too large a number")
    return number


def _place(text: str, key: str) -> tuple[int, int]:
    """Line and column of the second time the key is written; a good guess, since the parser keeps no positions."""
    spelled = json.dumps(key, ensure_ascii=False)
    first = text.find(spelled)
    second = text.find(spelled, first + 1)
    if second < 0:
        return 0, 0
    return text.count("\n", 0, second) + 1, second - (text.rfind("\n", 0, second) + 1) + 1


def _is_shallow(data: bytes) -> bool:
    """True when the brackets alone prove it, which costs next to nothing; False when only a walk can tell.

    Each round takes out the innermost pairs. Brackets inside strings may leave a rest, and then a walk decides.
    """
    brackets = data.translate(None, _NO_BRACKETS)
    for _ in range(_MAX_DEPTH):
        if not brackets:
            return True
        fewer = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if len(fewer) == len(brackets):
            return False
        brackets = fewer
    return not brackets


def _depth(value: JsonValue) -> int:
    deepest = 0
    waiting: list[tuple[JsonValue, int]] = [(value, 1)]
    while waiting:
        each, level = waiting.pop()
        deepest = max(deepest, level)
        if isinstance(each, dict):
            waiting.extend((inner, level + 1) for inner in each.values())
        elif isinstance(each, list):
            waiting.extend((inner, level + 1) for inner in each)
    return deepest


def without_surrogates(value: JsonValue) -> JsonValue:
    """``value`` with every half of a surrogate pair that stands alone replaced by U+FFFD, in place where it is a container."""
    if isinstance(value, str):
        return _LONE_SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):  # in place: a document of many values is not to stand in memory twice
        value[:] = map(without_surrogates, value)
    elif isinstance(value, dict):
        for key, each in value.items():
            value[key] = without_surrogates(each)
        if any(_LONE_SURROGATE.search(each) for each in value):
            renamed = {_LONE_SURROGATE.sub("\ufffd", key): each for key, each in value.items()}
            value.clear()
            value.update(renamed)
    return value
