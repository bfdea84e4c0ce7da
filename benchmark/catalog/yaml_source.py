"""YAML with one reading: a strict subset of YAML 1.2 (core schema), every value with its place in the file.

Refused, each with line and column: anchors, aliases, tags, merge keys, directives, several documents, duplicate keys,
keys that are not strings, tabs and other control characters, NaN and infinity, and whatever the YAML versions read
differently (``0644``, ``True``). ``yes``, ``no``, ``on`` and ``off`` are strings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

import yaml

from benchmark.catalog.content_error import ContentError

MAX_BYTES: Final = 1 << 20
MAX_DEPTH: Final = 32

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is ten times as fast, and not always there
# Control characters, byte order marks, and the line breaks that only YAML 1.1 knows (they would shift line numbers).
_UNFIT: Final = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\r(?!\n)")
_UNFIT_ESCAPE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_INTEGER: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_DECIMAL: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_AMBIGUOUS: Final = re.compile(
    r"[-+]?(?:[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?|0x[0-9a-fA-F_]+|0o[0-7]+|0b[01_]+|[0-9]+_[0-9_]*|0[0-9]+)"
)
_NOT_FINITE: Final = re.compile(r"[-+]?\.inf|\.nan", re.IGNORECASE)
_WORDS: Final = {"": None, "~": None, "null": None, "true": True, "false": False}
_MISSPELT: Final = frozenset({"Null", "NULL", "True", "TRUE", "False", "FALSE"})
_INT64: Final = 2**63


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value. ``text`` is what the file says, for values that should have been quoted."""

    value: None | bool | int | float | str
    text: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Listing:
    """A sequence."""

    items: tuple[Node, ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping in the order of the file. ``keys`` holds the place of each key."""

    entries: dict[str, Node]
    keys: dict[str, Scalar]
    line: int
    column: int


Node: TypeAlias = "Scalar | Listing | Table"


def read_yaml(data: bytes, path: str, errors: list[ContentError]) -> Node | None:
    """The one document in ``data``, or None when it cannot be read as one.

    Appends every defect to ``errors``; a document with defects that leave its shape clear is still returned, so that its
    content can be checked in the same run. ``path`` is only what the errors call the file.
    """
    text = _decode(data, path, errors)
    return None if text is None else _Reader(text, path, errors).document()


def _decode(data: bytes, path: str, errors: list[ContentError]) -> str | None:
    if len(data) > MAX_BYTES:
        errors.append(ContentError(path, 1, 1, f"the file is larger than {MAX_BYTES} bytes"))
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line, column = _place(data[: error.start].decode("utf-8"))
        errors.append(ContentError(path, line, column, f"byte 0x{data[error.start]:02x} is not UTF-8"))
        return None
    unfit = _UNFIT.search(text)
    if unfit is None:
        return text
    line, column = _place(text[: unfit.start()])
    character = unfit.group()
    what = "a tab; indent with spaces" if character == "\t" else f"the character U+{ord(character):04X} is not text"
    errors.append(ContentError(path, line, column, what))
    return None


def _place(before: str) -> tuple[int, int]:
    """Line and column, from 1, of the character that follows ``before``."""
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def _defect(problem: str) -> str:
    """What the reader objects to. It reads ahead, and libyaml has a bound of its own that it may reach before we reach ours."""
    return f"nested deeper than {MAX_DEPTH} levels" if "maximum nesting" in problem else f"not YAML: {problem}"


class _Refused(Exception):
    """The document cannot be read any further; the reason stands among the errors."""


class _Reader:
    """Builds nodes from parser events, so that depth is bounded before anything is nested."""

    def __init__(self, text: str, path: str, errors: list[ContentError]) -> None:
        self._path = path
        self._errors = errors
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=_LOADER)

    def document(self) -> Node | None:
        try:
            return self._document()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            self._add(line, column, _defect(error.problem or error.context or ""))
        except (
            yaml.YAMLError,
            RecursionError,
            ValueError,
        ) as error:  # ValueError: pure PyYAML on a code point too large
            self._add(1, 1, f"not YAML: {error}")
        except _Refused:
            pass
        return None

    def _document(self) -> Node:
        next(self._events)  # the start of the stream
        start = next(self._events)
        if isinstance(start, yaml.StreamEndEvent):
            self._add(1, 1, "the file is empty")
            raise _Refused
        if getattr(start, "version", None) or getattr(start, "tags", None):
            self._report(start, "directives are not read here")
        node = self._node(next(self._events), 1)
        next(self._events)  # the end of the document
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise self._refuse(after, "a second document begins; one file holds one")
        return node

    def _node(self, event: yaml.Event, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise self._refuse(event, f"nested deeper than {MAX_DEPTH} levels")
        if isinstance(event, yaml.AliasEvent):
            raise self._refuse(event, f"aliases are not read here: *{event.anchor}")
        if not isinstance(event, yaml.ScalarEvent | yaml.SequenceStartEvent | yaml.MappingStartEvent):
            raise self._refuse(event, "a value is missing")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        self._check_properties(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._listing(event, depth)
        return self._table(event, depth)

    def _listing(self, start: yaml.Event, depth: int) -> Listing:
        items: list[Node] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return Listing(tuple(items), *_mark(start))

    def _table(self, start: yaml.Event, depth: int) -> Table:
        entries: dict[str, Node] = {}
        keys: dict[str, Scalar] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._refuse(event, "a key must be a string")
            key = self._scalar(event)
            value = self._node(next(self._events), depth + 1)
            name = key.value
            if key.text == "<<":
                self._add(key.line, key.column, "merge keys are not read here: <<")
            elif not isinstance(name, str):
                self._add(key.line, key.column, f'a key must be a string; quote it: "{key.text}"')
            elif name in entries:
                first = keys[name].line
                self._add(key.line, key.column, f"the key {name!r} stands twice, first on line {first}")
            else:
                entries[name] = value
                keys[name] = key
        return Table(entries, keys, *_mark(start))

    def _check_properties(self, event: yaml.ScalarEvent | yaml.SequenceStartEvent | yaml.MappingStartEvent) -> None:
        if event.anchor is not None:
            self._report(event, f"anchors are not read here: &{event.anchor}")
        if event.tag is not None:
            self._report(event, f"tags are not read here: {event.tag}")

    def _scalar(self, event: yaml.ScalarEvent) -> Scalar:
        self._check_properties(event)
        (line, column), text = _mark(event), event.value
        if event.style == '"' and (unfit := _UNFIT_ESCAPE.search(text)):
            self._report(event, f"the escaped character U+{ord(unfit.group()):04X} is not text")
        plain = event.implicit[0]  # neither quoted nor a block
        return Scalar(self._resolve(text, line, column) if plain else text, text, line, column)

    def _resolve(self, text: str, line: int, column: int) -> None | bool | int | float | str:
        """The value of a plain scalar. What cannot be read stays a string, so that it is reported once."""
        if text in _WORDS:
            return _WORDS[text]
        if text in _MISSPELT:
            self._add(line, column, f"{text} has two readings: write {text.lower()}, or quote it")
        elif _INTEGER.fullmatch(text):
            if len(text) < 21 and -_INT64 <= int(text) < _INT64:
                return int(text)
            self._add(line, column, "the integer does not fit 64 bits; quote it if it is a string")
        elif _AMBIGUOUS.fullmatch(text):
            self._add(line, column, f'{text} has two readings; quote it: "{text}"')
        elif _NOT_FINITE.fullmatch(text):
            self._add(line, column, f"{text} is not a number that can be compared; quote it if it is a string")
        elif _DECIMAL.fullmatch(text):
            number = float(text)
            if abs(number) != float("inf"):
                return number
            self._add(line, column, "the number is too large; quote it if it is a string")
        return text

    def _refuse(self, event: yaml.Event, message: str) -> _Refused:
        self._report(event, message)
        return _Refused()

    def _report(self, event: yaml.Event, message: str) -> None:
        self._add(*_mark(event), message)

    def _add(self, line: int, column: int, message: str) -> None:
        self._errors.append(ContentError(self._path, line, column, message))


def _mark(event: yaml.Event) -> tuple[int, int]:
    """Line and column, from 1, where ``event`` begins."""
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
