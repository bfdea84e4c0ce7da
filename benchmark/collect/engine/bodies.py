"""Bodies of replies: whole JSON documents, and lists that are taken apart while they arrive.

A list holds every container's labels, so one label of 64 MB would make the whole list unreadable. Beyond the cap for a
document a list is split into its elements as it streams by: an element that fits is read, of one that does not only the
first fields are taken (the engine writes Id and Names first), and everything else of it is passed over.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Final

from benchmark.collect.engine.limits import Limits
from benchmark.collect.engine.transport import WireDefect
from benchmark.model.facts import JsonValue, Reason, Unavailable
from benchmark.model.strict_json import JsonDefect, parse_json, without_surrogates

_HEAD_BYTES: Final = 64 * 1024
_IN_STRING: Final = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_OUTSIDE: Final = re.compile(rb'[^"{}\[\]]*+')
_SPACE: Final = b" \t\r\n"


class WholeBody:
    """A document held as it is. ``take`` raises WireDefect(OVERSIZE) beyond ``most`` bytes; ``values`` are the most that may
    stand in it. ``size`` is how many bytes it has.
    """

    __slots__ = ("_most", "_parts", "_values", "size")

    def __init__(self, most: int, values: int) -> None:
        self._most = most
        self._values = values
        self._parts: list[bytes] = []
        self.size = 0

    def announce(self, length: int) -> None:
        """Refuse at once what the headers already say is too large."""
        if length > self._most:
            raise WireDefect(Reason.OVERSIZE, f"{length} bytes, at most {self._most} are read")

    def take(self, piece: bytes) -> None:
        """Keep ``piece``."""
        self.size += len(piece)
        if self.size > self._most:
            raise WireDefect(Reason.OVERSIZE, f"more than {self._most} bytes")
        self._parts.append(piece)

    def data(self) -> bytes:
        """Everything taken so far."""
        return self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)

    def finish(self) -> tuple[JsonValue | Unavailable, str]:
        """The JSON value, or why it is none; and the digest of the bytes."""
        data = self.data()
        return _parsed(data, self._values), f"sha256:{hashlib.sha256(data).hexdigest()}"


class ListBody:
    """A JSON array of objects: whole where it is small; else each element cut down to the fields in ``keep``."""

    __slots__ = ("_hash", "_keep", "_limits", "_size", "_splitter", "_start", "elements")

    def __init__(self, limits: Limits, keep: tuple[str, ...]) -> None:
        self._limits = limits
        self._keep = keep
        self._size = 0
        self._start = WholeBody(limits.object_bytes, limits.object_values)
        self._splitter: ElementSplitter | None = None
        self._hash = hashlib.sha256()
        self.elements: list[JsonValue] = []

    def announce(self, length: int) -> None:
        """Refuse at once what the headers already say is too large."""
        if length > self._limits.list_bytes:
            raise WireDefect(Reason.OVERSIZE, f"{length} bytes, at most {self._limits.list_bytes} are read")

    def take(self, piece: bytes) -> None:
        """Read on."""
        self._size += len(piece)
        if self._size > self._limits.list_bytes:
            raise WireDefect(Reason.OVERSIZE, f"more than {self._limits.list_bytes} bytes")
        self._hash.update(piece)
        if self._splitter is not None:
            self._splitter.feed(piece)
        elif self._size <= self._limits.object_bytes:
            self._start.take(piece)
        else:
            self._split().feed(piece)

    def finish(self) -> tuple[JsonValue | Unavailable, str]:
        """The elements, or why there are none; and the digest of all bytes."""
        digest = f"sha256:{self._hash.hexdigest()}"
        splitter = self._splitter
        if splitter is None:
            data = self._start.data()
            if _number_of_values(data) <= self._limits.object_values:
                return self._counted(_parsed(data, self._limits.object_values)), digest
            splitter = self._split()
        defect = splitter.finish()
        return (self.elements if defect is None else defect), digest

    def _split(self) -> ElementSplitter:
        """From here on element by element, beginning with what has come so far."""
        splitter = self._splitter = ElementSplitter(self._limits.object_bytes, self._element)
        splitter.feed(self._start.data())
        self._start = WholeBody(0, 0)
        return splitter

    def _counted(self, value: JsonValue | Unavailable) -> JsonValue | Unavailable:
        if isinstance(value, list) and len(value) > self._limits.list_elements:
            return self._too_many()
        return value

    def _too_many(self) -> Unavailable:
        return Unavailable(Reason.OVERSIZE, f"more than {self._limits.list_elements} elements")

    def _element(self, data: bytes, whole: bool) -> Unavailable | None:
        if len(self.elements) == self._limits.list_elements:
            return self._too_many()
        if not whole:
            self.elements.append({key: value for key, value in first_fields(data).items() if key in self._keep})
            return None
        value = _parsed(data, self._limits.object_values)
        if isinstance(value, Unavailable):
            return value
        self.elements.append(
            {key: each for key, each in value.items() if key in self._keep} if isinstance(value, dict) else value
        )
        return None


class ElementSplitter:
    """Splits a JSON array of objects that arrives in pieces. ``emit(bytes, whole)`` gets each element; a defect ends it.

    ``whole`` is false for an element larger than ``most``: the bytes are then its first 64 KiB.
    """

    __slots__ = ("_defect", "_depth", "_emit", "_escaped", "_in_string", "_most", "_parts", "_size", "_state")

    def __init__(self, most: int, emit: Callable[[bytes, bool], Unavailable | None]) -> None:
        self._most = most
        self._emit = emit
        self._state = "start"  # start, first (element or end), comma (or end), element, inside, done
        self._depth = 0
        self._in_string = False
        self._escaped = False
        self._parts: list[bytes] = []
        self._size = 0
        self._defect: Unavailable | None = None

    def feed(self, piece: bytes) -> None:
        """Read on; does nothing after a defect."""
        at, end = 0, len(piece)
        while at < end and self._defect is None:
            at = self._inside(piece, at) if self._state == "inside" else self._between(piece, at)

    def finish(self) -> Unavailable | None:
        """None when the array was complete, else what was wrong with it."""
        if self._defect is None and self._state != "done":
            self._defect = Unavailable(Reason.SYNTAX, "the list does not end")
        return self._defect

    def _between(self, piece: bytes, at: int) -> int:
        byte = piece[at : at + 1]
        if byte in _SPACE:
            return at + 1
        state = self._state
        if state == "start" and byte == b"[":
            self._state = "first"
        elif byte == b"{" and state in {"first", "element"}:
            self._state, self._depth = "inside", 0
            return at  # the brace belongs to the element
        elif byte == b"]" and state in {"first", "comma"}:
            self._state = "done"
        elif byte == b"," and state == "comma":
            self._state = "element"
        else:
            self._defect = Unavailable(Reason.SYNTAX, f"not a list of objects: unexpected {byte!r}")
        return at + 1

    def _inside(self, piece: bytes, start: int) -> int:
        at, end = start, len(piece)
        if self._escaped:
            self._escaped = False
            at += 1
        while at < end:
            if self._in_string:
                at = _end_of(_IN_STRING, piece, at)
                if at >= end:
                    break
                if piece[at] == 0x5C:  # a backslash that is the last byte of this piece
                    self._escaped = True
                    at = end
                    break
                self._in_string = False
                at += 1
                continue
            at = _end_of(_OUTSIDE, piece, at)
            if at >= end:
                break
            byte = piece[at]
            at += 1
            if byte == 0x22:
                self._in_string = True
            elif byte in b"{[":
                self._depth += 1
            else:
                self._depth -= 1
                if self._depth == 0:
                    self._keep(piece[start:at])
                    self._end_element()
                    return at
        self._keep(piece[start:at])
        return at

    def _keep(self, part: bytes) -> None:
        if self._size <= self._most:
            self._parts.append(part)
            self._size += len(part)
            if self._size > self._most:
                self._parts = [b"".join(self._parts)[:_HEAD_BYTES]]

    def _end_element(self) -> None:
        self._defect = self._emit(b"".join(self._parts), self._size <= self._most)
        self._parts, self._size = [], 0
        self._state = "comma"


def _end_of(pattern: re.Pattern[bytes], data: bytes, at: int) -> int:
    found = pattern.match(data, at)
    return at if found is None else found.end()


def first_fields(data: bytes) -> dict[str, JsonValue]:
    """The fields that stand complete at the beginning of a JSON object of which only the first bytes are there."""
    text = data.decode("utf-8", "replace")
    decode = json.JSONDecoder().raw_decode
    found: dict[str, JsonValue] = {}
    at = 1
    while True:
        try:
            name, at = decode(text, _after_space(text, at))
            at = _after_space(text, at)
            if not isinstance(name, str) or text[at : at + 1] != ":":
                return found
            value, at = decode(text, _after_space(text, at + 1))
        except (ValueError, RecursionError):
            return found
        at = _after_space(text, at)
        if text[at : at + 1] not in {",", "}"}:
            return found  # a number might go on
        found.setdefault(str(without_surrogates(name)), without_surrogates(value))
        at += 1


def _after_space(text: str, at: int) -> int:
    while text[at : at + 1] in {" ", "\t", "\r", "\n"}:
        at += 1
    return at


def _number_of_values(data: bytes) -> int:
    """At most so many values stand in ``data``, give or take what its strings hold of these three signs."""
    return data.count(b",") + data.count(b"[") + data.count(b"{")


def _parsed(data: bytes, most: int) -> JsonValue | Unavailable:
    if _number_of_values(data) > most:
        return Unavailable(Reason.OVERSIZE, f"more than {most} values")
    try:
        return parse_json(data)
    except JsonDefect as defect:
        return Unavailable(defect.reason, defect.detail)
