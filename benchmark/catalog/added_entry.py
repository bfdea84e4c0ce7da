"""Adds an entry to a policy file as a person would: at the end of its list, every line that was there left as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from benchmark.catalog.content_error import ContentError
from benchmark.catalog.positioned import plain
from benchmark.catalog.yaml_source import Listing, Node, Scalar, Table, read_yaml
from benchmark.model.facts import JsonValue

_DAY_OR_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?")
_PLAIN: Final = re.compile(r"[A-Za-z](?:[A-Za-z0-9 _./@()-]*[A-Za-z0-9.)])?")
_WORDS: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_INDENT: Final = 2
_NO_PLACE: Final = "its layout leaves no place where such an entry could be added safely"


class CannotAdd(Exception):
    """The file's layout leaves no safe place, or the entry is none that can be read back. The message says which."""


def add_entry(data: bytes, name: str, schema: str, entry: Mapping[str, JsonValue]) -> bytes:
    """``data`` with ``entry`` behind the last one of its list ``name``; a new file where it holds nothing.

    What comes out is read back: the old entries and everything else unchanged, the new one last. Raises CannotAdd.
    """
    if not data.strip():
        return _checked(b"", f"schema: {schema}\n{name}:\n{_item(entry, _INDENT)}".encode(), name, entry)
    document = _read(data)
    if not isinstance(document, Table):
        raise CannotAdd("it is not a mapping")
    text = data.decode("utf-8")
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.replace("\r\n", "\n").split("\n")
    if lines[-1] == "":
        lines.pop()
    at, indent = _place(document, name, lines)
    lines[at:at] = _item(entry, indent).rstrip("\n").split("\n")
    return _checked(data, (newline.join(lines) + newline).encode(), name, entry)


def entry_text(entry: Mapping[str, JsonValue]) -> str:
    """``entry`` as an element of a list, for a person who adds it."""
    return _item(entry, _INDENT)


def _place(document: Table, name: str, lines: list[str]) -> tuple[int, int]:
    """Before which of ``lines`` the entry belongs, and how far its dash is indented. An empty list ``[]`` is opened."""
    node = document.entries.get(name)
    if node is None:
        lines.append(f"{name}:")
        return len(lines), _INDENT
    end = _end_of(document, name, lines)
    if isinstance(node, Scalar) and node.value is None and node.text == "":
        return end, _INDENT
    if isinstance(node, Listing) and not node.items:
        line = lines[node.line - 1]
        rest = line[node.column - 1 :]
        if not rest.replace(" ", "").startswith("[]"):
            raise CannotAdd(f"the empty list on line {node.line} goes over several lines")
        lines[node.line - 1] = (line[: node.column - 1].rstrip() + rest[rest.index("]") + 1 :]).rstrip()
        return end, _INDENT
    if not isinstance(node, Listing):
        raise CannotAdd(f"{name} is not a list")
    return end, _dash(node.items[0], lines)


def _dash(first: Node, lines: list[str]) -> int:
    """The indentation of the dash before ``first``."""
    before = lines[first.line - 1][: first.column - 1].rstrip()
    if not before.endswith("-") or before.strip() != "-":
        raise CannotAdd(f"the list on line {first.line} is not written with a dash for each entry")
    return len(before) - 1


def _end_of(document: Table, name: str, lines: list[str]) -> int:
    """The line behind the last one of ``name``: before the next key, with the blank lines and comments above it."""
    later = [each.line for each in document.keys.values() if each.line > document.keys[name].line]
    if not later:
        return len(lines)
    at = min(later) - 1
    while at > document.keys[name].line and (not lines[at - 1].strip() or lines[at - 1].startswith("#")):
        at -= 1
    return at


def _item(entry: Mapping[str, JsonValue], indent: int) -> str:
    body = list(_lines(entry))
    first, *rest = body
    margin = " " * indent
    return "".join([f"{margin}- {first}\n", *(f"{margin}  {each}\n" for each in rest)])


def _lines(table: Mapping[str, JsonValue]) -> Iterator[str]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield f"{name}:"
            yield from (f"  {each}" for each in _lines(value))
        elif isinstance(value, list):
            yield f"{name}:"
            for each in value:
                inner = list(_lines(each)) if isinstance(each, dict) else [_scalar(each)]
                yield f"  - {inner[0]}"
                yield from (f"    {one}" for one in inner[1:])
        else:
            yield f"{name}: {_scalar(value)}"


def _scalar(value: JsonValue) -> str:
    """A value on one line, quoted where YAML could read it as anything else."""
    if isinstance(value, str):
        is_plain = _DAY_OR_TIME.fullmatch(value) or (_PLAIN.fullmatch(value) and value.lower() not in _WORDS)
        return value if is_plain else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)


def _checked(before: bytes, after: bytes, name: str, entry: Mapping[str, JsonValue]) -> bytes:
    old = plain(_read(before)) if before else {}
    try:
        new = plain(_read(after))
    except CannotAdd as error:
        raise CannotAdd(f"{_NO_PLACE} ({error})") from None
    if not isinstance(old, dict) or not isinstance(new, dict):
        raise CannotAdd("it is not a mapping")
    had, has = old.pop(name, None) or [], new.pop(name, None)
    if not isinstance(had, list) or has != [*had, dict(entry)] or (before and old != new):
        raise CannotAdd(_NO_PLACE)
    return after


def _read(data: bytes) -> Node:
    errors: list[ContentError] = []
    found = read_yaml(data, "the file", errors)
    if errors or found is None:
        raise CannotAdd("; ".join(str(each) for each in errors))
    return found
