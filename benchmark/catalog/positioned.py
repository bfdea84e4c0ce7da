"""Reads positioned YAML as what it should be. A value that is something else is reported, and a harmless one returned."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from benchmark.catalog.content_error import ContentError
from benchmark.catalog.yaml_source import Listing, Node, Scalar, Table
from benchmark.model.facts import JsonValue

_ENUMERABLE: Final = 24  # more names than this are not listed in a message


@dataclass(frozen=True, slots=True)
class Report:
    """Collects the errors of one file."""

    path: str
    errors: list[ContentError]

    def at(self, place: Node, message: str) -> None:
        """Notes ``message`` at the line and column of ``place``."""
        self.errors.append(ContentError(self.path, place.line, place.column, message))


def read_table(report: Report, node: Node, what: str, required: Iterable[str], optional: Iterable[str] = ()) -> Table:
    """The mapping at ``node``, unknown and missing keys reported; an empty one when it is no mapping."""
    if not isinstance(node, Table):
        report.at(node, f"{what} must be a mapping, found {kind_of(node)}")
        return Table({}, {}, node.line, node.column)
    required = tuple(required)
    known = (*required, *optional)
    for name, key in node.keys.items():
        if name not in known:
            report.at(key, no_such("key", name, known))
    missing = [name for name in required if name not in node.entries]
    if missing:
        report.at(node, f"{what} lacks {', '.join(missing)}")
    return node


def read_text(report: Report, node: Node, what: str) -> str:
    """A string that is not blank, without white space around it; "" when it is none."""
    if isinstance(node, Scalar) and isinstance(node.value, str):
        if text := node.value.strip():
            return text
        report.at(node, f"{what} is empty")
    else:
        report.at(node, f"{what} must be a string, found {kind_of(node)}{quote_hint(node)}")
    return ""


def read_line(report: Report, node: Node, what: str) -> str:
    """A string of one line."""
    text = read_text(report, node, what)
    if "\n" in text:
        report.at(node, f"{what} must be one line")
    return text


def read_choice(report: Report, node: Node, what: str, known: Collection[str]) -> str:
    """One of ``known``; "" when it is not."""
    text = read_text(report, node, what)
    if text and text not in known:
        report.at(node, no_such(what, text, known))
        return ""
    return text


def read_integer(report: Report, node: Node, what: str) -> int:
    """An integer; 0 when it is none."""
    if isinstance(node, Scalar) and type(node.value) is int:
        return node.value
    report.at(node, f"{what} must be an integer, found {kind_of(node)}")
    return 0


def read_truth(report: Report, node: Node, what: str) -> bool:
    """A truth value; False when it is none."""
    if isinstance(node, Scalar) and isinstance(node.value, bool):
        return node.value
    report.at(node, f"{what} must be true or false, found {kind_of(node)}")
    return False


def read_items(report: Report, node: Node, what: str) -> tuple[Node, ...]:
    """The elements of a list; none when it is no list."""
    if isinstance(node, Listing):
        return node.items
    report.at(node, f"{what} must be a list, found {kind_of(node)}")
    return ()


def read_entries(report: Report, node: Node, what: str) -> Mapping[str, tuple[Scalar, Node]]:
    """The entries of a mapping with free keys, each with its key's place; none when it is no mapping."""
    if isinstance(node, Table):
        return {name: (node.keys[name], value) for name, value in node.entries.items()}
    report.at(node, f"{what} must be a mapping, found {kind_of(node)}")
    return {}


def plain(node: Node) -> JsonValue:
    """The value at ``node`` without places."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Listing):
        return [plain(each) for each in node.items]
    return {name: plain(each) for name, each in node.entries.items()}


def kind_of(node: Node) -> str:
    """What stands at ``node``, for messages."""
    if isinstance(node, Table):
        return "a mapping"
    if isinstance(node, Listing):
        return "a list"
    if node.value is None:
        return "nothing"
    if isinstance(node.value, bool):
        return node.text
    return "a string" if isinstance(node.value, str) else f"the number {node.text}"


def quote_hint(node: Node) -> str:
    """``; quote it: "5.10"`` for a plain number or truth value, "" otherwise."""
    if isinstance(node, Scalar) and node.value is not None and not isinstance(node.value, str):
        return f'; quote it: "{node.text}"'
    return ""


def no_such(what: str, name: str, known: Collection[str]) -> str:
    """``no operator 'equal'; there are equals, one_of``, or the closest names where there are too many to list."""
    if len(known) <= _ENUMERABLE:
        return f"no {what} {name!r}; there are {', '.join(known)}"
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    return f"no {what} {name!r}" + (f"; did you mean {' or '.join(close)}?" if close else "")
