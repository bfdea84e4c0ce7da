"""A JSON document read strictly: every value is asked for by key and type, and every mistake is noted with its place."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, TypeVar

from benchmark.model.facts import JsonValue

_MOST_TOLD: Final = 20
_Word = TypeVar("_Word", bound=enum.StrEnum)


@dataclass(slots=True)
class DocumentErrors:
    """The errors of one document, named ``path``, in the order in which they were found."""

    path: str
    found: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, place: str, message: str) -> None:
        """Notes one; those beyond a bound are only counted."""
        self.count += 1
        if self.count <= _MOST_TOLD:
            self.found.append(f"{self.path}: {place + ': ' if place else ''}{message}")

    def lines(self) -> list[str]:
        """A line for each."""
        more = self.count - len(self.found)
        return [*self.found, *([f"{self.path}: and {more} more errors"] if more else [])]


@dataclass(frozen=True, slots=True)
class Place:
    """A value of the document and where it stands (``results[3].findings[0]``).

    What is not there or has another type is noted, and an empty value of the type that was asked for comes back, so that reading
    goes on and finds the other errors.
    """

    value: JsonValue
    path: str
    errors: DocumentErrors
    is_missing: bool = False

    def expected(self, what: str) -> None:
        """Notes that something else was expected here; what is missing was noted already."""
        if not self.is_missing:
            self.errors.add(self.path, f"expected {what}")

    def has(self, key: str) -> bool:
        """True for an object with ``key``."""
        return isinstance(self.value, dict) and key in self.value

    def at(self, key: str) -> Place:
        """The place of ``key`` in the object that stands here."""
        inner = f"{self.path}.{key}" if self.path else key
        if isinstance(self.value, dict) and key in self.value:
            return Place(self.value[key], inner, self.errors)
        if isinstance(self.value, dict):
            self.errors.add(inner, "is missing")
        else:
            self.expected("an object")
        return Place(None, inner, self.errors, is_missing=True)

    def text(self) -> str:
        """A string."""
        if isinstance(self.value, str):
            return self.value
        self.expected("a string")
        return ""

    def text_or_null(self) -> str | None:
        """A string or null."""
        if self.value is not None and not isinstance(self.value, str):
            self.expected("a string or null")
            return None
        return self.value

    def integer(self) -> int:
        """An integer; true and false are none."""
        if type(self.value) is int:
            return self.value
        self.expected("an integer")
        return 0

    def one_of(self, words: type[_Word], default: _Word) -> _Word:
        """A word of ``words``; ``default`` where it is none, which is noted."""
        if isinstance(self.value, str) and self.value in tuple(words):
            return words(self.value)
        self.expected(f"one of {', '.join(words)}")
        return default

    def one_of_or_null(self, words: type[_Word]) -> _Word | None:
        """A word of ``words``, or null."""
        if self.value is None:
            return None
        if isinstance(self.value, str) and self.value in tuple(words):
            return words(self.value)
        self.expected(f"null or one of {', '.join(words)}")
        return None

    def object_or_null(self) -> dict[str, JsonValue] | None:
        """An object, or null."""
        if self.value is not None and not isinstance(self.value, dict):
            self.expected("an object or null")
            return None
        return self.value

    def entries(self) -> Iterator[tuple[str, Place]]:
        """The keys of an object, with their places."""
        if not isinstance(self.value, dict):
            self.expected("an object")
            return
        for key, value in self.value.items():
            yield key, Place(value, f"{self.path}.{key}", self.errors)

    def elements(self) -> Iterator[Place]:
        """The elements of a list."""
        if not isinstance(self.value, list):
            self.expected("a list")
            return
        for at, each in enumerate(self.value):
            yield Place(each, f"{self.path}[{at}]", self.errors)
